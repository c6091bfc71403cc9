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

/// New nodes of one class under one holder.
struct Group {
    holder: NodeId,
    class: u32,
    nodes: Vec<NodeId>,
    /// How many came in each interval.
    came: Vec<u64>,
    /// Bytes of new nodes that hang on them.
    bytes: u64,
}

/// The set that a member of a forest of sets belongs to.
fn leader_of(leader: &[usize], mut at: usize) -> usize {
    while leader[at] != at {
        at = leader[at];
    }
    at
}

/// Whether one series is, within a tenth, so many times the other.
fn is_multiple(many: &[u64], one: &[u64], times: u64) -> bool {
    many.iter().zip(one).all(|(&many, &one)| many.abs_diff(one * times) * 10 <= many.max(one * times))
}

impl Search<'_> {
    pub(super) fn survivors(&self, explained: &mut Explained, monitor: &Monitor) -> Result<Vec<Growth>> {
        let groups: Vec<Group> = self
            .gather(explained, monitor)?
            .into_iter()
            .map(|((holder, class), nodes)| self.group(NodeId(holder), class, nodes))
            .filter(|group| self.came_under_load(group) && self.population_grew(group))
            .collect();
        let mut list = Vec::new();
        for members in self.joined(&groups) {
            list.push(self.growth_of_groups(&members, explained));
        }
        Ok(list)
    }

    fn group(&self, holder: NodeId, class: u32, nodes: Vec<NodeId>) -> Group {
        let mut came = vec![0_u64; self.series.intervals()];
        nodes.iter().for_each(|&node| came[self.series.born(node) - 1] += 1);
        let bytes = nodes.iter().map(|&node| self.new_bytes(node)).sum();
        Group { holder, class, nodes, came, bytes }
    }

    /// Whether some came in every interval with load, and are still there.
    fn came_under_load(&self, group: &Group) -> bool {
        group.came.iter().take(self.series.loads()).all(|&count| count >= u64::from(self.min))
    }

    /// Whether there are really more of them each time. Where new ones only take the place of old ones, as in a
    /// cache at its bound, the number of all objects of that type and name stays.
    fn population_grew(&self, group: &Group) -> bool {
        let population = self.series.population(group.nodes[0]);
        population
            .windows(2)
            .zip(&group.came)
            .take(self.series.loads())
            .all(|(pair, &came)| pair[1].saturating_sub(pair[0]) * 2 >= came)
    }

    /// Groups that are one growth seen at several of its parts, the part to tell it by first.
    fn joined<'g>(&self, groups: &'g [Group]) -> Vec<Vec<&'g Group>> {
        let mut leader: Vec<usize> = (0..groups.len()).collect();
        for (b, inner) in groups.iter().enumerate() {
            for (a, outer) in groups.iter().enumerate() {
                if a != b && self.is_part_of(inner, outer) {
                    let (a, b) = (leader_of(&leader, a), leader_of(&leader, b));
                    leader[b.max(a)] = a.min(b);
                }
            }
        }
        let mut sets: BTreeMap<usize, Vec<&Group>> = BTreeMap::new();
        for (index, group) in groups.iter().enumerate() {
            sets.entry(leader_of(&leader, index)).or_default().push(group);
        }
        let mut sets: Vec<Vec<&Group>> = sets.into_values().collect();
        for members in &mut sets {
            // The outermost holder; of its classes the one that comes once for each time, by what hangs on it.
            members.sort_by_key(|group| {
                let depth = std::cmp::Reverse(self.tree.subtree_len(group.holder));
                (depth, group.came.iter().sum::<u64>(), std::cmp::Reverse(group.bytes))
            });
            let most = members.iter().filter(|group| group.holder == members[0].holder).map(|group| group.bytes).max();
            let fewest: u64 = members[0].came.iter().sum();
            let best = members.iter().position(|group| {
                group.holder == members[0].holder
                    && Some(group.bytes) == most
                    && group.came.iter().sum::<u64>() <= fewest.saturating_mul(2)
            });
            members.swap(0, best.unwrap_or(0));
        }
        sets
    }

    /// Whether one group is a part of the growth that another is: under the same holder, or in the chain that the
    /// other's objects make.
    fn is_part_of(&self, inner: &Group, outer: &Group) -> bool {
        let is_root = self.is_top(outer.holder);
        if inner.holder == outer.holder {
            // The root has many things; parts of one come in equal numbers.
            return !is_root || is_multiple(&inner.came, &outer.came, 1);
        }
        !is_root
            && self.classes.number(inner.holder) == outer.class
            && self.tree.dominates(outer.holder, inner.holder)
            && (1..=4).any(|times| {
                is_multiple(&inner.came, &outer.came, times) || is_multiple(&outer.came, &inner.came, times)
            })
    }

    fn growth_of_groups(&self, members: &[&Group], explained: &mut Explained) -> Growth {
        let main = members[0];
        let is_root = self.is_top(main.holder);
        let kind = if is_root { GrowthKind::Handles } else { GrowthKind::Objects };
        let mut growth = self.blank(vec![main.holder], kind);
        let mut sum = self.there_before(main.holder, main.class);
        for (count, came) in growth.counts.iter_mut().zip([0].iter().chain(&main.came)) {
            sum += came;
            *count = sum;
        }
        for group in members {
            for &node in &group.nodes {
                self.explain(node, explained, &mut growth);
            }
        }
        growth.freed = growth.bytes.iter().sum();
        growth.parts = members.iter().map(|group| group.class).collect();
        growth.anchor = self.anchor(main);
        growth.entries = self.behind_timers(main).unwrap_or_else(|| main.nodes.clone());
        growth
    }

    /// A server or watcher that is left open hangs, in some versions of Node, on the timer by which it looks after
    /// itself. Then it is what is told, and not the timer.
    fn behind_timers(&self, group: &Group) -> Option<Vec<NodeId>> {
        const LOOKED_AT: usize = 400;
        let class = |node: NodeId| self.classes.get(node).name.as_str();
        if self.classes.all()[group.class as usize].name != "Timeout" {
            return None;
        }
        let opened = |&timer: &NodeId| {
            let mut inside = self.tree.subtree(timer).skip(1).take(LOOKED_AT);
            inside.find(|&node| matches!(class(node), "Server" | "FSWatcher" | "StatWatcher" | "ChildProcess"))
        };
        let opened: Vec<NodeId> = group.nodes.iter().filter_map(opened).collect();
        (opened.len() * 2 > group.nodes.len()).then_some(opened)
    }

    /// The node right below the holder that is above most of a group.
    fn anchor(&self, group: &Group) -> Option<NodeId> {
        // A chain may be as long as the heap; the newest of its links are enough to vote, and all share the way up.
        const VOTES: usize = 16;
        const STEPS: usize = 100_000;
        let mut votes: BTreeMap<NodeId, usize> = BTreeMap::new();
        for &node in group.nodes.iter().rev().take(VOTES) {
            let mut at = node;
            let reached = (0..STEPS).any(|_| {
                let above = self.tree.immediate(at);
                if above == group.holder {
                    return true;
                }
                at = above;
                false
            });
            if reached {
                *votes.entry(at).or_default() += 1;
            }
        }
        votes.into_iter().max_by_key(|&(node, votes)| (votes, std::cmp::Reverse(node))).map(|(node, _)| node)
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
            // Strings that only the root or the global object holds are V8's: names it has met.
            let holder = NodeId(above[node.index()]);
            let is_string = self.graph().snapshot().nodes.kind(node).is_string();
            if is_string && self.is_top(holder) {
                continue;
            }
            if !nested[node.index()] || self.link_above(node, class).is_some() {
                let holder = self.head_of_chain(NodeId(above[node.index()]), class);
                groups.entry((holder.0, class)).or_default().push(node);
            }
        }
        Ok(groups)
    }

    /// The root, its categories, and the global object: what hangs on them alone has no holder of the program's.
    fn is_top(&self, node: NodeId) -> bool {
        let is_object = self.graph().snapshot().nodes.kind(node) == NodeKind::OBJECT;
        self.graph().is_root_or_synthetic(node) || is_object && self.graph().raw_name(node).starts_with("global")
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
        // What everything is made of is no link of a chain for being of one class.
        let name = self.classes.all()[class as usize].name.as_str();
        if matches!(name, "Function" | "system / Context" | "Array" | "Object" | "Map" | "Set") {
            return holder;
        }
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
        if self.is_top(holder) {
            // Those that hang on the root or a category of it, as the new ones do.
            let hangs_high = |node: &NodeId| self.is_top(self.tree.immediate(*node));
            return self.graph().snapshot().nodes.all().filter(old).filter(hangs_high).count() as u64;
        }
        self.tree.subtree(holder).filter(old).count() as u64
    }
}
