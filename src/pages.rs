//! Where the addon's large arrays lie: each in a mapping of its own, on large pages where the system has them.
//!
//! Fresh memory costs a page fault for every 4 KiB, and a heap's columns are tens of thousands of those; on pages of 2 MiB
//! they are some dozens, and a walk in no order finds more of its addresses in the processor's table. And the allocator of
//! the C library keeps what is freed for the thread that had it, for good: of a heap that a server has closed a third
//! would stay. What is mapped goes back at once. Smaller pieces are the C library's as always.
//!
//! Only in the addon on Linux: tests, benches, fuzzing and whoever links the engine keep the allocator they chose.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    ptr,
};

/// Size of a large page on the processors that there are binaries for, where base pages are of 4 KiB.
const PAGE: usize = 2 << 20;
/// From so many bytes on an array has a mapping: half a page may lie idle at its end, untouched.
const LARGE: usize = 2 << 20;

/// The allocator.
pub(crate) struct Pages;

#[cfg(feature = "node")]
#[global_allocator]
static PAGES: Pages = Pages;

fn is_mapped(size: usize) -> bool {
    size >= LARGE
}

/// The length of the mapping for so many bytes. A layout's size is below half of what there are numbers for.
fn length(size: usize) -> usize {
    size.next_multiple_of(PAGE)
}

/// Zeros, from the beginning of a large page on; null where the system has none to give.
fn map(size: usize) -> *mut u8 {
    let length = length(size);
    // A page more, of which what stands before the first beginning of a large page, and behind, is given back.
    let Some(reserved) = length.checked_add(PAGE) else { return ptr::null_mut() };
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping at a place that the system chooses touches nothing that is in use.
    let start = unsafe { libc::mmap(ptr::null_mut(), reserved, protection, flags, -1, 0) };
    if start == libc::MAP_FAILED {
        return ptr::null_mut();
    }
    let start = start.cast::<u8>();
    let before = start.addr().next_multiple_of(PAGE) - start.addr();
    // SAFETY: `before` is less than a page, and the mapping is at least one page long.
    let first = unsafe { start.add(before) };
    // SAFETY: `before + length` is at most `reserved`, the length of the mapping.
    let behind = unsafe { first.add(length) };
    let after = reserved - before - length;
    // SAFETY: both are parts of the mapping just made that nobody has been given, and whole base pages, since mappings
    // begin and end with those. The advice changes no contents; a refusal costs time only.
    unsafe {
        if before > 0 {
            libc::munmap(start.cast(), before);
        }
        if after > 0 {
            libc::munmap(behind.cast(), after);
        }
        libc::madvise(first.cast(), length, libc::MADV_HUGEPAGE);
    }
    first
}

// SAFETY: what is smaller than `LARGE` is the system allocator's in every function, by the same sizes. What is not has a
// mapping of its own, as long as `length` says, which is that of its size whenever it is asked: `realloc` goes from one
// to the other by a copy. A mapping begins with a page of 2 MiB, so every alignment up to that is met; greater ones are
// refused. No function unwinds.
unsafe impl GlobalAlloc for Pages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_mapped(layout.size()) {
            // SAFETY: the caller's layout, passed on.
            return unsafe { self.alloc_zeroed(layout) };
        }
        // SAFETY: the caller's layout, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !is_mapped(layout.size()) {
            // SAFETY: the caller's layout, passed on.
            return unsafe { System.alloc_zeroed(layout) };
        }
        if layout.align() > PAGE { ptr::null_mut() } else { map(layout.size()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if !is_mapped(layout.size()) {
            // SAFETY: memory of this layout is the system allocator's, as above.
            return unsafe { System.dealloc(memory, layout) };
        }
        // SAFETY: memory of this layout is a mapping of this length that is the caller's alone.
        unsafe { libc::munmap(memory.cast(), length(layout.size())) };
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match (is_mapped(layout.size()), is_mapped(size)) {
            // SAFETY: memory of this layout is the system allocator's, and what becomes of it will be.
            (false, false) => unsafe { System.realloc(memory, layout, size) },
            (true, true) => {
                let (old, new) = (length(layout.size()), length(size));
                if old == new {
                    return memory;
                }
                // SAFETY: memory of this layout is a mapping of the length `old` that is the caller's alone; it gets
                // shorter, or longer at whatever place the system finds, with its contents.
                let moved = unsafe { libc::mremap(memory.cast(), old, new, libc::MREMAP_MAYMOVE) };
                if moved == libc::MAP_FAILED { ptr::null_mut() } else { moved.cast() }
            }
            _ => {
                // SAFETY: the caller says that the new size and the alignment make a layout.
                let other = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
                if !other.is_null() {
                    // SAFETY: the old memory and the new are two, each at least as long as the shorter of the sizes.
                    unsafe { ptr::copy_nonoverlapping(memory, other, layout.size().min(size)) };
                    // SAFETY: memory of this layout is the caller's, who asked for it to be replaced.
                    unsafe { self.dealloc(memory, layout) };
                }
                other
            }
        }
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    /// Grows and shrinks over the border between the two kinds of memory, and holds the contents against what they were.
    #[test]
    fn contents_survive_every_change_of_size() {
        let sizes = [1 << 10, LARGE - 1, LARGE, 3 * PAGE + 5, 3 * PAGE + 6, 9 * PAGE, PAGE + 1, LARGE - 8, 64];
        let byte = |index: usize| (index * 31 % 251) as u8;
        let mut layout = Layout::from_size_align(sizes[0], 64).unwrap();
        // SAFETY: the layout has a size.
        let mut memory = unsafe { Pages.alloc(layout) };
        let mut known = 0;
        for size in sizes {
            // SAFETY: the memory is of this layout, and the new size is not zero.
            memory = unsafe { Pages.realloc(memory, layout, size) };
            layout = Layout::from_size_align(size, 64).unwrap();
            assert!(!memory.is_null() && memory.addr().is_multiple_of(64));
            for index in 0..known.min(size) {
                // SAFETY: the index is below the size.
                assert_eq!(unsafe { memory.add(index).read() }, byte(index), "{index} of {size}");
            }
            for index in known.min(size)..size {
                // SAFETY: the index is below the size.
                unsafe { memory.add(index).write(byte(index)) };
            }
            known = size;
        }
        // SAFETY: the memory is of this layout.
        unsafe { Pages.dealloc(memory, layout) };
    }

    #[test]
    fn mapped_memory_is_zero_and_begins_with_a_page() {
        let layout = Layout::from_size_align(5 * PAGE - 3, 8).unwrap();
        for _ in 0..3 {
            // SAFETY: the layout has a size.
            let memory = unsafe { Pages.alloc_zeroed(layout) };
            assert!(!memory.is_null() && memory.addr().is_multiple_of(PAGE));
            // SAFETY: it is as long as the layout says, and nothing else writes to it.
            let bytes = unsafe { std::slice::from_raw_parts_mut(memory, layout.size()) };
            assert!(bytes.iter().all(|&byte| byte == 0));
            bytes.fill(1);
            // SAFETY: the memory is of this layout.
            unsafe { Pages.dealloc(memory, layout) };
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let huge = Layout::from_size_align(isize::MAX as usize - PAGE, 1).unwrap();
        // SAFETY: the layout has a size.
        assert!(unsafe { Pages.alloc(huge) }.is_null());
        let wide = Layout::from_size_align(2 * PAGE, 2 * PAGE).unwrap();
        // SAFETY: likewise.
        assert!(unsafe { Pages.alloc(wide) }.is_null());
    }
}
