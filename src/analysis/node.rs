//! A node as answers show it.

use serde::Serialize;

use crate::{
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId},
};

/// Characters of a name that an answer carries; strings of a heap can be very long.
const NAME_LIMIT: usize = 1024;

/// What to know of a node at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSummary {
    /// V8's id of the object.
    pub id: ObjectId,
    /// Name as DevTools shows it, cut at 1024 characters.
    pub name: String,
    /// Name of its class.
    pub class: String,
    /// V8's type of node.
    #[serde(rename = "type")]
    pub kind: String,
    /// Shallow size in bytes.
    pub self_size: u64,
    /// Steps from the user's roots.
    pub distance: i32,
}

impl NodeSummary {
    pub(crate) fn of(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Self> {
        let snapshot = graph.snapshot();
        Ok(Self {
            id: snapshot.nodes.id(node),
            name: shortened(graph.display_name(node)),
            class: graph.classes(monitor)?.get(node).name.clone(),
            kind: snapshot.header.node_kinds.name(snapshot.nodes.kind(node)).to_owned(),
            self_size: graph.shallow_sizes(monitor)?.get(node),
            distance: graph.distances(monitor)?.get(node),
        })
    }
}

/// At most [`NAME_LIMIT`] characters, an ellipsis for what is cut.
pub(crate) fn shortened(name: String) -> String {
    shortened_to(name, NAME_LIMIT)
}

/// At most so many characters, an ellipsis for what is cut.
pub(crate) fn shortened_to(name: String, limit: usize) -> String {
    match name.char_indices().nth(limit) {
        None => name,
        Some((end, _)) => format!("{}…", &name[..end]),
    }
}
