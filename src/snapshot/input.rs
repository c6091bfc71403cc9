//! The text of a snapshot, a window at a time, wherever it comes from.
//!
//! A plain file and a buffer can be read anywhere, by several threads at once: files by positioned reads, which cost
//! less than mapping (no page faults), need no memory beyond the windows, and make of a file that shrinks meanwhile a
//! truncated snapshot instead of a SIGBUS. What is packed or piped comes in order ([`ahead`](super::ahead)).

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Read, Seek},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use memmap2::Mmap;

use super::{
    ahead::{Ahead, Given},
    packed::{MAGIC, Packing},
    source::{Source, Stream},
    stdin,
    window::{Fault, WINDOW, Window},
};
use crate::{
    error::{Code, Error, Result},
    memory,
    monitor::Monitor,
};

/// First bytes that tell other formats from snapshots.
const HEAD: usize = 4096;

/// With a pipe nobody knows how much will come: progress is then told as if half of it were this much.
const HALF_OF_A_PIPE: f64 = (256 << 20) as f64;

/// An opened source.
#[derive(Debug)]
pub(crate) struct Input {
    body: Body,
    /// The first bytes of the text.
    head: Vec<u8>,
    /// Size of what was given, packed or not, where that is known.
    given: Option<u64>,
    /// Bytes of a window.
    window: usize,
    /// How much of what was given has been told as progress.
    told: AtomicU64,
    monitor: Monitor,
}

#[derive(Debug)]
enum Body {
    File(OpenFile),
    /// A buffer, and where in the text it starts.
    Bytes(Vec<u8>, u64),
    /// What comes in order, and where from.
    Stream(Mutex<Ahead>, Origin),
}

/// Where a stream comes from.
#[derive(Debug)]
enum Origin {
    /// A packed file.
    File(OpenFile),
    /// A packed buffer.
    Bytes(Arc<Vec<u8>>),
    /// Outside. It does not come again.
    Outside,
}

/// A shared buffer that can be read.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Origin {
    /// Starts reading from the beginning.
    fn start(&self, window: usize) -> Result<Ahead> {
        let (reader, size, path): (Box<dyn Read + Send>, _, _) = match self {
            Self::File(OpenFile { file, path, size, .. }) => {
                (&**file).rewind().map_err(|error| Error::io(path, error))?;
                (Box::new(Arc::clone(file).take(*size)), *size, Some(path.clone()))
            }
            Self::Bytes(bytes) => (Box::new(io::Cursor::new(Shared(Arc::clone(bytes)))), bytes.len() as u64, None),
            Self::Outside => return Err(Error::new(Code::Internal, "what comes once was to come again")),
        };
        Ahead::start(Given { reader, size: Some(size), path, window, returns: true, unpack: true })
    }
}

/// A file that is being read.
#[derive(Debug, Clone)]
struct OpenFile {
    file: Arc<File>,
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
    /// The mapping that kept texts stay in, made when the first is kept.
    map: Option<Arc<OnceLock<Arc<Mmap>>>>,
}

impl Input {
    /// Opens a source. `monitor` is for reading alone: progress runs from 0 to 1 of it.
    pub(crate) fn open(source: Source, monitor: &Monitor) -> Result<Self> {
        Self::with_window(source, monitor, WINDOW)
    }

