//! What follows for every node: columns become facts.
//!
//! A [`HeapGraph`] owns a snapshot and answers for its facts: names, shallow sizes, distances, dominators,
//! retained sizes, classes. Each is computed when it is first asked for and kept; a question that needs no
//! dominators does not pay for them.

mod classes;
mod distances;
mod dom;
pub mod dominators;
mod entries;
mod few;
mod figures;
mod flow;
mod fork;
mod found;
mod interfaces;
mod lists;
mod names;
mod ownership;
mod pairs;
#[cfg(feature = "phases")]
mod phases;
mod retained;
mod retainers;
mod search;
mod shelved;
mod spread;
mod tree;
mod vocabulary;

use std::sync::OnceLock;

pub use self::{
    classes::{Class, Classes},
    distances::{Distances, SYSTEM_BASE, UNREACHED, Ways},
    dom::{DomState, DomStates},
    interfaces::Interface,
    retained::RetainedSizes,
    retainers::Retainers,
    tree::DominatorTree,
    vocabulary::{Vocabulary, Word},
};
use self::{
    dominators::{Explored, Joined},
    interfaces::Shapes,
    ownership::Moved,
    retained::RunningSums,
    search::Numbering,
};
pub(crate) use self::{few::FEW, flow::CountingEdges};
use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind, Sizes, Snapshot},
    spare::Spare,
    store::{Column, Shelf},
};

/// A snapshot and the facts about it.
#[derive(Debug)]
pub struct HeapGraph {
    snapshot: Snapshot,
    vocabulary: Vocabulary,
    dom_states: DomStates,
    spare: Spare,
    /// What is known already is taken from here.
    shelf: Option<Shelf>,
    counting: OnceLock<Column<u64>>,
    shallow: OnceLock<Moved>,
    distances: OnceLock<Distances>,
    ways: OnceLock<Ways>,
    tree: OnceLock<DominatorTree>,
    retained: OnceLock<RunningSums>,
    retainers: OnceLock<Retainers>,
    shapes: OnceLock<Shapes>,
    interfaces: OnceLock<Vec<Interface>>,
    classes: OnceLock<Classes>,
}

/// The value of a cell, computed if it is empty. Two threads that meet here may both compute; one value is kept.
fn kept<T>(cell: &OnceLock<T>, compute: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = compute()?;
    Ok(cell.get_or_init(|| value))
}

impl HeapGraph {
    /// Takes a snapshot. Cheap: facts are computed when asked for.
    pub fn new(snapshot: Snapshot, monitor: &Monitor) -> Result<Self> {
        let vocabulary = Vocabulary::of(&snapshot.strings, monitor)?;
        let dom_states = DomStates::of(&snapshot, &vocabulary);
        Ok(Self::with(snapshot, vocabulary, dom_states, None))
    }

    fn with(snapshot: Snapshot, vocabulary: Vocabulary, dom_states: DomStates, shelf: Option<Shelf>) -> Self {
        Self {
            snapshot,
            vocabulary,
            dom_states,
            spare: Spare::default(),
            shelf,
            counting: OnceLock::new(),
            shallow: OnceLock::new(),
            distances: OnceLock::new(),
            ways: OnceLock::new(),
            tree: OnceLock::new(),
            retained: OnceLock::new(),
            retainers: OnceLock::new(),
            shapes: OnceLock::new(),
            interfaces: OnceLock::new(),
            classes: OnceLock::new(),
        }
    }

