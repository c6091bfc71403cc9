//! Standard input: what is piped in, read so that a pipe which stays silent keeps nobody from stopping.

use std::{
    fs::File,
    io::{self, Read, Seek},
};

use super::source::Stream;
use crate::error::{Code, Error, Result};

/// How long to wait for a silent pipe before whoever asked may look around, in milliseconds.
#[cfg(unix)]
const PATIENCE: i32 = 20;

/// Opens standard input. Its own descriptor stays open, and may be read by others afterwards.
pub(super) fn open() -> Result<Stream> {
    let failed = |error: io::Error| Error::new(Code::Io, format!("standard input could not be read: {error}"));
    let mut file = duplicate().map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(Error::new(Code::IsDirectory, "standard input is a directory, expected a heap snapshot"));
    }
    // Of a file, what is left of it; of a pipe nobody knows.
    let size =
        if about.is_file() { file.stream_position().ok().map(|at| about.len().saturating_sub(at)) } else { None };
    Ok(Stream { reader: Box::new(Patient(file)), size, returns: cfg!(unix) })
}

#[cfg(unix)]
fn duplicate() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn duplicate() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(io::stdin().as_handle().try_clone_to_owned()?.into())
}

/// A file that answers `WouldBlock` when it has had nothing to give for a while. On Windows pipes cannot be waited for
/// like that, and it waits.
struct Patient(File);

impl Read for Patient {
    #[cfg(unix)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::os::fd::AsRawFd;

        let mut waited = libc::pollfd { fd: self.0.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: the pointer is to the one structure that is announced, and it lives through the call.
        match unsafe { libc::poll(&raw mut waited, 1, PATIENCE) } {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            1.. => self.0.read(buffer),
            _ => Err(io::Error::last_os_error()),
        }
    }

    #[cfg(windows)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}
