//! The flow graph that dominators are computed on: the edges that count.
//!
//! Not every edge keeps its target alive in a way worth telling. Weak edges and self edges never do; shortcuts
//! only mark the user's globals; of a WeakMap entry's two edges the key's is kept; and what the page (or the
//! user's program) owns is not said to be held by the debugger or the embedder.

use std::{collections::HashSet, ops::Range};

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use super::{
    HeapGraph,
    dominators::FlowGraph,
    search::{Explore, Numbering, Search},
    vocabulary::{Vocabulary, Word},
};
use crate::{
    error::Result,
    hashing::Seeded,
    memory,
    monitor::Monitor,
    prefetch::prefetch,
    snapshot::{EdgeKind, NodeId, Snapshot, Topology, Waiting},
    spare::Spare,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// Which edges count, one bit an edge.
pub(crate) struct CountingEdges<'a> {
    snapshot: &'a Snapshot,
    bits: &'a Column<u64>,
}

const BITS: Tag = Tag::new(*b"edgecnts");

/// Adds the bits to an index.
pub(super) fn save_bits<'a>(bits: &'a Column<u64>, writer: &mut Writer<'a>) {
    writer.add(BITS, bits);
}

/// The bits of an index.
pub(super) fn load_bits(shelf: &Shelf, snapshot: &Snapshot) -> Result<Option<Column<u64>>> {
    shelf.column(BITS, snapshot.edges.len().div_ceil(64), Rule::Any)
}

impl<'a> CountingEdges<'a> {
    pub(super) fn new(graph: &'a HeapGraph, bits: &'a Column<u64>) -> Self {
        Self { snapshot: graph.snapshot(), bits }
    }

    /// All of them, to be gone over from end to end.
    pub(super) fn plain(&self) -> PlainEdges<'a> {
        let Self { snapshot, bits } = *self;
        PlainEdges { root: snapshot.root(), nodes: snapshot.nodes.len(), topology: snapshot.topology(), bits }
    }

    /// The node that an edge points to, if the edge counts. Touches nothing else, wherever the columns lie.
    pub(crate) fn target(&self, edge: usize) -> Option<u32> {
        (self.bits.at(edge / 64) >> (edge % 64) & 1 == 1).then(|| self.snapshot.edges.target(edge).0)
    }
}

/// The same as plain arrays.
pub(super) struct PlainEdges<'a> {
    root: NodeId,
    nodes: usize,
    topology: Topology<'a>,
    bits: &'a [u64],
}

impl PlainEdges<'_> {
    /// How many edges there are, those that do not count included.
    pub(super) fn len(&self) -> usize {
        self.topology.edge_count()
    }
}

impl FlowGraph for PlainEdges<'_> {
    fn node_count(&self) -> usize {
        self.nodes
    }

    fn root(&self) -> u32 {
        self.root.0
    }

    fn edges(&self, node: u32) -> Range<usize> {
        self.topology.edges(NodeId(node))
    }

    #[inline]
    fn target(&self, edge: usize) -> Option<u32> {
        (self.bits[edge / 64] >> (edge % 64) & 1 == 1).then(|| self.topology.target(edge).0)
    }

    #[inline(always)]
    fn expect_row(&self, node: u32) {
        self.topology.expect_row(NodeId(node));
    }

    #[inline(always)]
    fn expect_edges(&self, node: u32) {
        self.topology.expect_edges(NodeId(node));
        prefetch(self.bits, self.topology.edges(NodeId(node)).start / 64);
    }
}

/// Goes over the heap depth first, and decides on the way which edges count: one bit an edge.
pub(super) fn explore(graph: &HeapGraph, spare: &Spare, monitor: &Monitor) -> Result<(Numbering, Column<u64>)> {
    let snapshot = graph.snapshot();
    let root = snapshot.root();
    let mut search = Search::new(Deciding::new(graph, monitor)?, root.0, spare)?;
    // What is found from the global objects and the documents is the page's, so that whatever its edges lead to, is too.
    for edge in snapshot.nodes.edges(root).filter(|&edge| starts(graph, edge)) {
        search.enter(edge, monitor)?;
    }
    let owned = search.explore.all_page_owned(search.seen(), search.is_entered(root.0), monitor)?;
    search.explore.set_page_owned(owned);
    for edge in snapshot.nodes.edges(root).filter(|&edge| !starts(graph, edge)) {
        search.enter(edge, monitor)?;
    }
    let (numbering, explored) = search.finish(monitor)?;
    Ok((numbering, explored.bits.into()))
}

/// Whether an edge of the root leads to what the page owns: a global object, a document.
pub(super) fn starts(graph: &HeapGraph, edge: usize) -> bool {
    let edges = &graph.snapshot().edges;
    match edges.kind(edge) {
        EdgeKind::Shortcut => true,
        EdgeKind::Element => graph.is_document_root(edges.target(edge)),
        _ => false,
    }
}

/// A heap while it is being decided which of its edges count.
pub(super) struct Deciding<'a> {
    snapshot: &'a Snapshot,
    topology: Topology<'a>,
    vocabulary: &'a Vocabulary,
    root: NodeId,
    /// Stretches of nodes with a WeakMap's table among them: elsewhere no edge needs to be asked for its name.
    tables: FixedBitSet,
    /// What is reachable from the global objects (the root's shortcuts) and the documents; `None` while only such
    /// nodes are met.
    page_owned: Option<FixedBitSet>,
    /// What edges of such nodes lead to that do not count.
    passed_over: FixedBitSet,
    bits: Vec<u64>,
}

