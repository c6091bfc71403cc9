//! Depth-first search: the preorder that dominators are computed in.
//!
//! Nothing can share this walk, and every other stage of the dominators waits for it, so it is asked what it can say by
//! the way: how many edges enter each node. Who goes over a heap for the first time also decides by it which edges
//! count ([`Explore::follow`]), instead of going over all of them twice.

use std::ops::Range;

use fixedbitset::FixedBitSet;

use crate::{
    error::{Error, Result},
    memory,
    monitor::Monitor,
    spare::Spare,
};

/// A graph that is being gone over.
pub(super) trait Explore {
    /// Nodes are `0..node_count`.
    fn node_count(&self) -> usize;
    /// The edges that leave a node; numbers below 2^32.
    fn edges(&self, node: u32) -> Range<usize>;
    /// Where an edge of a node leads, `None` when it does not count.
    fn target(&self, node: u32, edge: usize) -> Option<u32>;
    /// The same, asked once of every edge.
    fn follow(&mut self, node: u32, edge: usize) -> Option<u32> {
        self.target(node, edge)
    }

    /// Of the nodes that were not reached, those that no edge leads to. What leads to a node that was not reached was not
    /// reached.
    fn without_entry(&self, reached: &FixedBitSet, monitor: &Monitor) -> Result<Vec<u32>> {
        let count = self.node_count();
        if reached.count_ones(..) == count {
            return Ok(Vec::new());
        }
        let mut entered = reached.clone();
        for node in reached.zeroes().map(|node| node as u32) {
            monitor.tick(node as usize)?;
            for target in self.edges(node).filter_map(|edge| self.target(node, edge)) {
                entered.insert(target as usize);
            }
        }
        let mut found = memory::with_capacity(count - entered.count_ones(..), "dominators")?;
        found.extend(entered.zeroes().map(|node| node as u32));
        Ok(found)
    }
}

/// Depth-first preorder of all nodes.
pub(super) struct Numbering {
    /// Node at each number.
    pub(super) nodes: Vec<u32>,
    /// Number of each node.
    pub(super) numbers: Vec<u32>,
    /// Number of each number's parent in the search tree.
    pub(super) parents: Vec<u32>,
    /// Nodes from this number on were reached by no edge, and theirs count for nothing.
    pub(super) isolated_from: u32,
    /// How many counting edges enter each node besides the one that it was found by.
    pub(super) more_ways: Ways,
}

/// Numbers of ways, by node.
///
/// Counted in bytes, which mostly stay in the cache while they are counted up in no order. Of a node with more ways than
/// a byte can tell, which few nodes are, it is noted at every 256th.
pub(super) struct Ways {
    bytes: Vec<u8>,
    carries: Vec<u32>,
}

impl Ways {
    fn none(nodes: usize) -> Result<Self> {
        Ok(Self { bytes: memory::zeroed(nodes, "dominators")?, carries: Vec::new() })
    }

    #[inline(always)]
    fn add(&mut self, node: u32) -> Result<()> {
        let byte = &mut self.bytes[node as usize];
        *byte = byte.wrapping_add(1);
        if *byte == 0 { self.carry(node) } else { Ok(()) }
    }

    #[cold]
    fn carry(&mut self, node: u32) -> Result<()> {
        memory::push(&mut self.carries, node, "dominators")
    }

    fn any(&self, node: u32) -> bool {
        self.bytes[node as usize] > 0 || self.carries.contains(&node)
    }

    /// What is in the bytes, by node, and what is to be added to that: numbers of nodes, ascending, each with its
    /// sum. `numbers` are those of the nodes.
    pub(super) fn by_number(&mut self, numbers: &[u32]) -> (Vec<u8>, impl Iterator<Item = (u32, u32)>) {
        let mut carries = std::mem::take(&mut self.carries);
        carries.iter_mut().for_each(|node| *node = numbers[*node as usize]);
        carries.sort_unstable();
        let mut rest = carries.into_iter().peekable();
        let sums = std::iter::from_fn(move || {
            let number = rest.next()?;
            let mut sum = 256;
            while rest.next_if_eq(&number).is_some() {
                sum += 256;
            }
            Some((number, sum))
        });
        (std::mem::take(&mut self.bytes), sums)
    }
}

impl Numbering {
    fn add(&mut self, node: u32, parent: u32) -> u32 {
        let number = self.nodes.len() as u32;
        self.numbers[node as usize] = number;
        self.nodes.push(node);
        self.parents.push(parent);
        number
    }
}

