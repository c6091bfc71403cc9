//! How many references leave an object. What is in a Map or a Set hangs on its table, so theirs are those of the table.

use super::known::Known;
use crate::{
    analysis::follow,
    graph::{HeapGraph, Word},
    snapshot::{NodeId, NodeKind},
};

/// Counts references. One thread's.
pub(super) struct References<'a> {
    graph: &'a HeapGraph,
    /// The strings that are `Map` or `Set`.
    collections: Known<'a>,
}

impl<'a> References<'a> {
    pub(super) fn of(graph: &'a HeapGraph) -> Self {
        Self { graph, collections: Known::of(&graph.snapshot().strings) }
    }

    /// References that leave a node.
    pub(super) fn get(&mut self, node: NodeId) -> u64 {
        let nodes = &self.graph.snapshot().nodes;
        let is_collection = nodes.kind(node) == NodeKind::OBJECT && {
            let name = nodes.name(node);
            self.collections.holds(name, |strings| strings.is(name, "Map") || strings.is(name, "Set"))
        };
        let table = is_collection.then(|| follow(self.graph, node, Word::Table)).flatten();
        nodes.edges(table.unwrap_or(node)).len() as u64
    }
}
