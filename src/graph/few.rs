//! What each of a few nodes keeps alive, without dominators.
//!
//! A node keeps what no way from the root reaches but through it. For a few nodes that can be looked up for all of them
//! in one walk: whatever is reached past all of them is kept by none, which settles nearly everything at the first
//! visit. Of the rest each node is marked with the set of those that some way to it does not lead through, and what a
//! mark lacks in the end keeps the node. The walk has no order, so that memory can be sent for beforehand, and it numbers
//! nothing: it takes a third of what dominators take. The edges that count are theirs ([`flow`](super::flow)).

use std::collections::{HashMap, VecDeque};

use fixedbitset::FixedBitSet;

use super::{
    HeapGraph,
    flow::{Deciding, starts},
    search::Explore,
};
use crate::{
    error::Result,
    hashing::Seeded,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, Sizes, Topology, Waiting},
};

/// For more nodes than this a heap's dominators are the shorter way.
pub(crate) const FEW: usize = 63;

/// Visits, by node of the heap, after which dominators would have been the shorter way. Nearly every heap takes one.
const VISITS: usize = 3;

/// What a few nodes keep alive: which of the nodes of a heap, and not yet how large those are.
#[derive(Debug)]
pub(crate) struct KeptByFew {
    chosen: Vec<NodeId>,
    sets: Sets,
    /// By node, the set of chosen ones that some way to it avoids, as its number; [`Sets::NONE`] and [`Sets::ALL`] for
    /// what none of them keeps.
    marks: Vec<u8>,
}

/// The same in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SizesOfFew {
    /// Retained size of each, in the order in which they were given.
    pub(crate) each: Vec<u64>,
    /// Of all together, of what each keeps alive; what several keep counted once.
    pub(crate) together: u64,
}

impl KeptByFew {
    /// Finds out what each of a few nodes keeps, none of which comes twice. `None` where dominators are the shorter way,
    /// or the only one.
    pub(super) fn find(graph: &HeapGraph, chosen: &[NodeId], monitor: &Monitor) -> Result<Option<Self>> {
        let root = graph.snapshot().root();
        if chosen.len() > FEW || chosen.contains(&root) {
            return Ok(None);
        }
        let mut walk = Walk::new(graph, chosen, monitor)?;
        let found = walk.all(monitor)?;
        let Walk { sets, marks, .. } = walk;
        Ok(found.then(|| Self { chosen: chosen.to_vec(), sets, marks }))
    }

    pub(crate) fn sizes(&self, shallow: &Sizes) -> SizesOfFew {
        let mut by_set = vec![0; self.sets.all.len()];
        let lacks_some = |&(_, &mark): &(usize, &u8)| mark > Sets::ALL;
        for (node, &mark) in self.marks.iter().enumerate().filter(lacks_some) {
            by_set[mark as usize] += shallow.get(NodeId::from_index(node));
        }
        let kept = |member: usize| {
            let lacking = self.sets.all.iter().zip(&by_set).skip(usize::from(Sets::ALL) + 1);
            lacking.filter(|(set, _)| *set >> member & 1 == 0).map(|(_, bytes)| bytes).sum::<u64>()
        };
        let own = |node: NodeId| shallow.get(node);
        let each = self.chosen.iter().enumerate().map(|(member, &node)| own(node) + kept(member)).collect();
        let by_none = |node: &&NodeId| self.marks[node.index()] <= Sets::ALL;
        let together =
            by_set.iter().sum::<u64>() + self.chosen.iter().filter(by_none).map(|&node| own(node)).sum::<u64>();
        SizesOfFew { each, together }
    }
}

/// Sets of chosen nodes by number. A heap has few different ones, and numbers fit into bytes, which stay in the cache.
#[derive(Debug)]
struct Sets {
    /// A bit for each member, and [`Self::REACHED`].
    all: Vec<u64>,
    /// Numbers of unions that were asked for, by both numbers; 0 is not known.
    unions: Vec<u8>,
}

impl Sets {
    /// In every set that stands for a way, also in the empty one.
    const REACHED: u64 = 1 << 63;
    /// The number of no way at all.
    const NONE: u8 = 0;
    /// The number of the set of all.
    const ALL: u8 = 1;

    fn of(members: usize) -> Result<Self> {
        let unions = memory::zeroed(1 << 16, "a question")?;
        Ok(Self { all: vec![0, Self::REACHED | ((1 << members) - 1)], unions })
    }

    /// `None` when there are more than numbers.
    fn number(&mut self, set: u64) -> Option<u8> {
        let number = self.all.iter().position(|&known| known == set).unwrap_or_else(|| {
            self.all.push(set);
            self.all.len() - 1
        });
        u8::try_from(number).ok()
    }

    fn without(&mut self, set: u8, member: usize) -> Option<u8> {
        self.number(self.all[set as usize] & !(1 << member))
    }

