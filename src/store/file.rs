//! The index as a file: private, ours, made under another name and renamed when it is whole.
//!
//! It holds what the snapshot holds, secrets included. So it is created with mode 0600, and one that belongs to
//! somebody else, or that others may write to, is neither read nor replaced.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use memmap2::Mmap;

use super::backing::Backing;

/// A temporary file that nobody has written to for this long was left behind by a process that was killed.
const ABANDONED: Duration = Duration::from_secs(600);

/// How the bytes of an index are to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Mapped: the fastest way, where nobody will shorten the file.
    Mapped,
    /// Read on touch: safe in a server whatever happens to the file.
    Read,
}

/// Opens a file for reading at positions.
pub(crate) fn open(path: &Path, how: Reading) -> io::Result<Backing> {
    let file = File::open(path)?;
    Ok(match how {
        Reading::Read => Backing::File(Arc::new(file)),
        Reading::Mapped => {
            // SAFETY: the mapping is read-only. That nobody shortens the file meanwhile is the condition of
            // `Reading::Mapped`; whatever its bytes are, they are checked before they are used.
            Backing::Mapped(Arc::new(unsafe { Mmap::map(&file)? }))
        }
    })
}

/// Whether there is a file of ours at this path that nobody else can write to; `None` when there is nothing.
pub(crate) fn is_ours(path: &Path) -> Option<bool> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Some(metadata.is_file() && is_private(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some(false),
    }
}

#[cfg(unix)]
fn is_private(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: a call without arguments that cannot fail.
    let us = unsafe { libc::geteuid() };
    metadata.uid() == us && metadata.mode() & 0o022 == 0
}

#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

/// Makes a file under another name, lets `write` fill it, and puts it where `path` says, over what was there. Nothing is
/// left behind when that fails. `WouldBlock` when somebody else is at it.
pub(crate) fn create(path: &Path, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let part = part_of(path);
    let file = claim(&part)?;
    let made = write(&file).and_then(|()| fs::rename(&part, path));
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    made
}

/// The name an index has while it is written.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn claim(part: &Path) -> io::Result<File> {
    let taken = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
    match create_new(part) {
        Err(error) if taken(&error) => {
            let touched = fs::symlink_metadata(part)?.modified()?;
            if touched.elapsed().unwrap_or_default() < ABANDONED {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            fs::remove_file(part)?;
            create_new(part)
        }
        other => other,
    }
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens an index to add to it, alone: `WouldBlock` when another process is adding to it.
pub(crate) fn open_to_grow(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    lock(&file)?;
    Ok(file)
}

#[cfg(unix)]
fn lock(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is that of an open file, which outlives the call. The lock goes with the file.
    match unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether `bytes` more fit on the disk of `directory` and leave as much again, and at least 256 MiB: an index is a
/// convenience and must not be what fills a disk. Where that cannot be told, they do.
#[cfg(unix)]
pub(crate) fn room_for(bytes: u64, directory: &Path) -> bool {
    use std::{ffi::CString, mem::MaybeUninit, os::unix::ffi::OsStrExt};

    let Ok(path) = CString::new(directory.as_os_str().as_bytes()) else { return false };
    let mut told = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends with a zero, and the structure is there to be written to.
    if unsafe { libc::statvfs(path.as_ptr(), told.as_mut_ptr()) } != 0 {
        return true;
    }
    // SAFETY: the call succeeded and has filled it.
    let told = unsafe { told.assume_init() };
    // Numbers of 32 or 64 bits, by system.
    let free = widened(told.f_bavail).saturating_mul(widened(told.f_frsize));
    free >= bytes.saturating_add(bytes.max(256 << 20))
}

#[cfg(unix)]
fn widened(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(0)
}

/// Whether so many bytes more fit on the disk; not known here.
#[cfg(not(unix))]
pub(crate) fn room_for(_: u64, _: &Path) -> bool {
    true
}
