//! The Node-API boundary: the only code that knows JavaScript. Converts, schedules, translates errors; decides nothing.
//!
//! Every function here returns a promise and works on a thread of libuv's pool, with helpers in a pool of its
//! own that ends with the job. Answers cross as JSON text: one string is cheaper to pass than thousands of small
//! objects, and the text is exactly what `--json` prints.

#![expect(unreachable_pub, reason = "what JavaScript reaches, Rust does not see")]

mod facts;
mod heap;
mod indexes;
mod job;
mod pack;
mod redact;

use std::path::PathBuf;

use napi::bindgen_prelude::{AsyncTask, Either3, Uint8Array};
use napi_derive::napi;

use self::{
    facts::{Facts, FactsTask},
    indexes::IndexKeeper,
    job::{CancelFlag, Job, JsonTask, OnProgress},
};
use crate::{
    analysis::{self, AnalyzeOptions, CompareOptions, InspectOptions},
    error::{Error, Result},
    index::{Indexing, Place, Subject},
    leaks::{self, LeakOptions},
    snapshot::{ObjectId, Source},
};

/// How to read and how much to give.
#[napi(object, js_name = "NativeOptions")]
#[derive(Default)]
pub struct Options {
    /// Rows to give.
    pub top: Option<u32>,
    /// Every class row.
    pub all: Option<bool>,
    /// Threads to work with; all cores when absent.
    pub threads: Option<u32>,
    /// Map the file rather than read it. Nobody may truncate it meanwhile.
    pub map: Option<bool>,
    /// Also whose bytes they are.
    pub packages: Option<bool>,
    /// Also equal strings.
    pub duplicates: Option<bool>,
    /// Also where the memory is, as nested boxes.
    pub memory_map: Option<bool>,
    /// Also what may be a leak.
    pub hints: Option<bool>,
    /// The same, if the snapshot takes no more bytes than this, as it is given.
    pub hints_up_to: Option<f64>,
    /// Also say who holds what grew.
    pub growth: Option<bool>,
    /// Entries that must come in an interval to count as growth.
    pub min_growth: Option<u32>,
    /// The last snapshot was taken after a rest.
    pub final_after_rest: Option<bool>,
    /// UTF-16 units of a string's text to give.
    pub text_limit: Option<u32>,
    /// Ways to the roots to give.
    pub paths: Option<u32>,
    /// Also references that V8 hides.
    pub hidden: Option<bool>,
    /// Ways edge by edge.
    pub raw_paths: Option<bool>,
    /// Use and make an index of each file: in this directory, or beside the file where this is empty.
    pub cache: Option<String>,
    /// Make one of files of at least so many bytes.
    pub cache_from: Option<f64>,
    /// Compute every fact when a heap is opened to stay open.
    pub prepare: Option<bool>,
}

/// A file, the bytes themselves, or a number for standard input: its descriptor, 0.
type Input = Either3<String, Uint8Array, u32>;

fn source(input: Input, options: &Options) -> Source {
    match input {
        Either3::A(path) if options.map == Some(true) => Source::MappedFile(PathBuf::from(path)),
        Either3::A(path) => Source::File(PathBuf::from(path)),
        // Copied, since JavaScript may write to its buffer while another thread reads here.
        Either3::B(bytes) => Source::Bytes(bytes.to_vec()),
        Either3::C(_) => Source::StandardInput,
    }
}

/// The input, and how its index is to be used.
fn subject(input: Input, options: &Options, keeper: Option<&IndexKeeper>) -> Subject {
    let source = source(input, options);
    let Some(cache) = &options.cache else { return Subject::from(source) };
    let place = if cache.is_empty() { Place::Beside } else { Place::Directory(PathBuf::from(cache)) };
    #[expect(clippy::cast_sign_loss, reason = "a size")]
    let smallest = options.cache_from.unwrap_or(0.0) as u64;
    Subject::indexed(source, Indexing { place, smallest, keeper: keeper.map(IndexKeeper::keeper) })
}

fn json(answer: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(answer)
        .map_err(|error| Error::new(crate::error::Code::Internal, format!("the answer is no JSON: {error}")))
}

