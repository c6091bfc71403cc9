//! Bytes that hold nothing: empty collections, and arrays with room for much more than is in them.
//!
//! Small numbers are no nodes, so an array of them looks empty inside. Of arrays therefore only those are called sparse
//! that hold objects too, and what they waste is an upper bound.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{biggest_of, slot_name, slots_of};
use crate::{
    analysis::{SizedNode, follow, object::entry_count},
    error::Result,
    graph::{HeapGraph, Word},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, Snapshot},
};

/// Slots from which on an array may be called sparse, and how many there are for each that shows something.
const LEAST_SLOTS: u64 = 32;
const SPARSE: u64 = 4;
/// Words of the table of a Map or Set that never had more than four entries.
const SMALLEST_TABLE: u64 = 20 * 8;
/// Examples of each place.
const SAMPLES: usize = 3;

/// What is wasted. Bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waste {
    /// Maps, Sets, arrays and plain objects in which nothing is.
    pub empty_count: u64,
    /// What they take with their stores.
    pub empty_bytes: u64,
    /// Where they hang, most bytes first.
    pub empty: Vec<EmptyCollections>,
    /// Arrays with at least four slots for each element that shows.
    pub sparse_count: u64,
    /// Bytes of slots in which nothing shows, at most: numbers do not show.
    pub sparse_bytes: u64,
    /// Those that waste most.
    pub sparse: Vec<SparseArray>,
}

/// Empty collections of one kind that hang at one place.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmptyCollections {
    /// `Map`, `Set`, `Array` or `Object`.
    pub kind: String,
    /// Where they hang, as code would write it; absent for what only V8 refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// How many.
    pub count: u64,
    /// What they take with their stores.
    pub bytes: u64,
    /// Ids of some.
    pub samples: Vec<u32>,
}

/// An array with much room.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SparseArray {
    /// The array.
    pub node: SizedNode,
    /// Elements that show.
    pub entries: u64,
    /// Slots of its store.
    pub slots: u64,
    /// Bytes of the others.
    pub wasted_bytes: u64,
    /// Where it hangs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
}

/// Looks for them, at most `top` rows of each.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn waste(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Waste> {
    let Snapshot { nodes, .. } = graph.snapshot();
    let mut places: FxHashMap<(&str, Option<String>), EmptyCollections> = FxHashMap::default();
    let (mut empty_count, mut empty_bytes) = (0, 0);
    let mut arrays: Vec<NodeId> = Vec::new();
    let mut figures: FxHashMap<NodeId, (u64, u64)> = FxHashMap::default();
    for node in nodes.all() {
        monitor.tick(node.index())?;
        if nodes.kind(node) != NodeKind::OBJECT {
            continue;
        }
        if let Some((kind, bytes)) = empty(graph, node) {
            let held_by = slot_name(graph, node, monitor)?;
            let place = places.entry((kind, held_by)).or_insert_with_key(|(kind, held_by)| EmptyCollections {
                kind: (*kind).to_owned(),
                held_by: held_by.clone(),
                count: 0,
                bytes: 0,
                samples: Vec::new(),
            });
            place.count += 1;
            place.bytes += bytes;
            if place.samples.len() < SAMPLES {
                place.samples.push(nodes.id(node).0);
            }
            empty_count += 1;
            empty_bytes += bytes;
        } else if let Some((entries, slots)) = sparse(graph, node) {
            memory::push(&mut arrays, node, "sparse arrays")?;
            figures.insert(node, (entries, slots));
        }
    }
    let mut empty: Vec<EmptyCollections> = places.into_values().collect();
    empty.sort_by(|a, b| {
        (Reverse(a.bytes), Reverse(a.count), &a.kind, &a.held_by).cmp(&(
            Reverse(b.bytes),
            Reverse(b.count),
            &b.kind,
            &b.held_by,
        ))
    });
    empty.truncate(top);
    let wasted = |node: NodeId| {
        let (entries, slots) = figures[&node];
        (slots - entries) * 8
    };
    let sparse_bytes = arrays.iter().map(|&node| wasted(node)).sum();
    let row = |node: NodeId| {
        let (entries, slots) = figures[&node];
        let held_by = slot_name(graph, node, monitor)?;
        Ok(SparseArray {
            node: SizedNode::of(graph, node, monitor)?,
            entries,
            slots,
            wasted_bytes: wasted(node),
            held_by,
        })
    };
    let rows = biggest_of(&arrays, top, wasted)?.into_iter().map(row).collect::<Result<_>>()?;
    Ok(Waste { empty_count, empty_bytes, empty, sparse_count: arrays.len() as u64, sparse_bytes, sparse: rows })
}

/// The kind of a collection in which nothing is, and its bytes with those of its store.
fn empty(graph: &HeapGraph, node: NodeId) -> Option<(&'static str, u64)> {
    let Snapshot { nodes, edges, .. } = graph.snapshot();
    let own = nodes.self_size(node);
    let store = |word| follow(graph, node, word).map(|store| (store, nodes.self_size(store)));
    let name = graph.raw_name(node);
    match &*name {
        "Map" | "Set" => {
            // A larger one may be full of numbers, which do not show.
            let (_, table) = store(Word::Table).filter(|&(_, table)| table <= SMALLEST_TABLE)?;
            let kind = if name == "Map" { "Map" } else { "Set" };
            (entry_count(graph, node) == Some(0)).then_some((kind, own + table))
        }
        "Array" => {
            // Empty arrays share one store, which has no slots.
            let slots = store(Word::Elements).map_or(0, |(_, size)| slots_of(size));
            (entry_count(graph, node) == Some(0) && slots == 0).then_some(("Array", own))
        }
        "Object" => {
            let is_own = |edge: usize| {
                // Of an element the number is no name.
                let word = || graph.vocabulary().word(edges.name_or_index(edge));
                match edges.kind(edge) {
                    EdgeKind::Property => word() != Word::Proto,
                    EdgeKind::Element => true,
                    // Numbers in a store of their own do not show.
                    EdgeKind::Internal => {
                        matches!(word(), Word::Properties | Word::Elements) && holds_more(graph, edge)
                    }
                    _ => false,
                }
            };
            // Room for numbers as properties, which do not show either: four words are what an empty literal has.
            let room = own > 7 * 8;
            (!room && !nodes.edges(node).any(is_own)).then_some(("Object", own))
        }
        _ => None,
    }
}

/// Whether a store has slots.
fn holds_more(graph: &HeapGraph, edge: usize) -> bool {
    let Snapshot { nodes, edges, .. } = graph.snapshot();
    slots_of(nodes.self_size(edges.target(edge))) > 0
}

/// Elements that show and slots, of an array that has many more of these and holds something.
fn sparse(graph: &HeapGraph, node: NodeId) -> Option<(u64, u64)> {
    if graph.word(node) != Word::Array {
        return None;
    }
    let store = follow(graph, node, Word::Elements)?;
    let slots = slots_of(graph.snapshot().nodes.self_size(store));
    if slots < LEAST_SLOTS {
        return None;
    }
    let entries = entry_count(graph, node)?;
    (entries > 0 && entries * SPARSE <= slots).then_some((entries, slots))
}
