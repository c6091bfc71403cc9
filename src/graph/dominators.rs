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

use std::ops::Range;

use fixedbitset::FixedBitSet;

use crate::{
    error::{Error, Result},
    memory,
    monitor::Monitor,
};

const NONE: u32 = u32::MAX;

/// A directed graph with a root.
pub trait FlowGraph {
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
    immediate: Vec<u32>,
    order: Vec<u32>,
}

impl Dominators {
    /// Computes the tree.
    ///
    /// Nodes that no counting edge leads to are taken as children of the root with all they reach, in order.
    /// Of what remains (cycles that hold each other) each node becomes a child of the root on its own, and the
    /// edges that leave it count for nothing.
    pub fn of(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Self> {
        let numbering = Numbering::of(graph, monitor)?;
        let predecessors = Predecessors::of(graph, &numbering, monitor)?;
        let semidominators = semidominators(&numbering, &predecessors, monitor)?;
        drop(predecessors);
        let by_number = nearest_common(&numbering, &semidominators, monitor)?;
        drop(semidominators);

        let Numbering { nodes: order, parents, .. } = numbering;
        // The array of tree parents is not needed any more and has the right length.
        let mut immediate = parents;
        for (number, &node) in order.iter().enumerate() {
            immediate[node as usize] = order[by_number[number] as usize];
        }
        Ok(Self { immediate, order })
    }

    /// The immediate dominator of a node; the root's is the root.
    #[must_use]
    pub fn immediate(&self, node: u32) -> u32 {
        self.immediate[node as usize]
    }

    /// Immediate dominators by node.
    #[must_use]
    pub fn all(&self) -> &[u32] {
        &self.immediate
    }

    /// Immediate dominators by node, and all nodes in an order that puts each after its dominator.
    pub(crate) fn into_parts(self) -> (Vec<u32>, Vec<u32>) {
        (self.immediate, self.order)
    }

    #[cfg(test)]
    pub(crate) fn from_parts(immediate: Vec<u32>, order: Vec<u32>) -> Self {
        Self { immediate, order }
    }

    /// All nodes, each after its dominator. Begins with the root.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
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
        let mut this = Self {
            nodes: memory::with_capacity(count, "dominators")?,
            numbers: memory::filled(count, NONE, "dominators")?,
            parents: memory::with_capacity(count, "dominators")?,
            isolated_from: 0,
        };
        let mut stack: Vec<Visit> = Vec::new();
        this.search(graph, graph.root(), &mut stack, monitor)?;
        if this.nodes.len() < count {
            let mut entered = FixedBitSet::with_capacity(count);
            for node in 0..count as u32 {
                for edge in graph.edges(node) {
                    if let Some(target) = graph.target(edge) {
                        entered.insert(target as usize);
                    }
                }
            }
            for node in 0..count as u32 {
                if this.numbers[node as usize] == NONE && !entered.contains(node as usize) {
                    this.search(graph, node, &mut stack, monitor)?;
                }
            }
        }
        this.isolated_from = this.nodes.len() as u32;
        for node in 0..count as u32 {
            if this.numbers[node as usize] == NONE {
                this.add(node, 0);
            }
        }
        monitor.advance("dominators", 0.25)?;
        Ok(this)
    }

    fn add(&mut self, node: u32, parent: u32) {
        self.numbers[node as usize] = self.nodes.len() as u32;
        self.nodes.push(node);
        self.parents.push(parent);
    }

    /// Numbers all that is reachable from `start` and not numbered yet, as a child of the root.
    fn search(&mut self, graph: &impl FlowGraph, start: u32, stack: &mut Vec<Visit>, monitor: &Monitor) -> Result<()> {
        self.add(start, 0);
        stack.push(Visit::new(self.numbers[start as usize], graph.edges(start)));
        while let Some(visit) = stack.last_mut() {
            let mut edges = visit.next as usize..visit.end as usize;
            let next = edges.find_map(|edge| graph.target(edge).filter(|&to| self.numbers[to as usize] == NONE));
            visit.next = edges.start as u32;
            let Some(node) = next else {
                stack.pop();
                continue;
            };
            let parent = visit.number;
            self.add(node, parent);
            let added = self.nodes.len() as u32 - 1;
            monitor.tick(added as usize)?;
            if stack.len() == stack.capacity() {
                let more = stack.len().max(1024);
                stack
                    .try_reserve_exact(more)
                    .map_err(|_| Error::no_memory((more * size_of::<Visit>()) as u64, "dominators"))?;
            }
            stack.push(Visit::new(added, graph.edges(node)));
        }
        Ok(())
    }
}

/// For each number, the numbers of the nodes with an edge to it.
struct Predecessors {
    first: Vec<u32>,
    numbers: Vec<u32>,
}

impl Predecessors {
    fn of(graph: &impl FlowGraph, numbering: &Numbering, monitor: &Monitor) -> Result<Self> {
        let mut first = memory::zeroed::<u32>(numbering.nodes.len() + 1, "dominators")?;
        let connected = &numbering.nodes[..numbering.isolated_from as usize];
        // Counted by node, in the order of the edges: half the cache misses of counting by number.
        let mut entering = memory::zeroed::<u32>(numbering.nodes.len(), "dominators")?;
        for node in 0..numbering.nodes.len() as u32 {
            monitor.tick(node as usize)?;
            graph.edges(node).filter_map(|edge| graph.target(edge)).for_each(|to| entering[to as usize] += 1);
        }
        for &node in &numbering.nodes[numbering.isolated_from as usize..] {
            graph.edges(node).filter_map(|edge| graph.target(edge)).for_each(|to| entering[to as usize] -= 1);
        }
        let mut sum = 0;
        for (slot, &node) in first.iter_mut().zip(&numbering.nodes) {
            sum += entering[node as usize];
            *slot = sum;
        }
        if let Some(last) = first.last_mut() {
            *last = sum;
        }
        drop(entering);
        let mut list = memory::zeroed::<u32>(sum as usize, "dominators")?;
        // Each slot holds the end of its range and is counted down to its start.
        for_each_edge(graph, connected, numbering, monitor, |from, to| {
            let slot = &mut first[to as usize];
            *slot -= 1;
            list[*slot as usize] = from;
        })?;
        monitor.advance("dominators", 0.25)?;
        Ok(Self { first, numbers: list })
    }

    fn of_number(&self, number: u32) -> &[u32] {
        &self.numbers[self.first[number as usize] as usize..self.first[number as usize + 1] as usize]
    }
}

/// Visits the counting edges of nodes by the numbers of their ends.
fn for_each_edge(
    graph: &impl FlowGraph,
    nodes: &[u32],
    numbering: &Numbering,
    monitor: &Monitor,
    mut visit: impl FnMut(u32, u32),
) -> Result<()> {
    for (from, &node) in nodes.iter().enumerate() {
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
        for &predecessor in predecessors.of_number(number) {
            // Numbers above this one are linked into the forest; others stand for themselves.
            let candidate =
                if predecessor <= number { predecessor } else { evaluate(&mut links, predecessor, number, &mut way) };
            semi = semi.min(candidate);
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

#[cfg(test)]
#[path = "dominators_tests.rs"]
mod tests;
