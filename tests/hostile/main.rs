//! Hostile input at length: cut at every byte, damaged in a hundred thousand ways, shaped to hurt, stopped at any moment.
//!
//! A binary of its own, since it counts every byte that is asked for, and one test at a time, since it measures. `cargo
//! test` runs small numbers; `HEAP_ANALYZER_FULL_TESTS=1` (`npm run test:full`) the whole ones.

#[path = "../../fuzz/src/lib.rs"]
#[expect(clippy::missing_panics_doc, reason = "a panic is how a target speaks")]
pub mod fuzz;

mod cancel;
mod clock;
mod counting;
mod mutations;
mod reading;
mod shapes;
mod synthetic;
mod truncation;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Whether the long run was asked for.
fn is_full() -> bool {
    std::env::var_os("HEAP_ANALYZER_FULL_TESTS").is_some()
}

/// A number for every day, and one for the long run.
fn tier<T>(quick: T, full: T) -> T {
    if is_full() { full } else { quick }
}

/// Held by each test: what is measured is measured alone.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}
