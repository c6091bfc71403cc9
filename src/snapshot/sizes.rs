//! Bytes of every node, small where sizes are small.
//!
//! Sizes are 64-bit: one buffer may have more than 4 GiB. Nearly all are a few dozen bytes, though, and half of an
//! array of 64-bit numbers would be zeros that every pass carries through the cache. So there are 32 bits a node,
//! and a table for the few that need more.

use rustc_hash::FxHashMap;

use super::ids::NodeId;
use crate::{
    error::Result,
    memory,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// Stands for a size that is in the table.
pub(crate) const LARGE: u32 = u32::MAX;

/// A size in bytes for every node.
#[derive(Debug, Default)]
pub struct Sizes {
    small: Column<u32>,
    large: FxHashMap<u32, u64>,
}

impl Sizes {
    /// Makes room for sizes of so many nodes, zero as yet.
    pub(crate) fn lengthen(&mut self, nodes: usize, what: &'static str) -> Result<()> {
        memory::lengthen(self.small.owned_mut(), nodes, what)
    }

    /// What small sizes are written to; one that is [`LARGE`] has to be [set](Self::set) afterwards.
    pub(crate) fn small_mut(&mut self) -> &mut [u32] {
        self.small.owned_mut()
    }

    /// All sizes that are not [`LARGE`], by node.
    pub(crate) fn small(&self) -> &[u32] {
        &self.small
    }

    /// A copy that can be changed.
    pub(crate) fn try_clone(&self, what: &'static str) -> Result<Self> {
        let mut small = memory::with_capacity(self.small.len(), what)?;
        small.extend_from_slice(&self.small);
        Ok(Self { small: small.into(), large: self.large.clone() })
    }

    #[cfg(test)]
    pub(crate) fn from_iter(sizes: impl IntoIterator<Item = u64>) -> Result<Self> {
        let sizes: Vec<u64> = sizes.into_iter().collect();
        let mut all = Self::default();
        all.lengthen(sizes.len(), "sizes")?;
        (0..).zip(sizes).for_each(|(node, size)| all.set(NodeId(node), size));
        Ok(all)
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.small.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.small.is_empty()
    }

    /// Size of a node.
    #[must_use]
    #[inline]
    pub fn get(&self, node: NodeId) -> u64 {
        match self.small.at(node.index()) {
            LARGE => self.large.get(&node.0).copied().unwrap_or_default(),
            size => u64::from(size),
        }
    }

    /// All sizes, by node.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> {
        (0..self.len() as u32).map(|node| self.get(NodeId(node)))
    }

    /// Moves the bytes of one node to another.
    pub(crate) fn give(&mut self, from: NodeId, to: NodeId) {
        let sum = self.get(to).saturating_add(self.get(from));
        self.set(from, 0);
        self.set(to, sum);
    }

    /// Gives a node another size.
    pub(crate) fn set(&mut self, node: NodeId, size: u64) {
        let slot = &mut self.small.owned_mut()[node.index()];
        if *slot == LARGE {
            self.large.remove(&node.0);
        }
        *slot = u32::try_from(size).unwrap_or(LARGE);
        if *slot == LARGE {
            self.large.insert(node.0, size);
        }
    }

    /// Adds them to an index: the small sizes, and node by node the large ones.
    pub(crate) fn save<'a>(&'a self, writer: &mut Writer<'a>, small: Tag, large: Tag) {
        writer.add(small, &self.small);
        let mut pairs: Vec<(u32, u64)> = self.large.iter().map(|(&node, &size)| (node, size)).collect();
        pairs.sort_unstable();
        writer.add_made(large, &pairs.iter().flat_map(|&(node, size)| [u64::from(node), size]).collect::<Vec<u64>>());
    }

    /// Those of `count` nodes, from an index. `None` when they are not in there as they should be.
    pub(crate) fn load(shelf: &Shelf, small: Tag, large: Tag, count: usize) -> Result<Option<Self>> {
        let (Some(small), Some(pairs)) = (shelf.column(small, count, Rule::Any)?, shelf.view::<u64>(large, Rule::Any)?)
        else {
            return Ok(None);
        };
        let (pairs, rest) = pairs.whole().as_chunks::<2>();
        let node = |node: u64| u32::try_from(node).ok().filter(|&node| (node as usize) < count);
        let large: Option<FxHashMap<u32, u64>> =
            pairs.iter().map(|&[number, size]| Some((node(number)?, size))).collect();
        Ok(large.filter(|_| rest.is_empty()).map(|large| Self { small, large }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_may_pass_the_limit_in_either_direction() {
        let limit = u64::from(u32::MAX);
        let wanted = [0, limit - 1, limit, limit + 1, 5_368_709_120];
        let mut sizes = Sizes::from_iter(wanted).unwrap();
        assert_eq!(sizes.iter().collect::<Vec<_>>(), wanted);
        sizes.set(NodeId(4), 7);
        sizes.set(NodeId(0), limit * 2);
        assert_eq!((sizes.get(NodeId(4)), sizes.get(NodeId(0)), sizes.large.len()), (7, limit * 2, 3));
        assert!(sizes.try_clone("test").unwrap().iter().eq(sizes.iter()));
    }
}
