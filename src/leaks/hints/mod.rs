//! What one snapshot lets suspect: large collections, lists of listeners, timers, handles, pools, chains, strings.
//!
//! A single snapshot shows what is there and not what grows. So nothing here is called a leak: a hint says what there
//! is much of, who holds it, and where, in the words and with the patterns of findings. What is much is measured by
//! the heap: a hint holds at least 1% of it and 100 kB, but for what is too many whatever its size, as eleven
//! listeners of one event.

mod collections;
mod crowds;
mod hint;
mod listeners;
mod pools;
mod scopes;
mod texts;

use rustc_hash::FxHashSet;

pub use self::hint::{Hint, HintBytes, HintEntries};
use super::{
    case::Case,
    growth::{Growth, GrowthKind},
    independence, patterns,
    series::Series,
};
use crate::{
    analysis::{Belonging, Duplicates, NameRoot, Scripts},
    error::Result,
    graph::{Classes, DominatorTree, HeapGraph, RetainedSizes, Retainers, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, Sizes},
};

/// Hints that are given.
const MOST: usize = 10;
/// Candidates that are looked at closely.
const LOOKED_AT: usize = 60;
/// Least part of the heap that a hint holds: one in so many, and bytes.
const LEAST_PART: u64 = 100;
const LEAST_BYTES: u64 = 100_000;
/// Packages have tables for their work, of media types or encodings: what one of them has must be so many times more.
const TABLES: u64 = 5;

/// The heap, with all that hints are found by.
struct Heap<'a> {
    series: &'a Series,
    graph: &'a HeapGraph,
    retainers: &'a Retainers,
    scripts: &'a Scripts,
    tree: &'a DominatorTree,
    classes: &'a Classes,
    shallow: &'a Sizes,
    retained: RetainedSizes<'a>,
    belonging: &'a Belonging,
    /// Bytes of the whole heap.
    total: u64,
    /// Bytes that are worth a hint.
    least: u64,
}

/// Something that may be worth a hint.
struct Candidate {
    growth: Growth,
    /// What kind of mistake it may be, where other signs tell it than the holder and its entries.
    pattern: Option<&'static str>,
    /// Too many of them whatever they weigh.
    always: bool,
    /// What there is, instead of `1,300 entries of Session`.
    what: Option<String>,
    /// What that means, instead of `keeps 41 MB alive`.
    keeps: Option<String>,
    /// What speaks for it, beside what the pattern says.
    evidence: Vec<String>,
}

impl Candidate {
    fn bytes(&self) -> u64 {
        self.growth.freed + self.growth.shared
    }

    fn new(growth: Growth) -> Self {
        Self { growth, pattern: None, always: false, what: None, keeps: None, evidence: Vec::new() }
    }
}

/// What a candidate has, without its bytes.
fn growth_of(holders: Vec<NodeId>, kind: GrowthKind, count: u64, entries: Vec<NodeId>) -> Growth {
    Growth {
        holders,
        kind,
        // As if it had come all at once: how it came one snapshot does not tell.
        counts: vec![0, count],
        entries,
        parts: Vec::new(),
        anchor: None,
        freed: 0,
        shared: 0,
        bytes: vec![0],
        external: 0,
    }
}

/// Looks at a heap that stands alone.
pub(super) fn find(
    series: &Series,
    scripts: &Scripts,
    belonging: Option<Belonging>,
    duplicates: Option<Duplicates>,
    monitor: &Monitor,
) -> Result<Vec<Hint>> {
    let graph = &series.subject;
    let (belonging, duplicates) = rayon::join(
        || belonging.map_or_else(|| Belonging::of(graph, scripts, monitor), Ok),
        || duplicates.map_or_else(|| Duplicates::of(graph, texts::DUPLICATES, monitor), Ok),
    );
    let (belonging, duplicates) = (belonging?, duplicates?);
    let shallow = graph.shallow_sizes(monitor)?;
    let total: u64 = shallow.iter().sum();
    let heap = Heap {
        series,
        graph,
        retainers: graph.retainers(monitor)?,
        scripts,
        tree: graph.dominator_tree(monitor)?,
        classes: graph.classes(monitor)?,
        shallow,
        retained: graph.retained_sizes(monitor)?,
        belonging: &belonging,
        total,
        least: (total / LEAST_PART).max(LEAST_BYTES),
    };
    let (holders, others) = rayon::join(
        || -> Result<Vec<Candidate>> {
            let mut found = heap.collections(monitor)?;
            found.extend(heap.scopes(monitor)?);
            Ok(found)
        },
        || -> Result<Vec<Candidate>> {
            let mut found = heap.listeners(monitor)?;
            found.extend(heap.crowds(monitor)?);
            found.extend(heap.pools(monitor)?);
            found.extend(heap.texts(&duplicates, monitor)?);
            Ok(found)
        },
    );
    let mut candidates = heap.chains(monitor)?;
    // What says more stands first: of two that hold the same it is told.
    candidates.extend(others?);
    candidates.extend(holders?);
    heap.told(candidates, monitor)
}

