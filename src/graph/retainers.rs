//! Who points at a node: the edges of the snapshot, turned round.

use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, Snapshot},
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// For each node the edges that end at it, in the order of the file.
#[derive(Debug)]
pub struct Retainers {
    first: Column<u32>,
    edges: Column<u32>,
}

const FIRST: Tag = Tag::new(*b"retfirst");
const EDGES: Tag = Tag::new(*b"retedges");

impl Retainers {
    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(FIRST, &self.first);
        writer.add(EDGES, &self.edges);
    }

    pub(super) fn load(shelf: &Shelf, snapshot: &Snapshot) -> Result<Option<Self>> {
        let (nodes, edges) = (snapshot.nodes.len(), snapshot.edges.len());
        let limit = u32::try_from(edges).unwrap_or(u32::MAX);
        let first = shelf.column(FIRST, nodes + 1, Rule::Rising(limit))?;
        let edges = shelf.column(EDGES, edges, Rule::Below(limit))?;
        Ok(first.zip(edges).map(|(first, edges)| Self { first, edges }))
    }

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
        Ok(Self { first: first.into(), edges: edges.into() })
    }

    /// Where the edges of each node begin in [`Self::all`], and their number at the end.
    pub(crate) fn first(&self) -> &[u32] {
        &self.first
    }

    /// All edges, by the node that they end at.
    pub(crate) fn all(&self) -> &[u32] {
        &self.edges
    }

    /// The edges that end at a node, of every kind.
    #[must_use]
    pub fn edges(&self, node: NodeId) -> impl ExactSizeIterator<Item = usize> + Clone {
        let range = self.first.at(node.index()) as usize..self.first.at(node.index() + 1) as usize;
        self.edges.stretch(range).iter().map(|&edge| edge as usize)
    }
}
