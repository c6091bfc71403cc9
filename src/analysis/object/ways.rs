//! Ways in the program's words: what V8 puts between a program's objects is folded, and so is a list as long as the
//! heap.
//!
//! A session in a Map is not `⟨table⟩ ⟨7⟩` but `.get("a1")`; a variable two scopes out is still a variable; and of a
//! list of a million links it is told that there are as many.

use crate::{
    analysis::{
        Name, Place, Scripts, name_of,
        node::shortened_to,
        path::{Hop, as_code, hop},
        slots::block_variable,
    },
    error::Result,
    graph::{HeapGraph, Word},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Hops that a way shows at most, those nearest to the object.
const HOPS: usize = 256;
/// Characters of a key.
const KEY: usize = 40;
/// Steps of one kind from which on they are told by their number.
const LIST: usize = 3;

/// A step of a way, folded: the last of the edges that it stands for.
struct Step {
    edge: usize,
    text: Option<String>,
}

/// Ways of one heap in words.
pub(super) struct Ways<'a> {
    pub(super) graph: &'a HeapGraph,
    pub(super) scripts: &'a Scripts,
    /// Every edge a hop, as the file has them.
    pub(super) raw: bool,
    /// Nodes that no way may pass, nor a category that it begins at come from.
    pub(super) excluded: &'a [NodeId],
}

