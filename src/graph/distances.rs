//! Distance: how many steps an object is away from the user's roots, and the first step back on such a way.
//!
//! Breadth first, weak edges never followed, first from the user's roots and then from the root itself. Three
//! kinds of edges would make nonsense of the figure and are not followed: a map's descriptors (shared between
//! maps), the function map of a context, and the first of the two edges of a WeakMap entry (the value is alive
//! through both its key and the table, so the longer way counts).

use std::{borrow::Cow, collections::HashSet};

use fixedbitset::FixedBitSet;

use super::{
    HeapGraph,
    vocabulary::{Word, pair_identity},
};
use crate::{
    error::Result,
    hashing::Seeded,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
    store::{Column, Plain, Rule, Shelf, Tag, Writer},
};

/// Distance of a node that no allowed way reaches.
pub const UNREACHED: i32 = -5;
/// Distance of the root when there are user roots; what is only reached from it lies beyond.
pub const SYSTEM_BASE: i32 = 100_000_000;

/// Distances of all nodes and the tree of shortest ways.
#[derive(Debug)]
pub struct Distances {
    /// By node.
    steps: Column<Step>,
}

const STEPS: Tag = Tag::new(*b"diststep");

/// How a node is reached first. Together, since they are found together.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Step {
    distance: i32,
    /// The edge it was first reached by; [`Distances::NO_EDGE`] for roots and unreached nodes.
    via: u32,
}

// SAFETY: two integers of one size, in the order of C: eight bytes without padding, and no forbidden values.
unsafe impl Plain for Step {}

impl Distances {
    const NO_EDGE: u32 = u32::MAX;

    /// Steps from the nearest user root (1), [`SYSTEM_BASE`] and more for what only the root reaches,
    /// [`UNREACHED`] otherwise.
    #[must_use]
    pub fn get(&self, node: NodeId) -> i32 {
        self.steps.at(node.index()).distance
    }

    /// All distances, by node.
    #[must_use]
    pub fn all(&self) -> impl ExactSizeIterator<Item = i32> {
        self.steps.iter().map(|step| step.distance)
    }

    /// The edge by which a shortest way enters the node; `None` for where ways begin.
    #[must_use]
    pub fn via(&self, node: NodeId) -> Option<usize> {
        let edge = self.steps.at(node.index()).via;
        (edge != Self::NO_EDGE).then_some(edge as usize)
    }

    pub(crate) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let count = graph.snapshot().nodes.len();
        let mut search = Search {
            graph,
            reached: FixedBitSet::with_capacity(count),
            steps: memory::filled(count, Step { distance: UNREACHED, via: Self::NO_EDGE }, "distances")?,
            queue: memory::with_capacity(count, "distances")?,
            pending_pairs: HashSet::default(),
        };
        // A root may be listed twice and is then searched twice, which decides about WeakMap pairs: kept.
        for (edge, node) in graph.user_roots() {
            search.steps[node.index()] = Step { distance: 1, via: edge as u32 };
            search.reached.insert(node.index());
            search.queue.push(node);
        }
        let had_user_roots = !search.queue.is_empty();
        search.run(monitor)?;
        let root = graph.snapshot().root();
        let distance = if had_user_roots { SYSTEM_BASE } else { 0 };
        search.steps[root.index()] = Step { distance, via: Self::NO_EDGE };
        search.reached.insert(root.index());
        search.queue.clear();
        search.queue.push(root);
        search.run(monitor)?;
        monitor.advance("distances", 1.0)?;
        Ok(Self { steps: search.steps.into() })
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(STEPS, &self.steps);
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        Ok(shelf.column(STEPS, nodes, Rule::Any)?.map(|steps| Self { steps }))
    }
}

struct Search<'a> {
    graph: &'a HeapGraph,
    steps: Vec<Step>,
    /// Nodes that have a distance. One bit each stays in the cache where the distances would not.
    reached: FixedBitSet,
    queue: Vec<NodeId>,
    /// WeakMap entries of which one edge has been passed over.
    pending_pairs: HashSet<Cow<'a, [u8]>, Seeded>,
}

impl Search<'_> {
    fn run(&mut self, monitor: &Monitor) -> Result<()> {
        let topology = self.graph.snapshot().topology();
        let mut next = 0;
        while let Some(&node) = self.queue.get(next) {
            next += 1;
            monitor.tick(next)?;
            let distance = self.steps[node.index()].distance + 1;
            let picky = self.is_picky(node);
            for edge in topology.edges(node) {
                let target = topology.target(edge);
                if self.reached.contains(target.index()) {
                    continue;
                }
                let kind = topology.kind(edge);
                if kind == EdgeKind::Weak || !self.may_follow(picky, edge, kind) {
                    continue;
                }
                self.reached.insert(target.index());
                self.steps[target.index()] = Step { distance, via: edge as u32 };
                self.queue.push(target);
            }
        }
        Ok(())
    }

    /// The name of the node when it is one whose edges are chosen by name.
    fn is_picky(&self, node: NodeId) -> Word {
        // The kind first, and for most nodes nothing else: a name is three places in memory away.
        let word = match self.graph.snapshot().nodes.kind(node) {
            NodeKind::HIDDEN | NodeKind::ARRAY => self.graph.word(node),
            _ => return Word::Other,
        };
        match (self.graph.snapshot().nodes.kind(node), word) {
            (NodeKind::HIDDEN, Word::NativeContext) | (NodeKind::ARRAY, Word::MapDescriptors) => word,
            _ => Word::Other,
        }
    }

    fn may_follow(&mut self, node: Word, edge: usize, kind: EdgeKind) -> bool {
        let (edges, strings) = (&self.graph.snapshot().edges, &self.graph.snapshot().strings);
        if node == Word::MapDescriptors {
            // Number of descriptors, enum cache, then triples of key, details, value: values are shared.
            let index = match edges.name(edge) {
                None => Some(f64::from(edges.name_or_index(edge))),
                Some(name) => leading_integer(&strings.text(name)),
            };
            // Compared as a remainder between integers, which floats this small are.
            return index.is_none_or(|index| index < 2.0 || (index % 3.0 - 1.0).abs() > 0.5);
        }
        let vocabulary = self.graph.vocabulary();
        let Some(name) = edges.name(edge) else { return true };
        if node == Word::NativeContext && vocabulary.word(name) == Word::SloppyFunctionMap {
            return false;
        }
        if kind == EdgeKind::Internal && vocabulary.word(name) == Word::WeakMapPair {
            let identity = match strings.bytes(name) {
                Cow::Borrowed(name) => Cow::Borrowed(pair_identity(name)),
                Cow::Owned(name) => Cow::Owned(pair_identity(&name).to_vec()),
            };
            if !self.pending_pairs.remove(&identity) {
                self.pending_pairs.insert(identity);
                return false;
            }
        }
        true
    }
}

/// The integer a text begins with, as JavaScript's `parseInt(text, 10)` reads it.
fn leading_integer(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits[..length].parse::<f64>().ok().map(|value| sign * value)
}

#[cfg(test)]
mod tests {
    use super::leading_integer;

    #[test]
    fn integers_are_read_as_javascript_reads_them() {
        let cases = [("12", Some(12.0)), (" 7x", Some(7.0)), ("-4", Some(-4.0)), ("x1", None), ("", None), ("-", None)];
        for (text, value) in cases {
            assert_eq!(leading_integer(text), value, "{text:?}");
        }
    }
}
