//! What there is to say of objects, however they were found: how many, of which classes, what they keep, the greatest.
//!
//! One walk along the dominator tree's preorder says it all. There a subtree is a stretch, so what stands inside of an
//! object that counted is part of what that one keeps; and shallow and retained sizes stand in a row.

use std::{cmp::Reverse, ops::Range};

use fixedbitset::FixedBitSet;
use serde::{Deserialize, Serialize};

use super::references::References;
use crate::{
    analysis::SizedNode,
    error::Result,
    graph::{Classes, DominatorTree, HeapGraph, RetainedSizes},
    memory,
    monitor::Monitor,
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

/// Tells of objects, at most `top` of them and of their classes. One that is given twice counts once.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn objects(graph: &HeapGraph, nodes: &[NodeId], (top, by): (usize, Order), monitor: &Monitor) -> Result<Objects> {
    let mut wanted = FixedBitSet::with_capacity(graph.snapshot().nodes.len());
    nodes.iter().for_each(|node| wanted.insert(node.index()));
    let walk = Walk {
        graph,
        wanted,
        by,
        top,
        classes: graph.classes(monitor)?,
        retained: graph.retained_sizes(monitor)?,
        tree: graph.dominator_tree(monitor)?,
    };
    let count = walk.tree.len();
    let (first, second) = rayon::join(|| walk.tell(0..count / 2, monitor), || walk.tell(count / 2..count, monitor));
    let mut told = first?;
    told.add(second?)?;
    let mut rows: Vec<ObjectsOfClass> = walk
        .classes
        .all()
        .iter()
        .zip(&told.by_class)
        .filter(|(_, (count, _))| *count > 0)
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
    let listed = told.most.finish().into_iter().map(|(Reverse(most), node)| {
        let references = (by == Order::References).then_some(most);
        Ok(ListedObject { node: SizedNode::of(graph, node, monitor)?, references })
    });
    Ok(Objects {
        count: told.count,
        self_size: told.self_size,
        retained_size: told.retained_size,
        class_count,
        classes: rows,
        objects: listed.collect::<Result<_>>()?,
    })
}

struct Walk<'a> {
    graph: &'a HeapGraph,
    wanted: FixedBitSet,
    by: Order,
    top: usize,
    classes: &'a Classes,
    retained: RetainedSizes<'a>,
    tree: &'a DominatorTree,
}

/// What a stretch of the preorder adds up to.
struct Told {
    count: u64,
    self_size: u64,
    retained_size: u64,
    /// Objects and bytes, by class number.
    by_class: Vec<(u64, u64)>,
    most: Most<(Reverse<u64>, NodeId)>,
}

impl Told {
    fn add(&mut self, other: Self) -> Result<()> {
        self.count += other.count;
        self.self_size += other.self_size;
        self.retained_size += other.retained_size;
        for (sum, (count, bytes)) in self.by_class.iter_mut().zip(other.by_class) {
            *sum = (sum.0 + count, sum.1 + bytes);
        }
        other.most.kept.into_iter().try_for_each(|one| self.most.put(one))
    }
}

impl Walk<'_> {
    fn tell(&self, stretch: Range<usize>, monitor: &Monitor) -> Result<Told> {
        let mut told = Told {
            count: 0,
            self_size: 0,
            retained_size: 0,
            by_class: memory::filled(self.classes.all().len(), (0, 0), "a question")?,
            most: Most::of(self.top),
        };
        let mut covered_to = self.covered_at(stretch.start);
        let mut references = References::of(self.graph);
        for position in stretch {
            monitor.tick(position)?;
            let node = self.tree.node_at(position);
            if !self.wanted.contains(node.index()) {
                continue;
            }
            let (size, retained) = (self.retained.shallow_at(position), self.retained.at(position));
            told.count += 1;
            told.self_size += size;
            let sum = &mut told.by_class[self.classes.number(node) as usize];
            *sum = (sum.0 + 1, sum.1 + size);
            if position >= covered_to {
                told.retained_size += retained;
                covered_to = self.tree.stretch_at(position).end;
            }
            let most = match self.by {
                Order::RetainedSize => retained,
                Order::SelfSize => size,
                Order::References => references.get(node),
            };
            told.most.put((Reverse(most), node))?;
        }
        Ok(told)
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

/// The first so many of what is put in, by order, in memory for about twice as many.
struct Most<T> {
    top: usize,
    kept: Vec<T>,
    /// What comes after this is not among them.
    limit: Option<T>,
}

impl<T: Ord + Copy> Most<T> {
    fn of(top: usize) -> Self {
        Self { top, kept: Vec::new(), limit: None }
    }

    fn put(&mut self, one: T) -> Result<()> {
        if self.top == 0 || self.limit.is_some_and(|limit| one > limit) {
            return Ok(());
        }
        memory::push(&mut self.kept, one, "a question")?;
        if self.kept.len() >= self.top.saturating_mul(2).max(1 << 10) {
            self.kept.select_nth_unstable(self.top - 1);
            self.kept.truncate(self.top);
            self.limit = self.kept.last().copied();
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<T> {
        self.kept.sort_unstable();
        self.kept.truncate(self.top);
        self.kept
    }
}
