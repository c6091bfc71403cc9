//! The questions that go over an open heap, by name: JSON in, JSON out.

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use serde::{Deserialize, Serialize};

use super::{super::json, Open, node};
use crate::{
    analysis::{self, CompareOptions, Filter, InspectOptions, Keeper, Order, Statistics, Totals},
    error::{Code, Error, Result},
    graph::HeapGraph,
    index::{self, Staying},
    leaks,
    monitor::Monitor,
};

/// A question, as JavaScript words it.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Question {
    /// The class table.
    Classes,
    /// Totals and statistics.
    Statistics,
    /// Strings that are there several times.
    Duplicates { top: usize },
    /// Whose the bytes are.
    Packages { top: usize },
    /// All about one node.
    Inspect {
        node: u32,
        top: Option<usize>,
        text_limit: Option<usize>,
        paths: Option<usize>,
        hidden: bool,
        raw_paths: bool,
    },
    /// Ways to a node.
    Paths { node: u32, limit: usize, exclude: Vec<u32>, raw: bool },
    /// What changed since another heap.
    Diff { top: Option<usize>, growth: bool },
    /// What may be a leak.
    Findings,
    /// Variables that closures keep, and what is known of who reads them.
    Captures { least: u64 },
    /// The nodes that pass a filter, or, without one, that come with the question.
    Objects { top: usize, by: Order, filter: Option<Filter> },
    /// Those with most of something, of the nodes that pass a filter, or that come with the question.
    Largest { top: usize, by: Order, filter: Option<Filter> },
    /// What only lives because of something that nobody may want.
    RetainedBy { keeper: Keeper, top: usize },
    /// Collections with many entries.
    Collections { top: usize },
    /// How large the large collections are.
    CollectionSizes { least: u64 },
    /// Bytes that hold nothing.
    Waste { top: usize },
}

#[derive(Serialize)]
struct Parts {
    totals: Totals,
    statistics: Statistics,
}

impl Question {
    /// Whether it needs the dominators and what follows from them. Computed together the facts take less time.
    fn needs_most_facts(&self) -> bool {
        match self {
            Self::Statistics | Self::Duplicates { .. } | Self::CollectionSizes { .. } => false,
            // Which objects they are is found out beside the facts, where it does not take the facts to say so.
            Self::Objects { filter, .. } | Self::Largest { filter, .. } => {
                filter.as_ref().is_some_and(Filter::needs_dominators)
            }
            _ => true,
        }
    }
}

/// A filter, as JavaScript words it.
pub(super) fn filter(text: &str) -> Result<Filter> {
    serde_json::from_str(text)
        .map_err(|error| Error::new(Code::Internal, format!("a filter that the engine does not know: {error}")))
}

/// Answers a question.
pub(super) fn answer(
    open: &Open,
    other: Option<&Open>,
    (question, nodes): (&str, &[u32]),
    monitor: &Monitor,
) -> Result<String> {
    let question: Question = serde_json::from_str(question)
        .map_err(|error| Error::new(Code::Internal, format!("a question that the engine does not know: {error}")))?;
    let heaps: Vec<&Staying> = [Some(open), other].into_iter().flatten().map(|open| &open.heap).collect();
    index::look(&heaps, monitor, |graphs| {
        let facts = if question.needs_most_facts() { 0.5 } else { 0.0 };
        if facts > 0.0 {
            graphs[0].prepare(&monitor.part(facts))?;
        }
        tell(graphs, (&question, nodes, open.heap.is_kept()), &monitor.part(1.0 - facts))
    })
}

/// The nodes that pass a filter, or, without one, those that are given.
fn wanted(graph: &HeapGraph, filter: Option<&Filter>, nodes: &[u32], monitor: &Monitor) -> Result<FixedBitSet> {
    if let Some(filter) = filter {
        return analysis::select_all(graph, filter, monitor);
    }
    let nodes = nodes.iter().map(|&ordinal| node(graph, ordinal)).collect::<Result<Vec<_>>>()?;
    Ok(analysis::set_of(graph, nodes.into_iter()))
}

/// The answer about the first of the heaps, of which the question may ask about nodes, and of which the facts may be kept.
fn tell(
    graphs: &[Arc<HeapGraph>],
    (question, nodes, is_kept): (&Question, &[u32], bool),
    monitor: &Monitor,
) -> Result<String> {
    let graph = &graphs[0];
    match *question {
        Question::Classes => json(&analysis::class_table(graph, monitor)?),
        Question::Statistics => {
            let (statistics, totals) = analysis::statistics(graph, monitor)?;
            json(&Parts { totals, statistics })
        }
        Question::Duplicates { top } => json(&analysis::duplicate_strings(graph, top, monitor)?),
        Question::Packages { top } => json(&analysis::packages_of(graph, top, monitor)?),
        Question::Inspect { node: ordinal, top, text_limit, paths, hidden, raw_paths } => {
            let usual = InspectOptions::default();
            let options = InspectOptions {
                limit: top.unwrap_or(usual.limit),
                text_limit: text_limit.unwrap_or(usual.text_limit),
                paths: paths.unwrap_or(usual.paths),
                hidden,
                raw_paths,
            };
            json(&analysis::inspect_open(graph, node(graph, ordinal)?, options, monitor)?)
        }
        Question::Paths { node: ordinal, limit, ref exclude, raw } => {
            let exclude = exclude.iter().map(|&ordinal| node(graph, ordinal)).collect::<Result<Vec<_>>>()?;
            json(&analysis::ways_to(graph, node(graph, ordinal)?, (limit, raw), &exclude, monitor)?)
        }
        Question::Diff { top, growth } => {
            let base = graphs.get(1).ok_or_else(|| Error::new(Code::Usage, "a comparison needs two snapshots"))?;
            base.prepare(monitor)?;
            json(&analysis::compare_heaps(base, graph, CompareOptions { top, growth }, monitor)?)
        }
        Question::Objects { top, by, ref filter } => {
            let find = || wanted(graph, filter.as_ref(), nodes, monitor);
            json(&analysis::objects_found(graph, find, (top, by), monitor)?)
        }
        Question::Largest { top, by, ref filter } => {
            if is_kept {
                // Dominators that the next process finds in the index are worth their time.
                graph.prepare(&monitor.part(0.8))?;
            }
            let wanted = wanted(graph, filter.as_ref(), nodes, monitor)?;
            json(&analysis::largest(graph, &wanted, (top, by), monitor)?)
        }
        Question::RetainedBy { keeper, top } => {
            let nodes = analysis::retained_by(graph, keeper, monitor)?;
            json(&analysis::objects(graph, &nodes, (top, Order::default()), monitor)?)
        }
        Question::Collections { top } => json(&analysis::collections(graph, top, monitor)?),
        Question::CollectionSizes { least } => json(&analysis::collection_sizes(graph, least, monitor)?),
        Question::Waste { top } => json(&analysis::waste(graph, top, monitor)?),
        Question::Captures { least } => json(&analysis::captures(graph, least, monitor)?),
        Question::Findings => json(&leaks::hints_of(graph, monitor)?),
    }
}
