//! What an object refers to, and what refers to it.

use std::cmp::Reverse;

use serde::Serialize;

use super::SizedNode;
use crate::{
    analysis::node::shortened,
    error::Result,
    graph::{HeapGraph, UNREACHED, Word},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId},
};

/// A reference from the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Name of the property or variable, index of the element.
    pub name: String,
    /// V8's type of edge.
    pub kind: &'static str,
    /// Where it leads.
    pub node: SizedNode,
}

/// A reference to the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retainer {
    /// Name of the property or variable, index of the element.
    pub name: String,
    /// V8's type of edge.
    pub kind: &'static str,
    /// Where it comes from.
    pub node: SizedNode,
    /// Steps from the user's roots to there; -5 for what nothing reaches.
    pub distance: i32,
}

/// What the object refers to, at most `limit`, and how much there is: what the program put there first, then what
/// V8 did; in the order of the file.
pub(super) fn properties(
    graph: &HeapGraph,
    node: NodeId,
    (limit, hidden): (usize, bool),
    monitor: &Monitor,
) -> Result<(Vec<Property>, usize)> {
    let edges = &graph.snapshot().edges;
    let rank = |edge: usize| match edges.kind(edge) {
        EdgeKind::Property if graph.vocabulary().word(edges.name_or_index(edge)) == Word::Proto => 2,
        // The root's lead to the global objects.
        EdgeKind::Shortcut if node == graph.snapshot().root() => 0,
        EdgeKind::Property | EdgeKind::Context | EdgeKind::Other => 0,
        EdgeKind::Element => 1,
        EdgeKind::Internal => 2,
        EdgeKind::Hidden | EdgeKind::Shortcut | EdgeKind::Weak => 3,
    };
    let mut list = Vec::new();
    for edge in graph.snapshot().nodes.edges(node).filter(|&edge| hidden || rank(edge) < 3) {
        memory::push(&mut list, edge, "properties")?;
    }
    let count = list.len();
    list.sort_by_key(|&edge| rank(edge));
    list.truncate(limit);
    let property = |edge: usize| {
        Ok(Property {
            name: shortened(graph.edge_name(edge).into_owned()),
            kind: edges.kind(edge).name(),
            node: SizedNode::of(graph, edges.target(edge), monitor)?,
        })
    };
    Ok((list.into_iter().map(property).collect::<Result<_>>()?, count))
}

/// What refers to the object, at most `limit`, and how much there is. As DevTools lists it: nearest to the roots
/// first, then by name; without weak references and the root's own, which `hidden` adds.
pub(super) fn retainers(
    graph: &HeapGraph,
    node: NodeId,
    (limit, hidden): (usize, bool),
    monitor: &Monitor,
) -> Result<(Vec<Retainer>, usize)> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let distances = graph.distances(monitor)?;
    // What nothing reaches comes last.
    let nearness = |node| Some(distances.get(node)).filter(|&distance| distance != UNREACHED).unwrap_or(i32::MAX);
    let mut list: Vec<(i32, usize)> = Vec::new();
    for edge in graph.retainers(monitor)?.edges(node) {
        let holder = nodes.of_edge(edge);
        if hidden || edges.kind(edge) != EdgeKind::Weak && holder != graph.snapshot().root() {
            memory::push(&mut list, (nearness(holder), edge), "retainers")?;
        }
    }
    let count = list.len();
    list.sort_unstable();
    // Of those at one distance some may be beyond the limit; the names decide which, and of no others are they asked.
    if let Some(&(farthest, _)) = list.get(limit.min(count).wrapping_sub(1)) {
        list.truncate(list.partition_point(|&(distance, _)| distance <= farthest));
        // Equal ones from the last to the first, as DevTools happens to have them.
        list.sort_by_cached_key(|&(distance, edge)| (distance, graph.display_name(nodes.of_edge(edge)), Reverse(edge)));
    }
    list.truncate(limit);
    let retainer = |(_, edge): (i32, usize)| {
        Ok(Retainer {
            name: shortened(graph.edge_name(edge).into_owned()),
            kind: edges.kind(edge).name(),
            node: SizedNode::of(graph, nodes.of_edge(edge), monitor)?,
            distance: distances.get(nodes.of_edge(edge)),
        })
    };
    Ok((list.into_iter().map(retainer).collect::<Result<_>>()?, count))
}
