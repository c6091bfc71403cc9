//! What each of a few nodes keeps alive, without the dominators of everything else.
//!
//! Of dominators only those matter that were asked for: every node has a *label*, the nearest of the chosen ones that all
//! ways to it pass. A first guess is the nearest chosen one on the way by which it was found, and can only be too low.
//! Each edge then tells where a way goes round: the label of what it leads to is at most what it has in common with where
//! it comes from, in the tree of the chosen ones. That is Cooper, Harvey and Kennedy's iteration for dominators, on labels
//! that most nodes share: few ever change, and those that do are followed at once. Only when a chosen node itself moves up
//! in the tree do edges from what is below it mean something new, and are gone over again.
//!
//! Labels only ever move up, to where the ways that are known so far meet, so that it does not matter in which order edges
//! are looked at, nor that two threads do it at the same time.

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering::Relaxed};

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use super::{HeapGraph, dominators::FlowGraph, flow::PlainEdges, spread::Follower};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::prefetch,
    snapshot::{NodeId, Sizes},
};

/// For more nodes than this a heap's dominators are the shorter way.
pub(crate) const FEW: usize = 1024;

/// Looks at edges and at labels, by edge of the heap, after which dominators would have been the shorter way. Nearly every
/// heap takes two or three.
const STEPS: usize = 16;

/// Nodes whose edges one thread goes over before it takes others.
const PORTION: usize = 1 << 15;

/// Label of what nothing reaches but nodes of its kind: its edges count for nothing.
const ISOLATED: u16 = u16::MAX;
/// The root is the first of the chosen ones, asked for or not, and everything's last label.
const ROOT: u16 = 0;

/// A label for each node, on the way to the right ones.
pub(super) struct Labels {
    /// By node, the number of a chosen one: its own if it is one, and else its label.
    of_nodes: Vec<AtomicU16>,
    /// The chosen ones by number. Whatever was found through another has the greater number.
    chosen: Vec<u32>,
    /// By number, the label of the chosen one itself.
    above: Vec<AtomicU16>,
    is_chosen: FixedBitSet,
}

impl Follower for Labels {
    #[inline(always)]
    fn found(&mut self, node: u32, by: u32, _position: u32) {
        let label = *self.of_nodes[by as usize].get_mut();
        if self.is_chosen.contains(node as usize) {
            self.choose(node, label);
        } else if label != ROOT {
            *self.of_nodes[node as usize].get_mut() = label;
        }
    }

    fn isolated(&mut self, node: u32) {
        *self.of_nodes[node as usize].get_mut() = ISOLATED;
    }

    #[inline(always)]
    fn expect(&self, node: u32) {
        prefetch(&self.of_nodes, node as usize);
    }
}

impl Labels {
    /// No labels yet: they come while the heap is gone over. `None` for too many nodes.
    pub(super) fn new(graph: &HeapGraph, chosen: &[NodeId]) -> Result<Option<Self>> {
        if chosen.len() > FEW {
            return Ok(None);
        }
        let count = graph.snapshot().nodes.len();
        let mut is_chosen = FixedBitSet::with_capacity(count);
        chosen.iter().for_each(|node| is_chosen.insert(node.index()));
        // Asked for or not, the root is there when the search begins.
        is_chosen.set(graph.snapshot().root().index(), false);
        Ok(Some(Self {
            of_nodes: memory::zeroed(count, "retained sizes")?,
            chosen: vec![graph.snapshot().root().0],
            above: vec![AtomicU16::new(ROOT)],
            is_chosen,
        }))
    }

    #[cold]
    fn choose(&mut self, node: u32, label: u16) {
        *self.of_nodes[node as usize].get_mut() = self.chosen.len() as u16;
        self.chosen.push(node);
        self.above.push(AtomicU16::new(label));
    }

    /// Retained size of each of the chosen nodes, in bytes, once all was told; `None` when dominators are the shorter way.
    pub(super) fn sizes(
        self,
        edges: &PlainEdges<'_>,
        chosen: &[NodeId],
        shallow: &Sizes,
        monitor: &Monitor,
    ) -> Result<Option<Vec<u64>>> {
        if !self.settle(edges, monitor)? {
            return Ok(None);
        }
        let sums = self.sums(shallow, monitor)?;
        let size = |&node: &NodeId| match self.of(node.0) {
            ISOLATED => shallow.get(node),
            number => sums[number as usize],
        };
        Ok(Some(chosen.iter().map(size).collect()))
    }

    #[inline(always)]
    fn of(&self, node: u32) -> u16 {
        self.of_nodes[node as usize].load(Relaxed)
    }

