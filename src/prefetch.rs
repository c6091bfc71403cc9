//! Telling the processor early which elements a pass is going to read.
//!
//! A walk through the graph reads at a new place for every node, and most of its time is waiting for memory. Where the
//! nodes to come are known (they stand in a queue or in an order), their rows can be on the way while others are
//! worked on. A hint changes no result, and where there is no such instruction it is nothing.

/// Nodes that lie between the one at work and the one whose row is sent for: long enough for memory to answer, short
/// enough for the row to be still there.
pub(crate) const AHEAD: usize = 16;

/// Sends for the element at `index`; an index past the end is sent for in vain.
#[inline(always)]
pub(crate) fn prefetch<T>(elements: &[T], index: usize) {
    let place = elements.as_ptr().wrapping_add(index);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: the instruction reads nothing that the program could see, and an address that is not ours does no harm.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(place.cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = place;
}
