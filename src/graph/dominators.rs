//! Immediate dominators, in near-linear time, for graphs of any depth.
//!
//! Node *d* dominates node *n* when every way from the root to *n* passes through *d*: free *d* and *n* is free.
//! The algorithm is semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005):
//! number the nodes depth first, compute semidominators bottom-up with path compression as Lengauer and Tarjan
//! do, then find each immediate dominator as the nearest ancestor, in the tree built so far, that is not below
//! the semidominator. Everything after the numbering works on preorder numbers, so neighbours in the arrays are
//! neighbours in the graph.
//!
//! Two things keep it safe on hostile shapes. Nothing recurses: a list of five million nodes is five million
//! deep. And the ancestor search, which a plain walk makes quadratic (a long list whose end leads to many nodes
//! that the root holds too), jumps: each tree node keeps a pointer to an ancestor at a distance chosen as in
//! Myers' skew-binary lists, which bounds every search by the logarithm of the depth.

use std::{
    ops::Range,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use fixedbitset::FixedBitSet;

use crate::{
    error::{Error, Result},
    memory,
    monitor::Monitor,
};

const NONE: u32 = u32::MAX;

/// A directed graph with a root.
pub trait FlowGraph: Sync {
    /// Nodes are `0..node_count`.
    fn node_count(&self) -> usize;
    /// Where all ways begin.
    fn root(&self) -> u32;
    /// The edges that leave a node; numbers below 2^32.
    fn edges(&self, node: u32) -> Range<usize>;
    /// Where an edge leads, `None` when it does not count.
    fn target(&self, edge: usize) -> Option<u32>;
}

/// The dominator tree of a flow graph. Every node is in it: the root dominates what nothing else reaches.
#[derive(Debug)]
pub struct Dominators {
    /// Nodes, each after its dominator.
    order: Vec<u32>,
    /// Place of each of them in the tree.
    tree: Vec<Place>,
}

/// Where a node stands in the dominator tree.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Number of its immediate dominator.
    dominator: u32,
    /// Number of an ancestor further up, to get there in few steps.
    jump: u32,
    depth: u32,
}

