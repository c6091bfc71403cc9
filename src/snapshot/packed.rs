//! Packed snapshots: recognised by their first bytes, unpacked as a stream, and not without bounds.

use std::io::{self, BufReader, Read};

use crate::error::{Code, Error};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Bytes that tell how a source is packed.
pub(super) const MAGIC: usize = 4;

/// Packed bytes that are read at once.
const READ: usize = 256 << 10;

/// A compressed snapshot may not unpack to more than this many times its size, plus [`UNPACK_FREE`]: real ones
/// reach about 14, so this stops decompression bombs and nothing else.
pub(super) const UNPACK_RATIO: u64 = 256;
pub(super) const UNPACK_FREE: u64 = 64 << 20;

/// Whether what begins with these bytes is packed.
pub(crate) fn is_packed(head: &[u8]) -> bool {
    Packing::of(head).is_some()
}

/// How a source is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// The packing of a source that begins with these bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(GZIP) {
            Some(Self::Gzip)
        } else if head.starts_with(ZSTD) {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    /// A reader of what is packed in another.
    pub(super) fn unpack<'a>(self, packed: impl Read + Send + 'a) -> io::Result<Box<dyn Read + Send + 'a>> {
        let packed = BufReader::with_capacity(READ, packed);
        Ok(match self {
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        })
    }

    /// The error for data that cannot be unpacked.
    pub(super) fn fault(self, error: &io::Error) -> Error {
        let code = if error.kind() == io::ErrorKind::UnexpectedEof { Code::Truncated } else { Code::Malformed };
        Error::new(code, format!("the {} data is damaged or incomplete: {error}", self.name()))
    }

    /// The error for data that unpacks to more than a snapshot would.
    pub(super) fn too_large(self) -> Error {
        let message = format!("the {} data unpacks to over {UNPACK_RATIO} times its size; refused", self.name());
        Error::new(Code::TooLarge, message)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}