    /// Goes over the edges until they say nothing new. `false` when that takes too long.
    fn settle(&self, edges: &PlainEdges<'_>, monitor: &Monitor) -> Result<bool> {
        let (nodes, steps) = (self.of_nodes.len(), AtomicUsize::new(0));
        let limit = edges.len().saturating_mul(STEPS).max(1 << 16);
        // By number, whether what is below says something new.
        let mut is_news = vec![true; self.chosen.len()];
        loop {
            let moved: Vec<AtomicBool> = is_news.iter().map(|_| AtomicBool::new(false)).collect();
            (0..nodes.div_ceil(PORTION)).into_par_iter().try_for_each(|portion| -> Result<()> {
                let mut pass = Pass { labels: self, edges, waiting: Vec::new(), steps: 0, moved: &moved };
                for node in portion * PORTION..nodes.min((portion + 1) * PORTION) {
                    monitor.tick(node)?;
                    let label = self.of(node as u32);
                    if label != ISOLATED && is_news[label as usize] {
                        pass.follow(node as u32)?;
                    }
                    while let Some(node) = pass.waiting.pop() {
                        pass.follow(node)?;
                        if pass.steps > PORTION {
                            monitor.check()?;
                            if steps.fetch_add(std::mem::take(&mut pass.steps), Relaxed) > limit {
                                return Ok(());
                            }
                        }
                    }
                }
                steps.fetch_add(pass.steps, Relaxed);
                Ok(())
            })?;
            if steps.load(Relaxed) > limit {
                return Ok(false);
            }
            // Of what changed on the way up from a label, the lowest that moved is still on it.
            for (number, moved) in moved.into_iter().enumerate() {
                is_news[number] =
                    moved.into_inner() || number != 0 && is_news[self.above[number].load(Relaxed) as usize];
            }
            if !is_news.contains(&true) {
                return Ok(true);
            }
        }
    }

    /// What each of the chosen ones keeps, by number.
    fn sums(&self, shallow: &Sizes, monitor: &Monitor) -> Result<Vec<u64>> {
        let portion = |portion: usize| -> Result<Vec<u64>> {
            monitor.check()?;
            let mut sums = vec![0; self.chosen.len()];
            let nodes = portion * PORTION..self.of_nodes.len().min((portion + 1) * PORTION);
            for node in nodes.map(NodeId::from_index) {
                match self.of(node.0) {
                    ISOLATED => sums[ROOT as usize] += shallow.get(node),
                    label => sums[label as usize] += shallow.get(node),
                }
            }
            Ok(sums)
        };
        let add = |mut sums: Vec<u64>, more: Vec<u64>| {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            Ok(sums)
        };
        let portions = (0..self.of_nodes.len().div_ceil(PORTION)).into_par_iter();
        let mut sums = portions.map(portion).try_reduce(|| vec![0; self.chosen.len()], add)?;
        for number in (1..sums.len()).rev() {
            sums[self.above[number].load(Relaxed) as usize] += sums[number];
        }
        Ok(sums)
    }
}

/// One thread's look at some of the edges.
struct Pass<'a> {
    labels: &'a Labels,
    edges: &'a PlainEdges<'a>,
    /// Nodes whose label was changed and whose edges are to be looked at again.
    waiting: Vec<u32>,
    steps: usize,
    /// By number, whether a chosen one has moved.
    moved: &'a [AtomicBool],
}

impl Pass<'_> {
    /// Looks at the edges of a node.
    #[inline(always)]
    fn follow(&mut self, node: u32) -> Result<()> {
        let from = self.labels.of(node);
        let edges = self.edges.edges(node);
        self.steps += edges.len();
        for edge in edges {
            if let Some(target) = self.edges.target(edge) {
                let label = self.labels.of(target);
                if label != from && label != ROOT {
                    self.lift(target, label, from)?;
                }
            }
        }
        Ok(())
    }

    /// There is a way to a node past everything that is not above `from`.
    #[inline]
    fn lift(&mut self, node: u32, number: u16, from: u16) -> Result<()> {
        // An edge to what no edge leads to is one of an index that somebody forged.
        let Some(&known) = self.labels.chosen.get(number as usize) else { return Ok(()) };
        let is_chosen = known == node;
        let cell = if is_chosen { &self.labels.above[number as usize] } else { &self.labels.of_nodes[node as usize] };
        let mut label = cell.load(Relaxed);
        loop {
            let meet = self.meet(label, from);
            if meet == label {
                return Ok(());
            }
            match cell.compare_exchange_weak(label, meet, Relaxed, Relaxed) {
                Ok(_) => break,
                Err(other) => label = other,
            }
        }
        if is_chosen {
            self.moved[number as usize].store(true, Relaxed);
            return Ok(());
        }
        memory::push(&mut self.waiting, node, "retained sizes")
    }

    /// The nearest chosen one that both are below, or are.
    #[inline]
    fn meet(&mut self, mut a: u16, mut b: u16) -> u16 {
        while a != b {
            self.steps += 1;
            let higher = if a > b { &mut a } else { &mut b };
            *higher = self.labels.above[*higher as usize].load(Relaxed);
        }
        a
    }
}
