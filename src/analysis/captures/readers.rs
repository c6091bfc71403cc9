//! Who sees the variables of a scope: closures made in it and in the scopes inside of it, and functions that wait there.

use crate::{
    analysis::{follow, slots::is_scope},
    error::Result,
    graph::{HeapGraph, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Closures and scopes that are looked at for one scope.
const MOST: usize = 1_000;

/// All who see a scope.
pub(super) struct Readers {
    /// Closures, and the functions of generators and async functions that wait.
    pub(super) closures: Vec<NodeId>,
}

/// All who see a scope; `None` when there are too many, or somebody holds it who is no closure: a function that runs
/// reads what it likes.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub(super) fn readers_of(graph: &HeapGraph, scope: NodeId, monitor: &Monitor) -> Result<Option<Readers>> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let retainers = graph.retainers(monitor)?;
    let mut closures = Vec::new();
    let mut inside = vec![scope];
    let mut at = 0;
    while let Some(&scope) = inside.get(at) {
        at += 1;
        for edge in retainers.edges(scope) {
            let holder = nodes.of_edge(edge);
            let word = match edges.kind(edge) {
                EdgeKind::Weak => continue,
                EdgeKind::Internal => graph.vocabulary().word(edges.name_or_index(edge)),
                _ => return Ok(None),
            };
            match word {
                Word::Previous if is_scope(graph, holder) => inside.push(holder),
                Word::Context if nodes.kind(holder) == NodeKind::CLOSURE => closures.push(holder),
                // A generator or an async function that waits.
                Word::Context => {
                    let function = nodes.edges(holder).find(|&edge| graph.edge_name(edge) == "function");
                    let function = function.map(|edge| edges.target(edge));
                    let Some(function) = function.filter(|&node| nodes.kind(node) == NodeKind::CLOSURE) else {
                        return Ok(None);
                    };
                    closures.push(function);
                }
                _ => return Ok(None),
            }
            if closures.len() + inside.len() > MOST {
                return Ok(None);
            }
        }
    }
    // One whom nobody of ours sees is kept by what snapshots do not tell.
    Ok(Some(Readers { closures }).filter(|readers| !readers.closures.is_empty()))
}

/// What a closure's function is called by V8's own record of it: the target of `shared` and then of a name.
pub(super) fn of_shared(graph: &HeapGraph, closure: NodeId, name: &str) -> Option<NodeId> {
    internal(graph, follow(graph, closure, Word::Shared)?, name)
}

/// The target of an internal edge.
pub(super) fn internal(graph: &HeapGraph, node: NodeId, name: &str) -> Option<NodeId> {
    let edges = &graph.snapshot().edges;
    let is_it = |&edge: &usize| edges.kind(edge) == EdgeKind::Internal && graph.edge_name(edge) == name;
    graph.snapshot().nodes.edges(node).find(is_it).map(|edge| edges.target(edge))
}
