//! The heap as a tree: breadth first from the root, over the edges that count.
//!
//! Whatever a node keeps alive is reached through it by every way, so also by the tree's: it stands below the node there.
//! That bounds what each node keeps, for a pass over the tree, which is far less work than dominators. The nodes stand in
//! the order in which they were found, those above before those below, so a pass over the tree is one over two columns.

use fixedbitset::FixedBitSet;

use super::{
    HeapGraph,
    flow::{Deciding, starts},
    search::Explore,
};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::AHEAD,
    snapshot::{NodeId, Sizes, Topology},
    store::Column,
};

/// All nodes, in the order in which a search over the edges that count finds them.
pub(super) struct Spread {
    /// The node at each position, the root first.
    nodes: Vec<u32>,
    /// The position above each position; the root's is its own.
    above: Vec<u32>,
    /// Nodes from this position on were found by no edge, and theirs count for nothing.
    pub(super) isolated_from: usize,
}

impl Spread {
    /// Spreads over the heap as the search for dominators does: from the page's roots, from the root's other edges, from
    /// what nothing leads to. Gives the edges that count besides, one bit an edge.
    pub(super) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<(Self, Column<u64>)> {
        let mut walk = Walk::new(graph, monitor)?;
        let root_edges = walk.topology.edges(graph.snapshot().root());
        walk.enter(root_edges.clone().filter(|&edge| starts(graph, edge)), monitor)?;
        let owned = walk.explore.all_page_owned(&walk.seen, walk.root_is_entered, monitor)?;
        walk.explore.set_page_owned(owned);
        walk.enter(root_edges.filter(|&edge| !starts(graph, edge)), monitor)?;
        walk.finish(monitor)
    }

    /// The node at each position.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// The position above each, which comes before it.
    pub(super) fn above(&self) -> &[u32] {
        &self.above
    }

    /// What the node at each position keeps at most, in bytes; `u32::MAX` for that and all that is more.
    pub(super) fn bounds(&self, shallow: &Sizes, monitor: &Monitor) -> Result<Vec<u32>> {
        let small = shallow.small();
        let mut bounds = memory::with_capacity(self.nodes.len(), "retained sizes")?;
        // A large size stands as the greatest number here, which is what it counts for.
        bounds.extend(self.nodes.iter().map(|&node| small[node as usize]));
        for (position, &above) in self.above.iter().enumerate().skip(1).rev() {
            monitor.tick(position)?;
            bounds[above as usize] = bounds[above as usize].saturating_add(bounds[position]);
        }
        Ok(bounds)
    }
}

struct Walk<'a> {
    explore: Deciding<'a>,
    topology: Topology<'a>,
    root: u32,
    /// Whether an edge that counts leads to the root.
    root_is_entered: bool,
    seen: FixedBitSet,
    /// Also the queue.
    nodes: Vec<u32>,
    above: Vec<u32>,
    next: usize,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a HeapGraph, monitor: &Monitor) -> Result<Self> {
        let snapshot = graph.snapshot();
        let (root, count) = (snapshot.root().0, snapshot.nodes.len());
        let mut walk = Self {
            explore: Deciding::new(graph, monitor)?,
            topology: snapshot.topology(),
            root,
            root_is_entered: false,
            seen: FixedBitSet::with_capacity(count),
            nodes: memory::with_capacity(count, "retained sizes")?,
            above: memory::with_capacity(count, "retained sizes")?,
            // Which of the root's edges are followed when, is not for the queue to say.
            next: 1,
        };
        walk.add(root, 0);
        Ok(walk)
    }

    #[inline(always)]
    fn add(&mut self, node: u32, above: u32) {
        self.seen.insert(node as usize);
        self.nodes.push(node);
        self.above.push(above);
    }

    #[inline(always)]
    fn follow(&mut self, node: u32, edge: usize, above: u32) {
        if let Some(target) = self.explore.follow(node, edge) {
            if !self.seen.contains(target as usize) {
                self.add(target, above);
            } else if target == self.root {
                self.root_is_entered = true;
            }
        }
    }

    /// Follows edges of the root, and finds all that can be reached by them.
    fn enter(&mut self, edges: impl Iterator<Item = usize>, monitor: &Monitor) -> Result<()> {
        edges.for_each(|edge| self.follow(self.root, edge, 0));
        self.run(monitor)
    }

    fn run(&mut self, monitor: &Monitor) -> Result<()> {
        while let Some(&node) = self.nodes.get(self.next) {
            monitor.tick(self.next)?;
            if let Some(&later) = self.nodes.get(self.next + 2 * AHEAD) {
                self.topology.expect_row(NodeId(later));
            }
            if let Some(&soon) = self.nodes.get(self.next + AHEAD) {
                self.topology.expect_edges(NodeId(soon));
            }
            for edge in self.topology.edges(NodeId(node)) {
                self.follow(node, edge, self.next as u32);
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Finds what the root does not reach.
    fn finish(mut self, monitor: &Monitor) -> Result<(Spread, Column<u64>)> {
        for node in self.explore.without_entry(&self.seen, monitor)? {
            self.add(node, 0);
        }
        self.run(monitor)?;
        let isolated_from = self.nodes.len();
        for node in 0..self.seen.len() as u32 {
            if self.seen.contains(node as usize) {
                continue;
            }
            self.nodes.push(node);
            self.above.push(0);
            for edge in self.topology.edges(NodeId(node)) {
                self.explore.follow(node, edge);
            }
        }
        let bits = self.explore.into_bits();
        Ok((Spread { nodes: self.nodes, above: self.above, isolated_from }, bits.into()))
    }
}
