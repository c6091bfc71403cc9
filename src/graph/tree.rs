//! The dominator tree laid out so that every subtree is one stretch of an array.
//!
//! With nodes in the tree's preorder, "all that X keeps alive" is a slice, sums over subtrees are one backward
//! pass, and "is there an ancestor of the same class" needs no stack.

use std::ops::Range;

use super::dominators::Dominators;
use crate::{error::Result, memory, snapshot::NodeId};

/// The dominator tree of a heap.
#[derive(Debug)]
pub struct DominatorTree {
    places: Vec<Place>,
    /// Nodes in preorder of the dominator tree.
    order: Vec<u32>,
}

/// Where a node stands in the tree. Together, since they are asked for together.
#[derive(Debug, Clone, Copy)]
struct Place {
    dominator: u32,
    /// In the preorder.
    position: u32,
    /// Number of nodes in the subtree, the node itself included.
    subtree: u32,
}

impl DominatorTree {
    pub(crate) fn new(dominators: Dominators) -> Result<Self> {
        let (nodes, mut dominator) = dominators.into_parts();
        let count = nodes.len();
        // By number first: a dominator's number is near those of what it dominates, so this stays in the cache.
        let mut lengths = memory::filled(count, 1_u32, "dominator tree")?;
        for number in (1..count).rev() {
            lengths[dominator[number] as usize] += lengths[number];
        }
        let mut order = memory::zeroed(count, "dominator tree")?;
        let mut places = memory::filled(count, Place { dominator: 0, position: 0, subtree: 0 }, "dominator tree")?;
        // Parents come before children here, so each child takes the next free stretch of its parent's. What was
        // a node's dominator becomes the next free place of its own stretch.
        for number in 0..count {
            let (above, node) = (dominator[number] as usize, nodes[number]);
            let subtree = lengths[number];
            let position = if number == 0 { 0 } else { dominator[above] };
            dominator[above] += if number == 0 { 0 } else { subtree };
            dominator[number] = position + 1;
            order[position as usize] = node;
            places[node as usize] = Place { dominator: nodes[above], position, subtree };
        }
        Ok(Self { places, order })
    }

    /// The nearest node that everything alive in `node` depends on. The root's is the root.
    #[must_use]
    pub fn immediate(&self, node: NodeId) -> NodeId {
        NodeId(self.places[node.index()].dominator)
    }

    /// The node that dominates all.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.order[0])
    }

    /// All nodes in preorder: each subtree is a stretch that begins with its head.
    #[must_use]
    pub fn preorder(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator {
        self.order.iter().map(|&node| NodeId(node))
    }

    /// Number of nodes that `node` dominates, itself included.
    #[must_use]
    pub fn subtree_len(&self, node: NodeId) -> u32 {
        self.places[node.index()].subtree
    }

    /// Whether `above` dominates `below`; a node dominates itself.
    #[must_use]
    pub fn dominates(&self, above: NodeId, below: NodeId) -> bool {
        self.stretch(above).contains(&(self.places[below.index()].position as usize))
    }

    /// All nodes that `node` dominates, itself first.
    pub fn subtree(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.order[self.stretch(node)].iter().map(|&node| NodeId(node))
    }

    /// The stretch of the preorder that is the node's subtree.
    #[must_use]
    pub fn stretch(&self, node: NodeId) -> Range<usize> {
        let Place { position, subtree, .. } = self.places[node.index()];
        position as usize..(position + subtree) as usize
    }

    /// The nodes immediately dominated by `node`.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let stretch = self.stretch(node);
        let mut next = stretch.start + 1;
        std::iter::from_fn(move || {
            let child = NodeId(*self.order[..stretch.end].get(next)?);
            next += self.subtree_len(child) as usize;
            Some(child)
        })
    }

    /// Retained size of every node: the sum of `shallow` over its subtree.
    pub(crate) fn retained(&self, shallow: &[u64]) -> Result<Vec<u64>> {
        let mut retained = memory::with_capacity(shallow.len(), "retained sizes")?;
        retained.extend_from_slice(shallow);
        for &node in self.order.iter().skip(1).rev() {
            retained[self.places[node as usize].dominator as usize] += retained[node as usize];
        }
        Ok(retained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtrees_are_stretches() {
        // 0 → {1 → {3, 4}, 2 → {5}}, nodes numbered by another order than the tree's.
        let tree = DominatorTree::new(Dominators::from_parts(vec![0, 2, 1, 4, 5, 3], vec![0, 0, 0, 2, 1, 2])).unwrap();
        let order: Vec<u32> = tree.preorder().map(|node| node.0).collect();
        assert_eq!(order.len(), 6);
        for node in 0..6 {
            let at = order.iter().position(|&other| other == node).unwrap();
            let stretch = &order[at..at + tree.subtree_len(NodeId(node)) as usize];
            assert!(stretch[1..].iter().all(|&inner| inner != 0 && stretch.contains(&tree.immediate(NodeId(inner)).0)));
        }
        let mut children: Vec<u32> = tree.children(NodeId(1)).map(|node| node.0).collect();
        children.sort_unstable();
        assert_eq!(children, [3, 4]);
        assert_eq!(tree.retained(&[1, 2, 4, 8, 16, 32]).unwrap(), [63, 26, 36, 8, 16, 32]);
    }
}
