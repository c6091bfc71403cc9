//! How many entries a collection has, counted where a program puts them.

use crate::{
    analysis::{follow, object::ways::Table},
    graph::{HeapGraph, Word},
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Entries of a Map or Set, elements of an array; `None` for what is no collection. An array that holds nothing but
/// small numbers has no edges and counts as empty, as has an entry of two small numbers.
pub(crate) fn entry_count(graph: &HeapGraph, node: NodeId) -> Option<u64> {
    let snapshot = graph.snapshot();
    if snapshot.nodes.kind(node) != NodeKind::OBJECT {
        return None;
    }
    if graph.word(node) == Word::Array {
        let is_element = |&edge: &usize| {
            snapshot.edges.kind(edge) == EdgeKind::Element
                // A hole.
                && snapshot.nodes.kind(snapshot.edges.target(edge)) != NodeKind::HIDDEN
        };
        return Some(snapshot.nodes.edges(node).filter(is_element).count() as u64);
    }
    let table = follow(graph, node, Word::Table)?;
    let layout = Table::of(graph, node, table)?;
    let mut entries = 0;
    let mut last = None;
    for edge in snapshot.nodes.edges(table) {
        let is_entry = snapshot.edges.kind(edge) == EdgeKind::Internal
            // Deleted entries stand as holes until the table is made anew.
            && snapshot.nodes.kind(snapshot.edges.target(edge)) != NodeKind::HIDDEN;
        let slot = is_entry.then(|| graph.edge_name(edge).parse().ok()).flatten();
        // Slots are written in their order, so those of an entry are neighbours.
        if let Some((number, _)) = slot.and_then(|slot| layout.part(slot))
            && last != Some(number)
        {
            entries += 1;
            last = Some(number);
        }
    }
    Some(entries)
}
