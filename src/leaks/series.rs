//! A series of snapshots of one process: the last one whole, of those before it only what is asked of them.
//!
//! What a leak is shows in the last snapshot; the earlier ones say since when each object is there and how big each
//! collection was. So the last one is read first, then the others one after another, reduced to a ledger, and let go.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    by_name::Named,
    entries::{hidden_slots, logical_size},
    slots::Slots,
};
use crate::{
    analysis::SnapshotInfo,
    error::{Code, Error, Result},
    graph::HeapGraph,
    index::Question,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId},
};

/// Of the objects that two snapshots share by id, this part agrees in type and name when they are of one process
/// (99% and more), and far fewer when they are not (7 to 40%).
const SAME_PROCESS: f64 = 0.8;

/// What is kept of an earlier snapshot.
pub(crate) struct Ledger {
    pub(crate) info: SnapshotInfo,
    ids: Vec<u32>,
    /// Type and name of each id, as a hash of 16 bits.
    faces: Vec<u16>,
    /// How many nodes have each type and name.
    population: FxHashMap<u16, u64>,
    /// Entries of collections, by id.
    sizes: FxHashMap<u32, u32>,
    /// Slots of the stores that show few entries, by the id of the collection.
    stores: FxHashMap<u32, u32>,
    /// Its collections by name, where it is of another process than the last one: then ids mean nothing.
    pub(super) named: Option<Named>,
    /// Entries of what stood where collections of the last snapshot stand, by those.
    slots: FxHashMap<NodeId, u32>,
}

impl Ledger {
    fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let snapshot = graph.snapshot();
        let mut rows: Vec<(u32, u16)> = memory::with_capacity(snapshot.nodes.len(), "a ledger")?;
        rows.extend(snapshot.nodes.all().map(|node| (snapshot.nodes.id(node).0, face(graph, node))));
        if !rows.is_sorted() {
            rows.par_sort_unstable();
        }
        let sizes = logical_sizes(graph, monitor)?;
        let (ids, faces): (Vec<u32>, Vec<u16>) = rows.into_iter().unzip();
        let population = count_faces(faces.iter().copied());
        Ok(Self {
            info: SnapshotInfo::of(snapshot),
            ids,
            faces,
            population,
            sizes,
            stores: stores(graph, monitor)?,
            named: None,
            slots: FxHashMap::default(),
        })
    }

    /// Highest id of an object of V8's heap; native objects have even ids of their own.
    fn newest(&self) -> Option<u32> {
        self.ids.iter().rev().copied().find(|id| id % 2 == 1)
    }

    /// Whether it has the object of the last snapshot with this id.
    fn has(&self, id: u32) -> bool {
        self.named.is_none() && self.ids.binary_search(&id).is_ok()
    }

    /// Entries that a collection had; 0 for one that was not there.
    pub(super) fn size_of(&self, id: ObjectId) -> u32 {
        self.sizes.get(&id.0).copied().unwrap_or(0)
    }

    /// Whether it is of another process than the snapshot with this graph.
    fn is_stranger_to(&self, graph: &HeapGraph) -> bool {
        let nodes = &graph.snapshot().nodes;
        let (mut common, mut alike) = (0_u64, 0_u64);
        for node in nodes.all() {
            if let Ok(row) = self.ids.binary_search(&nodes.id(node).0) {
                common += 1;
                alike += u64::from(self.faces[row] == face(graph, node));
            }
        }
        (alike as f64) < SAME_PROCESS * common as f64
    }
}

fn face(graph: &HeapGraph, node: NodeId) -> u16 {
    let mut hasher = DefaultHasher::new();
    let nodes = &graph.snapshot().nodes;
    (nodes.kind(node).index(), graph.snapshot().strings.raw(nodes.name(node))).hash(&mut hasher);
    hasher.finish() as u16
}

fn count_faces(faces: impl Iterator<Item = u16>) -> FxHashMap<u16, u64> {
    let mut counts = FxHashMap::default();
    faces.for_each(|face| *counts.entry(face).or_default() += 1);
    counts
}

