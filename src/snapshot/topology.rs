//! Who points to whom, for passes over the whole heap.
//!
//! A column may be ours or lie in an index, and asks itself which it is every time it is asked. A pass over millions of
//! edges asks once: here are the same columns as plain slices, read in full if they were not.

use std::ops::Range;

use super::{EdgeKind, NodeId, Snapshot};

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
    /// Indexes of the node's edges.
    #[inline(always)]
    pub(crate) fn edges(&self, node: NodeId) -> Range<usize> {
        self.first_edges[node.index()] as usize..self.first_edges[node.index() + 1] as usize
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
