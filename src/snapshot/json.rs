//! A cursor over JSON text that was kept and is at hand as a whole. What is still being read has [`walker`](super::walker).

use memchr::memchr2;

use crate::error::{Error, Result};

/// A position in a kept text.
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
}