impl Dominators {
    /// Computes the tree.
    ///
    /// Nodes that no counting edge leads to are taken as children of the root with all they reach, in order.
    /// Of what remains (cycles that hold each other) each node becomes a child of the root on its own, and the
    /// edges that leave it count for nothing.
    pub fn of(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Self> {
        Explored::of(graph, monitor)?.dominators(monitor)
    }

    /// All nodes, each after its dominator. Begins with the root.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// For each node of [`Self::order`] the place there of its immediate dominator; the root's is the root.
    #[must_use]
    pub fn by_number(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        self.tree.iter().map(|place| place.dominator)
    }

    /// The order, and for each node of it what `row` makes of the place there of its immediate dominator. Rows of
    /// three numbers take over the memory of the tree.
    pub(crate) fn into_rows<T>(self, mut row: impl FnMut(u32) -> T) -> (Vec<u32>, Vec<T>) {
        (self.order, self.tree.into_iter().map(|place| row(place.dominator)).collect())
    }

    #[cfg(test)]
    pub(crate) fn from_parts(order: Vec<u32>, by_number: Vec<u32>) -> Self {
        let place = |dominator| Place { dominator, jump: 0, depth: 0 };
        Self { order, tree: by_number.into_iter().map(place).collect() }
    }
}

/// What dominators are computed from, the graph itself not needed any more.
pub(crate) struct Explored {
    /// Node at each number.
    nodes: Vec<u32>,
    /// Number of each number's parent in the search tree.
    parents: Vec<u32>,
    entries: Entries,
}

impl Explored {
    pub(crate) fn of(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Self> {
        Ok(Self::beside(graph, monitor, || Ok(()))?.0)
    }

    /// Explores, and does `more` while the search, which nothing can share, has one thread.
    pub(crate) fn beside<T: Send>(
        graph: &impl FlowGraph,
        monitor: &Monitor,
        more: impl FnOnce() -> Result<T> + Send,
    ) -> Result<(Self, T)> {
        let (numbering, (entering, more)) =
            rayon::join(|| Numbering::of(graph, monitor), || (entering(graph, monitor), more()));
        let numbering = numbering?;
        let entries = Entries::of(graph, &numbering, entering?, monitor)?;
        Ok((Self { nodes: numbering.nodes, parents: numbering.parents, entries }, more?))
    }

    pub(crate) fn dominators(self, monitor: &Monitor) -> Result<Dominators> {
        let semidominators = semidominators(&self.parents, self.entries, monitor)?;
        let tree = nearest_common(&self.parents, &semidominators, monitor)?;
        Ok(Dominators { order: self.nodes, tree })
    }
}

/// A node whose edges are being followed. Twelve bytes: a list of millions of nodes is as many of these deep.
struct Visit {
    number: u32,
    next: u32,
    end: u32,
}

impl Visit {
    fn new(number: u32, edges: Range<usize>) -> Self {
        Self { number, next: edges.start as u32, end: edges.end as u32 }
    }
}

/// Depth-first preorder of all nodes.
struct Numbering {
    /// Node at each number.
    nodes: Vec<u32>,
    /// Number of each node.
    numbers: Vec<u32>,
    /// Number of each number's parent in the search tree.
    parents: Vec<u32>,
    /// Nodes from this number on were reached by no edge, and theirs count for nothing.
    isolated_from: u32,
}

impl Numbering {
    fn of(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Self> {
        let count = graph.node_count();
        let mut search = Search {
            graph,
            seen: FixedBitSet::with_capacity(count),
            stack: Vec::new(),
            found: Self {
                nodes: memory::with_capacity(count, "dominators")?,
                numbers: memory::zeroed(count, "dominators")?,
                parents: memory::with_capacity(count, "dominators")?,
                isolated_from: 0,
            },
        };
        search.run(graph.root(), monitor)?;
        if search.found.nodes.len() < count {
            let mut entered = FixedBitSet::with_capacity(count);
            for node in 0..count as u32 {
                for edge in graph.edges(node) {
                    if let Some(target) = graph.target(edge) {
                        entered.insert(target as usize);
                    }
                }
            }
            for node in 0..count as u32 {
                if !search.seen.contains(node as usize) && !entered.contains(node as usize) {
                    search.run(node, monitor)?;
                }
            }
        }
        search.found.isolated_from = search.found.nodes.len() as u32;
        for node in 0..count as u32 {
            if !search.seen.contains(node as usize) {
                search.found.add(node, 0);
            }
        }
        monitor.advance("dominators", 0.25)?;
        Ok(search.found)
    }

    fn add(&mut self, node: u32, parent: u32) -> u32 {
        let number = self.nodes.len() as u32;
        self.numbers[node as usize] = number;
        self.nodes.push(node);
        self.parents.push(parent);
        number
    }
}

/// A depth-first search under way.
struct Search<'a, G> {
    graph: &'a G,
    /// Nodes that have a number. One bit each stays in the cache where the numbers would not.
    seen: FixedBitSet,
    stack: Vec<Visit>,
    found: Numbering,
}

impl<G: FlowGraph> Search<'_, G> {
    /// Numbers all that is reachable from `start` and not numbered yet, as a child of the root.
    fn run(&mut self, start: u32, monitor: &Monitor) -> Result<()> {
        self.seen.insert(start as usize);
        let number = self.found.add(start, 0);
        self.stack.push(Visit::new(number, self.graph.edges(start)));
        while let Some(visit) = self.stack.last_mut() {
            let mut edges = visit.next as usize..visit.end as usize;
            let next = edges.find_map(|edge| self.graph.target(edge).filter(|&to| !self.seen.put(to as usize)));
            visit.next = edges.start as u32;
            let Some(node) = next else {
                self.stack.pop();
                continue;
            };
            let parent = visit.number;
            let number = self.found.add(node, parent);
            monitor.tick(number as usize)?;
            if self.stack.len() == self.stack.capacity() {
                let more = self.stack.len().max(1024);
                self.stack
                    .try_reserve_exact(more)
                    .map_err(|_| Error::no_memory((more * size_of::<Visit>()) as u64, "dominators"))?;
            }
            self.stack.push(Visit::new(number, self.graph.edges(node)));
        }
        Ok(())
    }
}

/// How many counting edges enter each node: counted by node, in the order of the edges, for this needs no numbers
/// and half the cache misses.
fn entering(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Vec<u32>> {
    let count = graph.node_count();
    let mut entering = memory::zeroed::<u32>(count, "dominators")?;
    for node in 0..count as u32 {
        monitor.tick(node as usize)?;
        graph.edges(node).filter_map(|edge| graph.target(edge)).for_each(|to| entering[to as usize] += 1);
    }
    Ok(entering)
}

/// What edges that are not the search's own say about semidominators.
///
/// An edge to a number above its start comes from an ancestor, and all that matters is the lowest such ancestor. The
/// same is true where the start has only one way in, from a number below the edge's end: that number is what such an
/// edge amounts to. And from a start with one way in from higher up, an edge says what an edge from there would say.
/// So the thousands of edges from the entries of an array to their common hidden class are one, and of all edges to
/// numbers with several ways in about four in ten need no further look.
struct Entries {
    /// By number, the lowest semidominator known so far.
    lowest: Vec<AtomicU32>,
    /// Where the list of each number begins in `lists`.
    first: Vec<u32>,
    /// For each number the higher numbers whose way up has to be looked at. A list is filled from both ends; zero, the
    /// number of the root, is in none and stands for nothing.
    lists: Vec<AtomicU32>,
}

impl Entries {
    fn of(graph: &impl FlowGraph, numbering: &Numbering, mut entering: Vec<u32>, monitor: &Monitor) -> Result<Self> {
        let count = numbering.nodes.len();
        let (connected, isolated) = numbering.nodes.split_at(numbering.isolated_from as usize);
        for &node in isolated {
            graph.edges(node).filter_map(|edge| graph.target(edge)).for_each(|to| entering[to as usize] -= 1);
        }
        let mut joins = FixedBitSet::with_capacity(count);
        let mut first = memory::with_capacity::<u32>(count + 1, "dominators")?;
        // For each number the nearest on its way up, itself included, that has several ways in.
        let mut tops: Vec<u32> = memory::with_capacity(count, "dominators")?;
        let mut sum = 0;
        first.push(0);
        for (number, (&node, &parent)) in numbering.nodes.iter().zip(&numbering.parents).enumerate() {
            let ways = entering[node as usize];
            if ways > 1 {
                joins.insert(node as usize);
                sum += ways;
            }
            first.push(sum);
            tops.push(if ways > 1 || number == 0 { number as u32 } else { tops[parent as usize] });
        }
        let mut lowest = memory::with_capacity(count, "dominators")?;
        lowest.extend(numbering.parents.iter().map(|&parent| AtomicU32::new(parent)));
        let lists: Vec<AtomicU32> = memory::zeroed(sum as usize, "dominators")?;
        // Two threads, one filling each list from its start with the nodes of the lower numbers, the other from its
        // end with the rest: there is room for all, so they need no word with each other.
        let mut starts = entering;
        starts.clear();
        starts.extend_from_slice(&first[..count]);
        let mut ends = memory::with_capacity::<u32>(count, "dominators")?;
        ends.extend_from_slice(&first[1..]);
        let found = Found { graph, numbering, joins: &joins, tops: &tops, lowest: &lowest };
        let half = connected.len() / 2;
        let (lower, upper) = rayon::join(
            || {
                found.in_range(0..half, monitor, |to, from| {
                    let next = &mut starts[to as usize];
                    if *next == first[to as usize] || lists[*next as usize - 1].load(Relaxed) != from {
                        lists[*next as usize].store(from, Relaxed);
                        *next += 1;
                    }
                })
            },
            || {
                found.in_range(half..connected.len(), monitor, |to, from| {
                    let next = &mut ends[to as usize];
                    if *next == first[to as usize + 1] || lists[*next as usize].load(Relaxed) != from {
                        *next -= 1;
                        lists[*next as usize].store(from, Relaxed);
                    }
                })
            },
        );
        lower.and(upper)?;
        monitor.advance("dominators", 0.25)?;
        Ok(Self { lowest, first, lists })
    }

    /// The list of a number.
    fn of_number(&self, number: u32) -> impl Iterator<Item = u32> {
        let list = &self.lists[self.first[number as usize] as usize..self.first[number as usize + 1] as usize];
        let filled = |&from: &u32| from != 0;
        let front = list.iter().map(|entry| entry.load(Relaxed)).take_while(filled);
        let back = list.iter().rev().map(|entry| entry.load(Relaxed)).take_while(filled);
        // One that is full has been read when its front has.
        front.chain(back).take(list.len())
    }
}

/// Finds what edges amount to.
struct Found<'a, G> {
    graph: &'a G,
    numbering: &'a Numbering,
    /// Nodes that several counting edges enter. One bit each stays in the cache.
    joins: &'a FixedBitSet,
    tops: &'a [u32],
    lowest: &'a [AtomicU32],
}

impl<G: FlowGraph> Found<'_, G> {
    /// Follows the edges that leave a range of numbers: notes what is known at once, and gives the rest to `add`.
    fn in_range(&self, range: Range<usize>, monitor: &Monitor, mut add: impl FnMut(u32, u32)) -> Result<()> {
        for number in range {
            monitor.tick(number)?;
            let node = self.numbering.nodes[number];
            let (from, top, parent) = (number as u32, self.tops[number], self.numbering.parents[number]);
            for target in self.graph.edges(node).filter_map(|edge| self.graph.target(edge)) {
                if !self.joins.contains(target as usize) {
                    continue;
                }
                let to = self.numbering.numbers[target as usize];
                if from < to {
                    self.note(to, from);
                } else if top < from && parent <= to {
                    self.note(to, parent);
                } else if from > to {
                    add(to, if top > to { top } else { parent });
                }
            }
        }
        Ok(())
    }

