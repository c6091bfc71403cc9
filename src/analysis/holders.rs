//! Who holds an object: how many ways keep it alive that have nothing in common, and whether one cut would free it.
//!
//! "Retained by" is the dominators' story and has one hero: the nearest node that everything depends on. Where two
//! variables hold an object there is no hero, and whoever clears one of them and sees nothing freed wants to know of
//! the other. So the ways are counted: as many as can be found that share no node (a flow through a network in which
//! every node lets one way pass, found backwards from the object, a way at a time). By Menger's theorem there is
//! exactly one such way when the object has a dominator of its own, and then it is told where the ways part, and
//! which single reference, cut, frees it.
//!
//! Counted are the edges that count for dominators, so that what is said here agrees with retained sizes. But an
//! element of an array is held twice in the file, by the array and by the store that belongs to it, and is one
//! reference of the program: the store's edge is left out, which changes no dominator. Ways begin at the root, at the
//! categories below it, and at what nothing holds any more.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    error::{Error, Result},
    graph::{CountingEdges, DominatorTree, HeapGraph, Retainers, Word, dominators::FlowGraph as _},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
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

/// Where ways begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// The root, its categories, and what nothing holds.
    Roots,
    /// One node.
    Node(NodeId),
}

/// Which edges ways may go over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    /// Those that count and that a program has words for.
    Plain,
    /// All that count.
    Counting,
    /// All that keep their target alive, whether they count or not, but for one.
    StrongBut(usize),
}

/// A node's two sides: what enters and what leaves. Ways that share no node share none of the links between them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    In(NodeId),
    Out(NodeId),
}

/// The search for holders in one heap. Keeps its arrays from one question to the next.
pub(crate) struct Holders<'a> {
    graph: &'a HeapGraph,
    counting: CountingEdges<'a>,
    tree: &'a DominatorTree,
    retainers: &'a Retainers,
    /// By node, how each of its sides was found: by an edge, or from the other side.
    found_in: Vec<u32>,
    found_out: Vec<u32>,
    /// Sides in the order they were found.
    queue: Vec<Side>,
}

/// Sides that are looked at for a way that a program has words for, before any way will do.
const PLAIN: usize = 1 << 17;

const NOT_FOUND: u32 = u32::MAX;
/// From the node's other side.
const WITHIN: u32 = u32::MAX - 1;

/// The objects that refer to a node by a name of the program's; gathered when there is a store to ask about.
type Owners = Option<FxHashSet<NodeId>>;

/// Ways found so far: of each node on one the edge in and the edge out.
#[derive(Default)]
struct Flow {
    enter: FxHashMap<NodeId, usize>,
    leave: FxHashMap<NodeId, usize>,
    /// Edges that end at a target, in the order they were found.
    last: Vec<usize>,
}

