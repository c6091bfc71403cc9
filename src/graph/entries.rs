//! What the edges beside the search tree say about semidominators, sorted by the number that each edge ends at.
//!
//! Most nodes have one way in, and their semidominator is the parent they were found from. The rest, the *joins*, are
//! a third of a usual heap: everything here is kept for them only, by their rank among each other.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use fixedbitset::FixedBitSet;

use super::{dominators::FlowGraph, found::Found, lists::Lists, search::Numbering};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::{AHEAD, prefetch},
    ranked::Ranked,
    spare::Spare,
};

/// What edges that are not the search's own say about semidominators.
///
/// An edge to a number above its start comes from an ancestor, and all that matters is the lowest such ancestor. The
/// same is true where the start has only one way in, from a number below the edge's end: that number is what such an
/// edge amounts to. And from a start with one way in from higher up, an edge says what an edge from there would say.
/// So the thousands of edges from the entries of an array to their common hidden class are one, and of all edges to
/// numbers with several ways in about four in ten need no further look. Of the rest most come from below the
/// [`Fork`](super::fork::Fork), where most of them say the same.
pub(super) struct Entries {
    /// Numbers that several counting edges lead to.
    pub(super) joins: Ranked,
    /// By rank, the lowest semidominator known so far.
    pub(super) lowest: Vec<AtomicU32>,
    /// By rank, where the list of each begins in `lists`, and at the end where the last one ends.
    pub(super) first: Vec<u32>,
    /// For each join the higher numbers whose way up has to be looked at. A list is filled from both ends; zero, the
    /// number of the root, is in none and stands for nothing.
    pub(super) lists: Vec<AtomicU32>,
}

/// What has been put into a list from either end.
pub(super) fn filled(list: &[AtomicU32]) -> impl Iterator<Item = u32> {
    let filled = |&from: &u32| from != 0;
    let front = list.iter().map(|entry| entry.load(Relaxed)).take_while(filled);
    let back = list.iter().rev().map(|entry| entry.load(Relaxed)).take_while(filled);
    // One that is full has been read when its front has.
    front.chain(back).take(list.len())
}

/// The lists with their lengths, and nothing in them.
pub(super) struct Empty {
    /// The nodes of the joins: whether an edge is worth a look at its end's number is asked for every edge, and one bit
    /// each stays in the cache.
    nodes: FixedBitSet,
    /// For each number the nearest on its way up, itself included, that has several ways in.
    tops: Vec<u32>,
    entries: Entries,
}

impl Entries {
    /// Finds the joins, and makes room for what is to be known of them.
    pub(super) fn empty(numbering: &mut Numbering, spare: &Spare, monitor: &Monitor) -> Result<Empty> {
        let Numbering { nodes, numbers, parents, more_ways, .. } = numbering;
        let (ways, many) = more_ways.by_number(numbers);
        let mut many = many.peekable();
        let count = nodes.len();
        let mut join_nodes = FixedBitSet::with_capacity(count);
        let mut joins = FixedBitSet::with_capacity(count);
        let mut tops = spare.take(count, "dominators")?;
        let (mut first, mut lowest) = (Vec::new(), Vec::new());
        let mut sum = 0;
        for (number, (&node, &parent)) in nodes.iter().zip(&*parents).enumerate() {
            monitor.tick(number)?;
            if let Some(&later) = nodes.get(number + AHEAD) {
                prefetch(&ways, later as usize);
            }
            let mut more = u32::from(ways[node as usize]);
            if let Some((_, sum)) = many.next_if(|&(other, _)| other as usize == number) {
                more += sum;
            }
            // Nothing is above the root: no edge to it says anything.
            let is_join = more > 0 && number > 0;
            if is_join {
                join_nodes.insert(node as usize);
                joins.insert(number);
                memory::push(&mut first, sum, "dominators")?;
                memory::push(&mut lowest, AtomicU32::new(parent), "dominators")?;
                sum += more;
            }
            tops.push(if is_join || number == 0 { number as u32 } else { tops[parent as usize] });
        }
        memory::push(&mut first, sum, "dominators")?;
        let lists = memory::zeroed(sum as usize, "dominators")?;
        let entries = Self { joins: Ranked::new(joins, "dominators")?, lowest, first, lists };
        Ok(Empty { nodes: join_nodes, tops, entries })
    }
}

impl Empty {
    /// Fills the lists, by two threads: one fills each list from its start with the nodes of the lower numbers, the
    /// other from its end with the rest. There is room for all, so they need no word with each other.
    pub(super) fn fill(
        self,
        graph: &impl FlowGraph,
        numbering: &Numbering,
        spare: &Spare,
        monitor: &Monitor,
    ) -> Result<Entries> {
        let Self { nodes, tops, entries } = self;
        let Entries { joins, lowest, first, lists } = &entries;
        let (mut starts, mut ends) =
            (spare.take(lowest.len(), "dominators")?, memory::with_capacity::<u32>(lowest.len(), "dominators")?);
        starts.extend_from_slice(&first[..lowest.len()]);
        ends.extend_from_slice(&first[1..]);
        let lower = Lists::new(lists, &mut starts, |end| end + 1);
        let upper = Lists::new(lists, &mut ends, |end| end - 1);
        Found::new(graph, numbering, &nodes, joins, &tops, lowest).by_two(lower, upper, monitor)?;
        monitor.advance("dominators", 0.25)?;
        spare.give(tops);
        spare.give(starts);
        Ok(entries)
    }
}
