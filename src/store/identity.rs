//! Whether a snapshot is still the one that an index was made of.
//!
//! Asked before every use, so it must cost next to nothing: size, time of the last change, and a hash of samples, which
//! are the first and the last 64 KiB and 64 blocks of 4 KiB spread evenly between them. A file that was written anew,
//! replaced, appended to, cut or edited by any ordinary program has another time. Not noticed is an edit of the same
//! length, between the samples, by somebody who then sets the time back to the nanosecond.

use std::{
    fs::{File, Metadata},
    io,
    time::UNIX_EPOCH,
};

use super::backing::read_exact_at;

/// Bytes at either end.
const ENDS: u64 = 64 << 10;
/// Samples between them, and bytes of each.
const SAMPLES: u64 = 64;
const SAMPLE: u64 = 4 << 10;

/// What a snapshot is recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Bytes of the file.
    pub(super) size: u64,
    /// Time of the last change, nanoseconds from 1970 on.
    pub(super) modified: u64,
    /// Hash of the samples.
    pub(super) samples: u128,
}

impl Identity {
    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The identity of an open file as it is now.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let (size, modified) = (metadata.len(), modified(&metadata));
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        let mut buffer = vec![0; ENDS as usize];
        let mut sample = |offset: u64, length: u64| -> io::Result<()> {
            let bytes = &mut buffer[..length as usize];
            read_exact_at(file, bytes, offset)?;
            hash.update(bytes);
            Ok(())
        };
        if size <= 2 * ENDS + SAMPLES * SAMPLE {
            for offset in (0..size).step_by(ENDS as usize) {
                sample(offset, ENDS.min(size - offset))?;
            }
        } else {
            sample(0, ENDS)?;
            let step = (size - 2 * ENDS) / SAMPLES;
            for index in 0..SAMPLES {
                sample(ENDS + index * step, SAMPLE)?;
            }
            sample(size - ENDS, ENDS)?;
        }
        Ok(Self { size, modified, samples: hash.digest128() })
    }
}

/// Nanoseconds from 1970 to the last change; 0 where the system does not know it.
fn modified(metadata: &Metadata) -> u64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}
