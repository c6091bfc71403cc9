//! Records of the file on their way into columns: each thread has a stretch of every column and writes its own.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::{
    super::{
        digits::NEGATIVE,
        header::{EdgeLayout, Header, NodeLayout},
        ids::NodeId,
        kinds::{EdgeKind, NodeKind, NodeKinds},
        numbers::{RecordSink, RecordTable},
        sizes::{LARGE, Sizes},
    },
    Edges, Nodes,
};
use crate::{error::Result, memory, store::Column};

/// What is true of all records, found out while they are read.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    highest_name: AtomicU32,
    size: AtomicU64,
}

impl Tally {
    /// Whether all names are strings of a table of `strings`.
    pub(crate) fn names_are_below(&self, strings: usize) -> bool {
        (self.highest_name.load(Ordering::Relaxed) as usize) < strings
    }

    /// All self sizes and `extra` bytes together, `None` from 2^53 on: no heap is that big, every sum of sizes below
    /// that fits its type, and JavaScript shows it exactly.
    pub(crate) fn total_size(&self, extra: u64) -> Option<u64> {
        Some(self.size.load(Ordering::Relaxed).saturating_add(extra)).filter(|&size| size < 1 << 53)
    }

    fn add(&self, highest_name: u32, size: u64) {
        self.highest_name.fetch_max(highest_name, Ordering::Relaxed);
        let add = |sum: u64| Some(sum.saturating_add(size));
        let _ = self.size.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// Nodes in the making.
pub(crate) struct NodeTable<'h> {
    nodes: Nodes,
    tally: Tally,
    /// Self sizes that need more than 32 bits.
    large: Mutex<Vec<(u32, u64)>>,
    header: &'h Header,
}

impl<'h> NodeTable<'h> {
    pub(crate) fn new(header: &'h Header) -> Self {
        let nodes = Nodes {
            kinds: Column::default(),
            names: Column::default(),
            ids: Column::default(),
            self_sizes: Sizes::default(),
            first_edges: Column::default(),
            traces: Column::default(),
        };
        Self { nodes, tally: Tally::default(), large: Mutex::default(), header }
    }

    pub(crate) fn finished(self) -> (Nodes, Tally) {
        let Self { mut nodes, tally, large, .. } = self;
        let large = large.into_inner().unwrap_or_else(PoisonError::into_inner);
        large.into_iter().for_each(|(node, size)| nodes.self_sizes.set(NodeId(node), size));
        (nodes, tally)
    }
}

impl RecordTable for NodeTable<'_> {
    type Sink<'a>
        = NodeSink<'a>
    where
        Self: 'a;

    fn lengthen(&mut self, records: usize) -> Result<()> {
        let nodes = &mut self.nodes;
        memory::lengthen(nodes.kinds.owned_mut(), records, "nodes")?;
        memory::lengthen(nodes.names.owned_mut(), records, "nodes")?;
        memory::lengthen(nodes.ids.owned_mut(), records, "nodes")?;
        nodes.self_sizes.lengthen(records, "nodes")?;
        memory::lengthen(nodes.first_edges.owned_mut(), records + 1, "nodes")?;
        if self.header.trace_function_count > 0 && self.header.node.trace_node.is_some() {
            memory::lengthen(nodes.traces.owned_mut(), records, "nodes")?;
        }
        Ok(())
    }

    fn sink(&mut self) -> NodeSink<'_> {
        let Self { nodes, tally, large, header } = self;
        NodeSink {
            first: 0,
            tally,
            highest_name: 0,
            size: 0,
            large,
            layout: &header.node,
            types: &header.node_kinds,
            kinds: nodes.kinds.owned_mut(),
            names: nodes.names.owned_mut(),
            ids: nodes.ids.owned_mut(),
            self_sizes: nodes.self_sizes.small_mut(),
            edge_counts: nodes.first_edges.owned_mut().get_mut(1..).unwrap_or_default(),
            traces: nodes.traces.owned_mut(),
        }
    }
}

/// Edges in the making.
pub(crate) struct EdgeTable<'h> {
    edges: Edges,
    tally: Tally,
    header: &'h Header,
    nodes: usize,
}

