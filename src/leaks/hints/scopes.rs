//! Scopes of functions that live on: many of one function, or one with a large text or buffer in it.

use std::collections::BTreeMap;

use super::{Candidate, Heap, growth_of};
use crate::{
    analysis::{follow, scope_place, words},
    error::Result,
    graph::Word,
    leaks::growth::GrowthKind,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// How many scopes of one function are many.
const MANY: usize = 100;
/// What one variable holds before it is worth telling: one in so many of the heap, and bytes.
const LARGE_PART: u64 = 20;
const LARGE_BYTES: u64 = 1_000_000;

impl Heap<'_> {
    pub(super) fn scopes(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut by_function: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        let mut found = Vec::new();
        for scope in nodes.all() {
            monitor.tick(scope.index())?;
            if self.graph.word(scope) != Word::ContextNode || nodes.kind(scope) == NodeKind::STRING {
                continue;
            }
            if let Some(info) = follow(self.graph, scope, Word::ScopeInfo) {
                by_function.entry(info).or_default().push(scope);
            }
            if self.retained.get(scope) >= (self.total / LARGE_PART).max(LARGE_BYTES) {
                found.extend(self.large_variable(scope));
            }
        }
        for scopes in by_function.into_values().filter(|scopes| scopes.len() >= MANY) {
            let (bytes, _) = self.weight(&[self.tree.root()], &scopes);
            if bytes >= self.least {
                found.extend(self.many_scopes(scopes, bytes));
            }
        }
        Ok(found)
    }

    /// The function whose scope it is, where a program has it.
    fn function_of(&self, scope: NodeId) -> Option<String> {
        let place = scope_place(self.graph, self.retainers, self.scripts, scope)?;
        if place.file.starts_with("node:") {
            return None;
        }
        Some(format!("{}()", place.function?))
    }

    fn many_scopes(&self, scopes: Vec<NodeId>, bytes: u64) -> Option<Candidate> {
        let function = self.function_of(scopes[0])?;
        let (holder, kind) = match self.common_holder(&scopes) {
            Some(holder) => (holder, GrowthKind::Objects),
            None => (scopes[0], GrowthKind::Handles),
        };
        let number = words::count(scopes.len() as u64);
        let mut growth = growth_of(vec![holder], kind, scopes.len() as u64, scopes);
        growth.freed = bytes;
        growth.bytes = vec![bytes];
        let what = Some(format!("{number} scopes of {function} below it"));
        Some(Candidate { pattern: Some("closure-context"), what, ..Candidate::new(growth) })
    }

    /// A variable of a function with a text or a buffer that is a large part of the heap: whichever closure of the
    /// function lives on keeps it, whether it reads it or not.
    fn large_variable(&self, scope: NodeId) -> Option<Candidate> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_large = |node: NodeId| {
            let is_bulk = nodes.kind(node).is_string()
                || matches!(self.class(node), "Buffer" | "FastBuffer" | "ArrayBuffer" | "SharedArrayBuffer")
                || self.class(node).ends_with("Array") && self.class(node) != "Array";
            is_bulk && self.retained.get(node) >= (self.total / LARGE_PART).max(LARGE_BYTES)
        };
        let edge = nodes
            .edges(scope)
            // Those of a block have no names.
            .filter(|&edge| matches!(edges.kind(edge), EdgeKind::Context | EdgeKind::Hidden))
            .filter(|&edge| is_large(edges.target(edge)))
            .max_by_key(|&edge| (self.retained.get(edges.target(edge)), std::cmp::Reverse(edge)))?;
        let value = edges.target(edge);
        let function = self.function_of(scope)?;
        let bytes = self.retained.get(value);
        let mut growth = growth_of(vec![scope], GrowthKind::Objects, 1, vec![value]);
        growth.anchor = Some(value);
        growth.freed = bytes;
        growth.bytes = vec![bytes];
        growth.external = self.external(value);
        let kind = if nodes.kind(value).is_string() { "string" } else { self.class(value) };
        let what = Some(format!("one {kind}, kept with the scope of {function},"));
        Some(Candidate { pattern: Some("closure-context"), what, ..Candidate::new(growth) })
    }
}
