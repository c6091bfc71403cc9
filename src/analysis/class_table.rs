//! The class table: what there is, how much of it, and what it keeps alive.

use serde::Serialize;

use crate::{error::Result, graph::HeapGraph, monitor::Monitor};

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

/// All classes that have bytes, by retained size, biggest first.
pub fn class_table(graph: &HeapGraph, monitor: &Monitor) -> Result<Vec<ClassRow>> {
    struct Sum {
        count: u64,
        self_size: u64,
        retained_size: u64,
        distance: i32,
        /// End, in the order of the walk, of the subtree of the last node that counted.
        covered_to: usize,
    }
    let classes = graph.classes(monitor)?;
    let (shallow, retained) = (graph.shallow_sizes(monitor)?, graph.retained_sizes(monitor)?);
    let (tree, distances) = (graph.dominator_tree(monitor)?, graph.distances(monitor)?);
    let mut sums: Vec<Sum> = classes
        .all()
        .iter()
        .map(|_| Sum { count: 0, self_size: 0, retained_size: 0, distance: i32::MAX, covered_to: 0 })
        .collect();
    for (position, node) in tree.preorder().enumerate() {
        let size = shallow[node.index()];
        if size == 0 {
            continue;
        }
        let sum = &mut sums[classes.number(node) as usize];
        sum.count += 1;
        sum.self_size += size;
        sum.distance = sum.distance.min(distances.get(node));
        // A node inside the subtree of another of its class is part of what that one retains.
        if position >= sum.covered_to {
            sum.retained_size += retained[node.index()];
            sum.covered_to = position + tree.subtree_len(node) as usize;
        }
        monitor.tick(position)?;
    }
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