/// The answer of `analyze`, as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn analyze(
    input: Input,
    options: Option<Options>,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
    keeper: Option<&IndexKeeper>,
) -> AsyncTask<JsonTask> {
    let options = options.unwrap_or_default();
    let subject = subject(input, &options, keeper);
    let wanted = AnalyzeOptions {
        top: options.top.map_or(AnalyzeOptions::default().top, |top| top as usize),
        all_classes: options.all.unwrap_or(false),
        packages: options.packages.unwrap_or(false),
        duplicates: options.duplicates.unwrap_or(false),
        map: options.memory_map.unwrap_or(false),
    };
    #[expect(clippy::cast_sign_loss, reason = "a size; the cast makes 0 of what is less")]
    let limit = options.hints_up_to.unwrap_or(0.0) as u64;
    let hints_up_to = if options.hints == Some(true) { u64::MAX } else { limit };
    Job::start(cancel, on_progress, options.threads, move |monitor| {
        leaks::overview_text(subject, wanted, hints_up_to, monitor)
    })
}

/// The answer of `compare`, as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn compare(
    base: Input,
    target: Input,
    options: Option<Options>,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
    keeper: Option<&IndexKeeper>,
) -> AsyncTask<JsonTask> {
    let options = options.unwrap_or_default();
    let (base, target) = (subject(base, &options, keeper), subject(target, &options, keeper));
    let wanted = CompareOptions { top: options.top.map(|top| top as usize), growth: options.growth.unwrap_or(false) };
    Job::start(cancel, on_progress, options.threads, move |monitor| {
        analysis::compare_text(base, target, wanted, monitor)
    })
}

/// The answer of `find-leaks` over snapshots in the order they were taken, as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn find_leaks(
    inputs: Vec<Input>,
    options: Option<Options>,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
    keeper: Option<&IndexKeeper>,
) -> AsyncTask<JsonTask> {
    let options = options.unwrap_or_default();
    let series = inputs.into_iter().map(|input| subject(input, &options, keeper)).collect();
    let usual = LeakOptions::default();
    let wanted = LeakOptions {
        min_growth: options.min_growth.unwrap_or(usual.min_growth),
        final_after_rest: options.final_after_rest.unwrap_or(usual.final_after_rest),
    };
    Job::start(cancel, on_progress, options.threads, move |monitor| leaks::find_leaks_text(series, wanted, monitor))
}

/// The answer of `inspect-object` for the object with an id, as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn inspect_object(
    input: Input,
    id: u32,
    options: Option<Options>,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
    keeper: Option<&IndexKeeper>,
) -> AsyncTask<JsonTask> {
    let options = options.unwrap_or_default();
    let subject = subject(input, &options, keeper);
    let usual = InspectOptions::default();
    let size = |given: Option<u32>, usual: usize| given.map_or(usual, |given| given as usize);
    let wanted = InspectOptions {
        limit: size(options.top, usual.limit),
        text_limit: size(options.text_limit, usual.text_limit),
        paths: size(options.paths, usual.paths),
        hidden: options.hidden.unwrap_or(usual.hidden),
        raw_paths: options.raw_paths.unwrap_or(usual.raw_paths),
    };
    Job::start(cancel, on_progress, options.threads, move |monitor| {
        json(&analysis::inspect(subject, ObjectId(id), wanted, monitor)?)
    })
}

/// Reads a file to its end as a snapshot: `{sizeBytes, sha256, nodeCount, edgeCount}` as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn check(path: String, cancel: &CancelFlag) -> AsyncTask<JsonTask> {
    Job::start(cancel, None, None, move |monitor| json(&analysis::verify(&PathBuf::from(path), monitor)?))
}

/// Every figure of every node, for the conformance suite.
#[napi(ts_return_type = "Promise<Facts>")]
pub fn facts(input: Input, options: Option<Options>, cancel: &CancelFlag) -> AsyncTask<FactsTask> {
    let options = options.unwrap_or_default();
    let source = source(input, &options);
    Job::start(cancel, None, options.threads, move |monitor| Facts::of(source, monitor))
}

/// Panics on a helper thread: the tests' proof that a panic becomes an error and the process lives on.
#[napi(ts_return_type = "Promise<string>")]
pub fn panic_for_tests(cancel: &CancelFlag) -> AsyncTask<JsonTask> {
    Job::start(cancel, None, Some(2), |_| {
        rayon::join(|| (), || panic!("a panic asked for by a test"));
        Ok(String::new())
    })
}

/// Version of the engine; the face refuses another one than its own.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