impl<'a> Heap<'a> {
    /// The candidates that are worth it, in words; what holds most first, each thing once.
    fn told(&self, mut candidates: Vec<Candidate>, monitor: &Monitor) -> Result<Vec<Hint>> {
        candidates.retain(|candidate| candidate.always || candidate.bytes() >= self.least);
        let id = |candidate: &Candidate| self.graph.snapshot().nodes.id(candidate.growth.holders[0]);
        // What tells the kind of mistake by other signs than weight comes first, and is not told again by weight.
        candidates.sort_by_key(|candidate| {
            let is_general = !candidate.always && candidate.keeps.is_none();
            (is_general, std::cmp::Reverse(candidate.bytes()), id(candidate))
        });
        self.leave_out_outer(&mut candidates);
        let mut accepted: Vec<&Candidate> = Vec::new();
        let mut hints = Vec::new();
        let mut independence = independence::Search::new(self.retainers, self.scripts);
        for candidate in candidates.iter().take(LOOKED_AT) {
            if accepted.iter().any(|other| self.is_part_of(candidate, other)) {
                continue;
            }
            let case = Case::of(self.series, self.retainers, self.scripts, &candidate.growth, monitor)?;
            if !candidate.always && (case.is_noise() || !self.is_of_program(candidate, &case)) {
                continue;
            }
            let retainers = independence.of(&case, monitor)?;
            hints.push(Hint::of(&case, candidate, self.scripts, retainers, self.total, monitor)?);
            accepted.push(candidate);
        }
        hints.sort_by_key(|hint| (std::cmp::Reverse(hint.bytes.retained), hint.holder.id));
        hints.truncate(MOST);
        Ok(hints)
    }

    /// Of two collections, one inside the other, that hold nearly the same, the inner one is the place to look at.
    fn leave_out_outer(&self, candidates: &mut Vec<Candidate>) {
        let inner_of = |outer: &Candidate| {
            candidates.iter().any(|inner| {
                let (above, below) = (outer.growth.holders[0], inner.growth.holders[0]);
                above != below
                    && self.tree.dominates(above, below)
                    && inner.growth.freed * 5 >= outer.growth.freed * 4
                    && matches!(inner.growth.kind, GrowthKind::Entries(_) | GrowthKind::Slots(_))
                    && outer.growth.holders.len() == 1
            })
        };
        let left_out: Vec<bool> = candidates.iter().map(|outer| !outer.always && inner_of(outer)).collect();
        let mut left_out = left_out.into_iter();
        candidates.retain(|_| !left_out.next().unwrap_or(false));
    }

    /// Whether what a candidate tells is told by another.
    fn is_part_of(&self, candidate: &Candidate, other: &Candidate) -> bool {
        let (growth, told) = (&candidate.growth, &other.growth);
        if growth.holders.iter().any(|holder| told.holders.contains(holder)) && candidate.pattern == other.pattern {
            return true;
        }
        // Copies of a text are no part of all that hangs where they hang.
        let covers = other.keeps.is_none();
        let inside = |node: NodeId| covers && told.holders.iter().any(|&holder| self.tree.dominates(holder, node));
        if !candidate.always && inside(growth.holders[0]) {
            return true;
        }
        // Scopes that hang below what has, say, the listeners that see them.
        let is_above = |node: NodeId| self.tree.dominates(growth.holders[0], node);
        if candidate.pattern == Some("closure-context") && told.holders.iter().any(|&holder| is_above(holder)) {
            return true;
        }
        // Entries that both have, or that hang on what the other has.
        let known: FxHashSet<NodeId> = told.entries.iter().copied().collect();
        let common = growth.entries.iter().filter(|&&entry| known.contains(&entry) || inside(entry)).count();
        !growth.entries.is_empty() && common * 2 > growth.entries.len()
    }

    /// Whether it is a program's and not Node's own, or a table that a package has for its work.
    fn is_of_program(&self, candidate: &Candidate, case: &Case<'_>) -> bool {
        let is_object = self.graph.snapshot().nodes.kind(case.holder) == NodeKind::OBJECT;
        if is_object && self.graph.raw_name(case.holder).starts_with("global") {
            return false;
        }
        let Some(name) = &case.name else { return !self.belonging.is_of_node(case.holder) };
        let is_nodes = if matches!(name.root, NameRoot::Variable | NameRoot::Function) {
            // A place in Node itself is told as none.
            name.place.is_none()
        } else {
            name.root == NameRoot::Global
                && (name.expression == "globalThis" || name.expression.contains("<symbol node:"))
        };
        let package = case.owner_package.is_some() || name.place.as_ref().is_some_and(|place| place.package.is_some());
        let is_table =
            package && candidate.bytes() < self.least * TABLES && patterns::recognise(case).0.id() == "global-cache";
        !is_nodes && !is_table && !self.is_constant(case.holder) && !self.is_bounded(case.holder)
    }

