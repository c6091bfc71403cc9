//! Two numbers that must never be mixed up, each with its type.

use std::fmt;

/// Position of a node in the snapshot: 0-based, dense, meaningful in one file only. The "ordinal" of the format.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct NodeId(pub u32);

// SAFETY: it is a `u32` and nothing else.
unsafe impl crate::store::Plain for NodeId {}

impl NodeId {
    /// As an index into per-node columns.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The node at an index that is known to be below 2^32.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        debug_assert!(u32::try_from(index).is_ok());
        Self(index as u32)
    }
}

/// V8's identity of an object: the same object has the same id in every snapshot of one process. Shown as `@123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct ObjectId(pub u32);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.0)
    }
}