/// A node whose edges are being followed. Twelve bytes: a list of millions of nodes is as many of these deep.
struct Visit {
    number: u32,
    next: u32,
    end: u32,
}

/// A depth-first search under way.
pub(super) struct Search<E> {
    pub(super) explore: E,
    root: u32,
    /// Nodes that have a number. One bit each stays in the cache where the numbers would not.
    seen: FixedBitSet,
    stack: Vec<Visit>,
    found: Numbering,
}

impl<E: Explore> Search<E> {
    /// A search that knows of the root only.
    pub(super) fn new(explore: E, root: u32, spare: &Spare) -> Result<Self> {
        let count = explore.node_count();
        let mut seen = FixedBitSet::with_capacity(count);
        seen.insert(root as usize);
        let mut found = Numbering {
            nodes: memory::with_capacity(count, "dominators")?,
            numbers: spare.zeroed(count, "dominators")?,
            parents: memory::with_capacity(count, "dominators")?,
            isolated_from: 0,
            more_ways: Ways::none(count)?,
        };
        found.add(root, 0);
        Ok(Self { explore, root, seen, stack: Vec::new(), found })
    }

    /// Nodes that have been reached.
    pub(super) fn seen(&self) -> &FixedBitSet {
        &self.seen
    }

    /// Whether an edge that counts was met that leads to the node, besides the one it was found by.
    pub(super) fn is_entered(&self, node: u32) -> bool {
        self.found.more_ways.any(node)
    }

    /// Follows an edge of the root, and numbers all that can be reached by it and has no number yet.
    pub(super) fn enter(&mut self, edge: usize, monitor: &Monitor) -> Result<()> {
        if let Some(node) = self.explore.follow(self.root, edge) {
            if self.seen.put(node as usize) {
                self.found.more_ways.add(node)?;
            } else {
                self.run(node, monitor)?;
            }
        }
        Ok(())
    }

    /// Numbers a node as a child of the root, and all that can be reached from it and has no number yet.
    fn run(&mut self, start: u32, monitor: &Monitor) -> Result<()> {
        let number = self.found.add(start, 0);
        let edges = self.explore.edges(start);
        let mut visit = Visit { number, next: edges.start as u32, end: edges.end as u32 };
        loop {
            let Some(node) = self.next_of(&mut visit)? else {
                match self.stack.pop() {
                    Some(above) => visit = above,
                    None => return Ok(()),
                }
                continue;
            };
            let number = self.found.add(node, visit.number);
            monitor.tick(number as usize)?;
            let edges = self.explore.edges(node);
            let below = Visit { number, next: edges.start as u32, end: edges.end as u32 };
            if visit.next < visit.end {
                if self.stack.len() == self.stack.capacity() {
                    let more = self.stack.len().max(1024);
                    self.stack
                        .try_reserve_exact(more)
                        .map_err(|_| Error::no_memory((more * size_of::<Visit>()) as u64, "dominators"))?;
                }
                self.stack.push(visit);
            }
            visit = below;
        }
    }

    /// The next node that the edges of a visit lead to and that has no number yet; it counts as seen from now on.
    #[inline(always)]
    fn next_of(&mut self, visit: &mut Visit) -> Result<Option<u32>> {
        let from = self.found.nodes[visit.number as usize];
        while visit.next < visit.end {
            let edge = visit.next as usize;
            visit.next += 1;
            if let Some(to) = self.explore.follow(from, edge) {
                if !self.seen.put(to as usize) {
                    return Ok(Some(to));
                }
                self.found.more_ways.add(to)?;
            }
        }
        Ok(None)
    }

    /// Numbers what the root does not reach: first what no edge leads to, with all that can be reached from there, as
    /// children of the root; then the rest (cycles that hold each other), each on its own.
    pub(super) fn finish(mut self, monitor: &Monitor) -> Result<(Numbering, E)> {
        for node in self.explore.without_entry(&self.seen, monitor)? {
            self.seen.insert(node as usize);
            self.run(node, monitor)?;
        }
        self.found.isolated_from = self.found.nodes.len() as u32;
        for node in self.seen.zeroes().map(|node| node as u32) {
            self.found.add(node, 0);
            for edge in self.explore.edges(node) {
                self.explore.follow(node, edge);
            }
        }
        monitor.advance("dominators", 0.4)?;
        Ok((self.found, self.explore))
    }
}