    #[inline]
    fn union(&mut self, a: u8, b: u8) -> Option<u8> {
        let place = usize::from(a) << 8 | usize::from(b);
        if self.unions[place] == 0 {
            self.unions[place] = self.number(self.all[a as usize] | self.all[b as usize])?;
        }
        Some(self.unions[place])
    }
}

struct Walk<'a> {
    explore: Deciding<'a>,
    topology: Topology<'a>,
    root: NodeId,
    /// Whether an edge that counts leads to the root.
    root_is_entered: bool,
    members: HashMap<u32, usize, Seeded>,
    is_chosen: FixedBitSet,
    /// What is reached past all of the chosen ones, and is none of them.
    free: FixedBitSet,
    /// Of all others; of what is free only whether it was marked before.
    marks: Vec<u8>,
    sets: Sets,
    waiting: Waiting,
    /// Chosen ones that were met. They are passed when there is nothing else to do, so that what they do not keep has been
    /// found before.
    met: VecDeque<u32>,
    /// By member, the mark with which it was passed.
    passed: Vec<u8>,
    visits: usize,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a HeapGraph, chosen: &[NodeId], monitor: &Monitor) -> Result<Self> {
        let snapshot = graph.snapshot();
        let count = snapshot.nodes.len();
        let mut is_chosen = FixedBitSet::with_capacity(count);
        chosen.iter().for_each(|node| is_chosen.insert(node.index()));
        Ok(Self {
            explore: Deciding::new(graph, monitor)?,
            topology: snapshot.topology(),
            root: snapshot.root(),
            root_is_entered: false,
            members: chosen.iter().enumerate().map(|(member, node)| (node.0, member)).collect(),
            is_chosen,
            free: FixedBitSet::with_capacity(count),
            marks: memory::zeroed(count, "a question")?,
            sets: Sets::of(chosen.len())?,
            waiting: Waiting::default(),
            met: VecDeque::new(),
            passed: vec![Sets::NONE; chosen.len()],
            visits: 0,
        })
    }

    /// Goes over the heap as the search for dominators does: from the page's roots, from the root's other edges, from what
    /// nothing leads to. `false` when it takes too long.
    fn all(&mut self, monitor: &Monitor) -> Result<bool> {
        let graph = self.explore.graph();
        let root_edges = self.topology.edges(self.root);
        if !self.enter(root_edges.clone().filter(|&edge| starts(graph, edge)), monitor)? {
            return Ok(false);
        }
        let owned = self.explore.all_page_owned(&self.seen(), self.root_is_entered, monitor)?;
        self.explore.set_page_owned(owned);
        if !self.enter(root_edges.filter(|&edge| !starts(graph, edge)), monitor)? {
            return Ok(false);
        }
        let seen = self.seen();
        if seen.count_ones(..) == seen.len() {
            return Ok(true);
        }
        // What leads to a node that was not reached was not reached.
        let mut entered = FixedBitSet::with_capacity(seen.len());
        for node in seen.zeroes().map(|node| node as u32) {
            monitor.tick(node as usize)?;
            for target in self.explore.edges(node).filter_map(|edge| self.explore.target(node, edge)) {
                entered.insert(target as usize);
            }
        }
        for node in seen.zeroes().filter(|&node| !entered.contains(node)) {
            self.arrive(node as u32, Sets::ALL);
        }
        // The edges of what remains, cycles that hold each other, count for nothing.
        self.run(monitor)
    }

    fn seen(&self) -> FixedBitSet {
        let mut seen = self.free.clone();
        for (node, _) in self.marks.iter().enumerate().filter(|(_, mark)| **mark != Sets::NONE) {
            seen.insert(node);
        }
        seen.insert(self.root.index());
        seen
    }

    fn enter(&mut self, edges: impl Iterator<Item = usize>, monitor: &Monitor) -> Result<bool> {
        for edge in edges {
            if let Some(node) = self.explore.follow(self.root.0, edge) {
                self.arrive(node, Sets::ALL);
            }
        }
        self.run(monitor)
    }

    /// Follows the edges of all that waits. `false` when it takes too long.
    fn run(&mut self, monitor: &Monitor) -> Result<bool> {
        loop {
            while let Some(node) = self.waiting.pop(&self.topology) {
                let mark = if self.free.contains(node.index()) { Sets::ALL } else { self.marks[node.index()] };
                if !self.pass(node, mark, monitor)? {
                    return Ok(false);
                }
            }
            let Some(node) = self.met.pop_front() else { return Ok(true) };
            let (member, mark) = (self.members[&node], self.marks[node as usize]);
            if self.passed[member] != mark {
                self.passed[member] = mark;
                let Some(mark) = self.sets.without(mark, member) else { return Ok(false) };
                if !self.pass(NodeId(node), mark, monitor)? {
                    return Ok(false);
                }
            }
        }
    }

    /// Follows the edges of a node.
    #[inline(always)]
    fn pass(&mut self, node: NodeId, mark: u8, monitor: &Monitor) -> Result<bool> {
        self.visits += 1;
        monitor.tick(self.visits)?;
        for edge in self.topology.edges(node) {
            if let Some(target) = self.explore.follow(node.0, edge)
                && !self.free.contains(target as usize)
                && !self.arrive(target, mark)
            {
                return Ok(false);
            }
        }
        Ok(self.visits <= self.marks.len().saturating_mul(VISITS).max(1 << 10))
    }

    /// A way with such a mark leads to a node that was not free so far. `false` when there are too many sets.
    #[inline(always)]
    fn arrive(&mut self, node: u32, mark: u8) -> bool {
        let index = node as usize;
        if node == self.root.0 {
            self.root_is_entered = true;
            return true;
        }
        let known = self.marks[index];
        let Some(now) = (if known == Sets::NONE { Some(mark) } else { self.sets.union(known, mark) }) else {
            return false;
        };
        if now == known {
            return true;
        }
        if self.is_chosen.contains(index) {
            self.marks[index] = now;
            self.met.push_back(node);
            return true;
        }
        if now == Sets::ALL {
            self.free.insert(index);
        }
        if now != Sets::ALL || known != Sets::NONE {
            self.marks[index] = now;
        }
        self.waiting.push(NodeId(node));
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::Heap;

    /// Heaps with roots of the page and others, references of all kinds, WeakMap entries, and nodes that nothing reaches.
    fn heaps(nodes: usize, edges: usize) -> impl Strategy<Value = (HeapGraph, usize)> {
        (2..nodes).prop_flat_map(move |n| {
            proptest::collection::vec((0..n, 0..n, 0..9_usize), 0..edges).prop_map(move |edges| {
                let mut heap = Heap::new();
                for node in 1..n {
                    heap.node("object", "Thing", node as u32 * 2 + 1, 1 << node.min(40));
                }
                for (from, to, kind) in edges {
                    let kinds = ["shortcut", "element", "property", "property", "internal", "weak", "context"];
                    match kinds.get(kind) {
                        Some(&"element") => heap.edge(from, "element", "1", to),
                        Some(kind) => heap.edge(from, kind, "name", to),
                        None => {
                            let id = |node: usize| node * 2 + 1;
                            let name = format!(
                                "1 / part of key (Thing @{}) -> value (Thing @{}) pair in WeakMap (table @{})",
                                id(0),
                                id(to),
                                id(from)
                            );
                            heap.edge(from, "internal", &name, to);
                        }
                    }
                }
                (heap.graph(), n)
            })
        })
    }

    fn check((graph, nodes): &(HeapGraph, usize), chosen: &[usize]) -> std::result::Result<(), TestCaseError> {
        let none = Monitor::none();
        let mut chosen: Vec<NodeId> =
            chosen.iter().map(|node| NodeId::from_index(1 + node % (nodes - 1).max(1))).collect();
        chosen.sort_unstable();
        chosen.dedup();
        let shallow = graph.shallow_sizes(&none).unwrap();
        let found = KeptByFew::find(graph, &chosen, &none).unwrap().map(|kept| kept.sizes(shallow));
        let (retained, tree) = (graph.retained_sizes(&none).unwrap(), graph.dominator_tree(&none).unwrap());
        let each = chosen.iter().map(|&node| retained.get(node)).collect();
        let kept = |node: NodeId| {
            let mut above = node;
            while !chosen.contains(&above) && above != tree.root() {
                above = tree.immediate(above);
            }
            chosen.contains(&above)
        };
        let all = (0..*nodes).map(NodeId::from_index).filter(|&node| kept(node));
        let together = all.map(|node| shallow.get(node)).sum();
        prop_assert_eq!(found, Some(SizesOfFew { each, together }));
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        #[test]
        fn a_few_keep_what_dominators_say(
            heap in heaps(14, 40),
            chosen in proptest::collection::vec(0..100_usize, 0..6),
        ) {
            check(&heap, &chosen)?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn so_do_many_of_a_heap(
            heap in heaps(60, 150),
            chosen in proptest::collection::vec(0..100_usize, 0..FEW),
        ) {
            check(&heap, &chosen)?;
        }
    }

    #[test]
    fn the_root_and_too_many_are_left_to_dominators() {
        let mut heap = Heap::new();
        let nodes: Vec<NodeId> =
            (0..=FEW).map(|node| NodeId::from_index(heap.node("object", "", node as u32 * 2 + 3, 8))).collect();
        let graph = heap.graph();
        let find = |chosen: &[NodeId]| KeptByFew::find(&graph, chosen, &Monitor::none()).unwrap().is_some();
        assert!(find(&nodes[1..]));
        assert!(!find(&nodes));
        assert!(!find(&[graph.snapshot().root()]));
    }
}
