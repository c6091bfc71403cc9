//! The flow graph that dominators are computed on: the edges that count.
//!
//! Not every edge keeps its target alive in a way worth telling. Weak edges and self edges never do; shortcuts
//! only mark the user's globals; of a WeakMap entry's two edges the key's is kept; and what the page (or the
//! user's program) owns is not said to be held by the debugger or the embedder.

use fixedbitset::FixedBitSet;
use rayon::prelude::*;

use super::{
    HeapGraph,
    dominators::FlowGraph,
    vocabulary::{Vocabulary, Word},
};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    prefetch::prefetch,
    snapshot::{EdgeKind, NodeId, Snapshot, Topology, Waiting},
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

    /// One bit an edge.
    pub(super) fn bits_of(graph: &HeapGraph, monitor: &Monitor) -> Result<Column<u64>> {
        const WORDS: usize = 1 << 13;
        let snapshot = graph.snapshot();
        let rules = Rules {
            snapshot,
            topology: snapshot.topology(),
            vocabulary: graph.vocabulary(),
            root: snapshot.root(),
            page_owned: page_owned(graph, monitor)?,
        };
        let mut bits = memory::zeroed::<u64>(snapshot.edges.len().div_ceil(64), "edges that count")?;
        bits.par_chunks_mut(WORDS).enumerate().try_for_each(|(chunk, words)| {
            monitor.check()?;
            rules.mark(chunk * WORDS * 64, words);
            Ok(())
        })?;
        Ok(bits.into())
    }
}

/// The same as plain arrays.
pub(super) struct PlainEdges<'a> {
    root: NodeId,
    nodes: usize,
    topology: Topology<'a>,
    bits: &'a [u64],
}

impl FlowGraph for PlainEdges<'_> {
    fn node_count(&self) -> usize {
        self.nodes
    }

    fn root(&self) -> u32 {
        self.root.0
    }

    fn edges(&self, node: u32) -> std::ops::Range<usize> {
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

struct Rules<'a> {
    snapshot: &'a Snapshot,
    topology: Topology<'a>,
    vocabulary: &'a Vocabulary,
    root: NodeId,
    page_owned: FixedBitSet,
}

impl Rules<'_> {
    /// Sets the bits of the edges from `first` on.
    fn mark(&self, first: usize, words: &mut [u64]) {
        let nodes = &self.snapshot.nodes;
        let last = self.snapshot.edges.len().min(first + words.len() * 64);
        let mut node = nodes.of_edge(first);
        let mut edge = first;
        while edge < last {
            let end = self.topology.edges(node).end.min(last);
            // What the page owns may hold everything; only of the rest is each target asked.
            let holds_all = node == self.root || self.page_owned.contains(node.index());
            for edge in edge..end {
                if self.counts(node, edge, holds_all) {
                    words[(edge - first) / 64] |= 1 << (edge % 64);
                }
            }
            edge = end;
            node.0 += 1;
        }
    }

    #[inline(always)]
    fn counts(&self, node: NodeId, edge: usize, holds_all: bool) -> bool {
        let (kind, target) = (self.topology.kind(edge), self.topology.target(edge));
        kind != EdgeKind::Weak
            && (kind != EdgeKind::Shortcut || node == self.root)
            && target != node
            && (holds_all || !self.page_owned.contains(target.index()))
            && !self.is_table_side_of_pair(node, edge, kind)
    }

    /// Whether it is the edge of a WeakMap entry that leaves the table. The one from the key tells more.
    fn is_table_side_of_pair(&self, node: NodeId, edge: usize, kind: EdgeKind) -> bool {
        if kind != EdgeKind::Internal || !self.vocabulary.has_pairs() {
            return false;
        }
        let name = self.snapshot.edges.name_or_index(edge);
        self.vocabulary.word(name) == Word::WeakMapPair
            && self.vocabulary.pair_table(name) == Some(u64::from(self.snapshot.nodes.id(node).0))
    }
}

/// What is reachable from the global objects (the root's shortcuts) and the documents.
fn page_owned(graph: &HeapGraph, monitor: &Monitor) -> Result<FixedBitSet> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let mut owned = FixedBitSet::with_capacity(nodes.len());
    let mut work = Waiting::default();
    for edge in nodes.edges(graph.snapshot().root()) {
        let target = edges.target(edge);
        let starts = match edges.kind(edge) {
            EdgeKind::Shortcut => true,
            EdgeKind::Element => graph.is_document_root(target),
            _ => false,
        };
        if starts && !owned.put(target.index()) {
            work.push(target);
        }
    }
    let topology = graph.snapshot().topology();
    let mut steps = 0_usize;
    while let Some(node) = work.pop(&topology) {
        steps += 1;
        monitor.tick(steps)?;
        for edge in topology.edges(node) {
            let target = topology.target(edge);
            if topology.kind(edge) != EdgeKind::Weak && !owned.put(target.index()) {
                work.push(target);
            }
        }
    }
    monitor.advance("dominators", 0.15)?;
    Ok(owned)
}
