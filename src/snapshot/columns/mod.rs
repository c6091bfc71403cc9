//! Nodes and edges as columns: one array per field, so that a pass reads only what it needs.
//!
//! Budget: 17 bytes a node (kind 1, name 4, id 4, self size 4, first edge 4) and 9 an edge (kind 1, name 4,
//! target 4); 4 more a node when allocations were tracked.

mod records;

use std::ops::Range;

pub(crate) use self::records::{EdgeTable, NodeTable, Ordinal, Tally};
use super::{
    ids::{NodeId, ObjectId},
    kinds::{EdgeKind, NodeKind},
    sizes::Sizes,
    strings::StringId,
};
use crate::{
    error::Result,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// One row per node, by [`NodeId`].
#[derive(Debug)]
pub struct Nodes {
    /// Kind in the low bits, detachedness above.
    kinds: Column<u8>,
    names: Column<StringId>,
    ids: Column<u32>,
    self_sizes: Sizes,
    /// First edge of each node; one more entry, the number of edges, at the end.
    first_edges: Column<u32>,
    /// Allocation trace of each node; empty when none were recorded.
    traces: Column<u32>,
}

/// One row per edge; the edges of a node are consecutive.
#[derive(Debug)]
pub struct Edges {
    kinds: Column<u8>,
    names: Column<u32>,
    targets: Column<u32>,
}

impl Nodes {
    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// All nodes, in order.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.len() as u32).map(NodeId)
    }

    /// The node's kind.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> NodeKind {
        NodeKind::from_bits(self.kinds.at(node.index()))
    }

    /// Index of the node's raw name.
    #[must_use]
    pub fn name(&self, node: NodeId) -> StringId {
        self.names.at(node.index())
    }

    /// The id V8 gives the object in every snapshot of its process.
    #[must_use]
    pub fn id(&self, node: NodeId) -> ObjectId {
        ObjectId(self.ids.at(node.index()))
    }

    /// Bytes of the node itself as the file says, before any are moved to an owner.
    #[must_use]
    pub fn self_size(&self, node: NodeId) -> u64 {
        self.self_sizes.get(node)
    }

    /// All self sizes, by node.
    #[must_use]
    pub fn self_sizes(&self) -> &Sizes {
        &self.self_sizes
    }

    /// DOM state as the file says: 0 unknown, 1 attached, 2 detached.
    #[must_use]
    pub fn detachedness(&self, node: NodeId) -> u8 {
        self.kinds.at(node.index()) >> NodeKind::BITS
    }

    /// Indexes of the node's edges.
    #[must_use]
    pub fn edges(&self, node: NodeId) -> Range<usize> {
        self.first_edges.at(node.index()) as usize..self.first_edges.at(node.index() + 1) as usize
    }

    /// All first edges, by node, and the number of edges at the end.
    pub(crate) fn first_edges(&self) -> &[u32] {
        &self.first_edges
    }

    /// All ids, by node.
    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// All raw names, by node.
    pub(crate) fn names(&self) -> &[StringId] {
        &self.names
    }

    /// Kinds of a stretch of nodes.
    pub(crate) fn kinds_of(&self, nodes: Range<usize>) -> impl Iterator<Item = NodeKind> {
        self.kinds[nodes].iter().map(|&bits| NodeKind::from_bits(bits))
    }

    /// Whether the file says of any node that it is attached or detached.
    pub(crate) fn has_detachedness(&self) -> bool {
        self.kinds.iter().any(|bits| bits >> NodeKind::BITS != 0)
    }

    /// Indexes of all kinds, by node.
    pub(crate) fn kind_indexes(&self) -> impl ExactSizeIterator<Item = u8> {
        self.kinds.iter().map(|&bits| NodeKind::from_bits(bits).index() as u8)
    }

    /// The node an edge leaves.
    #[must_use]
    pub fn of_edge(&self, edge: usize) -> NodeId {
        NodeId::from_index(self.first_edges.partition_point(|first| first as usize <= edge) - 1)
    }

    /// Allocation trace of the node, where allocations were tracked.
    #[must_use]
    pub fn trace(&self, node: NodeId) -> Option<u32> {
        self.traces.try_at(node.index())
    }

    /// Turns edge counts into first edges, and gives their sum.
    pub(crate) fn sum_edge_counts(&mut self) -> u64 {
        let mut sum = 0_u64;
        for first in self.first_edges.owned_mut() {
            sum += u64::from(*first);
            *first = sum as u32;
        }
        sum
    }

    /// The first node whose name is no string of a table of `strings`.
    pub(crate) fn bad_name(&self, strings: usize) -> Option<usize> {
        self.names.iter().position(|&name| name as usize >= strings)
    }
}

impl Edges {
    /// Number of edges.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The edge's kind.
    #[must_use]
    pub fn kind(&self, edge: usize) -> EdgeKind {
        EdgeKind::from_bits(self.kinds.at(edge))
    }

