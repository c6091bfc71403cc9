//! The scopes that variables are in: their file and their function.

use super::{
    places::{Place, Scripts, follow, script_of},
    slots::{Evidence, Slots, is_scope},
};
use crate::{
    graph::{HeapGraph, Retainers, Word},
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// The file and the function of a scope: those of a closure that was made in it.
pub(crate) fn scope_place(graph: &HeapGraph, retainers: &Retainers, scripts: &Scripts, scope: NodeId) -> Option<Place> {
    let snapshot = graph.snapshot();
    let closures = || {
        let of_scope = retainers.edges(scope).filter(|&edge| {
            snapshot.edges.kind(edge) == EdgeKind::Internal
                && graph.vocabulary().word(snapshot.edges.name_or_index(edge)) == Word::Context
        });
        of_scope.map(|edge| snapshot.nodes.of_edge(edge))
    };
    let place = match closures().find(|&node| snapshot.locations.get(node).is_some()) {
        Some(closure) => scripts.place(graph, closure)?,
        // Newer V8 writes locations for few functions; the way to the script is there.
        None => Place::of_file(closures().find_map(|closure| script_of(graph, closure))?),
    };
    // The line is that of a closure inside; the scope's own function is named by its scope info.
    Some(Place { line: None, column: None, function: scope_function(graph, scope), ..place })
}

/// Scopes of blocks that are looked through for that of their function.
const NESTED: usize = 16;

/// Name of the function a scope belongs to: the last string of its scope info, empty for a module.
fn scope_function(graph: &HeapGraph, mut scope: NodeId) -> Option<String> {
    let snapshot = graph.snapshot();
    // The scope info of a block ends with the last of its variables.
    for _ in 0..NESTED {
        if Slots::of(graph, scope, Evidence::Order).is_none() {
            break;
        }
        scope = follow(graph, scope, Word::Previous).filter(|&outer| is_scope(graph, outer))?;
    }
    let info = follow(graph, scope, Word::ScopeInfo)?;
    let strings = snapshot.nodes.edges(info).filter(|&edge| {
        snapshot.edges.kind(edge) == EdgeKind::Hidden
            && snapshot.nodes.kind(snapshot.edges.target(edge)) == NodeKind::STRING
    });
    let last = strings.max_by_key(|&edge| snapshot.edges.name_or_index(edge))?;
    let name = graph.raw_name(snapshot.edges.target(last)).into_owned();
    // The last string may be a variable's name where the function has none. In an ES module, whose variables are no
    // edges of the scope, it may be an import: a scope right under the context of the realm is a module's.
    let is_module = follow(graph, scope, Word::Previous).is_some_and(|outer| graph.word(outer) == Word::NativeContext);
    let is_variable = snapshot.nodes.edges(scope).any(|edge| graph.edge_name(edge) == name.as_str());
    (!name.is_empty() && !is_variable && !is_module).then_some(name)
}
