//! Ways to a node that share none: a flow of one unit a node, found backwards from where the ways end, a way at a time.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Holders;
use crate::{error::Result, memory, monitor::Monitor, snapshot::NodeId};

/// Where ways begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The root, its categories, and what nothing holds.
    Roots,
    /// One node.
    Node(NodeId),
}

/// Which edges ways may go over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Those that count and that a program has words for.
    Plain,
    /// All that count.
    Counting,
    /// All that keep their target alive, whether they count or not, but for one.
    StrongBut(usize),
}

/// A node's two sides: what enters and what leaves. Ways that share no node share none of the links between them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    In(NodeId),
    Out(NodeId),
}

/// Sides that are looked at for a way that a program has words for, before any way will do.
const PLAIN: usize = 1 << 17;

/// Not found yet. How a side was found is kept as its complement: then an array of zeros is one in which nothing is
/// found, and pages of it that no search touches are never made.
const NOT_FOUND: u32 = 0;
/// From the node's other side.
const WITHIN: u32 = u32::MAX - 1;

/// Ways found so far: of each node on one the edge in and the edge out.
#[derive(Default)]
struct Flow {
    enter: FxHashMap<NodeId, usize>,
    leave: FxHashMap<NodeId, usize>,
    /// Edges that end at a target, in the order they were found.
    last: Vec<usize>,
}

impl Holders<'_> {
    /// A shortest way from the roots to a node.
    pub(super) fn way(&mut self, over: Over, node: NodeId, monitor: &Monitor) -> Result<Option<Vec<usize>>> {
        let start = self.search(over, From::Roots, &FxHashSet::from_iter([node]), &Flow::default(), monitor)?;
        let mut way = Vec::new();
        if let Some(Side::In(start) | Side::Out(start)) = start {
            let mut at = start;
            while at != node {
                let edge = !self.found_out[at.index()] as usize;
                memory::push(&mut way, edge, "a way")?;
                at = self.graph.snapshot().edges.target(edge);
            }
        }
        self.forget();
        Ok(start.map(|_| way))
    }

    /// Up to `limit` ways that share no node but where they begin and end; short ones first.
    pub(super) fn ways(
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
                    && !self.excluded.contains(&holder)
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
            From::Roots => self.is_top(node) && !self.is_left_out(node),
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
                    || self.excluded.contains(&holder)
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

    fn meet(&mut self, side: Side, by: u32) -> Result<()> {
        let slot = match side {
            Side::In(node) => &mut self.found_in[node.index()],
            Side::Out(node) => &mut self.found_out[node.index()],
        };
        if *slot != NOT_FOUND {
            return Ok(());
        }
        *slot = !by;
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
                    let by = !self.found_out[node.index()];
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
                    let by = !self.found_in[node.index()];
                    // By an edge: that of an old way, which from there on goes where the search came from.
                    side = if by == WITHIN { Side::Out(node) } else { Side::Out(snapshot.nodes.of_edge(by as usize)) };
                }
            }
        }
    }
}