    /// The edge's name: a string, or a number for elements and hidden edges ([`EdgeKind::is_indexed`]).
    #[must_use]
    pub fn name_or_index(&self, edge: usize) -> u32 {
        self.names.at(edge)
    }

    /// The edge's name when it is a string.
    #[must_use]
    pub fn name(&self, edge: usize) -> Option<StringId> {
        (!self.kind(edge).is_indexed()).then(|| self.names.at(edge))
    }

    /// The node the edge points to.
    #[must_use]
    pub fn target(&self, edge: usize) -> NodeId {
        NodeId(self.targets.at(edge))
    }

    /// All targets, by edge, as ordinals.
    #[must_use]
    pub fn targets(&self) -> &[u32] {
        &self.targets
    }

    /// All kinds, by edge, as bits: [`EdgeKind::from_bits`].
    pub(crate) fn kinds(&self) -> &[u8] {
        &self.kinds
    }

    /// All names, by edge: strings, and numbers where the edge has a number.
    pub(crate) fn names(&self) -> &[u32] {
        &self.names
    }

    /// The first edge with a string name that is no string of a table of `strings`.
    pub(crate) fn bad_name(&self, strings: usize) -> Option<usize> {
        let (kinds, names) = (&self.kinds[..], &self.names[..]);
        (0..self.len()).find(|&edge| names[edge] as usize >= strings && !EdgeKind::from_bits(kinds[edge]).is_indexed())
    }
}

/// How the columns are called in an index.
mod tags {
    use super::Tag;

    pub(super) const NODE_KINDS: Tag = Tag::new(*b"nodekind");
    pub(super) const NODE_NAMES: Tag = Tag::new(*b"nodename");
    pub(super) const NODE_IDS: Tag = Tag::new(*b"nodeid..");
    pub(super) const NODE_SIZES: Tag = Tag::new(*b"nodesize");
    pub(super) const NODE_EDGES: Tag = Tag::new(*b"nodeedge");
    pub(super) const NODE_TRACES: Tag = Tag::new(*b"nodetrac");
    pub(super) const EDGE_KINDS: Tag = Tag::new(*b"edgekind");
    pub(super) const NODE_LARGE_SIZES: Tag = Tag::new(*b"nodelrge");
    pub(super) const EDGE_NAMES: Tag = Tag::new(*b"edgename");
    pub(super) const EDGE_TARGETS: Tag = Tag::new(*b"edgetarg");
}

impl Nodes {
    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(tags::NODE_KINDS, &self.kinds);
        writer.add(tags::NODE_NAMES, &self.names);
        writer.add(tags::NODE_IDS, &self.ids);
        self.self_sizes.save(writer, tags::NODE_SIZES, tags::NODE_LARGE_SIZES);
        writer.add(tags::NODE_EDGES, &self.first_edges);
        writer.add(tags::NODE_TRACES, &self.traces);
    }

    /// The nodes of an index, so many of them, with their edges and their names of so many strings.
    pub(super) fn load(shelf: &Shelf, count: usize, edges: usize, strings: usize) -> Result<Option<Self>> {
        let (Ok(edges), Ok(strings)) = (u32::try_from(edges), u32::try_from(strings)) else { return Ok(None) };
        let (Some(kinds), Some(names), Some(ids), Some(self_sizes), Some(first_edges), Some(traces)) = (
            shelf.column(tags::NODE_KINDS, count, Rule::Any)?,
            shelf.column(tags::NODE_NAMES, count, Rule::Below(strings))?,
            shelf.column(tags::NODE_IDS, count, Rule::Any)?,
            Sizes::load(shelf, tags::NODE_SIZES, tags::NODE_LARGE_SIZES, count)?,
            shelf.column(tags::NODE_EDGES, count + 1, Rule::Rising(edges))?,
            shelf.view(tags::NODE_TRACES, Rule::Any)?,
        ) else {
            return Ok(None);
        };
        let traces = Some(traces).filter(|traces| traces.len() == 0 || traces.len() == count).map(Column::Indexed);
        Ok(traces.map(|traces| Self { kinds, names, ids, self_sizes, first_edges, traces }))
    }
}

impl Edges {
    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(tags::EDGE_KINDS, &self.kinds);
        writer.add(tags::EDGE_NAMES, &self.names);
        writer.add(tags::EDGE_TARGETS, &self.targets);
    }

    /// The edges of an index, so many of them, between so many nodes.
    pub(super) fn load(shelf: &Shelf, count: usize, nodes: usize) -> Result<Option<Self>> {
        let Ok(nodes) = u32::try_from(nodes) else { return Ok(None) };
        let (Some(kinds), Some(names), Some(targets)) = (
            shelf.column(tags::EDGE_KINDS, count, Rule::Any)?,
            // What names are strings depends on the kinds; the string table looks for itself.
            shelf.column(tags::EDGE_NAMES, count, Rule::Any)?,
            shelf.column(tags::EDGE_TARGETS, count, Rule::Below(nodes))?,
        ) else {
            return Ok(None);
        };
        Ok(Some(Self { kinds, names, targets }))
    }
}
