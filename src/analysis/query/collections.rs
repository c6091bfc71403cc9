//! Collections by their number of entries: what has no bound grows until it is the largest.

use rayon::prelude::*;
use serde::Serialize;

use super::{biggest_of, known::Known, slot_name, slots_of};
use crate::{
    analysis::{SizedNode, follow, object::entry_count},
    error::Result,
    graph::{HeapGraph, Word},
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// Fewer entries are no large collection.
const LEAST: u64 = 100;

/// Maps, Sets and arrays with many entries.
#[derive(Debug, Serialize)]
pub struct Collections {
    /// How many have 100 entries or more.
    pub count: u64,
    /// Those with most entries.
    pub collections: Vec<LargeCollection>,
}

/// A collection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LargeCollection {
    /// The Map, Set or array.
    pub node: SizedNode,
    /// Entries that show: of an array those that are no small numbers, which V8 writes nowhere.
    pub entries: u64,
    /// Slots of its store, whatever is in them; never fewer than the entries.
    pub slots: u64,
    /// Where it hangs, as code would write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
}

/// Sizes of large collections, column by column, in the order of the snapshot.
#[derive(Debug, Default, Serialize)]
pub struct CollectionSizes {
    /// The nodes.
    pub ordinals: Vec<u32>,
    /// V8's ids of them.
    pub ids: Vec<u32>,
    /// Entries that show, as [`LargeCollection::entries`].
    pub entries: Vec<u64>,
    /// Slots, as [`LargeCollection::slots`].
    pub slots: Vec<u64>,
}

/// Sizes of all collections with at least so many entries or slots. Needs nothing but the file's own columns.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn collection_sizes(graph: &HeapGraph, least: u64, monitor: &Monitor) -> Result<CollectionSizes> {
    let mut columns = CollectionSizes::default();
    for Sized { node, entries, slots } in found(graph, least, monitor)? {
        memory::push(&mut columns.ordinals, node.0, "collections")?;
        memory::push(&mut columns.ids, graph.snapshot().nodes.id(node).0, "collections")?;
        memory::push(&mut columns.entries, entries, "collections")?;
        memory::push(&mut columns.slots, slots, "collections")?;
    }
    Ok(columns)
}

/// The collections with most entries or slots, at most `top`.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn collections(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Collections> {
    let found = found(graph, LEAST, monitor)?;
    // Found in the order of their numbers.
    let sizes = |node: NodeId| &found[found.partition_point(|one| one.node < node)];
    let nodes: Vec<NodeId> = found.iter().map(|one| one.node).collect();
    let rows = biggest_of(&nodes, top, |node| sizes(node).slots)?;
    let row = |node: NodeId| {
        let &Sized { entries, slots, .. } = sizes(node);
        let held_by = slot_name(graph, node, monitor)?;
        Ok(LargeCollection { node: SizedNode::of(graph, node, monitor)?, entries, slots, held_by })
    };
    Ok(Collections { count: found.len() as u64, collections: rows.into_iter().map(row).collect::<Result<_>>()? })
}

/// A collection with its sizes.
struct Sized {
    node: NodeId,
    entries: u64,
    slots: u64,
}

fn found(graph: &HeapGraph, least: u64, monitor: &Monitor) -> Result<Vec<Sized>> {
    let nodes = &graph.snapshot().nodes;
    let count = nodes.len() as u32;
    // One stretch for each thread, which looks at each name once.
    let length = count.div_ceil(rayon::current_num_threads() as u32).max(1);
    let parts: Vec<Vec<Sized>> = (0..count.div_ceil(length))
        .into_par_iter()
        .map(|stretch| {
            let mut names = Known::of(&graph.snapshot().strings);
            let mut found = Vec::new();
            let start = stretch * length;
            for node in (start..count.min(start.saturating_add(length))).map(NodeId) {
                monitor.tick(node.index())?;
                if nodes.kind(node) != NodeKind::OBJECT || !may_be_large(graph, node, least, &mut names) {
                    continue;
                }
                let Some(entries) = entry_count(graph, node) else { continue };
                let slots = entries.max(slots(graph, node));
                if slots >= least {
                    memory::push(&mut found, Sized { node, entries, slots }, "collections")?;
                }
            }
            Ok(found)
        })
        .collect::<Result<_>>()?;
    Ok(parts.into_iter().flatten().collect())
}

/// Whether it is a collection with so many references that entries can be as many, or with so many slots: most are
/// small, and counting takes its time.
fn may_be_large(graph: &HeapGraph, node: NodeId, least: u64, names: &mut Known<'_>) -> bool {
    let nodes = &graph.snapshot().nodes;
    let has_many = |node: NodeId| nodes.edges(node).len() as u64 >= least;
    if graph.word(node) == Word::Array {
        return has_many(node) || slots(graph, node) >= least;
    }
    let name = nodes.name(node);
    names.holds(name, |strings| strings.is(name, "Map") || strings.is(name, "Set"))
        && follow(graph, node, Word::Table).is_some_and(has_many)
}

/// Slots of an array's own store. The table of a Map is made of entries, buckets and room for more: its entries show.
fn slots(graph: &HeapGraph, node: NodeId) -> u64 {
    if graph.word(node) != Word::Array {
        return 0;
    }
    follow(graph, node, Word::Elements).map_or(0, |store| slots_of(graph.snapshot().nodes.self_size(store)))
}