impl<'h> EdgeTable<'h> {
    /// For edges between so many nodes.
    pub(crate) fn new(header: &'h Header, nodes: usize) -> Self {
        let edges = Edges { kinds: Column::default(), names: Column::default(), targets: Column::default() };
        Self { edges, tally: Tally::default(), header, nodes }
    }

    pub(crate) fn finished(self) -> (Edges, Tally) {
        (self.edges, self.tally)
    }
}

impl RecordTable for EdgeTable<'_> {
    type Sink<'a>
        = EdgeSink<'a>
    where
        Self: 'a;

    fn lengthen(&mut self, records: usize) -> Result<()> {
        memory::lengthen(self.edges.kinds.owned_mut(), records, "edges")?;
        memory::lengthen(self.edges.names.owned_mut(), records, "edges")?;
        memory::lengthen(self.edges.targets.owned_mut(), records, "edges")
    }

    fn sink(&mut self) -> EdgeSink<'_> {
        let Self { edges, tally, header, nodes } = self;
        EdgeSink {
            tally,
            highest_name: 0,
            layout: &header.edge,
            types: &header.edge_kinds,
            ordinal: Ordinal { fields: header.node.fields as u64, nodes: *nodes as u64 },
            kinds: edges.kinds.owned_mut(),
            names: edges.names.owned_mut(),
            targets: edges.targets.owned_mut(),
        }
    }
}

/// Takes the first `count` elements off a mutable slice.
#[expect(clippy::mut_mut, reason = "the slice itself is what moves on")]
fn front<'a, T>(slice: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let (head, tail) = std::mem::take(slice).split_at_mut(count);
    *slice = tail;
    head
}

type FieldFault = (usize, String);

#[inline(always)]
fn narrow(value: u64, field: usize, what: &str) -> std::result::Result<u32, FieldFault> {
    u32::try_from(value).map_err(|_| (field, format!("{what} {} is out of range", shown(value))))
}

/// A number as it stood in the file.
#[cold]
fn shown(value: u64) -> String {
    match value & NEGATIVE {
        0 => value.to_string(),
        // Only minus zero has no bits of its own.
        _ if value == NEGATIVE => "-0".into(),
        _ => (value as u32).cast_signed().to_string(),
    }
}

/// Writes node records to their columns.
pub(crate) struct NodeSink<'a> {
    /// Node of the first record.
    first: u32,
    tally: &'a Tally,
    highest_name: u32,
    /// Of all nodes of this sink.
    size: u64,
    large: &'a Mutex<Vec<(u32, u64)>>,
    layout: &'a NodeLayout,
    types: &'a NodeKinds,
    kinds: &'a mut [u8],
    names: &'a mut [u32],
    ids: &'a mut [u32],
    self_sizes: &'a mut [u32],
    edge_counts: &'a mut [u32],
    traces: &'a mut [u32],
}

impl RecordSink for NodeSink<'_> {
    fn split_front(&mut self, records: usize) -> Self {
        let first = self.first;
        self.first += records as u32;
        Self {
            first,
            tally: self.tally,
            highest_name: 0,
            size: 0,
            large: self.large,
            layout: self.layout,
            types: self.types,
            kinds: front(&mut self.kinds, records),
            names: front(&mut self.names, records),
            ids: front(&mut self.ids, records),
            self_sizes: front(&mut self.self_sizes, records),
            edge_counts: front(&mut self.edge_counts, records),
            traces: if self.traces.is_empty() { &mut [] } else { front(&mut self.traces, records) },
        }
    }

    #[inline(always)]
    fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), FieldFault> {
        let layout = self.layout;
        // As in an edge: the usual order saves a way through memory for every field.
        let (kind, name, id, self_size, edge_count) = match *record {
            [kind, name, id, self_size, edge_count, ..] if layout.is_usual() => (kind, name, id, self_size, edge_count),
            _ => (
                record[layout.kind],
                record[layout.name],
                record[layout.id],
                record[layout.self_size],
                record[layout.edge_count],
            ),
        };
        let Some(kind) = self.types.kind(kind) else {
            return Err((layout.kind, format!("{} is no node type of this file", shown(kind))));
        };
        let detachedness = match layout.detachedness.map(|field| (field, record[field])) {
            None => 0,
            Some((_, state @ 0..=3)) => state as u8,
            Some((field, state)) => return Err((field, format!("{} is no DOM state", shown(state)))),
        };
        if self_size >= 1 << 53 {
            return Err((layout.self_size, "a self size is out of range".into()));
        }
        self.kinds[index] = kind.index() as u8 | detachedness << NodeKind::BITS;
        let name = narrow(name, layout.name, "the name")?;
        self.names[index] = name;
        self.highest_name = self.highest_name.max(name);
        self.size = self.size.saturating_add(self_size);
        self.ids[index] = narrow(id, layout.id, "the id")?;
        self.self_sizes[index] = u32::try_from(self_size).unwrap_or(LARGE);
        if self.self_sizes[index] == LARGE {
            self.note_large(index, self_size);
        }
        self.edge_counts[index] = narrow(edge_count, layout.edge_count, "the edge count")?;
        if let (Some(field), Some(trace)) = (layout.trace_node, self.traces.get_mut(index)) {
            *trace = narrow(record[field], field, "the trace node")?;
        }
        Ok(())
    }
}

