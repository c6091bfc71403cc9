//! The steps of an analysis one after another, to be measured. Only with the feature `phases`, which the benches ask for.
//!
//! An analysis computes what is independent side by side, and nobody could say then which step took what. Here each step
//! comes alone, in the order of its needs, with all threads of the pool it runs in.

use crate::{
    analysis::{class_table, statistics},
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
};

/// Who measures.
pub trait Watch {
    /// Does a step, `name`, and gives back what it gave.
    fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T>;
}

/// How much there was to analyse.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Bytes of the file, compressed if it is.
    pub bytes: u64,
    /// Nodes.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
    /// Strings of the table.
    pub strings: usize,
}

/// Analyses a snapshot step by step. Errors: those of [`Snapshot::open`].
pub fn analyze(source: Source, watch: &mut impl Watch) -> Result<Counts> {
    let monitor = &Monitor::none();
    let snapshot = watch.step("open", || Snapshot::open(source, monitor))?;
    let counts = Counts {
        bytes: snapshot.given_size,
        nodes: snapshot.nodes.len(),
        edges: snapshot.edges.len(),
        strings: snapshot.strings.len(),
    };
    let graph = watch.step("vocabulary", || HeapGraph::new(snapshot, monitor))?;
    graph.prepare_watched(watch, monitor)?;
    watch.step("statistics", || statistics(&graph, monitor))?;
    watch.step("class table", || class_table(&graph, monitor))?;
    Ok(counts)
}
