//! Distance: how many steps an object is away from the user's roots, and the last step of such a way.
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
    spare::Spare,
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// Distance of a node that no allowed way reaches.
pub const UNREACHED: i32 = -5;
/// Distance of the root when there are user roots; what is only reached from it lies beyond.
pub const SYSTEM_BASE: i32 = 100_000_000;

/// Distances of all nodes.
#[derive(Debug)]
pub struct Distances {
    levels: Levels,
    /// The level on which the search began again, from the root: levels from there on lie beyond the user's objects.
    system: u32,
    /// Distance of that level.
    base: i32,
}

/// By node, the level of the search on which it was found: from 1, and 0 when it was not.
///
/// Nearly every heap has less than 256 levels, and a byte for each node stays in the cache while the search writes them
/// in no order.
#[derive(Debug)]
enum Levels {
    Few(Column<u8>),
    Many(Column<u32>),
}

/// The edge by which a shortest way enters each node.
#[derive(Debug)]
pub struct Ways(Column<u32>);

const FEW_LEVELS: Tag = Tag::new(*b"distlevl");
const MANY_LEVELS: Tag = Tag::new(*b"distmany");
/// The level where the search began again, and its distance.
const SYSTEM: Tag = Tag::new(*b"distsyst");
const WAYS: Tag = Tag::new(*b"distways");

impl Distances {
    /// Steps from the nearest user root (1), [`SYSTEM_BASE`] and more for what only the root reaches,
    /// [`UNREACHED`] otherwise.
    #[must_use]
    #[inline]
    pub fn get(&self, node: NodeId) -> i32 {
        self.of_level(match &self.levels {
            Levels::Few(levels) => u32::from(levels.at(node.index())),
            Levels::Many(levels) => levels.at(node.index()),
        })
    }

    #[inline]
    fn of_level(&self, level: u32) -> i32 {
        match level {
            0 => UNREACHED,
            _ if level < self.system => level as i32,
            // Wrapping, for levels out of an index that somebody forged: nonsense in, nonsense out, and no panic.
            _ => self.base.wrapping_add((level - self.system).cast_signed()),
        }
    }

    /// All distances, by node.
    #[must_use]
    pub fn all(&self) -> impl ExactSizeIterator<Item = i32> {
        let (few, many): (&[u8], &[u32]) = match &self.levels {
            Levels::Few(levels) => (levels, &[]),
            Levels::Many(levels) => (&[], levels),
        };
        (0..few.len().max(many.len()))
            .map(|node| self.of_level(few.get(node).map_or_else(|| many[node], |&level| u32::from(level))))
    }

    /// Searches from the user's roots and then from the root, and notes the ways if they are wanted.
    pub(crate) fn of(graph: &HeapGraph, ways: bool, spare: &Spare, monitor: &Monitor) -> Result<(Self, Option<Ways>)> {
        let count = graph.snapshot().nodes.len();
        let mut search = Search {
            graph,
            reached: FixedBitSet::with_capacity(count),
            few: memory::zeroed(count, "distances")?,
            many: Vec::new(),
            via: if ways { memory::filled(count, Ways::NO_EDGE, "ways")? } else { Vec::new() },
            // Not from what is spare: the dominators beside are the longer way, and want it.
            queue: memory::with_capacity(count, "distances")?,
            pending_pairs: HashSet::default(),
        };
        // A root may be listed twice and is then searched twice, which decides about WeakMap pairs: kept.
        for (edge, node) in graph.user_roots() {
            search.reach(node, 1, edge as u32)?;
            search.queue.push(node.0);
        }
        let had_user_roots = !search.queue.is_empty();
        let system = search.run(1, monitor)?;
        search.reach(graph.snapshot().root(), system, Ways::NO_EDGE)?;
        search.queue.clear();
        search.queue.push(graph.snapshot().root().0);
        search.run(system, monitor)?;
        monitor.advance("distances", 1.0)?;
        let Search { few, many, via, queue, .. } = search;
        spare.give(queue);
        let levels = if many.is_empty() { Levels::Few(few.into()) } else { Levels::Many(many.into()) };
        let base = if had_user_roots { SYSTEM_BASE } else { 0 };
        Ok((Self { levels, system, base }, ways.then(|| Ways(via.into()))))
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        match &self.levels {
            Levels::Few(levels) => writer.add(FEW_LEVELS, levels),
            Levels::Many(levels) => writer.add(MANY_LEVELS, levels),
        }
        writer.add_made(SYSTEM, &[self.system, self.base.cast_unsigned()]);
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        let Some(system) = shelf.view::<u32>(SYSTEM, Rule::Any)? else { return Ok(None) };
        let &[system, base] = system.whole() else { return Ok(None) };
        // The first level with nothing on it, of levels that have a node each. What no search ends with is searched anew.
        if system == 0 || system as usize > nodes + 1 || ![0, SYSTEM_BASE].contains(&base.cast_signed()) {
            return Ok(None);
        }
        let levels = match shelf.column(FEW_LEVELS, nodes, Rule::Any)? {
            Some(levels) => Some(Levels::Few(levels)),
            None => shelf.column(MANY_LEVELS, nodes, Rule::Any)?.map(Levels::Many),
        };
        Ok(levels.map(|levels| Self { levels, system, base: base.cast_signed() }))
    }
}

