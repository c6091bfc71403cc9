//! What is still to be written when the answer is there.
//!
//! Whoever waits for an answer does not wait for its index: the question leaves what it found out with a keeper, and the
//! command line has it written when the answer is printed. Without a keeper it is written at once.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Place,
    question::{Stored, add_answers},
};
use crate::{
    graph::HeapGraph,
    monitor::Monitor,
    snapshot,
    store::{self, Backing, Identity, Shelf, Stamp, Writer},
};

/// Indexes that are to be written. Cheap to clone; clones are one.
#[derive(Debug, Clone, Default)]
pub struct Keeper {
    unwritten: Arc<Mutex<Vec<Unwritten>>>,
}

impl Keeper {
    pub(super) fn keep(&self, unwritten: Unwritten) {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).push(unwritten);
    }

    /// Writes what was left here. What cannot be written is given up: an index is never missed. Gives how many were
    /// written, for those who are curious.
    #[must_use]
    pub fn write(&self, monitor: &Monitor) -> usize {
        let unwritten = std::mem::take(&mut *self.unwritten.lock().unwrap_or_else(PoisonError::into_inner));
        unwritten.into_iter().filter(|one| one.write(monitor).unwrap_or(false)).count()
    }
}

/// An index that is to be written, or to be added to.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) snapshot: PathBuf,
    pub(super) place: Place,
    pub(super) index: PathBuf,
    pub(super) stamp: Stamp,
    /// The snapshot's file, as it was opened for the question.
    pub(super) file: Arc<File>,
    /// Whether the index is there and needs only what is new.
    pub(super) grows: bool,
    pub(super) graph: Option<Arc<HeapGraph>>,
    pub(super) answers: Vec<Stored>,
}

impl Unwritten {
    /// Writes it; `false` when there was nothing to write.
    pub(super) fn write(&self, monitor: &Monitor) -> io::Result<bool> {
        // The file that was read is the one that was looked at before, if it still looks the same.
        if Identity::of(&File::open(&self.snapshot)?)? != self.stamp.identity {
            return Ok(false);
        }
        if self.grows { self.grow(monitor) } else { self.create(monitor) }
    }

    fn create(&self, monitor: &Monitor) -> io::Result<bool> {
        let Some(graph) = &self.graph else { return Ok(false) };
        if store::is_ours(&self.index) == Some(false) {
            return Ok(false);
        }
        let mut writer = Writer::default();
        if !graph.snapshot().save(&mut writer, is_packed(&self.file)?) {
            return Ok(false);
        }
        graph.save(&mut writer, |_| false);
        add_answers(&mut writer, &self.answers, None);
        self.place.prepare(&self.snapshot, &mut writer)?;
        if !self.has_room(&writer) {
            return Ok(false);
        }
        store::create(&self.index, |file| writer.write(file, None, &self.stamp, monitor))?;
        Ok(true)
    }

    fn grow(&self, monitor: &Monitor) -> io::Result<bool> {
        let file = Arc::new(store::open_to_grow(&self.index)?);
        // As it is now, with what others have added meanwhile.
        let Some(base) = Shelf::open(Backing::File(Arc::clone(&file))) else { return Ok(false) };
        if *base.stamp() != self.stamp {
            return Ok(false);
        }
        let mut writer = Writer::default();
        if let Some(graph) = &self.graph {
            graph.save(&mut writer, |tag| base.has(tag));
        }
        add_answers(&mut writer, &self.answers, Some(&base));
        if writer.is_empty() || !self.has_room(&writer) {
            return Ok(false);
        }
        writer.write(&file, Some(&base), &self.stamp, monitor)?;
        Ok(true)
    }

    fn has_room(&self, writer: &Writer<'_>) -> bool {
        self.index.parent().is_some_and(|directory| {
            let here = directory.as_os_str().is_empty();
            store::room_for(writer.len(), if here { Path::new(".") } else { directory })
        })
    }
}

/// Whether the snapshot is packed, so that its texts cannot be read where they stand.
fn is_packed(file: &Arc<File>) -> io::Result<bool> {
    let mut magic = [0; 4];
    Backing::File(Arc::clone(file)).read_exact_at(&mut magic, 0)?;
    Ok(snapshot::is_packed(&magic))
}
