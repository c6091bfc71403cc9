//! Attached and detached: which embedder objects (DOM nodes) still hang on a document.
//!
//! Only native nodes carry a state. Attached spreads first, then detached spreads to what is still unknown, and
//! a detached node's name gets the prefix `Detached `. Node.js has no such nodes, so the usual answer is empty.

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

use super::vocabulary::{Vocabulary, Word};
use crate::{
    error::Result,
    snapshot::{EdgeKind, NodeId, NodeKind, Snapshot},
    store::{Rule, Shelf, Tag, Writer},
};

/// DOM state of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomState {
    /// Not a DOM node, or not known.
    Unknown,
    /// Reachable from a document.
    Attached,
    /// Out of every document and still alive.
    Detached,
}

/// The states of the nodes that have one.
#[derive(Debug, Default)]
pub struct DomStates {
    states: FxHashMap<NodeId, DomState>,
    /// Nodes whose name is shown with the prefix `Detached `, which it does not have in the file.
    renamed: Option<FixedBitSet>,
}

/// The nodes with a state, four times their ordinal, and the state: 1 attached, 2 detached, 3 detached and renamed.
const STATES: Tag = Tag::new(*b"domstate");
/// 1 when states came from the nodes rather than from their names.
const SPREAD: Tag = Tag::new(*b"domsprea");

impl DomStates {
    pub(super) fn save(&self, writer: &mut Writer<'_>) {
        let mut states: Vec<u64> = self
            .states
            .iter()
            .map(|(&node, state)| {
                let state = match state {
                    DomState::Unknown => 0,
                    DomState::Attached => 1,
                    DomState::Detached => 2 + u64::from(self.is_renamed(node)),
                };
                u64::from(node.0) << 2 | state
            })
            .collect();
        states.sort_unstable();
        writer.add_made(STATES, &states);
        writer.add_made(SPREAD, &[u8::from(self.renamed.is_some())]);
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        let (Some(rows), Some(spread)) = (shelf.view::<u64>(STATES, Rule::Any)?, shelf.bytes(SPREAD)?) else {
            return Ok(None);
        };
        let mut renamed = (spread.whole() == [1]).then(|| FixedBitSet::with_capacity(nodes));
        let mut states = FxHashMap::default();
        for row in rows.whole() {
            let node = (row >> 2) as usize;
            if node >= nodes {
                return Ok(None);
            }
            states.insert(NodeId::from_index(node), if row & 3 == 1 { DomState::Attached } else { DomState::Detached });
            if let Some(renamed) = renamed.as_mut().filter(|_| row & 3 == 3) {
                renamed.insert(node);
            }
        }
        Ok(Some(Self { states, renamed }))
    }

    pub(crate) fn of(snapshot: &Snapshot, vocabulary: &Vocabulary) -> Self {
        if snapshot.header.node.detachedness.is_some() { spread(snapshot) } else { by_name(snapshot, vocabulary) }
    }

    /// The state of a node.
    #[must_use]
    pub fn state(&self, node: NodeId) -> DomState {
        self.states.get(&node).copied().unwrap_or(DomState::Unknown)
    }

    /// Whether the node's name is shown with `Detached ` put before it.
    #[must_use]
    pub fn is_renamed(&self, node: NodeId) -> bool {
        self.renamed.as_ref().is_some_and(|renamed| renamed.contains(node.index()))
    }
}

/// Snapshots without the field: the name says it.
fn by_name(snapshot: &Snapshot, vocabulary: &Vocabulary) -> DomStates {
    let nodes = &snapshot.nodes;
    let states = nodes
        .all()
        .filter(|&node| nodes.kind(node) == NodeKind::NATIVE && vocabulary.word(nodes.name(node)) == Word::Detached)
        .map(|node| (node, DomState::Detached))
        .collect();
    DomStates { states, renamed: None }
}

fn spread(snapshot: &Snapshot) -> DomStates {
    let nodes = &snapshot.nodes;
    if !nodes.has_detachedness() {
        return DomStates::default();
    }
    let mut spread = Spread {
        snapshot,
        seen: FixedBitSet::with_capacity(nodes.len()),
        renamed: FixedBitSet::with_capacity(nodes.len()),
        states: FxHashMap::default(),
        attached: Vec::new(),
        detached: Vec::new(),
    };
    for node in nodes.all() {
        match nodes.detachedness(node) {
            1 => spread.meet(node, DomState::Attached),
            2 => spread.meet(node, DomState::Detached),
            _ => {}
        }
    }
    while let Some(node) = spread.attached.pop() {
        spread.pass_on(node, DomState::Attached);
    }
    while let Some(node) = spread.detached.pop() {
        spread.pass_on(node, DomState::Detached);
    }
    DomStates { states: spread.states, renamed: Some(spread.renamed) }
}

struct Spread<'a> {
    snapshot: &'a Snapshot,
    seen: FixedBitSet,
    renamed: FixedBitSet,
    states: FxHashMap<NodeId, DomState>,
    attached: Vec<NodeId>,
    detached: Vec<NodeId>,
}

impl Spread<'_> {
    fn meet(&mut self, node: NodeId, state: DomState) {
        // States do not pass through JavaScript: every entry into the embedder knows its own.
        if self.seen.put(node.index()) || self.snapshot.nodes.kind(node) != NodeKind::NATIVE {
            return;
        }
        self.states.insert(node, state);
        if state == DomState::Detached {
            self.renamed.insert(node.index());
            self.detached.push(node);
        } else {
            self.attached.push(node);
        }
    }

    fn pass_on(&mut self, node: NodeId, state: DomState) {
        let edges = &self.snapshot.edges;
        for edge in self.snapshot.nodes.edges(node) {
            if !matches!(edges.kind(edge), EdgeKind::Hidden | EdgeKind::Weak) {
                self.meet(edges.target(edge), state);
            }
        }
    }
}