    /// Opens a source to be read in windows of `window` bytes.
    pub(crate) fn with_window(source: Source, monitor: &Monitor, window: usize) -> Result<Self> {
        let mapped = matches!(source, Source::MappedFile(_));
        let (body, given) = match source {
            Source::File(path) | Source::MappedFile(path) => {
                let (file, size) = open_regular(&path)?;
                let modified = file.metadata().and_then(|now| now.modified()).ok();
                let map = mapped.then(Arc::default);
                let file = OpenFile { file: Arc::new(file), path, size, modified, map };
                let mut magic = Window::default();
                file.read(0, &mut magic, MAGIC)?;
                let body = if Packing::of(magic.text()).is_some() {
                    let origin = Origin::File(file);
                    Body::Stream(Mutex::new(origin.start(window)?), origin)
                } else {
                    Body::File(file)
                };
                (body, Some(size))
            }
            Source::Bytes(bytes) => {
                let size = bytes.len() as u64;
                let body = if Packing::of(&bytes).is_some() {
                    let origin = Origin::Bytes(Arc::new(bytes));
                    Body::Stream(Mutex::new(origin.start(window)?), origin)
                } else {
                    Body::Bytes(bytes, 0)
                };
                (body, Some(size))
            }
            Source::StandardInput => return Self::with_window(Source::Stream(stdin::open()?), monitor, window),
            Source::Stream(Stream { reader, size, returns }) => {
                let given = Given { reader, size: None, path: None, window, returns, unpack: true };
                (Body::Stream(Mutex::new(Ahead::start(given)?), Origin::Outside), size)
            }
        };
        let monitor = monitor.clone();
        let mut input = Self { body, head: Vec::new(), given, window, told: AtomicU64::new(0), monitor };
        input.read_head()?;
        if input.head.is_empty() {
            return Err(Error::new(Code::Empty, "it is empty, expected a heap snapshot"));
        }
        Ok(input)
    }

    /// A part of this input that was kept because it could not be understood yet, as an input of its own. It starts at
    /// `base`, and so do the offsets of errors in it.
    pub(crate) fn of_part(&self, part: Vec<u8>, base: u64) -> Self {
        let told = AtomicU64::new(u64::MAX);
        let (window, monitor) = (self.window, self.monitor.clone());
        Self { body: Body::Bytes(part, base), head: Vec::new(), given: None, window, told, monitor }
    }

    /// Looks at the first bytes, and leaves them to be read again.
    fn read_head(&mut self) -> Result<()> {
        let mut windows = VecDeque::new();
        while self.head.len() < HEAD {
            let mut window = Window::default();
            self.next(self.head.len() as u64, &mut window, "header")?;
            let more = window.len();
            self.head.extend_from_slice(&window.text()[..more.min(HEAD - self.head.len())]);
            windows.push_back(window);
            if more == 0 {
                break;
            }
        }
        self.give_back(windows.into_iter());
        Ok(())
    }

    /// The first bytes of the text.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Bytes of a window.
    pub(crate) fn window(&self) -> usize {
        self.window
    }

    /// Whether windows come in order only, one after another.
    pub(crate) fn in_order(&self) -> bool {
        matches!(self.body, Body::Stream(..))
    }

    /// Where the text ends, if that is known.
    pub(crate) fn end(&self) -> Option<u64> {
        match &self.body {
            Body::File(file) => Some(file.size),
            Body::Bytes(bytes, base) => Some(base + bytes.len() as u64),
            Body::Stream(..) => None,
        }
    }

    /// Size of what was given where that is known, packed or not.
    pub(crate) fn given(&self) -> Option<u64> {
        self.given
    }

