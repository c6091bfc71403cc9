//! Which references keep a node, for a search that goes backwards.

use rustc_hash::FxHashSet;

use super::{Holders, search::Over};
use crate::{
    error::{Error, Result},
    graph::Word,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// The objects that refer to a node by a name of the program's; gathered when there is a store to ask about.
pub(super) type Owners = Option<FxHashSet<NodeId>>;

impl Holders<'_> {
    /// Whether a search may use an edge.
    pub(super) fn allows(&self, over: Over, edge: usize, holder: NodeId) -> bool {
        match over {
            Over::Plain => self.counting.target(edge).is_some() && self.is_plain(edge, holder),
            Over::Counting => self.counting.target(edge).is_some(),
            Over::StrongBut(cut) => edge != cut && self.is_strong(edge, holder),
        }
    }

    /// Whether a program has words for an edge: not what V8 links for itself, nor prototypes.
    fn is_plain(&self, edge: usize, holder: NodeId) -> bool {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let word = |edge| self.graph.vocabulary().word(edges.name_or_index(edge));
        match edges.kind(edge) {
            EdgeKind::Hidden => return false,
            EdgeKind::Property if word(edge) == Word::Proto => return false,
            EdgeKind::Internal if self.graph.snapshot().strings.is(edges.name_or_index(edge), "map") => return false,
            _ => {}
        }
        !matches!(nodes.kind(holder), NodeKind::CODE | NodeKind::OBJECT_SHAPE)
    }

    /// Whether a holder is the store of an object that refers to the node itself: of an array, of a dictionary.
    pub(super) fn is_repeated(&self, node: NodeId, holder: NodeId, owners: &mut Owners) -> Result<bool> {
        /// A dictionary's values stand in cells of its store.
        const DEEP: usize = 3;
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_store = |node: NodeId| {
            matches!(nodes.kind(node), NodeKind::ARRAY | NodeKind::HIDDEN | NodeKind::CODE | NodeKind::OBJECT_SHAPE)
        };
        let mut owner = holder;
        for _ in 0..DEEP {
            if is_store(owner) {
                owner = self.tree.immediate(owner);
            }
        }
        if owner == holder || is_store(owner) || self.is_top(owner) {
            return Ok(false);
        }
        if owners.is_none() {
            let direct = |&edge: &usize| {
                matches!(edges.kind(edge), EdgeKind::Property | EdgeKind::Element | EdgeKind::Context)
                    && self.counting.target(edge).is_some()
            };
            let direct = self.retainers.edges(node).filter(direct).map(|edge| nodes.of_edge(edge));
            let mut set = FxHashSet::default();
            for owner in direct {
                let refused = |_| Error::no_memory(self.retainers.edges(node).len() as u64 * 8, "holders");
                set.try_reserve(1).map_err(refused)?;
                set.insert(owner);
            }
            *owners = Some(set);
        }
        Ok(owners.as_ref().is_some_and(|owners| owners.contains(&owner)))
    }

    /// Whether an edge keeps its target alive. Of a WeakMap's entry the key's edge is taken, as for dominators.
    fn is_strong(&self, edge: usize, holder: NodeId) -> bool {
        let snapshot = self.graph.snapshot();
        let kind = snapshot.edges.kind(edge);
        let is_table_side = || {
            let id = u64::from(snapshot.nodes.id(holder).0);
            kind == EdgeKind::Internal
                && self.graph.vocabulary().has_pairs()
                && self.graph.vocabulary().pair_table(snapshot.edges.name_or_index(edge)) == Some(id)
        };
        match kind {
            EdgeKind::Weak => false,
            EdgeKind::Shortcut => holder == snapshot.root(),
            _ => !is_table_side(),
        }
    }
}
