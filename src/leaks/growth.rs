//! What grew, by structure: collections with more entries each time, and objects that pile up without one.
//!
//! Two signals, both exact. A collection that stands in all snapshots and has more entries in each of them *rises*.
//! And of the objects that were not there at the beginning, those that no rising collection explains are gathered
//! under the nearest object that was: chains, scopes, handles, listeners of lists V8 keeps outside of collections.

use rustc_hash::FxHashMap;

use super::{
    entries::{Collection, entry_nodes, logical_size},
    series::Series,
};
use crate::{
    error::Result,
    graph::Retainers,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// Something that grew, before anyone has judged it.
#[derive(Debug)]
pub(crate) struct Growth {
    /// What keeps it, oldest first where several of one kind grow together.
    pub(crate) holders: Vec<NodeId>,
    pub(crate) kind: GrowthKind,
    /// How many there were in each snapshot.
    pub(crate) counts: Vec<u64>,
    /// Nodes of what grew that are in the last snapshot; the newer ones of a collection.
    pub(crate) entries: Vec<NodeId>,
    /// Bytes that came after the first snapshot and would be freed with the holders.
    pub(crate) freed: u64,
    /// Bytes that came after the first snapshot and that something else keeps too.
    pub(crate) shared: u64,
    /// Bytes of all of it that came in each interval.
    pub(crate) bytes: Vec<u64>,
    /// Of the bytes, those outside V8's heap.
    pub(crate) external: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrowthKind {
    /// Entries of a collection.
    Entries(Collection),
    /// Objects of a class that an object keeps without a collection: chains and lists.
    Objects,
    /// Objects that hang on a category of the root: handles.
    Handles,
}

/// Everything that grew.
pub(crate) struct Grown {
    pub(crate) list: Vec<Growth>,
    /// New nodes that belong to nothing in the list, and their bytes.
    pub(crate) unexplained: (u64, u64),
}

/// Looks at a series. `min` is the least number of entries that count as growth in an interval.
pub(crate) fn find(series: &Series, retainers: &Retainers, min: u32, monitor: &Monitor) -> Result<Grown> {
    let search = Search::new(series, retainers, min, monitor)?;
    let rising = search.rising(monitor)?;
    let mut explained = memory::filled(series.subject.snapshot().nodes.len(), false, "explained nodes")?;
    let mut list = search.grouped(rising, &mut explained);
    search.piling_up(&mut explained, &mut list, monitor)?;
    let mut unexplained = (0, 0);
    for node in series.subject.snapshot().nodes.all() {
        if !series.is_old(node) && !explained[node.index()] {
            unexplained.0 += 1;
            unexplained.1 += search.shallow[node.index()];
        }
    }
    Ok(Grown { list, unexplained })
}

struct Rising {
    node: NodeId,
    kind: Collection,
    counts: Vec<u64>,
    /// The nearest object above it that has a class of the program's, and where it hangs there.
    family: (u32, u32, u64),
}

struct Search<'a> {
    series: &'a Series,
    retainers: &'a Retainers,
    min: u32,
    shallow: &'a [u64],
    /// Bytes of new nodes in each node's dominator subtree.
    new_bytes: Vec<u64>,
}

impl<'a> Search<'a> {
    fn new(series: &'a Series, retainers: &'a Retainers, min: u32, monitor: &Monitor) -> Result<Self> {
        let graph = &series.subject;
        let shallow = graph.shallow_sizes(monitor)?;
        let tree = graph.dominator_tree(monitor)?;
        let mut new_bytes = memory::with_capacity(shallow.len(), "new bytes")?;
        let sized = graph.snapshot().nodes.all().zip(shallow);
        new_bytes.extend(sized.map(|(node, &size)| if series.is_old(node) { 0 } else { size }));
        for node in tree.preorder().skip(1).rev() {
            new_bytes[tree.immediate(node).index()] += new_bytes[node.index()];
        }
        Ok(Self { series, retainers, min, shallow, new_bytes })
    }

    /// Collections with more entries in every snapshot than in the one before.
    fn rising(&self, monitor: &Monitor) -> Result<Vec<Rising>> {
        let graph = &self.series.subject;
        let mut found = Vec::new();
        for node in graph.snapshot().nodes.all() {
            monitor.tick(node.index())?;
            // One that came with the last interval has no history to rise in.
            if self.series.born(node) == self.series.intervals()
                && self.series.intervals() > 1
                && !self.may_be_remade(node)
            {
                continue;
            }
            let Some((kind, now)) = logical_size(graph, node).filter(|&(_, now)| now >= self.min) else { continue };
            let sizes = self.series.sizes(node, now, self.retainers.edges(node));
            if sizes.windows(2).all(|pair| pair[1] >= pair[0].saturating_add(self.min)) {
                let counts = sizes.into_iter().map(u64::from).collect();
                found.push(Rising { node, kind, counts, family: self.family(node) });
            }
        }
        Ok(found)
    }

    /// A collection made anew hangs where its forerunner hung: on something old, by a name.
    fn may_be_remade(&self, node: NodeId) -> bool {
        let nodes = &self.series.subject.snapshot().nodes;
        self.retainers.edges(node).any(|edge| self.series.is_old(nodes.of_edge(edge)))
    }

    /// What tells collections of one kind: their own class, the class of what has them, and the name there.
    fn family(&self, node: NodeId) -> (u32, u32, u64) {
        let graph = &self.series.subject;
        let classes = graph.classes(&Monitor::none()).map(|classes| classes.numbers()).unwrap_or(&[]);
        let class = |node: NodeId| classes.get(node.index()).copied().unwrap_or(0);
        let owner = self
            .retainers
            .edges(node)
            .filter(|&edge| !matches!(graph.snapshot().edges.kind(edge), crate::snapshot::EdgeKind::Weak))
            .min_by_key(|&edge| graph.snapshot().nodes.id(graph.snapshot().nodes.of_edge(edge)));
        match owner {
            None => (class(node), u32::MAX, 0),
            Some(edge) => {
                let owner = graph.snapshot().nodes.of_edge(edge);
                // Under a scope or the global object each variable is a family of its own.
                let name = u64::from(graph.snapshot().edges.name_or_index(edge)) + 1;
                let indexed = graph.snapshot().edges.kind(edge).is_indexed()
                    || graph.snapshot().nodes.kind(owner) == NodeKind::ARRAY;
                (class(node), class(owner), if indexed { 0 } else { name })
            }
        }
    }

    /// Makes findings of rising collections: one for those of one kind, none for those inside another's entries.
    fn grouped(&self, rising: Vec<Rising>, explained: &mut [bool]) -> Vec<Growth> {
        let graph = &self.series.subject;
        let Ok(tree) = graph.dominator_tree(&Monitor::none()) else { return Vec::new() };
        let is_rising: FxHashMap<NodeId, usize> =
            rising.iter().enumerate().map(|(index, rising)| (rising.node, index)).collect();
        let inside_another = |node: NodeId| {
            let mut above = tree.immediate(node);
            let mut through_new = !self.series.is_old(node);
            while above != graph.snapshot().root() {
                if through_new && is_rising.contains_key(&above) {
                    return true;
                }
                through_new |= !self.series.is_old(above);
                above = tree.immediate(above);
            }
            false
        };
        let mut families: FxHashMap<(u32, u32, u64), Vec<usize>> = FxHashMap::default();
        let mut order = Vec::new();
        for (index, one) in rising.iter().enumerate() {
            if inside_another(one.node) {
                continue;
            }
            let members = families.entry(one.family).or_default();
            if members.is_empty() {
                order.push(one.family);
            }
            members.push(index);
        }
        let mut list: Vec<Growth> = order
            .into_iter()
            .map(|family| {
                let members: Vec<&Rising> = families[&family].iter().map(|&index| &rising[index]).collect();
                self.growth_of(&members, explained)
            })
            .collect();
        // What is already part of a finding is marked; a member of none stays for the next signal.
        list.retain(|growth| growth.counts.last() > growth.counts.first());
        list
    }

    fn growth_of(&self, members: &[&Rising], explained: &mut [bool]) -> Growth {
        let mut counts = vec![0; self.series.intervals() + 1];
        let mut entries = Vec::new();
        let (mut freed, mut shared) = (0, 0);
        let mut bytes = vec![0; self.series.intervals()];
        let mut external = 0;
        let mut holders: Vec<NodeId> = members.iter().map(|member| member.node).collect();
        holders.sort_by_key(|&node| self.series.subject.snapshot().nodes.id(node));
        for member in members {
            for (sum, count) in counts.iter_mut().zip(&member.counts) {
                *sum += count;
            }
            freed += self.new_bytes[member.node.index()];
            self.explain(member.node, explained, &mut bytes, &mut external);
            for entry in entry_nodes(&self.series.subject, member.node) {
                if self.series.is_old(entry) {
                    continue;
                }
                entries.push(entry);
                if !explained[entry.index()] {
                    shared += self.new_bytes[entry.index()];
                    self.explain(entry, explained, &mut bytes, &mut external);
                }
            }
        }
        Growth { holders, kind: GrowthKind::Entries(members[0].kind), counts, entries, freed, shared, bytes, external }
    }

    /// Marks the new nodes of a subtree and adds them to the intervals they came in.
    fn explain(&self, head: NodeId, explained: &mut [bool], bytes: &mut [u64], external: &mut u64) {
        let graph = &self.series.subject;
        let Ok(tree) = graph.dominator_tree(&Monitor::none()) else { return };
        for node in tree.subtree(head) {
            let born = self.series.born(node);
            if born > 0 && !std::mem::replace(&mut explained[node.index()], true) {
                bytes[born - 1] += self.shallow[node.index()];
                if graph.word(node) == crate::graph::Word::ArrayBufferData {
                    *external += self.shallow[node.index()];
                }
            }
        }
    }

    /// Objects that came in every interval, are still there, and belong to no rising collection.
    fn piling_up(&self, explained: &mut [bool], list: &mut Vec<Growth>, monitor: &Monitor) -> Result<()> {
        let graph = &self.series.subject;
        let tree = graph.dominator_tree(monitor)?;
        let classes = graph.classes(monitor)?;
        let intervals = self.series.intervals();
        // For each node its nearest old object above, and whether a new object stands between.
        let mut above = memory::filled(graph.snapshot().nodes.len(), graph.snapshot().root().0, "holders")?;
        let mut nested = memory::filled(graph.snapshot().nodes.len(), false, "holders")?;
        let mut groups: FxHashMap<(u32, u32), Vec<NodeId>> = FxHashMap::default();
        let mut order = Vec::new();
        for node in tree.preorder().skip(1) {
            let dominator = tree.immediate(node);
            let is_root = graph.is_root_or_synthetic(dominator);
            let visible = self.is_visible(dominator);
            if is_root || visible && self.series.is_old(dominator) {
                above[node.index()] = dominator.0;
            } else {
                above[node.index()] = above[dominator.index()];
                nested[node.index()] = nested[dominator.index()] || visible;
            }
            if self.series.is_old(node) || explained[node.index()] || !self.is_visible(node) {
                continue;
            }
            let class = classes.number(node);
            // Of what is nested only a chain counts: an object under one of its own class.
            if nested[node.index()] && !self.is_link(node, class, tree, classes) {
                continue;
            }
            let key = (self.head_of_chain(NodeId(above[node.index()]), class, tree, classes).0, class);
            let group = groups.entry(key).or_default();
            if group.is_empty() {
                order.push(key);
            }
            group.push(node);
        }
        for key in order {
            let nodes = &groups[&key];
            let mut came = vec![0_u64; intervals + 1];
            nodes.iter().for_each(|&node| came[self.series.born(node)] += 1);
            if came[1..].iter().any(|&count| count < u64::from(self.min)) {
                continue;
            }
            let holder = NodeId(key.0);
            let mut bytes = vec![0; intervals];
            let mut external = 0;
            for &node in nodes {
                self.explain(node, explained, &mut bytes, &mut external);
            }
            // What was there in the beginning of the same class under the same holder.
            let before = self.counted_before(holder, key.1, tree, classes);
            let mut sum = before;
            let counts = came.iter().map(|count| {
                sum += count;
                sum
            });
            let handles = graph.is_root_or_synthetic(holder);
            list.push(Growth {
                holders: vec![holder],
                kind: if handles { GrowthKind::Handles } else { GrowthKind::Objects },
                counts: counts.collect(),
                entries: nodes.clone(),
                freed: bytes.iter().sum(),
                shared: 0,
                bytes,
                external,
            });
        }
        Ok(())
    }

    /// Nodes a program knows of: objects, functions, handles, strings that are built; not V8's records.
    fn is_visible(&self, node: NodeId) -> bool {
        let graph = &self.series.subject;
        matches!(
            graph.snapshot().nodes.kind(node),
            NodeKind::OBJECT
                | NodeKind::CLOSURE
                | NodeKind::REGEXP
                | NodeKind::NATIVE
                | NodeKind::CONS_STRING
                | NodeKind::SLICED_STRING
        )
    }

    fn is_link(
        &self,
        node: NodeId,
        class: u32,
        tree: &crate::graph::DominatorTree,
        classes: &crate::graph::Classes,
    ) -> bool {
        // A link may hang on the next by way of one or two other objects: a closure and its scope.
        let mut above = tree.immediate(node);
        for _ in 0..4 {
            if classes.number(above) == class {
                return true;
            }
            above = tree.immediate(above);
        }
        false
    }

    /// The holder of a chain: what holds its first link.
    fn head_of_chain(
        &self,
        mut holder: NodeId,
        class: u32,
        tree: &crate::graph::DominatorTree,
        classes: &crate::graph::Classes,
    ) -> NodeId {
        let root = self.series.subject.snapshot().root();
        loop {
            let mut above = holder;
            let mut link = None;
            for _ in 0..4 {
                if classes.number(above) == class {
                    link = Some(tree.immediate(above));
                }
                above = tree.immediate(above);
            }
            match link {
                Some(next) if next != holder && holder != root => holder = next,
                _ => return holder,
            }
        }
    }

    fn counted_before(
        &self,
        holder: NodeId,
        class: u32,
        tree: &crate::graph::DominatorTree,
        classes: &crate::graph::Classes,
    ) -> u64 {
        if self.series.subject.is_root_or_synthetic(holder) {
            return 0;
        }
        tree.subtree(holder)
            .filter(|&node| self.series.is_old(node) && classes.number(node) == class && node != holder)
            .count() as u64
    }
}
