//! Collections with many entries that hold much, and chains of objects without a collection.

use super::{Candidate, Heap, growth_of};
use crate::{
    analysis::{name_of, words},
    error::Result,
    graph::Word,
    leaks::{
        entries::{Collection, entry_nodes, hidden_slots, logical_size},
        growth::GrowthKind,
    },
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Entries from which on a collection is looked at.
const LEAST_ENTRIES: u32 = 100;
/// Links from which on a row of objects is a chain.
const LEAST_LINKS: u32 = 500;
/// A link may hang on the next one by way of some other objects: a closure and its scope.
const LINK_STEPS: usize = 4;

impl Heap<'_> {
    pub(super) fn collections(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut found = Vec::new();
        for node in nodes.all() {
            monitor.tick(node.index())?;
            if nodes.kind(node) != NodeKind::OBJECT {
                continue;
            }
            // What something else keeps too hangs on neither in the tree; then only the store shows that there is much.
            let holds_much = self.retained.get(node) >= self.least;
            let has_many = self.shallow.get(node) >= u64::from(LEAST_ENTRIES) * 8;
            if holds_much || has_many {
                found.extend(self.collection(node));
            }
        }
        Ok(found)
    }

    fn collection(&self, node: NodeId) -> Option<Candidate> {
        let (kind, count) = logical_size(self.graph, node)?;
        if count < LEAST_ENTRIES {
            let (kind, slots) = hidden_slots(self.graph, node)?;
            let bytes = self.shallow.get(node);
            let is_it = bytes >= self.least && bytes * 2 >= self.retained.get(node);
            return is_it.then(|| {
                let mut growth = growth_of(vec![node], GrowthKind::Slots(kind), u64::from(slots), Vec::new());
                growth.freed = bytes;
                growth.bytes = vec![bytes];
                Candidate::new(growth)
            });
        }
        let entries = entry_nodes(self.graph, node);
        let (inside, outside) = self.weight(&[node], &entries);
        let retained = self.retained.get(node);
        if retained + outside < self.least || self.is_namespace(kind, &entries) {
            return None;
        }
        // An object or array that holds much besides its entries is no collection for having some. Of a Map with
        // numbers for values it is the keys that count.
        let besides = retained.saturating_sub(inside + self.shallow.get(node));
        if matches!(kind, Collection::Object | Collection::Array) && besides > inside {
            return None;
        }
        let mut growth = growth_of(vec![node], GrowthKind::Entries(kind), u64::from(count), entries);
        (growth.freed, growth.shared) = (retained, outside);
        growth.bytes = vec![retained + outside];
        growth.external = self.external(node);
        Some(Candidate::new(growth))
    }

    /// Whether it is what a module exports: many functions, each another one.
    fn is_namespace(&self, kind: Collection, entries: &[NodeId]) -> bool {
        const ASKED: usize = 64;
        if kind != Collection::Object {
            return false;
        }
        let nodes = &self.graph.snapshot().nodes;
        let step = (entries.len() / ASKED).max(1);
        let asked: Vec<NodeId> = entries.iter().copied().step_by(step).collect();
        let mut places: Vec<_> = asked
            .iter()
            .filter(|&&node| nodes.kind(node) == NodeKind::CLOSURE)
            .filter_map(|&node| self.graph.snapshot().locations.get(node))
            .map(|at| (at.script, at.line, at.column))
            .collect();
        places.sort_unstable();
        places.dedup();
        places.len() * 2 > asked.len()
    }

    /// Rows of objects of one class, each kept by the one before.
    pub(super) fn chains(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut depths: Vec<u32> = memory::zeroed(nodes.len(), "chains")?;
        let mut ends: Vec<NodeId> = Vec::new();
        for (position, node) in self.tree.preorder().enumerate() {
            monitor.tick(position)?;
            if !self.may_be_link(node) {
                continue;
            }
            let depth = self.link_above(node).map_or(1, |link| depths[link.index()] + 1);
            depths[node.index()] = depth;
            if depth == LEAST_LINKS {
                ends.push(node);
            }
        }
        let mut heads: Vec<NodeId> = ends.into_iter().map(|end| self.head(end)).collect();
        heads.sort_unstable();
        heads.dedup();
        Ok(heads.into_iter().filter_map(|head| self.chain(head)).collect())
    }

    fn may_be_link(&self, node: NodeId) -> bool {
        match self.graph.snapshot().nodes.kind(node) {
            NodeKind::CONS_STRING => true,
            // What everything is made of is no chain for being of one class.
            NodeKind::OBJECT => !matches!(self.class(node), "Array" | "Map" | "Set" | "Promise" | "Object"),
            _ => false,
        }
    }

    /// The nearest dominator of the same class, if it is near.
    fn link_above(&self, node: NodeId) -> Option<NodeId> {
        let class = self.classes.number(node);
        let mut above = node;
        (0..LINK_STEPS)
            .map(|_| {
                above = self.tree.immediate(above);
                above
            })
            .find(|&link| self.classes.number(link) == class && link != self.tree.root())
    }

    fn head(&self, mut link: NodeId) -> NodeId {
        while let Some(above) = self.link_above(link) {
            link = above;
        }
        link
    }

    fn chain(&self, head: NodeId) -> Option<Candidate> {
        let retained = self.retained.get(head);
        if retained < self.least {
            return None;
        }
        let class = self.classes.number(head);
        let links: Vec<NodeId> = self.tree.subtree(head).filter(|&node| self.classes.number(node) == class).collect();
        let holder = self.holder_of(head)?;
        let is_text = self.graph.snapshot().nodes.kind(head) == NodeKind::CONS_STRING;
        let count = links.len() as u64;
        let mut growth = growth_of(vec![holder], GrowthKind::Objects, count, links);
        growth.parts = vec![class];
        growth.anchor = Some(head);
        growth.freed = retained;
        growth.bytes = vec![retained];
        growth.external = self.external(head);
        let mut candidate = Candidate::new(growth);
        let number = words::count(count);
        if is_text {
            candidate.what = Some(format!("a string of {number} concatenated pieces"));
        } else if self.graph.word(head) == Word::ContextNode {
            candidate.what = Some(format!("a chain of {number} scopes"));
        }
        Some(candidate)
    }

    /// The object or scope that the first link hangs on; the first above that has a name, where one is near.
    fn holder_of(&self, head: NodeId) -> Option<NodeId> {
        const STEPS: usize = 8;
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_thing = |node: &NodeId| {
            matches!(nodes.kind(*node), NodeKind::OBJECT | NodeKind::CLOSURE)
                || self.graph.word(*node) == Word::ContextNode
        };
        let above: Vec<NodeId> = std::iter::successors(Some(self.tree.immediate(head)), |&node| {
            Some(self.tree.immediate(node)).filter(|_| !self.graph.is_root_or_synthetic(node))
        })
        .take(STEPS)
        .filter(is_thing)
        .collect();
        let named = above.iter().copied().find(|&node| {
            let name = name_of(self.graph, self.retainers, self.scripts, node);
            name.is_some_and(|name| name.place.is_some_and(|place| !place.file.starts_with("node:")))
        });
        named.or_else(|| above.first().copied()).or_else(|| {
            let by = self.retainers.edges(head).filter(|&edge| edges.kind(edge) != EdgeKind::Weak);
            by.map(|edge| nodes.of_edge(edge)).find(is_thing)
        })
    }
}
