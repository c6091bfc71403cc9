//! Where a collection hangs, so that one that is made anew each time keeps its history.
//!
//! Programs that never change what they have (`state = { ...state, items: [...items, item] }`) have a new collection in
//! every snapshot, with a new id. What stays is the way to it: by names, from an object that stays. Such ways are
//! noted in the last snapshot and walked in the earlier ones. The same for long strings, which never change.

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::{buffer_size, logical_size, text_size};
use crate::{
    analysis::{block_reference, block_variable},
    error::Result,
    graph::{HeapGraph, Retainers, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId},
};

/// Collections from this size on are looked for.
const LEAST: u32 = 8;
/// Entries of a collection, or bytes of a long string.
fn measure(graph: &HeapGraph, node: NodeId) -> Option<u32> {
    buffer_size(graph, node)
        .or_else(|| text_size(graph, node))
        .or_else(|| logical_size(graph, node).map(|(_, size)| size))
}

/// Names in a way.
const STEPS: usize = 8;
/// Objects looked at above one collection, and ways kept of it.
const LOOKED_AT: usize = 32;
const WAYS: usize = 8;

/// A name on a way: a property, or a variable of a scope.
type StepName = (EdgeKind, Box<[u8]>);

/// A way to a collection.
struct Way {
    /// Id of the object it starts at.
    from: u32,
    names: Vec<StepName>,
}

/// Ways to the collections of the last snapshot that the first one does not have.
#[derive(Default)]
pub(super) struct Slots {
    ways: FxHashMap<NodeId, Vec<Way>>,
}

impl Slots {
    /// Notes the ways by which an object that is there from the start leads to a new collection. `is_old` says
    /// which are.
    pub(super) fn of(
        graph: &HeapGraph,
        retainers: &Retainers,
        is_old: impl Fn(NodeId) -> bool,
        monitor: &Monitor,
    ) -> Result<Self> {
        let mut ways = FxHashMap::default();
        for node in graph.snapshot().nodes.all() {
            monitor.tick(node.index())?;
            if is_old(node) || measure(graph, node).is_none_or(|size| size < LEAST) {
                continue;
            }
            let found = ways_to(graph, retainers, node, &is_old);
            if !found.is_empty() {
                ways.insert(node, found);
            }
        }
        Ok(Self { ways })
    }

    /// Whether a way to the collection is known.
    pub(super) fn has(&self, node: NodeId) -> bool {
        self.ways.contains_key(&node)
    }

    /// Entries, in another snapshot of the process, of what stands where each of the collections stands.
    pub(super) fn sizes_in(&self, graph: &HeapGraph) -> FxHashMap<NodeId, u32> {
        let nodes = &graph.snapshot().nodes;
        let starts: FxHashSet<u32> = self.ways.values().flatten().map(|way| way.from).collect();
        let starts: FxHashMap<u32, NodeId> =
            nodes.all().map(|node| (nodes.id(node).0, node)).filter(|(id, _)| starts.contains(id)).collect();
        let walk = |way: &Way| {
            let start = *starts.get(&way.from)?;
            let end = way.names.iter().try_fold(start, |at, name| step(graph, at, name))?;
            measure(graph, end)
        };
        let size = |ways: &Vec<Way>| ways.iter().filter_map(walk).max();
        self.ways.iter().filter_map(|(&node, ways)| Some((node, size(ways)?))).collect()
    }
}

/// The name of an edge that a program wrote.
fn name_of_step(graph: &HeapGraph, edge: usize) -> Option<StepName> {
    let edges = &graph.snapshot().edges;
    let kind = edges.kind(edge);
    let is_name = match kind {
        EdgeKind::Property => graph.vocabulary().word(edges.name_or_index(edge)) != Word::Proto,
        EdgeKind::Context => true,
        // A variable of a block is one like any other.
        EdgeKind::Hidden => {
            return block_variable(graph, edge).map(|name| (EdgeKind::Context, name.into_bytes().into()));
        }
        _ => false,
    };
    is_name.then(|| (kind, graph.snapshot().strings.bytes(edges.name_or_index(edge)).into()))
}

fn step(graph: &HeapGraph, from: NodeId, (kind, name): &StepName) -> Option<NodeId> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let is_it = |&edge: &usize| {
        edges.kind(edge) == *kind && *graph.snapshot().strings.bytes(edges.name_or_index(edge)) == **name
    };
    let of_block = || if *kind == EdgeKind::Context { block_reference(graph, from, name) } else { None };
    nodes.edges(from).find(is_it).or_else(of_block).map(|edge| edges.target(edge))
}

/// The ways to a node from whatever leads to it by a few names, if one of them starts at something old.
fn ways_to(graph: &HeapGraph, retainers: &Retainers, node: NodeId, is_old: &impl Fn(NodeId) -> bool) -> Vec<Way> {
    let nodes = &graph.snapshot().nodes;
    let mut ways: Vec<Way> = Vec::new();
    let mut has_old = false;
    let mut seen = FxHashSet::from_iter([node]);
    // Each with the names from it down to the collection, the last first.
    let mut front: Vec<(NodeId, Vec<StepName>)> = vec![(node, Vec::new())];
    for _ in 0..STEPS {
        let mut next = Vec::new();
        for (at, names) in front {
            for edge in retainers.edges(at) {
                let holder = nodes.of_edge(edge);
                if seen.len() >= LOOKED_AT || ways.len() >= WAYS {
                    break;
                }
                let Some(name) = name_of_step(graph, edge).filter(|_| seen.insert(holder)) else { continue };
                let mut names = names.clone();
                names.push(name);
                ways.push(Way { from: nodes.id(holder).0, names: names.iter().rev().cloned().collect() });
                if is_old(holder) {
                    has_old = true;
                } else {
                    next.push((holder, names));
                }
            }
        }
        front = next;
    }
    if has_old { ways } else { Vec::new() }
}
