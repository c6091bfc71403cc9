//! What the edges of a graph amount to for semidominators: all are gone over, by two threads.

use std::{
    ops::Range,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
};

use fixedbitset::FixedBitSet;

use super::{
    dominators::FlowGraph,
    fork::{Foreign, Fork},
    lists::Lists,
    search::Numbering,
};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::{AHEAD, prefetch},
    ranked::Ranked,
};

/// Goes over edges, notes what is known at once, and puts the rest into lists. See [`Entries`](super::entries::Entries).
pub(super) struct Found<'a, G> {
    graph: &'a G,
    numbering: &'a Numbering,
    /// The nodes of the joins: whether an edge is worth a look at its end's number is asked for every edge, and one bit
    /// each stays in the cache.
    join_nodes: &'a FixedBitSet,
    joins: &'a Ranked,
    /// For each number the nearest on its way up, itself included, that has several ways in.
    tops: &'a [u32],
    /// By rank among the joins, the lowest semidominator known so far.
    lowest: &'a [AtomicU32],
    fork: Fork,
}

impl<'a, G: FlowGraph> Found<'a, G> {
    pub(super) fn new(
        graph: &'a G,
        numbering: &'a Numbering,
        join_nodes: &'a FixedBitSet,
        joins: &'a Ranked,
        tops: &'a [u32],
        lowest: &'a [AtomicU32],
    ) -> Self {
        let fork = Fork::of(&numbering.parents[..numbering.isolated_from as usize]);
        Self { graph, numbering, join_nodes, joins, tops, lowest, fork }
    }

    /// Goes over all edges that count, two threads each over half of them and with lists that the other one does not
    /// touch.
    pub(super) fn by_two<L, U>(&self, mut lower: Lists<'_, L>, mut upper: Lists<'_, U>, monitor: &Monitor) -> Result<()>
    where
        L: Fn(u32) -> u32 + Send,
        U: Fn(u32) -> u32 + Send,
    {
        let Fork { number: fork, end } = self.fork;
        let [first, second] = halves([0..fork, end..self.numbering.isolated_from]);
        let (first, second) = rayon::join(
            || self.beyond_fork(first, &mut lower, monitor),
            || self.beyond_fork(second, &mut upper, monitor),
        );
        let (mut entered, more) = (first?, second?);
        memory::extend(&mut entered, &more, "dominators")?;
        let middle = fork + (end - fork) / 2;
        if let Some(foreign) = self.foreign(entered, monitor)? {
            let open = Open::new(self.join_nodes)?;
            let (first, second) = rayon::join(
                || self.below_fork(fork..middle, &foreign, &open, &mut lower, monitor),
                || self.below_fork(middle..end, &foreign, &open, &mut upper, monitor),
            );
            first.and(second)?;
        } else {
            let (first, second) = rayon::join(
                || self.one_by_one(fork..middle, &mut lower, monitor),
                || self.one_by_one(middle..end, &mut upper, monitor),
            );
            first.and(second)?;
        }
        lower.finish();
        upper.finish();
        Ok(())
    }

    /// Goes over the edges of numbers that are not below the fork. Gives back what of those below it they enter.
    fn beyond_fork<F: Fn(u32) -> u32>(
        &self,
        ranges: [Range<u32>; 2],
        lists: &mut Lists<'_, F>,
        monitor: &Monitor,
    ) -> Result<Vec<u32>> {
        let Numbering { nodes, numbers, parents, .. } = self.numbering;
        let mut entered = Vec::new();
        for number in ranges.into_iter().flatten() {
            monitor.tick(number as usize)?;
            self.expect(number, |node| self.join_nodes.contains(node as usize));
            for target in self.joined(nodes[number as usize]) {
                let to = numbers[target as usize];
                // The way from a number after all that is below the fork leads down from an ancestor of the fork.
                let above = number.min(parents[self.fork.number as usize]);
                if self.fork.is_above(to) && self.note(to, above) >= self.fork.number {
                    memory::push(&mut entered, to, "dominators")?;
                }
                self.tell(number, to, lists);
            }
        }
        Ok(entered)
    }

    /// What is foreign below the fork.
    fn foreign(&self, entered: Vec<u32>, monitor: &Monitor) -> Result<Option<Foreign>> {
        let Numbering { nodes, numbers, parents, .. } = self.numbering;
        let lead_on = |number: u32, head: u32, add: &mut dyn FnMut(u32) -> Result<()>| {
            let semi = self.lowest[self.joins.rank(head)].load(Relaxed);
            for target in self.joined(nodes[number as usize]) {
                let to = numbers[target as usize];
                if self.fork.number < to && to < head && self.note(to, semi) >= self.fork.number {
                    add(to)?;
                }
            }
            Ok(())
        };
        Foreign::find(self.fork, parents, entered, lead_on, monitor)
    }

