//! Who holds an object: how many ways keep it alive that have nothing in common, and whether one cut would free it.
//!
//! "Retained by" is the dominators' story and has one hero: the nearest node that everything depends on. Where two
//! variables hold an object there is no hero, and whoever clears one of them and sees nothing freed wants to know of
//! the other. So the ways are counted: as many as can be found that share no node (a flow through a network in which
//! every node lets one way pass, found backwards from the object, a way at a time). By Menger's theorem there is
//! exactly one such way when the object has a dominator of its own, as nearly all have in the global object; then the
//! ways are counted from there, where they part, and the nearest single reference is told that, cut, frees it.
//!
//! Counted are the edges that count for dominators, so that what is said here agrees with retained sizes. But an
//! element of an array is held twice in the file, by the array and by the store that belongs to it, and is one
//! reference of the program: the store's edge is left out, which changes no dominator. Ways begin at the root, at the
//! categories below it, and at what nothing holds any more.

mod references;
mod search;

use rustc_hash::FxHashSet;

use self::search::{From, Over, Side};
use crate::{
    error::Result,
    graph::{CountingEdges, DominatorTree, HeapGraph, Retainers},
    memory,
    monitor::Monitor,
    snapshot::NodeId,
};

/// Who holds a node, or a set of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// Ways from the roots that share no node at all; 0 when nothing holds it. Looked for up to a limit.
    pub(crate) from_roots: usize,
    /// Independent ways as edges, the first at the root's side: those from the roots when there are several; else
    /// those that have nothing in common after [`Self::shared`], and up to there everything. One way means that one
    /// reference holds it, which is [`Self::cut`].
    pub(crate) paths: Vec<Vec<usize>>,
    /// Where several ways part that all come from one node: the last that all of them pass.
    pub(crate) shared: Option<NodeId>,
    /// The nearest reference that everything depends on.
    pub(crate) cut: Option<Cut>,
}

/// A reference that, cut, frees something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The edge.
    pub(crate) edge: usize,
    /// Bytes that would be freed: the retained size of where it leads.
    pub(crate) frees: u64,
    /// A way that would keep it nevertheless, over references that retained sizes leave out: what belongs to the
    /// program is, by DevTools' rules, not held by V8 or the embedder. Then cutting frees less than is said.
    pub(crate) besides: Option<Vec<usize>>,
}

/// The search for holders in one heap. Keeps its arrays from one question to the next.
pub(crate) struct Holders<'a> {
    graph: &'a HeapGraph,
    counting: CountingEdges<'a>,
    tree: &'a DominatorTree,
    retainers: &'a Retainers,
    /// By node, how each of its sides was found: by an edge, or from the other side; complements.
    found_in: Vec<u32>,
    found_out: Vec<u32>,
    /// Sides in the order they were found.
    queue: Vec<Side>,
    /// Nodes that no way may pass.
    excluded: FxHashSet<NodeId>,
}

impl<'a> Holders<'a> {
    /// Prepares the search: two numbers a node, one bit an edge.
    pub(crate) fn of(graph: &'a HeapGraph, monitor: &Monitor) -> Result<Self> {
        let count = graph.snapshot().nodes.len();
        Ok(Self {
            graph,
            counting: graph.counting_edges(monitor)?,
            tree: graph.dominator_tree(monitor)?,
            retainers: graph.retainers(monitor)?,
            found_in: memory::zeroed(count, "holders")?,
            found_out: memory::zeroed(count, "holders")?,
            queue: Vec::new(),
            excluded: FxHashSet::default(),
        })
    }

    /// The same search, in which no way passes any of these nodes.
    pub(crate) fn without(mut self, excluded: impl IntoIterator<Item = NodeId>) -> Self {
        self.excluded.extend(excluded);
        self
    }

