//! Classes: what nodes are counted under.
//!
//! A class is a name and, for objects, the place of their constructor: two classes called `Session` in two files
//! are two rows. Plain objects are classed by interface, strings, arrays and V8's own nodes by kind.

use std::borrow::Cow;

use super::{
    HeapGraph,
    interfaces::{Interface, Shapes},
    vocabulary::Word,
};
use crate::{
    error::Result,
    hashing::SeededMap,
    memory,
    monitor::Monitor,
    snapshot::{Location, NodeId, NodeKind},
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// A class of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The name to show.
    pub name: String,
    /// Identity across the snapshots of a process: `script,line,column,name`, or `,name` without a place.
    pub key: String,
    /// Place of the constructor, for objects that have one.
    pub location: Option<Location>,
}

impl Class {
    fn new(name: String, location: Option<Location>) -> Self {
        let key = match location {
            Some(Location { script, line, column }) => {
                format!("{},{},{},{name}", script.cast_signed(), line.cast_signed(), column.cast_signed())
            }
            None => format!(",{name}"),
        };
        Self { name, key, location }
    }
}

/// The class of every node.
#[derive(Debug)]
pub struct Classes {
    classes: Vec<Class>,
    of_node: Column<u32>,
}

const OF_NODE: Tag = Tag::new(*b"clsnodes");
/// What is told of each class besides its name: 1 and its script, line and column, or four zeros; and the length of its
/// name.
const ROWS: Tag = Tag::new(*b"clsrows.");
const NAMES: Tag = Tag::new(*b"clsnames");

impl Classes {
    pub(crate) fn of(graph: &HeapGraph, shapes: &Shapes, interfaces: &[Interface], monitor: &Monitor) -> Result<Self> {
        let mut namer = Namer::new(graph);
        let interface_of_shape = shapes.assign(graph, interfaces);
        let interface_names: Vec<u32> =
            interfaces.iter().map(|interface| namer.name(Cow::Borrowed(&interface.name))).collect();
        let mut objects = shapes.objects().peekable();
        let mut locations = graph.snapshot().locations.iter().peekable();
        let nodes = &graph.snapshot().nodes;
        let mut of_node = memory::with_capacity(nodes.len(), "classes")?;
        let mut found = Found::default();
        for node in nodes.all() {
            monitor.tick(node.index())?;
            let kind = nodes.kind(node);
            let interface = objects
                .next_if(|&(object, _)| object == node)
                .and_then(|(_, shape)| interface_of_shape[shape as usize]);
            let name = match interface {
                Some(interface) => interface_names[interface as usize],
                None => namer.of_node(node, kind),
            };
            let location = locations.next_if(|&(located, _)| located == node).map(|(_, location)| location);
            let location = location.filter(|_| kind == NodeKind::OBJECT);
            of_node.push(found.class(name, location));
        }
        monitor.advance("classes", 1.0)?;
        Ok(Self { classes: found.with_names(&namer), of_node: of_node.into() })
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(OF_NODE, &self.of_node);
        let row = |class: &Class| {
            let [known, script, line, column] = match class.location {
                Some(Location { script, line, column }) => [1, script, line, column],
                None => [0; 4],
            };
            [known, script, line, column, class.name.len() as u32]
        };
        writer.add_made(ROWS, &self.classes.iter().flat_map(row).collect::<Vec<u32>>());
        writer.add_bytes(NAMES, self.classes.iter().flat_map(|class| class.name.bytes()).collect());
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        let (Some(rows), Some(names)) = (shelf.view::<u32>(ROWS, Rule::Any)?, shelf.bytes(NAMES)?) else {
            return Ok(None);
        };
        let (rows, []) = rows.whole().as_chunks::<5>() else { return Ok(None) };
        let Ok(mut rest) = std::str::from_utf8(names.whole()) else { return Ok(None) };
        let class = |&[known, script, line, column, length]: &[u32; 5]| {
            let (name, others) = rest.split_at_checked(length as usize)?;
            rest = others;
            Some(Class::new(name.to_owned(), (known == 1).then_some(Location { script, line, column })))
        };
        let Some(classes) = rows.iter().map(class).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let limit = u32::try_from(classes.len()).unwrap_or(u32::MAX);
        let of_node = shelf.column(OF_NODE, nodes, Rule::Below(limit))?;
        Ok(of_node.map(|of_node| Self { classes, of_node }))
    }

    /// All classes, numbered by their first node.
    #[must_use]
    pub fn all(&self) -> &[Class] {
        &self.classes
    }

    /// Number of a node's class in [`Self::all`].
    #[must_use]
    pub fn number(&self, node: NodeId) -> u32 {
        self.of_node.at(node.index())
    }

    /// Class numbers by node.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.of_node
    }

    /// The class of a node.
    #[must_use]
    pub fn get(&self, node: NodeId) -> &Class {
        &self.classes[self.number(node) as usize]
    }
}

/// Numbers classes by name and place.
#[derive(Default)]
struct Found {
    identities: Vec<(u32, Option<Location>)>,
    /// By number of the name, 1 + class number.
    unplaced: Vec<u32>,
    placed: SeededMap<(u32, Location), u32>,
}

