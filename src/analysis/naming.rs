//! What a program calls an object: `sessions`, `store.items`, `Cache.shared`, `emitter._events.change`.
//!
//! An object has no name of its own; what holds it has one for it. So the ways back from the object are searched,
//! nearest first, until one ends where a name begins: a variable of a scope, a property of the global object, a
//! function, an exported binding.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{
    node::shortened,
    places::{Place, Scripts, follow, is_application},
};
use crate::{
    graph::{HeapGraph, Retainers, Word},
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Steps back that a name may have; one with more says nothing.
const STEPS: usize = 8;
/// Nodes looked at before the search gives up.
const LIMIT: usize = 4000;

/// An object's name in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As code would write it.
    pub(crate) expression: String,
    /// Where its first part is declared.
    pub(crate) root: NameRoot,
    /// The file of the scope it is declared in, and the scope's function.
    pub(crate) place: Option<Place>,
}

/// Where a name begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameRoot {
    /// A variable of a module or a function.
    Variable,
    /// A property of the global object.
    Global,
    /// A property of a function: a static of a class.
    Function,
    /// A variable of an ES module, whose name the snapshot does not have.
    ModuleVariable,
}

impl Name {
    /// Whether it is that of a variable of Node itself.
    pub(crate) fn is_of_node(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.file.starts_with("node:"))
    }
}

struct Step {
    node: NodeId,
    /// The step this one was reached from, and the text of the edge between them.
    next: Option<usize>,
    text: String,
    length: usize,
}

/// The name of a node, or nothing when no short way back leads to one.
pub(crate) fn name_of(graph: &HeapGraph, retainers: &Retainers, scripts: &Scripts, node: NodeId) -> Option<Name> {
    name_by(graph, retainers, scripts, node, |_| true)
}