    /// Gives the window that starts at `at`; it is empty at the end and nowhere else. Of an input that comes in order,
    /// `at` must be where the window before it ended. `phase` is what the bytes are, for progress.
    pub(crate) fn next(&self, at: u64, window: &mut Window, phase: &'static str) -> Result<()> {
        let taken = match &self.body {
            Body::File(file) => {
                file.read(at, window, self.window)?;
                at + window.len() as u64
            }
            Body::Bytes(bytes, base) => {
                let mut rest = usize::try_from(at - base).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
                let size = self.window.min(rest.len());
                window.fill(at, size, |_, room| rest.read(room)).map_err(|fault| match fault {
                    Fault::Refused(error) => error,
                    Fault::Io(error) => Error::new(Code::Io, format!("the buffer could not be read: {error}")),
                })?;
                at + window.len() as u64
            }
            Body::Stream(ahead, _) => {
                let mut ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner);
                ahead.next(window, &self.monitor)?;
                ahead.taken()
            }
        };
        self.tell(phase, taken)
    }

    /// Takes windows back that were read too early, in their order. Only what comes in order needs it.
    pub(crate) fn give_back(&self, windows: impl DoubleEndedIterator<Item = Window>) {
        if let Body::Stream(ahead, _) = &self.body {
            ahead.lock().unwrap_or_else(PoisonError::into_inner).give_back(windows.filter(|window| window.len() > 0));
        }
    }

    /// Tells how much of what was given has been taken, and looks whether to stop. Nothing is told twice.
    fn tell(&self, phase: &'static str, taken: u64) -> Result<()> {
        let before = self.told.fetch_max(taken, Ordering::Relaxed);
        if taken <= before {
            return self.monitor.check();
        }
        let share = match self.given {
            Some(given) => (taken - before) as f64 / given.max(taken) as f64,
            None => guess(taken) - guess(before),
        };
        self.monitor.advance(phase, share)
    }

    /// Whether kept texts stay where they are, in the file.
    pub(crate) fn stays(&self) -> bool {
        matches!(&self.body, Body::File(OpenFile { map: Some(_), .. }))
    }

    /// A text that stays in the file.
    pub(crate) fn kept(&self, range: Range<u64>) -> Result<Kept> {
        let Body::File(OpenFile { file, path, map: Some(map), .. }) = &self.body else {
            return Err(Error::new(Code::Internal, "a text was to stay where nothing stays"));
        };
        if range.is_empty() {
            return Ok(Kept::default());
        }
        let map = if let Some(map) = map.get() {
            map
        } else {
            // SAFETY: the mapping is read-only and private. That nobody truncates the file meanwhile is the documented
            // condition of `Source::MappedFile`; writers cannot break memory safety of our own structures, since every
            // number read is checked before it is used as an index.
            let mapping = unsafe { Mmap::map(&**file) }.map_err(|error| Error::io(path, error))?;
            map.get_or_init(|| Arc::new(mapping))
        };
        // The file may have become shorter since this part of it was read.
        if range.end > map.len() as u64 {
            return Err(Error::truncated(map.len() as u64, "inside what had been read already"));
        }
        Ok(Kept { bytes: Bytes::Mapped(Arc::clone(map)), range: range.start as usize..range.end as usize })
    }

    /// Ends reading: all of the text has been seen. Gives the size of what was given, packed or not, in bytes.
    ///
    /// # Errors
    /// `ERR_HEAP_IO` when the file was written to meanwhile: what was read is then no one state of it.
    pub(crate) fn finish(&self) -> Result<u64> {
        match &self.body {
            Body::File(file) | Body::Stream(_, Origin::File(file)) => file.unchanged()?,
            Body::Stream(ahead, Origin::Outside) => {
                return Ok(ahead.lock().unwrap_or_else(PoisonError::into_inner).taken());
            }
            Body::Bytes(..) | Body::Stream(_, Origin::Bytes(_)) => {}
        }
        Ok(self.given.unwrap_or_default())
    }

    /// Starts over: the same bytes come again, with progress for `monitor`. What comes from outside has to be gathered
    /// first ([`gathered`]).
    pub(crate) fn again(&mut self, monitor: &Monitor) -> Result<()> {
        if let Body::Stream(ahead, origin) = &mut self.body {
            *ahead = Mutex::new(origin.start(self.window)?);
        }
        (self.told, self.monitor) = (AtomicU64::new(0), monitor.clone());
        Ok(())
    }
}

/// A source that can be read more than once: what comes from outside is read into memory, as it is, packed or not.
pub(crate) fn gathered(source: Source, monitor: &Monitor) -> Result<Source> {
    let Stream { reader, returns, .. } = match source {
        Source::Stream(stream) => stream,
        Source::StandardInput => stdin::open()?,
        Source::File(_) | Source::MappedFile(_) | Source::Bytes(_) => return Ok(source),
    };
    let given = Given { reader, size: None, path: None, window: WINDOW, returns, unpack: false };
    let mut ahead = Ahead::start(given)?;
    let (mut window, mut bytes) = (Window::default(), Vec::new());
    loop {
        ahead.next(&mut window, monitor)?;
        if window.len() == 0 {
            return Ok(Source::Bytes(bytes));
        }
        memory::append(&mut bytes, window.text(), "the snapshot")?;
        monitor.check()?;
    }
}