impl<'a> Holders<'a> {
    /// Prepares the search: two numbers a node, one bit an edge.
    pub(crate) fn of(graph: &'a HeapGraph, monitor: &Monitor) -> Result<Self> {
        let count = graph.snapshot().nodes.len();
        Ok(Self {
            graph,
            counting: CountingEdges::of(graph, monitor)?,
            tree: graph.dominator_tree(monitor)?,
            retainers: graph.retainers(monitor)?,
            found_in: memory::filled(count, NOT_FOUND, "holders")?,
            found_out: memory::filled(count, NOT_FOUND, "holders")?,
            queue: Vec::new(),
        })
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
                let frees = graph.retained_sizes(monitor)?[at.index()];
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

    /// Whether no edge that counts leads to a node.
    fn is_forsaken(&self, node: NodeId) -> bool {
        self.retainers.edges(node).all(|edge| self.counting.target(edge).is_none())
    }

    /// A shortest way from the roots to a node.
    fn way(&mut self, over: Over, node: NodeId, monitor: &Monitor) -> Result<Option<Vec<usize>>> {
        let start = self.search(over, From::Roots, &FxHashSet::from_iter([node]), &Flow::default(), monitor)?;
        let mut way = Vec::new();
        if let Some(Side::In(start) | Side::Out(start)) = start {
            let mut at = start;
            while at != node {
                let edge = self.found_out[at.index()] as usize;
                memory::push(&mut way, edge, "a way")?;
                at = self.graph.snapshot().edges.target(edge);
            }
        }
        self.forget();
        Ok(start.map(|_| way))
    }

    /// Up to `limit` ways that share no node but where they begin and end; short ones first.
    fn ways(
        &mut self,
        from: From,
        ends: &FxHashSet<NodeId>,
        limit: usize,
        monitor: &Monitor,
    ) -> Result<Vec<Vec<usize>>> {
        // No more than there are references to begin with, and then nothing needs to be searched in vain.
        let limit = limit.min(self.entrances(from, ends, limit)?);
        let mut flow = Flow::default();
        // First over what a program knows of. Any set of ways can be completed to a greatest one, so the number that
        // is found in the end does not depend on it.
        for over in [Over::Plain, Over::Counting] {
            while flow.last.len() < limit {
                let Some(start) = self.search(over, from, ends, &flow, monitor)? else { break };
                self.send(start, from, ends, &mut flow);
                self.forget();
            }
            self.forget();
        }
        let ways = flow.last.iter().map(|&last| self.unwound(last, from, &flow));
        let mut ways = ways.collect::<Result<Vec<Vec<usize>>>>()?;
        ways.sort_by_key(Vec::len);
        Ok(ways)
    }

    /// Different holders that the last step of a way can come from; counted up to `limit`.
    fn entrances(&self, from: From, ends: &FxHashSet<NodeId>, limit: usize) -> Result<usize> {
        let nodes = &self.graph.snapshot().nodes;
        let mut holders = FxHashSet::default();
        let mut count = 0;
        for &end in ends {
            let mut owners = None;
            for edge in self.retainers.edges(end) {
                let holder = nodes.of_edge(edge);
                let counts = self.counting.target(edge).is_some()
                    && !ends.contains(&holder)
                    && !self.tree.dominates(end, holder)
                    && !self.is_repeated(end, holder, &mut owners)?;
                // Each reference of the node that all begin at is a way of its own; of a category, one to each end.
                let key = (holder, if self.begins(from, holder) { end } else { holder });
                count += usize::from(counts && (from == From::Node(holder) || holders.insert(key)));
                if count >= limit {
                    return Ok(limit);
                }
            }
        }
        Ok(count)
    }

    /// The way that ends with an edge.
    fn unwound(&self, last: usize, from: From, flow: &Flow) -> Result<Vec<usize>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut way = vec![last];
        let mut at = nodes.of_edge(last);
        while !self.begins(from, at)
            && let Some(&edge) = flow.enter.get(&at)
        {
            memory::push(&mut way, edge, "a way")?;
            at = nodes.of_edge(edge);
        }
        way.reverse();
        Ok(way)
    }

    fn begins(&self, from: From, node: NodeId) -> bool {
        match from {
            From::Roots => self.is_top(node),
            From::Node(start) => node == start,
        }
    }

