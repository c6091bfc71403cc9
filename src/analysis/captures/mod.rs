//! What scopes keep although nobody may read it any more: the candidates, and what the heap alone says of them.
//!
//! V8 keeps one scope for all closures of a function, with every variable that any of them reads. When those that read
//! a variable are gone and another closure lives on, its value is kept for nobody. Who sees a scope is in the heap. Who
//! reads which variable is there too where V8 wrote its tables of scopes ([`tables`]); otherwise it stands in the text of
//! the functions, and whoever can read files asks that.

mod readers;
mod tables;

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;

use self::{
    readers::{Readers, readers_of},
    tables::Tables,
};
use super::{
    SizedNode,
    places::{Place, Scripts, script_node, script_of, shared_node, source_node},
    slots::{Evidence, Slots, is_scope},
};
use crate::{
    error::Result,
    graph::HeapGraph,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, ObjectId},
};

/// Scopes that are looked at, those that retain most.
const SCOPES: usize = 5_000;

/// Scopes with variables that are worth a look.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Captures {
    /// The scopes, those that retain most first.
    pub scopes: Vec<CapturedScope>,
    /// The scripts of their functions.
    pub scripts: Vec<CapturedScript>,
    /// Scopes that were not looked at, since there are so many.
    pub left_out: usize,
}

/// A scope that keeps something.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturedScope {
    /// The scope.
    pub scope: ObjectId,
    /// What it alone keeps, and somebody may read or not.
    pub variables: Vec<Captured>,
    /// How many living closures see it; absent when somebody sees it who cannot be asked, such as a function that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closure_count: Option<usize>,
    /// Their functions, each once.
    pub functions: Vec<CapturingFunction>,
}

/// A variable and what it holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Captured {
    /// Its name; of a block, whose variables have none in the heap, all that it may be.
    pub names: Vec<String>,
    /// Where the names are from: `reference`, or of a block `scope-info`.
    pub name_from: &'static str,
    /// V8's tables say that no living function reads it. Otherwise nothing is known of that; what is read is not listed.
    pub unread: bool,
    /// Its value.
    pub node: SizedNode,
}

/// A function of which closures are alive.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturingFunction {
    /// One of its closures.
    pub id: ObjectId,
    /// Its name; empty for one without.
    pub name: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its script among the scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<usize>,
}

/// A script.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturedScript {
    /// Ordinal of the string that is its text, of which V8 writes the beginning.
    pub source: u32,
    /// Shallow size of that string.
    pub source_size: u64,
}

/// Finds the scopes with variables that retain at least so much.
///
/// # Errors
/// `ERR_HEAP_MALFORMED` when V8's tables of scopes are none; `_NO_MEMORY`, `_CANCELLED`.
pub fn captures(graph: &HeapGraph, least: u64, monitor: &Monitor) -> Result<Captures> {
    let nodes = &graph.snapshot().nodes;
    let retained = graph.retained_sizes(monitor)?;
    let mut scopes: Vec<NodeId> = Vec::new();
    for node in nodes.all() {
        monitor.tick(node.index())?;
        if is_scope(graph, node) && retained.get(node) >= least {
            memory::push(&mut scopes, node, "scopes")?;
        }
    }
    scopes.sort_by_key(|&scope| (Reverse(retained.get(scope)), scope));
    let left_out = scopes.len().saturating_sub(SCOPES);
    scopes.truncate(SCOPES);
    let look = Look { graph, tables: Tables::of(graph, monitor)?, scripts: Scripts::of(graph), least };
    let mut found = Captures { left_out, ..Captures::default() };
    let mut numbers = FxHashMap::default();
    for scope in scopes {
        monitor.check()?;
        if let Some(captured) = look.scope(scope, (&mut found.scripts, &mut numbers), monitor)? {
            found.scopes.push(captured);
        }
    }
    Ok(found)
}

struct Look<'a> {
    graph: &'a HeapGraph,
    tables: Option<Tables>,
    scripts: Scripts,
    least: u64,
}

impl Look<'_> {
    fn scope(
        &self,
        scope: NodeId,
        scripts: (&mut Vec<CapturedScript>, &mut FxHashMap<NodeId, usize>),
        monitor: &Monitor,
    ) -> Result<Option<CapturedScope>> {
        let snapshot = self.graph.snapshot();
        let edges = self.variables(scope, monitor)?;
        if edges.is_empty() {
            return Ok(None);
        }
        let readers = readers_of(self.graph, scope, monitor)?;
        let unread = match (&readers, &self.tables) {
            (Some(readers), Some(tables)) => tables.unread(self.graph, scope, readers),
            _ => None,
        };
        let mut variables = Vec::new();
        for (edge, names, name_from) in edges {
            let unread = unread.as_ref().and_then(|unread| unread.get(&edge)).copied();
            if unread != Some(false) {
                let node = SizedNode::of(self.graph, snapshot.edges.target(edge), monitor)?;
                variables.push(Captured { names, name_from, unread: unread == Some(true), node });
            }
        }
        if variables.is_empty() {
            return Ok(None);
        }
        let closure_count = readers.as_ref().map(|readers| readers.closures.len());
        let functions = readers.map_or_else(Vec::new, |readers| self.functions(&readers, scripts));
        Ok(Some(CapturedScope { scope: snapshot.nodes.id(scope), variables, closure_count, functions }))
    }

    /// The variables of a scope that it alone keeps and that retain enough.
    fn variables(&self, scope: NodeId, monitor: &Monitor) -> Result<Vec<(usize, Vec<String>, &'static str)>> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let (tree, retained) = (self.graph.dominator_tree(monitor)?, self.graph.retained_sizes(monitor)?);
        let is_heavy = |edge: usize| {
            let value = edges.target(edge);
            retained.get(value) >= self.least && tree.immediate(value) == scope
        };
        let mut found = Vec::new();
        for edge in nodes.edges(scope).filter(|&edge| edges.kind(edge) == EdgeKind::Context && is_heavy(edge)) {
            let name = self.graph.edge_name(edge).into_owned();
            if name != "this" {
                found.push((edge, vec![name], "reference"));
            }
        }
        if let Some(slots) = Slots::of(self.graph, scope, Evidence::Order) {
            let heavy = slots.edges().filter(|&edge| is_heavy(edge));
            found.extend(heavy.filter_map(|edge| Some((edge, slots.names_of(edge)?.to_vec(), "scope-info"))));
        }
        Ok(found)
    }

    /// The functions of closures, each once.
    fn functions(
        &self,
        readers: &Readers,
        (scripts, numbers): (&mut Vec<CapturedScript>, &mut FxHashMap<NodeId, usize>),
    ) -> Vec<CapturingFunction> {
        let nodes = &self.graph.snapshot().nodes;
        let mut seen = rustc_hash::FxHashSet::default();
        let mut functions = Vec::new();
        for &closure in &readers.closures {
            if !seen.insert(shared_node(self.graph, closure).unwrap_or(closure)) {
                continue;
            }
            let place = self.scripts.place(self.graph, closure);
            let place = place.or_else(|| Some(Place::of_file(script_of(self.graph, closure)?)));
            let script = script_node(self.graph, closure).and_then(|script| {
                let source = source_node(self.graph, script)?;
                Some(*numbers.entry(script).or_insert_with(|| {
                    scripts.push(CapturedScript { source: source.0, source_size: nodes.self_size(source) });
                    scripts.len() - 1
                }))
            });
            let name = self.graph.raw_name(closure).into_owned();
            functions.push(CapturingFunction { id: nodes.id(closure), name, place, script });
        }
        functions
    }
}

#[cfg(test)]
mod tests;