    /// Who holds `targets`, taken as one: ways that end at any of them. Looks for up to `limit` ways.
    ///
    /// # Errors
    /// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
    pub(crate) fn of_all(&mut self, targets: &[NodeId], limit: usize, monitor: &Monitor) -> Result<Held> {
        let nothing = Held { from_roots: 0, paths: Vec::new(), shared: None, cut: None };
        let Some(common) = self.common(targets) else { return Ok(nothing) };
        let ends: FxHashSet<NodeId> = targets.iter().copied().collect();
        let above = if ends.contains(&common) { self.tree.immediate(common) } else { common };
        if self.is_top(above) {
            let paths = self.ways(From::Roots, &ends, limit, monitor)?;
            let cut = if paths.len() == 1 { self.cut(common, monitor)? } else { None };
            return Ok(Held { from_roots: paths.len(), paths, shared: None, cut });
        }
        // All ways pass the dominator, so they are one up to there; from there on there may be several.
        let local = self.ways(From::Node(above), &ends, limit, monitor)?;
        let start = self.ways(From::Roots, &FxHashSet::from_iter([above]), 1, monitor)?.pop().unwrap_or_default();
        if !self.excluded.is_empty() && (start.is_empty() || self.excluded.contains(&above)) {
            return Ok(nothing);
        }
        let shared = (local.len() > 1).then_some(above);
        let paths = local.into_iter().map(|way| joined(&start, &way)).collect::<Result<_>>()?;
        Ok(Held { from_roots: 1, paths, shared, cut: self.cut(common, monitor)? })
    }

    /// The nearest node that everything in `targets` depends on; one of them when it dominates the others.
    fn common(&self, targets: &[NodeId]) -> Option<NodeId> {
        let (&first, others) = targets.split_first()?;
        Some(others.iter().fold(first, |mut common, &other| {
            while !self.tree.dominates(common, other) {
                common = self.tree.immediate(common);
            }
            common
        }))
    }

    /// The nearest reference above `node` that everything depends on, when there is one.
    fn cut(&mut self, node: NodeId, monitor: &Monitor) -> Result<Option<Cut>> {
        let (graph, retainers) = (self.graph, self.retainers);
        let tree = self.tree;
        let mut at = node;
        let mut steps = 0_usize;
        while !self.is_top(at) {
            steps += 1;
            monitor.tick(steps)?;
            let mut entering = None;
            let mut several = false;
            let mut owners = None;
            for edge in retainers.edges(at) {
                let holder = graph.snapshot().nodes.of_edge(edge);
                // What depends on the node itself does not hold it, nor does what nothing holds in its turn.
                if self.counting.target(edge).is_none()
                    || self.is_repeated(at, holder, &mut owners)?
                    || tree.dominates(at, holder)
                    || !self.is_held(holder, monitor)?
                {
                    continue;
                }
                several = entering.is_some();
                if several {
                    break;
                }
                entering = Some(edge);
            }
            if let Some(edge) = entering.filter(|_| !several) {
                let frees = graph.retained_sizes(monitor)?.get(at);
                let besides = self.way(Over::StrongBut(edge), at, monitor)?;
                return Ok(Some(Cut { edge, frees, besides }));
            }
            at = tree.immediate(at);
        }
        Ok(None)
    }

    /// Whether a node is kept by anything: false for parts of a cycle that only hold each other.
    fn is_held(&mut self, node: NodeId, monitor: &Monitor) -> Result<bool> {
        let tree = self.tree;
        // Such a part stands in the dominator tree under the root, on its own.
        let on_its_own = tree.immediate(node) == self.graph.snapshot().root() && tree.subtree_len(node) == 1;
        if !on_its_own || self.is_top(node) || self.is_forsaken(node) {
            return Ok(true);
        }
        Ok(self.way(Over::Counting, node, monitor)?.is_some())
    }

    /// Whether it is the root or one of its categories. A category that only an object leads to is that object's.
    fn is_top(&self, node: NodeId) -> bool {
        let mut at = node;
        while self.graph.is_root_or_synthetic(at) {
            if at == self.graph.snapshot().root() {
                return true;
            }
            at = self.tree.immediate(at);
        }
        false
    }

    /// Whether there is no way to a node but through one that no way may pass.
    fn is_left_out(&self, node: NodeId) -> bool {
        let above = |&at: &NodeId| Some(self.tree.immediate(at)).filter(|&above| above != at);
        !self.excluded.is_empty() && std::iter::successors(Some(node), above).any(|node| self.excluded.contains(&node))
    }

    /// Whether no edge that counts leads to a node.
    fn is_forsaken(&self, node: NodeId) -> bool {
        self.retainers.edges(node).all(|edge| self.counting.target(edge).is_none())
    }
}

fn joined(start: &[usize], end: &[usize]) -> Result<Vec<usize>> {
    let mut way = memory::with_capacity(start.len() + end.len(), "a way")?;
    way.extend_from_slice(start);
    way.extend_from_slice(end);
    Ok(way)
}

#[cfg(test)]
mod tests;