impl Found {
    fn class(&mut self, name: u32, location: Option<Location>) -> u32 {
        let next = self.identities.len() as u32;
        let class = if let Some(location) = location {
            *self.placed.entry((name, location)).or_insert(next)
        } else {
            if name as usize >= self.unplaced.len() {
                self.unplaced.resize(name as usize + 1, 0);
            }
            let slot = &mut self.unplaced[name as usize];
            if *slot == 0 {
                *slot = next + 1;
            }
            *slot - 1
        };
        if class == next {
            self.identities.push((name, location));
        }
        class
    }

    fn with_names(self, namer: &Namer<'_>) -> Vec<Class> {
        let mut names = vec![""; namer.numbers.len()];
        for (name, &number) in &namer.numbers {
            names[number as usize] = name;
        }
        let class = |(name, location): (u32, Option<Location>)| Class::new(names[name as usize].to_owned(), location);
        self.identities.into_iter().map(class).collect()
    }
}

/// Numbers for class names, equal for equal texts: what looks alike is one row, so that a key names one class.
struct Namer<'a> {
    graph: &'a HeapGraph,
    numbers: SeededMap<Cow<'a, str>, u32>,
    /// By string, 1 + number, for names that are taken as they stand.
    by_string: Vec<u32>,
    /// By kind, for kinds with one class.
    by_kind: Vec<Option<u32>>,
}

impl<'a> Namer<'a> {
    fn new(graph: &'a HeapGraph) -> Self {
        let mut namer = Self {
            graph,
            numbers: SeededMap::default(),
            by_string: vec![0; graph.snapshot().strings.len()],
            by_kind: Vec::new(),
        };
        let kinds = graph.snapshot().header.node_kinds.names().len();
        let name = |kind: usize| Some(namer.name(name_of_kind(graph, NodeKind::from_bits(kind as u8))?));
        namer.by_kind = (0..kinds).map(name).collect();
        namer
    }

    fn name(&mut self, name: Cow<'a, str>) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(name).or_insert(next)
    }

    fn of_node(&mut self, node: NodeId, kind: NodeKind) -> u32 {
        if let Some(number) = self.by_kind[kind.index()] {
            return number;
        }
        let string = self.graph.snapshot().nodes.name(node);
        if self.graph.dom_states().is_renamed(node) {
            return self.name(own_name(self.graph, node));
        }
        match self.by_string[string as usize] {
            0 => {
                let number = self.name(own_name(self.graph, node));
                self.by_string[string as usize] = number + 1;
                number
            }
            number => number - 1,
        }
    }
}

/// The class of all nodes of a kind, if they are one.
fn name_of_kind(graph: &HeapGraph, kind: NodeKind) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match kind {
        NodeKind::OBJECT | NodeKind::NATIVE => return None,
        NodeKind::HIDDEN => "(system)",
        NodeKind::CODE => "(compiled code)",
        NodeKind::CLOSURE => "Function",
        NodeKind::REGEXP => "RegExp",
        other => return Some(Cow::Owned(format!("({})", graph.snapshot().header.node_kinds.name(other)))),
    }))
}

/// The class of a node that is called by its own name.
fn own_name(graph: &HeapGraph, node: NodeId) -> Cow<'_, str> {
    let name = graph.raw_name(node);
    if matches!(graph.word(node), Word::Element | Word::Detached) { without_attributes(name) } else { name }
}

/// Names of the classes of a few nodes, as [`Classes`] has them.
pub(super) fn names_of(graph: &HeapGraph, shapes: &Shapes, interfaces: &[Interface], nodes: &[NodeId]) -> Vec<String> {
    let assigned = shapes.assign_some(graph, interfaces, nodes);
    let name = |(&node, interface): (&NodeId, Option<u32>)| match interface {
        Some(interface) => interfaces[interface as usize].name.clone(),
        None => {
            name_of_kind(graph, graph.snapshot().nodes.kind(node)).unwrap_or_else(|| own_name(graph, node)).into_owned()
        }
    };
    nodes.iter().zip(assigned).map(name).collect()
}

/// `<div id="a">` → `<div>`, `Detached <div id="a">` → `Detached <div>`, anything else as it is.
fn without_attributes(name: Cow<'_, str>) -> Cow<'_, str> {
    let search_from = if name.starts_with('<') {
        0
    } else if name.starts_with("Detached <") {
        "Detached <".len()
    } else {
        return name;
    };
    match name[search_from..].find(' ') {
        None => name,
        Some(space) => Cow::Owned(format!("{}>", &name[..search_from + space])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_classed_by_tag() {
        let short = |name: &'static str| without_attributes(Cow::Borrowed(name));
        assert_eq!(short("<div id=\"a\">"), "<div>");
        assert_eq!(short("<div>"), "<div>");
        assert_eq!(short("Detached <div id=\"a\">"), "Detached <div>");
        assert_eq!(short("Detached thing <x y>"), "Detached thing <x y>");
        assert_eq!(short("Some class"), "Some class");
    }
}
