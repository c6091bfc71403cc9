//! Retained sizes: what would be freed with each node.

use std::ops::Range;

use super::tree::DominatorTree;
use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::{NodeId, Sizes},
    spare::Spare,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// Shallow sizes, summed up along the preorder of the dominator tree.
///
/// A subtree is one stretch of the preorder, so the sums of shallow sizes up to each position say it all: a retained
/// size is the difference of two of them.
#[derive(Debug)]
pub(crate) struct RunningSums(Column<u64>);

const SUMS: Tag = Tag::new(*b"retsums.");

impl RunningSums {
    pub(crate) fn of(tree: &DominatorTree, shallow: &Sizes, spare: &Spare, monitor: &Monitor) -> Result<Self> {
        let mut sums = spare.take_wide(tree.len() + 1, "retained sizes")?;
        let mut sum = 0;
        sums.push(sum);
        for (position, node) in tree.preorder().enumerate() {
            monitor.tick(position)?;
            sum += shallow.get(node);
            sums.push(sum);
        }
        Ok(Self(sums.into()))
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(SUMS, &self.0);
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        Ok(shelf.column(SUMS, nodes + 1, Rule::Any)?.map(Self))
    }
}

/// Retained sizes, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct RetainedSizes<'a> {
    tree: &'a DominatorTree,
    sums: &'a RunningSums,
}

impl<'a> RetainedSizes<'a> {
    pub(crate) fn new(tree: &'a DominatorTree, sums: &'a RunningSums) -> Self {
        Self { tree, sums }
    }

    /// The sums that differences are taken of, by position of the preorder.
    pub(super) fn sums(&self) -> &'a [u64] {
        &self.sums.0
    }

    /// What would be freed with the node.
    #[must_use]
    pub fn get(&self, node: NodeId) -> u64 {
        self.at(self.tree.position(node))
    }

    /// What would be freed with the node at a position of the dominator tree's preorder.
    #[must_use]
    pub fn at(&self, position: usize) -> u64 {
        let Range { start, end } = self.tree.stretch_at(position);
        self.sums.0.at(end) - self.sums.0.at(start)
    }

    /// Shallow size of the node at a position of the preorder.
    #[must_use]
    pub fn shallow_at(&self, position: usize) -> u64 {
        self.sums.0.at(position + 1) - self.sums.0.at(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::dominators::Dominators;

    #[test]
    fn a_retained_size_is_the_sum_over_the_subtree() {
        let dominators = Dominators::from_parts(vec![0, 2, 1, 4, 5, 3], vec![0, 0, 0, 2, 1, 2]);
        let tree = DominatorTree::new(dominators, &Spare::default(), &Monitor::none()).unwrap();
        let sizes = Sizes::from_iter([1, 2, 4, 8, 16, 32]).unwrap();
        let sums = RunningSums::of(&tree, &sizes, &Spare::default(), &Monitor::none()).unwrap();
        let retained = RetainedSizes::new(&tree, &sums);
        assert_eq!((0..6).map(|node| retained.get(NodeId(node))).collect::<Vec<_>>(), [63, 26, 36, 8, 16, 32]);
        assert!((0..6).all(|position| retained.shallow_at(position) == sizes.get(tree.node_at(position))));
    }
}
