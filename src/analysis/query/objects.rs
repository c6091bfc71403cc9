//! What there is to say of objects, however they were found: how many, of which classes, what they keep, the greatest.
//!
//! How many they are, of which classes and how large needs no dominators, and is added up while those are computed. What
//! they keep is then told by the tree's preorder. There a subtree is a stretch, so what stands inside of an object that
//! counted is part of what that one keeps; and retained sizes stand in a row.

use std::{cmp::Reverse, ops::Range};

use fixedbitset::FixedBitSet;
use serde::{Deserialize, Serialize};

use super::references::References;
use crate::{
    analysis::SizedNode,
    error::Result,
    graph::{DominatorTree, HeapGraph, RetainedSizes},
    memory,
    monitor::Monitor,
    most::Most,
    snapshot::NodeId,
};

/// What objects are ordered by, most first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Order {
    /// Retained size.
    #[default]
    RetainedSize,
    /// Shallow size.
    SelfSize,
    /// References that leave it; of a Map or Set, those of its table.
    References,
}

/// Objects that have something in common. Bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objects {
    /// How many.
    pub count: u64,
    /// Their shallow sizes together.
    pub self_size: u64,
    /// What would be freed with all of them, of what each keeps alive; what one keeps that another keeps is counted once.
    pub retained_size: u64,
    /// Number of their classes; `classes` may hold fewer.
    pub class_count: usize,
    /// By class, most bytes first.
    pub classes: Vec<ObjectsOfClass>,
    /// Those with most of what they are ordered by.
    pub objects: Vec<ListedObject>,
}

/// Objects of one class.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectsOfClass {
    /// Name of the class.
    pub name: String,
    /// Its key, as in the class table.
    pub key: String,
    /// How many.
    pub count: u64,
    /// Their shallow sizes together.
    pub self_size: u64,
}

/// An object with its figures.
#[derive(Debug, Serialize)]
pub struct ListedObject {
    #[serde(flatten)]
    node: SizedNode,
    /// References that leave it, where objects are ordered by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    references: Option<u64>,
}

/// Below this share of all nodes it takes less time to sort them than to go over all.
const FEWER: usize = 32;

/// Tells of objects, at most `top` of them and of their classes. One that is given twice counts once.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn objects(graph: &HeapGraph, nodes: &[NodeId], order: (usize, Order), monitor: &Monitor) -> Result<Objects> {
    Counted::of(graph, set_of(graph, nodes.iter().copied()), order, monitor)?.tell(graph, monitor)
}

/// The same of objects that are yet to be found, which must not need dominators: they are found while those are computed.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`; those of the search.
pub fn objects_found(
    graph: &HeapGraph,
    find: impl FnOnce() -> Result<FixedBitSet> + Send,
    order: (usize, Order),
    monitor: &Monitor,
) -> Result<Objects> {
    graph.prepare_with(monitor, || Counted::of(graph, find()?, order, monitor))?.tell(graph, monitor)
}

/// Nodes as a set.
pub fn set_of(graph: &HeapGraph, nodes: impl Iterator<Item = NodeId>) -> FixedBitSet {
    let mut set = FixedBitSet::with_capacity(graph.snapshot().nodes.len());
    nodes.for_each(|node| set.insert(node.index()));
    set
}

/// Objects, and what can be said of them without dominators.
struct Counted {
    wanted: FixedBitSet,
    by: Order,
    sums: Sums,
}

/// What nodes add up to.
struct Sums {
    count: u64,
    self_size: u64,
    /// Objects and bytes, by class number.
    by_class: Vec<(u64, u64)>,
    /// By anything but retained size.
    most: Most<(Reverse<u64>, NodeId)>,
}

impl Sums {
    fn add(&mut self, other: Self) -> Result<()> {
        self.count += other.count;
        self.self_size += other.self_size;
        for (sum, (count, bytes)) in self.by_class.iter_mut().zip(other.by_class) {
            *sum = (sum.0 + count, sum.1 + bytes);
        }
        self.most.add(other.most)
    }

    /// The answer, with what the objects keep. `kept` has those with most of it.
    fn tell(self, graph: &HeapGraph, (by, kept): (Order, Kept), monitor: &Monitor) -> Result<Objects> {
        let top = self.most.top();
        let rows = graph.classes(monitor)?.all().iter().zip(&self.by_class).filter(|(_, (count, _))| *count > 0);
        let mut rows: Vec<ObjectsOfClass> = rows
            .map(|(class, &(count, self_size))| ObjectsOfClass {
                name: class.name.clone(),
                key: class.key.clone(),
                count,
                self_size,
            })
            .collect();
        let class_count = rows.len();
        rows.sort_by(|a, b| {
            (Reverse(a.self_size), Reverse(a.count), &a.key).cmp(&(Reverse(b.self_size), Reverse(b.count), &b.key))
        });
        rows.truncate(top);
        let most = if by == Order::RetainedSize { kept.most } else { self.most };
        let listed = most.finish().into_iter().map(|(Reverse(most), node)| {
            let references = (by == Order::References).then_some(most);
            Ok(ListedObject { node: SizedNode::of(graph, node, monitor)?, references })
        });
        Ok(Objects {
            count: self.count,
            self_size: self.self_size,
            retained_size: kept.retained_size,
            class_count,
            classes: rows,
            objects: listed.collect::<Result<_>>()?,
        })
    }
}

