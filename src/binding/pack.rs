//! Packs a finished file with gzip or zstd on a thread of the pool: the app's event loop has just stood still for the
//! snapshot, and must not do so again for its packing.
//!
//! What was written is read back and unpacked to its end. A packed snapshot that cannot be unpacked would be found
//! out when it is needed, and by then the heap it shows is long gone.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    job::{CancelFlag, Job, JsonTask},
    json,
};
use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
};

/// The quickest level of each: what is packed is packed while the app works, and one of its cores is enough.
const GZIP_LEVEL: u32 = 1;
const ZSTD_LEVEL: i32 = 1;

/// Bytes between two looks at the cancel flag.
const STEP: usize = 1 << 20;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Packed {
    /// Of the packed file.
    size_bytes: u64,
    /// Of the packed file.
    sha256: String,
    /// Of what the packed file unpacks to, read back from the disk.
    content_sha256: String,
}

#[derive(Clone, Copy)]
enum Format {
    Gzip,
    Zstd,
}

/// Packs one file into a new one (mode 0600, synced): `{sizeBytes, sha256, contentSha256}` as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn pack(from: String, to: String, format: String, cancel: &CancelFlag) -> AsyncTask<JsonTask> {
    let (from, to) = (PathBuf::from(from), PathBuf::from(to));
    Job::start_writing(cancel, None, move |monitor| {
        let format = match format.as_str() {
            "gzip" => Format::Gzip,
            "zstd" => Format::Zstd,
            other => return Err(Error::new(Code::Internal, format!("no such way of packing: {other}"))),
        };
        let (size_bytes, sha256) = write(&from, &to, format, monitor)?;
        json(&Packed { size_bytes, sha256, content_sha256: unpacked_digest(&to, format, monitor)? })
    })
}

/// Size and digest of the new file.
fn write(from: &Path, to: &Path, format: Format, monitor: &Monitor) -> Result<(u64, String)> {
    let failed = |error| Error::io(to, error);
    let mut input = File::open(from).map_err(|error| Error::io(from, error))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let output = Hashing::new(BufWriter::with_capacity(STEP, options.open(to).map_err(failed)?));
    let output = match format {
        Format::Gzip => {
            let mut packer = flate2::write::GzEncoder::new(output, flate2::Compression::new(GZIP_LEVEL));
            copy(&mut input, &mut packer, to, monitor)?;
            packer.finish()
        }
        Format::Zstd => {
            let mut packer = zstd::stream::write::Encoder::new(output, ZSTD_LEVEL).map_err(failed)?;
            // A bit that was flipped on the way would be seen by whoever unpacks it.
            packer.include_checksum(true).map_err(failed)?;
            copy(&mut input, &mut packer, to, monitor)?;
            packer.finish()
        }
    };
    let Hashing { inner, hash, count } = output.map_err(failed)?;
    let file = inner.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok((count, hexadecimal(hash)))
}

fn unpacked_digest(file: &Path, format: Format, monitor: &Monitor) -> Result<String> {
    let failed = |error| Error::io(file, error);
    let packed = BufReader::with_capacity(STEP, File::open(file).map_err(failed)?);
    let mut hash = Hashing::new(io::sink());
    match format {
        Format::Gzip => copy(&mut flate2::read::MultiGzDecoder::new(packed), &mut hash, file, monitor)?,
        Format::Zstd => {
            let mut unpacker = zstd::stream::read::Decoder::with_buffer(packed).map_err(failed)?;
            copy(&mut unpacker, &mut hash, file, monitor)?;
        }
    }
    Ok(hexadecimal(hash.hash))
}

fn copy(from: &mut impl Read, to: &mut impl Write, named: &Path, monitor: &Monitor) -> Result<()> {
    let failed = |error| Error::io(named, error);
    let mut buffer = vec![0; STEP];
    loop {
        monitor.check()?;
        match from.read(&mut buffer).map_err(failed)? {
            0 => return to.flush().map_err(failed),
            got => to.write_all(&buffer[..got]).map_err(failed)?,
        }
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Passes everything on, and keeps count and digest of it.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    count: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), count: 0 }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
