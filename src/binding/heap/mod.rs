//! A heap that JavaScript keeps open: its columns and names at once, its questions off the event loop.
//!
//! Whatever is asked here at once is one look at a column or one string; what goes over the heap is a job. The heap is
//! let go when it is closed and the last job that uses it has ended, so closing never waits and never takes memory from
//! under a running question.

mod columns;
mod questions;

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use napi::{
    Env, Task,
    bindgen_prelude::{AsyncTask, Either4, Float64Array, Int32Array, Uint8Array, Uint32Array},
};
use napi_derive::napi;
use rayon::prelude::*;

use super::{
    Input, Options,
    indexes::IndexKeeper,
    job::{CancelFlag, Deliver, Job, JsonTask, OnProgress, pool_of},
    json, subject,
};
use crate::{
    analysis::{self, Scripts},
    error::{Code, Error, Result},
    graph::{DomState, HeapGraph},
    index::{self, Staying},
    memory,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId},
};

/// An error of a function that gives its answer at once; JavaScript sees the status as `code`.
type Failure = napi::Error<&'static str>;

fn failed(error: &Error) -> Failure {
    Failure::new(error.code().as_str(), error.to_string())
}

/// Looks for ids that go through the whole column before an index of ids is worth its memory.
const PLAIN_LOOKS: u32 = 16;

/// Looks for who holds a node that go through all edges, before the edges are turned round for good.
const FEW_HOLDERS: u32 = 8;

/// An open heap, with what is kept beside its facts.
struct Open {
    heap: Staying,
    /// Threads for what has to be computed after opening.
    threads: usize,
    /// Whether all facts are there, so that looking at one computes nothing.
    prepared: AtomicBool,
    /// Columns of which single figures can be had without computing anything; a bit for each, by its number.
    at_hand: AtomicU32,
    looks: AtomicU32,
    /// How often somebody wanted to know where a node hangs.
    holders: AtomicU32,
    /// Nodes by id.
    by_id: OnceLock<Vec<(u32, u32)>>,
    scripts: OnceLock<Scripts>,
}

impl Open {
    fn new(heap: Staying, threads: usize, prepared: bool) -> Self {
        Self {
            heap,
            threads,
            prepared: AtomicBool::new(prepared),
            at_hand: AtomicU32::new(columns::OF_THE_FILE),
            looks: AtomicU32::new(0),
            holders: AtomicU32::new(0),
            by_id: OnceLock::new(),
            scripts: OnceLock::new(),
        }
    }

    /// One look at what the file says, which computes nothing.
    fn glance<T: Send>(&self, look: impl Fn(&HeapGraph) -> Result<T> + Send + Sync) -> Result<T> {
        match index::look_once(&self.heap, |graph| look(graph)) {
            Some(answer) => answer,
            None => self.look_with_threads(look),
        }
    }

    /// A figure of a node or an edge, by the number of its column.
    fn figure(&self, column: u32, index: u32) -> Result<f64> {
        let bit = 1_u32.checked_shl(column).unwrap_or(0);
        if self.at_hand.load(Ordering::Acquire) & bit != 0 {
            return self.glance(|graph| columns::figure(graph, column, index));
        }
        let figure = self.look(|graph| columns::figure(graph, column, index))?;
        self.at_hand.fetch_or(bit, Ordering::Release);
        Ok(figure)
    }

    /// Looks at the heap; computes facts that are not there yet with threads of its own.
    fn look<T: Send>(&self, look: impl Fn(&HeapGraph) -> Result<T> + Send + Sync) -> Result<T> {
        if self.prepared.load(Ordering::Acquire) { self.glance(look) } else { self.look_with_threads(look) }
    }

    fn look_with_threads<T: Send>(&self, look: impl Fn(&HeapGraph) -> Result<T> + Send + Sync) -> Result<T> {
        pool_of(self.threads)?.install(|| index::look(&[&self.heap], &Monitor::none(), |graphs| look(&graphs[0])))
    }