    /// One more way, backwards from the ends, around those there are or by taking over parts of them. Gives the side
    /// at which it begins; how it goes on is in `found_in` and `found_out`.
    fn search(
        &mut self,
        over: Over,
        from: From,
        ends: &FxHashSet<NodeId>,
        flow: &Flow,
        monitor: &Monitor,
    ) -> Result<Option<Side>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut sorted: Vec<NodeId> = ends.iter().copied().collect();
        sorted.sort_unstable();
        for end in sorted {
            if end != self.graph.snapshot().root() {
                self.meet(Side::In(end), WITHIN)?;
            }
        }
        let mut next = 0;
        while let Some(&side) = self.queue.get(next) {
            next += 1;
            monitor.tick(next)?;
            let node = match side {
                Side::In(node) => node,
                Side::Out(node) => {
                    match flow.leave.get(&node) {
                        None => self.meet(Side::In(node), WITHIN)?,
                        // A way leaves here: what comes could take its place, and it begin elsewhere.
                        Some(&edge) => {
                            let after = self.graph.snapshot().edges.target(edge);
                            self.meet(Side::In(after), edge as u32)?;
                        }
                    }
                    continue;
                }
            };
            let is_end = ends.contains(&node);
            // Other ways than those that count begin at the roots alone.
            let mut owners = None;
            let mut forsaken = !is_end && from == From::Roots && !matches!(over, Over::StrongBut(_));
            for edge in self.retainers.edges(node) {
                forsaken &= self.counting.target(edge).is_none();
                let holder = nodes.of_edge(edge);
                let used = if is_end { flow.last.contains(&edge) } else { flow.enter.get(&node) == Some(&edge) };
                if used
                    || ends.contains(&holder)
                    || !self.allows(over, edge, holder)
                    || self.is_repeated(node, holder, &mut owners)?
                {
                    continue;
                }
                if self.begins(from, holder) {
                    // Two references of one category are one hold; two of an object are two.
                    let again = |&used: &usize| {
                        nodes.of_edge(used) == holder && self.graph.snapshot().edges.target(used) == node
                    };
                    if from == From::Roots && flow.last.iter().any(again) {
                        continue;
                    }
                    self.meet(Side::Out(holder), edge as u32)?;
                    return Ok(Some(Side::Out(holder)));
                }
                self.meet(Side::Out(holder), edge as u32)?;
            }
            let on_a_way = flow.leave.contains_key(&node);
            if forsaken && !on_a_way {
                return Ok(Some(side));
            }
            if over == Over::Plain && next > PLAIN {
                return Ok(None);
            }
            if on_a_way {
                self.meet(Side::Out(node), WITHIN)?;
            }
        }
        Ok(None)
    }

    /// Whether a search may use an edge.
    fn allows(&self, over: Over, edge: usize, holder: NodeId) -> bool {
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
    fn is_repeated(&self, node: NodeId, holder: NodeId, owners: &mut Owners) -> Result<bool> {
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

    fn meet(&mut self, side: Side, by: u32) -> Result<()> {
        let slot = match side {
            Side::In(node) => &mut self.found_in[node.index()],
            Side::Out(node) => &mut self.found_out[node.index()],
        };
        if *slot != NOT_FOUND {
            return Ok(());
        }
        *slot = by;
        memory::push(&mut self.queue, side, "holders")
    }

    /// Makes the arrays ready for the next search.
    fn forget(&mut self) {
        for &side in &self.queue {
            match side {
                Side::In(node) => self.found_in[node.index()] = NOT_FOUND,
                Side::Out(node) => self.found_out[node.index()] = NOT_FOUND,
            }
        }
        self.queue.clear();
    }

    /// Lets the way that a search found join the others, from where it begins to an end.
    fn send(&self, start: Side, from: From, ends: &FxHashSet<NodeId>, flow: &mut Flow) {
        let snapshot = self.graph.snapshot();
        let mut side = start;
        loop {
            match side {
                Side::Out(node) => {
                    let by = self.found_out[node.index()];
                    if by == WITHIN {
                        // The old way through this node is not needed any more.
                        flow.leave.remove(&node);
                        flow.enter.remove(&node);
                        side = Side::In(node);
                        continue;
                    }
                    let edge = by as usize;
                    if !self.begins(from, node) {
                        flow.leave.insert(node, edge);
                    }
                    let target = snapshot.edges.target(edge);
                    if ends.contains(&target) {
                        flow.last.push(edge);
                        return;
                    }
                    flow.enter.insert(target, edge);
                    side = Side::In(target);
                }
                Side::In(node) => {
                    let by = self.found_in[node.index()];
                    // By an edge: that of an old way, which from there on goes where the search came from.
                    side = if by == WITHIN { Side::Out(node) } else { Side::Out(snapshot.nodes.of_edge(by as usize)) };
                }
            }
        }
    }
}

fn joined(start: &[usize], end: &[usize]) -> Result<Vec<usize>> {
    let mut way = memory::with_capacity(start.len() + end.len(), "a way")?;
    way.extend_from_slice(start);
    way.extend_from_slice(end);
    Ok(way)
}

#[cfg(test)]
#[path = "holders_tests.rs"]
mod tests;
