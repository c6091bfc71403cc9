//! Snapshots of different processes, compared by what the program calls things.
//!
//! After a restart, or between two pods, no object can be followed: ids mean nothing there. But a program has the same
//! variables in every process. So collections are compared by name and file, and one that has more entries in each
//! snapshot is told as growth; more than that it cannot be called, since the processes may have had different loads.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::{
    entries::{Collection, logical_size},
    growth::{Growth, GrowthKind},
    series::Series,
};
use crate::{
    analysis::{Scripts, name_of},
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::NodeId,
};

/// Entries from which on a collection is named. An object has properties that are no entries.
const LEAST: u32 = 16;
const LEAST_PROPERTIES: u32 = 64;
/// Collections that are named, the largest: each takes a search.
const NAMED: usize = 2000;

/// What a program calls something, and the file where it does.
type Key = (String, Option<String>);

/// The named collections of a heap.
pub(super) struct Named {
    collections: FxHashMap<Key, (NodeId, GrowthKind, u32)>,
}

impl Named {
    pub(super) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let mut all: Vec<(u32, NodeId, Collection)> = Vec::new();
        for node in graph.snapshot().nodes.all() {
            monitor.tick(node.index())?;
            if let Some((kind, size)) = logical_size(graph, node)
                && size >= if kind == Collection::Object { LEAST_PROPERTIES } else { LEAST }
            {
                all.push((size, node, kind));
            }
        }
        all.sort_unstable_by_key(|&(size, node, _)| (Reverse(size), node));
        all.truncate(NAMED);
        let (retainers, scripts) = (graph.retainers(monitor)?, Scripts::of(graph));
        let mut collections = FxHashMap::default();
        for (step, &(size, node, kind)) in all.iter().enumerate() {
            if step % 64 == 0 {
                monitor.check()?;
            }
            let Some(name) = name_of(graph, retainers, &scripts, node).filter(|name| !name.is_of_node()) else {
                continue;
            };
            // The largest of several of one name, which comes first.
            let key = (name.expression, name.place.map(|place| place.file));
            collections.entry(key).or_insert((node, GrowthKind::Entries(kind), size));
        }
        Ok(Self { collections })
    }

    /// Entries of the collection of this name.
    fn size(&self, key: &Key) -> Option<u32> {
        self.collections.get(key).map(|&(_, _, size)| size)
    }
}

/// Collections that have more entries in every snapshot, by name where the process is another.
pub(super) fn find(series: &Series, min: u32, monitor: &Monitor) -> Result<Vec<Growth>> {
    let graph = &series.subject;
    let named = Named::of(graph, monitor)?;
    let retained = graph.retained_sizes(monitor)?;
    let mut list = Vec::new();
    for (key, &(node, kind, now)) in &named.collections {
        let before = series.earlier.iter().map(|ledger| match &ledger.named {
            Some(named) => named.size(key),
            None => Some(ledger.size_of(graph.snapshot().nodes.id(node))),
        });
        let Some(mut sizes) = before.collect::<Option<Vec<u32>>>() else { continue };
        sizes.push(now);
        if !sizes.windows(2).all(|pair| pair[1] >= pair[0].saturating_add(min)) {
            continue;
        }
        // What the new ones take is not known one by one: their part of what the holder keeps.
        let part = |added: u32| retained.get(node) * u64::from(added) / u64::from(now);
        let bytes: Vec<u64> = sizes.windows(2).map(|pair| part(pair[1] - pair[0])).collect();
        list.push(Growth {
            holders: vec![node],
            kind,
            counts: sizes.into_iter().map(u64::from).collect(),
            entries: Vec::new(),
            parts: Vec::new(),
            anchor: None,
            freed: bytes.iter().sum(),
            shared: 0,
            bytes,
            external: 0,
        });
    }
    list.sort_by_key(|growth| growth.holders[0]);
    Ok(list)
}