    fn note(&self, to: u32, semidominator: u32) {
        let lowest = &self.lowest[to as usize];
        if semidominator < lowest.load(Relaxed) {
            lowest.fetch_min(semidominator, Relaxed);
        }
    }
}

/// A node of the forest that path compression works on.
#[derive(Clone, Copy)]
struct Link {
    ancestor: u32,
    /// Lowest semidominator on the compressed way to the ancestor, the ancestor itself excluded.
    lowest: u32,
}

fn semidominators(parents: &[u32], mut entries: Entries, monitor: &Monitor) -> Result<Vec<AtomicU32>> {
    let count = parents.len();
    let mut links: Vec<Link> = memory::with_capacity(count, "dominators")?;
    links.extend(parents.iter().map(|&parent| Link { ancestor: parent, lowest: NONE }));
    let mut way = Vec::new();
    for number in (1..count as u32).rev() {
        monitor.tick(number as usize)?;
        let mut semi = entries.lowest[number as usize].load(Relaxed);
        for from in entries.of_number(number) {
            semi = semi.min(evaluate(&mut links, from, number, &mut way));
        }
        *entries.lowest[number as usize].get_mut() = semi;
        links[number as usize].lowest = semi;
    }
    monitor.advance("dominators", 0.25)?;
    Ok(entries.lowest)
}