    /// Goes over the edges of numbers that are the fork or below it.
    fn below_fork<F: Fn(u32) -> u32>(
        &self,
        range: Range<u32>,
        foreign: &Foreign,
        open: &Open,
        lists: &mut Lists<'_, F>,
        monitor: &Monitor,
    ) -> Result<()> {
        let Numbering { nodes, numbers, parents, .. } = self.numbering;
        let fork = self.fork.number;
        let mut is_foreign = foreign.holds();
        let mut branch = self.fork.branch_before(range.start, parents);
        for number in range {
            monitor.tick(number as usize)?;
            self.expect(number, |node| open.contains(node));
            if parents[number as usize] == fork {
                branch = number;
            }
            if is_foreign(number) {
                for target in self.joined(nodes[number as usize]) {
                    self.tell(number, numbers[target as usize], lists);
                }
                continue;
            }
            for target in self.targets(nodes[number as usize]).filter(|&target| open.contains(target)) {
                let to = numbers[target as usize];
                if to < fork {
                    lists.add(self.joins.rank(to), fork);
                    open.close(target);
                } else if to < branch && to < number {
                    self.note(to, fork);
                    open.close(target);
                } else {
                    self.tell(number, to, lists);
                }
            }
        }
        Ok(())
    }

    /// Goes over the edges of any numbers.
    fn one_by_one<F: Fn(u32) -> u32>(
        &self,
        range: Range<u32>,
        lists: &mut Lists<'_, F>,
        monitor: &Monitor,
    ) -> Result<()> {
        let Numbering { nodes, numbers, .. } = self.numbering;
        for number in range {
            monitor.tick(number as usize)?;
            self.expect(number, |node| self.join_nodes.contains(node as usize));
            for target in self.joined(nodes[number as usize]) {
                self.tell(number, numbers[target as usize], lists);
            }
        }
        Ok(())
    }

    /// Says what an edge amounts to that leads to a join.
    #[inline(always)]
    fn tell<F: Fn(u32) -> u32>(&self, from: u32, to: u32, lists: &mut Lists<'_, F>) {
        let (top, parent) = (self.tops[from as usize], self.numbering.parents[from as usize]);
        if from < to {
            self.note(to, from);
        } else if top < from && parent <= to {
            self.note(to, parent);
        } else if from > to {
            lists.add(self.joins.rank(to), if top > to { top } else { parent });
        }
    }

    /// Notes a semidominator that the true one is not above, and gives out what was known before.
    #[inline(always)]
    fn note(&self, to: u32, semidominator: u32) -> u32 {
        let lowest = &self.lowest[self.joins.rank(to)];
        let known = lowest.load(Relaxed);
        if semidominator < known { lowest.fetch_min(semidominator, Relaxed) } else { known }
    }

    fn targets(&self, node: u32) -> impl Iterator<Item = u32> {
        self.graph.edges(node).filter_map(|edge| self.graph.target(edge))
    }

    fn joined(&self, node: u32) -> impl Iterator<Item = u32> {
        self.targets(node).filter(|&target| self.join_nodes.contains(target as usize))
    }

    /// Sends for what will be read for the numbers to come. Rows, edges and what the edges lead to lie anywhere in
    /// memory: each has its turn before it is needed.
    #[inline(always)]
    fn expect(&self, number: u32, is_looked_at: impl Fn(u32) -> bool) {
        let Numbering { nodes, numbers, .. } = self.numbering;
        let after = |turns: usize| nodes.get(number as usize + turns).copied();
        if let Some(far) = after(3 * AHEAD) {
            self.graph.expect_row(far);
        }
        if let Some(near) = after(2 * AHEAD) {
            self.graph.expect_edges(near);
        }
        if let Some(next) = after(AHEAD) {
            let targets = self.targets(next).filter(|&target| is_looked_at(target));
            targets.for_each(|target| prefetch(numbers, target as usize));
        }
    }
}

/// Joins of which not all is known yet that edges from below the fork say, foreign ones aside.
///
/// Two threads close them. When one overwrites what the other did, a join is open again, which costs a look and changes
/// nothing.
struct Open(Vec<AtomicUsize>);

impl Open {
    fn new(joins: &FixedBitSet) -> Result<Self> {
        let mut words = memory::with_capacity(joins.as_slice().len(), "dominators")?;
        words.extend(joins.as_slice().iter().map(|&word| AtomicUsize::new(word)));
        Ok(Self(words))
    }

    const fn place(node: u32) -> (usize, usize) {
        (node as usize / usize::BITS as usize, 1 << (node % usize::BITS))
    }

    #[inline(always)]
    fn contains(&self, node: u32) -> bool {
        let (word, bit) = Self::place(node);
        self.0[word].load(Relaxed) & bit != 0
    }

    #[inline(always)]
    fn close(&self, node: u32) {
        let (word, bit) = Self::place(node);
        self.0[word].store(self.0[word].load(Relaxed) & !bit, Relaxed);
    }
}

/// Two stretches one after another, as two halves of about the same length.
fn halves([first, second]: [Range<u32>; 2]) -> [[Range<u32>; 2]; 2] {
    let half = (first.len() + second.len()) as u32 / 2;
    let border = half.min(first.len() as u32);
    let (in_first, in_second) = (first.start + border, second.start + (half - border));
    [[first.start..in_first, second.start..in_second], [in_first..first.end, in_second..second.end]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_share_all_of_two_stretches() {
        for first in 0..5 {
            for second in 0..5 {
                let halves = halves([3..3 + first, 20..20 + second]);
                let all: Vec<u32> = halves[0].iter().chain(&halves[1]).cloned().flatten().collect();
                let mut sorted = all.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (3..3 + first).chain(20..20 + second).collect::<Vec<_>>());
                let lengths = halves.map(|half| half.into_iter().flatten().count());
                assert!(lengths[0].abs_diff(lengths[1]) <= 1);
            }
        }
    }
}
