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

/// The objects with most of what they are ordered by, most first, at most `top` of those that are wanted; of equal ones
/// those that come first.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn largest(
    graph: &HeapGraph,
    wanted: &FixedBitSet,
    (top, by): (usize, Order),
    monitor: &Monitor,
) -> Result<Vec<LargeObject>> {
    if by == Order::RetainedSize {
        let found = greatest(graph, wanted, top, monitor)?;
        return told(graph, found.into_iter().map(|(node, size)| (node, size, None)).collect(), monitor);
    }
    let found = most(graph, wanted, (top, by), monitor)?;
    let nodes: Vec<NodeId> = found.iter().map(|&(_, node)| node).collect();
    let rows = found.into_iter().zip(sizes(graph, &nodes, monitor)?);
    let row = |((figure, node), size)| (node, size, (by == Order::References).then_some(figure));
    told(graph, rows.map(row).collect(), monitor)
}

/// Those with the greatest retained sizes.
fn greatest(graph: &HeapGraph, wanted: &FixedBitSet, top: usize, monitor: &Monitor) -> Result<Vec<(NodeId, u64)>> {
    if !graph.knows_retained_sizes()
        && let Some(found) = graph.greatest(wanted, top, monitor)?
    {
        return Ok(found);
    }
    graph.prepare(monitor)?;
    let found = most(graph, wanted, (top, Order::RetainedSize), monitor)?;
    Ok(found.into_iter().map(|(size, node)| (node, size)).collect())
}

/// Retained sizes of some nodes, none of which comes twice.
fn sizes(graph: &HeapGraph, nodes: &[NodeId], monitor: &Monitor) -> Result<Vec<u64>> {
    if !graph.knows_retained_sizes()
        && let Some(sizes) = graph.sizes_of_few(nodes, monitor)?
    {
        return Ok(sizes);
    }
    graph.prepare(monitor)?;
    let retained = graph.retained_sizes(monitor)?;
    Ok(nodes.iter().map(|&node| retained.get(node)).collect())
}

/// The nodes of a set with most of something, and how much. By retained size, these must be known.
fn most(
    graph: &HeapGraph,
    wanted: &FixedBitSet,
    (top, by): (usize, Order),
    monitor: &Monitor,
) -> Result<Vec<(u64, NodeId)>> {
    let shallow = (by == Order::SelfSize).then(|| graph.shallow_sizes(monitor)).transpose()?;
    let retained = (by == Order::RetainedSize).then(|| graph.retained_sizes(monitor)).transpose()?;
    let stretch = |stretch: Range<usize>| -> Result<_> {
        let mut most = Most::of(top);
        let mut references = References::of(graph);
        for index in ones(wanted, stretch) {
            monitor.tick(index)?;
            let node = NodeId::from_index(index);
            let figure = match (retained, shallow) {
                (Some(sizes), _) => sizes.get(node),
                (_, Some(sizes)) => sizes.get(node),
                _ => references.get(node),
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
