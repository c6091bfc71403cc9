//! Texts of big snapshots, written straight into memory.

use std::io::Write;

use crate::fuzz::heap::{EDGE_TYPES, NODE_TYPES};

/// A node: type, name, id, size, number of edges.
pub(crate) type Node = (&'static str, u64, u64, u64, u64);
/// An edge: type, name or number, target's ordinal.
pub(crate) type Edge = (&'static str, u64, u64);

/// The text of a snapshot in the layout of Node 24: no line ends inside the arrays.
pub(crate) fn text(
    nodes: impl ExactSizeIterator<Item = Node>,
    edges: impl Iterator<Item = Edge>,
    edge_count: u64,
    strings: impl Iterator<Item = String>,
) -> Vec<u8> {
    let mut text = Vec::new();
    let number = |list: &[&str], name: &str| list.iter().position(|known| *known == name).unwrap();
    write!(
        text,
        r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[{},"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[{},"string_or_number","node"],"location_fields":["object_index","script_id","line","column"]}},"node_count":{},"edge_count":{edge_count}}},"nodes":["#,
        serde_json::to_string(&NODE_TYPES).unwrap(),
        serde_json::to_string(&EDGE_TYPES).unwrap(),
        nodes.len(),
    )
    .unwrap();
    for (kind, name, id, size, edges) in nodes {
        write!(text, "{},{name},{id},{size},{edges},", number(&NODE_TYPES, kind)).unwrap();
    }
    text.pop();
    text.extend_from_slice(b"],\"edges\":[");
    let mut written = 0;
    for (kind, name, to) in edges {
        write!(text, "{},{name},{},", number(&EDGE_TYPES, kind), 5 * to).unwrap();
        written += 1;
    }
    assert_eq!(written, edge_count);
    if edge_count > 0 {
        text.pop();
    }
    text.extend_from_slice(b"],\"locations\":[],\"strings\":[");
    for string in strings {
        text.push(b'"');
        text.extend_from_slice(string.as_bytes());
        text.extend_from_slice(b"\",\n");
    }
    text.truncate(text.len() - 2);
    text.extend_from_slice(b"]}\n");
    text
}

/// A generator of numbers that is the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// A heap like a program's: objects of some hundred classes and shapes, arrays, strings, closures; every node is held by
/// one before it, and every second one by another too. About 70 bytes of text a node.
pub(crate) fn program(count: u64, seed: u64) -> Vec<u8> {
    const KINDS: [&str; 8] = ["object", "object", "object", "array", "string", "closure", "hidden", "object"];
    const NAMES: u64 = 500;
    let mut random = Random::new(seed);
    let mut edges: Vec<Vec<Edge>> = (0..count).map(|_| Vec::new()).collect();
    for node in 1..count {
        for extra in 0..=random.below(2) {
            // Near ones mostly, so that the heap is deep; the root and the first few hold much.
            let from = match random.below(8) {
                0 => random.below(node.min(40)),
                1..=5 => node - 1 - random.below(node.min(30)),
                _ => random.below(node),
            };
            let edge = match random.below(4) {
                0 => ("element", extra, node),
                1 => ("internal", 1 + random.below(NAMES), node),
                _ => ("property", 1 + random.below(NAMES), node),
            };
            edges[from as usize].push(edge);
        }
        if node.is_multiple_of(16) {
            edges[random.below(node) as usize].push(("weak", 1 + random.below(NAMES), node));
        }
    }
    let nodes: Vec<Node> = (0..count)
        .map(|node| {
            let out = edges[node as usize].len() as u64;
            if node == 0 {
                return ("synthetic", 0, 1, 0, out);
            }
            let name = if random.below(3) == 0 { 1 } else { 1 + random.below(NAMES) };
            (KINDS[random.below(8) as usize], name, 2 * node + 1, 16 + 8 * random.below(12), out)
        })
        .collect();
    let edge_count = edges.iter().map(|edges| edges.len() as u64).sum();
    let strings = (0..=NAMES).map(|name| match name {
        0 => String::new(),
        1 => "Object".to_owned(),
        name => format!("Name{name}"),
    });
    text(nodes.into_iter(), edges.into_iter().flatten(), edge_count, strings)
}