    fn prepare(&self, monitor: &Monitor) -> Result<()> {
        if !self.prepared.load(Ordering::Acquire) {
            self.heap.prepare(monitor)?;
            self.prepared.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn scripts(&self, graph: &HeapGraph) -> &Scripts {
        self.scripts.get_or_init(|| Scripts::of(graph))
    }

    fn find(&self, graph: &HeapGraph, id: ObjectId) -> Result<Option<NodeId>> {
        let ids = graph.snapshot().nodes.ids();
        if self.by_id.get().is_none() && self.looks.fetch_add(1, Ordering::Relaxed) < PLAIN_LOOKS {
            return Ok(ids.iter().position(|&other| other == id.0).map(NodeId::from_index));
        }
        let sorted = if let Some(sorted) = self.by_id.get() {
            sorted
        } else {
            let mut pairs = memory::with_capacity(ids.len(), "ids")?;
            pairs.extend(ids.iter().zip(0_u32..).map(|(&id, node)| (id, node)));
            pool_of(self.threads)?.install(|| pairs.par_sort_unstable());
            self.by_id.get_or_init(|| pairs)
        };
        // Of several nodes with one id, the first, as the search from the beginning finds it.
        let at = sorted.partition_point(|&(other, _)| other < id.0);
        Ok(sorted.get(at).filter(|&&(other, _)| other == id.0).map(|&(_, node)| NodeId(node)))
    }
}

/// A snapshot that stays open. One thread's: nothing of it can be handed to another.
#[napi]
pub struct Heap {
    open: Mutex<Option<Arc<Open>>>,
}

/// A heap that nobody wants any more, on its way to the thread that gives its memory back.
pub struct LettingGo(Option<Arc<Open>>);

impl Task for LettingGo {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<()> {
        drop(self.0.take());
        Ok(())
    }

    fn resolve(&mut self, _env: Env, (): ()) -> napi::Result<()> {
        Ok(())
    }
}

impl Deliver for Heap {
    type JsValue = Self;
    fn deliver(self) -> Self {
        self
    }
}

impl Heap {
    fn open(&self) -> Result<Arc<Open>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or_else(|| Error::new(Code::Closed, "the snapshot is closed"))
    }

    /// Something that the file says.
    fn at_hand<T: Send>(&self, look: impl Fn(&HeapGraph) -> Result<T> + Send + Sync) -> napi::Result<T, &'static str> {
        self.open().and_then(|open| open.glance(look)).map_err(|error| failed(&error))
    }

    /// Something that is there at once.
    fn at_once<T: Send>(
        &self,
        look: impl Fn(&Open, &HeapGraph) -> Result<T> + Send + Sync,
    ) -> napi::Result<T, &'static str> {
        self.open().and_then(|open| open.look(|graph| look(&open, graph))).map_err(|error| failed(&error))
    }
}

/// A node by its number as JavaScript gives it.
fn node(graph: &HeapGraph, ordinal: u32) -> Result<NodeId> {
    let count = graph.snapshot().nodes.len();
    if (ordinal as usize) < count {
        return Ok(NodeId(ordinal));
    }
    Err(Error::new(Code::NoObject, format!("there is no node {ordinal}: the snapshot has {count}")))
}

/// Opens a snapshot to stay open.
#[napi(ts_return_type = "Promise<Heap>")]
pub fn open_heap(
    input: Input,
    options: Option<Options>,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
    keeper: Option<&IndexKeeper>,
) -> AsyncTask<Job<Heap>> {
    let options = options.unwrap_or_default();
    let subject = subject(input, &options, keeper);
    let (prepared, threads) = (options.prepare.unwrap_or(true), options.threads);
    Job::start(cancel, on_progress, threads, move |monitor| {
        let heap = index::open_to_stay(subject, prepared, monitor)?;
        let open = Open::new(heap, threads.unwrap_or(0) as usize, prepared);
        Ok(Heap { open: Mutex::new(Some(Arc::new(open))) })
    })
}

