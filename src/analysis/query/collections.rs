//! Collections by their number of entries: what has no bound grows until it is the largest.

use serde::Serialize;

use super::{biggest_of, slot_name, slots_of};
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

/// The collections with most entries or slots, at most `top`.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn collections(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Collections> {
    let nodes = &graph.snapshot().nodes;
    let mut found: Vec<NodeId> = Vec::new();
    let mut sizes = rustc_hash::FxHashMap::default();
    for node in nodes.all() {
        monitor.tick(node.index())?;
        if nodes.kind(node) != NodeKind::OBJECT {
            continue;
        }
        let Some(entries) = entry_count(graph, node) else { continue };
        let slots = entries.max(slots(graph, node));
        if slots >= LEAST {
            memory::push(&mut found, node, "collections")?;
            sizes.insert(node, (entries, slots));
        }
    }
    let rows = biggest_of(&found, top, |node| sizes[&node].1)?;
    let row = |node: NodeId| {
        let (entries, slots) = sizes[&node];
        let held_by = slot_name(graph, node, monitor)?;
        Ok(LargeCollection { node: SizedNode::of(graph, node, monitor)?, entries, slots, held_by })
    };
    Ok(Collections { count: found.len() as u64, collections: rows.into_iter().map(row).collect::<Result<_>>()? })
}

/// Slots of an array's own store. The table of a Map is made of entries, buckets and room for more: its entries show.
fn slots(graph: &HeapGraph, node: NodeId) -> u64 {
    if graph.word(node) != Word::Array {
        return 0;
    }
    follow(graph, node, Word::Elements).map_or(0, |store| slots_of(graph.snapshot().nodes.self_size(store)))
}