    /// A fact, once it is asked for: known since, found in the index, or computed.
    fn fact<'a, T>(
        &'a self,
        cell: &'a OnceLock<T>,
        shelved: impl FnOnce(&Shelf) -> Result<Option<T>>,
        compute: impl FnOnce() -> Result<T>,
    ) -> Result<&'a T> {
        kept(cell, || match self.shelf.as_ref().map(shelved).transpose()?.flatten() {
            Some(value) => Ok(value),
            None => compute(),
        })
    }

    /// What the file says.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The known words among the strings.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Attached and detached nodes.
    #[must_use]
    pub fn dom_states(&self) -> &DomStates {
        &self.dom_states
    }

    /// The known word that is the node's name, its prefix `Detached ` considered.
    #[must_use]
    pub fn word(&self, node: NodeId) -> Word {
        if self.dom_states.is_renamed(node) {
            Word::Detached
        } else {
            self.vocabulary.word(self.snapshot.nodes.name(node))
        }
    }

    pub(crate) fn is_root_or_synthetic(&self, node: NodeId) -> bool {
        node == self.snapshot.root() || self.snapshot.nodes.kind(node) == NodeKind::SYNTHETIC
    }

    pub(crate) fn is_document_root(&self, node: NodeId) -> bool {
        self.snapshot.nodes.kind(node) == NodeKind::SYNTHETIC && self.word(node) == Word::DocumentDomTrees
    }

    /// Where the user's objects begin, with the root's edge that leads there: what the root points to and is not
    /// synthetic, and the documents. There are none when the snapshot was taken with internals exposed.
    pub fn user_roots(&self) -> impl Iterator<Item = (usize, NodeId)> {
        let Snapshot { nodes, edges, .. } = &self.snapshot;
        nodes
            .edges(self.snapshot.root())
            .map(|edge| (edge, edges.target(edge)))
            .filter(|&(_, node)| nodes.kind(node) != NodeKind::SYNTHETIC || self.is_document_root(node))
    }

    /// Shallow size of every node, by node: its own bytes and those that V8 allocates for it alone.
    pub fn shallow_sizes(&self, monitor: &Monitor) -> Result<&Sizes> {
        let moved = self.fact(
            &self.shallow,
            |shelf| Moved::load(shelf, self.snapshot.nodes.len()),
            || ownership::shallow_sizes(self, &self.spare, monitor),
        )?;
        Ok(moved.0.as_ref().unwrap_or(self.snapshot.nodes.self_sizes()))
    }

    /// Distance of every node from the user's roots.
    pub fn distances(&self, monitor: &Monitor) -> Result<&Distances> {
        let count = self.snapshot.nodes.len();
        let search = || Ok(Distances::of(self, false, &self.spare, monitor)?.0);
        self.fact(&self.distances, |shelf| Distances::load(shelf, count), search)
    }

    /// The last edge of a shortest way to every node. Asked for before the distances, it costs one search for both.
    pub fn ways(&self, monitor: &Monitor) -> Result<&Ways> {
        let count = self.snapshot.nodes.len();
        let search = || {
            let (distances, ways) = Distances::of(self, true, &self.spare, monitor)?;
            let _ = self.distances.set(distances);
            Ok(ways.unwrap_or_else(|| unreachable!("they were asked for")))
        };
        self.fact(&self.ways, |shelf| Ways::load(shelf, count), search)
    }

    /// The dominator tree.
    pub fn dominator_tree(&self, monitor: &Monitor) -> Result<&DominatorTree> {
        let count = self.snapshot.nodes.len();
        self.fact(
            &self.tree,
            |shelf| DominatorTree::load(shelf, count),
            || {
                self.spare.during(|| {
                    let explored = self.explored(self.joined(monitor)?, monitor)?;
                    DominatorTree::new(explored.dominators(&self.spare, monitor)?, &self.spare, monitor)
                })
            },
        )
    }

    /// Retained size of every node: what would be freed with it.
    pub fn retained_sizes(&self, monitor: &Monitor) -> Result<RetainedSizes<'_>> {
        let tree = self.dominator_tree(monitor)?;
        let count = self.snapshot.nodes.len();
        let sums = self.fact(
            &self.retained,
            |shelf| RunningSums::load(shelf, count),
            || RunningSums::of(tree, self.shallow_sizes(monitor)?, &self.spare, monitor),
        )?;
        Ok(RetainedSizes::new(tree, sums))
    }

    /// The edges that end at each node.
    pub fn retainers(&self, monitor: &Monitor) -> Result<&Retainers> {
        let load = |shelf: &Shelf| Retainers::load(shelf, &self.snapshot);
        self.fact(&self.retainers, load, || Retainers::of(&self.snapshot, monitor))
    }

    /// The edges that dominators are computed on.
    pub(crate) fn counting_edges(&self, monitor: &Monitor) -> Result<CountingEdges<'_>> {
        let load = |shelf: &Shelf| flow::load_bits(shelf, &self.snapshot);
        let bits = self.fact(&self.counting, load, || Ok(flow::explore(self, &self.spare, monitor)?.1))?;
        Ok(CountingEdges::new(self, bits))
    }

    /// Numbers the nodes for the dominators, and finds by the way which edges count.
    fn search(&self, monitor: &Monitor) -> Result<Numbering> {
        let (numbering, counting) = flow::explore(self, &self.spare, monitor)?;
        // What another thread has found meanwhile is the same.
        let _ = self.counting.set(counting);
        Ok(numbering)
    }

    fn joined(&self, monitor: &Monitor) -> Result<Joined> {
        Joined::of(self.search(monitor)?, &self.spare, monitor)
    }

    fn explored(&self, joined: Joined, monitor: &Monitor) -> Result<Explored> {
        Explored::of(&self.counting_edges(monitor)?.plain(), joined, &self.spare, monitor)
    }

    fn shapes(&self, monitor: &Monitor) -> Result<&Shapes> {
        let (nodes, strings) = (self.snapshot.nodes.len(), self.snapshot.strings.len());
        self.fact(&self.shapes, |shelf| Shapes::load(shelf, nodes, strings), || Shapes::of(self, monitor))
    }

    /// The interfaces that this snapshot's plain objects suggest.
    pub fn interfaces(&self, monitor: &Monitor) -> Result<&[Interface]> {
        let infer = || Ok(self.shapes(monitor)?.infer(self));
        Ok(self.fact(&self.interfaces, interfaces::load_interfaces, infer)?)
    }

    /// The class of every node, by this snapshot's own interfaces.
    pub fn classes(&self, monitor: &Monitor) -> Result<&Classes> {
        let count = self.snapshot.nodes.len();
        let classes = || self.classes_by(self.interfaces(monitor)?, monitor);
        self.fact(&self.classes, |shelf| Classes::load(shelf, count), classes)
    }

    /// Names of the classes of some nodes; of a few, without classing all.
    pub(crate) fn class_names(&self, nodes: &[NodeId], monitor: &Monitor) -> Result<Vec<String>> {
        if self.classes.get().is_none() && nodes.len() <= FEW {
            return Ok(classes::names_of(self, self.shapes(monitor)?, self.interfaces(monitor)?, nodes));
        }
        let classes = self.classes(monitor)?;
        Ok(nodes.iter().map(|&node| classes.get(node).name.clone()).collect())
    }

    /// The class of every node, plain objects classed by the interfaces of another snapshot: what a comparison
    /// needs so that one shape has one name on both sides.
    pub fn classes_by(&self, interfaces: &[Interface], monitor: &Monitor) -> Result<Classes> {
        Classes::of(self, self.shapes(monitor)?, interfaces, monitor)
    }

    /// Computes everything an overview needs, and `more` beside it, what is independent side by side.
    ///
    /// The stages of the dominators are the long way; what else there is to do fills the other thread, in portions
    /// about as long as the stage beside it.
    pub fn prepare_with<T: Send>(&self, monitor: &Monitor, more: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let has_all = self.distances.get().is_some() && self.retained.get().is_some() && self.classes.get().is_some();
        if has_all || self.has_all_on_the_shelf() {
            // Nothing to do beforehand: each is there, or will be when it is touched.
            return more();
        }
        self.spare.during(|| self.stages(monitor, more))
    }

    fn stages<T: Send>(&self, monitor: &Monitor, more: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let spare = &self.spare;
        let (joined, beside) = rayon::join(
            || self.joined(&monitor.part(0.5)),
            || {
                self.shallow_sizes(&monitor.part(0.15))?;
                // An overview shows ways to the biggest objects: found together, they cost little more than distances.
                self.ways(&monitor.part(0.2)).map(|_| ())
            },
        );
        beside?;
        let explored = self.explored(joined?, &monitor.part(0.5))?;
        let (more, retained) = rayon::join(
            || {
                self.classes(&monitor.part(0.15))?;
                more()
            },
            || {
                kept(&self.tree, || {
                    DominatorTree::new(explored.dominators(spare, &monitor.part(0.5))?, spare, monitor)
                })?;
                self.retained_sizes(monitor).map(|_| ())
            },
        );
        retained.and(more)
    }

    /// Reads in full what lies in an index and is looked at piece by piece otherwise, of the facts that an overview and
    /// the ways back need; ends as a damaged index ends a question.
    pub(crate) fn touch(&self, monitor: &Monitor) -> Result<()> {
        let Snapshot { nodes, edges, .. } = &self.snapshot;
        let retainers = self.retainers(monitor)?;
        // Taken as a slice, a column is read in full.
        let _: [&[u32]; 9] = [
            nodes.first_edges(),
            nodes.ids(),
            nodes.names(),
            edges.targets(),
            edges.names(),
            self.shallow_sizes(monitor)?.small(),
            self.classes(monitor)?.numbers(),
            retainers.first(),
            retainers.all(),
        ];
        let _: [&[u32]; 4] = self.dominator_tree(monitor)?.columns();
        let _: &[u64] = self.retained_sizes(monitor)?.sums();
        let _ = (edges.kinds(), nodes.kind_indexes(), self.distances(monitor)?.all());
        self.snapshot.strings.touch();
        monitor.check()
    }

    /// Computes everything an overview needs.
    pub fn prepare(&self, monitor: &Monitor) -> Result<()> {
        self.prepare_with(monitor, || Ok(()))
    }
}