#[napi]
impl Heap {
    /// Lets go of the heap. What still runs on it ends first, and then its memory is given back, by another thread:
    /// that takes as long as a hundred thousand lines of JavaScript. The promise is for nobody, and is never rejected.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn close(&self) -> AsyncTask<LettingGo> {
        AsyncTask::new(LettingGo(self.open.lock().unwrap_or_else(PoisonError::into_inner).take()))
    }

    /// What it is, as JSON text.
    #[napi]
    pub fn info(&self) -> napi::Result<String, &'static str> {
        self.at_once(|_, graph| json(&columns::Info::of(graph)))
    }

    /// A column by its name, as an array of JavaScript's own.
    #[napi]
    pub fn column(
        &self,
        name: String,
    ) -> napi::Result<Either4<Uint8Array, Uint32Array, Int32Array, Float64Array>, &'static str> {
        let column = self.at_once(move |_, graph| columns::column(graph, &name))?;
        Ok(match column {
            columns::Numbers::Bytes(numbers) => Either4::A(numbers.into()),
            columns::Numbers::Whole(numbers) => Either4::B(numbers.into()),
            columns::Numbers::Signed(numbers) => Either4::C(numbers.into()),
            columns::Numbers::Large(numbers) => Either4::D(numbers.into()),
        })
    }

    /// One figure of a column, by the column's number in the list that JavaScript has of them.
    #[napi]
    pub fn figure(&self, column: u32, index: u32) -> napi::Result<f64, &'static str> {
        self.open().and_then(|open| open.figure(column, index)).map_err(|error| failed(&error))
    }

    /// The nodes that pass a filter, given as JSON text, of those from `first` to before `end`.
    #[napi]
    pub fn select(&self, filter: String, first: u32, end: u32) -> napi::Result<Uint32Array, &'static str> {
        let found = self.at_once(move |_, graph| {
            let found = analysis::select(graph, &questions::filter(&filter)?, (first, end), &Monitor::none())?;
            Ok(found.into_iter().map(|node| node.0).collect::<Vec<u32>>())
        })?;
        Ok(found.into())
    }

    /// Where a node hangs, as code would write it.
    #[napi]
    pub fn held_by(&self, ordinal: u32) -> napi::Result<Option<String>, &'static str> {
        self.at_once(|open, graph| {
            let node = node(graph, ordinal)?;
            if open.holders.fetch_add(1, Ordering::Relaxed) == FEW_HOLDERS {
                graph.retainers(&Monitor::none())?;
            }
            analysis::held_by(graph, node, &Monitor::none())
        })
    }

    /// Names and keys of all classes, as JSON text.
    #[napi]
    pub fn class_list(&self) -> napi::Result<String, &'static str> {
        self.at_once(|_, graph| json(&columns::ClassList::of(graph.classes(&Monitor::none())?)))
    }

    /// A string of the table.
    #[napi]
    pub fn text(&self, id: u32) -> napi::Result<String, &'static str> {
        self.at_hand(|graph| {
            let strings = &graph.snapshot().strings;
            if (id as usize) < strings.len() {
                return Ok(strings.text(id).into_owned());
            }
            Err(Error::new(Code::NoObject, format!("there is no string {id}: the snapshot has {}", strings.len())))
        })
    }

    /// The name of a node as people see it.
    #[napi]
    pub fn name(&self, ordinal: u32) -> napi::Result<String, &'static str> {
        self.at_hand(|graph| Ok(graph.display_name(node(graph, ordinal)?)))
    }

    /// The node with an id.
    #[napi]
    pub fn find(&self, id: u32) -> napi::Result<Option<u32>, &'static str> {
        self.at_once(|open, graph| Ok(open.find(graph, ObjectId(id))?.map(|node| node.0)))
    }

    /// Why there is no node with an id, in words.
    #[napi]
    pub fn missing(&self, id: u32) -> napi::Result<String, &'static str> {
        self.at_once(|_, graph| Ok(analysis::missing(graph, ObjectId(id)).to_string()))
    }

    /// The nodes immediately dominated by a node.
    #[napi]
    pub fn dominated(&self, ordinal: u32) -> napi::Result<Uint32Array, &'static str> {
        let children = self.at_once(|_, graph| {
            let node = node(graph, ordinal)?;
            Ok(graph.dominator_tree(&Monitor::none())?.children(node).map(|child| child.0).collect::<Vec<u32>>())
        })?;
        Ok(children.into())
    }

    /// All nodes that a node dominates, itself first.
    #[napi]
    pub fn subtree(&self, ordinal: u32) -> napi::Result<Uint32Array, &'static str> {
        let nodes = self.at_once(|_, graph| {
            let node = node(graph, ordinal)?;
            Ok(graph.dominator_tree(&Monitor::none())?.subtree(node).map(|node| node.0).collect::<Vec<u32>>())
        })?;
        Ok(nodes.into())
    }

    /// Where a class, a function is in source, as JSON text.
    #[napi]
    pub fn place(&self, ordinal: u32) -> napi::Result<Option<String>, &'static str> {
        self.at_once(|open, graph| {
            let node = node(graph, ordinal)?;
            open.scripts(graph).place(graph, node).map(|place| json(&place)).transpose()
        })
    }

    /// What a string, a number, `true` and the like are, as JSON text; of a text at most so many UTF-16 units.
    #[napi]
    pub fn value(&self, ordinal: u32, limit: u32) -> napi::Result<Option<String>, &'static str> {
        self.at_once(|_, graph| {
            let node = node(graph, ordinal)?;
            let value = analysis::value_of(graph, node, limit as usize, &Monitor::none())?;
            value.map(|value| json(&value)).transpose()
        })
    }

    /// Whether a DOM node hangs on a document: 0 not known, 1 it does, 2 it does not any more.
    #[napi]
    pub fn dom_state(&self, ordinal: u32) -> napi::Result<u32, &'static str> {
        self.at_once(|_, graph| {
            Ok(match graph.dom_states().state(node(graph, ordinal)?) {
                DomState::Unknown => 0,
                DomState::Attached => 1,
                DomState::Detached => 2,
            })
        })
    }

    /// Computes what was not computed when the heap was opened; `true` as JSON text.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn prepare(
        &self,
        cancel: &CancelFlag,
        #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<
            OnProgress,
        >,
    ) -> AsyncTask<JsonTask> {
        let open = self.open();
        let threads = open.as_ref().ok().map(|open| open.threads as u32);
        Job::start(cancel, on_progress, threads, move |monitor| {
            let open = open?;
            open.prepare(monitor)?;
            open.heap.keep(monitor);
            Ok("true".to_owned())
        })
    }

    /// The answer to a question about this heap, and where the question needs them about nodes of it or about another
    /// heap, as JSON text.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn ask(
        &self,
        question: String,
        other: Option<&Heap>,
        nodes: Option<Uint32Array>,
        cancel: &CancelFlag,
        #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<
            OnProgress,
        >,
    ) -> AsyncTask<JsonTask> {
        let open = self.open();
        let other = other.map(Self::open);
        // Copied, since the array stays JavaScript's.
        let nodes = nodes.map_or_else(Vec::new, |nodes| nodes.to_vec());
        let threads = open.as_ref().ok().map(|open| open.threads as u32);
        Job::start(cancel, on_progress, threads, move |monitor| {
            let other = other.transpose()?;
            let open = open?;
            let answer = questions::answer(&open, other.as_deref(), (&question, &nodes), monitor)?;
            // What it brought up is there for the next process that asks.
            [Some(&open), other.as_ref()].into_iter().flatten().for_each(|open| open.heap.keep(monitor));
            Ok(answer)
        })
    }
}
