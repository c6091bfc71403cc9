//! The class table: what there is, how much of it, and what it keeps alive.

use serde::Serialize;

use std::ops::Range;

use crate::{
    error::Result,
    graph::{Classes, Distances, DominatorTree, HeapGraph, RetainedSizes},
    monitor::Monitor,
    snapshot::NodeId,
};

/// One class of nodes. Bytes and counts are of nodes with a shallow size above zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    /// The name to show.
    pub name: String,
    /// Identity across the snapshots of a process: `script,line,column,name`, or `,name`.
    pub key: String,
    /// Number of nodes.
    pub count: u64,
    /// Sum of shallow sizes.
    pub self_size: u64,
    /// What would be freed with all of them; nested ones are counted once.
    pub retained_size: u64,
    /// Least distance of a node of the class from the user's roots; -5 when one is not reached.
    pub distance: i32,
}

/// What the nodes of one class add up to.
#[derive(Clone, Copy)]
struct Sum {
    count: u64,
    self_size: u64,
    retained_size: u64,
    distance: i32,
    /// End, in the order of the walk, of the subtree of the last node that counted.
    covered_to: usize,
}

impl Sum {
    const NOTHING: Self = Self { count: 0, self_size: 0, retained_size: 0, distance: i32::MAX, covered_to: 0 };

    fn plus(&self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            self_size: self.self_size + other.self_size,
            retained_size: self.retained_size + other.retained_size,
            distance: self.distance.min(other.distance),
            covered_to: other.covered_to,
        }
    }
}

/// A walk down the dominator tree.
struct Walk<'a> {
    classes: &'a Classes,
    retained: RetainedSizes<'a>,
    tree: &'a DominatorTree,
    distances: &'a Distances,
}

impl Walk<'_> {
    /// Sums by class over a stretch of the preorder.
    fn sums(&self, stretch: Range<usize>, monitor: &Monitor) -> Result<Vec<Sum>> {
        let mut sums = vec![Sum::NOTHING; self.classes.all().len()];
        if stretch.is_empty() {
            return Ok(sums);
        }
        let Self { classes, tree, retained, .. } = *self;
        // What stands above the first node covers what is to come as if the walk had begun at the root.
        let start = tree.node_at(stretch.start);
        let mut above: Vec<NodeId> =
            std::iter::successors(Some(start), |&node| (node != tree.root()).then(|| tree.immediate(node)))
                .skip(1)
                .collect();
        while let Some(node) = above.pop() {
            let sum = &mut sums[classes.number(node) as usize];
            let subtree = tree.stretch(node);
            if retained.shallow_at(subtree.start) > 0 && subtree.start >= sum.covered_to {
                sum.covered_to = subtree.end;
            }
        }
        for position in stretch {
            monitor.tick(position)?;
            let size = retained.shallow_at(position);
            if size == 0 {
                continue;
            }
            let node = tree.node_at(position);
            let sum = &mut sums[classes.number(node) as usize];
            sum.count += 1;
            sum.self_size += size;
            sum.distance = sum.distance.min(self.distances.get(node));
            // A node inside the subtree of another of its class is part of what that one retains.
            if position >= sum.covered_to {
                sum.retained_size += retained.at(position);
                sum.covered_to = tree.stretch_at(position).end;
            }
        }
        Ok(sums)
    }
}

/// All classes that have bytes, by retained size, biggest first.
pub fn class_table(graph: &HeapGraph, monitor: &Monitor) -> Result<Vec<ClassRow>> {
    let walk = Walk {
        classes: graph.classes(monitor)?,
        retained: graph.retained_sizes(monitor)?,
        tree: graph.dominator_tree(monitor)?,
        distances: graph.distances(monitor)?,
    };
    let classes = walk.classes;
    let count = walk.tree.len();
    let middle = count / 2;
    let (first, second) = rayon::join(|| walk.sums(0..middle, monitor), || walk.sums(middle..count, monitor));
    let sums = first?.into_iter().zip(second?).map(|(a, b)| a.plus(&b));
    let mut rows: Vec<ClassRow> = classes
        .all()
        .iter()
        .zip(sums)
        .filter(|(_, sum)| sum.count > 0)
        .map(|(class, sum)| ClassRow {
            name: class.name.clone(),
            key: class.key.clone(),
            count: sum.count,
            self_size: sum.self_size,
            retained_size: sum.retained_size,
            distance: sum.distance,
        })
        .collect();
    // By key last, so that equal rows stand in the same order in every run.
    rows.sort_by(|a, b| (b.retained_size, b.self_size, &a.key).cmp(&(a.retained_size, a.self_size, &b.key)));
    monitor.advance("classes", 0.05)?;
    Ok(rows)
}
