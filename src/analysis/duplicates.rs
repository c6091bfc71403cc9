//! Equal strings that are there several times.
//!
//! Strings are compared by what they say, not by their number in the file's table, which may list a text twice. V8
//! writes no more than the first 1024 units of a string: of longer ones those that begin alike *and* are of one size
//! are told together, and told as probable. Where the text is outside of the heap the size says nothing, and long ones
//! are left out.

use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::node::shortened_to;
use crate::{
    error::Result,
    graph::{HeapGraph, Word},
    hashing, memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, ObjectId, StringId, utf16_len},
};

/// Units at which V8 cuts a string when it writes a snapshot, unless it was started with another limit.
const WRITTEN_UNITS: usize = 1024;
/// Characters of a text that an answer carries.
const SHOWN: usize = 200;
/// Copies given as examples, and holders.
const SAMPLES: usize = 3;

/// A string that is there several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateString {
    /// Its text, cut at 200 characters.
    pub value: String,
    /// How many there are.
    pub count: u64,
    /// Shallow size of one; of the largest where they differ.
    pub size_bytes: u64,
    /// What all but one take.
    pub wasted_bytes: u64,
    /// V8 wrote only the first 1024 units: they begin alike and are of one size, and so are equal in all likelihood.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub probable: bool,
    /// What most of them hang on.
    pub held_by: Vec<StringHolder>,
    /// Some of them.
    pub samples: Vec<ObjectId>,
}

/// Where copies of a string are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StringHolder {
    /// As code would write it: `User.country`, `Array[]`.
    pub name: String,
    /// References from there.
    pub count: u64,
}

/// All that is there several times.
pub(crate) struct Duplicates {
    /// What takes most first, as many as were asked for.
    pub(crate) rows: Vec<DuplicateString>,
    /// The nodes of each row.
    pub(crate) nodes: Vec<Vec<NodeId>>,
    /// Number of texts that are there several times; `rows` may have fewer.
    pub(crate) count: usize,
    /// What all of those waste.
    pub(crate) wasted: u64,
}

/// Identity of a text: the first of the table's strings that say it, and the size where it was cut.
type Key = (StringId, u64);

#[derive(Clone, Copy, Default)]
struct Tally {
    count: u64,
    bytes: u64,
    largest: u64,
}

impl Tally {
    fn wasted(&self) -> u64 {
        self.bytes - self.largest
    }
}

/// For each string of the table that a node has for its text: the first that says the same, and whether it was cut.
struct Texts {
    first: Vec<StringId>,
    cut: FixedBitSet,
}

impl Texts {
    fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let (nodes, strings) = (&graph.snapshot().nodes, &graph.snapshot().strings);
        let mut used = FixedBitSet::with_capacity(strings.len());
        for node in nodes.all() {
            monitor.tick(node.index())?;
            if nodes.kind(node) == NodeKind::STRING {
                used.insert(nodes.name(node) as usize);
            }
        }
        let mut hashed: Vec<(u64, StringId, bool)> = memory::with_capacity(used.count_ones(..), "equal strings")?;
        hashed.extend(used.ones().map(|id| (0, id as StringId, false)));
        drop(used);
        hashed.par_chunks_mut(1 << 12).try_for_each(|rows| {
            for (hash, id, is_cut) in rows {
                let text = strings.bytes(*id);
                *hash = hashing::of_text(&text);
                *is_cut = text.len() >= WRITTEN_UNITS && utf16_len(&text) >= WRITTEN_UNITS;
            }
            monitor.check()
        })?;
        hashed.par_sort_unstable();
        let mut first: Vec<StringId> = memory::zeroed(strings.len(), "equal strings")?;
        let mut cut = FixedBitSet::with_capacity(strings.len());
        for same_hash in hashed.chunk_by(|a, b| a.0 == b.0) {
            for (index, &(_, id, is_cut)) in same_hash.iter().enumerate() {
                let equal = same_hash[..index].iter().find(|other| strings.bytes(other.1) == strings.bytes(id));
                first[id as usize] = equal.map_or(id, |other| first[other.1 as usize]);
                cut.set(id as usize, is_cut);
            }
        }
        Ok(Self { first, cut })
    }

    fn key(&self, id: StringId, size: u64) -> Key {
        (self.first[id as usize], if self.cut.contains(id as usize) { size } else { 0 })
    }
}