impl Ways<'_> {
    /// The hops of a way; at most 256, the last ones.
    pub(super) fn hops(&self, way: &[usize], monitor: &Monitor) -> Result<Vec<Hop>> {
        let way = self.with_categories(way, monitor)?;
        let steps = self.steps(&way)?;
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in 0..steps.len() {
            match runs.last_mut() {
                Some((start, length)) if self.continues(&steps[*start], &steps[at], monitor)? => *length += 1,
                _ => memory::push(&mut runs, (at, 1), "a way")?,
            }
        }
        let mut hops = Vec::new();
        // From the end, since the end is what is kept.
        'all: for &(start, length) in runs.iter().rev() {
            let told = if length < LIST { length } else { 1 };
            for step in (start..start + length).rev().take(told) {
                if hops.len() == HOPS {
                    break 'all;
                }
                hops.push(self.hop(&steps[step], if told < length { Some(length as u64) } else { None }, monitor)?);
            }
        }
        hops.reverse();
        Ok(hops)
    }

    /// A way that begins at a category of roots, with the way there.
    fn with_categories(&self, way: &[usize], monitor: &Monitor) -> Result<Vec<usize>> {
        let nodes = &self.graph.snapshot().nodes;
        let retainers = self.graph.retainers(monitor)?;
        let mut whole = memory::with_capacity(way.len(), "a way")?;
        let mut at = way.first().map(|&edge| nodes.of_edge(edge));
        while let Some(category) = at.take().filter(|&node| self.graph.is_root_or_synthetic(node)) {
            let mut above = retainers.edges(category);
            // A category that leads to itself is no way.
            let is_way = |holder| self.graph.is_root_or_synthetic(holder) && !self.excluded.contains(&holder);
            if let Some(edge) = above.find(|&edge| is_way(nodes.of_edge(edge)))
                && category != self.graph.snapshot().root()
                && !whole.contains(&edge)
            {
                memory::push(&mut whole, edge, "a way")?;
                at = Some(nodes.of_edge(edge));
            }
        }
        whole.reverse();
        for &edge in way {
            memory::push(&mut whole, edge, "a way")?;
        }
        Ok(whole)
    }

    fn hop(&self, step: &Step, repeats: Option<u64>, monitor: &Monitor) -> Result<Hop> {
        let mut hop = hop(self.graph, step.edge, monitor)?;
        if let Some(text) = &step.text {
            hop.text.clone_from(text);
        }
        if let Some(times) = repeats {
            hop.text = format!("{} × {times}", hop.text);
            hop.repeats = repeats;
        }
        let node = self.graph.snapshot().edges.target(step.edge);
        // A category is known by its name; the edge has only a number.
        if self.graph.is_root_or_synthetic(node) {
            hop.text.clone_from(&hop.node.name);
        }
        if self.graph.snapshot().nodes.kind(node) == NodeKind::CLOSURE
            && let Some(place) = self.scripts.place(self.graph, node)
        {
            hop.text = format!("{} ({})", hop.text, self.function(&place));
            hop.place = Some(place);
        }
        Ok(hop)
    }

    /// `login() src/app.js:12`
    pub(super) fn function(&self, place: &Place) -> String {
        let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
        let name = place.function.as_ref().map_or_else(|| "a function".to_owned(), |name| format!("{name}()"));
        format!("{name} {}{line}", self.scripts.short(&place.file))
    }

    /// What the program calls an object; for an entry of a Map what gets it.
    pub(super) fn name(&self, node: NodeId, monitor: &Monitor) -> Result<Option<Name>> {
        /// Retainers that are asked whether they are the table of a Map.
        const ASKED: usize = 16;
        let snapshot = self.graph.snapshot();
        let kind = snapshot.nodes.kind(node);
        // V8's own records hang on variables too, many steps away.
        let nameable = matches!(kind, NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::REGEXP | NodeKind::NATIVE);
        if !(nameable || kind.is_string()) || self.graph.word(node) == Word::ContextNode {
            return Ok(None);
        }
        let retainers = self.graph.retainers(monitor)?;
        let Some(mut name) = name_of(self.graph, retainers, self.scripts, node) else { return Ok(None) };
        for edge in retainers.edges(node).take(ASKED) {
            let table = snapshot.nodes.of_edge(edge);
            if snapshot.nodes.kind(table) != NodeKind::ARRAY || snapshot.edges.kind(edge) != EdgeKind::Internal {
                continue;
            }
            let Some(to_table) = retainers.edges(table).find(|&edge| self.is_internal(edge, Word::Table)) else {
                continue;
            };
            let collection = snapshot.nodes.of_edge(to_table);
            let its_name = name_of(self.graph, retainers, self.scripts, collection);
            if its_name.is_some_and(|its| its.expression == name.expression) {
                name.expression.push_str(&self.entry(to_table, edge));
                break;
            }
        }
        Ok(Some(name))
    }

    /// An edge as code would write it, what is behind a side table told as what the program knows.
    pub(super) fn text(&self, edge: usize) -> String {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let holder = nodes.of_edge(edge);
        if self.is_pair(edge) {
            return "⟨WeakMap entry⟩".to_owned();
        }
        if nodes.kind(holder) == NodeKind::ARRAY && edges.kind(edge) == EdgeKind::Internal {
            return format!("[{}]", self.graph.edge_name(edge));
        }
        as_code(edges.kind(edge), &shortened_to(self.graph.edge_name(edge).into_owned(), 2 * KEY))
    }

    fn is_pair(&self, edge: usize) -> bool {
        self.is_internal(edge, Word::WeakMapPair)
    }

    fn is_internal(&self, edge: usize, word: Word) -> bool {
        let edges = &self.graph.snapshot().edges;
        edges.kind(edge) == EdgeKind::Internal && self.graph.vocabulary().word(edges.name_or_index(edge)) == word
    }

    fn steps(&self, way: &[usize]) -> Result<Vec<Step>> {
        let edges = &self.graph.snapshot().edges;
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(&edge) = way.get(at) {
            let mut step = Step { edge, text: self.is_pair(edge).then(|| self.text(edge)) };
            at += 1;
            if !self.raw {
                let next = way.get(at).copied();
                if self.is_internal(edge, Word::Table)
                    && let Some(entry) = next.filter(|&next| edges.kind(next) == EdgeKind::Internal)
                {
                    step = Step { edge: entry, text: Some(self.entry(edge, entry)) };
                    at += 1;
                } else if self.is_internal(edge, Word::Elements)
                    && let Some(element) = next
                {
                    step = Step { edge: element, text: Some(format!("[{}]", self.graph.edge_name(element))) };
                    at += 1;
                } else if self.is_internal(edge, Word::Context) {
                    let scopes = way[at..].iter().take_while(|&&edge| self.is_internal(edge, Word::Previous)).count();
                    let is_variable = |edge: usize| {
                        edges.kind(edge) == EdgeKind::Context || block_variable(self.graph, edge).is_some()
                    };
                    if let Some(&variable) = way.get(at + scopes).filter(|&&edge| is_variable(edge)) {
                        step = Step { edge: variable, text: None };
                        at += scopes + 1;
                    }
                }
            }
            memory::push(&mut steps, step, "a way")?;
        }
        Ok(steps)
    }

    /// Whether a step is one more of a list: over an edge of the same name to an object of the same class.
    fn continues(&self, first: &Step, step: &Step, monitor: &Monitor) -> Result<bool> {
        let edges = &self.graph.snapshot().edges;
        let name = |step: &Step| (edges.kind(step.edge), edges.name_or_index(step.edge));
        if self.raw || first.text.is_some() || step.text.is_some() || name(first) != name(step) {
            return Ok(false);
        }
        let classes = self.graph.classes(monitor)?;
        let class = |step: &Step| classes.number(edges.target(step.edge));
        Ok(class(first) == class(step))
    }

    /// `.get("a1")`: an entry of a Map or Set, by the edge to its table and the one that leaves the table.
    fn entry(&self, to_table: usize, entry: usize) -> String {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let (collection, table) = (nodes.of_edge(to_table), edges.target(to_table));
        let Some(layout) = Table::of(self.graph, collection, table) else { return self.text(entry) };
        let Some((number, part)) = self.slot(entry).and_then(|slot| layout.part(slot)) else { return self.text(entry) };
        if part == Part::Key {
            return if layout.is_set { "⟨entry⟩".to_owned() } else { "⟨key⟩".to_owned() };
        }
        let is_key = |&edge: &usize| self.slot(edge).and_then(|slot| layout.part(slot)) == Some((number, Part::Key));
        // A small number stands in the table itself and has no edge.
        let key = nodes.edges(table).find(is_key).map_or_else(|| "…".to_owned(), |key| self.key(edges.target(key)));
        format!(".get({key})")
    }

    fn key(&self, node: NodeId) -> String {
        let name = shortened_to(self.graph.display_name(node), KEY);
        if self.graph.snapshot().nodes.kind(node).is_string() {
            return format!("{name:?}");
        }
        format!("{name} {}", self.graph.snapshot().nodes.id(node))
    }

    fn slot(&self, edge: usize) -> Option<u64> {
        (self.graph.snapshot().edges.kind(edge) == EdgeKind::Internal)
            .then(|| self.graph.edge_name(edge).parse().ok())
            .flatten()
    }
}

