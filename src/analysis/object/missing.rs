//! An id that no object has: why, most likely, and which ones are near.

use crate::{
    analysis::node::shortened_to,
    error::{Code, Error, Result},
    graph::HeapGraph,
    snapshot::{NodeId, ObjectId},
};

/// Characters of a neighbour's name.
const NAME: usize = 40;

/// The node with an id.
pub(super) fn find(graph: &HeapGraph, id: ObjectId) -> Result<NodeId> {
    let nodes = &graph.snapshot().nodes;
    nodes.all().find(|&node| nodes.id(node) == id).ok_or_else(|| missing(graph, id))
}

/// The error for an id that no node has: it names the nearest ones.
#[must_use]
pub fn missing(graph: &HeapGraph, id: ObjectId) -> Error {
    let nodes = &graph.snapshot().nodes;
    let by_id = |node: &NodeId| nodes.id(*node);
    let below = nodes.all().filter(|node| by_id(node) < id).max_by_key(by_id);
    let above = nodes.all().filter(|node| by_id(node) > id).min_by_key(by_id);
    let told = |node: NodeId| {
        let name = shortened_to(graph.display_name(node), NAME);
        let kind = graph.snapshot().header.node_kinds.name(nodes.kind(node));
        let name = if name.is_empty() { kind } else { &name };
        format!("{} ({name})", nodes.id(node))
    };
    let near: Vec<String> = below.into_iter().chain(above).map(told).collect();
    let is_last = if above.is_none() { ", the greatest" } else { "" };
    let near = match near.as_slice() {
        [] => "it has no objects".to_owned(),
        [one] => format!("the nearest id is {one}{is_last}"),
        [below, above, ..] => format!("the nearest ids are {below} and {above}"),
    };
    let file = graph.snapshot().path.as_ref().map_or_else(String::new, |path| format!("{}: ", path.display()));
    Error::new(
        Code::NoObject,
        format!(
            "{file}no object has the id {id}; {near}. Objects keep their ids only within one process, and one that was collected has none any more"
        ),
    )
}
