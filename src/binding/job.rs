//! A piece of work off the event loop: progress out, cancellation in, errors with their code, no panic through.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, Once, PoisonError,
        atomic::Ordering,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use napi::{
    Env, JsValue, Status, Task,
    bindgen_prelude::{AsyncTask, JsObjectValue, ToNapiValue, TypeName},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;

use crate::{
    error::{Code, Error, Result},
    monitor::{self, Monitor, ProgressSink},
};

/// How far a job is.
#[napi(object, js_name = "NativeProgress", object_from_js = false)]
pub struct Progress {
    /// A short word for what moved: "nodes", "edges", "dominators", …
    pub phase: String,
    /// 0 to 1, of the whole job.
    pub fraction: f64,
}

/// JavaScript's progress callback. Weak: progress alone does not keep a process running.
pub(crate) type OnProgress = ThreadsafeFunction<Progress, (), Progress, Status, false, true>;

/// Shared with a job; set it and the job ends with `ERR_HEAP_CANCELLED`.
#[napi]
#[derive(Default)]
pub struct CancelFlag {
    flag: monitor::CancelFlag,
}

#[napi]
impl CancelFlag {
    /// A flag that is not set.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag. A job sees it within a few milliseconds.
    #[napi]
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }
}

type Work<T> = Box<dyn FnOnce(&Monitor) -> Result<T> + Send>;

/// Work for a thread of the pool.
pub struct Job<T> {
    work: Option<Work<T>>,
    monitor: Monitor,
    threads: Option<u32>,
    /// Whether to wait for the end of work that is to stop.
    writes: bool,
    failure: Option<Error>,
}

/// A job whose answer is JSON text.
pub(crate) type JsonTask = Job<String>;

impl<T> Job<T>
where
    Self: Task,
{
    pub(crate) fn start(
        cancel: &CancelFlag,
        on_progress: Option<OnProgress>,
        threads: Option<u32>,
        work: impl FnOnce(&Monitor) -> Result<T> + Send + 'static,
    ) -> AsyncTask<Self> {
        AsyncTask::new(Self::new(cancel, on_progress, threads, work))
    }

    fn new(
        cancel: &CancelFlag,
        on_progress: Option<OnProgress>,
        threads: Option<u32>,
        work: impl FnOnce(&Monitor) -> Result<T> + Send + 'static,
    ) -> Self {
        let stopped = cancel.flag.clone();
        let sink = on_progress.map(|function| -> ProgressSink {
            Box::new(move |phase, fraction| {
                // Who has said stop wants to hear no more.
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // A refusal means that the environment is going down; then nobody is watching.
                let progress = Progress { phase: phase.to_owned(), fraction };
                function.call(progress, ThreadsafeFunctionCallMode::NonBlocking);
            })
        });
        let monitor = Monitor::new(cancel.flag.clone(), sink);
        Self { work: Some(Box::new(work)), monitor, threads, writes: false, failure: None }
    }

    /// Work that writes a file, whose end is waited for whatever happens: a file that comes after the word that there is
    /// none would be a lie.
    pub(crate) fn start_writing(
        cancel: &CancelFlag,
        on_progress: Option<OnProgress>,
        work: impl FnOnce(&Monitor) -> Result<T> + Send + 'static,
    ) -> AsyncTask<Self> {
        let mut task = Self::new(cancel, on_progress, Some(1), work);
        task.writes = true;
        AsyncTask::new(task)
    }

    fn run(&mut self) -> Result<T>
    where
        T: Send + 'static,
    {
        let Some(work) = self.work.take() else {
            return Err(Error::new(Code::Internal, "a job ran twice"));
        };
        self.monitor.check()?;
        remember_panics();
        let (done, answer) = mpsc::sync_channel(1);
        let monitor = self.monitor.clone();
        pool_of(self.threads.unwrap_or(0) as usize)?.spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| work(&monitor)));
            // Nobody listens any more when the job was given up.
            let _ = done.send(result.unwrap_or_else(|panic| Err(panicked(&*panic))));
        });
        let mut given_up = false;
        loop {
            match answer.recv_timeout(PATIENCE) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) if given_up => return Err(Error::cancelled()),
                Err(RecvTimeoutError::Timeout) => given_up = !self.writes && self.monitor.check().is_err(),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(Code::Internal, "a job ended without an answer"));
                }
            }
        }
    }
}

/// How long work that is to stop is waited for, at least, and twice that at most. It usually stops within a few
/// milliseconds; giving gigabytes back takes longer, and whoever has said stop need not wait for that.
const PATIENCE: Duration = Duration::from_millis(40);

/// A pool of so many threads, one for each core where it is 0. For one piece of work: its threads end with it, so that
/// none is left behind in an idle server.
pub(super) fn pool_of(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("heap-analyzer {index}"))
        .start_handler(|_| stand_back())
        .build()
        .map_err(|error| Error::new(Code::NoMemory, format!("no threads could be started: {error}")))
}

/// Lets the app's own threads go first where processors are short: it has requests to answer, and we have time.
fn stand_back() {
    #[cfg(target_os = "linux")]
    {
        // Half-way between the usual priority and the lowest: enough that a waking event loop wins.
        const NICE: i32 = 10;
        // SAFETY: a call without pointers. On Linux it is about the calling thread, which is one of our pool and ends
        // with it. A refusal costs nothing but politeness.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    }
}

/// A job's result as JavaScript sees it.
pub trait Deliver: Send + 'static {
    /// The type JavaScript gets.
    type JsValue: ToNapiValue + TypeName;
    /// Turns the result into it.
    fn deliver(self) -> Self::JsValue;
}

impl Deliver for String {
    type JsValue = Self;
    fn deliver(self) -> Self {
        self
    }
}

impl<T: Deliver> Task for Job<T> {
    type Output = T;
    type JsValue = T::JsValue;

    fn compute(&mut self) -> napi::Result<T> {
        self.run().map_err(|error| {
            self.failure = Some(error);
            napi::Error::from_status(Status::GenericFailure)
        })
    }

    fn resolve(&mut self, _env: Env, output: T) -> napi::Result<T::JsValue> {
        Ok(output.deliver())
    }

    /// Gives JavaScript an `Error` with our `code` and, where there is one, `offset`.
    fn reject(&mut self, env: Env, error: napi::Error) -> napi::Result<T::JsValue> {
        let Some(failure) = self.failure.take() else { return Err(error) };
        let mut object = env.create_error(napi::Error::new(Status::GenericFailure, failure.to_string()))?;
        object.set_named_property("code", failure.code().as_str())?;
        if let Some(offset) = failure.offset() {
            object.set_named_property("offset", offset as f64)?;
        }
        Err(napi::Error::from(object.to_unknown()))
    }
}

/// Where the last panic happened: a payload says what, only the hook knows where.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Keeps panics off the host's stderr; they come back as errors. This hook is of this library alone: a program
/// in Rust that loads it has its own.
fn remember_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            if let Some(location) = info.location() {
                *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) =
                    format!("{}:{}", location.file(), location.line());
            }
        }));
    });
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let what = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let place = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner);
    Error::new(Code::Internal, format!("a bug in heap-analyzer, please report it: {what} at {place}"))
}
