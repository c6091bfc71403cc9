//! Questions with a list for an answer: which objects are like this, how many, how much they keep.
//!
//! Each file is one question. Whatever finds the objects, what is told of them is the same ([`Objects`]).

mod collections;
mod retained_by;
mod waste;

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;

pub use self::{
    collections::{Collections, LargeCollection, collections},
    retained_by::{Keeper, retained_by},
    waste::{EmptyCollections, SparseArray, Waste, waste},
};
use super::SizedNode;
use crate::{
    error::Result,
    graph::HeapGraph,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Objects that have something in common. Bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objects {
    /// How many.
    pub count: u64,
    /// Their shallow sizes together.
    pub self_size: u64,
    /// What would be freed with all of them, of what each keeps alive; what one keeps that another keeps is counted once.
    pub retained_size: u64,
    /// Number of their classes; `classes` may hold fewer.
    pub class_count: usize,
    /// By class, most bytes first.
    pub classes: Vec<ObjectsOfClass>,
    /// Those with the greatest retained sizes.
    pub objects: Vec<SizedNode>,
}

/// Objects of one class.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectsOfClass {
    /// Name of the class.
    pub name: String,
    /// Its key, as in the class table.
    pub key: String,
    /// How many.
    pub count: u64,
    /// Their shallow sizes together.
    pub self_size: u64,
}

/// Tells of objects, at most `top` of them and of their classes.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn objects(graph: &HeapGraph, nodes: &[NodeId], top: usize, monitor: &Monitor) -> Result<Objects> {
    let (shallow, retained) = (graph.shallow_sizes(monitor)?, graph.retained_sizes(monitor)?);
    let (classes, tree) = (graph.classes(monitor)?, graph.dominator_tree(monitor)?);
    let mut by_class: FxHashMap<u32, (u64, u64)> = FxHashMap::default();
    let mut positions = memory::with_capacity::<u32>(nodes.len(), "a question")?;
    let mut self_size = 0;
    for (step, &node) in nodes.iter().enumerate() {
        monitor.tick(step)?;
        let size = shallow.get(node);
        let sum = by_class.entry(classes.number(node)).or_default();
        *sum = (sum.0 + 1, sum.1 + size);
        self_size += size;
        positions.push(tree.position(node) as u32);
    }
    // In preorder a subtree is a stretch, so what stands inside of the last one that counted is in it.
    positions.sort_unstable();
    let (mut retained_size, mut covered_to) = (0, 0);
    for &position in &positions {
        if position as usize >= covered_to {
            retained_size += retained.at(position as usize);
            covered_to = tree.stretch_at(position as usize).end;
        }
    }
    drop(positions);
    let class_count = by_class.len();
    let mut rows: Vec<ObjectsOfClass> = by_class
        .into_iter()
        .map(|(number, (count, self_size))| {
            let class = &classes.all()[number as usize];
            ObjectsOfClass { name: class.name.clone(), key: class.key.clone(), count, self_size }
        })
        .collect();
    rows.sort_by(|a, b| {
        (Reverse(a.self_size), Reverse(a.count), &a.key).cmp(&(Reverse(b.self_size), Reverse(b.count), &b.key))
    });
    rows.truncate(top);
    let biggest = biggest_of(nodes, top, |node| retained.get(node))?;
    Ok(Objects {
        count: nodes.len() as u64,
        self_size,
        retained_size,
        class_count,
        classes: rows,
        objects: biggest.into_iter().map(|node| SizedNode::of(graph, node, monitor)).collect::<Result<_>>()?,
    })
}

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
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let classes = graph.classes(monitor)?;
    for edge in graph.retainers(monitor)?.edges(node) {
        let holder = nodes.of_edge(edge);
        let class = || &classes.get(holder).name;
        return Ok(Some(match edges.kind(edge) {
            EdgeKind::Property => format!("{}.{}", class(), graph.edge_name(edge)),
            EdgeKind::Context => format!("variable {}", graph.edge_name(edge)),
            EdgeKind::Element if nodes.kind(holder) == NodeKind::OBJECT => format!("{}[]", class()),
            _ => continue,
        }));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
