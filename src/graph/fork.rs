//! Where the search tree spreads, and why edges from below that place mostly say the same.
//!
//! In a heap nearly everything hangs on a few variables, and the search finds it from one of them: a long way leads
//! from the root to a node, the *fork*, below which most nodes stand side by side. Millions of their edges lead to a
//! few nodes that all of them use: hidden classes, prototypes, the empty array. Of such an edge, what matters for the
//! semidominator of its end is the lowest semidominator on the way up from its start. As long as nothing on that way up
//! to the fork is entered from beyond the fork, the way says of an end before the fork what the fork itself says, and
//! of an end below another child of the fork that the fork is an ancestor that counts, and none lower is. So one
//! edge to each such end speaks for all.
//!
//! What is entered from beyond the fork is *foreign*, with all below it; edges from there are looked at one by one.

use std::{collections::BinaryHeap, ops::Range};

use crate::{
    error::{Error, Result},
    memory,
    monitor::Monitor,
};

/// A number of the search tree and those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fork {
    pub(super) number: u32,
    /// The first number after it that is not below it.
    pub(super) end: u32,
}

impl Fork {
    /// The deepest number that has at least half of all numbers below it or is one of them. `parents` are those of the
    /// search tree, each lower than its child.
    pub(super) fn of(parents: &[u32]) -> Self {
        let count = parents.len() as u32;
        let half = count.div_ceil(2);
        // It is the middle one or above it, else there would not be half of them left.
        let mut number = count / 2;
        for (other, &parent) in (number + 1..).zip(&parents[number as usize + 1..]) {
            while parent < number {
                if other - number >= half {
                    return Self { number, end: other };
                }
                number = parents[number as usize];
            }
        }
        while count - number < half {
            number = parents[number as usize];
        }
        Self { number, end: count }
    }

    /// Whether a number is below the fork.
    pub(super) const fn is_above(self, number: u32) -> bool {
        self.number < number && number < self.end
    }

    /// Where the branch begins that holds the number before this one; the fork's own number where none does.
    pub(super) fn branch_before(self, number: u32, parents: &[u32]) -> u32 {
        let mut branch = number.saturating_sub(1);
        if !self.is_above(branch) {
            return self.number;
        }
        while parents[branch as usize] != self.number {
            branch = parents[branch as usize];
        }
        branch
    }
}

/// Stretches of numbers below the fork that are foreign, ascending. May be more than there are, never less.
pub(super) struct Foreign {
    stretches: Vec<Range<u32>>,
}

impl Foreign {
    /// Finds them, beginning with what is entered from beyond the fork: `entered`, each once. `None` where so much is
    /// foreign that nothing is to be gained.
    ///
    /// `lead_on` is asked for each number once, with the head of its stretch, and gives out the numbers below the
    /// fork and before that head that its edges lead to and that were not known to be foreign.
    pub(super) fn find(
        fork: Fork,
        parents: &[u32],
        entered: Vec<u32>,
        mut lead_on: impl FnMut(u32, u32, &mut dyn FnMut(u32) -> Result<()>) -> Result<()>,
        monitor: &Monitor,
    ) -> Result<Option<Self>> {
        /// A pass over this share of the numbers is what it may cost.
        const SHARE: u32 = 16;
        let mut left = (fork.end - fork.number) / SHARE + 64;
        let mut heads = BinaryHeap::from(entered);
        // The highest first. What an edge leads to that enlarges the foreign stands before the head, so that a stretch
        // is gone over once, and what lies in a larger one is passed over there.
        let mut stretches: Vec<Range<u32>> = Vec::new();
        while let Some(head) = heads.pop() {
            let mut number = head;
            while number < fork.end && (number == head || parents[number as usize] >= head) {
                if let Some(inner) = stretches.pop_if(|stretch| stretch.start == number) {
                    number = inner.end;
                    continue;
                }
                if left == 0 || heads.len() > left as usize {
                    return Ok(None);
                }
                left -= 1;
                monitor.tick(number as usize)?;
                lead_on(number, head, &mut |other| {
                    heads.try_reserve(1).map_err(|_| Error::no_memory(heads.len() as u64 * 4, "dominators"))?;
                    heads.push(other);
                    Ok(())
                })?;
                number += 1;
            }
            memory::push(&mut stretches, head..number, "dominators")?;
        }
        stretches.reverse();
        Ok(Some(Self { stretches }))
    }

    /// Whether numbers that are asked for in ascending order are foreign.
    pub(super) fn holds(&self) -> impl FnMut(u32) -> bool {
        let mut rest = self.stretches.as_slice();
        move |number| {
            while let [first, others @ ..] = rest
                && first.end <= number
            {
                rest = others;
            }
            rest.first().is_some_and(|stretch| stretch.start <= number)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parents of a preorder: of each number one of those on the way up from the number before it.
    fn trees() -> impl Strategy<Value = Vec<u32>> {
        proptest::collection::vec(0..6_u32, 0..60).prop_map(|ups| {
            let mut parents = vec![0];
            for up in ups {
                let mut parent = parents.len() as u32 - 1;
                for _ in 0..up {
                    parent = parents[parent as usize];
                }
                parents.push(parent);
            }
            parents
        })
    }

    fn below(parents: &[u32], number: u32) -> u32 {
        let is_below = |mut other: u32| {
            while other > number {
                other = parents[other as usize];
            }
            other == number
        };
        (number..parents.len() as u32).take_while(|&other| is_below(other)).count() as u32
    }

    proptest! {
        #[test]
        fn the_fork_is_the_deepest_with_half_of_all(parents in trees()) {
            let count = parents.len() as u32;
            let deepest = (0..count).rfind(|&number| below(&parents, number) * 2 >= count).unwrap();
            let fork = Fork::of(&parents);
            prop_assert_eq!(fork, Fork { number: deepest, end: deepest + below(&parents, deepest) });
            for number in fork.number..fork.end {
                let before = number.saturating_sub(1);
                let mut branch = before;
                while fork.is_above(branch) && parents[branch as usize] != fork.number {
                    branch = parents[branch as usize];
                }
                let branch = if fork.is_above(branch) { branch } else { fork.number };
                prop_assert_eq!(fork.branch_before(number, &parents), branch);
            }
        }
    }
}
