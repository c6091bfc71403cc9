//! The way from the root to an object, hop by hop.

use serde::Serialize;

use super::{node::shortened, places::Place, slots::block_variable};
use crate::{
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, ObjectId},
};

/// Hops a path shows at most, those nearest to the object; a list can be millions long.
const HOP_LIMIT: usize = 256;

/// One step of a path: an edge and the node it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// The edge.
    pub edge: EdgeSummary,
    /// Where it leads.
    pub node: HopNode,
    /// The function that it leads to, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// How many steps over edges of this name, through objects of this class, it stands for: those of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
    /// The step as code would write it.
    pub text: String,
}

/// An edge as answers show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EdgeSummary {
    /// Its name; a number for elements.
    pub name: String,
    /// V8's type of edge.
    pub kind: &'static str,
}

/// The node of a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopNode {
    /// V8's id.
    pub id: ObjectId,
    /// Name as DevTools shows it.
    pub name: String,
    /// Name of its class.
    pub class: String,
}

/// A shortest way to `node` from where distances begin; at most 256 hops, the last ones.
pub(crate) fn shortest_path(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Vec<Hop>> {
    let ways = graph.ways(monitor)?;
    let mut hops = Vec::new();
    let mut at = node;
    while let Some(edge) = ways.via(at).filter(|_| hops.len() < HOP_LIMIT) {
        hops.push(hop(graph, edge, monitor)?);
        at = graph.snapshot().nodes.of_edge(edge);
    }
    hops.reverse();
    Ok(hops)
}

/// The step over one edge.
pub(crate) fn hop(graph: &HeapGraph, edge: usize, monitor: &Monitor) -> Result<Hop> {
    let snapshot = graph.snapshot();
    let (kind, node) = (snapshot.edges.kind(edge), snapshot.edges.target(edge));
    let edge_summary = EdgeSummary::of(graph, edge);
    let node_summary = HopNode::of(graph, node, monitor)?;
    // What the root points to is known by its own name; the edge has only a number.
    let from_root = snapshot.nodes.of_edge(edge) == snapshot.root();
    let text = match block_variable(graph, edge) {
        _ if from_root => node_summary.name.clone(),
        Some(variable) => as_code(EdgeKind::Context, &shortened(variable)),
        None => as_code(kind, &edge_summary.name),
    };
    Ok(Hop { edge: edge_summary, node: node_summary, place: None, repeats: None, text })
}

impl EdgeSummary {
    pub(crate) fn of(graph: &HeapGraph, edge: usize) -> Self {
        let name = shortened(graph.edge_name(edge).into_owned());
        Self { name, kind: graph.snapshot().edges.kind(edge).name() }
    }
}

impl HopNode {
    pub(crate) fn of(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Self> {
        Ok(Self {
            id: graph.snapshot().nodes.id(node),
            name: shortened(graph.display_name(node)),
            class: graph.classes(monitor)?.get(node).name.clone(),
        })
    }
}

/// An edge as code would write it.
pub(crate) fn as_code(kind: EdgeKind, name: &str) -> String {
    let is_identifier = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$' | '#'))
            && characters.all(|other| other.is_alphanumeric() || matches!(other, '_' | '$'))
    };
    match kind {
        EdgeKind::Element => format!("[{name}]"),
        EdgeKind::Property | EdgeKind::Shortcut if is_identifier(name) => format!(".{name}"),
        EdgeKind::Property | EdgeKind::Shortcut if name.starts_with("<symbol ") => {
            format!("[{}]", name.trim_matches(['<', '>']))
        }
        EdgeKind::Property | EdgeKind::Shortcut => format!("[{name:?}]"),
        EdgeKind::Context => format!("⟨context⟩ {name}"),
        EdgeKind::Internal | EdgeKind::Hidden | EdgeKind::Weak | EdgeKind::Other => format!("⟨{name}⟩"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_like_code() {
        let cases = [
            (EdgeKind::Property, "sessions", ".sessions"),
            (EdgeKind::Property, "content-type", "[\"content-type\"]"),
            (EdgeKind::Property, "<symbol kHandle>", "[symbol kHandle]"),
            (EdgeKind::Property, "#items", ".#items"),
            (EdgeKind::Element, "12", "[12]"),
            (EdgeKind::Context, "cache", "⟨context⟩ cache"),
            (EdgeKind::Internal, "table", "⟨table⟩"),
        ];
        for (kind, name, text) in cases {
            assert_eq!(as_code(kind, name), text);
        }
    }
}
