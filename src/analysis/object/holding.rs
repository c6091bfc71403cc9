//! Who holds an object, in words, and what would free it.

use serde::Serialize;

use super::{InspectedNode, ways::Ways};
use crate::{
    analysis::{
        EdgeSummary, Hop, Place,
        holders::{Cut, Held},
        node::shortened_to,
        path::HopNode,
        scopes::scope_place,
        slots::block_variable,
        words,
    },
    error::Result,
    graph::{HeapGraph, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Characters of a name in a sentence.
const NAME: usize = 60;
/// Characters of a string in a sentence.
const TEXT: usize = 24;

/// How many hold an object, and what would free it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldersSummary {
    /// Ways to it that have no object in common but where they begin: at the roots, or at `shared`. 1: one reference
    /// holds it; 2 and more: cutting one of them frees nothing; 0: nothing holds it.
    pub independent: usize,
    /// There may be more: no more were looked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub or_more: bool,
    /// Where several ways part that all come from one object: the last that all of them pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<HopNode>,
    /// The nearest single reference of the program that frees it; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutReference>,
}

/// A reference that, cut, frees the object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CutReference {
    /// The reference.
    pub edge: EdgeSummary,
    /// Whose it is.
    pub from: HopNode,
    /// Where it leads: the object, or one above it.
    pub to: HopNode,
    /// The reference in words.
    pub text: String,
    /// Bytes that would be freed: the retained size of `to`.
    pub frees: u64,
    /// A way that keeps it nevertheless. Retained sizes leave it out, as in DevTools, since it is V8's or the
    /// embedder's and not the program's. Where there is one, cutting may free less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub besides: Option<Vec<Hop>>,
}

pub(super) struct Holding<'a> {
    pub(super) graph: &'a HeapGraph,
    pub(super) ways: &'a Ways<'a>,
    pub(super) node: NodeId,
    pub(super) held: &'a Held,
    /// How many ways were looked for.
    pub(super) looked_for: usize,
}

