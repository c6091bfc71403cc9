//! What a program calls an object: `sessions`, `store.items`, `Cache.shared`, `emitter._events.change`.
//!
//! An object has no name of its own; what holds it has one for it. So the ways back from the object are searched,
//! nearest first, until one ends where a name begins: a variable of a scope, a property of the global object, a
//! function, an exported binding.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{
    exports::{exported, exporting_file},
    node::shortened,
    places::{Place, Scripts, is_application},
    scopes::scope_place,
    slots::{block_variable, is_scope},
};
use crate::{
    graph::{HeapGraph, Retainers, Word},
    snapshot::{EdgeKind, NodeId, NodeKind, Snapshot},
};

/// Steps back that a name may have; one with more says nothing.
const STEPS: usize = 8;
/// Nodes looked at before the search gives up.
const LIMIT: usize = 4000;
/// Scopes of blocks that are asked what they call one object.
const BLOCKS: usize = 16;

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
    /// A variable of an ES module.
    ModuleVariable,
    /// A property of an object that only its class tells from others.
    Instance,
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

/// The name of the global object itself.
pub(crate) fn global_name(graph: &HeapGraph, node: NodeId) -> Option<Name> {
    is_global(graph, node).then(|| Name { expression: "globalThis".to_owned(), root: NameRoot::Global, place: None })
}

/// The name of a node by ways whose objects and scopes all pass; stores, which have no names, need not.
pub(crate) fn name_by(
    graph: &HeapGraph,
    retainers: &Retainers,
    scripts: &Scripts,
    node: NodeId,
    passes: impl Fn(NodeId) -> bool,
) -> Option<Name> {
    let steps = vec![Step { node, next: None, text: String::new(), length: 0 }];
    let search = Search { graph, retainers, scripts, passes, steps, second: None, third: None, fourth: None };
    search.run()
}

/// A search back from an object, breadth first.
struct Search<'a, P> {
    graph: &'a HeapGraph,
    retainers: &'a Retainers,
    scripts: &'a Scripts,
    passes: P,
    steps: Vec<Step>,
    /// A name of a package's making: the program's own says more, where there is one.
    second: Option<Name>,
    /// A property of an instance of a class, when nothing leads on to a variable.
    third: Option<Name>,
    /// A variable of Node itself, when nothing else has a name for it.
    fourth: Option<Name>,
}

/// A variable that has an object: how near its scope is to the program, and where that is.
struct Variable {
    rank: u8,
    edge: usize,
    name: String,
    place: Option<Place>,
}

