//! What grew, by structure: collections with more entries each time, and objects that pile up without one.
//!
//! Two signals, both exact. A collection that has more entries in every snapshot *rises* ([`super::rising`]). And of
//! the objects that were not there at the beginning, those that no rising collection explains are gathered under the
//! nearest object that was ([`super::survivors`]): chains, scopes, handles, lists that V8 and Node keep outside of
//! collections.

use std::collections::BTreeMap;

use super::{entries::Collection, series::Series};
use crate::{
    error::Result,
    graph::{Classes, DominatorTree, HeapGraph, Retainers, Word},
    memory,
    monitor::Monitor,
    snapshot::{NodeId, Sizes},
};

/// Something that grew, before anyone has judged it.
#[derive(Debug)]
pub(crate) struct Growth {
    /// What keeps it, oldest first where several of one kind grow together.
    pub(crate) holders: Vec<NodeId>,
    pub(crate) kind: GrowthKind,
    /// How many there were in each snapshot.
    pub(crate) counts: Vec<u64>,
    /// Nodes of what grew that came after the first snapshot and are in the last.
    pub(crate) entries: Vec<NodeId>,
    /// Classes of all objects that grew together, for objects without a collection.
    pub(crate) parts: Vec<u32>,
    /// For objects without a collection: what the holder points at on the way to most of them.
    pub(crate) anchor: Option<NodeId>,
    /// Bytes that came after the first snapshot and would be freed with the holders.
    pub(crate) freed: u64,
    /// Bytes that came after the first snapshot and that something else keeps too.
    pub(crate) shared: u64,
    /// Bytes of all of it that came in each interval.
    pub(crate) bytes: Vec<u64>,
    /// Of the bytes, those outside V8's heap.
    pub(crate) external: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrowthKind {
    /// Entries of a collection.
    Entries(Collection),
    /// Slots of the store of a collection whose entries are no nodes: numbers, `null` and the like.
    Slots(Collection),
    /// Bytes of a string that is longer each time.
    Text,
    /// Bytes of a buffer that is made anew, larger each time.
    Buffer,
    /// Objects of a class that an object keeps without a collection: chains and lists.
    Objects,
    /// Objects that hang on a category of the root: handles.
    Handles,
}

/// Everything that grew.
pub(crate) struct Grown {
    pub(crate) list: Vec<Growth>,
    /// New nodes that belong to nothing in the list, and their bytes, by class.
    pub(crate) unexplained: BTreeMap<u32, (u64, u64)>,
}

/// Looks at a series. `min` is the least number of entries that count as growth in an interval.
pub(crate) fn find(series: &Series, retainers: &Retainers, min: u32, monitor: &Monitor) -> Result<Grown> {
    let search = Search::new(series, retainers, min, monitor)?;
    let mut explained = Explained::new(series)?;
    let mut list = search.rising(&mut explained, monitor)?;
    list.extend(search.survivors(&mut explained, monitor)?);
    let mut unexplained: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for node in series.subject.snapshot().nodes.all() {
        if !series.is_old(node) && !explained.nodes[node.index()] {
            let sum = unexplained.entry(search.classes.number(node)).or_default();
            sum.0 += 1;
            sum.1 += search.shallow.get(node);
        }
    }
    Ok(Grown { list, unexplained })
}

/// What both signals look at.
pub(super) struct Search<'a> {
    pub(super) series: &'a Series,
    pub(super) retainers: &'a Retainers,
    pub(super) tree: &'a DominatorTree,
    pub(super) classes: &'a Classes,
    pub(super) min: u32,
    shallow: &'a Sizes,
    /// Bytes of new nodes in each node's dominator subtree.
    new_bytes: Vec<u64>,
}

/// New nodes that belong to something that grew; each is counted once.
pub(super) struct Explained {
    pub(super) nodes: Vec<bool>,
}

impl Explained {
    fn new(series: &Series) -> Result<Self> {
        Ok(Self { nodes: memory::filled(series.subject.snapshot().nodes.len(), false, "explained nodes")? })
    }
}

impl<'a> Search<'a> {
    fn new(series: &'a Series, retainers: &'a Retainers, min: u32, monitor: &Monitor) -> Result<Self> {
        let graph = &series.subject;
        let (shallow, tree) = (graph.shallow_sizes(monitor)?, graph.dominator_tree(monitor)?);
        let mut new_bytes = memory::with_capacity(shallow.len(), "new bytes")?;
        let sized = graph.snapshot().nodes.all().zip(shallow.iter());
        new_bytes.extend(sized.map(|(node, size)| if series.is_old(node) { 0 } else { size }));
        for node in tree.preorder().skip(1).rev() {
            new_bytes[tree.immediate(node).index()] += new_bytes[node.index()];
        }
        Ok(Self { series, retainers, tree, classes: graph.classes(monitor)?, min, shallow, new_bytes })
    }

    pub(super) fn graph(&self) -> &'a HeapGraph {
        &self.series.subject
    }

    /// Bytes of new nodes that would be freed with a node.
    pub(super) fn new_bytes(&self, node: NodeId) -> u64 {
        self.new_bytes[node.index()]
    }

    /// Adds the new nodes of a subtree to a growth, those that belong to none yet.
    pub(super) fn explain(&self, head: NodeId, explained: &mut Explained, growth: &mut Growth) {
        for node in self.tree.subtree(head) {
            let born = self.series.born(node);
            if born > 0 && !std::mem::replace(&mut explained.nodes[node.index()], true) {
                growth.bytes[born - 1] += self.shallow.get(node);
                if self.graph().word(node) == Word::ArrayBufferData {
                    growth.external += self.shallow.get(node);
                }
            }
        }
    }

    /// A growth without figures.
    pub(super) fn blank(&self, holders: Vec<NodeId>, kind: GrowthKind) -> Growth {
        let intervals = self.series.intervals();
        Growth {
            holders,
            kind,
            counts: vec![0; intervals + 1],
            entries: Vec::new(),
            parts: Vec::new(),
            anchor: None,
            freed: 0,
            shared: 0,
            bytes: vec![0; intervals],
            external: 0,
        }
    }
}
