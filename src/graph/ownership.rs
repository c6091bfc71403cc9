//! Shallow sizes as people mean them: what V8 allocates beside an object is counted with the object.
//!
//! An array's backing store or a Map's table is a node of its own in the file, and nobody thinks of it as one.
//! Such nodes (hidden, arrays, external string data) start without an owner and take the one owner all their
//! retainers lead to; with two owners they stay on their own. Snapshots taken with internals exposed keep every
//! size where it is.

use fixedbitset::FixedBitSet;

use super::{HeapGraph, vocabulary::Word};
use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, Sizes, Topology},
    spare::Spare,
    store::{Shelf, Tag, Writer},
};

const NOBODY: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;

/// Shallow size of every node after ownership.
pub(crate) fn shallow_sizes(graph: &HeapGraph, spare: &Spare, monitor: &Monitor) -> Result<Moved> {
    if graph.user_roots().next().is_none() {
        return Ok(Moved(None));
    }
    let nodes = &graph.snapshot().nodes;
    let owners = Owners::find(graph, monitor)?;
    let mut sizes = nodes.self_sizes().try_clone("shallow sizes")?;
    for node in owners.ownable.ones() {
        monitor.tick(node)?;
        let owner = owners.owner[node];
        // Sizes are not added to nodes that stand for no object.
        if owner < SEVERAL && !graph.is_root_or_synthetic(NodeId(owner)) {
            sizes.give(NodeId::from_index(node), NodeId(owner));
        }
    }
    spare.give(owners.owner);
    monitor.advance("sizes", 0.5)?;
    Ok(Moved(Some(sizes)))
}

const SIZES: Tag = Tag::new(*b"shallow.");
const LARGE_SIZES: Tag = Tag::new(*b"shallarg");
/// 1 when sizes move.
const MOVED: Tag = Tag::new(*b"shalmove");

/// Shallow sizes after ownership; none when no size moves.
#[derive(Debug)]
pub(crate) struct Moved(pub(crate) Option<Sizes>);

impl Moved {
    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add_made(MOVED, &[u8::from(self.0.is_some())]);
        if let Some(sizes) = &self.0 {
            sizes.save(writer, SIZES, LARGE_SIZES);
        }
    }

    /// Those of an index of so many nodes.
    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        let Some(moved) = shelf.bytes(MOVED)? else { return Ok(None) };
        if moved.whole() == [0] {
            return Ok(Some(Self(None)));
        }
        Ok(Sizes::load(shelf, SIZES, LARGE_SIZES, nodes)?.map(|sizes| Self(Some(sizes))))
    }
}

struct Owners {
    /// Nodes that may be owned; every other node owns itself.
    ownable: FixedBitSet,
    /// Meaningful for ownable nodes.
    owner: Vec<u32>,
}

impl Owners {
    fn find(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let nodes = &graph.snapshot().nodes;
        let mut ownable = FixedBitSet::with_capacity(nodes.len());
        for node in nodes.all() {
            monitor.tick(node.index())?;
            let kind = nodes.kind(node);
            if kind == NodeKind::HIDDEN
                || kind == NodeKind::ARRAY
                || kind == NodeKind::NATIVE && graph.word(node) == Word::ExternalStringData
            {
                ownable.insert(node.index());
            }
        }
        let mut owners = Self { ownable, owner: memory::filled(nodes.len(), NOBODY, "owners")? };
        let topology = graph.snapshot().topology();
        let mut work = Vec::new();
        for node in nodes.all() {
            monitor.tick(node.index())?;
            if !owners.ownable.contains(node.index()) {
                owners.flow(topology, node, node.0, &mut work);
            }
        }
        monitor.advance("sizes", 0.5)?;
        // Each node enters at most twice: when it gets an owner and when it gets a second.
        let mut steps = 0_usize;
        while let Some(node) = work.pop() {
            steps += 1;
            monitor.tick(steps)?;
            let owner = owners.owner[node.index()];
            owners.flow(topology, node, owner, &mut work);
        }
        Ok(owners)
    }

    /// Lets `owner` flow along the edges of `node`, noting in `work` the nodes it changes.
    fn flow(&mut self, topology: Topology<'_>, node: NodeId, owner: u32, work: &mut Vec<NodeId>) {
        for edge in topology.edges(node) {
            let target = topology.target(edge);
            if !self.ownable.contains(target.index()) || topology.kind(edge) == EdgeKind::Weak {
                continue;
            }
            let current = &mut self.owner[target.index()];
            if *current == owner || *current == SEVERAL {
                continue;
            }
            *current = if *current == NOBODY { owner } else { SEVERAL };
            work.push(target);
        }
    }
}
