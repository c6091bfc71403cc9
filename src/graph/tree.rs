//! The dominator tree laid out so that every subtree is one stretch of an array.
//!
//! With nodes in the tree's preorder, "all that X keeps alive" is a slice, sums over subtrees are one backward
//! pass, and "is there an ancestor of the same class" needs no stack.

use super::dominators::Dominators;
use crate::{error::Result, memory, snapshot::NodeId};

/// The dominator tree of a heap.
#[derive(Debug)]
pub struct DominatorTree {
    immediate: Vec<u32>,
    /// Nodes in preorder of the dominator tree.
    order: Vec<u32>,
    /// Number of nodes in each subtree, the node itself included, by node.
    subtree: Vec<u32>,
    /// Position of each node in `order`.
    positions: Vec<u32>,
}

impl DominatorTree {
    pub(crate) fn new(dominators: Dominators) -> Result<Self> {
        let (immediate, mut order) = dominators.into_parts();
        let count = immediate.len();
        let mut subtree = memory::filled(count, 1_u32, "dominator tree")?;
        for &node in order.iter().skip(1).rev() {
            subtree[immediate[node as usize] as usize] += subtree[node as usize];
        }
        // Parents come before children here, so each child takes the next free stretch of its parent's.
        let mut positions = memory::zeroed::<u32>(count, "dominator tree")?;
        let mut next_free = memory::filled(count, 1_u32, "dominator tree")?;
        for &node in order.iter().skip(1) {
            let parent = immediate[node as usize] as usize;
            positions[node as usize] = next_free[parent];
            next_free[parent] += subtree[node as usize];
            next_free[node as usize] = positions[node as usize] + 1;
        }
        for (node, &position) in positions.iter().enumerate() {
            order[position as usize] = node as u32;
        }
        Ok(Self { immediate, order, subtree, positions })
    }

    /// The nearest node that everything alive in `node` depends on. The root's is the root.
    #[must_use]
    pub fn immediate(&self, node: NodeId) -> NodeId {
        NodeId(self.immediate[node.index()])
    }

    /// Immediate dominators by node, as ordinals.
    #[must_use]
    pub fn immediates(&self) -> &[u32] {
        &self.immediate
    }

    /// All nodes in preorder: each subtree is a stretch that begins with its head.
    #[must_use]
    pub fn preorder(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator {
        self.order.iter().map(|&node| NodeId(node))
    }

    /// Number of nodes that `node` dominates, itself included.
    #[must_use]
    pub fn subtree_len(&self, node: NodeId) -> u32 {
        self.subtree[node.index()]
    }

    /// Whether `above` dominates `below`; a node dominates itself.
    #[must_use]
    pub fn dominates(&self, above: NodeId, below: NodeId) -> bool {
        let start = self.positions[above.index()];
        (start..start + self.subtree[above.index()]).contains(&self.positions[below.index()])
    }

    /// All nodes that `node` dominates, itself first.
    pub fn subtree(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let start = self.positions[node.index()] as usize;
        self.order[start..start + self.subtree[node.index()] as usize].iter().map(|&node| NodeId(node))
    }

    /// The nodes immediately dominated by `node`.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let start = self.positions[node.index()];
        let end = start + self.subtree[node.index()];
        let mut next = start + 1;
        std::iter::from_fn(move || {
            let child = NodeId(*self.order.get(next as usize).filter(|_| next < end)?);
            next += self.subtree[child.index()];
            Some(child)
        })
    }

    /// Retained size of every node: the sum of `shallow` over its subtree.
    pub(crate) fn retained(&self, shallow: &[u64]) -> Result<Vec<u64>> {
        let mut retained = memory::with_capacity(shallow.len(), "retained sizes")?;
        retained.extend_from_slice(shallow);
        for &node in self.order.iter().skip(1).rev() {
            retained[self.immediate[node as usize] as usize] += retained[node as usize];
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
        let tree = DominatorTree::new(Dominators::from_parts(vec![0, 0, 0, 1, 1, 2], vec![0, 2, 1, 4, 5, 3])).unwrap();
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
