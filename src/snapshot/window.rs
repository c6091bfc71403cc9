//! A window: the stretch of a snapshot's text that is at hand, in a buffer that is used for the next one.
//!
//! A snapshot may be larger than memory, so nothing that reads it looks at more than a window at a time. Half a
//! mebibyte stays in a processor's cache between the system call that fills it and the two looks that are taken at it.

use std::io;

use crate::{error::Result, memory};

/// Bytes of a window. Next to nothing where a fuzzer looks on, so that its small inputs are cut everywhere.
pub(crate) const WINDOW: usize = if cfg!(fuzzing) { 61 } else { 512 << 10 };

/// Room left before a window's text, for the beginning of a record whose end is in this window.
const HEADROOM: usize = 4096;

/// A stretch of text and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Window {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
}

impl Window {
    /// A window without text.
    pub(crate) fn at(offset: u64) -> Self {
        Self { offset, ..Self::default() }
    }

    /// A window with this text.
    pub(crate) fn holding(offset: u64, text: &[u8]) -> Result<Self> {
        let (start, end) = (HEADROOM, HEADROOM + text.len());
        let mut window = Self { buffer: memory::zeroed(end, "reading")?, start, end, offset };
        window.buffer[start..].copy_from_slice(text);
        Ok(window)
    }

    /// The text.
    #[inline]
    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The text and where it starts in what is given: before it stand bytes that mean nothing, so that words can be read
    /// backwards from the first of the text.
    pub(crate) fn with_headroom(&self) -> (&[u8], usize) {
        (&self.buffer[..self.end], self.start)
    }

    /// Where in the (unpacked) snapshot the text starts.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes of text.
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Fills the window with up to `size` bytes that start at `offset`. `read` is called until it has no more to give,
    /// with the number of bytes that are there already.
    pub(crate) fn fill(
        &mut self,
        offset: u64,
        size: usize,
        mut read: impl FnMut(usize, &mut [u8]) -> io::Result<usize>,
    ) -> std::result::Result<(), Fault> {
        (self.start, self.end, self.offset) = (HEADROOM, HEADROOM, offset);
        if self.buffer.len() < HEADROOM + size {
            self.buffer = memory::zeroed(HEADROOM + size, "reading").map_err(Fault::Refused)?;
        }
        let until = HEADROOM + size;
        while self.end < until {
            match read(self.end - HEADROOM, &mut self.buffer[self.end..until]) {
                Ok(0) => break,
                Ok(got) => self.end += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
        Ok(())
    }

    /// Puts the text that stands just before this window in front of it.
    pub(crate) fn prepend(&mut self, before: &[u8]) -> Result<()> {
        if before.len() > self.start {
            let mut buffer = memory::zeroed(HEADROOM + before.len() + self.len(), "reading")?;
            let start = HEADROOM + before.len();
            let end = start + self.len();
            buffer[start..end].copy_from_slice(self.text());
            (self.buffer, self.start, self.end) = (buffer, start, end);
        }
        self.buffer[self.start - before.len()..self.start].copy_from_slice(before);
        self.start -= before.len();
        self.offset -= before.len() as u64;
        Ok(())
    }

    /// Forgets the first `count` bytes.
    pub(crate) fn skip(&mut self, count: usize) {
        self.start += count;
        self.offset += count as u64;
    }
}

/// Why a window could not be filled.
pub(crate) enum Fault {
    /// The memory for it was refused.
    Refused(crate::error::Error),
    /// Reading failed; what came before that is in the window.
    Io(io::Error),
}
