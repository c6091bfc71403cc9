//! The answer of `analyze`: one snapshot at a glance.

use serde::Serialize;

use super::{Answer, BigObject, ClassRow, Statistics, Totals, biggest::biggest, class_table, statistics::statistics};
use crate::{
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
};

/// How much of a summary to give.
#[derive(Debug, Clone, Copy)]
pub struct AnalyzeOptions {
    /// Rows of classes and of biggest objects.
    pub top: usize,
    /// Every class, whatever `top` says.
    pub all_classes: bool,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        Self { top: 25, all_classes: false }
    }
}

/// What is in a snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Bytes in all.
    pub totals: Totals,
    /// The coarse parts.
    pub statistics: Statistics,
    /// Number of classes that have bytes; `classes` may hold fewer.
    pub class_count: usize,
    /// Classes by retained size, biggest first.
    pub classes: Vec<ClassRow>,
    /// Heads of the dominator tree, biggest first.
    pub biggest: Vec<BigObject>,
}

/// Share of the job that is reading the file; the rest is thinking about it.
const READING: f64 = 0.5;

/// Reads a snapshot and summarises it. Errors: those of [`Snapshot::open`].
pub fn summarize(source: Source, options: AnalyzeOptions, monitor: &Monitor) -> Result<Answer<Summary>> {
    let snapshot = Snapshot::open(source, &monitor.part(READING))?;
    let graph = HeapGraph::new(snapshot, monitor)?;
    let rest = monitor.part(1.0 - READING);
    let (statistics, totals) = graph.prepare_with(&rest, || statistics(&graph, &rest))?;
    let mut classes = class_table(&graph, &rest)?;
    let class_count = classes.len();
    if !options.all_classes {
        classes.truncate(options.top);
    }
    let biggest = biggest(&graph, options.top, &rest)?;
    let summary = Summary { totals, statistics, class_count, classes, biggest };
    Ok(Answer::about(&[graph.snapshot()], summary))
}
