//! Objects that came in every interval, are still there, and belong to no collection that rises.
//!
//! They are gathered under the nearest object that was there before: directly under it, or in a chain of their own
//! class (a list, a row of scopes), which is told by its holder and not link by link.

use std::collections::BTreeMap;

use super::growth::{Explained, Growth, GrowthKind, Search};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// A link may hang on the next one by way of some other objects: a closure and its scope.
const LINK_STEPS: usize = 4;

impl Search<'_> {
    pub(super) fn survivors(&self, explained: &mut Explained, monitor: &Monitor) -> Result<Vec<Growth>> {
        let groups = self.gather(explained, monitor)?;
        let mut list = Vec::new();
        for ((holder, class), nodes) in groups {
            let mut came = vec![0_u64; self.series.intervals() + 1];
            nodes.iter().for_each(|&node| came[self.series.born(node)] += 1);
            if came[1..].iter().any(|&count| count < u64::from(self.min)) {
                continue;
            }
            let holder = NodeId(holder);
            let is_root = self.graph().is_root_or_synthetic(holder);
            let kind = if is_root { GrowthKind::Handles } else { GrowthKind::Objects };
            let mut growth = self.blank(vec![holder], kind);
            let mut sum = if is_root { 0 } else { self.there_before(holder, class) };
            for (count, came) in growth.counts.iter_mut().zip(came) {
                sum += came;
                *count = sum;
            }
            for &node in &nodes {
                self.explain(node, explained, &mut growth);
            }
            growth.freed = growth.bytes.iter().sum();
            growth.entries = nodes;
            list.push(growth);
        }
        Ok(list)
    }

    /// New nodes by holder and class.
    fn gather(&self, explained: &Explained, monitor: &Monitor) -> Result<BTreeMap<(u32, u32), Vec<NodeId>>> {
        let root = self.graph().snapshot().root();
        let count = self.graph().snapshot().nodes.len();
        // For each node its nearest old object above, and whether a new object stands between.
        let mut above = memory::filled(count, root.0, "holders")?;
        let mut nested = memory::filled(count, false, "holders")?;
        let mut groups: BTreeMap<(u32, u32), Vec<NodeId>> = BTreeMap::new();
        for (position, node) in self.tree.preorder().enumerate().skip(1) {
            monitor.tick(position)?;
            let dominator = self.tree.immediate(node);
            let visible = self.is_visible(dominator);
            if self.graph().is_root_or_synthetic(dominator) || visible && self.series.is_old(dominator) {
                above[node.index()] = dominator.0;
            } else {
                above[node.index()] = above[dominator.index()];
                nested[node.index()] = nested[dominator.index()] || visible;
            }
            if self.series.is_old(node) || explained.nodes[node.index()] || !self.is_visible(node) {
                continue;
            }
            let class = self.classes.number(node);
            if !nested[node.index()] || self.link_above(node, class).is_some() {
                let holder = self.head_of_chain(NodeId(above[node.index()]), class);
                groups.entry((holder.0, class)).or_default().push(node);
            }
        }
        Ok(groups)
    }

    /// Nodes that a program knows of: objects, functions, handles, strings that are built; not V8's records.
    fn is_visible(&self, node: NodeId) -> bool {
        matches!(
            self.graph().snapshot().nodes.kind(node),
            NodeKind::OBJECT
                | NodeKind::CLOSURE
                | NodeKind::REGEXP
                | NodeKind::NATIVE
                | NodeKind::CONS_STRING
                | NodeKind::SLICED_STRING
        )
    }

    /// The nearest dominator of the same class, if it is near.
    fn link_above(&self, node: NodeId, class: u32) -> Option<NodeId> {
        let mut above = node;
        (0..LINK_STEPS)
            .map(|_| {
                above = self.tree.immediate(above);
                above
            })
            .find(|&link| self.classes.number(link) == class)
    }

    /// What holds the first link of a chain that `holder` is a link of; `holder` itself when it is none.
    fn head_of_chain(&self, mut holder: NodeId, class: u32) -> NodeId {
        let root = self.graph().snapshot().root();
        let own = |node: NodeId| self.classes.number(node) == class;
        while holder != root {
            let link = if own(holder) { Some(holder) } else { self.link_above(holder, class) };
            match link {
                Some(link) => holder = self.tree.immediate(link),
                None => break,
            }
        }
        holder
    }

    /// Old nodes of a class under a holder.
    fn there_before(&self, holder: NodeId, class: u32) -> u64 {
        let old = |&node: &NodeId| self.series.is_old(node) && self.classes.number(node) == class && node != holder;
        self.tree.subtree(holder).filter(old).count() as u64
    }
}