/// Entries of every collection that has any, by id.
fn logical_sizes(graph: &HeapGraph, monitor: &Monitor) -> Result<FxHashMap<u32, u32>> {
    let nodes = &graph.snapshot().nodes;
    let mut sizes = FxHashMap::default();
    for node in nodes.all() {
        monitor.tick(node.index())?;
        if let Some((_, size)) = logical_size(graph, node).filter(|&(_, size)| size > 0) {
            sizes.insert(nodes.id(node).0, size);
        }
    }
    Ok(sizes)
}

/// Nothing grows between a snapshot and its copy, and "clean" would be believed.
fn refuse_copies(earlier: &[Ledger], subject: &HeapGraph) -> Result<()> {
    let nodes = &subject.snapshot().nodes;
    let is_subject = |ledger: &Ledger| {
        ledger.ids.len() == nodes.len()
            && ledger.info.edge_count == subject.snapshot().edges.len() as u64
            && nodes.all().all(|node| ledger.ids.binary_search(&nodes.id(node).0).is_ok())
    };
    let same = |a: &Ledger, b: &Ledger| a.ids == b.ids && a.faces == b.faces && a.info.edge_count == b.info.edge_count;
    for (index, ledger) in earlier.iter().enumerate() {
        let twin = if is_subject(ledger) {
            Some(earlier.len())
        } else {
            earlier[index + 1..].iter().position(|other| same(ledger, other)).map(|offset| index + 1 + offset)
        };
        if let Some(twin) = twin {
            return Err(Error::new(
                Code::Usage,
                format!(
                    "snapshots {} and {} are copies of one: leaks show between snapshots that were taken at different times",
                    index + 1,
                    twin + 1
                ),
            ));
        }
    }
    Ok(())
}

/// Slots of every store that shows few entries, by the id of the collection.
fn stores(graph: &HeapGraph, monitor: &Monitor) -> Result<FxHashMap<u32, u32>> {
    let nodes = &graph.snapshot().nodes;
    let mut stores = FxHashMap::default();
    for node in nodes.all() {
        monitor.tick(node.index())?;
        if let Some((_, slots)) = hidden_slots(graph, node) {
            stores.insert(nodes.id(node).0, slots);
        }
    }
    Ok(stores)
}

/// The series, read.
pub(crate) struct Series {
    /// The last snapshot.
    pub(crate) subject: Arc<HeapGraph>,
    /// The ones before it, first to last.
    pub(crate) earlier: Vec<Ledger>,
    /// For each node of the last snapshot the first snapshot that has it.
    born: Vec<u8>,
    /// How many nodes of the last snapshot have each type and name.
    population: FxHashMap<u16, u64>,
    /// Where the collections hang that the first snapshot does not have.
    slots: Slots,
    /// Whether there was no load in the last of several intervals.
    pub(crate) ends_in_rest: bool,
}

impl Series {
    /// Reads the series in its order. `rest` says that the last snapshot was taken after a rest without load.
    pub(crate) fn open(asked: &Question, rest: bool, monitor: &Monitor) -> Result<Self> {
        if !(2..=usize::from(u8::MAX)).contains(&asked.len()) {
            return Err(Error::new(Code::Usage, "finding leaks needs 2 to 255 snapshots of one process"));
        }
        let last = asked.len() - 1;
        let share = monitor.part(0.8 / asked.len() as f64);
        let subject = asked.open(last, &share)?;
        let nodes = &subject.snapshot().nodes;
        let mut earlier: Vec<Ledger> = Vec::with_capacity(last);
        let mut slots = Slots::default();
        for index in 0..last {
            let graph = asked.look_into(index, &share)?;
            let mut ledger = Ledger::of(&graph, monitor)?;
            if ledger.is_stranger_to(&subject) {
                ledger.named = Some(Named::of(&graph, monitor)?);
            }
            if earlier.is_empty() {
                let is_old = |node| ledger.has(nodes.id(node).0);
                slots = Slots::of(&subject, subject.retainers(monitor)?, is_old, monitor)?;
            }
            ledger.slots = slots.sizes_in(&graph);
            earlier.push(ledger);
        }
        refuse_copies(&earlier, &subject)?;
        let mut born = memory::filled(nodes.len(), earlier.len() as u8, "ages")?;
        born.par_iter_mut().enumerate().for_each(|(node, born)| {
            let id = nodes.id(NodeId::from_index(node)).0;
            if let Some(first) = earlier.iter().position(|ledger| ledger.has(id)) {
                *born = first as u8;
            }
        });
        let population = count_faces(nodes.all().map(|node| face(&subject, node)));
        let ends_in_rest = rest && earlier.len() > 1;
        Ok(Self { subject, earlier, born, population, slots, ends_in_rest })
    }

