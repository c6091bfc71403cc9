//! What tests share: small snapshots, written by hand as a graph and turned into the text V8 would write, and files
//! that go when a test ends.

use std::{fmt::Write as _, path::PathBuf};

use crate::{
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
};

const NODE_TYPES: [&str; 14] = [
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
];
const EDGE_TYPES: [&str; 7] = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"];

/// A snapshot in the making. Node 0 is the root.
#[derive(Default)]
pub(crate) struct Heap {
    nodes: Vec<(usize, usize, u32, u64)>,
    edges: Vec<Vec<(usize, u64, usize)>>,
    strings: Vec<String>,
    locations: Vec<(usize, [u32; 3])>,
}

impl Heap {
    /// A heap with its root.
    pub(crate) fn new() -> Self {
        let mut heap = Self::default();
        heap.node("synthetic", "", 1, 0);
        heap
    }

    /// The number of a string in the table.
    pub(crate) fn string(&mut self, text: &str) -> usize {
        self.strings.iter().position(|known| known == text).unwrap_or_else(|| {
            self.strings.push(text.to_owned());
            self.strings.len() - 1
        })
    }

    /// Adds a node and gives its ordinal.
    pub(crate) fn node(&mut self, kind: &str, name: &str, id: u32, size: u64) -> usize {
        let kind = NODE_TYPES.iter().position(|known| *known == kind).unwrap();
        let name = self.string(name);
        self.nodes.push((kind, name, id, size));
        self.edges.push(Vec::new());
        self.nodes.len() - 1
    }

    /// Adds a string without looking whether its text is there already, which takes long in long tables.
    pub(crate) fn new_string(&mut self, text: &str, id: u32) -> usize {
        self.strings.push(text.to_owned());
        self.nodes.push((2, self.strings.len() - 1, id, 16));
        self.edges.push(Vec::new());
        self.nodes.len() - 1
    }

    /// Adds an edge; the name of an element or hidden edge is a number.
    pub(crate) fn edge(&mut self, from: usize, kind: &str, name: &str, to: usize) {
        let kind_number = EDGE_TYPES.iter().position(|known| *known == kind).unwrap();
        let name = match kind {
            "element" | "hidden" => name.parse().unwrap(),
            _ => self.string(name) as u64,
        };
        self.edges[from].push((kind_number, name, to));
    }

    /// Gives a node a place in source.
    pub(crate) fn location(&mut self, node: usize, script: u32, line: u32, column: u32) {
        self.locations.push((node, [script, line, column]));
    }

    /// The text of the snapshot, in the layout of Node 20.
    pub(crate) fn text(&self) -> String {
        let quoted = |names: &[&str]| serde_json::to_string(names).unwrap();
        let edge_count: usize = self.edges.iter().map(Vec::len).sum();
        let mut text = format!(
            "{{\"snapshot\":{{\"meta\":{{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_count\",\
             \"trace_node_id\",\"detachedness\"],\"node_types\":[{},\"string\",\"number\",\"number\",\"number\",\
             \"number\",\"number\"],\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],\"edge_types\":[{},\
             \"string_or_number\",\"node\"],\"location_fields\":[\"object_index\",\"script_id\",\"line\",\
             \"column\"]}},\"node_count\":{},\"edge_count\":{edge_count},\"trace_function_count\":0}},\n\"nodes\":[",
            quoted(&NODE_TYPES),
            quoted(&EDGE_TYPES),
            self.nodes.len(),
        );
        let rows = self.nodes.iter().zip(&self.edges);
        let rows =
            rows.map(|(&(kind, name, id, size), edges)| format!("{kind},{name},{id},{size},{},0,0\n", edges.len()));
        text += &rows.collect::<Vec<_>>().join(",");
        text += "],\n\"edges\":[";
        let rows = self.edges.iter().flatten().map(|(kind, name, to)| format!("{kind},{name},{}\n", to * 7));
        text += &rows.collect::<Vec<_>>().join(",");
        text += "],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[";
        let rows = self
            .locations
            .iter()
            .map(|(node, [script, line, column])| format!("{},{script},{line},{column}\n", node * 7));
        text += &rows.collect::<Vec<_>>().join(",");
        let _ = write!(text, "],\n\"strings\":{}}}\n", serde_json::to_string(&self.strings).unwrap());
        text
    }

    /// The snapshot, read.
    pub(crate) fn graph(&self) -> HeapGraph {
        HeapGraph::new(read(self.text()).unwrap(), &Monitor::none()).unwrap()
    }
}

/// Reads a snapshot's text.
pub(crate) fn read(text: impl Into<Vec<u8>>) -> Result<Snapshot> {
    Snapshot::open(Source::Bytes(text.into()), &Monitor::none())
}

/// A heap with one of most things: a global, a map with a table, an array, a closure, a weak edge, two classes
/// of one name.
pub(crate) fn small_heap() -> Heap {
    let mut heap = Heap::new();
    let global = heap.node("object", "Object", 3, 100);
    let gc_roots = heap.node("synthetic", "(GC roots)", 5, 0);
    let map = heap.node("object", "Map", 7, 16);
    let table = heap.node("array", "", 9, 400);
    let first = heap.node("object", "Session", 11, 50);
    let second = heap.node("object", "Session", 13, 60);
    let name = heap.node("string", "alice, \"quoted\"", 15, 30);
    let list = heap.node("object", "Array", 17, 16);
    let elements = heap.node("array", "(object elements)", 19, 64);
    let closure = heap.node("closure", "onRequest", 21, 32);
    heap.edge(0, "shortcut", "globalThis", global);
    heap.edge(0, "element", "1", gc_roots);
    heap.edge(global, "property", "sessions", map);
    heap.edge(global, "property", "list", list);
    heap.edge(global, "property", "__proto__", closure);
    heap.edge(map, "internal", "table", table);
    heap.edge(table, "internal", "4", first);
    heap.edge(table, "internal", "7", second);
    heap.edge(first, "property", "user", name);
    heap.edge(second, "property", "user", name);
    heap.edge(list, "internal", "elements", elements);
    heap.edge(elements, "element", "0", first);
    heap.edge(gc_roots, "element", "0", closure);
    heap.edge(closure, "weak", "1", name);
    heap.location(first, 42, 6, 9);
    heap.location(second, 43, 1, 2);
    heap.location(closure, 42, 11, 4);
    heap
}

/// A file of its own, gone when dropped.
pub(crate) struct Temporary(pub(crate) PathBuf);

impl Temporary {
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("heap-analyzer-reading-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
