//! The first few of many, without keeping or sorting the many.

use crate::{error::Result, memory};

/// The first so many of what is put in, by order, in memory for about twice as many.
pub(crate) struct Most<T> {
    top: usize,
    kept: Vec<T>,
    /// What comes after this is not among them.
    limit: Option<T>,
}

impl<T: Ord + Copy> Most<T> {
    pub(crate) fn of(top: usize) -> Self {
        Self { top, kept: Vec::new(), limit: None }
    }

    /// How many are wanted.
    pub(crate) fn top(&self) -> usize {
        self.top
    }

    pub(crate) fn put(&mut self, one: T) -> Result<()> {
        if self.top == 0 || self.limit.is_some_and(|limit| one > limit) {
            return Ok(());
        }
        memory::push(&mut self.kept, one, "a question")?;
        if self.kept.len() >= self.top.saturating_mul(2).max(1 << 10) {
            self.kept.select_nth_unstable(self.top - 1);
            self.kept.truncate(self.top);
            self.limit = self.kept.last().copied();
        }
        Ok(())
    }

    /// Puts in what another one has kept.
    pub(crate) fn add(&mut self, other: Self) -> Result<()> {
        other.kept.into_iter().try_for_each(|one| self.put(one))
    }

    /// In order.
    pub(crate) fn finish(mut self) -> Vec<T> {
        self.kept.sort_unstable();
        self.kept.truncate(self.top);
        self.kept
    }
}