impl Duplicates {
    /// Finds them; `top` says how many to tell.
    pub(crate) fn of(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Self> {
        let (nodes, strings) = (&graph.snapshot().nodes, &graph.snapshot().strings);
        let shallow = graph.shallow_sizes(monitor)?;
        // The classes of those that hold them are wanted in the end.
        let (texts, classes) = rayon::join(|| Texts::of(graph, monitor), || graph.classes(monitor).map(|_| ()));
        classes?;
        let texts = texts?;
        let of_kind = || nodes.all().filter(|&node| nodes.kind(node) == NodeKind::STRING);
        let key = |node: NodeId| texts.key(nodes.name(node), shallow.get(node));
        let mut whole: Vec<Tally> = memory::filled(strings.len(), Tally::default(), "equal strings")?;
        let mut cut: FxHashMap<Key, Tally> = FxHashMap::default();
        for (step, node) in of_kind().enumerate() {
            monitor.tick(step)?;
            let (key, size) = (key(node), shallow.get(node));
            let is_cut = texts.cut.contains(key.0 as usize);
            // An external string, whose size says nothing of its length.
            if is_cut && size < WRITTEN_UNITS as u64 {
                continue;
            }
            let tally = if is_cut { cut.entry(key).or_default() } else { &mut whole[key.0 as usize] };
            tally.count += 1;
            tally.bytes += size;
            tally.largest = tally.largest.max(size);
        }
        let whole = whole.into_iter().enumerate().map(|(id, tally)| ((id as StringId, 0), tally));
        let mut several: Vec<(Key, Tally)> =
            whole.chain(cut).filter(|(_, tally)| tally.count > 1 && tally.wasted() > 0).collect();
        let (count, wasted) = (several.len(), several.iter().map(|(_, tally)| tally.wasted()).sum());
        let order = |a: &(Key, Tally), b: &(Key, Tally)| {
            (b.1.wasted(), b.1.count)
                .cmp(&(a.1.wasted(), a.1.count))
                .then_with(|| strings.bytes(a.0.0).cmp(&strings.bytes(b.0.0)))
                .then(a.0.1.cmp(&b.0.1))
        };
        if several.len() > top && top > 0 {
            several.select_nth_unstable_by(top - 1, order);
        }
        several.truncate(top);
        several.sort_unstable_by(order);
        let row_of: FxHashMap<Key, usize> = several.iter().enumerate().map(|(row, (key, _))| (*key, row)).collect();
        let mut members: Vec<Vec<NodeId>> = vec![Vec::new(); several.len()];
        if !several.is_empty() {
            for node in of_kind() {
                if let Some(&row) = row_of.get(&key(node)) {
                    memory::push(&mut members[row], node, "equal strings")?;
                }
            }
        }
        let holders = holders(graph, &members, monitor)?;
        let rows =
            several.iter().zip(&members).zip(holders).map(|(((key, tally), members), held_by)| DuplicateString {
                value: shortened_to(strings.text(key.0).into_owned(), SHOWN),
                count: tally.count,
                size_bytes: tally.largest,
                wasted_bytes: tally.wasted(),
                probable: texts.cut.contains(key.0 as usize),
                held_by,
                samples: members.iter().take(SAMPLES).map(|&node| nodes.id(node)).collect(),
            });
        Ok(Self { rows: rows.collect(), nodes: members, count, wasted })
    }
}

/// A kind of place that references come from: a class, and the name there.
type Slot = (u32, EdgeKind, u32);

/// What most of the strings of each row hang on.
fn holders(graph: &HeapGraph, rows: &[Vec<NodeId>], monitor: &Monitor) -> Result<Vec<Vec<StringHolder>>> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let classes = graph.classes(monitor)?;
    let row_of: FxHashMap<NodeId, usize> =
        rows.iter().enumerate().flat_map(|(row, nodes)| nodes.iter().map(move |&node| (node, row))).collect();
    let mut slots: Vec<FxHashMap<Slot, u64>> = vec![FxHashMap::default(); rows.len()];
    let mut wanted = FixedBitSet::with_capacity(nodes.len());
    row_of.keys().for_each(|node| wanted.insert(node.index()));
    if row_of.is_empty() {
        return Ok(Vec::new());
    }
    let mut count = |target: NodeId, slot: Slot| *slots[row_of[&target]].entry(slot).or_default() += 1;
    for holder in nodes.all() {
        monitor.tick(holder.index())?;
        let is_object = nodes.kind(holder) == NodeKind::OBJECT;
        for edge in nodes.edges(holder) {
            let (kind, target) = (edges.kind(edge), edges.target(edge));
            let is_wanted = || wanted.contains(target.index());
            match kind {
                EdgeKind::Property | EdgeKind::Context if is_wanted() => {
                    count(target, (classes.number(holder), kind, edges.name_or_index(edge)));
                }
                EdgeKind::Element if is_object && is_wanted() => count(target, (classes.number(holder), kind, 0)),
                // The entries of a Map or Set; other stores say nothing that their object does not.
                EdgeKind::Internal
                    if is_object
                        && nodes.kind(target) == NodeKind::ARRAY
                        && graph.vocabulary().word(edges.name_or_index(edge)) == Word::Table =>
                {
                    for entry in nodes.edges(target) {
                        let text = edges.target(entry);
                        if edges.kind(entry) == EdgeKind::Internal && wanted.contains(text.index()) {
                            count(text, (classes.number(holder), EdgeKind::Internal, 0));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let name = |&(class, kind, name): &Slot| {
        let class = &classes.all()[class as usize].name;
        match kind {
            EdgeKind::Property => format!("{class}.{}", graph.snapshot().strings.text(name)),
            EdgeKind::Context => format!("variable {}", graph.snapshot().strings.text(name)),
            EdgeKind::Element => format!("{class}[]"),
            _ => format!("{class} entry"),
        }
    };
    let told = slots.into_iter().map(|slots| {
        let mut held: Vec<StringHolder> =
            slots.iter().map(|(slot, &count)| StringHolder { name: shortened_to(name(slot), SHOWN), count }).collect();
        held.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        held.truncate(SAMPLES);
        held
    });
    Ok(told.collect())
}
