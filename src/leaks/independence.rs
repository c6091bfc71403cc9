//! Whether the holder alone keeps what grew, and who else does.
//!
//! Whoever clears the one collection a report names and sees nothing freed stops believing reports. So where much of
//! a growth hangs on something else too, the ways to some of its entries are counted, and the other holders named.

use serde::Serialize;

use super::case::Case;
use crate::{
    analysis::{Held, Holders, Scripts, name_of},
    error::Result,
    graph::Retainers,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// Entries whose holders are looked for.
const ASKED: usize = 3;
/// Ways looked for; more make no difference to what one does about it.
const LIMIT: usize = 4;

/// Whether the holder alone keeps what grew.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Independence {
    /// Ways to an entry that have nothing in common, the holder's among them: 1 when it keeps most of the growth
    /// alone. Looked for up to 4.
    pub independent: u64,
    /// Bytes that are freed when this holder lets go.
    pub cut_frees: u64,
    /// What else keeps the entries, by the program's names where it has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

/// Looks for the other holders of growths; made ready when the first has any.
pub(super) struct Search<'a> {
    retainers: &'a Retainers,
    scripts: &'a Scripts,
    holders: Option<Holders<'a>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(retainers: &'a Retainers, scripts: &'a Scripts) -> Self {
        Self { retainers, scripts, holders: None }
    }

    pub(super) fn of(&mut self, case: &Case<'a>, monitor: &Monitor) -> Result<Independence> {
        let growth = case.growth;
        let alone = Independence { independent: 1, cut_frees: growth.freed, others: Vec::new() };
        if growth.freed > growth.shared || growth.entries.is_empty() {
            return Ok(alone);
        }
        let holders = match &mut self.holders {
            Some(holders) => holders,
            none => none.insert(Holders::of(&case.series.subject, monitor)?),
        };
        let mut most: Option<Held> = None;
        for &entry in growth.entries.iter().rev().take(ASKED) {
            let held = holders.of_all(&[entry], LIMIT, monitor)?;
            // Of the entries asked the one that is held least speaks: it shows what all have in common.
            if most.as_ref().is_none_or(|known| held.paths.len() < known.paths.len()) {
                most = Some(held);
            }
        }
        let Some(held) = most else { return Ok(alone) };
        let mut others = Vec::new();
        for way in &held.paths {
            let Some(name) = self.other_holder(case, way) else { continue };
            if !others.contains(&name) {
                others.push(name);
            }
        }
        let independent = held.paths.len().max(1) as u64;
        Ok(Independence { independent, cut_frees: growth.freed, others })
    }

    /// The nearest old object on a way, named; nothing when the way leads by the holder itself.
    fn other_holder(&self, case: &Case<'_>, way: &[usize]) -> Option<String> {
        let graph = case.graph();
        let nodes: Vec<NodeId> = way.iter().map(|&edge| graph.snapshot().nodes.of_edge(edge)).collect();
        if nodes.iter().any(|node| case.growth.holders.contains(node)) {
            return None;
        }
        // Stores of an object are made anew as they grow; the object is what was there.
        let is_store = |node| matches!(graph.snapshot().nodes.kind(node), NodeKind::ARRAY | NodeKind::HIDDEN);
        let old = nodes.iter().rev().copied().find(|&node| case.series.is_old(node) && !is_store(node))?;
        if graph.is_root_or_synthetic(old) {
            return None;
        }
        let name = name_of(graph, self.retainers, self.scripts, old).map(|name| format!("`{}`", name.expression));
        Some(name.unwrap_or_else(|| format!("{} {}", graph.display_name(old), graph.snapshot().nodes.id(old))))
    }
}
