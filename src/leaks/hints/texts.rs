//! Strings: copies of one text, and pieces that keep the long strings they were cut from.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Candidate, Heap, growth_of};
use crate::{
    analysis::{Duplicates, words},
    error::Result,
    leaks::growth::GrowthKind,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Texts that are looked at for copies.
pub(super) const DUPLICATES: usize = 25;
/// Characters of a text in a sentence.
const SHOWN: usize = 40;
/// Bytes of a string from which on keeping it for a piece is a waste.
const LARGE: u64 = 1024;

impl Heap<'_> {
    pub(super) fn texts(&self, duplicates: &Duplicates, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let mut found: Vec<Candidate> = duplicates
            .rows
            .iter()
            .zip(&duplicates.nodes)
            .filter(|(row, _)| row.wasted_bytes >= self.least)
            .map(|(row, nodes)| {
                let (holder, kind, below) = self.above(nodes);
                let mut growth = growth_of(vec![holder], kind, row.count, nodes.clone());
                growth.freed = row.wasted_bytes;
                growth.bytes = vec![row.wasted_bytes];
                let text: String = row.value.chars().take(SHOWN).collect();
                let cut = if text.len() < row.value.len() { "…" } else { "" };
                let alike = if row.probable { "that begin alike and are of one size: " } else { "of " };
                let what = format!("{} strings {alike}{text:?}{cut}{below}", words::count(row.count));
                let keeps = format!("where one would save {}", words::bytes(row.wasted_bytes));
                let held: Vec<&str> = row.held_by.iter().map(|holder| holder.name.as_str()).collect();
                let mut evidence = vec![format!("{} each", words::bytes(row.size_bytes))];
                if !held.is_empty() {
                    evidence.push(format!("kept as {}", held.join(", ")));
                }
                Candidate {
                    pattern: Some("string-retention"),
                    what: Some(what),
                    keeps: Some(keeps),
                    evidence,
                    ..Candidate::new(growth)
                }
            })
            .collect();
        found.extend(self.pieces(monitor)?);
        Ok(found)
    }

    /// What most of the strings hang on, and how to say that; the program where it is nothing in particular.
    fn above(&self, nodes: &[NodeId]) -> (NodeId, GrowthKind, &'static str) {
        match self.common_holder(nodes) {
            Some(holder) => (holder, GrowthKind::Objects, " below it"),
            None => (nodes[0], GrowthKind::Handles, ""),
        }
    }

    /// Long strings that nothing needs but pieces of them.
    fn pieces(&self, monitor: &Monitor) -> Result<Option<Candidate>> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let mut parents: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        for piece in nodes.all().filter(|&node| nodes.kind(node) == NodeKind::SLICED_STRING) {
            monitor.tick(piece.index())?;
            let parent = nodes.edges(piece).map(|edge| edges.target(edge)).find(|&node| nodes.kind(node).is_string());
            if let Some(parent) = parent.filter(|&parent| self.shallow.get(parent) >= LARGE) {
                parents.entry(parent).or_default().push(piece);
            }
        }
        // A string that is also there for its own sake is no waste.
        parents.retain(|&parent, _| {
            self.retainers.edges(parent).all(|edge| {
                edges.kind(edge) == EdgeKind::Weak || nodes.kind(nodes.of_edge(edge)) == NodeKind::SLICED_STRING
            })
        });
        let bytes: u64 = parents.keys().map(|&parent| self.shallow.get(parent)).sum();
        if bytes < self.least {
            return Ok(None);
        }
        let mut pieces: Vec<NodeId> =
            parents.values().flatten().copied().collect::<FxHashSet<_>>().into_iter().collect();
        pieces.sort_unstable();
        let (holder, kind, below) = self.above(&pieces);
        let mut growth = growth_of(vec![holder], kind, pieces.len() as u64, pieces);
        growth.freed = bytes;
        growth.bytes = vec![bytes];
        let number = words::count(*growth.counts.last().unwrap_or(&0));
        let what = format!(
            "{number} pieces of {} longer strings{below}, which are kept whole,",
            words::count(parents.len() as u64)
        );
        Ok(Some(Candidate { pattern: Some("string-retention"), what: Some(what), ..Candidate::new(growth) }))
    }
}