impl Ways {
    const NO_EDGE: u32 = u32::MAX;

    /// The edge by which a shortest way enters the node; `None` for where ways begin and what none reaches.
    #[must_use]
    pub fn via(&self, node: NodeId) -> Option<usize> {
        let edge = self.0.at(node.index());
        (edge != Self::NO_EDGE).then_some(edge as usize)
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(WAYS, &self.0);
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        Ok(shelf.column(WAYS, nodes, Rule::Any)?.map(Self))
    }
}

struct Search<'a> {
    graph: &'a HeapGraph,
    /// Nodes that have a distance. One bit each stays in the cache where the distances would not.
    reached: FixedBitSet,
    /// Level of each node, while a byte is enough for all.
    few: Vec<u8>,
    /// The same from then on.
    many: Vec<u32>,
    /// The edge by which each node was reached; empty when nobody wants to know.
    via: Vec<u32>,
    queue: Vec<u32>,
    /// WeakMap entries of which one edge has been passed over.
    pending_pairs: HashSet<Cow<'a, [u8]>, Seeded>,
}

impl Search<'_> {
    /// Searches from what is in the queue, all of it on one level; gives the first level that nothing is on.
    fn run(&mut self, mut level: u32, monitor: &Monitor) -> Result<u32> {
        let snapshot = self.graph.snapshot();
        let (topology, names) = (snapshot.topology(), snapshot.edges.names());
        let mut next = 0;
        while next < self.queue.len() {
            let level_end = self.queue.len();
            level += 1;
            while next < level_end {
                let node = NodeId(self.queue[next]);
                topology.look_ahead(&self.queue, next, names);
                next += 1;
                monitor.tick(next)?;
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
                    self.reach(target, level, edge as u32)?;
                    self.queue.push(target.0);
                }
            }
        }
        Ok(level)
    }

    #[inline(always)]
    fn reach(&mut self, node: NodeId, level: u32, via: u32) -> Result<()> {
        self.reached.insert(node.index());
        if let Some(way) = self.via.get_mut(node.index()) {
            *way = via;
        }
        match u8::try_from(level) {
            Ok(level) if self.many.is_empty() => self.few[node.index()] = level,
            _ => self.reach_far(node, level)?,
        }
        Ok(())
    }

    #[cold]
    fn reach_far(&mut self, node: NodeId, level: u32) -> Result<()> {
        if self.many.is_empty() {
            self.many = memory::with_capacity(self.few.len(), "distances")?;
            self.many.extend(std::mem::take(&mut self.few).into_iter().map(u32::from));
        }
        self.many[node.index()] = level;
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
    use super::*;
    use crate::store::{self, Identity, Reading, Stamp, scratch::Scratch};

    /// Distances of three nodes out of an index with whole blocks, whatever stands in it.
    fn found(levels: &[u32; 3], system: [u32; 2]) -> Option<Vec<i32>> {
        let scratch = Scratch::new();
        let path = scratch.file("index");
        let mut writer = Writer::default();
        writer.add_made(MANY_LEVELS, levels);
        writer.add_made(SYSTEM, &system);
        store::create(&path, |file| {
            let stamp = Stamp { identity: Identity::of(file)?, engine: 0 };
            writer.write(file, None, &stamp, &Monitor::none())
        })
        .unwrap();
        let shelf = Shelf::open(store::open(&path, Reading::Read).unwrap()).unwrap();
        let distances = Distances::load(&shelf, levels.len()).unwrap()?;
        assert!(distances.all().eq((0..3).map(|node| distances.get(NodeId(node)))));
        Some(distances.all().collect())
    }

    #[test]
    fn levels_of_a_forged_index_never_overflow() {
        let base = SYSTEM_BASE.cast_unsigned();
        assert_eq!(found(&[0, 1, 3], [2, base]).unwrap(), [UNREACHED, 1, SYSTEM_BASE + 1]);
        assert_eq!(found(&[1, 2, 3], [1, 0]).unwrap(), [0, 1, 2]);
        // Not from the search, but whole.
        assert_eq!(found(&[1, u32::MAX, i32::MAX as u32], [2, base]).unwrap()[0], 1);
        for system in [[0, base], [5, base], [u32::MAX, 0], [2, 1], [2, u32::MAX], [2, base + 1]] {
            assert_eq!(found(&[1, 2, 3], system), None, "{system:?}");
        }
    }

    #[test]
    fn integers_are_read_as_javascript_reads_them() {
        let cases = [("12", Some(12.0)), (" 7x", Some(7.0)), ("-4", Some(-4.0)), ("x1", None), ("", None), ("-", None)];
        for (text, value) in cases {
            assert_eq!(leading_integer(text), value, "{text:?}");
        }
    }
}
