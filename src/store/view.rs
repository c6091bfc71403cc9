//! A stretch of an index as an array, read and checked block by block, each when it is first touched.
//!
//! All the unsafe code of the index is here. It rests on two things. The memory is there and aligned for the element:
//! a mapping of the file, or as many zeroed words of our own, which blocks are read into. And nobody gets to see a
//! block before it is *ready*: filled, held against its checksum, and never written again; the bit that says so is set
//! with `Release` under a lock and read with `Acquire`.

use std::{
    fmt,
    marker::PhantomData,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use memmap2::Mmap;
use rayon::prelude::*;

use super::{BLOCK, backing::Backing, checksum, column::Plain, damage};
use crate::{error::Result, memory};

/// What all numbers of a section must obey besides their checksum, since others rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Nothing.
    Any,
    /// 32-bit numbers below this.
    Below(u32),
    /// 32-bit numbers that never fall and never pass this.
    Rising(u32),
}

impl Rule {
    fn holds(self, bytes: &[u8]) -> bool {
        let numbers = || bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        match self {
            Self::Any => true,
            Self::Below(limit) => numbers().max().is_none_or(|highest| highest < limit),
            Self::Rising(limit) => {
                let (falls, last) =
                    numbers().fold((0, 0), |(falls, last), number| (falls | u32::from(number < last), number));
                falls == 0 && last <= limit
            }
        }
    }
}

/// The checksums of a section's blocks: those of all sections, and where these begin.
#[derive(Clone)]
pub(super) struct Checksums {
    pub(super) all: Arc<[u64]>,
    pub(super) first: usize,
}

/// A section that is read on touch.
pub(super) struct Stretch {
    memory: Memory,
    from: Backing,
    offset: u64,
    len: usize,
    /// Checksums of the blocks; none for what has none, the text of the snapshot itself.
    checksums: Option<Checksums>,
    rule: Rule,
    ready: Box<[AtomicU64]>,
    /// Blocks that are not ready.
    left: AtomicUsize,
    locks: [Mutex<()>; 16],
}

enum Memory {
    /// In place. The range was checked against the length of the mapping.
    Mapped(Arc<Mmap>),
    /// Words of our own.
    Own(Vec<AtomicU64>),
}

/// Blocks that are asked of the system at once, where all are wanted.
const TOGETHER: usize = (1 << 20) / BLOCK;

impl Stretch {
    /// A stretch of `len` bytes at `offset`, which the caller has seen to lie within `from`, aligned for its elements.
    pub(super) fn new(
        from: Backing,
        offset: u64,
        len: usize,
        checksums: Option<Checksums>,
        rule: Rule,
    ) -> Result<Self> {
        let memory = match from.map() {
            Some(map) => Memory::Mapped(Arc::clone(map)),
            None => Memory::Own(memory::zeroed(len.div_ceil(8), "the index")?),
        };
        let blocks = len.div_ceil(BLOCK);
        let ready = memory::zeroed(blocks.div_ceil(64), "the index")?.into_boxed_slice();
        let locks = std::array::from_fn(|_| Mutex::new(()));
        Ok(Self { memory, from, offset, len, checksums, rule, ready, left: AtomicUsize::new(blocks), locks })
    }

    /// The first byte.
    #[inline]
    fn base(&self) -> *const u8 {
        match &self.memory {
            // SAFETY: `offset` lies within the mapping, as the constructor's caller has seen.
            Memory::Mapped(map) => unsafe { map.as_ptr().add(self.offset as usize) },
            Memory::Own(words) => words.as_ptr().cast(),
        }
    }

    /// The first element. Sections are aligned for every element, as [`View::new`] makes sure of.
    #[inline]
    fn elements<T: Plain>(&self) -> *const T {
        self.base().cast()
    }

    #[inline]
    fn is_ready(&self, block: usize) -> bool {
        self.ready[block / 64].load(Ordering::Acquire) >> (block % 64) & 1 == 1
    }

    /// Sees to it that a block is ready; unwinds when it cannot be.
    #[inline]
    fn need(&self, block: usize) {
        if !self.is_ready(block) {
            self.fetch(block);
        }
    }

    #[cold]
    fn fetch(&self, block: usize) {
        let _alone = self.locks[block % self.locks.len()].lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_ready(block) {
            return;
        }
        let start = block * BLOCK;
        let len = BLOCK.min(self.len - start);
        let bytes = match &self.memory {
            // SAFETY: the block lies within the stretch, and that within the mapping.
            Memory::Mapped(_) => unsafe { std::slice::from_raw_parts(self.base().add(start), len) },
            Memory::Own(words) => {
                // SAFETY: the block lies within the words, which are atomics and may be written through a shared
                // reference. Nobody else writes to this block, for its lock is ours; nobody reads it, for it is not
                // ready.
                let buffer =
                    unsafe { std::slice::from_raw_parts_mut(words.as_ptr().cast_mut().cast::<u8>().add(start), len) };
                if self.from.read_exact_at(buffer, self.offset + start as u64).is_err() {
                    damage::unwind();
                }
                &*buffer
            }
        };
        let as_written = self.checksums.as_ref().is_none_or(|sums| sums.all[sums.first + block] == checksum(bytes));
        if !as_written || !self.rule.holds(bytes) {
            damage::unwind();
        }
        self.ready[block / 64].fetch_or(1 << (block % 64), Ordering::Release);
        self.left.fetch_sub(1, Ordering::Release);
    }

