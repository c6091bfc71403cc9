//! A heap that stays open: asked one thing after another by a program that holds on to it.
//!
//! A question that meets a damaged block of an index is asked again of the snapshot ([`super::ask`]). Whoever keeps the
//! heap has nobody to ask again, so all that will be looked at is touched here first, while that way is still open; what
//! goes wrong later is told as an error ([`look`]) and harms nobody.

use std::sync::Arc;

use super::{
    Subject,
    question::{Growing, ask_and_keep},
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
    graph: Arc<HeapGraph>,
    index: Option<Growing>,
}

impl Staying {
    /// The heap.
    #[must_use]
    pub fn graph(&self) -> &Arc<HeapGraph> {
        &self.graph
    }

    /// Adds to the index what has been found out since, or leaves it with whoever writes it. What cannot be written is
    /// given up: the answer is there.
    pub fn keep(&self, monitor: &Monitor) {
        if let Some(index) = &self.index {
            index.add(&self.graph, monitor);
        }
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
    let index = question.growing(0, &graph);
    Ok(Staying { graph, index })
}

/// Computes every fact that objects and columns show, and touches it where it lies in an index.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn prepare(graph: &HeapGraph, monitor: &Monitor) -> Result<()> {
    let (facts, retainers) = rayon::join(|| graph.prepare(monitor), || graph.retainers(monitor).map(|_| ()));
    facts.and(retainers)?;
    graph.touch(monitor)
}

/// Looks at a heap that stays open. A damaged index, which takes this way out, becomes an error.
///
/// # Errors
/// `ERR_HEAP_IO` for an index or a snapshot that was changed or damaged since; those of the look.
pub fn look<T>(graph: &HeapGraph, look: impl FnOnce(&HeapGraph) -> Result<T>) -> Result<T> {
    store::guarded(|| look(graph)).unwrap_or_else(|unusable| Err(told(unusable)))
}

fn told(unusable: store::Unusable) -> Error {
    match unusable {
        store::Unusable::Damaged => Error::new(
            Code::Io,
            "the index of the snapshot, or the snapshot behind it, is not what it was when it was opened; open it again",
        ),
        store::Unusable::Contradiction => Error::new(
            Code::Internal,
            "a bug in heap-analyzer, or an index whose numbers contradict each other; opening without `cache` tells which",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        index::{Indexing, Place},
        snapshot::{NodeId, Source},
        store::scratch::Scratch,
        testing::small_heap,
    };

    #[test]
    fn what_is_prepared_outlives_its_index() {
        let scratch = Scratch::new();
        let path = scratch.file("heap.heapsnapshot");
        fs::write(&path, small_heap().text()).unwrap();
        let subject = || {
            let indexing = Indexing { place: Place::Beside, smallest: 0, keeper: None };
            Subject::indexed(Source::File(path.clone()), indexing)
        };
        let first = open(subject(), true, &Monitor::none()).unwrap();
        let again = open(subject(), true, &Monitor::none()).unwrap();
        let index = scratch.file("heap.heapsnapshot.heapindex");
        let whole = fs::read(&index).unwrap();
        fs::write(&index, vec![0; whole.len()]).unwrap();
        let (first, again) = (first.graph(), again.graph());
        let sizes = |graph: &HeapGraph| {
            let retained = graph.retained_sizes(&Monitor::none())?;
            Ok(graph.snapshot().nodes.all().map(|node| retained.get(node)).collect::<Vec<_>>())
        };
        assert_eq!(look(again, sizes).unwrap(), look(first, sizes).unwrap());
        let edges = |graph: &HeapGraph| Ok(graph.retainers(&Monitor::none())?.edges(NodeId(3)).count());
        assert_eq!(look(again, edges).unwrap(), look(first, edges).unwrap());
    }

    #[test]
    fn what_a_later_question_finds_out_is_in_the_index() {
        let scratch = Scratch::new();
        let path = scratch.file("heap.heapsnapshot");
        fs::write(&path, small_heap().text()).unwrap();
        let opened = || {
            let indexing = Indexing { place: Place::Beside, smallest: 0, keeper: None };
            open(Subject::indexed(Source::File(path.clone()), indexing), false, &Monitor::none()).unwrap()
        };
        let length = || fs::metadata(scratch.file("heap.heapsnapshot.heapindex")).unwrap().len();
        let first = opened();
        let without_facts = length();
        first.keep(&Monitor::none());
        assert_eq!(length(), without_facts);
        let sizes = |graph: &HeapGraph| {
            let retained = graph.retained_sizes(&Monitor::none())?;
            Ok(graph.snapshot().nodes.all().map(|node| retained.get(node)).collect::<Vec<_>>())
        };
        let told = look(first.graph(), sizes).unwrap();
        first.keep(&Monitor::none());
        let with_facts = length();
        assert!(with_facts > without_facts);
        // What is found there is not written a second time.
        let again = opened();
        assert_eq!(look(again.graph(), sizes).unwrap(), told);
        again.keep(&Monitor::none());
        assert_eq!(length(), with_facts);
    }

    #[test]
    fn a_bug_is_an_error() {
        let error = look(&small_heap().graph(), |_| -> Result<()> { panic!("a bug") }).unwrap_err();
        assert_eq!(error.code(), Code::Internal);
    }
}