impl Holding<'_> {
    pub(super) fn summary(&self, monitor: &Monitor) -> Result<HoldersSummary> {
        let cut = self.cut().map(|cut| self.cut_reference(cut, monitor)).transpose()?;
        Ok(HoldersSummary {
            independent: self.held.paths.len(),
            or_more: self.is_or_more(),
            shared: self.held.shared.map(|node| HopNode::of(self.graph, node, monitor)).transpose()?,
            cut,
        })
    }

    fn is_or_more(&self) -> bool {
        self.held.paths.len() == self.looked_for
    }

    fn cut_reference(&self, cut: &Cut, monitor: &Monitor) -> Result<CutReference> {
        let edges = &self.graph.snapshot().edges;
        let from = self.graph.snapshot().nodes.of_edge(cut.edge);
        let besides = cut.besides.as_ref().map(|way| self.ways.hops(way, monitor)).transpose()?;
        Ok(CutReference {
            edge: EdgeSummary::of(self.graph, cut.edge),
            from: HopNode::of(self.graph, from, monitor)?,
            to: HopNode::of(self.graph, edges.target(cut.edge), monitor)?,
            text: self.reference(cut.edge, monitor)?,
            frees: cut.frees,
            besides,
        })
    }

    pub(super) fn sentence(&self, node: &InspectedNode, monitor: &Monitor) -> Result<String> {
        let sized = &node.summary;
        let (own, retained) = (sized.summary.self_size, sized.retained_size);
        let size = if retained == own {
            format!("takes {}", words::bytes(own))
        } else {
            format!("keeps {} alive, {} of it its own", words::bytes(retained), words::bytes(own))
        };
        Ok(format!("{} {size}. {}", self.subject(node, monitor)?, self.holding(monitor)?))
    }

    fn subject(&self, node: &InspectedNode, monitor: &Monitor) -> Result<String> {
        let kind = self.graph.snapshot().nodes.kind(self.node);
        let id = self.graph.snapshot().nodes.id(self.node);
        if self.graph.is_root_or_synthetic(self.node) {
            let name = self.graph.raw_name(self.node);
            let name = if name.is_empty() { "The root" } else { &name };
            return Ok(format!("{name} {id}"));
        }
        if kind == NodeKind::CLOSURE {
            let named = self.graph.raw_name(self.node);
            let named = if named.is_empty() { "Function".to_owned() } else { format!("Function {named}()") };
            let place = node.place.as_ref().map_or_else(String::new, |place| {
                let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
                format!(" in {}{line}", place.file)
            });
            return Ok(format!("{} {id}{place}", shortened_to(named, NAME)));
        }
        let name = node.variable.as_ref().map(|variable| shortened_to(variable.name.clone(), NAME));
        let mut subject = match &node.value {
            Some(value) if value.kind == "string" => {
                let text = shortened_to(value.text.clone(), TEXT);
                let name = name.map_or_else(String::new, |name| format!(" ({name})"));
                let more = if value.cut_parts.is_some() { " or more" } else { "" };
                match (value.slice_of, value.length) {
                    (Some(whole), _) => format!("String {id}, a part of {text:?} {whole}{name},"),
                    (None, units) => {
                        let units = words::count(units.unwrap_or(0));
                        format!("String {text:?} {id} of {units}{more} characters{name}")
                    }
                }
            }
            Some(value) if value.kind == value.text => format!("{} {id}", value.text),
            Some(value) if value.kind != "regexp" => {
                format!("{} {} {id}", value.kind, shortened_to(value.text.clone(), TEXT))
            }
            _ => {
                let class = self.class(self.node, monitor)?;
                let name = name.map_or_else(String::new, |name| format!(" {}", quoted(&name)));
                let entries = match node.entries.unwrap_or(0) {
                    0 => String::new(),
                    1 => " of 1 entry".to_owned(),
                    more => format!(" of {} entries", words::count(more)),
                };
                format!("{class}{name} {id}{entries}")
            }
        };
        if let Some(place) = node.variable.as_ref().and_then(|variable| variable.place.as_ref()) {
            subject = format!("{subject} in {}", place.file);
        }
        Ok(subject)
    }

    fn holding(&self, monitor: &Monitor) -> Result<String> {
        let held = self.held;
        if self.graph.is_root_or_synthetic(self.node) {
            return Ok("It stands for roots that V8 begins with and is no object of the program.".to_owned());
        }
        let reference = |cut: &Cut| self.reference(cut.edge, monitor);
        let mut text = match (held.paths.len(), self.cut()) {
            (0, _) => return Ok("Nothing holds it any more: the next garbage collection may free it.".to_owned()),
            (1, Some(cut)) => {
                format!("One reference holds it: cutting {} frees {}.", reference(cut)?, words::bytes(cut.frees))
            }
            (1, None) => {
                let first = held.paths[0][0];
                if self.graph.snapshot().edges.kind(first) == EdgeKind::Shortcut {
                    return Ok("It is a global object: the program's objects hang on it.".to_owned());
                }
                let top = self.graph.snapshot().nodes.of_edge(first);
                return Ok(format!(
                    "Only {} holds it: V8 itself, or Node for an open handle.",
                    self.label(top, monitor)?
                ));
            }
            (ways, cut) => {
                let more = if self.is_or_more() { " or more" } else { "" };
                let meet = held.shared.map(|shared| self.label(shared, monitor)).transpose()?;
                let meet = meet.map_or_else(String::new, |shared| format!(" They meet in {shared}."));
                let cut = match cut {
                    Some(cut) => format!(
                        " The nearest single reference that frees it is {}: cutting that frees {}, this object with it.",
                        reference(cut)?,
                        words::bytes(cut.frees)
                    ),
                    None => String::new(),
                };
                format!("{ways}{more} independent holders keep it: cutting one frees nothing.{meet}{cut}")
            }
        };
        if let Some(besides) = self.cut().and_then(|cut| cut.besides.as_ref()) {
            let by = match besides.first() {
                Some(&edge) => self.label(self.graph.snapshot().nodes.of_edge(edge), monitor)?,
                None => "V8".to_owned(),
            };
            let more = format!(" {by} of V8 holds it besides, which retained sizes leave out: cutting may free less.");
            text.push_str(&more);
        }
        Ok(text)
    }

    /// The reference that frees it, where a program can cut it: not one of V8's roots.
    fn cut(&self) -> Option<&Cut> {
        let nodes = &self.graph.snapshot().nodes;
        self.held.cut.as_ref().filter(|cut| !self.graph.is_root_or_synthetic(nodes.of_edge(cut.edge)))
    }

    /// A reference in words: `.sessions of Store "store"`, `variable "sessions" of login()`.
    fn reference(&self, edge: usize, monitor: &Monitor) -> Result<String> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let holder = nodes.of_edge(edge);
        let variable = match edges.kind(edge) {
            EdgeKind::Context => Some(self.graph.edge_name(edge).into_owned()),
            _ => block_variable(self.graph, edge),
        };
        if let Some(variable) = variable {
            let variable = shortened_to(variable, NAME);
            let retainers = self.graph.retainers(monitor)?;
            let place = scope_place(self.graph, retainers, self.ways.scripts, holder);
            let owner = place.map_or_else(|| self.label(holder, monitor), |place| Ok(scope(&place)))?;
            return Ok(format!("variable \"{variable}\" of {owner}"));
        }
        // What a store keeps is kept by the object that the store belongs to.
        if nodes.kind(holder) == NodeKind::ARRAY
            && let Some((owner, word)) = self.store_of(holder, monitor)?
        {
            let what = if word == Word::Table { "its entry in" } else { "its element in" };
            return Ok(format!("{what} {}", self.label(owner, monitor)?));
        }
        Ok(format!("{} of {}", self.ways.text(edge), self.label(holder, monitor)?))
    }

    /// The collection that an array is the only store of.
    fn store_of(&self, array: NodeId, monitor: &Monitor) -> Result<Option<(NodeId, Word)>> {
        let snapshot = self.graph.snapshot();
        let mut stores = self.graph.retainers(monitor)?.edges(array).filter_map(|edge| {
            let word = self.graph.vocabulary().word(snapshot.edges.name(edge)?);
            matches!(word, Word::Table | Word::Elements).then(|| (snapshot.nodes.of_edge(edge), word))
        });
        Ok(stores.next().filter(|_| stores.next().is_none()))
    }

    /// The class of an object; of V8's own, which share a few, what V8 calls it.
    fn class(&self, node: NodeId, monitor: &Monitor) -> Result<String> {
        let class = &self.graph.classes(monitor)?.get(node).name;
        let own = if class.starts_with('(') { self.graph.raw_name(node) } else { "".into() };
        Ok(shortened_to(if own.is_empty() { class.clone() } else { own.into_owned() }, NAME))
    }

    /// An object in a few words: what the program calls it, or its class and id.
    fn label(&self, node: NodeId, monitor: &Monitor) -> Result<String> {
        let (graph, scripts) = (self.graph, self.ways.scripts);
        let id = graph.snapshot().nodes.id(node);
        if graph.is_root_or_synthetic(node) {
            let name = graph.raw_name(node).into_owned();
            return Ok(if name.is_empty() { "the root".to_owned() } else { name });
        }
        if graph.snapshot().nodes.kind(node) == NodeKind::CLOSURE {
            return Ok(match scripts.place(graph, node) {
                Some(place) => format!("{} {id}", self.ways.function(&place)),
                None => format!("{}() {id}", shortened_to(graph.raw_name(node).into_owned(), NAME)),
            });
        }
        if graph.word(node) == Word::ContextNode
            && let Some(place) = scope_place(graph, graph.retainers(monitor)?, scripts, node)
        {
            return Ok(format!("the variables of {} {id}", scope(&place)));
        }
        let class = self.class(node, monitor)?;
        let name = self.ways.name(node, monitor)?;
        Ok(match name {
            Some(name) => format!("{class} {} {id}", quoted(&shortened_to(name.expression, NAME))),
            None => format!("{class} {id}"),
        })
    }
}

/// The function whose variables a scope has, or a scope of a file.
fn scope(place: &Place) -> String {
    match &place.function {
        Some(function) => format!("{function}() in {}", place.file),
        None => format!("a scope in {}", place.file),
    }
}

/// A name in quotes, unless it has some of its own.
fn quoted(name: &str) -> String {
    if name.contains('"') { name.to_owned() } else { format!("\"{name}\"") }
}
