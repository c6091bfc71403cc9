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
    /// Place in `order` of the dominator of each of them.
    by_number: Vec<u32>,
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
    pub fn by_number(&self) -> &[u32] {
        &self.by_number
    }

    pub(crate) fn into_parts(self) -> (Vec<u32>, Vec<u32>) {
        (self.order, self.by_number)
    }

    #[cfg(test)]
    pub(crate) fn from_parts(order: Vec<u32>, by_number: Vec<u32>) -> Self {
        Self { order, by_number }
    }
}

/// What dominators are computed from, the graph itself not needed any more.
pub(crate) struct Explored {
    numbering: Numbering,
    predecessors: Predecessors,
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
        let predecessors = Predecessors::of(graph, &numbering, entering?, monitor)?;
        Ok((Self { numbering, predecessors }, more?))
    }

    pub(crate) fn dominators(self, monitor: &Monitor) -> Result<Dominators> {
        let Self { numbering, predecessors } = self;
        let semidominators = semidominators(&numbering, &predecessors, monitor)?;
        drop(predecessors);
        let by_number = nearest_common(&numbering, &semidominators, monitor)?;
        Ok(Dominators { order: numbering.nodes, by_number })
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

/// For each number that several edges lead to, the numbers they come from.
struct Predecessors {
    first: Vec<u32>,
    numbers: Vec<AtomicU32>,
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

impl Predecessors {
    fn of(graph: &impl FlowGraph, numbering: &Numbering, mut entering: Vec<u32>, monitor: &Monitor) -> Result<Self> {
        let (connected, isolated) = numbering.nodes.split_at(numbering.isolated_from as usize);
        for &node in isolated {
            graph.edges(node).filter_map(|edge| graph.target(edge)).for_each(|to| entering[to as usize] -= 1);
        }
        // Where one edge enters it is the search's own, which needs no list.
        let mut first = memory::with_capacity::<u32>(numbering.nodes.len() + 1, "dominators")?;
        let mut sum = 0;
        first.push(0);
        first.extend(numbering.nodes.iter().map(|&node| {
            let count = entering[node as usize];
            sum += if count > 1 { count } else { 0 };
            sum
        }));
        let list: Vec<AtomicU32> = memory::zeroed(sum as usize, "dominators")?;
        // Two threads, one filling each list from its start with the nodes of the lower numbers, the other from its
        // end with the rest: they meet where the list is full and need no word with each other.
        let mut up = memory::with_capacity::<u32>(numbering.nodes.len(), "dominators")?;
        up.extend(first.windows(2).map(|ends| if ends[0] == ends[1] { NONE } else { ends[0] }));
        let mut down = entering;
        down.clear();
        down.extend(first.windows(2).map(|ends| if ends[0] == ends[1] { NONE } else { ends[1] }));
        let half = connected.len() / 2;
        let (lower, upper) = connected.split_at(half);
        let (a, b) = rayon::join(
            || {
                for_each_edge(graph, lower, 0, numbering, monitor, |from, to| {
                    let slot = &mut up[to as usize];
                    if *slot != NONE {
                        list[*slot as usize].store(from, Relaxed);
                        *slot += 1;
                    }
                })
            },
            || {
                for_each_edge(graph, upper, half, numbering, monitor, |from, to| {
                    let slot = &mut down[to as usize];
                    if *slot != NONE {
                        *slot -= 1;
                        list[*slot as usize].store(from, Relaxed);
                    }
                })
            },
        );
        a.and(b)?;
        monitor.advance("dominators", 0.25)?;
        Ok(Self { first, numbers: list })
    }

    fn of_number(&self, number: u32) -> &[AtomicU32] {
        &self.numbers[self.first[number as usize] as usize..self.first[number as usize + 1] as usize]
    }
}

/// Visits the counting edges of nodes, the first of which has the number `first`, by the numbers of their ends.
fn for_each_edge(
    graph: &impl FlowGraph,
    nodes: &[u32],
    first: usize,
    numbering: &Numbering,
    monitor: &Monitor,
    mut visit: impl FnMut(u32, u32),
) -> Result<()> {
    for (from, &node) in (first..).zip(nodes) {
        monitor.tick(from)?;
        for edge in graph.edges(node) {
            if let Some(target) = graph.target(edge) {
                visit(from as u32, numbering.numbers[target as usize]);
            }
        }
    }
    Ok(())
}

/// A node of the forest that path compression works on.
#[derive(Clone, Copy)]
struct Link {
    ancestor: u32,
    /// Lowest semidominator on the compressed way to the ancestor, the ancestor itself excluded.
    lowest: u32,
}

fn semidominators(numbering: &Numbering, predecessors: &Predecessors, monitor: &Monitor) -> Result<Vec<u32>> {
    let count = numbering.nodes.len();
    let mut semidominators = memory::zeroed::<u32>(count, "dominators")?;
    let mut links: Vec<Link> = memory::with_capacity(count, "dominators")?;
    links.extend(numbering.parents.iter().map(|&parent| Link { ancestor: parent, lowest: NONE }));
    let mut way = Vec::new();
    for number in (1..count as u32).rev() {
        monitor.tick(number as usize)?;
        let mut semi = numbering.parents[number as usize];
        let entering = predecessors.of_number(number);
        // Nothing lies above the root.
        if semi > 0 {
            for predecessor in entering {
                let predecessor = predecessor.load(Relaxed);
                // Numbers above this one are linked into the forest; others stand for themselves.
                let candidate = if predecessor <= number {
                    predecessor
                } else {
                    evaluate(&mut links, predecessor, number, &mut way)
                };
                semi = semi.min(candidate);
            }
        }
        semidominators[number as usize] = semi;
        links[number as usize].lowest = semi;
    }
    monitor.advance("dominators", 0.25)?;
    Ok(semidominators)
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
fn nearest_common(numbering: &Numbering, semidominators: &[u32], monitor: &Monitor) -> Result<Vec<u32>> {
    #[derive(Clone, Copy)]
    struct Place {
        dominator: u32,
        jump: u32,
        depth: u32,
    }
    let count = numbering.nodes.len();
    let mut tree: Vec<Place> = memory::with_capacity(count, "dominators")?;
    tree.push(Place { dominator: 0, jump: 0, depth: 0 });
    for (number, &semi) in semidominators.iter().enumerate().skip(1) {
        monitor.tick(number)?;
        let mut ancestor = numbering.parents[number];
        while ancestor > semi {
            let place = tree[ancestor as usize];
            ancestor = if place.jump > semi { place.jump } else { place.dominator };
        }
        let parent = tree[ancestor as usize];
        let over = tree[parent.jump as usize];
        // Two jumps of equal length join to one twice as long and a step: the skew-binary rule.
        let balanced = parent.depth - over.depth == over.depth - tree[over.jump as usize].depth;
        let jump = if balanced { over.jump } else { ancestor };
        tree.push(Place { dominator: ancestor, jump, depth: parent.depth + 1 });
    }
    monitor.advance("dominators", 0.1)?;
    Ok(tree.into_iter().map(|place| place.dominator).collect())
}

#[cfg(feature = "phases")]
#[path = "dominators_phases.rs"]
pub(super) mod phases;

#[cfg(test)]
#[path = "dominators_tests.rs"]
mod tests;
