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

use super::{
    entries::{self, Entries},
    pairs::{first, pair, second},
    search::{Explore, Numbering, Search},
};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::{AHEAD, prefetch},
    ranked::Ranked,
    spare::{Spare, let_go},
};

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
    /// The node's edges will be asked for soon: what says where they are can be sent for.
    fn expect_row(&self, _node: u32) {}
    /// The node's edges will be asked for very soon, and [`Self::expect_row`] was called a while ago.
    fn expect_edges(&self, _node: u32) {}
}

/// A graph of which it is known already which edges count.
struct Plain<'a, G>(&'a G);

impl<G: FlowGraph> Explore for Plain<'_, G> {
    fn node_count(&self) -> usize {
        self.0.node_count()
    }
    fn edges(&self, node: u32) -> Range<usize> {
        self.0.edges(node)
    }
    fn target(&self, _node: u32, edge: usize) -> Option<u32> {
        self.0.target(edge)
    }
}

/// The dominator tree of a flow graph. Every node is in it: the root dominates what nothing else reaches.
#[derive(Debug)]
pub struct Dominators {
    /// Nodes, each after its dominator.
    order: Vec<u32>,
    /// For each of them the number of its immediate dominator, and another number.
    tree: Vec<u64>,
}

impl Dominators {
    /// Computes the tree.
    ///
    /// Nodes that no counting edge leads to are taken as children of the root with all they reach, in order.
    /// Of what remains (cycles that hold each other) each node becomes a child of the root on its own, and the
    /// edges that leave it count for nothing.
    pub fn of(graph: &impl FlowGraph, monitor: &Monitor) -> Result<Self> {
        let spare = Spare::default();
        spare.during(|| {
            let mut search = Search::new(Plain(graph), graph.root(), &spare)?;
            for edge in graph.edges(graph.root()) {
                search.enter(edge, monitor)?;
            }
            let (numbering, _) = search.finish(monitor)?;
            let joined = Joined::of(numbering, &spare, monitor)?;
            Explored::of(graph, joined, &spare, monitor)?.dominators(&spare, monitor)
        })
    }

    /// All nodes, each after its dominator. Begins with the root.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// For each node of [`Self::order`] the place there of its immediate dominator; the root's is the root.
    #[must_use]
    pub fn by_number(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        self.tree.iter().map(|&place| first(place))
    }

    /// The order, and for each node of it the place there of its immediate dominator, in a pair with a number that
    /// means nothing any more.
    pub(crate) fn into_parts(self) -> (Vec<u32>, Vec<u64>) {
        (self.order, self.tree)
    }

    #[cfg(test)]
    pub(crate) fn from_parts(order: Vec<u32>, by_number: Vec<u32>) -> Self {
        Self { order, tree: by_number.into_iter().map(|dominator| pair(dominator, 0)).collect() }
    }
}

/// Nodes that have been numbered, and room for what their edges say.
pub(super) struct Joined {
    numbering: Numbering,
    entries: entries::Empty,
}