/// The name of a node by ways whose objects and scopes all pass; stores, which have no names, need not.
pub(crate) fn name_by(
    graph: &HeapGraph,
    retainers: &Retainers,
    scripts: &Scripts,
    node: NodeId,
    passes: impl Fn(NodeId) -> bool,
) -> Option<Name> {
    let snapshot = graph.snapshot();
    let mut steps = vec![Step { node, next: None, text: String::new(), length: 0 }];
    let mut queue = VecDeque::from([0]);
    let mut seen: FxHashSet<NodeId> = FxHashSet::from_iter([node]);
    // A variable of a call inside a package: the program's own name for it says more, where there is one.
    let mut second: Option<Name> = None;
    // A variable of Node itself, when nothing else has a name for it.
    let mut third: Option<Name> = None;
    if is_global(graph, node) {
        return Some(Name { expression: "globalThis".to_owned(), root: NameRoot::Global, place: None });
    }
    while let Some(at) = queue.pop_front() {
        if steps.len() > LIMIT || steps[at].length >= STEPS {
            break;
        }
        let here = steps[at].node;
        // What a module exports has its name there, whatever those who import it call it.
        let cell = retainers.edges(here).find_map(|edge| {
            let cell = snapshot.nodes.of_edge(edge);
            let is_value = snapshot.edges.kind(edge) == EdgeKind::Internal && graph.word(cell) == Word::Cell;
            is_value.then_some(cell)
        });
        if let Some((variable, place)) =
            cell.filter(|_| second.is_none()).and_then(|cell| exported(graph, retainers, cell))
        {
            let expression = joined(&steps, at, variable);
            return Some(Name { expression, root: NameRoot::ModuleVariable, place });
        }
        // Variables first: where an object has a variable and is also kept elsewhere, the variable is its name.
        let variables = retainers.edges(here).filter(|&edge| {
            snapshot.edges.kind(edge) == EdgeKind::Context
                && graph.edge_name(edge) != "this"
                && passes(snapshot.nodes.of_edge(edge))
        });
        // The program's own scopes before those of packages, and the oldest: a module's before a call's.
        let best = variables
            .map(|edge| {
                let scope = snapshot.nodes.of_edge(edge);
                let place = scope_place(graph, retainers, scripts, scope);
                let rank = place.as_ref().map_or(2, |place| scope_rank(&place.file));
                (rank, snapshot.nodes.id(scope), edge, place)
            })
            .min_by_key(|&(rank, id, edge, _)| (rank, id, edge));
        if let Some((rank, _, edge, place)) = best.clone()
            // A variable of Node itself names a thing only when nothing nearer does.
            && (rank < NODE_ITSELF || at > 0)
        {
            let of_package = |place: &Place| rank > 0 && place.package.is_some() && place.function.is_some();
            if place.as_ref().is_some_and(of_package) {
                second = second.or_else(|| {
                    let expression = joined(&steps, at, graph.edge_name(edge).into_owned());
                    Some(Name { expression, root: NameRoot::Variable, place })
                });
            } else if rank == 0 || second.is_none() {
                let expression = joined(&steps, at, graph.edge_name(edge).into_owned());
                // An import has a variable too, but is declared where it was exported.
                let home = exporting_file(graph, retainers, here).filter(|file| {
                    place.as_ref().is_some_and(|place| place.file != *file && is_application(&place.file))
                });
                let place = match home {
                    Some(file) if is_application(&file) => Some(Place::of_file(file)),
                    _ => place,
                };
                return Some(Name { expression, root: NameRoot::Variable, place });
            }
        }
        if let Some((NODE_ITSELF, _, edge, place)) = best.filter(|_| at == 0 && third.is_none()) {
            let expression = graph.edge_name(edge).into_owned();
            third = Some(Name { expression, root: NameRoot::Variable, place });
        }
        for edge in retainers.edges(here) {
            let holder = snapshot.nodes.of_edge(edge);
            let kind = snapshot.edges.kind(edge);
            let word = if kind.is_indexed() {
                Word::Other
            } else {
                graph.vocabulary().word(snapshot.edges.name_or_index(edge))
            };
            let text = match kind {
                // A proxy stands for its target.
                EdgeKind::Hidden | EdgeKind::Internal if graph.raw_name(holder) == "system / JSProxy" => String::new(),
                EdgeKind::Weak | EdgeKind::Shortcut | EdgeKind::Context | EdgeKind::Hidden | EdgeKind::Other => {
                    continue;
                }
                EdgeKind::Property if word == Word::Proto => continue,
                EdgeKind::Property => property(&graph.edge_name(edge)),
                EdgeKind::Element => format!("[{}]", graph.edge_name(edge)),
                EdgeKind::Internal if word == Word::Value && graph.word(holder) == Word::Cell && second.is_none() => {
                    let (variable, place) = exported(graph, retainers, holder).unwrap_or_default();
                    let expression = joined(&steps, at, variable);
                    let expression = expression.trim_start_matches('.').to_owned();
                    return Some(Name { expression, root: NameRoot::ModuleVariable, place });
                }
                // Side tables: no step in the program's own words.
                EdgeKind::Internal if matches!(word, Word::Table | Word::Elements) => String::new(),
                EdgeKind::Internal if snapshot.nodes.kind(holder) == NodeKind::ARRAY => String::new(),
                EdgeKind::Internal => continue,
            };
            let is_store = matches!(snapshot.nodes.kind(holder), NodeKind::ARRAY | NodeKind::HIDDEN);
            if !seen.insert(holder) || graph.is_root_or_synthetic(holder) || !is_store && !passes(holder) {
                continue;
            }
            if is_global(graph, holder) && second.is_none() {
                let expression = joined(&steps, at, format!("globalThis{text}"));
                return Some(Name { expression, root: NameRoot::Global, place: None });
            }
            if snapshot.nodes.kind(holder) == NodeKind::CLOSURE {
                let function = graph.raw_name(holder);
                if kind == EdgeKind::Property && !function.is_empty() && text != ".prototype" && second.is_none() {
                    let expression = joined(&steps, at, format!("{function}{text}"));
                    let place = scripts.place(graph, holder);
                    if !place.as_ref().is_some_and(|place| place.package.is_some()) {
                        return Some(Name { expression, root: NameRoot::Function, place });
                    }
                    // A function that a package made and the program has a name for, such as a router.
                    second = Some(Name { expression, root: NameRoot::Function, place });
                } else {
                    continue;
                }
            }
            let length = steps[at].length + usize::from(!text.is_empty());
            steps.push(Step { node: holder, next: Some(at), text, length });
            queue.push_back(steps.len() - 1);
        }
    }
    second.or(third)
}