impl<P: Fn(NodeId) -> bool> Search<'_, P> {
    fn run(mut self) -> Option<Name> {
        let mut queue = VecDeque::from([0]);
        let mut seen: FxHashSet<NodeId> = FxHashSet::from_iter([self.steps[0].node]);
        while let Some(at) = queue.pop_front() {
            if self.steps.len() > LIMIT || self.steps[at].length >= STEPS {
                break;
            }
            if let Some(name) = self.binding(at).or_else(|| self.variable(at)) {
                return Some(name);
            }
            for edge in self.retainers.edges(self.steps[at].node) {
                let holder = self.snapshot().nodes.of_edge(edge);
                let Some(text) = self.text(edge) else { continue };
                if !seen.insert(holder) || self.graph.is_root_or_synthetic(holder) || !self.may_pass(holder) {
                    continue;
                }
                if is_global(self.graph, holder) && self.second.is_none() {
                    return Some(self.name(at, format!("globalThis{text}"), NameRoot::Global, None));
                }
                if self.snapshot().nodes.kind(holder) == NodeKind::CLOSURE {
                    let Some(name) = self.static_property(at, edge, &text) else { continue };
                    if !name.place.as_ref().is_some_and(Place::is_in_package) {
                        return Some(name);
                    }
                    // A function that a package made and the program has a name for, such as a router.
                    self.second = Some(name);
                }
                if self.third.is_none() {
                    self.third = self.of_instance(at, holder, &text);
                }
                let length = self.steps[at].length + usize::from(!text.is_empty());
                self.steps.push(Step { node: holder, next: Some(at), text, length });
                queue.push_back(self.steps.len() - 1);
            }
        }
        self.second.or(self.third).or(self.fourth)
    }

    fn snapshot(&self) -> &Snapshot {
        self.graph.snapshot()
    }

    fn may_pass(&self, holder: NodeId) -> bool {
        let is_store = matches!(self.snapshot().nodes.kind(holder), NodeKind::ARRAY | NodeKind::HIDDEN);
        is_store || (self.passes)(holder)
    }

    fn name(&self, at: usize, expression: String, root: NameRoot, place: Option<Place>) -> Name {
        Name { expression: joined(&self.steps, at, expression), root, place }
    }

    /// The name as a variable of an ES module. What a module exports has its name there, whatever those who import it
    /// call it.
    fn binding(&self, at: usize) -> Option<Name> {
        if self.second.is_some() {
            return None;
        }
        let is_cell = |&edge: &usize| {
            self.snapshot().edges.kind(edge) == EdgeKind::Internal
                && self.graph.vocabulary().word(self.snapshot().edges.name_or_index(edge)) == Word::Value
                && self.graph.word(self.snapshot().nodes.of_edge(edge)) == Word::Cell
        };
        let edge = self.retainers.edges(self.steps[at].node).find(is_cell)?;
        let cell = self.snapshot().nodes.of_edge(edge);
        let (variable, place) = exported(self.graph, self.retainers, cell).unwrap_or_default();
        let mut name = self.name(at, variable, NameRoot::ModuleVariable, place);
        if name.expression.starts_with('.') {
            name.expression.remove(0);
        }
        Some(name)
    }

    /// The name by a variable that has the object. Variables go before other ways: where an object has one and is also
    /// kept elsewhere, it is its name.
    fn variable(&mut self, at: usize) -> Option<Name> {
        let Variable { rank, name, place, .. } = self.best_variable(self.steps[at].node)?;
        let name = self.name(at, name, NameRoot::Variable, place);
        if rank == NODE_ITSELF && at == 0 {
            self.fourth = Some(name);
            return None;
        }
        let of_call_in_package =
            name.place.as_ref().is_some_and(|place| place.is_in_package() && place.function.is_some());
        if rank > 0 && of_call_in_package {
            self.second.get_or_insert(name);
            return None;
        }
        if rank > 0 && self.second.is_some() {
            return None;
        }
        Some(self.at_home(at, name))
    }

    /// The program's own scopes before those of packages, and the oldest: a module's before a call's.
    fn best_variable(&self, node: NodeId) -> Option<Variable> {
        let (nodes, edges) = (&self.snapshot().nodes, &self.snapshot().edges);
        let mut blocks = 0;
        let variables = self.retainers.edges(node).filter_map(|edge| {
            let name = match edges.kind(edge) {
                EdgeKind::Context => Some(self.graph.edge_name(edge).into_owned()).filter(|name| name != "this"),
                // Scopes of one block in its many turns have one name for it.
                EdgeKind::Hidden if blocks < BLOCKS => {
                    blocks += usize::from(is_scope(self.graph, nodes.of_edge(edge)));
                    block_variable(self.graph, edge)
                }
                _ => None,
            };
            name.filter(|_| (self.passes)(nodes.of_edge(edge))).map(|name| (edge, name))
        });
        let found = variables.map(|(edge, name)| {
            let place = scope_place(self.graph, self.retainers, self.scripts, nodes.of_edge(edge));
            Variable { rank: place.as_ref().map_or(2, |place| scope_rank(&place.file)), edge, name, place }
        });
        found.min_by_key(|variable| (variable.rank, nodes.id(nodes.of_edge(variable.edge)), variable.edge))
    }

    /// An import has a variable too, but is declared where it was exported.
    fn at_home(&self, at: usize, mut name: Name) -> Name {
        let imported_by = name.place.as_ref().map(|place| &place.file).filter(|file| is_application(file));
        if let Some(file) = imported_by
            && let Some(home) = exporting_file(self.graph, self.retainers, self.steps[at].node)
            && home != *file
            && is_application(&home)
        {
            name.place = Some(Place::of_file(home));
        }
        name
    }

    /// The name as a property of a function: a static of a class.
    fn static_property(&self, at: usize, edge: usize, text: &str) -> Option<Name> {
        let closure = self.snapshot().nodes.of_edge(edge);
        let function = self.graph.raw_name(closure);
        let is_property = self.snapshot().edges.kind(edge) == EdgeKind::Property && text != ".prototype";
        if !is_property || function.is_empty() || self.second.is_some() {
            return None;
        }
        let place = self.scripts.place(self.graph, closure);
        Some(self.name(at, format!("{function}{text}"), NameRoot::Function, place))
    }

    /// The name as a property of an instance of a class of the program or a package.
    fn of_instance(&self, at: usize, holder: NodeId, text: &str) -> Option<Name> {
        let is_object = self.snapshot().nodes.kind(holder) == NodeKind::OBJECT && !text.is_empty();
        let class = self.graph.raw_name(holder);
        if !is_object || matches!(&*class, "Object" | "Array" | "Map" | "Set" | "Promise") {
            return None;
        }
        let place = self.scripts.place(self.graph, holder).filter(|place| !place.file.starts_with("node:"))?;
        Some(self.name(at, format!("{class}{text}"), NameRoot::Instance, Some(place)))
    }

    /// A step back as code would write it, empty for one that has no words; nothing where no name leads.
    fn text(&self, edge: usize) -> Option<String> {
        let (nodes, edges) = (&self.snapshot().nodes, &self.snapshot().edges);
        let (holder, kind) = (nodes.of_edge(edge), edges.kind(edge));
        let word =
            if kind.is_indexed() { Word::Other } else { self.graph.vocabulary().word(edges.name_or_index(edge)) };
        match kind {
            // A proxy stands for its target.
            EdgeKind::Hidden | EdgeKind::Internal if self.graph.raw_name(holder) == "system / JSProxy" => {
                Some(String::new())
            }
            EdgeKind::Property if word == Word::Proto => None,
            EdgeKind::Property => Some(property(&self.graph.edge_name(edge))),
            EdgeKind::Element => Some(format!("[{}]", self.graph.edge_name(edge))),
            // Side tables: no step in the program's own words.
            EdgeKind::Internal if matches!(word, Word::Table | Word::Elements) => Some(String::new()),
            EdgeKind::Internal if nodes.kind(holder) == NodeKind::ARRAY => Some(String::new()),
            _ => None,
        }
    }
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
