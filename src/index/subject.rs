//! What a question is about: a source, and whether and where it may have an index.

use super::{Keeper, Place};
use crate::snapshot::Source;

/// A snapshot to ask about.
#[derive(Debug)]
pub struct Subject {
    pub(super) source: Source,
    pub(super) indexing: Option<Indexing>,
}

/// How a snapshot's index is to be used.
#[derive(Debug, Clone)]
pub struct Indexing {
    /// Where it is.
    pub place: Place,
    /// Snapshots of fewer bytes get no index; one that is there is used.
    pub smallest: u64,
    /// Who writes it after the answer; without one it is written before the answer is given.
    pub keeper: Option<Keeper>,
}

impl Subject {
    /// A snapshot whose index may be used and written. Only files have one.
    #[must_use]
    pub fn indexed(source: Source, indexing: Indexing) -> Self {
        Self { source, indexing: Some(indexing) }
    }
}

impl From<Source> for Subject {
    /// A snapshot that is read whatever lies beside it.
    fn from(source: Source) -> Self {
        Self { source, indexing: None }
    }
}