/// The lowest semidominator on the way from `from` up to the nodes numbered `limit` or lower, compressing it.
fn evaluate(links: &mut [Link], from: u32, limit: u32, way: &mut Vec<u32>) -> u32 {
    let mut top = from;
    while links[top as usize].ancestor > limit {
        way.push(top);
        top = links[top as usize].ancestor;
    }
    let mut above = links[top as usize];
    while let Some(node) = way.pop() {
        let link = &mut links[node as usize];
        link.ancestor = above.ancestor;
        link.lowest = link.lowest.min(above.lowest);
        above = *link;
    }
    above.lowest
}

/// Immediate dominators by number: each node's nearest ancestor, in the tree of those before it, whose number is
/// not above its semidominator.
fn nearest_common(parents: &[u32], semidominators: &[AtomicU32], monitor: &Monitor) -> Result<Vec<Place>> {
    let mut tree: Vec<Place> = memory::with_capacity(parents.len(), "dominators")?;
    tree.push(Place { dominator: 0, jump: 0, depth: 0 });
    for (number, (&parent, semi)) in parents.iter().zip(semidominators).enumerate().skip(1) {
        monitor.tick(number)?;
        let semi = semi.load(Relaxed);
        let mut ancestor = parent;
        while ancestor > semi {
            let place = tree[ancestor as usize];
            ancestor = if place.jump > semi { place.jump } else { place.dominator };
        }
        let above = tree[ancestor as usize];
        let over = tree[above.jump as usize];
        // Two jumps of equal length join to one twice as long and a step: the skew-binary rule.
        let balanced = above.depth - over.depth == over.depth - tree[over.jump as usize].depth;
        let jump = if balanced { over.jump } else { ancestor };
        tree.push(Place { dominator: ancestor, jump, depth: above.depth + 1 });
    }
    monitor.advance("dominators", 0.1)?;
    Ok(tree)
}

#[cfg(feature = "phases")]
#[path = "dominators_phases.rs"]
pub(super) mod phases;

#[cfg(test)]
#[path = "dominators_tests.rs"]
mod tests;
