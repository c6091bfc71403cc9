//! Questions with a list for an answer: which objects are like this, how many, how much they keep.
//!
//! Each file is one question. Whatever finds the objects ([`select()`], [`retained_by()`], the caller), what is told of them
//! is the same ([`Objects`]).

mod collections;
mod known;
mod largest;
mod objects;
mod references;
mod retained_by;
mod select;
mod waste;

use std::cmp::Reverse;

pub use self::{
    collections::{CollectionSizes, Collections, LargeCollection, collection_sizes, collections},
    largest::{LargeObject, largest},
    objects::{ListedObject, Objects, ObjectsOfClass, Order, objects, objects_found, set_of},
    retained_by::{Keeper, retained_by},
    select::{Filter, TextFilter, select, select_all},
    waste::{EmptyCollections, SparseArray, Waste, waste},
};
use super::block_variable;
use crate::{
    error::Result,
    graph::HeapGraph,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// The `top` nodes with most of something, most first; of equal ones those that come first.
fn biggest_of(nodes: &[NodeId], top: usize, most: impl Fn(NodeId) -> u64) -> Result<Vec<NodeId>> {
    let order = |node: &NodeId| (Reverse(most(*node)), *node);
    let mut all = memory::with_capacity(nodes.len(), "a question")?;
    all.extend_from_slice(nodes);
    if all.len() > top {
        if top > 0 {
            all.select_nth_unstable_by_key(top - 1, order);
        }
        all.truncate(top);
    }
    all.sort_unstable_by_key(order);
    Ok(all)
}

/// Slots of a store, as its size tells: two words of header, then a word for each. Of eight bytes; in a browser, which
/// packs them to four, it is half of the truth.
fn slots_of(size: u64) -> u64 {
    (size / 8).saturating_sub(2)
}

/// Where something hangs, as code would write it: `User.tags`, `variable cache`, `Array[]`. `None` for what only V8
/// refers to.
fn slot_name(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Option<String>> {
    name_of_slot(graph, graph.retainers(monitor)?.edges(node), monitor)
}

/// The same for one node, or a few: as long as nobody knows who refers to whom, the references are gone through, which
/// takes less time than turning all of them round.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`.
pub fn held_by(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Option<String>> {
    if graph.has_retainers() {
        return slot_name(graph, node, monitor);
    }
    let targets = graph.snapshot().edges.targets().iter().enumerate();
    name_of_slot(graph, targets.filter(|&(_, &target)| target == node.0).map(|(edge, _)| edge), monitor)
}

fn name_of_slot(
    graph: &HeapGraph,
    retainers: impl Iterator<Item = usize>,
    monitor: &Monitor,
) -> Result<Option<String>> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let classes = graph.classes(monitor)?;
    for edge in retainers {
        let holder = nodes.of_edge(edge);
        let class = || &classes.get(holder).name;
        return Ok(Some(match edges.kind(edge) {
            EdgeKind::Property => format!("{}.{}", class(), graph.edge_name(edge)),
            EdgeKind::Context => format!("variable {}", graph.edge_name(edge)),
            EdgeKind::Element if nodes.kind(holder) == NodeKind::OBJECT => format!("{}[]", class()),
            EdgeKind::Hidden => match block_variable(graph, edge) {
                Some(variable) => format!("variable {variable}"),
                None => continue,
            },
            _ => continue,
        }));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
