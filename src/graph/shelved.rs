//! What is known of a heap, put into an index and taken out again.

use super::HeapGraph;
use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::Snapshot,
    store::{Shelf, Tag, Writer},
};

impl HeapGraph {
    /// Adds what is known, but for what `is_there` already.
    pub(crate) fn save<'a>(&'a self, _writer: &mut Writer<'a>, _is_there: impl Fn(Tag) -> bool) {
        let _ = self;
    }

    /// Whether something is known that an index does not have.
    pub(crate) fn knows_more_than(&self, shelf: &Shelf) -> bool {
        let mut writer = Writer::default();
        self.save(&mut writer, |tag| shelf.has(tag));
        !writer.is_empty()
    }

    /// The heap of a snapshot, with what an index knows of it. `None` when that is not as it should be.
    pub(crate) fn load(snapshot: Snapshot, _shelf: &Shelf, monitor: &Monitor) -> Result<Option<Self>> {
        Self::new(snapshot, monitor).map(Some)
    }
}
