//! The dominator tree laid out so that every subtree is one stretch of an array.
//!
//! With nodes in the tree's preorder, "all that X keeps alive" is a slice, sums over subtrees are one backward
//! pass, and "is there an ancestor of the same class" needs no stack.

use std::ops::Range;

use super::{
    dominators::Dominators,
    pairs::{first, pair, second},
};
use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::NodeId,
    spare::Spare,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// The dominator tree of a heap. All arrays but one are by position in the tree's preorder.
#[derive(Debug)]
pub struct DominatorTree {
    /// The node at each position.
    nodes: Column<u32>,
    /// Number of nodes in the subtree that begins at each position.
    subtrees: Column<u32>,
    /// Position of the dominator of the node at each position.
    dominators: Column<u32>,
    /// Position of each node, by node.
    positions: Column<u32>,
}

/// How the columns are called in an index, in their order.
const TAGS: [Tag; 4] = [Tag::new(*b"domnodes"), Tag::new(*b"domsubtr"), Tag::new(*b"domdomin"), Tag::new(*b"domposit")];

impl DominatorTree {
    pub(crate) fn new(dominators: Dominators, spare: &Spare, monitor: &Monitor) -> Result<Self> {
        // By number first: a dominator's number is near those of what it dominates, so this stays in the cache.
        // For each number its dominator's and the length of its own stretch.
        let (by_number, mut stretches) = dominators.into_parts();
        let count = by_number.len();
        for stretch in &mut stretches {
            *stretch = pair(first(*stretch), 1);
        }
        for number in (1..count).rev() {
            monitor.tick(number)?;
            let (dominator, length) = (first(stretches[number]), second(stretches[number]));
            stretches[dominator as usize] += u64::from(length);
        }
        let array = || spare.zeroed(count, "dominator tree");
        let (mut nodes, mut subtrees, mut dominators, mut positions) = (array()?, array()?, array()?, array()?);
        // Parents come before children here, so each child takes the next free part of its parent's stretch. Of a
        // stretch that is in its place, the pair tells where it begins and what of it is not given out yet.
        for (number, node) in by_number.into_iter().enumerate() {
            monitor.tick(number)?;
            let (dominator, length) = (first(stretches[number]), second(stretches[number]));
            let mut position = 0;
            if number > 0 {
                let above = &mut stretches[dominator as usize];
                position = second(*above);
                *above += u64::from(length);
                dominators[position as usize] = first(*above);
            }
            nodes[position as usize] = node;
            subtrees[position as usize] = length;
            positions[node as usize] = position;
            stretches[number] = pair(position, position + 1);
        }
        spare.give_wide(stretches);
        let [nodes, subtrees, dominators, positions] = [nodes, subtrees, dominators, positions].map(Column::from);
        Ok(Self { nodes, subtrees, dominators, positions })
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        for (tag, column) in TAGS.into_iter().zip([&self.nodes, &self.subtrees, &self.dominators, &self.positions]) {
            writer.add(tag, column);
        }
    }

    pub(super) fn load(shelf: &Shelf, count: usize) -> Result<Option<Self>> {
        let limit = u32::try_from(count).unwrap_or(u32::MAX);
        let [nodes, subtrees, dominators, positions] = TAGS.map(|tag| {
            // A subtree may be the whole heap.
            let limit = if tag == TAGS[1] { limit.saturating_add(1) } else { limit };
            shelf.column(tag, count, Rule::Below(limit))
        });
        let (Some(nodes), Some(subtrees), Some(dominators), Some(positions)) =
            (nodes?, subtrees?, dominators?, positions?)
        else {
            return Ok(None);
        };
        Ok(Some(Self { nodes, subtrees, dominators, positions }))
    }

    /// All columns.
    pub(super) fn columns(&self) -> [&[u32]; 4] {
        [&self.nodes, &self.subtrees, &self.dominators, &self.positions]
    }

    /// Number of nodes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none, which no heap is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nearest node that everything alive in `node` depends on. The root's is the root.
    #[must_use]
    pub fn immediate(&self, node: NodeId) -> NodeId {
        self.node_at(self.dominators.at(self.position(node)) as usize)
    }

    /// The node that dominates all.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.nodes.at(0))
    }

    /// All nodes in preorder: each subtree is a stretch that begins with its head.
    #[must_use]
    pub fn preorder(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator {
        self.nodes.iter().map(|&node| NodeId(node))
    }

    /// Where a node stands in the preorder.
    #[must_use]
    pub fn position(&self, node: NodeId) -> usize {
        self.positions.at(node.index()) as usize
    }

    /// The node that stands there in the preorder.
    #[must_use]
    pub fn node_at(&self, position: usize) -> NodeId {
        NodeId(self.nodes.at(position))
    }

    /// The stretch of the preorder that is the subtree of the node at a position.
    #[must_use]
    pub fn stretch_at(&self, position: usize) -> Range<usize> {
        position..position + self.subtrees.at(position) as usize
    }

    /// The stretch of the preorder that is the node's subtree.
    #[must_use]
    pub fn stretch(&self, node: NodeId) -> Range<usize> {
        self.stretch_at(self.position(node))
    }

    /// Number of nodes that `node` dominates, itself included.
    #[must_use]
    pub fn subtree_len(&self, node: NodeId) -> u32 {
        self.subtrees.at(self.position(node))
    }

    /// Whether `above` dominates `below`; a node dominates itself.
    #[must_use]
    pub fn dominates(&self, above: NodeId, below: NodeId) -> bool {
        self.stretch(above).contains(&self.position(below))
    }

    /// All nodes that `node` dominates, itself first.
    pub fn subtree(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.stretch(self.stretch(node)).iter().map(|&node| NodeId(node))
    }

    /// The nodes immediately dominated by `node`.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let stretch = self.stretch(node);
        let mut next = stretch.start + 1;
        std::iter::from_fn(move || {
            let position = (next < stretch.end).then_some(next)?;
            next += self.subtrees.at(position) as usize;
            Some(self.node_at(position))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtrees_are_stretches() {
        // 0 → {1 → {3, 4}, 2 → {5}}, nodes numbered by another order than the tree's.
        let tree = DominatorTree::new(
            Dominators::from_parts(vec![0, 2, 1, 4, 5, 3], vec![0, 0, 0, 2, 1, 2]),
            &Spare::default(),
            &Monitor::none(),
        )
        .unwrap();
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
    }
}
