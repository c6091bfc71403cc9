//! Text that a snapshot keeps for as long as it lives: in memory or mapped as it was read, or, where it was opened
//! through an index, fetched when it is asked for.

use super::input::Kept;
use crate::store::View;

/// A part of a snapshot's text.
#[derive(Debug)]
pub(crate) enum Text {
    /// As it was read.
    Kept(Kept),
    /// In an index, or in the file that the index is of.
    Indexed(View<u8>),
}

impl Text {
    /// All of it.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Kept(kept) => kept.bytes(),
            Self::Indexed(view) => view.whole(),
        }
    }

    /// What begins at `start` and is known to end before `end()`. More may follow.
    #[inline]
    pub(crate) fn from(&self, start: usize, end: impl FnOnce() -> usize) -> &[u8] {
        match self {
            Self::Kept(kept) => &kept.bytes()[start..],
            Self::Indexed(view) => view.range(start..end()),
        }
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Kept(kept) => kept.bytes().len(),
            Self::Indexed(view) => view.len(),
        }
    }
}