    /// Whether it is what a file of JSON says: `require` made it, and nothing is added.
    fn is_constant(&self, holder: NodeId) -> bool {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        self.retainers.edges(holder).any(|edge| {
            let module = nodes.of_edge(edge);
            edges.kind(edge) == EdgeKind::Property
                && self.graph.edge_name(edge) == "exports"
                && self.property(module, "filename").is_some_and(|file| self.graph.raw_name(file).ends_with(".json"))
        })
    }

    /// Whether it is a part of a cache that throws out what was not used for long.
    fn is_bounded(&self, holder: NodeId) -> bool {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_lru = |node: NodeId| {
            let class = self.class(node);
            class.contains("LRU") || class.contains("Lru") || {
                let has = |name| self.property(node, name).is_some();
                has("keyList") && has("valList")
            }
        };
        is_lru(holder)
            || self
                .retainers
                .edges(holder)
                .filter(|&edge| edges.kind(edge) == EdgeKind::Property)
                .any(|edge| is_lru(nodes.of_edge(edge)))
    }

    /// Bytes of nodes with all that hangs on them, each once: of those below one of the holders, and of the others.
    fn weight(&self, holders: &[NodeId], entries: &[NodeId]) -> (u64, u64) {
        let mut stretches: Vec<(usize, usize, NodeId)> = entries
            .iter()
            .map(|&node| {
                let stretch = self.tree.stretch(node);
                (stretch.start, stretch.end, node)
            })
            .collect();
        stretches.sort_unstable();
        let (mut inside, mut outside, mut covered) = (0, 0, 0);
        for (start, end, node) in stretches {
            if start < covered {
                continue;
            }
            covered = end;
            let bytes = self.retained.get(node);
            let is_inside = holders.iter().any(|&holder| self.tree.dominates(holder, node));
            *(if is_inside { &mut inside } else { &mut outside }) += bytes;
        }
        (inside, outside)
    }

    /// Of what hangs on a node, the bytes outside of V8's heap.
    fn external(&self, node: NodeId) -> u64 {
        let data = |node: &NodeId| self.graph.word(*node) == Word::ArrayBufferData;
        self.tree.subtree(node).filter(data).map(|node| self.shallow.get(node)).sum()
    }

    /// The nearest object or scope that most of the nodes depend on; nothing when that is the root.
    fn common_holder(&self, nodes: &[NodeId]) -> Option<NodeId> {
        const STEPS: usize = 100_000;
        let mut positions: Vec<(usize, NodeId)> =
            nodes.iter().map(|&node| (self.tree.stretch(node).start, node)).collect();
        positions.sort_unstable();
        let below = |node: NodeId| {
            let stretch = self.tree.stretch(node);
            let before = |end: usize| positions.partition_point(|&(position, _)| position < end);
            before(stretch.end) - before(stretch.start)
        };
        // Whatever has more than half of them has the one in the middle.
        let (_, mut at) = *positions.get(positions.len() / 2)?;
        for _ in 0..STEPS {
            at = self.tree.immediate(at);
            if self.graph.is_root_or_synthetic(at) {
                return None;
            }
            let is_thing = matches!(self.graph.snapshot().nodes.kind(at), NodeKind::OBJECT | NodeKind::CLOSURE)
                || self.graph.word(at) == Word::ContextNode;
            if is_thing && below(at) * 5 >= positions.len() * 4 {
                return Some(at);
            }
        }
        None
    }

    /// The target of a property of a node.
    fn property(&self, node: NodeId, name: &str) -> Option<NodeId> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_it = |&edge: &usize| edges.kind(edge) == EdgeKind::Property && self.graph.edge_name(edge) == name;
        nodes.edges(node).find(is_it).map(|edge| edges.target(edge))
    }

    /// The function that a function of `bind` stands for; any other stands for itself.
    fn unbound(&self, function: NodeId) -> NodeId {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_it =
            |&edge: &usize| edges.kind(edge) == EdgeKind::Internal && self.graph.edge_name(edge) == "bound_function";
        let of_bind = |node: NodeId| {
            let is_bound = nodes.kind(node) == NodeKind::CLOSURE && self.graph.snapshot().locations.get(node).is_none();
            is_bound.then(|| nodes.edges(node).find(is_it).map(|edge| edges.target(edge))).flatten()
        };
        // One that is bound twice has one inside.
        std::iter::successors(Some(function), |&node| of_bind(node)).take(8).last().unwrap_or(function)
    }

    /// The node's class by name.
    fn class(&self, node: NodeId) -> &'a str {
        &self.classes.get(node).name
    }
}

#[cfg(test)]
mod tests;