    /// A series of one snapshot, for looking at a single heap as one looks at the last of several: everything in it
    /// was there from the start, and no interval is known.
    pub(crate) fn alone(subject: Arc<HeapGraph>) -> Result<Self> {
        let born = memory::filled(subject.snapshot().nodes.len(), 0, "ages")?;
        let (population, slots) = (FxHashMap::default(), Slots::default());
        Ok(Self { subject, earlier: Vec::new(), born, population, slots, ends_in_rest: false })
    }

    /// Number of intervals between the snapshots.
    pub(crate) fn intervals(&self) -> usize {
        self.earlier.len()
    }

    /// Number of intervals in which there was load: those in which a leak must grow.
    pub(crate) fn loads(&self) -> usize {
        self.intervals() - usize::from(self.ends_in_rest)
    }

    /// The first snapshot that has the node; 0 means that it was there before anything happened.
    pub(crate) fn born(&self, node: NodeId) -> usize {
        usize::from(self.born[node.index()])
    }

    /// Whether the node was there in the first snapshot.
    pub(crate) fn is_old(&self, node: NodeId) -> bool {
        self.born[node.index()] == 0
    }

    /// Slots of a collection's store in every snapshot, where they show few entries; 0 where they are few.
    pub(crate) fn slots(&self, node: NodeId, now: u32) -> Vec<u32> {
        let id = self.subject.snapshot().nodes.id(node).0;
        self.earlier.iter().map(|ledger| ledger.stores.get(&id).copied().unwrap_or(0)).chain([now]).collect()
    }

    /// Whether a collection hangs where it was looked for in the earlier snapshots.
    pub(crate) fn has_slot(&self, node: NodeId) -> bool {
        self.slots.has(node)
    }

    /// Entries of a collection of the last snapshot in every snapshot. One that was not there is looked for where
    /// it hangs now: a program may make its collection anew each time.
    pub(crate) fn sizes(&self, node: NodeId, now: u32) -> Vec<u32> {
        let id = self.subject.snapshot().nodes.id(node).0;
        let before = |ledger: &Ledger| match ledger.sizes.get(&id) {
            Some(&size) => size,
            None if ledger.has(id) => 0,
            None => ledger.slots.get(&node).copied().unwrap_or(0),
        };
        self.earlier.iter().map(before).chain([now]).collect()
    }

    /// How many nodes have the type and name of this one, in every snapshot.
    pub(crate) fn population(&self, node: NodeId) -> Vec<u64> {
        let face = face(&self.subject, node);
        let counts = self.earlier.iter().map(|ledger| &ledger.population).chain([&self.population]);
        counts.map(|population| population.get(&face).copied().unwrap_or(0)).collect()
    }

    /// Whether a snapshot was taken after one that comes later in the series: ids only grow.
    pub(crate) fn is_reversed(&self) -> bool {
        let nodes = &self.subject.snapshot().nodes;
        let newest = nodes.all().map(|node| nodes.id(node).0).filter(|id| id % 2 == 1).max();
        // Of those of this process each has newer objects than the one before.
        let newest = self.earlier.iter().filter(|ledger| ledger.named.is_none()).map(Ledger::newest).chain([newest]);
        !newest.is_sorted()
    }

    /// What the series was made of, first to last.
    pub(crate) fn into_infos(self) -> Vec<SnapshotInfo> {
        let last = SnapshotInfo::of(self.subject.snapshot());
        self.earlier.into_iter().map(|ledger| ledger.info).chain([last]).collect()
    }

    /// Index of the first earlier snapshot that is not of the same process as the last one.
    pub(crate) fn stranger(&self) -> Option<usize> {
        self.earlier.iter().position(|ledger| ledger.named.is_some())
    }
}