impl Joined {
    pub(super) fn of(mut numbering: Numbering, spare: &Spare, monitor: &Monitor) -> Result<Self> {
        let entries = Entries::empty(&mut numbering, spare, monitor)?;
        Ok(Self { numbering, entries })
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
    pub(super) fn of(graph: &impl FlowGraph, joined: Joined, spare: &Spare, monitor: &Monitor) -> Result<Self> {
        let Joined { numbering, entries } = joined;
        let entries = entries.fill(graph, &numbering, spare, monitor)?;
        spare.give(numbering.numbers);
        Ok(Self { nodes: numbering.nodes, parents: numbering.parents, entries })
    }

    pub(crate) fn dominators(self, spare: &Spare, monitor: &Monitor) -> Result<Dominators> {
        let semidominators = semidominators(&self.parents, self.entries, spare, monitor)?;
        let tree = nearest_common(&self.parents, &semidominators, spare, monitor)?;
        spare.give(self.parents);
        Ok(Dominators { order: self.nodes, tree })
    }
}

/// Semidominators of the numbers with several ways in; of any other its parent is.
fn semidominators(parents: &[u32], entries: Entries, spare: &Spare, monitor: &Monitor) -> Result<Semidominators> {
    let Entries { joins, mut lowest, first, lists } = entries;
    // The forest that path compression works on. For each number an ancestor, and the lowest semidominator on the
    // compressed way to it, the ancestor itself excluded. There is room for one more: others use the memory later.
    let mut links = spare.take_wide(parents.len() + 1, "dominators")?;
    // What has one way in needs no more than this.
    links.extend(parents.iter().map(|&parent| pair(parent, parent)));
    let mut way = Vec::new();
    let mut rank = lowest.len();
    for number in joins.numbers().rev() {
        rank -= 1;
        monitor.tick(rank)?;
        let mut semi = *lowest[rank].get_mut();
        let list = first[rank] as usize..first[rank + 1] as usize;
        // What stands before this list comes next.
        let soon = list.start.saturating_sub(4 * AHEAD)..list.end.saturating_sub(4 * AHEAD);
        lists[soon].iter().for_each(|from| prefetch(&links, from.load(Relaxed) as usize));
        for from in entries::filled(&lists[list]) {
            semi = semi.min(evaluate(&mut links, from, number as u32, &mut way));
        }
        *lowest[rank].get_mut() = semi;
        links[number] = pair(self::first(links[number]), semi);
    }
    spare.give_wide(links);
    let_go(lists);
    monitor.advance("dominators", 0.25)?;
    Ok(Semidominators { joins, lowest })
}

/// What [`semidominators`] finds.
struct Semidominators {
    joins: Ranked,
    /// By rank among the joins.
    lowest: Vec<AtomicU32>,
}

/// The lowest semidominator on the way from `from` up to the nodes numbered `limit` or lower, compressing it.
fn evaluate(links: &mut [u64], from: u32, limit: u32, way: &mut Vec<u32>) -> u32 {
    let mut top = from;
    while first(links[top as usize]) > limit {
        way.push(top);
        top = first(links[top as usize]);
    }
    let mut above = links[top as usize];
    while let Some(node) = way.pop() {
        let link = &mut links[node as usize];
        *link = pair(first(above), second(*link).min(second(above)));
        above = *link;
    }
    second(above)
}

/// Immediate dominators by number: each node's nearest ancestor, in the tree of those before it, whose number is
/// not above its semidominator.
///
/// With each dominator stands where its node's jump leads.
fn nearest_common(
    parents: &[u32],
    semidominators: &Semidominators,
    spare: &Spare,
    monitor: &Monitor,
) -> Result<Vec<u64>> {
    let mut tree = spare.take_wide(parents.len() + 1, "dominators")?;
    tree.push(pair(0, 0));
    // A jump is 2^k - 1 steps long; this is k. The root's goes nowhere.
    let mut lengths: Vec<u8> = memory::with_capacity(parents.len(), "dominators")?;
    lengths.push(0);
    let mut of_joins = semidominators.lowest.iter();
    for (number, &parent) in parents.iter().enumerate().skip(1) {
        monitor.tick(number)?;
        let semi = semidominators.joins.contains(number).then(|| of_joins.next()).flatten();
        let semi = semi.map_or(parent, |semi| semi.load(Relaxed));
        let mut ancestor = parent;
        while ancestor > semi {
            let (dominator, jump) = (first(tree[ancestor as usize]), second(tree[ancestor as usize]));
            ancestor = if jump > semi { jump } else { dominator };
        }
        let over = second(tree[ancestor as usize]);
        // Two jumps of equal length join to one twice as long and a step: the skew-binary rule.
        let length = lengths[ancestor as usize];
        let balanced = length == lengths[over as usize];
        tree.push(pair(ancestor, if balanced { second(tree[over as usize]) } else { ancestor }));
        lengths.push(if balanced { length + 1 } else { 1 });
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