impl NodeSink<'_> {
    #[cold]
    fn note_large(&self, index: usize, size: u64) {
        self.large.lock().unwrap_or_else(PoisonError::into_inner).push((self.first + index as u32, size));
    }
}

impl Drop for NodeSink<'_> {
    fn drop(&mut self) {
        self.tally.add(self.highest_name, self.size);
    }
}

/// Writes edge records to their columns.
pub(crate) struct EdgeSink<'a> {
    tally: &'a Tally,
    highest_name: u32,
    layout: &'a EdgeLayout,
    types: &'a [EdgeKind],
    ordinal: Ordinal,
    kinds: &'a mut [u8],
    names: &'a mut [u32],
    targets: &'a mut [u32],
}

/// Turns an index into the array of node numbers, which is what the file calls a node, into an ordinal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ordinal {
    pub(crate) fields: u64,
    pub(crate) nodes: u64,
}

impl Ordinal {
    #[inline(always)]
    pub(crate) fn of(self, index: u64) -> Option<u32> {
        // Divisions by the two widths that exist are compiled to a multiplication.
        let ordinal = match self.fields {
            6 => index / 6,
            7 => index / 7,
            fields => index / fields,
        };
        (ordinal < self.nodes && ordinal * self.fields == index).then_some(ordinal as u32)
    }
}

impl RecordSink for EdgeSink<'_> {
    fn split_front(&mut self, records: usize) -> Self {
        Self {
            tally: self.tally,
            highest_name: 0,
            layout: self.layout,
            types: self.types,
            ordinal: self.ordinal,
            kinds: front(&mut self.kinds, records),
            names: front(&mut self.names, records),
            targets: front(&mut self.targets, records),
        }
    }

    #[inline(always)]
    fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), FieldFault> {
        let layout = self.layout;
        // In the order that every V8 so far writes, the fields need not go through memory to be picked.
        let (kind, name, target) = match *record {
            [kind, name, target] if layout.is_usual() => (kind, name, target),
            _ => (record[layout.kind], record[layout.name], record[layout.target]),
        };
        let Some(&kind) = usize::try_from(kind).ok().and_then(|code| self.types.get(code)) else {
            return Err((layout.kind, format!("{} is no edge type of this file", shown(kind))));
        };
        let Some(target) = self.ordinal.of(target) else {
            let target = shown(target);
            return Err((layout.target, format!("the edge target {target} is no node")));
        };
        // An element index above 2^31 is written unsigned by older V8 and negative by newer: the same bits.
        let name = narrow(if kind.is_indexed() { name & !NEGATIVE } else { name }, layout.name, "the edge name")?;
        self.highest_name = self.highest_name.max(if kind.is_indexed() { 0 } else { name });
        self.kinds[index] = kind as u8;
        self.names[index] = name;
        self.targets[index] = target;
        Ok(())
    }
}

impl Drop for EdgeSink<'_> {
    fn drop(&mut self) {
        self.tally.add(self.highest_name, 0);
    }
}
