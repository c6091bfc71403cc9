//! The file that a copy becomes: made anew and for its owner alone, hashed and packed on the way, synced at the end.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result};

/// How a written file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// gzip, for tools that know nothing better.
    Gzip,
    /// zstd: quicker and smaller.
    Zstd,
}

/// A file being written. Removed again when it is dropped before [`Output::finish`].
pub(crate) struct Output {
    path: PathBuf,
    writer: Option<Writer>,
}

enum Writer {
    Plain(BufWriter<Hashing>),
    Gzip(flate2::write::GzEncoder<BufWriter<Hashing>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<Hashing>>),
}

struct Hashing {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl Output {
    /// Makes the file. It must not exist: nothing is overwritten and no symlink followed.
    pub(crate) fn create(path: &Path, packing: Option<Packing>) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| write_error(path, &error))?;
        let hashing = BufWriter::with_capacity(1 << 18, Hashing { file, hash: Sha256::new(), bytes: 0 });
        let writer = match packing {
            None => Writer::Plain(hashing),
            Some(Packing::Gzip) => Writer::Gzip(flate2::write::GzEncoder::new(hashing, flate2::Compression::fast())),
            Some(Packing::Zstd) => {
                let encoder = zstd::stream::write::Encoder::new(hashing, 1).map_err(|error| write_error(path, &error));
                Writer::Zstd(encoder?)
            }
        };
        Ok(Self { path: path.to_path_buf(), writer: Some(writer) })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.writer {
            Some(Writer::Plain(writer)) => writer.write_all(bytes),
            Some(Writer::Gzip(writer)) => writer.write_all(bytes),
            Some(Writer::Zstd(writer)) => writer.write_all(bytes),
            None => Ok(()),
        };
        written.map_err(|error| write_error(&self.path, &error))
    }

    /// Everything is on the disk when this returns.
    pub(crate) fn finish(mut self) -> Result<Written> {
        let buffered = match self.writer.take() {
            Some(Writer::Plain(writer)) => Ok(writer),
            Some(Writer::Gzip(writer)) => writer.finish(),
            Some(Writer::Zstd(writer)) => writer.finish(),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        let done = buffered
            .and_then(|writer| writer.into_inner().map_err(io::IntoInnerError::into_error))
            .and_then(|hashing| hashing.file.sync_all().map(|()| hashing));
        match done {
            Ok(hashing) => {
                let sha256 = hashing.hash.finalize().iter().fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                });
                Ok(Written { bytes: hashing.bytes, sha256 })
            }
            Err(error) => {
                let _ = std::fs::remove_file(&self.path);
                Err(write_error(&self.path, &error))
            }
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Half a copy is worth nothing. That it could not be removed is not told: something else has failed already.
        if self.writer.take().is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn write_error(path: &Path, error: &io::Error) -> Error {
    let code = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Code::NotFound,
        io::ErrorKind::PermissionDenied => Code::Permission,
        _ => Code::Io,
    };
    Error::new(code, format!("cannot write {}: {error}", path.display()))
}
