//! Breadth first over the heap, along the edges that count.
//!
//! Dominators need an order in depth, which only one thread can find, edge by edge, waiting for memory. What a few nodes
//! keep can be told from any order, and breadth first it is known early what will be looked at, so that memory can be sent
//! for. Whoever follows is told of each node when it is found ([`Follower`]).
//!
//! Whatever a node keeps alive is reached through it by every way, so also by the one it was found by. That bounds what
//! each node keeps, for a pass over the tree of these ways ([`Tree`]).

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

/// What is told of a heap while it is gone over.
pub(super) trait Follower {
    /// A node was found by an edge of the node that was found as the one at `position`. The root stands at 0, and is the
    /// one that is told of first, as found by itself.
    fn found(&mut self, node: u32, by: u32, position: u32);
    /// No edge leads to a node but from nodes of its kind; their edges count for nothing. Told of last.
    fn isolated(&mut self, node: u32);
    /// A node's edges are about to be followed.
    fn expect(&self, _node: u32) {}
}

/// Goes over the heap as the search for dominators does: from the page's roots, from the root's other edges, from what
/// nothing leads to. Gives the edges that count, one bit an edge.
pub(super) fn spread<F: Follower>(graph: &HeapGraph, follower: &mut F, monitor: &Monitor) -> Result<Column<u64>> {
    let mut walk = Walk::new(graph, follower, monitor)?;
    let root_edges = walk.topology.edges(graph.snapshot().root());
    walk.enter(root_edges.clone().filter(|&edge| starts(graph, edge)), monitor)?;
    let owned = walk.explore.all_page_owned(&walk.seen, walk.root_is_entered, monitor)?;
    walk.explore.set_page_owned(owned);
    walk.enter(root_edges.filter(|&edge| !starts(graph, edge)), monitor)?;
    walk.finish(monitor)
}

struct Walk<'a, F> {
    explore: Deciding<'a>,
    topology: Topology<'a>,
    follower: &'a mut F,
    root: u32,
    /// Whether an edge that counts leads to the root.
    root_is_entered: bool,
    seen: FixedBitSet,
    /// Nodes whose edges are to be followed, from `next` on.
    queue: Vec<u32>,
    next: usize,
    /// Position of the first node in the queue.
    passed: usize,
}

impl<'a, F: Follower> Walk<'a, F> {
    /// Nodes that are done with and still in the queue, at least: so that its memory stays small, and in the cache.
    const DONE: usize = 1 << 14;

    fn new(graph: &'a HeapGraph, follower: &'a mut F, monitor: &Monitor) -> Result<Self> {
        let snapshot = graph.snapshot();
        let root = snapshot.root().0;
        follower.found(root, root, 0);
        let mut seen = FixedBitSet::with_capacity(snapshot.nodes.len());
        seen.insert(root as usize);
        Ok(Self {
            explore: Deciding::new(graph, monitor)?,
            topology: snapshot.topology(),
            follower,
            root,
            root_is_entered: false,
            seen,
            queue: Vec::new(),
            next: 0,
            // Which of the root's edges are followed when, is not for the queue to say.
            passed: 1,
        })
    }

    #[inline(always)]
    fn follow(&mut self, node: u32, edge: usize, position: usize) -> Result<()> {
        if let Some(target) = self.explore.follow(node, edge) {
            if !self.seen.put(target as usize) {
                self.follower.found(target, node, position as u32);
                return memory::push(&mut self.queue, target, "retained sizes");
            }
            self.root_is_entered |= target == self.root;
        }
        Ok(())
    }

    /// Follows edges of the root, and finds all that can be reached by them.
    fn enter(&mut self, mut edges: impl Iterator<Item = usize>, monitor: &Monitor) -> Result<()> {
        edges.try_for_each(|edge| self.follow(self.root, edge, 0))?;
        self.run(monitor)
    }

    fn run(&mut self, monitor: &Monitor) -> Result<()> {
        while let Some(&node) = self.queue.get(self.next) {
            let position = self.passed + self.next;
            monitor.tick(position)?;
            if let Some(&later) = self.queue.get(self.next + 2 * AHEAD) {
                self.topology.expect_row(NodeId(later));
            }
            if let Some(&soon) = self.queue.get(self.next + AHEAD) {
                self.topology.expect_edges(NodeId(soon));
                self.follower.expect(soon);
            }
            for edge in self.topology.edges(NodeId(node)) {
                self.follow(node, edge, position)?;
            }
            self.next += 1;
            if self.next >= Self::DONE && self.next > self.queue.len() / 2 {
                self.queue.drain(..self.next);
                self.passed += std::mem::take(&mut self.next);
            }
        }
        Ok(())
    }

    /// Finds what the root does not reach.
    fn finish(mut self, monitor: &Monitor) -> Result<Column<u64>> {
        for node in self.explore.without_entry(&self.seen, monitor)? {
            self.seen.insert(node as usize);
            self.follower.found(node, self.root, 0);
            memory::push(&mut self.queue, node, "retained sizes")?;
        }
        self.run(monitor)?;
        for node in self.seen.zeroes().map(|node| node as u32) {
            self.follower.isolated(node);
            for edge in self.topology.edges(NodeId(node)) {
                self.explore.follow(node, edge);
            }
        }
        Ok(self.explore.into_bits().into())
    }
}

/// The ways by which all nodes were found, as a tree. A node stands after the one above it, so a pass over the tree is one
/// over two columns.
pub(super) struct Tree {
    /// The node at each position, the root first.
    nodes: Vec<u32>,
    /// The position above each position; the root's is its own.
    above: Vec<u32>,
    /// From this position on, nodes that are isolated.
    isolated_from: usize,
}

impl Follower for Tree {
    #[inline(always)]
    fn found(&mut self, node: u32, _by: u32, position: u32) {
        self.nodes.push(node);
        self.above.push(position);
        self.isolated_from = self.nodes.len();
    }

    fn isolated(&mut self, node: u32) {
        self.nodes.push(node);
        self.above.push(0);
    }
}

impl Tree {
    /// The tree, and the edges that count.
    pub(super) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<(Self, Column<u64>)> {
        let column = || memory::with_capacity(graph.snapshot().nodes.len(), "retained sizes");
        let mut tree = Self { nodes: column()?, above: column()?, isolated_from: 0 };
        let counting = spread(graph, &mut tree, monitor)?;
        Ok((tree, counting))
    }

    /// The node at each position, the root first.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Tells somebody else of all that was found, as the search told this tree.
    pub(super) fn retell(&self, follower: &mut impl Follower, monitor: &Monitor) -> Result<()> {
        for (position, (&node, &above)) in self.nodes.iter().zip(&self.above).enumerate() {
            monitor.tick(position)?;
            if position < self.isolated_from {
                follower.found(node, self.nodes[above as usize], above);
            } else {
                follower.isolated(node);
            }
        }
        Ok(())
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
