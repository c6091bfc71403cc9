//! A heap that stays open: asked one thing after another by a program that holds on to it.
//!
//! A question that meets a damaged block of an index is asked again of the snapshot ([`super::ask`]), and so is one of a
//! heap that stays open ([`look`]): the snapshot is read anew, takes the place of what came from the index, and the index
//! is made anew. All that most questions look at is touched when the heap is opened ([`prepare`]), so that this happens
//! then, when somebody waits anyway, and seldom later. A snapshot that is another by then cannot say what it said: that
//! is told as an error.

use std::sync::{
    Arc, Mutex, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use super::{
    Subject,
    question::{Growing, ask_and_keep, is_no_doubt},
};
use crate::{
    error::{Code, Error, Result},
    graph::HeapGraph,
    monitor::Monitor,
    store,
};

/// Share of the job that is reading the file.
const READING: f64 = 0.5;

/// A heap that stays open, and its index where it has one.
#[derive(Debug)]
pub struct Staying {
    opened: RwLock<Opened>,
    /// Held by who reads the snapshot anew, so that one does it for all. Others go on with what there is.
    anew: Mutex<()>,
    /// Whether every fact is to be there.
    prepared: AtomicBool,
}

#[derive(Debug, Clone)]
struct Opened {
    graph: Arc<HeapGraph>,
    index: Option<Arc<Growing>>,
}

impl Staying {
    fn opened(&self) -> Opened {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The heap as it is now. Looked at through [`look`], since it may lie in an index.
    #[must_use]
    pub fn graph(&self) -> Arc<HeapGraph> {
        self.opened().graph
    }

    /// Whether what is found out about the heap is kept for others.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.opened().index.is_some()
    }

    /// Computes every fact that objects and columns show; those that are there already cost nothing.
    ///
    /// # Errors
    /// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`; those of [`look`].
    pub fn prepare(&self, monitor: &Monitor) -> Result<()> {
        look(&[self], monitor, |graphs| prepare(&graphs[0], monitor))?;
        self.prepared.store(true, Ordering::Release);
        Ok(())
    }

    /// Adds to the index what has been found out since, or leaves it with whoever writes it. What cannot be written is
    /// given up: the answer is there.
    pub fn keep(&self, monitor: &Monitor) {
        let Opened { graph, index } = self.opened();
        if let Some(index) = index {
            index.add(&graph, monitor);
        }
    }

    /// Reads the snapshot and has it take the place of `doubtful`, unless somebody else did. `false` when the heap owes
    /// nothing to an index, so that there is nothing to doubt.
    fn read_anew(&self, doubtful: &Arc<HeapGraph>, monitor: &Monitor) -> Result<bool> {
        let _alone = self.anew.lock().unwrap_or_else(PoisonError::into_inner);
        let Opened { graph, index } = self.opened();
        if !Arc::ptr_eq(&graph, doubtful) {
            return Ok(true);
        }
        let Some(index) = index.filter(|_| graph.is_of_index()) else { return Ok(false) };
        let (graph, index) = index.read_anew(monitor)?;
        if self.prepared.load(Ordering::Acquire) {
            prepare(&graph, monitor)?;
        }
        let opened = Opened { graph: Arc::new(graph), index: Some(Arc::new(index)) };
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(true)
    }
}

/// Opens a snapshot to stay open. With `prepared` every fact is there afterwards; without, facts are computed when they
/// are first asked for.
///
/// # Errors
/// Those of [`crate::snapshot::Snapshot::open`].
pub fn open(subject: Subject, prepared: bool, monitor: &Monitor) -> Result<Staying> {
    let (graph, question) = ask_and_keep(vec![subject], monitor, |asked| {
        let graph = asked.open(0, &monitor.part(if prepared { READING } else { 1.0 }))?;
        if prepared {
            prepare(&graph, &monitor.part(1.0 - READING))?;
        }
        Ok(graph)
    })?;
    let index = question.growing(0, &graph).map(Arc::new);
    let opened = RwLock::new(Opened { graph, index });
    Ok(Staying { opened, anew: Mutex::new(()), prepared: AtomicBool::new(prepared) })
}

/// Computes every fact that objects and columns show, and touches it where it lies in an index.
fn prepare(graph: &HeapGraph, monitor: &Monitor) -> Result<()> {
    let (facts, retainers) = rayon::join(|| graph.prepare(monitor), || graph.retainers(monitor).map(|_| ()));
    facts.and(retainers)?;
    graph.touch(monitor)
}

/// Looks at heaps that stay open. On any doubt about an index their snapshots are read anew and looked at once more, so
/// the look may happen twice.
///
/// # Errors
/// `ERR_HEAP_IO` for a damaged index whose snapshot is not what it was either; those of the look, and of reading.
pub fn look<T>(heaps: &[&Staying], monitor: &Monitor, look: impl Fn(&[Arc<HeapGraph>]) -> Result<T>) -> Result<T> {
    loop {
        let graphs: Vec<Arc<HeapGraph>> = heaps.iter().map(|heap| heap.graph()).collect();
        let doubt = match glance(&graphs[..], &look) {
            Ok(answer) => return answer,
            Err(doubt) => doubt,
        };
        let mut is_another = false;
        for (heap, graph) in heaps.iter().zip(&graphs) {
            is_another |= heap.read_anew(graph, monitor)?;
        }
        if !is_another {
            return Err(doubt);
        }
    }
}

/// One look at an open heap, which reads nothing anew: `None` where [`look`] would.
pub fn look_once<T>(heap: &Staying, look: impl FnOnce(&Arc<HeapGraph>) -> Result<T>) -> Option<Result<T>> {
    let graph = heap.graph();
    match glance(&graph, look) {
        Ok(answer) => Some(answer),
        Err(doubt) => (!graph.is_of_index()).then_some(Err(doubt)),
    }
}

/// A look, or a doubt about an index as the error that it is where there is none.
fn glance<G: ?Sized, T>(graphs: &G, look: impl FnOnce(&G) -> Result<T>) -> Result<Result<T>> {
    match store::guarded(|| look(graphs)) {
        Ok(Err(error)) if !is_no_doubt(&error) => Err(error),
        Ok(answer) => Ok(answer),
        Err(store::Unusable::Damaged) => Err(another()),
        Err(store::Unusable::Contradiction) => Err(Error::new(
            Code::Internal,
            "a bug in heap-analyzer, please report it: a question of an open heap broke off",
        )),
    }
}

/// What became of an index and of its snapshot.
pub(super) fn another() -> Error {
    Error::new(
        Code::Io,
        "the index of the snapshot is damaged, and the snapshot is not what it was when it was opened; open it again",
    )
}

#[cfg(test)]
#[path = "staying_tests.rs"]
mod tests;