impl Explore for Deciding<'_> {
    fn node_count(&self) -> usize {
        self.snapshot.nodes.len()
    }

    #[inline(always)]
    fn edges(&self, node: u32) -> Range<usize> {
        self.topology.edges(NodeId(node))
    }

    #[inline(always)]
    fn target(&self, node: u32, edge: usize) -> Option<u32> {
        let (node, kind, target) = (NodeId(node), self.topology.kind(edge), self.topology.target(edge));
        let counts = kind != EdgeKind::Weak
            && target != node
            && (kind != EdgeKind::Shortcut || node == self.root)
            && self.page_owned.as_ref().is_none_or(|owned| {
                // What the page owns may hold everything; only of the rest is each target asked.
                !owned.contains(target.index()) || node == self.root || owned.contains(node.index())
            })
            && !self.is_table_side_of_pair(node, edge, kind);
        counts.then_some(target.0)
    }

    #[inline(always)]
    fn follow(&mut self, node: u32, edge: usize) -> Option<u32> {
        let target = self.target(node, edge);
        if target.is_some() {
            self.bits[edge / 64] |= 1 << (edge % 64);
        } else if self.page_owned.is_none() && self.topology.kind(edge) != EdgeKind::Weak {
            self.pass_over(edge);
        }
        target
    }
}

impl<'a> Deciding<'a> {
    /// At first only what the page owns is met.
    pub(super) fn new(graph: &'a HeapGraph, monitor: &Monitor) -> Result<Self> {
        let (snapshot, vocabulary) = (graph.snapshot(), graph.vocabulary());
        Ok(Self {
            snapshot,
            topology: snapshot.topology(),
            vocabulary,
            root: snapshot.root(),
            tables: near_tables(snapshot, vocabulary, monitor)?,
            page_owned: None,
            passed_over: FixedBitSet::new(),
            bits: memory::zeroed::<u64>(snapshot.edges.len().div_ceil(64), "edges that count")?,
        })
    }

    /// The edges that were followed and count, one bit an edge.
    pub(super) fn into_bits(self) -> Vec<u64> {
        self.bits
    }

    /// From now on other nodes are met too, and this is what the page owns.
    pub(super) fn set_page_owned(&mut self, owned: FixedBitSet) {
        self.page_owned = Some(owned);
    }

    #[cold]
    fn pass_over(&mut self, edge: usize) {
        self.passed_over.grow(self.snapshot.nodes.len());
        self.passed_over.insert(self.topology.target(edge).index());
    }

    /// Whether it is the edge of a WeakMap entry that leaves the table. The one from the key tells more.
    #[inline(always)]
    fn is_table_side_of_pair(&self, node: NodeId, edge: usize, kind: EdgeKind) -> bool {
        kind == EdgeKind::Internal
            && self.tables.contains(node.index() / STRETCH)
            && is_table_side(self.snapshot, self.vocabulary, node, edge)
    }

    /// All that the page owns, of which the search has found `seen`: what only edges lead to that do not count is its
    /// own as well.
    pub(super) fn all_page_owned(
        &self,
        seen: &FixedBitSet,
        root_is_entered: bool,
        monitor: &Monitor,
    ) -> Result<FixedBitSet> {
        let mut owned = seen.clone();
        owned.set(self.root.index(), root_is_entered);
        let mut work = Waiting::default();
        if root_is_entered {
            work.push(self.root);
        }
        for node in self.passed_over.ones() {
            if !owned.put(node) {
                work.push(NodeId::from_index(node));
            }
        }
        let mut steps = 0_usize;
        while let Some(node) = work.pop(&self.topology) {
            steps += 1;
            monitor.tick(steps)?;
            for edge in self.topology.edges(node) {
                let target = self.topology.target(edge);
                if self.topology.kind(edge) != EdgeKind::Weak && !owned.put(target.index()) {
                    work.push(target);
                }
            }
        }
        Ok(owned)
    }
}

/// Whether an internal edge is one of the two of a WeakMap entry, and leaves the WeakMap's table.
fn is_table_side(snapshot: &Snapshot, vocabulary: &Vocabulary, node: NodeId, edge: usize) -> bool {
    let name = snapshot.edges.name_or_index(edge);
    vocabulary.word(name) == Word::WeakMapPair
        && vocabulary.pair_table(name) == Some(u64::from(snapshot.nodes.id(node).0))
}

/// So many nodes have one bit in what [`near_tables`] gives, which is then small enough for the nearest cache.
const STRETCH: usize = 64;

/// The stretches of nodes in which there may be a table of a WeakMap.
fn near_tables(snapshot: &Snapshot, vocabulary: &Vocabulary, monitor: &Monitor) -> Result<FixedBitSet> {
    const CHUNK: usize = 1 << 16;
    /// Ids are looked up by some of their bits first.
    const HASHES: usize = 1 << 13;
    let tables: HashSet<u64, Seeded> = vocabulary.pair_tables().collect();
    let mut near = FixedBitSet::new();
    if tables.is_empty() {
        return Ok(near);
    }
    let hash = |id: u64| id as usize / 2 % HASHES;
    let mut hashes = FixedBitSet::with_capacity(HASHES);
    tables.iter().for_each(|&table| hashes.insert(hash(table)));
    let found: Vec<Vec<usize>> = snapshot
        .nodes
        .ids()
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, ids)| {
            monitor.check()?;
            let mut found = Vec::new();
            for (place, stretch) in ids.chunks(STRETCH).enumerate() {
                let mut ids = stretch.iter().map(|&id| u64::from(id));
                if ids.any(|id| hashes.contains(hash(id)) && tables.contains(&id)) {
                    found.push(chunk * (CHUNK / STRETCH) + place);
                }
            }
            Ok(found)
        })
        .collect::<Result<_>>()?;
    near.grow(snapshot.nodes.len().div_ceil(STRETCH));
    found.into_iter().flatten().for_each(|stretch| near.insert(stretch));
    Ok(near)
}
