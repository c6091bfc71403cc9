//! The objects with most of something, and what they keep: a list, and nothing of all the others.
//!
//! Retained sizes of a few need no dominators, and are there in half of the time.

use std::{cmp::Reverse, ops::Range};

use fixedbitset::FixedBitSet;
use serde::Serialize;

use super::{
    objects::{Order, ones},
    references::References,
};
use crate::{
    analysis::shortened,
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    most::Most,
    snapshot::{NodeId, ObjectId},
};

/// An object that has much of something. Bytes.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LargeObject {
    /// V8's id of the object.
    pub id: ObjectId,
    /// Name as DevTools shows it, cut at 1024 characters.
    pub name: String,
    /// Name of its class.
    pub class: String,
    /// V8's type of node.
    #[serde(rename = "type")]
    pub kind: String,
    /// Shallow size.
    pub self_size: u64,
    /// Bytes that would be freed with it.
    pub retained_size: u64,
    /// References that leave it, where objects are ordered by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<u64>,
}

/// The objects with most of what they are ordered by, most first, at most `top` of those that are found; of equal ones
/// those that come first.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`; those of the search.
pub fn largest(
    graph: &HeapGraph,
    find: impl FnOnce() -> Result<FixedBitSet> + Send,
    (top, by): (usize, Order),
    monitor: &Monitor,
) -> Result<Vec<LargeObject>> {
    match by {
        Order::RetainedSize => {
            let found = greatest(graph, find, top, monitor)?;
            let row = |(node, size)| (node, size, None);
            told(graph, found.into_iter().map(row).collect(), monitor)
        }
        Order::SelfSize | Order::References => {
            let choose = || Ok(most(graph, &find()?, (top, by), monitor)?.into_iter().map(|(_, node)| node).collect());
            let (nodes, sizes) = sizes(graph, choose, monitor)?;
            let mut references = References::of(graph);
            let mut row = |(node, size)| (node, size, (by == Order::References).then(|| references.get(node)));
            told(graph, nodes.into_iter().zip(sizes).map(&mut row).collect(), monitor)
        }
    }
}

/// Those with the greatest retained sizes.
fn greatest(
    graph: &HeapGraph,
    find: impl FnOnce() -> Result<FixedBitSet> + Send,
    top: usize,
    monitor: &Monitor,
) -> Result<Vec<(NodeId, u64)>> {
    let wanted = if graph.knows_retained_sizes() {
        find()?
    } else {
        match graph.greatest(find, top, monitor)? {
            (_, Some(found)) => return Ok(found),
            (wanted, None) => wanted,
        }
    };
    graph.prepare(monitor)?;
    let found = most(graph, &wanted, (top, Order::RetainedSize), monitor)?;
    Ok(found.into_iter().map(|(size, node)| (node, size)).collect())
}

/// Nodes, and their retained sizes.
fn sizes(
    graph: &HeapGraph,
    choose: impl FnOnce() -> Result<Vec<NodeId>> + Send,
    monitor: &Monitor,
) -> Result<(Vec<NodeId>, Vec<u64>)> {
    let nodes = if graph.knows_retained_sizes() {
        choose()?
    } else {
        match graph.sizes_of_few(choose, monitor)? {
            (nodes, Some(sizes)) => return Ok((nodes, sizes)),
            (nodes, None) => nodes,
        }
    };
    graph.prepare(monitor)?;
    let retained = graph.retained_sizes(monitor)?;
    let sizes = nodes.iter().map(|&node| retained.get(node)).collect();
    Ok((nodes, sizes))
}

/// The nodes of a set with most of something, and how much. By retained size, these must be known.
fn most(
    graph: &HeapGraph,
    wanted: &FixedBitSet,
    (top, by): (usize, Order),
    monitor: &Monitor,
) -> Result<Vec<(u64, NodeId)>> {
    let shallow = graph.shallow_sizes(monitor)?;
    let retained = (by == Order::RetainedSize).then(|| graph.retained_sizes(monitor)).transpose()?;
    let stretch = |stretch: Range<usize>| -> Result<_> {
        let mut most = Most::of(top);
        let mut references = References::of(graph);
        for index in ones(wanted, stretch) {
            monitor.tick(index)?;
            let node = NodeId::from_index(index);
            let figure = match (by, retained) {
                (Order::References, _) => references.get(node),
                (Order::RetainedSize, Some(retained)) => retained.get(node),
                _ => shallow.get(node),
            };
            most.put((Reverse(figure), node))?;
        }
        Ok(most)
    };
    let count = wanted.len();
    let (first, second) = rayon::join(|| stretch(0..count / 2), || stretch(count / 2..count));
    let mut most = first?;
    most.add(second?)?;
    Ok(most.finish().into_iter().map(|(Reverse(figure), node)| (figure, node)).collect())
}

fn told(graph: &HeapGraph, rows: Vec<(NodeId, u64, Option<u64>)>, monitor: &Monitor) -> Result<Vec<LargeObject>> {
    let snapshot = graph.snapshot();
    let shallow = graph.shallow_sizes(monitor)?;
    let nodes: Vec<NodeId> = rows.iter().map(|&(node, ..)| node).collect();
    let classes = graph.class_names(&nodes, monitor)?;
    let row = |((node, retained_size, references), class): ((NodeId, u64, Option<u64>), String)| LargeObject {
        id: snapshot.nodes.id(node),
        name: shortened(graph.display_name(node)),
        class,
        kind: snapshot.header.node_kinds.name(snapshot.nodes.kind(node)).to_owned(),
        self_size: shallow.get(node),
        retained_size,
        references,
    };
    Ok(rows.into_iter().zip(classes).map(row).collect())
}