/// The table of a Map or Set: three numbers, the buckets, then key, value and chain (or value and chain) for each
/// entry. Two entries to a bucket.
pub(super) struct Table {
    is_set: bool,
    first: u64,
    width: u64,
}

#[derive(PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
}

impl Table {
    pub(super) fn of(graph: &HeapGraph, collection: NodeId, table: NodeId) -> Option<Self> {
        let name = graph.raw_name(collection);
        if name != "Map" && name != "Set" {
            return None;
        }
        let is_set = name == "Set";
        let width = if is_set { 2 } else { 3 };
        let size = graph.snapshot().nodes.self_size(table);
        // Words of eight bytes, or of four in a browser; what fits neither is no such table.
        [8, 4].into_iter().find_map(|word| {
            let slots = (size / word).checked_sub(2 + 3)?;
            let buckets = slots / (1 + 2 * width);
            let whole = size.is_multiple_of(word) && slots.is_multiple_of(1 + 2 * width);
            let fits = whole && buckets.is_power_of_two();
            fits.then_some(Self { is_set, first: 3 + buckets, width })
        })
    }

    /// Number of the entry that a slot belongs to, and which part of it that is.
    pub(super) fn part(&self, slot: u64) -> Option<(u64, Part)> {
        let offset = slot.checked_sub(self.first)?;
        match offset % self.width {
            0 => Some((offset / self.width, Part::Key)),
            1 if !self.is_set => Some((offset / self.width, Part::Value)),
            _ => None,
        }
    }
}
