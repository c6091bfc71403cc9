//! Many lists that are filled at once.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::prefetch::{AHEAD, prefetch};

/// Turns that an entry waits for.
const SOON: usize = 2 * AHEAD;

/// Lists that grow at one of their ends.
///
/// What is added waits for a few turns, in which the end of its list comes near: most lists are short, and each is
/// somewhere else in memory.
pub(super) struct Lists<'a, F> {
    entries: &'a [AtomicU32],
    ends: &'a mut [u32],
    /// Where an end is after one more entry.
    moved: F,
    /// Ranks and entries, in a ring; an entry of 0 is none.
    soon: [(u32, u32); SOON],
    oldest: usize,
}

impl<'a, F: Fn(u32) -> u32> Lists<'a, F> {
    pub(super) fn new(entries: &'a [AtomicU32], ends: &'a mut [u32], moved: F) -> Self {
        Self { entries, ends, moved, soon: [(0, 0); SOON], oldest: 0 }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, rank: usize, from: u32) {
        prefetch(self.ends, rank);
        let (rank, from) = std::mem::replace(&mut self.soon[self.oldest], (rank as u32, from));
        self.oldest = (self.oldest + 1) % SOON;
        if from != 0 {
            let end = &mut self.ends[rank as usize];
            let moved = (self.moved)(*end);
            // Whichever way the list grows, the entry stands at the lower of the two.
            self.entries[moved.min(*end) as usize].store(from, Relaxed);
            *end = moved;
        }
    }

    pub(super) fn finish(mut self) {
        for _ in 0..SOON {
            self.add(0, 0);
        }
    }
}
