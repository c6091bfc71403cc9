//! Where the memory is, in the coarse parts that DevTools shows as "Statistics", and the totals of a snapshot.

use std::ops::Sub;

use fixedbitset::FixedBitSet;
use serde::Serialize;

use crate::{
    error::Result,
    graph::{HeapGraph, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Totals of a snapshot, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// All self sizes, and the native bytes V8 counts without a node.
    pub self_size: u64,
    /// Of that, on V8's own heap.
    pub v8_heap: u64,
    /// Of that, outside V8's heap as far as the snapshot knows.
    pub native: u64,
    /// Bytes behind array buffers and external strings, a part of `native`.
    pub external_bytes: u64,
}

/// Difference of two totals, target minus base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TotalsDelta {
    self_size: i64,
    v8_heap: i64,
    native: i64,
    external_bytes: i64,
}

impl Sub for Totals {
    type Output = TotalsDelta;

    fn sub(self, base: Self) -> TotalsDelta {
        let delta = |target: u64, base: u64| target.cast_signed() - base.cast_signed();
        TotalsDelta {
            self_size: delta(self.self_size, base.self_size),
            v8_heap: delta(self.v8_heap, base.v8_heap),
            native: delta(self.native, base.native),
            external_bytes: delta(self.external_bytes, base.external_bytes),
        }
    }
}

/// The parts of a heap, as DevTools' statistics show them. Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// All of it.
    pub total: u64,
    /// Outside V8's heap.
    pub native: NativeStatistics,
    /// On V8's heap.
    pub v8heap: V8HeapStatistics,
}

/// Memory outside V8's heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeStatistics {
    /// All native nodes and the bytes without a node.
    pub total: u64,
    /// Contents of typed arrays and buffers.
    pub typed_arrays: u64,
}

/// Memory on V8's heap. The parts do not add up to the total: objects have no part of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct V8HeapStatistics {
    /// All of it.
    pub total: u64,
    /// Compiled code and what belongs to it.
    pub code: u64,
    /// JavaScript arrays with the stores that are theirs alone.
    pub js_arrays: u64,
    /// Strings of all kinds.
    pub strings: u64,
    /// V8's own bookkeeping.
    pub system: u64,
}

/// Computes the statistics and the totals.
pub fn statistics(graph: &HeapGraph, monitor: &Monitor) -> Result<(Statistics, Totals)> {
    let snapshot = graph.snapshot();
    let shallow = graph.shallow_sizes(monitor)?;
    let extra = snapshot.header.extra_native_bytes;
    let (mut total, mut native) = (extra, extra);
    let (mut typed_arrays, mut code, mut strings, mut system, mut js_arrays) = (0, 0, 0, 0, 0);
    let mut external_bytes = 0;
    let mut arrays = Vec::new();
    for node in snapshot.nodes.all() {
        let size = shallow.get(node);
        total += size;
        match snapshot.nodes.kind(node) {
            NodeKind::HIDDEN => system += size,
            NodeKind::NATIVE => {
                native += size;
                let word = graph.word(node);
                if word == Word::ArrayBufferData {
                    typed_arrays += size;
                }
                if matches!(word, Word::ArrayBufferData | Word::ExternalStringData) {
                    // The bytes themselves, whoever they are counted with.
                    external_bytes += snapshot.nodes.self_size(node);
                }
            }
            NodeKind::CODE => code += size,
            kind if kind.is_string() => strings += size,
            _ if graph.word(node) == Word::Array => {
                js_arrays += size;
                arrays.push(node);
            }
            _ => {}
        }
        monitor.tick(node.index())?;
    }
    js_arrays += unshared_stores(graph, &arrays, monitor)?.map(|store| shallow.get(store)).sum::<u64>();
    let statistics = Statistics {
        total,
        native: NativeStatistics { total: native, typed_arrays },
        v8heap: V8HeapStatistics { total: total - native, code, js_arrays, strings, system },
    };
    Ok((statistics, Totals { self_size: total, v8_heap: total - native, native, external_bytes }))
}

/// The stores of arrays, those left out that anything else points at.
fn unshared_stores(
    graph: &HeapGraph,
    arrays: &[NodeId],
    monitor: &Monitor,
) -> Result<impl Iterator<Item = NodeId> + use<>> {
    let snapshot = graph.snapshot();
    let store_of = |&array: &NodeId| {
        let is_store = |&edge: &usize| {
            snapshot.edges.kind(edge) == EdgeKind::Internal
                && graph.vocabulary().word(snapshot.edges.name_or_index(edge)) == Word::Elements
        };
        snapshot.nodes.edges(array).find(is_store).map(|edge| snapshot.edges.target(edge))
    };
    let stores: Vec<NodeId> = arrays.iter().filter_map(store_of).collect();
    // Counting retainers of these few needs no list of retainers: two bits a node and one pass over the targets.
    let mut wanted = FixedBitSet::with_capacity(snapshot.nodes.len());
    wanted.extend(stores.iter().map(|store| store.index()));
    let mut once = FixedBitSet::with_capacity(snapshot.nodes.len());
    for (edge, &target) in snapshot.edges.targets().iter().enumerate() {
        monitor.tick(edge)?;
        let target = target as usize;
        if wanted.contains(target) && once.put(target) {
            wanted.remove(target);
        }
    }
    Ok(stores.into_iter().filter(move |store| wanted.contains(store.index())))
}
