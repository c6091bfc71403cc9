//! Many things of one kind that no collection has: timers, handles, DOM nodes that are in no document.

use std::collections::BTreeMap;

use super::{Candidate, Heap, growth_of};
use crate::{
    analysis::words,
    error::Result,
    graph::Word,
    leaks::growth::GrowthKind,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// How many of one kind are many.
const MANY: usize = 100;
/// Realms that a program may well have.
const CONTEXTS: usize = 10;

/// What Node calls things that are open until somebody closes them.
const HANDLES: [&str; 18] = [
    "Socket",
    "TLSSocket",
    "Server",
    "FSWatcher",
    "StatWatcher",
    "ReadStream",
    "WriteStream",
    "FileHandle",
    "ChildProcess",
    "ClientRequest",
    "Worker",
    "MessagePort",
    "BroadcastChannel",
    "Interface",
    "Gzip",
    "Gunzip",
    "Agent",
    "Http2Session",
];

impl Heap<'_> {
    pub(super) fn crowds(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let nodes = &self.graph.snapshot().nodes;
        let mut timers: BTreeMap<(u32, u32, u32), Vec<NodeId>> = BTreeMap::new();
        let mut handles: BTreeMap<&str, Vec<NodeId>> = BTreeMap::new();
        let (mut detached, mut contexts) = (Vec::new(), Vec::new());
        for node in nodes.all() {
            monitor.tick(node.index())?;
            // Node marks wraps of its own as detached, which are no DOM nodes.
            if self.graph.word(node) == Word::Detached && !self.graph.raw_name(node).starts_with("Detached Node / ") {
                detached.push(node);
            }
            if self.graph.word(node) == Word::NativeContext {
                contexts.push(node);
            }
            if nodes.kind(node) != NodeKind::OBJECT {
                continue;
            }
            match self.class(node) {
                "Timeout" | "Immediate" => {
                    if let Some(callback) = self.callback(node) {
                        timers.entry(callback).or_default().push(node);
                    }
                }
                class => {
                    if let Some(&kind) = HANDLES.iter().find(|&&kind| kind == class)
                        && self.scripts.place(self.graph, node).is_some_and(|place| place.file.starts_with("node:"))
                    {
                        handles.entry(kind).or_default().push(node);
                    }
                }
            }
        }
        let mut found: Vec<Candidate> = Vec::new();
        for timers in timers.into_values().filter(|timers| timers.len() >= MANY) {
            let function = self.function(timers[0]).and_then(|function| self.scripts.place(self.graph, function));
            let Some(place) = function.filter(|place| !place.file.starts_with("node:")) else { continue };
            let name = place.function.as_deref().map_or_else(|| "a function".to_owned(), |name| format!("{name}()"));
            let number = words::count(timers.len() as u64);
            let what =
                format!("{number} timers that wait to call {name} in {}:{}", place.file, place.line.unwrap_or(0));
            found.push(self.crowd(timers, "timers", what));
        }
        for (kind, handles) in handles.into_iter().filter(|(_, handles)| handles.len() >= MANY) {
            let is_worker = matches!(kind, "Worker" | "MessagePort" | "BroadcastChannel");
            let pattern = if is_worker { "worker-messaging" } else { "streams-handles" };
            let what = format!("{} objects of {kind}, open or not yet let go,", words::count(handles.len() as u64));
            found.push(self.crowd(handles, pattern, what));
        }
        if detached.len() >= MANY {
            let what = format!("{} DOM nodes that are in no document", words::count(detached.len() as u64));
            found.push(self.crowd(detached, "detached-dom", what));
        }
        if contexts.len() > CONTEXTS {
            let number = words::count(contexts.len() as u64);
            let what = format!("{number} realms, as vm.createContext makes them, each with globals of its own");
            found.push(self.crowd(contexts, "module-cache", what));
        }
        Ok(found)
    }

    fn crowd(&self, members: Vec<NodeId>, pattern: &'static str, what: String) -> Candidate {
        let mut growth = growth_of(vec![members[0]], GrowthKind::Handles, members.len() as u64, members);
        let (freed, _) = self.weight(&[self.tree.root()], &growth.entries);
        growth.freed = freed;
        growth.bytes = vec![freed];
        Candidate { pattern: Some(pattern), always: true, what: Some(what), ..Candidate::new(growth) }
    }

    /// The function that a timer calls; nothing when it was cleared.
    fn function(&self, timer: NodeId) -> Option<NodeId> {
        let function = ["_onTimeout", "_onImmediate"].into_iter().find_map(|name| self.property(timer, name))?;
        (self.graph.snapshot().nodes.kind(function) == NodeKind::CLOSURE).then(|| self.unbound(function))
    }

    fn callback(&self, timer: NodeId) -> Option<(u32, u32, u32)> {
        let at = self.graph.snapshot().locations.get(self.function(timer)?)?;
        Some((at.script, at.line, at.column))
    }
}
