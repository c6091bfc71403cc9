//! Where the bytes of an index are: mapped, or read from the file when they are asked for.
//!
//! Mapping copies nothing, but a mapped file that somebody shortens kills the process (SIGBUS). The command line maps;
//! inside a server the bytes are read, block by block, into memory of our own.

use std::{fs::File, io, ops::Range, sync::Arc};

use memmap2::Mmap;

/// Something with bytes at positions. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Backing {
    /// A mapping. Nobody may shorten the file while it lives.
    Mapped(Arc<Mmap>),
    /// A file that is read at positions.
    File(Arc<File>),
    /// Bytes in memory.
    #[cfg(any(test, fuzzing))]
    Bytes(Arc<Vec<u8>>),
}

impl Backing {
    /// Fills `buffer` with what stands at `offset`; an error when there is less.
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Self::Mapped(map) => copy(map, buffer, offset),
            #[cfg(any(test, fuzzing))]
            Self::Bytes(bytes) => copy(bytes, buffer, offset),
            Self::File(file) => read_exact_at(file, buffer, offset),
        }
    }

    /// How long it is, in bytes.
    pub(super) fn len(&self) -> io::Result<u64> {
        match self {
            Self::Mapped(map) => Ok(map.len() as u64),
            #[cfg(any(test, fuzzing))]
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(file) => Ok(file.metadata()?.len()),
        }
    }

    /// The mapping, where it is one.
    pub(super) fn map(&self) -> Option<&Arc<Mmap>> {
        if let Self::Mapped(map) = self { Some(map) } else { None }
    }
}

fn copy(from: &[u8], buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let range: Option<Range<usize>> =
        usize::try_from(offset).ok().and_then(|start| Some(start..start.checked_add(buffer.len())?));
    let bytes = range.and_then(|range| from.get(range)).ok_or(io::ErrorKind::UnexpectedEof)?;
    buffer.copy_from_slice(bytes);
    Ok(())
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            got => {
                buffer = &mut buffer[got..];
                offset += got as u64;
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
pub(super) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let put = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if put == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[put..];
        offset += put as u64;
    }
    Ok(())
}
