//! What is known of a heap, put into an index and taken out again.
//!
//! Each fact knows how it is kept; here is the list of them. Words and states are wanted by every question and are
//! opened at once, which reads nothing yet; the others when they are asked for.

use super::{DomStates, HeapGraph, Vocabulary, flow, interfaces};
use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::Snapshot,
    store::{Shelf, Tag, Writer},
};

/// One section for each fact, by which it is known whether an index has it.
mod marks {
    use super::Tag;

    pub(super) const COUNTING: Tag = Tag::new(*b"f.counts");
    pub(super) const SHALLOW: Tag = Tag::new(*b"f.shallo");
    pub(super) const DISTANCES: Tag = Tag::new(*b"f.distan");
    pub(super) const WAYS: Tag = Tag::new(*b"f.ways..");
    pub(super) const TREE: Tag = Tag::new(*b"f.domina");
    pub(super) const RETAINED: Tag = Tag::new(*b"f.retain");
    pub(super) const RETAINERS: Tag = Tag::new(*b"f.retnrs");
    pub(super) const SHAPES: Tag = Tag::new(*b"f.shapes");
    pub(super) const INTERFACES: Tag = Tag::new(*b"f.interf");
    pub(super) const CLASSES: Tag = Tag::new(*b"f.classe");
    pub(super) const WORDS: Tag = Tag::new(*b"f.words.");
}

impl HeapGraph {
    /// Adds what is known, but for the facts that are there already.
    pub(crate) fn save<'a>(&'a self, writer: &mut Writer<'a>, is_there: impl Fn(Tag) -> bool) {
        let new = |mark: Tag, writer: &mut Writer<'a>| {
            let new = !is_there(mark);
            if new {
                writer.add_made(mark, &[] as &[u8]);
            }
            new
        };
        if new(marks::WORDS, writer) {
            self.vocabulary.save(writer);
            self.dom_states.save(writer);
        }
        if let Some(bits) = self.counting.get().filter(|_| new(marks::COUNTING, writer)) {
            flow::save_bits(bits, writer);
        }
        if let Some(sizes) = self.shallow.get().filter(|_| new(marks::SHALLOW, writer)) {
            sizes.save(writer);
        }
        if let Some(distances) = self.distances.get().filter(|_| new(marks::DISTANCES, writer)) {
            distances.save(writer);
        }
        if let Some(ways) = self.ways.get().filter(|_| new(marks::WAYS, writer)) {
            ways.save(writer);
        }
        if let Some(tree) = self.tree.get().filter(|_| new(marks::TREE, writer)) {
            tree.save(writer);
        }
        if let Some(sums) = self.retained.get().filter(|_| new(marks::RETAINED, writer)) {
            sums.save(writer);
        }
        if let Some(retainers) = self.retainers.get().filter(|_| new(marks::RETAINERS, writer)) {
            retainers.save(writer);
        }
        if let Some(shapes) = self.shapes.get().filter(|_| new(marks::SHAPES, writer)) {
            shapes.save(writer);
        }
        if let Some(all) = self.interfaces.get().filter(|_| new(marks::INTERFACES, writer)) {
            interfaces::save_interfaces(all, writer);
        }
        if let Some(classes) = self.classes.get().filter(|_| new(marks::CLASSES, writer)) {
            classes.save(writer);
        }
    }

    /// Which facts are known, by mark.
    fn known(&self) -> [(Tag, bool); 10] {
        [
            (marks::COUNTING, self.counting.get().is_some()),
            (marks::SHALLOW, self.shallow.get().is_some()),
            (marks::DISTANCES, self.distances.get().is_some()),
            (marks::WAYS, self.ways.get().is_some()),
            (marks::TREE, self.tree.get().is_some()),
            (marks::RETAINED, self.retained.get().is_some()),
            (marks::RETAINERS, self.retainers.get().is_some()),
            (marks::SHAPES, self.shapes.get().is_some()),
            (marks::INTERFACES, self.interfaces.get().is_some()),
            (marks::CLASSES, self.classes.get().is_some()),
        ]
    }

    /// Whether something is known that an index does not have.
    pub(crate) fn knows_more_than(&self, shelf: &Shelf) -> bool {
        self.known().into_iter().any(|(mark, is_known)| is_known && !shelf.has(mark))
    }

    /// How many facts are known that the index it was opened by does not have. It only grows.
    pub(crate) fn new_facts(&self) -> usize {
        let is_there = |mark| self.shelf.as_ref().is_some_and(|shelf| shelf.has(mark));
        self.known().into_iter().filter(|&(mark, is_known)| is_known && !is_there(mark)).count()
    }

    /// Whether the edges that end at a node can be had without turning all of them round.
    pub(crate) fn has_retainers(&self) -> bool {
        self.retainers.get().is_some() || self.shelf.as_ref().is_some_and(|shelf| shelf.has(marks::RETAINERS))
    }

    /// Whether something of it may lie in an index.
    pub(crate) fn is_of_index(&self) -> bool {
        self.shelf.is_some()
    }

    /// Whether all that an overview needs is in the index that the heap was opened by.
    pub(super) fn has_all_on_the_shelf(&self) -> bool {
        let all = [marks::SHALLOW, marks::DISTANCES, marks::WAYS, marks::TREE, marks::RETAINED, marks::CLASSES];
        self.shelf.as_ref().is_some_and(|shelf| all.into_iter().all(|mark| shelf.has(mark)))
    }

    /// The heap of a snapshot, with what an index knows of it. `None` when that is not as it should be.
    pub(crate) fn load(snapshot: Snapshot, shelf: &Shelf, monitor: &Monitor) -> Result<Option<Self>> {
        monitor.check()?;
        let vocabulary = Vocabulary::load(shelf, &snapshot.strings)?;
        let dom_states = DomStates::load(shelf, snapshot.nodes.len())?;
        Ok(vocabulary
            .zip(dom_states)
            .map(|(vocabulary, dom_states)| Self::with(snapshot, vocabulary, dom_states, Some(shelf.clone()))))
    }
}
