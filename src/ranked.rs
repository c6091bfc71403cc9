//! Sets of numbers that know how many of their members are lower than one.
//!
//! What is to be kept for some nodes only stands by their rank in such a set: a bit a node and a sum for every 64.

use fixedbitset::FixedBitSet;

use crate::{error::Result, memory};

/// A set of numbers, and their ranks.
#[derive(Debug)]
pub(crate) struct Ranked {
    set: FixedBitSet,
    /// How many of them stand before each word of the set.
    before: Vec<u32>,
}

impl Ranked {
    pub(crate) fn new(set: FixedBitSet, what: &'static str) -> Result<Self> {
        let mut before = memory::with_capacity(set.as_slice().len(), what)?;
        let mut sum = 0;
        for word in set.as_slice() {
            before.push(sum);
            sum += word.count_ones();
        }
        Ok(Self { set, before })
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        self.set.contains(number)
    }

    /// All of them, in order.
    pub(crate) fn numbers(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.set.ones()
    }

    /// How many are lower than this one, which is no higher than the highest number that the set has room for.
    #[inline(always)]
    pub(crate) fn rank(&self, number: u32) -> usize {
        let (word, bit) = (number as usize / usize::BITS as usize, number % usize::BITS);
        let lower = self.set.as_slice()[word] & ((1 << bit) - 1);
        (self.before[word] + lower.count_ones()) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_the_number_of_lower_members() {
        let members = [0, 1, 5, 63, 64, 65, 127, 128, 700];
        let mut set = FixedBitSet::with_capacity(1000);
        members.into_iter().for_each(|member| set.insert(member));
        let ranked = Ranked::new(set, "test").unwrap();
        assert_eq!(ranked.numbers().collect::<Vec<_>>(), members);
        for number in 0..1000 {
            assert_eq!(ranked.rank(number), members.iter().filter(|&&member| member < number as usize).count());
            assert_eq!(ranked.contains(number as usize), members.contains(&(number as usize)));
        }
    }
}
