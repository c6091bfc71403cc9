//! Who holds what grew: for each class that gained, the object that was there before and keeps the new ones.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::{
    ComparisonRow, NodeSummary,
    compare::Matched,
    path::{Hop, shortest_path},
};
use crate::{
    error::Result,
    graph::HeapGraph,
    hashing::SeededMap,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind, ObjectId},
};

/// Classes that are looked at.
const CLASSES: usize = 10;

/// A class that grew and the holder of most of its growth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassGrowth {
    /// Name of the class.
    pub name: String,
    /// Its key.
    pub key: String,
    /// Bytes gained.
    pub size_delta: i64,
    /// Nodes gained.
    pub count_delta: i64,
    /// The nearest dominator that stands in both snapshots and keeps most of the added bytes alive; `null` when
    /// that is the root or one of its categories.
    pub holder: Option<NodeSummary>,
    /// A shortest way to the holder from the root; at most 256 hops, the last ones. Absent without a holder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Hop>,
    /// Added nodes of the class that the holder keeps.
    pub held_count: u64,
    /// Their bytes.
    pub held_size: u64,
}

/// The classes that gained most bytes, with their holders.
pub(crate) fn class_growth(
    base: &HeapGraph,
    target: &HeapGraph,
    rows: &[ComparisonRow],
    matched: &Matched,
    monitor: &Monitor,
) -> Result<Vec<ClassGrowth>> {
    let grown: Vec<&ComparisonRow> = rows.iter().take_while(|row| row.size_delta > 0).take(CLASSES).collect();
    let holders = holders(base, target, monitor)?;
    let sizes = target.shallow_sizes(monitor)?;
    let wanted: FxHashSet<&str> = grown.iter().map(|row| row.key.as_str()).collect();
    // (count, bytes) by class and holder.
    let mut held: SeededMap<&str, FxHashMap<u32, (u64, u64)>> = SeededMap::default();
    for (node, key) in matched.added(target.classes(monitor)?) {
        if wanted.contains(key) {
            let sum = held.entry(key).or_default().entry(holders[node.index()]).or_default();
            sum.0 += 1;
            sum.1 += sizes.get(node);
        }
    }
    grown
        .into_iter()
        .map(|row| {
            let most = held.get(row.key.as_str()).into_iter().flatten();
            let most = most.max_by_key(|&(&holder, &(count, size))| (size, count, std::cmp::Reverse(holder)));
            let (&holder, &(held_count, held_size)) = most.unwrap_or((&target.snapshot().root().0, &(0, 0)));
            let holder = NodeId(holder);
            let holder = Some(holder).filter(|&holder| !target.is_root_or_synthetic(holder));
            Ok(ClassGrowth {
                name: row.name.clone(),
                key: row.key.clone(),
                size_delta: row.size_delta,
                count_delta: row.count_delta,
                holder: holder.map(|holder| NodeSummary::of(target, holder, monitor)).transpose()?,
                path: holder.map_or(Ok(Vec::new()), |holder| shortest_path(target, holder, monitor))?,
                held_count,
                held_size,
            })
        })
        .collect()
}

/// For each node of the target its nearest strict dominator that the base has too.
fn holders(base: &HeapGraph, target: &HeapGraph, monitor: &Monitor) -> Result<Vec<u32>> {
    let base_nodes = &base.snapshot().nodes;
    let in_base: FxHashSet<ObjectId> = base_nodes.all().map(|node| base_nodes.id(node)).collect();
    let nodes = &target.snapshot().nodes;
    let tree = target.dominator_tree(monitor)?;
    let mut holders = memory::filled(nodes.len(), target.snapshot().root().0, "holders")?;
    for node in tree.preorder().skip(1) {
        let dominator = tree.immediate(node);
        // A store of an object is not what a person looks for: the object that has it is.
        let is_object = !matches!(nodes.kind(dominator), NodeKind::ARRAY | NodeKind::HIDDEN);
        let stands_in_both =
            target.is_root_or_synthetic(dominator) || is_object && in_base.contains(&nodes.id(dominator));
        // Dominators come before what they dominate, so the one above has its answer.
        holders[node.index()] = if stands_in_both { dominator.0 } else { holders[dominator.index()] };
    }
    monitor.advance("holders", 0.1)?;
    Ok(holders)
}
