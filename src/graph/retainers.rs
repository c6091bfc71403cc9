//! Who points at a node: the edges of the snapshot, turned round.

use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, Snapshot},
};

/// For each node the edges that end at it, in the order of the file.
#[derive(Debug)]
pub struct Retainers {
    first: Vec<u32>,
    edges: Vec<u32>,
}

impl Retainers {
    pub(crate) fn of(snapshot: &Snapshot, monitor: &Monitor) -> Result<Self> {
        let targets = snapshot.edges.targets();
        let mut first = memory::zeroed::<u32>(snapshot.nodes.len() + 1, "retainers")?;
        for &target in targets {
            first[target as usize] += 1;
        }
        let mut sum = 0;
        for slot in &mut first {
            sum += *slot;
            *slot = sum;
        }
        monitor.check()?;
        let mut edges = memory::zeroed::<u32>(targets.len(), "retainers")?;
        // Filled from the back, so that each range ends up in the order of the file.
        for (edge, &target) in targets.iter().enumerate().rev() {
            monitor.tick(edge)?;
            let slot = &mut first[target as usize];
            *slot -= 1;
            edges[*slot as usize] = edge as u32;
        }
        Ok(Self { first, edges })
    }

    /// The edges that end at a node, of every kind.
    #[must_use]
    pub fn edges(&self, node: NodeId) -> impl ExactSizeIterator<Item = usize> + Clone {
        let range = self.first[node.index()] as usize..self.first[node.index() + 1] as usize;
        self.edges[range].iter().map(|&edge| edge as usize)
    }
}
