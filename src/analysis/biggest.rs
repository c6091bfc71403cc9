//! The biggest objects: the heads of the dominator tree.
//!
//! Nothing but the root and its categories stands above a head, so heads are disjoint: what one of them retains
//! no other does, and together they are the heap.

use std::cmp::Reverse;

use serde::Serialize;

use super::{
    node::NodeSummary,
    path::{Hop, shortest_path},
};
use crate::{error::Result, graph::HeapGraph, monitor::Monitor, snapshot::NodeId};

/// An object that much depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BigObject {
    /// The object.
    pub node: NodeSummary,
    /// Bytes that would be freed with it.
    pub retained_size: u64,
    /// A shortest way to it from the root; at most 256 hops, the last ones.
    pub path: Vec<Hop>,
}

/// The `top` biggest heads.
pub(crate) fn biggest(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Vec<BigObject>> {
    let (tree, retained) = (graph.dominator_tree(monitor)?, graph.retained_sizes(monitor)?);
    let order = |node: &NodeId| (Reverse(retained.get(*node)), graph.snapshot().nodes.id(*node), *node);
    let keep_biggest = |heads: &mut Vec<NodeId>| {
        if heads.len() > top {
            heads.select_nth_unstable_by_key(top, order);
            heads.truncate(top);
        }
    };
    let mut heads: Vec<NodeId> = Vec::new();
    let mut categories = vec![graph.snapshot().root()];
    let mut steps = 0_usize;
    while let Some(category) = categories.pop() {
        for child in tree.children(category) {
            steps += 1;
            monitor.tick(steps)?;
            if graph.is_root_or_synthetic(child) {
                categories.push(child);
            } else if retained.get(child) > 0 {
                heads.push(child);
                // The root may have millions of them: chosen from a few at a time, there is never long to wait for.
                if heads.len() >= top.saturating_mul(4).max(4096) {
                    keep_biggest(&mut heads);
                }
            }
        }
    }
    keep_biggest(&mut heads);
    heads.sort_unstable_by_key(order);
    heads
        .into_iter()
        .map(|node| {
            Ok(BigObject {
                node: NodeSummary::of(graph, node, monitor)?,
                retained_size: retained.get(node),
                path: shortest_path(graph, node, monitor)?,
            })
        })
        .collect()
}
