//! Where a snapshot's bytes come from: a file read or mapped, a buffer, and any of them compressed.
//!
//! Mapping is the fastest way and costs no memory of our own, but a mapped file that shrinks while it is read
//! kills the process with SIGBUS. So it is the caller's choice, made by the command line and not by servers.

use std::{
    fs::{self, File},
    io::{self, Read},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use memmap2::{Mmap, UncheckedAdvice};

use crate::{
    error::{Code, Error, Result},
    memory,
};

/// What the caller hands us.
#[derive(Debug)]
pub enum Source {
    /// A file to read into memory of our own.
    File(PathBuf),
    /// A file to map. It must not be truncated by anyone until the snapshot is dropped.
    MappedFile(PathBuf),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

impl Source {
    /// The file's path, where there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::MappedFile(path) => Some(path),
            Self::Bytes(_) => None,
        }
    }
}

/// The bytes of an opened source, decompressed.
#[derive(Debug)]
pub(crate) struct Input {
    bytes: Bytes,
    /// Size of the file or buffer as it was given, compressed or not.
    pub(crate) given_size: u64,
}

#[derive(Debug)]
enum Bytes {
    Owned(Vec<u8>),
    /// Shared, since several parts of it may be kept.
    Mapped(Arc<Mmap>),
}

pub(crate) const GZIP: &[u8] = &[0x1f, 0x8b];
pub(crate) const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A compressed snapshot may not unpack to more than this many times its size, plus [`UNPACK_FREE`]: real ones
/// reach about 14, so this stops decompression bombs and nothing else.
const UNPACK_RATIO: u64 = 256;
const UNPACK_FREE: u64 = 64 << 20;

/// To how many bytes a packed snapshot of this size may unpack.
pub(crate) fn unpack_limit(packed: u64) -> u64 {
    packed * UNPACK_RATIO + UNPACK_FREE
}

impl Input {
    pub(crate) fn open(source: Source) -> Result<Self> {
        let (bytes, given_size) = match source {
            Source::Bytes(bytes) => {
                let size = bytes.len() as u64;
                (Bytes::Owned(bytes), size)
            }
            Source::File(path) => {
                let (file, size) = open_regular(&path)?;
                (Bytes::Owned(read_all(file, size, &path)?), size)
            }
            Source::MappedFile(path) => {
                let (file, size) = open_regular(&path)?;
                if size == 0 {
                    (Bytes::Owned(Vec::new()), 0)
                } else {
                    // SAFETY: the mapping is read-only and private. That nobody truncates the file meanwhile is
                    // the documented condition of `Source::MappedFile`; writers cannot break memory safety of
                    // our own structures, since every number read is checked before it is used as an index.
                    let map = unsafe { Mmap::map(&file) }.map_err(|error| Error::io(&path, error))?;
                    (Bytes::Mapped(Arc::new(map)), size)
                }
            }
        };
        let input = Self { bytes, given_size };
        if input.bytes().is_empty() {
            return Err(Error::new(Code::Empty, "it is empty, expected a heap snapshot"));
        }
        input.unpacked()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }

    fn unpacked(self) -> Result<Self> {
        let packed = self.bytes();
        let limit = unpack_limit(packed.len() as u64);
        let unpacked = if packed.starts_with(GZIP) {
            unpack(flate2::read::MultiGzDecoder::new(packed), limit, "gzip")?
        } else if packed.starts_with(ZSTD) {
            let decoder =
                zstd::stream::read::Decoder::with_buffer(packed).map_err(|error| unpack_error("zstd", &error))?;
            unpack(decoder, limit, "zstd")?
        } else {
            return Ok(self);
        };
        if unpacked.is_empty() {
            return Err(Error::new(Code::Empty, "it unpacks to nothing, expected a heap snapshot"));
        }
        Ok(Self { bytes: Bytes::Owned(unpacked), given_size: self.given_size })
    }

    /// Brings a range that is about to be read into memory with one call, where otherwise every few pages are a fault
    /// of their own.
    pub(crate) fn prefetch(&self, range: Range<usize>) {
        #[cfg(target_os = "linux")]
        if let Bytes::Mapped(map) = &self.bytes {
            // Older kernels refuse; then the pages come one by one.
            let _ = map.advise_range(memmap2::Advice::PopulateRead, range.start, range.len());
        }
        #[cfg(not(target_os = "linux"))]
        let _ = range;
    }