/// Progress of a stream whose length nobody knows: it always moves and never arrives.
fn guess(taken: u64) -> f64 {
    taken as f64 / (taken as f64 + HALF_OF_A_PIPE)
}

impl OpenFile {
    /// Reads a window, but nothing of what was not there when the file was opened.
    fn read(&self, at: u64, window: &mut Window, size: usize) -> Result<()> {
        let size = usize::try_from(self.size.saturating_sub(at)).unwrap_or(size).min(size);
        window.fill(at, size, |done, room| read_at(&self.file, at + done as u64, room)).map_err(|fault| match fault {
            Fault::Refused(error) => error,
            Fault::Io(error) => Error::io(&self.path, error),
        })
    }

    fn unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(|error| Error::io(&self.path, error))?;
        if now.len() == self.size && now.modified().ok() == self.modified {
            return Ok(());
        }
        Err(Error::new(Code::Io, "it was written to while it was read; try again when it is complete"))
    }
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, room: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, room, at)
}

#[cfg(windows)]
fn read_at(file: &File, at: u64, room: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, room, at)
}

/// The part of an input that is needed for as long as the snapshot lives.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: Bytes,
    range: Range<usize>,
}

#[derive(Debug)]
enum Bytes {
    Owned(Vec<u8>),
    /// Shared, since several parts of it may be kept.
    Mapped(Arc<Mmap>),
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Owned(Vec::new())
    }
}

impl Kept {
    /// A text of our own.
    pub(crate) fn owned(bytes: Vec<u8>) -> Self {
        Self { range: 0..bytes.len(), bytes: Bytes::Owned(bytes) }
    }

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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::snapshot::packed::UNPACK_FREE;

    fn open(bytes: &[u8]) -> Result<Input> {
        Input::open(Source::Bytes(bytes.to_vec()), &Monitor::none())
    }

    fn all(input: &Input) -> Result<Vec<u8>> {
        let (mut text, mut window) = (Vec::new(), Window::default());
        loop {
            input.next(text.len() as u64, &mut window, "test")?;
            if window.len() == 0 {
                return Ok(text);
            }
            text.extend_from_slice(window.text());
        }
    }

    #[test]
    fn compressed_bytes_are_recognised_by_content() {
        let plain = b"{\"snapshot\":{}}".repeat(50_000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).unwrap();
        for bytes in [gzip.finish().unwrap(), zstd::encode_all(&plain[..], 1).unwrap(), plain.clone()] {
            let mut input = open(&bytes).unwrap();
            assert!(all(&input).unwrap() == plain);
            assert_eq!(input.finish().unwrap(), bytes.len() as u64);
            input.again(&Monitor::none()).unwrap();
            assert!(all(&input).unwrap() == plain);
        }
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
        assert_eq!(all(&open(&packed).unwrap()).unwrap_err().code(), Code::TooLarge);
        let stream = Source::Stream(Stream::new(io::Cursor::new(packed)));
        assert_eq!(all(&Input::open(stream, &Monitor::none()).unwrap()).unwrap_err().code(), Code::TooLarge);
    }

    #[test]
    fn nothing_is_empty_and_a_directory_is_named() {
        let open = |source| Input::open(source, &Monitor::none()).unwrap_err().code();
        assert_eq!(open(Source::Bytes(Vec::new())), Code::Empty);
        assert_eq!(open(Source::Stream(Stream::new(io::empty()))), Code::Empty);
        assert_eq!(open(Source::Bytes(zstd::encode_all(&b""[..], 1).unwrap())), Code::Empty);
        assert_eq!(open(Source::MappedFile(std::env::temp_dir())), Code::IsDirectory);
        assert_eq!(open(Source::File("/no/such/file".into())), Code::NotFound);
    }
}
