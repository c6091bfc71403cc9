//! An array of numbers that is either ours or lies in an index.
//!
//! Code that computes fills a `Vec` and makes a column of it; code that asks reads a column and does not know where
//! its numbers are. [`Column::at`] touches one element, and of an index only the block it lies in; taken as a slice, a
//! column is read in full first.

use std::ops::Deref;

use super::view::View;

/// Types that are nothing but their bytes.
///
/// # Safety
/// Every bit pattern is a value of the type, it has no padding, and its size is a power of two of at most 64 bytes.
pub(crate) unsafe trait Plain: Copy + Send + Sync + 'static {}
// SAFETY: integers have no padding and no forbidden values.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl Plain for u16 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for u64 {}

/// The bytes of plain elements, in this machine's order.
pub(super) fn bytes_of<T: Plain>(elements: &[T]) -> &[u8] {
    // SAFETY: Plain types have no padding, so all bytes of the slice are initialised; a byte has no alignment.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast::<u8>(), size_of_val(elements)) }
}

/// A column of plain elements.
#[derive(Debug)]
pub(crate) enum Column<T: Plain> {
    /// Computed or read from the snapshot.
    Owned(Vec<T>),
    /// In an index, checked when it is touched.
    Indexed(View<T>),
}

impl<T: Plain> Column<T> {
    /// The element at `index`.
    ///
    /// # Panics
    /// When there is none.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> T {
        match self {
            Self::Owned(elements) => elements[index],
            Self::Indexed(view) => view.at(index),
        }
    }

    /// The element at `index`, if there is one.
    #[inline(always)]
    pub(crate) fn try_at(&self, index: usize) -> Option<T> {
        (index < self.len()).then(|| self.at(index))
    }

    /// Number of elements. Touches nothing.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Owned(elements) => elements.len(),
            Self::Indexed(view) => view.len(),
        }
    }

    /// Whether there are no elements.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements to write to, while the column is ours.
    ///
    /// # Panics
    /// When it lies in an index, where nothing is ever changed.
    pub(crate) fn owned_mut(&mut self) -> &mut Vec<T> {
        match self {
            Self::Owned(elements) => elements,
            Self::Indexed(_) => unreachable!("columns of an index are only read"),
        }
    }

    /// How many elements, of a column that is sorted by it, stand before the first that is not `before`. Of an index
    /// only the blocks that the search looks at are touched.
    pub(crate) fn partition_point(&self, before: impl Fn(T) -> bool) -> usize {
        match self {
            Self::Owned(elements) => elements.partition_point(|&element| before(element)),
            Self::Indexed(view) => {
                let (mut low, mut high) = (0, view.len());
                while low < high {
                    let middle = low + (high - low) / 2;
                    if before(view.at(middle)) { low = middle + 1 } else { high = middle }
                }
                low
            }
        }
    }

    /// The elements of a stretch. Of an index only the blocks it lies in are touched.
    ///
    /// # Panics
    /// When the stretch is not in the column.
    #[inline]
    pub(crate) fn stretch(&self, range: std::ops::Range<usize>) -> &[T] {
        match self {
            Self::Owned(elements) => &elements[range],
            Self::Indexed(view) => view.range(range),
        }
    }
}

impl<T: Plain> Default for Column<T> {
    fn default() -> Self {
        Self::Owned(Vec::new())
    }
}

impl<T: Plain> From<Vec<T>> for Column<T> {
    fn from(elements: Vec<T>) -> Self {
        Self::Owned(elements)
    }
}

impl<T: Plain> Deref for Column<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(elements) => elements,
            Self::Indexed(view) => view.whole(),
        }
    }
}
