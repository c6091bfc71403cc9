//! What only lives because of detached DOM nodes, event handlers, scopes of functions, or the console.
//!
//! As Chrome DevTools' filters of the same names: a search from the root goes round all of them, and what it does not
//! reach, though something reaches it, is theirs. In Node.js, whose heaps have no `V8EventListener`, handlers are what
//! stands in the `_events` of an emitter, and the `callback` of an `EventTarget`'s listener.

use fixedbitset::FixedBitSet;

use crate::{
    error::Result,
    graph::{DomState, HeapGraph, UNREACHED, Word},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// What may keep objects alive that nobody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Keeper {
    /// DOM nodes that are out of every document.
    DetachedDom,
    /// Functions that wait for an event.
    EventHandlers,
    /// Variables that closures see.
    Contexts,
    /// What was written to a console and can still be looked at there.
    Console,
}

/// The nodes that nothing else keeps, in the order of the snapshot.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn retained_by(graph: &HeapGraph, keeper: Keeper, monitor: &Monitor) -> Result<Vec<NodeId>> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let avoided = match keeper {
        Keeper::DetachedDom => gathered(graph, |node| graph.dom_states().state(node) == DomState::Detached),
        Keeper::Contexts => gathered(graph, |node| is_scope(graph, node)),
        Keeper::EventHandlers => event_handlers(graph, monitor)?,
        Keeper::Console => FixedBitSet::new(),
    };
    let is_consoles = |from: NodeId, edge: usize| {
        keeper == Keeper::Console
            && nodes.kind(from) == NodeKind::SYNTHETIC
            && edges.name(edge).is_some()
            && graph.edge_name(edge).ends_with(" / DevTools console")
    };
    let mut reached = FixedBitSet::with_capacity(nodes.len());
    let mut stack = memory::with_capacity::<NodeId>(1024, "a question")?;
    let root = graph.snapshot().root();
    reached.insert(root.index());
    stack.push(root);
    let mut steps = 0_usize;
    while let Some(node) = stack.pop() {
        steps += 1;
        monitor.tick(steps)?;
        for edge in nodes.edges(node) {
            let target = edges.target(edge);
            if edges.kind(edge) != EdgeKind::Weak
                && !reached.contains(target.index())
                && !avoided.contains(target.index())
                && !is_consoles(node, edge)
            {
                reached.insert(target.index());
                memory::push(&mut stack, target, "a question")?;
            }
        }
    }
    let distances = graph.distances(monitor)?;
    let mut kept = Vec::new();
    for node in nodes.all() {
        if !reached.contains(node.index()) && distances.get(node) != UNREACHED {
            memory::push(&mut kept, node, "a question")?;
        }
    }
    Ok(kept)
}

fn gathered(graph: &HeapGraph, wanted: impl Fn(NodeId) -> bool) -> FixedBitSet {
    let nodes = &graph.snapshot().nodes;
    let mut all = FixedBitSet::with_capacity(nodes.len());
    nodes.all().filter(|&node| wanted(node)).for_each(|node| all.insert(node.index()));
    all
}

fn is_scope(graph: &HeapGraph, node: NodeId) -> bool {
    graph.word(node) == Word::ContextNode && !graph.snapshot().nodes.kind(node).is_string()
}

fn event_handlers(graph: &HeapGraph, monitor: &Monitor) -> Result<FixedBitSet> {
    let snapshot = graph.snapshot();
    let (nodes, edges, strings) = (&snapshot.nodes, &snapshot.edges, &snapshot.strings);
    let has_name = |edge: usize, name: &str| edges.name(edge).is_some_and(|id| strings.is(id, name));
    let is_function = |node: NodeId| nodes.edges(node).any(|edge| has_name(edge, "code"));
    let mut handlers = FixedBitSet::with_capacity(nodes.len());
    for node in nodes.all() {
        monitor.tick(node.index())?;
        let raw = nodes.name(node);
        if strings.is(raw, "V8EventListener") {
            let is_callback = |&edge: &usize| match edges.name(edge) {
                Some(_) => has_name(edge, "1"),
                None => edges.name_or_index(edge) == 1,
            };
            let Some(callback) = nodes.edges(node).find(is_callback).map(|edge| edges.target(edge)) else { continue };
            let inside = || nodes.edges(callback).map(|edge| edges.target(edge)).find(|&child| is_function(child));
            let handler = if is_function(callback) { callback } else { inside().unwrap_or(callback) };
            handlers.insert(handler.index());
            continue;
        }
        if nodes.kind(node) != NodeKind::OBJECT {
            continue;
        }
        for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
            let target = edges.target(edge);
            if has_name(edge, "_events") {
                // One function, or a list of them, by event.
                for by_event in nodes.edges(target).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
                    let listener = edges.target(by_event);
                    if has_name(by_event, "__proto__") {
                        continue;
                    }
                    let list = nodes.edges(listener).filter(|&edge| edges.kind(edge) == EdgeKind::Element);
                    let all = list.map(|edge| edges.target(edge)).chain([listener]);
                    all.filter(|&node| nodes.kind(node) == NodeKind::CLOSURE)
                        .for_each(|node| handlers.insert(node.index()));
                }
            } else if strings.is(raw, "Listener")
                && has_name(edge, "callback")
                && nodes.kind(target) == NodeKind::CLOSURE
            {
                handlers.insert(target.index());
            }
        }
    }
    Ok(handlers)
}
