//! What a caller hands over to be read.

use std::{
    fmt,
    io::Read,
    path::{Path, PathBuf},
};

/// A snapshot to read. Whether it is packed with gzip or zstd is seen from its first bytes.
#[derive(Debug)]
pub enum Source {
    /// A file; what is needed of its text later is copied.
    File(PathBuf),
    /// A file; what is needed of its text later stays in a mapping of it, which costs no memory of ours. It must not be
    /// truncated by anyone until the snapshot is dropped: that would kill the process with SIGBUS.
    MappedFile(PathBuf),
    /// The bytes themselves.
    Bytes(Vec<u8>),
    /// Bytes that come once, in order.
    Stream(Stream),
    /// What is piped into the process, or a file it was started with. A pipe that stays silent keeps nobody from
    /// cancelling, except on Windows.
    StandardInput,
}

impl Source {
    /// The file's path, where there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::MappedFile(path) => Some(path),
            Self::Bytes(_) | Self::Stream(_) | Self::StandardInput => None,
        }
    }
}

/// Bytes that come once, in order: a pipe, a socket, what another program makes.
///
/// It is read on a thread of its own. A reader that has nothing yet may wait, and then the work cannot be cancelled
/// while it does; or it answers `WouldBlock` or `TimedOut` every now and then and is asked again.
pub struct Stream {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) size: Option<u64>,
    /// Whether the reader never waits for long, so that the thread which reads can be waited for.
    pub(super) returns: bool,
}

impl Stream {
    /// A stream of unknown length.
    #[must_use]
    pub fn new(reader: impl Read + Send + 'static) -> Self {
        Self { reader: Box::new(reader), size: None, returns: false }
    }

    /// Says how many bytes will come, for progress only.
    #[must_use]
    pub fn expecting(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("size", &self.size).finish_non_exhaustive()
    }
}
