//! Who points to whom, for passes over the whole heap.
//!
//! A column may be ours or lie in an index, and asks itself which it is every time it is asked. A pass over millions of
//! edges asks once: here are the same columns as plain slices, read in full if they were not.

use std::ops::Range;

use super::{EdgeKind, NodeId, Snapshot};
use crate::prefetch::{AHEAD, prefetch};

/// Edges of every node, with kind and target.
#[derive(Clone, Copy)]
pub(crate) struct Topology<'a> {
    first_edges: &'a [u32],
    kinds: &'a [u8],
    targets: &'a [u32],
}

impl Snapshot {
    /// The edges, for a pass over all of them.
    pub(crate) fn topology(&self) -> Topology<'_> {
        Topology { first_edges: self.nodes.first_edges(), kinds: self.edges.kinds(), targets: self.edges.targets() }
    }
}

impl Topology<'_> {
    /// How many edges there are.
    pub(crate) fn edge_count(&self) -> usize {
        self.targets.len()
    }

    /// Indexes of the node's edges.
    #[inline(always)]
    pub(crate) fn edges(&self, node: NodeId) -> Range<usize> {
        self.first_edges[node.index()] as usize..self.first_edges[node.index() + 1] as usize
    }

    /// Sends for the edges of the nodes that come soon after the one at `next` in a queue, and for their names.
    #[inline(always)]
    pub(crate) fn look_ahead(&self, queue: &[u32], next: usize, names: &[u32]) {
        if let Some(&node) = queue.get(next + 2 * AHEAD) {
            self.expect_row(NodeId(node));
        }
        if let Some(&node) = queue.get(next + AHEAD) {
            self.expect_edges(NodeId(node));
            prefetch(names, self.first_edges[node as usize] as usize);
        }
    }

    /// Sends for what says where the node's edges are.
    #[inline(always)]
    pub(crate) fn expect_row(&self, node: NodeId) {
        prefetch(self.first_edges, node.index());
    }

    /// Sends for the node's edges.
    #[inline(always)]
    pub(crate) fn expect_edges(&self, node: NodeId) {
        let first = self.first_edges[node.index()] as usize;
        prefetch(self.targets, first);
        prefetch(self.kinds, first);
    }

    /// The edge's kind.
    #[inline(always)]
    pub(crate) fn kind(&self, edge: usize) -> EdgeKind {
        EdgeKind::from_bits(self.kinds[edge])
    }

    /// The node the edge points to.
    #[inline(always)]
    pub(crate) fn target(&self, edge: usize) -> NodeId {
        NodeId(self.targets[edge])
    }
}

/// Nodes whose edges are to be followed, in no order that matters.
///
/// A stack, and before it a few nodes that wait for their edges to come near: what was found last is not looked at at
/// once.
#[derive(Default)]
pub(crate) struct Waiting {
    stack: Vec<NodeId>,
    /// A ring; `first` is the place of the one that waits longest.
    soon: [NodeId; Self::SOON],
    first: usize,
    len: usize,
}

impl Waiting {
    const SOON: usize = 2 * AHEAD;

    pub(crate) fn push(&mut self, node: NodeId) {
        self.stack.push(node);
    }

    /// The next node.
    #[inline(always)]
    pub(crate) fn pop(&mut self, topology: &Topology<'_>) -> Option<NodeId> {
        while self.len < Self::SOON {
            let Some(node) = self.stack.pop() else { break };
            topology.expect_row(node);
            self.soon[(self.first + self.len) % Self::SOON] = node;
            self.len += 1;
        }
        self.len = self.len.checked_sub(1)?;
        if self.len >= AHEAD {
            topology.expect_edges(self.soon[(self.first + AHEAD) % Self::SOON]);
        }
        let node = self.soon[self.first];
        self.first = (self.first + 1) % Self::SOON;
        Some(node)
    }
}