    /// Gives the pages of a range that has been read back to the system. They can still be read, from the file.
    pub(crate) fn release(&self, range: Range<usize>) {
        if let Bytes::Mapped(map) = &self.bytes
            && !range.is_empty()
        {
            // SAFETY: for a read-only file mapping MADV_DONTNEED only drops clean pages, which are read from
            // the file again when touched: no byte that we can see changes.
            // A refusal costs memory, not correctness, so it is not reported.
            let _ = unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, range.len()) };
        }
    }

    /// Keeps only some ranges readable, and frees everything else that is ours.
    pub(crate) fn keep<const N: usize>(self, ranges: [(Range<usize>, &'static str); N]) -> Result<[Kept; N]> {
        let mut kept = ranges.map(|(range, what)| (Kept { bytes: Bytes::Owned(Vec::new()), range }, what));
        for (part, what) in &mut kept {
            match &self.bytes {
                Bytes::Mapped(map) => part.bytes = Bytes::Mapped(Arc::clone(map)),
                Bytes::Owned(all) => {
                    let mut copy = memory::with_capacity(part.range.len(), what)?;
                    copy.extend_from_slice(&all[part.range.clone()]);
                    *part = Kept { range: 0..copy.len(), bytes: Bytes::Owned(copy) };
                }
            }
        }
        Ok(kept.map(|(part, _)| part))
    }
}

/// The part of an input that is needed for as long as the snapshot lives.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: Bytes,
    range: Range<usize>,
}

impl Kept {
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Owned(bytes) => &bytes[self.range.clone()],
            Bytes::Mapped(map) => &map[self.range.clone()],
        }
    }
}

pub(crate) fn open_regular(path: &Path) -> Result<(File, u64)> {
    // Looked at before it is opened: opening a FIFO would wait for a writer for ever.
    let look = |error| Error::io(path, error);
    let before = fs::metadata(path).map_err(look)?;
    if before.is_dir() {
        return Err(Error::io(path, io::ErrorKind::IsADirectory.into()));
    }
    if !before.is_file() {
        let shown = path.display();
        return Err(Error::new(Code::NotSnapshot, format!("{shown} is not a regular file, expected a heap snapshot")));
    }
    let file = File::open(path).map_err(look)?;
    let size = file.metadata().map_err(look)?.len();
    Ok((file, size))
}

fn read_all(mut file: File, size: u64, path: &Path) -> Result<Vec<u8>> {
    let length = usize::try_from(size).map_err(|_| Error::no_memory(size, "the file"))?;
    let mut bytes = memory::with_capacity(length, "the file")?;
    // Bounded: a file that grows meanwhile is read as long as it was when it was opened.
    file.by_ref().take(size).read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
    Ok(bytes)
}

fn unpack(mut decoder: impl Read, limit: u64, format: &'static str) -> Result<Vec<u8>> {
    const STEP: usize = 1 << 20;
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let have = bytes.len();
        // Grown by halves rather than doubled, and asked for: the size is only known at the end.
        if bytes.capacity() - have < STEP {
            let more = (have / 2).max(STEP);
            bytes.try_reserve_exact(more).map_err(|_| Error::no_memory((have + more) as u64, "unpacking"))?;
        }
        bytes.resize(have + STEP, 0);
        let got = loop {
            match decoder.read(&mut bytes[have..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|error| unpack_error(format, &error))?,
            }
        };
        bytes.truncate(have + got);
        if got == 0 {
            return Ok(bytes);
        }
        if bytes.len() as u64 > limit {
            let message = format!("the {format} data unpacks to over {UNPACK_RATIO} times its size; refused");
            return Err(Error::new(Code::TooLarge, message));
        }
    }
}

pub(crate) fn unpack_error(format: &'static str, error: &io::Error) -> Error {
    let code = if error.kind() == io::ErrorKind::UnexpectedEof { Code::Truncated } else { Code::Malformed };
    Error::new(code, format!("the {format} data is damaged or incomplete: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn open(bytes: &[u8]) -> Result<Input> {
        Input::open(Source::Bytes(bytes.to_vec()))
    }

    #[test]
    fn compressed_bytes_are_recognised_by_content() {
        let plain = b"{\"snapshot\":{}}".repeat(50);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).unwrap();
        assert_eq!(open(&gzip.finish().unwrap()).unwrap().bytes(), plain);
        assert_eq!(open(&zstd::encode_all(&plain[..], 1).unwrap()).unwrap().bytes(), plain);
        assert_eq!(open(&plain).unwrap().bytes(), plain);
    }

    #[test]
    fn cut_compressed_data_is_truncated_or_malformed() {
        let packed = zstd::encode_all(&b"abc".repeat(1000)[..], 1).unwrap();
        let error = open(&packed[..packed.len() - 3]).unwrap_err();
        assert!(matches!(error.code(), Code::Truncated | Code::Malformed), "{error}");
        assert_eq!(open(&[0x1f, 0x8b, 0, 0]).unwrap_err().code(), Code::Truncated);
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let zeros = vec![b' '; (UNPACK_FREE + (8 << 20)) as usize];
        let packed = zstd::encode_all(&zeros[..], 3).unwrap();
        assert_eq!(open(&packed).unwrap_err().code(), Code::TooLarge);
    }

    #[test]
    fn nothing_is_empty_and_a_directory_is_named() {
        assert_eq!(open(b"").unwrap_err().code(), Code::Empty);
        let error = Input::open(Source::MappedFile(std::env::temp_dir())).unwrap_err();
        assert_eq!(error.code(), Code::IsDirectory);
        let error = Input::open(Source::File("/no/such/file".into())).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
    }
}
