//! Allocation that can be refused.
//!
//! A failed allocation aborts a Rust process, and this code runs inside other people's servers: every array
//! whose length comes from a snapshot is therefore asked for here and answers `ERR_HEAP_NO_MEMORY` instead.

use std::{
    alloc::{Layout, alloc_zeroed},
    sync::atomic::{AtomicU16, AtomicU32, AtomicU64},
};

use crate::error::{Error, Result};

/// Types for which all-zero bytes are a valid value.
///
/// # Safety
/// Implement only for types whose every bit pattern of zeros is a value of the type.
pub(crate) unsafe trait Zeroable {}
// SAFETY: zero is a value of every integer type.
unsafe impl Zeroable for u8 {}
// SAFETY: as above.
unsafe impl Zeroable for u32 {}
// SAFETY: as above.
unsafe impl Zeroable for i32 {}
// SAFETY: as above.
unsafe impl Zeroable for u64 {}
// SAFETY: an atomic integer is that integer in memory.
unsafe impl Zeroable for AtomicU16 {}
// SAFETY: as above.
unsafe impl Zeroable for AtomicU32 {}
// SAFETY: as above.
unsafe impl Zeroable for AtomicU64 {}

/// `len` zeros in pages the system hands out on first touch, so that parallel writers also share the page faults.
pub(crate) fn zeroed<T: Zeroable>(len: usize, what: &'static str) -> Result<Vec<T>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    let too_much = || Error::no_memory((len as u64).saturating_mul(size_of::<T>() as u64), what);
    let layout = Layout::array::<T>(len).map_err(|_| too_much())?;
    // SAFETY: the layout has a size above zero, since `len` is and no Zeroable type is empty.
    let pointer = unsafe { alloc_zeroed(layout) };
    if pointer.is_null() {
        return Err(too_much());
    }
    #[expect(clippy::same_length_and_capacity, reason = "exactly `len` elements were allocated just above")]
    // SAFETY: the pointer comes from the global allocator with exactly this layout, and T: Zeroable makes all
    // `len` zeroed elements valid values.
    let values = unsafe { Vec::from_raw_parts(pointer.cast::<T>(), len, len) };
    Ok(values)
}

/// `len` copies of `value`.
pub(crate) fn filled<T: Copy>(len: usize, value: T, what: &'static str) -> Result<Vec<T>> {
    let mut values = with_capacity(len, what)?;
    values.resize(len, value);
    Ok(values)
}

/// An empty vector with room for `len` elements.
pub(crate) fn with_capacity<T>(len: usize, what: &'static str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values
        .try_reserve_exact(len)
        .map_err(|_| Error::no_memory((len as u64).saturating_mul(size_of::<T>() as u64), what))?;
    Ok(values)
}

/// Makes a vector longer, with zeros. Its memory is moved by the system where it is large, not copied.
pub(crate) fn lengthen<T: Zeroable + Copy + Default>(
    values: &mut Vec<T>,
    len: usize,
    what: &'static str,
) -> Result<()> {
    if values.is_empty() {
        *values = zeroed(len, what)?;
        return Ok(());
    }
    let more = len.saturating_sub(values.len());
    values
        .try_reserve_exact(more)
        .map_err(|_| Error::no_memory((len as u64).saturating_mul(size_of::<T>() as u64), what))?;
    values.resize(len.max(values.len()), T::default());
    Ok(())
}

/// Appends bytes to a vector whose length nobody knows beforehand. It grows by halves, so that little lies idle.
pub(crate) fn append(values: &mut Vec<u8>, bytes: &[u8], what: &'static str) -> Result<()> {
    if values.capacity() - values.len() < bytes.len() {
        let more = bytes.len().max(values.len() / 2);
        values.try_reserve_exact(more).map_err(|_| Error::no_memory((values.len() + more) as u64, what))?;
    }
    values.extend_from_slice(bytes);
    Ok(())
}

/// Appends to a vector whose length nobody knows beforehand.
pub(crate) fn push<T>(values: &mut Vec<T>, value: T, what: &'static str) -> Result<()> {
    if values.len() == values.capacity() {
        let more = values.len().max(64);
        values
            .try_reserve_exact(more)
            .map_err(|_| Error::no_memory((more as u64).saturating_mul(size_of::<T>() as u64), what))?;
    }
    values.push(value);
    Ok(())
}

/// Appends copies to a vector.
pub(crate) fn extend<T: Copy>(values: &mut Vec<T>, more: &[T], what: &'static str) -> Result<()> {
    values
        .try_reserve(more.len())
        .map_err(|_| Error::no_memory((more.len() as u64).saturating_mul(size_of::<T>() as u64), what))?;
    values.extend_from_slice(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn zeroed_memory_is_zero_and_its_own() {
        let mut values = zeroed::<u32>(1000, "test").unwrap();
        assert!(values.iter().all(|&v| v == 0));
        values.push(7);
        assert_eq!(values.len(), 1001);
        assert!(zeroed::<u64>(0, "test").unwrap().is_empty());
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri stops at what a real allocator refuses")]
    fn absurd_sizes_are_refused_not_fatal() {
        assert_eq!(zeroed::<u64>(usize::MAX / 4, "test").unwrap_err().code(), Code::NoMemory);
        assert_eq!(with_capacity::<u64>(usize::MAX / 16, "test").unwrap_err().code(), Code::NoMemory);
    }
}
