//! The one error of this crate: a stable code for programs, a sentence for people, a byte offset where there is one.
//!
//! Codes are part of the public contract (they reach JavaScript as `error.code` and decide exit codes), so a
//! code is never renamed; sentences may improve.

use std::{fmt, io, path::Path};

/// Result of everything that can fail in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The file or buffer has no bytes.
    Empty,
    /// It begins like a snapshot and ends too early.
    Truncated,
    /// It is something else: another format, another kind of JSON, not a regular file.
    NotSnapshot,
    /// It is a snapshot whose contents contradict themselves or the format.
    Malformed,
    /// It is more than this build can hold (2^32 nodes or edges) or than its compressed form may claim.
    TooLarge,
    /// No such file.
    NotFound,
    /// The path is a directory.
    IsDirectory,
    /// The file may not be read.
    Permission,
    /// Any other failure of reading.
    Io,
    /// The analysis needs more memory than could be had.
    NoMemory,
    /// The caller asked to stop.
    Cancelled,
    /// An argument is not what it should be.
    Usage,
    /// The snapshot has no object of the id that was asked for.
    NoObject,
    /// The snapshot was closed by its user.
    Closed,
    /// A bug of ours: a panic that was caught.
    Internal,
}

impl Code {
    /// The code as JavaScript, JSON and people see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "ERR_HEAP_EMPTY",
            Self::Truncated => "ERR_HEAP_TRUNCATED",
            Self::NotSnapshot => "ERR_HEAP_NOT_SNAPSHOT",
            Self::Malformed => "ERR_HEAP_MALFORMED",
            Self::TooLarge => "ERR_HEAP_TOO_LARGE",
            Self::NotFound => "ERR_HEAP_NOT_FOUND",
            Self::IsDirectory => "ERR_HEAP_IS_DIRECTORY",
            Self::Permission => "ERR_HEAP_PERMISSION",
            Self::Io => "ERR_HEAP_IO",
            Self::NoMemory => "ERR_HEAP_NO_MEMORY",
            Self::Cancelled => "ERR_HEAP_CANCELLED",
            Self::Usage => "ERR_HEAP_USAGE",
            Self::NoObject => "ERR_HEAP_NO_OBJECT",
            Self::Closed => "ERR_HEAP_CLOSED",
            Self::Internal => "ERR_HEAP_INTERNAL",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error with its code, its sentence and, where it is known, the byte it is about.
#[derive(Debug, thiserror::Error)]
#[error("{message}{}", Place(*.offset))]
pub struct Error {
    code: Code,
    message: String,
    offset: Option<u64>,
    #[source]
    source: Option<io::Error>,
}

/// Where an error was seen, as the end of its sentence.
struct Place(Option<u64>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(offset) => write!(f, " (byte {offset})"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// An error without a position.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: one_line(message.into()), offset: None, source: None }
    }

    /// An error about the byte at `offset` of the (uncompressed) snapshot.
    pub fn at(code: Code, offset: u64, message: impl fmt::Display) -> Self {
        Self { offset: Some(offset), ..Self::new(code, message.to_string()) }
    }

    /// The snapshot contradicts the format at `offset`.
    pub fn malformed(offset: u64, message: impl fmt::Display) -> Self {
        Self::at(Code::Malformed, offset, format_args!("damaged heap snapshot: {message}"))
    }

    /// The snapshot ends at `offset`, inside or before `part`.
    pub fn truncated(offset: u64, part: impl fmt::Display) -> Self {
        Self::at(Code::Truncated, offset, format_args!("truncated heap snapshot: the data ends {part}"))
    }

    /// The caller cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Code::Cancelled, "the operation was cancelled")
    }

    /// An allocation of `bytes` for `what` was refused.
    pub fn no_memory(bytes: u64, what: impl fmt::Display) -> Self {
        Self::new(Code::NoMemory, format!("not enough memory: {bytes} bytes for {what} could not be had"))
    }

    /// An I/O error about `path`, with the code that fits its kind.
    #[must_use]
    pub fn io(path: &Path, error: io::Error) -> Self {
        let shown = path.display();
        let (code, message) = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                (Code::NotFound, format!("no such file: {shown}"))
            }
            io::ErrorKind::PermissionDenied => (Code::Permission, format!("no permission to read {shown}")),
            io::ErrorKind::IsADirectory => {
                (Code::IsDirectory, format!("{shown} is a directory, expected a heap snapshot file"))
            }
            io::ErrorKind::OutOfMemory => (Code::NoMemory, format!("not enough memory to read {shown}")),
            _ => (Code::Io, format!("could not read {shown}: {error}")),
        };
        Self { source: Some(error), ..Self::new(code, message) }
    }

    /// The same error, its sentence opened with the file it is about.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        let shown = one_line(path.display().to_string());
        if !matches!(self.code, Code::Cancelled) && !self.message.contains(&shown) {
            self.message = format!("{shown}: {}", self.message);
        }
        self
    }

    /// The same error, told of a piece of a snapshot, as one of the whole: what is byte `from` of the piece is byte `to`
    /// of the whole.
    #[must_use]
    pub(crate) fn moved(mut self, from: u64, to: u64) -> Self {
        self.offset = self.offset.map(|offset| offset - from + to);
        self
    }

    /// The same error once more, without what the system said of it.
    pub(crate) fn again(&self) -> Self {
        Self { code: self.code, message: self.message.clone(), offset: self.offset, source: None }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Byte offset in the (uncompressed) snapshot, where there is one.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }
}

/// A sentence with the control characters in it shown as escapes. Keys of a file and names of files stand in sentences
/// as they were found, and what is written to a terminal or a log must not steer it.
fn one_line(message: String) -> String {
    if !message.contains(char::is_control) {
        return message;
    }
    let shown =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() };
    message.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_cannot_break_a_sentence() {
        let error = Error::malformed(7, "the key \"a\n\u{1b}[31mb\" is é");
        assert_eq!(error.to_string(), "damaged heap snapshot: the key \"a\\n\\u{1b}[31mb\" is é (byte 7)");
        let error = Error::io(Path::new("a\nb"), io::ErrorKind::NotFound.into()).in_file(Path::new("a\nb"));
        assert_eq!(error.to_string(), "no such file: a\\nb");
    }
}