/// The name under which an ES module exports the variable in a cell, and the module's file. The module's table of
/// exports has names and cells in turns.
fn exported(graph: &HeapGraph, retainers: &Retainers, cell: NodeId) -> Option<(String, Option<Place>)> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let index_of = |edge: usize| graph.edge_name(edge).parse::<u32>().ok();
    retainers.edges(cell).find_map(|edge| {
        let table = nodes.of_edge(edge);
        // The first field of a module is its table of exports; others have the same cells without names.
        let module = retainers.edges(table).find_map(|edge| {
            let module = nodes.of_edge(edge);
            let is_table = edges.kind(edge) == EdgeKind::Hidden && edges.name_or_index(edge) == 0;
            (is_table && graph.raw_name(module) == "system / SourceTextModule").then_some(module)
        })?;
        let at = index_of(edge)?.checked_sub(1)?;
        let key = nodes.edges(table).find(|&other| index_of(other) == Some(at)).map(|other| edges.target(other))?;
        let name = graph.raw_name(key).into_owned();
        let place = module_url(graph, retainers, module).map(Place::of_file);
        Some((name, place))
    })
}

/// The file of the CommonJS module that exports a value, as such or as a property of its exports.
fn exporting_file(graph: &HeapGraph, retainers: &Retainers, node: NodeId) -> Option<String> {
    let nodes = &graph.snapshot().nodes;
    let is_property =
        |&edge: &usize| graph.snapshot().edges.kind(edge) == EdgeKind::Property && graph.edge_name(edge) != "__proto__";
    let file_of = |value: NodeId| {
        retainers.edges(value).filter(is_property).filter(|&edge| graph.edge_name(edge) == "exports").find_map(|edge| {
            let module = nodes.of_edge(edge);
            let name = nodes.edges(module).find(|&edge| graph.edge_name(edge) == "filename")?;
            (graph.raw_name(module) == "Module").then(|| graph.display_name(graph.snapshot().edges.target(name)))
        })
    };
    file_of(node).or_else(|| {
        let owners = retainers.edges(node).filter(is_property).map(|edge| nodes.of_edge(edge));
        owners.take(16).find_map(file_of)
    })
}

/// The URL of an ES module: Node's wrapper of it knows.
fn module_url(graph: &HeapGraph, retainers: &Retainers, module: NodeId) -> Option<String> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    retainers.edges(module).find_map(|edge| {
        let wrapper = nodes.of_edge(edge);
        if graph.raw_name(wrapper) != "ModuleWrap" {
            return None;
        }
        let url = nodes.edges(wrapper).find(|&edge| graph.edge_name(edge) == "url")?;
        Some(graph.display_name(edges.target(url)))
    })
}

/// The whole expression: what the way back ended with, then the texts of the steps towards the object.
fn joined(steps: &[Step], mut at: usize, mut expression: String) -> String {
    loop {
        expression.push_str(&steps[at].text);
        match steps[at].next {
            Some(next) => at = next,
            None => return shortened(expression),
        }
    }
}

const NODE_ITSELF: u8 = 3;

fn scope_rank(file: &str) -> u8 {
    if is_application(file) {
        0
    } else if file.starts_with("node:") {
        NODE_ITSELF
    } else {
        1
    }
}

fn property(name: &str) -> String {
    let identifier = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '#'))
        && !name.starts_with(|c: char| c.is_numeric());
    if identifier { format!(".{name}") } else { format!("[{name:?}]") }
}

fn is_global(graph: &HeapGraph, node: NodeId) -> bool {
    graph.snapshot().nodes.kind(node) == NodeKind::OBJECT && graph.raw_name(node).starts_with("global")
}

/// The file and the function of a scope: those of a closure that was made in it.
pub(crate) fn scope_place(graph: &HeapGraph, retainers: &Retainers, scripts: &Scripts, scope: NodeId) -> Option<Place> {
    let snapshot = graph.snapshot();
    let closure = retainers
        .edges(scope)
        .filter(|&edge| {
            snapshot.edges.kind(edge) == EdgeKind::Internal
                && graph.vocabulary().word(snapshot.edges.name_or_index(edge)) == Word::Context
        })
        .map(|edge| snapshot.nodes.of_edge(edge))
        .find(|&node| snapshot.locations.get(node).is_some());
    let place = closure.and_then(|closure| scripts.place(graph, closure))?;
    // The line is that of a closure inside; the scope's own function is named by its scope info.
    Some(Place { line: None, column: None, function: scope_function(graph, scope), ..place })
}

/// Name of the function a scope belongs to: the last string of its scope info, empty for a module.
fn scope_function(graph: &HeapGraph, scope: NodeId) -> Option<String> {
    let snapshot = graph.snapshot();
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
