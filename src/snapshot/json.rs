//! A cursor over JSON text that knows just enough to walk the outermost object of a snapshot.
//!
//! Values it does not care for are stepped over without recursion: `trace_tree` nests as deep as a call stack.

use memchr::memchr2;

use crate::error::{Error, Result};

/// A position in the text of a whole snapshot.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The next byte that is no whitespace; it is not consumed.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Consumes `wanted`, or says what stands there instead. `place` reads like `after "nodes"`.
    pub(crate) fn expect(&mut self, wanted: u8, place: &str) -> Result<()> {
        match self.peek() {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.unexpected(byte, format_args!("`{}`", wanted as char), place)),
            None => Err(Error::truncated(self.at as u64, place)),
        }
    }

    pub(crate) fn unexpected(&self, found: u8, wanted: impl std::fmt::Display, place: &str) -> Error {
        let found = std::ascii::escape_default(found);
        Error::malformed(self.at as u64, format_args!("expected {wanted} {place}, found `{found}`"))
    }

    /// Steps over a string whose opening quote has been consumed; gives the raw text between the quotes.
    pub(crate) fn rest_of_string(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        loop {
            let found = memchr2(b'"', b'\\', self.bytes.get(self.at..)?)? + self.at;
            if self.bytes[found] == b'"' {
                self.at = found + 1;
                return Some(&self.bytes[start..found]);
            }
            self.at = found + 2;
        }
    }

    /// Consumes a string and gives its raw text between the quotes, escapes untouched.
    pub(crate) fn string(&mut self, place: &str) -> Result<&'a [u8]> {
        self.expect(b'"', place)?;
        self.rest_of_string()
            .ok_or_else(|| Error::truncated(self.bytes.len() as u64, format_args!("inside a string {place}")))
    }

    /// Steps over one value of any kind.
    pub(crate) fn skip_value(&mut self, place: &str) -> Result<()> {
        let ends = || Error::truncated(self.bytes.len() as u64, format_args!("inside {place}"));
        let mut depth = 0_u64;
        loop {
            match self.peek().ok_or_else(ends)? {
                b'"' => {
                    self.at += 1;
                    self.rest_of_string().ok_or_else(ends)?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                byte if byte == b'-' || byte.is_ascii_alphanumeric() => {
                    let rest = &self.bytes[self.at..];
                    let more = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
                    self.at += rest.iter().take_while(|&b| more(b)).count();
                }
                byte => return Err(self.unexpected(byte, "a value", place)),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn skipped(text: &str) -> Result<usize> {
        let mut cursor = Cursor::new(text.as_bytes(), 0);
        cursor.skip_value("in a test").map(|()| cursor.at)
    }

    #[test]
    fn values_are_stepped_over_whole() {
        for value in ["1", "-1.5e+3", "true", "null", r#""a\"]b""#, "[]", r#"[1,[2,{"a":"]"}],3]"#, r#"{"a":[{}]}"#] {
            assert_eq!(skipped(&format!(" {value},9")).unwrap(), value.len() + 1, "{value}");
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = "[".repeat(3_000_000) + &"]".repeat(3_000_000);
        assert_eq!(skipped(&deep).unwrap(), deep.len());
        assert_eq!(skipped(&deep[..5_999_999]).unwrap_err().code(), Code::Truncated);
    }

    #[test]
    fn cut_strings_are_truncated() {
        for text in ["\"abc", "\"abc\\", "\"abc\\\""] {
            assert_eq!(skipped(text).unwrap_err().code(), Code::Truncated, "{text}");
        }
        assert_eq!(skipped("]").unwrap_err().code(), Code::Malformed);
    }
}
