//! Two numbers of a node in one word.
//!
//! Path compression, the search for dominators and the layout of their tree each need two numbers for a node, side by
//! side since they are read together, and the sums of sizes need 64 bits. In words all four use one piece of memory,
//! one after the other.

/// Two 32-bit numbers.
#[inline(always)]
pub(super) const fn pair(first: u32, second: u32) -> u64 {
    (first as u64) << 32 | second as u64
}

/// The first of the two.
#[inline(always)]
pub(super) const fn first(pair: u64) -> u32 {
    (pair >> 32) as u32
}

/// The second of the two.
#[inline(always)]
pub(super) const fn second(pair: u64) -> u32 {
    pair as u32
}
