//! Bytes that come in order, read and unpacked on a thread of their own while earlier ones are parsed.
//!
//! The thread runs a few windows ahead and then waits, so memory does not depend on what comes. It also keeps the rest
//! of the engine free to notice that it should stop, whatever a pipe does.

use std::{
    collections::VecDeque,
    io::{self, Cursor, Read},
    mem,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{
    packed::{MAGIC, Packing, UNPACK_FREE, UNPACK_RATIO},
    window::{Fault, Window},
};
use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
};

/// Windows that may wait to be parsed.
const AHEAD: usize = 3;
/// How long to wait before looking whether to stop.
const PATIENCE: Duration = Duration::from_millis(20);

/// What is to be read.
pub(super) struct Given {
    pub(super) reader: Box<dyn Read + Send>,
    /// Its size, where that is known: packed data may unpack to so many times that.
    pub(super) size: Option<u64>,
    /// The file it is, for errors.
    pub(super) path: Option<PathBuf>,
    /// Bytes of a window.
    pub(super) window: usize,
    /// Whether the reader never waits for long.
    pub(super) returns: bool,
    /// Whether to unpack what is packed.
    pub(super) unpack: bool,
}

/// The windows of a stream, in order. An empty one is the end.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Absent once this is being dropped, which ends the thread.
    filled: Option<Receiver<Result<Window>>>,
    used: Sender<Window>,
    /// Windows that were taken too early, to be given again.
    returned: VecDeque<Window>,
    /// Where the text ends, once that has been seen.
    end: Option<u64>,
    /// Why it cannot be read further, once that has been seen. Whoever reads ahead may see it and not need it.
    failure: Option<Error>,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and its owner share.
#[derive(Debug, Default)]
struct State {
    stop: AtomicBool,
    /// Bytes read, packed if they are.
    taken: AtomicU64,
}

impl Ahead {
    pub(super) fn start(given: Given) -> Result<Self> {
        let (filled_in, filled) = sync_channel(AHEAD);
        let (used, used_out) = channel();
        let state = Arc::new(State::default());
        let returns = given.returns;
        let shared = Arc::clone(&state);
        let thread = thread::Builder::new()
            .name("heap-analyzer reading".into())
            .spawn(move || {
                // Nobody listens any more when it cannot be sent.
                if let Err(error) = produce(given, &shared, &filled_in, &used_out) {
                    let _ = filled_in.send(Err(error));
                }
            })
            .map_err(|error| Error::new(Code::NoMemory, format!("no thread to read with could be started: {error}")))?;
        let thread = returns.then_some(thread);
        Ok(Self { filled: Some(filled), used, returned: VecDeque::new(), end: None, failure: None, state, thread })
    }

    /// Gives the next window in exchange for one that is no longer needed.
    pub(super) fn next(&mut self, window: &mut Window, monitor: &Monitor) -> Result<()> {
        // A refusal means that the thread has ended and needs no more windows.
        let _ = self.used.send(mem::take(window));
        if let Some(returned) = self.returned.pop_front() {
            *window = returned;
            return Ok(());
        }
        if let Some(end) = self.end {
            *window = Window::at(end);
            return Ok(());
        }
        if let Some(failure) = &self.failure {
            return Err(failure.again());
        }
        let filled = self.filled.as_ref().expect("taken away only when dropped");
        loop {
            match filled.recv_timeout(PATIENCE) {
                Ok(Err(error)) => {
                    self.failure = Some(error.again());
                    return Err(error);
                }
                Ok(Ok(next)) => {
                    *window = next;
                    if window.len() == 0 {
                        self.end = Some(window.offset());
                    }
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) => monitor.check()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(Code::Internal, "the thread that reads ended without a word"));
                }
            }
        }
    }

    /// Takes windows back, in their order: the next ones to come are those.
    pub(super) fn give_back(&mut self, windows: impl DoubleEndedIterator<Item = Window>) {
        windows.rev().for_each(|window| self.returned.push_front(window));
    }

    /// Bytes read so far, packed if they are.
    pub(super) fn taken(&self) -> u64 {
        self.state.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Relaxed);
        self.filled = None;
        if let Some(thread) = self.thread.take() {
            // Whoever is told that the work is over may remove the file at once. A panic over there has been told.
            let _ = thread.join();
        }
    }
}

/// Reads everything and hands it over. Gives the error that ended it.
fn produce(
    given: Given,
    state: &Arc<State>,
    filled: &SyncSender<Result<Window>>,
    used: &Receiver<Window>,
) -> Result<()> {
    let Given { reader, size, path, window: window_size, unpack, .. } = given;
    let mut reader = Counted { reader, state: Arc::clone(state) };
    let read_error = |error: io::Error| match &path {
        Some(path) => Error::io(path, error),
        None => Error::new(Code::Io, format!("the snapshot could not be read: {error}")),
    };
    let mut head = Vec::with_capacity(MAGIC);
    (&mut reader).take(MAGIC as u64).read_to_end(&mut head).map_err(read_error)?;
    let packing = Packing::of(&head).filter(|_| unpack);
    let all = Cursor::new(head).chain(reader);
    let mut text: Box<dyn Read + Send> = match packing {
        None => Box::new(all),
        Some(packing) => packing.unpack(all).map_err(|error| packing.fault(&error))?,
    };
    let mut at = 0;
    loop {
        let mut window = used.try_recv().unwrap_or_default();
        let outcome = match window.fill(at, window_size, |_, room| text.read(room)) {
            Ok(()) => None,
            Err(Fault::Refused(error)) => return Err(error),
            Err(Fault::Io(error)) => Some(match packing {
                Some(packing) if error.raw_os_error().is_none() => packing.fault(&error),
                _ => read_error(error),
            }),
        };
        let got = window.len() as u64;
        if at + got == 0 && outcome.is_none() {
            let what = if packing.is_some() { "it unpacks to nothing" } else { "it is empty" };
            return Err(Error::new(Code::Empty, format!("{what}, expected a heap snapshot")));
        }
        at += got;
        let known = size.unwrap_or_else(|| state.taken.load(Ordering::Relaxed));
        if let Some(packing) = packing
            && at > known.saturating_mul(UNPACK_RATIO).saturating_add(UNPACK_FREE)
        {
            return Err(packing.too_large());
        }
        // What came before an error is still looked at: something in it may explain it better.
        if (got > 0 || outcome.is_none()) && filled.send(Ok(window)).is_err() {
            return Ok(());
        }
        match outcome {
            Some(error) => return Err(error),
            None if got == 0 => return Ok(()),
            None => {}
        }
    }
}

/// Counts what is read, and ends when nobody wants it any more.
struct Counted {
    reader: Box<dyn Read + Send>,
    state: Arc<State>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.state.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other("nobody reads on"));
            }
            match self.reader.read(buffer) {
                Ok(got) => {
                    self.state.taken.fetch_add(got as u64, Ordering::Relaxed);
                    return Ok(got);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
