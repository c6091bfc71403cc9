//! Memory that goes from stage to stage.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    error::Result,
    memory::{with_capacity, zeroed},
};

/// Columns that a stage has done with and that a later one can have.
///
/// Fresh memory costs a page fault for every 4 KiB, which for a column is more than most passes over it. The columns of
/// a heap have one length, so that what one stage leaves fits the next. Nothing is kept beyond [`Spare::during`].
#[derive(Debug, Default)]
pub(crate) struct Spare {
    columns: Kept<u32>,
    wide: Kept<u64>,
    /// Stages that are under way.
    users: AtomicUsize,
}

/// Columns of one type.
type Kept<T> = Mutex<Vec<Vec<T>>>;

/// The kept column that has room for `len` elements and least beyond them.
fn find<T>(kept: &Kept<T>, len: usize) -> Option<Vec<T>> {
    let mut columns = locked(kept);
    let room = |(_, column): &(usize, &Vec<T>)| column.capacity();
    let (index, _) = columns.iter().enumerate().filter(|(_, column)| column.capacity() >= len).min_by_key(room)?;
    Some(columns.swap_remove(index))
}

fn locked<T>(kept: &Kept<T>) -> MutexGuard<'_, Vec<Vec<T>>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives memory back that is as large as a column. The system takes a while over that, and nobody needs to wait: it is
/// done by whichever thread has nothing else to do.
pub(crate) fn let_go<T: Send + 'static>(memory: T) {
    rayon::spawn(|| drop(memory));
}

impl Spare {
    /// Does work in stages that leave columns for each other.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Also when the work ends by a panic.
        struct Use<'a>(&'a Spare);
        impl Drop for Use<'_> {
            fn drop(&mut self) {
                if self.0.users.fetch_sub(1, Ordering::AcqRel) == 1 {
                    let_go(std::mem::take(&mut *locked(&self.0.columns)));
                    let_go(std::mem::take(&mut *locked(&self.0.wide)));
                }
            }
        }
        self.users.fetch_add(1, Ordering::AcqRel);
        let _use = Use(self);
        work()
    }

    /// An empty vector with room for `len` elements.
    pub(crate) fn take(&self, len: usize, what: &'static str) -> Result<Vec<u32>> {
        match find(&self.columns, len) {
            Some(column) => Ok(column),
            None => with_capacity(len, what),
        }
    }

    /// A vector of `len` zeros.
    pub(crate) fn zeroed(&self, len: usize, what: &'static str) -> Result<Vec<u32>> {
        match find(&self.columns, len) {
            Some(mut column) => {
                column.resize(len, 0);
                Ok(column)
            }
            None => zeroed(len, what),
        }
    }

    /// Leaves a column for others.
    pub(crate) fn give(&self, mut column: Vec<u32>) {
        if self.users.load(Ordering::Acquire) > 0 {
            column.clear();
            locked(&self.columns).push(column);
        }
    }

    /// As [`Self::take`], of 64-bit numbers.
    pub(crate) fn take_wide(&self, len: usize, what: &'static str) -> Result<Vec<u64>> {
        match find(&self.wide, len) {
            Some(column) => Ok(column),
            None => with_capacity(len, what),
        }
    }

    /// As [`Self::give`], of 64-bit numbers.
    pub(crate) fn give_wide(&self, mut column: Vec<u64>) {
        if self.users.load(Ordering::Acquire) > 0 {
            column.clear();
            locked(&self.wide).push(column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_used_again_while_work_goes_on_and_not_kept_after() {
        let spare = Spare::default();
        spare.give(vec![1; 100]);
        assert!(locked(&spare.columns).is_empty(), "nobody is at work");
        spare.during(|| {
            spare.give(vec![1; 100]);
            spare.give(vec![2; 50]);
            assert!(spare.take(101, "test").unwrap().capacity() >= 101);
            let zeros = spare.zeroed(40, "test").unwrap();
            assert!(zeros.iter().all(|&value| value == 0) && zeros.len() == 40);
            assert!(zeros.capacity() < 100, "the smaller one that fits");
            assert_eq!(spare.take(100, "test").unwrap().len(), 0);
            spare.give_wide(spare.take_wide(10, "test").unwrap());
            spare.during(|| ());
            assert_eq!(locked(&spare.wide).len(), 1, "another use ended, this one did not");
        });
        assert!(locked(&spare.wide).is_empty());
    }
}