    fn need_all(&self) {
        if self.left.load(Ordering::Acquire) == 0 {
            return;
        }
        let blocks = self.len.div_ceil(BLOCK);
        let together = |first: usize| {
            #[cfg(target_os = "linux")]
            if let Memory::Mapped(map) = &self.memory {
                // One call instead of a fault for every few pages. Older kernels refuse; then the pages come one by one.
                let (start, len) = (first * BLOCK, (TOGETHER * BLOCK).min(self.len - first * BLOCK));
                let _ = map.advise_range(memmap2::Advice::PopulateRead, self.offset as usize + start, len);
            }
            (first..blocks.min(first + TOGETHER)).for_each(|block| self.need(block));
        };
        if blocks <= TOGETHER {
            together(0);
        } else {
            (0..blocks.div_ceil(TOGETHER)).into_par_iter().for_each(|piece| together(piece * TOGETHER));
        }
        if matches!(self.rule, Rule::Rising(_)) && !self.rises_between_blocks() {
            damage::unwind();
        }
    }

    /// Whether numbers that must not fall do not fall from one block to the next. All blocks are ready.
    fn rises_between_blocks(&self) -> bool {
        let numbers = self.len / 4;
        // SAFETY: all blocks are ready; sections are aligned for every element, and so for those of four bytes that this
        // rule is about.
        let numbers = unsafe { std::slice::from_raw_parts(self.elements::<u32>(), numbers) };
        (BLOCK / 4..numbers.len()).step_by(BLOCK / 4).all(|first| numbers[first - 1] <= numbers[first])
    }
}

impl fmt::Debug for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {}", self.len, self.offset)
    }
}

/// An array that lies in an index.
#[derive(Debug)]
pub(crate) struct View<T> {
    stretch: Arc<Stretch>,
    len: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        Self { stretch: Arc::clone(&self.stretch), len: self.len, of: PhantomData }
    }
}

impl<T: Plain> View<T> {
    /// The elements of a stretch whose start is aligned for them and whose length is a multiple of theirs.
    pub(super) fn new(stretch: Arc<Stretch>) -> Self {
        const { assert!(BLOCK.is_multiple_of(size_of::<T>()) && align_of::<T>() <= 8) };
        assert!(stretch.elements::<T>().is_aligned() && stretch.len.is_multiple_of(size_of::<T>()));
        Self { len: stretch.len / size_of::<T>(), stretch, of: PhantomData }
    }

    /// Number of elements.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The element at `index`; panics when there is none.
    // Not inlined: columns that are ours are the usual case, and their loops should stay small.
    #[inline(never)]
    pub(crate) fn at(&self, index: usize) -> T {
        assert!(index < self.len, "element {index} of {}", self.len);
        self.stretch.need(index * size_of::<T>() / BLOCK);
        // SAFETY: the element lies within the stretch and its block is ready; the base is aligned for T, and every bit
        // pattern is a T.
        unsafe { self.stretch.elements::<T>().add(index).read() }
    }

    /// The elements of a range; panics when it is not within the view.
    pub(crate) fn range(&self, range: Range<usize>) -> &[T] {
        assert!(range.start <= range.end && range.end <= self.len, "elements {range:?} of {}", self.len);
        let bytes = range.start * size_of::<T>()..range.end * size_of::<T>();
        (bytes.start / BLOCK..bytes.end.div_ceil(BLOCK)).for_each(|block| self.stretch.need(block));
        // SAFETY: the range lies within the stretch, all of its blocks are ready and never written again; the base is
        // aligned for T, and every bit pattern is a T.
        unsafe { std::slice::from_raw_parts(self.stretch.elements::<T>().add(range.start), range.len()) }
    }

    /// All elements.
    #[inline]
    pub(crate) fn whole(&self) -> &[T] {
        self.stretch.need_all();
        // SAFETY: all blocks are ready and never written again; the base is aligned for T, and every bit pattern is a T.
        unsafe { std::slice::from_raw_parts(self.stretch.elements::<T>(), self.len) }
    }
}

impl View<u8> {
    /// The text of a stretch that carries no checksums of ours, since it is not ours: a part of the snapshot itself.
    /// `ERR_HEAP_NO_MEMORY`; `None` when the range is not within it.
    pub(crate) fn of_file(from: &Backing, range: Range<u64>) -> Result<Option<Self>> {
        let within = from.len().is_ok_and(|len| range.start <= range.end && range.end <= len);
        let Some(len) = usize::try_from(range.end.wrapping_sub(range.start)).ok().filter(|_| within) else {
            return Ok(None);
        };
        Ok(Some(Self::new(Arc::new(Stretch::new(from.clone(), range.start, len, None, Rule::Any)?))))
    }
}
