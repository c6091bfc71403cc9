//! Collections with more entries in every snapshot than in the one before.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::{
    entries::{buffer_size, entry_nodes, hidden_slots, logical_size, text_size},
    growth::{Explained, Growth, GrowthKind, Search},
};
use crate::{
    analysis::is_scope,
    error::Result,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

struct Rising {
    node: NodeId,
    kind: GrowthKind,
    counts: Vec<u64>,
}

/// How far behind its entries a growth reaches for what they share.
const STEPS_BEHIND: usize = 2;

/// What collections of one kind have in common: their class, the class of what has them, the name there, and whether
/// their entries show.
type Family = (u32, u32, u32, bool);

impl Search<'_> {
    /// Rising collections as growths: one for all of a kind, none for those that are inside the new entries of
    /// another.
    pub(super) fn rising(&self, explained: &mut Explained, monitor: &Monitor) -> Result<Vec<Growth>> {
        let rising = self.find_rising(monitor)?;
        let nodes: FxHashSet<NodeId> = rising.iter().map(|rising| rising.node).collect();
        let mut families: BTreeMap<Family, Vec<Rising>> = BTreeMap::new();
        for one in rising {
            if !self.is_inside_another(one.node, &nodes) {
                let (class, owner, name) = self.family(one.node);
                let is_shown = matches!(one.kind, GrowthKind::Entries(_));
                families.entry((class, owner, name, is_shown)).or_default().push(one);
            }
        }
        // The oldest first, so that what two of them keep is counted with the one that had it first.
        let mut families: Vec<Vec<Rising>> = families.into_values().collect();
        let id = |rising: &Rising| self.graph().snapshot().nodes.id(rising.node);
        families.iter_mut().for_each(|members| members.sort_by_key(id));
        families.sort_by_key(|members| id(&members[0]));
        Ok(families.iter().map(|members| self.growth_of(members, explained)).collect())
    }

    fn find_rising(&self, monitor: &Monitor) -> Result<Vec<Rising>> {
        let intervals = self.series.intervals();
        let mut found = Vec::new();
        for node in self.graph().snapshot().nodes.all() {
            monitor.tick(node.index())?;
            // One that came with the last of several intervals has no history, unless it replaces another.
            if intervals > 1 && self.series.born(node) == intervals && !self.series.has_slot(node) {
                continue;
            }
            // After a rest it may be empty again, which is worth telling.
            let least = if self.series.ends_in_rest { 0 } else { self.min };
            if let Some((kind, counts)) = self.bytes_rise(node) {
                found.push(Rising { node, kind, counts });
                continue;
            }
            let Some((kind, now)) = logical_size(self.graph(), node) else { continue };
            let (kind, counts) = match self.rises(self.series.sizes(node, now)) {
                Some(counts) if now >= least => (GrowthKind::Entries(kind), counts),
                _ => match self.store_rises(node) {
                    Some(rising) => rising,
                    None => continue,
                },
            };
            found.push(Rising { node, kind, counts });
        }
        Ok(found)
    }

    /// The sizes, if they rise in every interval with load.
    fn rises(&self, sizes: Vec<u32>) -> Option<Vec<u64>> {
        let windows = sizes.windows(2).take(self.series.loads());
        let rises = windows.into_iter().all(|pair| pair[1] >= pair[0].saturating_add(self.min));
        rises.then(|| sizes.into_iter().map(u64::from).collect())
    }

    /// The slots of a store that shows few entries and had to grow in every interval with load.
    fn store_rises(&self, node: NodeId) -> Option<(GrowthKind, Vec<u64>)> {
        let (kind, now) = hidden_slots(self.graph(), node).filter(|_| self.series.is_old(node))?;
        let slots = self.series.slots(node, now);
        let doubled = slots.is_sorted() && slots[0] > 0 && now >= slots[0].saturating_mul(2);
        if doubled {
            // Stores grow by leaps, so an interval may pass without one.
            return Some((GrowthKind::Slots(kind), slots.into_iter().map(u64::from).collect()));
        }
        Some((GrowthKind::Slots(kind), self.rises(slots)?))
    }

    /// Bytes of a string or buffer that stands where a shorter one stood in every earlier snapshot.
    fn bytes_rise(&self, node: NodeId) -> Option<(GrowthKind, Vec<u64>)> {
        const LEAST: u32 = 1024;
        if !self.series.has_slot(node) {
            return None;
        }
        let text = text_size(self.graph(), node).map(|size| (GrowthKind::Text, size));
        let (kind, now) = text.or_else(|| Some((GrowthKind::Buffer, buffer_size(self.graph(), node)?)))?;
        let sizes = self.series.sizes(node, now);
        let rises = sizes.windows(2).all(|pair| pair[1] >= pair[0].saturating_add(LEAST));
        rises.then(|| (kind, sizes.into_iter().map(u64::from).collect()))
    }

    /// Whether a node is kept by a new entry of a rising collection, and so is part of that growth.
    fn is_inside_another(&self, node: NodeId, rising: &FxHashSet<NodeId>) -> bool {
        let root = self.graph().snapshot().root();
        let mut is_new = !self.series.is_old(node);
        let mut above = self.tree.immediate(node);
        while above != root {
            if is_new && rising.contains(&above) {
                return true;
            }
            is_new |= !self.series.is_old(above);
            above = self.tree.immediate(above);
        }
        false
    }

    fn family(&self, node: NodeId) -> (u32, u32, u32) {
        let (nodes, edges) = (&self.graph().snapshot().nodes, &self.graph().snapshot().edges);
        let oldest = self
            .retainers
            .edges(node)
            .filter(|&edge| edges.kind(edge) != EdgeKind::Weak)
            .min_by_key(|&edge| nodes.id(nodes.of_edge(edge)));
        let class = self.classes.number(node);
        let Some(edge) = oldest else { return (class, u32::MAX, 0) };
        let owner = nodes.of_edge(edge);
        // Of a block's variables the reference has no name, but each is one of its own.
        let is_variable = match edges.kind(edge) {
            EdgeKind::Context => true,
            EdgeKind::Hidden => is_scope(self.graph(), owner),
            _ => false,
        };
        // Among many of a kind in one store the position tells nothing; a name does.
        let is_position = !is_variable && edges.kind(edge).is_indexed() || nodes.kind(owner) == NodeKind::ARRAY;
        let name = if is_position { 0 } else { edges.name_or_index(edge).wrapping_add(1) };
        // Scopes are all of one class; each is a family of its own.
        let owner_class = if is_variable { u32::MAX - owner.0 } else { self.classes.number(owner) };
        (class, owner_class, name)
    }

    fn growth_of(&self, members: &[Rising], explained: &mut Explained) -> Growth {
        let holders = members.iter().map(|member| member.node).collect();
        let mut growth = self.blank(holders, members[0].kind);
        for member in members {
            for (sum, count) in growth.counts.iter_mut().zip(&member.counts) {
                *sum += count;
            }
            if let GrowthKind::Slots(_) = member.kind {
                for (bytes, pair) in growth.bytes.iter_mut().zip(member.counts.windows(2)) {
                    *bytes += pair[1].saturating_sub(pair[0]) * 8;
                }
                continue;
            }
            growth.freed += self.new_bytes(member.node);
            self.explain(member.node, explained, &mut growth);
            for entry in entry_nodes(self.graph(), member.node) {
                if self.series.is_old(entry) {
                    continue;
                }
                growth.entries.push(entry);
                // Not below the holder in the tree: something else keeps it too.
                if !explained.nodes[entry.index()] {
                    growth.shared += self.new_bytes(entry);
                    self.explain(entry, explained, &mut growth);
                }
            }
        }
        if let GrowthKind::Slots(_) = growth.kind {
            growth.freed = growth.bytes.iter().sum();
            return growth;
        }
        self.explain_behind(explained, &mut growth);
        growth
    }

    /// What two of the entries' holders share hangs on neither in the tree: a scope that a listener of "data" and
    /// one of "end" have in common. It is a step or two behind the entries.
    fn explain_behind(&self, explained: &mut Explained, growth: &mut Growth) {
        let (nodes, edges) = (&self.graph().snapshot().nodes, &self.graph().snapshot().edges);
        let mut front = growth.entries.clone();
        for _ in 0..STEPS_BEHIND {
            let mut next = Vec::new();
            for node in front {
                for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) != EdgeKind::Weak) {
                    let target = edges.target(edge);
                    if !self.series.is_old(target) && !explained.nodes[target.index()] {
                        growth.shared += self.new_bytes(target);
                        self.explain(target, explained, growth);
                        next.push(target);
                    }
                }
            }
            front = next;
        }
    }
}