impl Counted {
    fn of(graph: &HeapGraph, wanted: FixedBitSet, (top, by): (usize, Order), monitor: &Monitor) -> Result<Self> {
        let (classes, shallow) = (graph.classes(monitor)?, graph.shallow_sizes(monitor)?);
        let stretch = |stretch: Range<usize>| {
            let mut sums = Sums {
                count: 0,
                self_size: 0,
                by_class: memory::filled(classes.all().len(), (0, 0), "a question")?,
                most: Most::of(top),
            };
            let mut references = References::of(graph);
            for index in ones(&wanted, stretch) {
                monitor.tick(index)?;
                let node = NodeId::from_index(index);
                let size = shallow.get(node);
                sums.count += 1;
                sums.self_size += size;
                let sum = &mut sums.by_class[classes.number(node) as usize];
                *sum = (sum.0 + 1, sum.1 + size);
                match by {
                    Order::RetainedSize => {}
                    Order::SelfSize => sums.most.put((Reverse(size), node))?,
                    Order::References => sums.most.put((Reverse(references.get(node)), node))?,
                }
            }
            Ok(sums)
        };
        let count = wanted.len();
        let (first, second) = rayon::join(|| stretch(0..count / 2), || stretch(count / 2..count));
        let mut sums: Sums = first?;
        sums.add(second?)?;
        Ok(Self { wanted, by, sums })
    }

    fn tell(self, graph: &HeapGraph, monitor: &Monitor) -> Result<Objects> {
        let Self { wanted, by, sums } = self;
        let is_few = sums.count < (wanted.len() / FEWER) as u64;
        let retained = graph.retained_sizes(monitor)?;
        let walk = Walk {
            wanted,
            top: sums.most.top(),
            retained,
            tree: graph.dominator_tree(monitor)?,
            finds_most: by == Order::RetainedSize,
        };
        let kept = if is_few { walk.few(monitor)? } else { walk.many(monitor)? };
        sums.tell(graph, (by, kept), monitor)
    }
}

/// The members of a set that are in a range.
pub(super) fn ones(set: &FixedBitSet, range: Range<usize>) -> impl Iterator<Item = usize> {
    const BITS: usize = usize::BITS as usize;
    // Whole words, so that two ranges that meet share none.
    let words = range.start.div_ceil(BITS)..range.end.div_ceil(BITS);
    let word = |at: usize| std::iter::successors(Some(set.as_slice()[at]), |left| Some(left & left.wrapping_sub(1)));
    words.flat_map(move |at| {
        word(at).take_while(|&left| left != 0).map(move |left| at * BITS + left.trailing_zeros() as usize)
    })
}

struct Walk<'a> {
    wanted: FixedBitSet,
    top: usize,
    retained: RetainedSizes<'a>,
    tree: &'a DominatorTree,
    /// Whether objects are ordered by their retained size.
    finds_most: bool,
}

/// What objects keep.
struct Kept {
    retained_size: u64,
    most: Most<(Reverse<u64>, NodeId)>,
}

impl Walk<'_> {
    fn few(&self, monitor: &Monitor) -> Result<Kept> {
        let mut positions = memory::with_capacity(self.wanted.len() / FEWER, "a question")?;
        positions.extend(self.wanted.ones().map(|node| self.tree.position(NodeId::from_index(node))));
        positions.sort_unstable();
        self.along(positions.into_iter(), 0, monitor)
    }

    fn many(&self, monitor: &Monitor) -> Result<Kept> {
        let count = self.tree.len();
        let half = |stretch: Range<usize>| {
            let covered_to = self.covered_at(stretch.start);
            let wanted = stretch.filter(|&position| self.wanted.contains(self.tree.node_at(position).index()));
            self.along(wanted, covered_to, monitor)
        };
        let (first, second) = rayon::join(|| half(0..count / 2), || half(count / 2..count));
        let (mut kept, second) = (first?, second?);
        kept.retained_size += second.retained_size;
        kept.most.add(second.most)?;
        Ok(kept)
    }

    /// Goes along positions of the preorder, of which those before `covered_to` count already.
    fn along(&self, positions: impl Iterator<Item = usize>, mut covered_to: usize, monitor: &Monitor) -> Result<Kept> {
        let mut kept = Kept { retained_size: 0, most: Most::of(self.top) };
        for (step, position) in positions.enumerate() {
            monitor.tick(step)?;
            let retained = self.retained.at(position);
            if position >= covered_to {
                kept.retained_size += retained;
                covered_to = self.tree.stretch_at(position).end;
            }
            if self.finds_most {
                kept.most.put((Reverse(retained), self.tree.node_at(position)))?;
            }
        }
        Ok(kept)
    }

    /// How far what stands before a position covers what is to come, as if the walk had begun at the root.
    fn covered_at(&self, position: usize) -> usize {
        let above = |node: &NodeId| (*node != self.tree.root()).then(|| self.tree.immediate(*node));
        if position >= self.tree.len() {
            return position;
        }
        std::iter::successors(above(&self.tree.node_at(position)), above)
            .filter(|node| self.wanted.contains(node.index()))
            .map(|node| self.tree.stretch(node).end)
            .last()
            .unwrap_or(position)
    }
}
