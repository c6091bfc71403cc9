//! What a value is: the text of a string, a number, `true`, `undefined`, as far as a snapshot has it.
//!
//! A string that a program built is a tree of halves, tens of thousands deep; it is put together here without
//! recursion. What V8 leaves out is said and not made up: it cuts each string at 1024 units, writes no number unless
//! it is asked to, and of a slice neither where it begins nor where it ends.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::{
    analysis::follow,
    error::{Error, Result},
    graph::{HeapGraph, Word},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, ObjectId, lossy, utf16_len},
};

/// Units at which V8 cuts a string when it writes a snapshot, unless it was started with another limit.
const WRITTEN_UNITS: u64 = 1024;

/// A primitive value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Value {
    /// Its type in JavaScript's words.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its text; the beginning of it when it is `truncated`.
    pub text: String,
    /// Length of a string in UTF-16 units, as far as the snapshot has its text. Absent with `slice_of`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// `text` is only the beginning of what the snapshot has.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// V8 wrote only the first 1024 units of the string, or of that many of its parts: the program's is longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_parts: Option<u64>,
    /// It is a part of this string, or one of its halves is, and the snapshot does not say which part; `text` shows
    /// all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slice_of: Option<ObjectId>,
}

/// The value of a node that stands for one, of a text at most `limit` UTF-16 units; `None` for objects, and for numbers
/// that were not written.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn value_of(graph: &HeapGraph, node: NodeId, limit: usize, monitor: &Monitor) -> Result<Option<Value>> {
    let kind = graph.snapshot().nodes.kind(node);
    if kind.is_string() {
        return string(graph, node, limit, monitor).map(Some);
    }
    let of = |kind, text: String| Value { kind, text, length: None, truncated: false, cut_parts: None, slice_of: None };
    let text_at = |name| target(graph, node, name).map(|text| graph.display_name(text));
    Ok(match kind {
        NodeKind::NUMBER => text_at("value").map(|text| of("number", text)),
        NodeKind::BIGINT => text_at("value").map(|text| of("bigint", text)),
        NodeKind::SYMBOL => text_at("name").map(|text| of("symbol", text)),
        NodeKind::REGEXP => Some(of("regexp", graph.raw_name(node).into_owned())),
        NodeKind::HIDDEN => oddball(graph, node).map(|(kind, text)| of(kind, text.to_owned())),
        _ => None,
    })
}

const ODDBALLS: [(&str, &str); 4] =
    [("undefined", "undefined"), ("null", "null"), ("true", "boolean"), ("false", "boolean")];

/// `true`, `false`, `null`, `undefined`: by name from Node 24 on, before by the string that such an object turns into.
fn oddball(graph: &HeapGraph, node: NodeId) -> Option<(&'static str, &'static str)> {
    let snapshot = graph.snapshot();
    let known = |node: NodeId| {
        let name = snapshot.nodes.name(node);
        ODDBALLS.into_iter().find(|(text, _)| snapshot.strings.is(name, text)).map(|(text, kind)| (kind, text))
    };
    if !snapshot.strings.is(snapshot.nodes.name(node), "system / Oddball") {
        return known(node);
    }
    let strings = snapshot
        .nodes
        .edges(node)
        .filter(|&edge| matches!(snapshot.edges.kind(edge), EdgeKind::Hidden | EdgeKind::Internal))
        .map(|edge| snapshot.edges.target(edge));
    strings.into_iter().filter(|&node| snapshot.nodes.kind(node) == NodeKind::STRING).find_map(known)
}

/// The target of an internal edge with this name.
fn target(graph: &HeapGraph, node: NodeId, name: &str) -> Option<NodeId> {
    let snapshot = graph.snapshot();
    let named = |&edge: &usize| {
        snapshot.edges.kind(edge) == EdgeKind::Internal && snapshot.strings.is(snapshot.edges.name_or_index(edge), name)
    };
    snapshot.nodes.edges(node).find(named).map(|edge| snapshot.edges.target(edge))
}

/// What a string is made of, first part first: the halves of a concatenation, what a slice is a part of, what a
/// string that became equal to another points to. Nothing for a string that has its own text.
fn parts(graph: &HeapGraph, node: NodeId) -> [Option<NodeId>; 2] {
    match graph.snapshot().nodes.kind(node) {
        NodeKind::CONS_STRING => [follow(graph, node, Word::First), follow(graph, node, Word::Second)],
        NodeKind::SLICED_STRING => [target(graph, node, "parent"), None],
        _ => [target(graph, node, "actual"), None],
    }
}

fn string(graph: &HeapGraph, node: NodeId, limit: usize, monitor: &Monitor) -> Result<Value> {
    let measured = measure(graph, node, monitor)?;
    let text = beginning(graph, node, limit, monitor)?;
    Ok(Value {
        kind: "string",
        truncated: measured.length > utf16_len(&text) as u64,
        text: lossy(&text),
        length: measured.slice_of.is_none().then_some(measured.length),
        cut_parts: (measured.cut > 0).then_some(measured.cut),
        slice_of: measured.slice_of,
    })
}

/// The first units of a string's text.
fn beginning(graph: &HeapGraph, node: NodeId, limit: usize, monitor: &Monitor) -> Result<Vec<u8>> {
    let snapshot = graph.snapshot();
    let mut text: Vec<u8> = Vec::new();
    let mut units = 0;
    let mut left = vec![node];
    // Only a damaged string goes round in a circle; it ends here.
    let mut steps = 0_usize;
    while let Some(part) = left.pop().filter(|_| units < limit && steps <= snapshot.nodes.len() + limit) {
        steps += 1;
        monitor.tick(steps)?;
        match parts(graph, part) {
            [None, None] => {
                let all = snapshot.strings.bytes(snapshot.nodes.name(part));
                let some = first_units(&all, limit - units);
                let refused = |_| Error::no_memory((units + some.len()) as u64, "a string");
                text.try_reserve(some.len()).map_err(refused)?;
                text.extend_from_slice(some);
                units += utf16_len(some);
                if some.len() < all.len() {
                    break;
                }
            }
            [first, second] => {
                for part in [second, first].into_iter().flatten() {
                    memory::push(&mut left, part, "a string")?;
                }
            }
        }
    }
    Ok(text)
}

#[derive(Default)]
struct Measured {
    length: u64,
    cut: u64,
    slice_of: Option<ObjectId>,
}

/// How long a string is. Each part is measured once, however often it is a part: a string that is doubled fifty times
/// has fifty parts and more units than anybody could count.
fn measure(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Measured> {
    let snapshot = graph.snapshot();
    let mut lengths: FxHashMap<NodeId, u64> = FxHashMap::default();
    let mut measured = Measured::default();
    // A part is seen twice: on the way down, when its own parts go before it, and on the way up.
    let mut work = vec![(node, false)];
    let mut steps = 0_usize;
    while let Some((part, is_done)) = work.pop() {
        steps += 1;
        monitor.tick(steps)?;
        let below = parts(graph, part).into_iter().flatten();
        if is_done {
            // What is not measured yet is above this one in a damaged string's circle.
            let length = below.fold(0_u64, |sum, part| sum.saturating_add(lengths.get(&part).copied().unwrap_or(0)));
            lengths.insert(part, length);
            continue;
        }
        if lengths.contains_key(&part) {
            continue;
        }
        let known = lengths.len() as u64;
        lengths.try_reserve(1).map_err(|_| Error::no_memory((known + 1) * 24, "a string"))?;
        lengths.insert(part, 0);
        if below.clone().next().is_none() {
            let text = snapshot.strings.bytes(snapshot.nodes.name(part));
            measured.cut += u64::from(is_cut(&text, snapshot.nodes.self_size(part)));
            lengths.insert(part, utf16_len(&text) as u64);
            continue;
        }
        if snapshot.nodes.kind(part) == NodeKind::SLICED_STRING {
            measured.slice_of = measured.slice_of.or(below.clone().next().map(|parent| snapshot.nodes.id(parent)));
        }
        memory::push(&mut work, (part, true), "a string")?;
        for part in below {
            memory::push(&mut work, (part, false), "a string")?;
        }
    }
    measured.length = lengths.get(&node).copied().unwrap_or(0);
    Ok(measured)
}

/// Whether the program's string is longer than what was written of it, as far as its size tells: a header of 12 or 16
/// bytes, then one byte for each unit, or two where some need that.
fn is_cut(text: &[u8], self_size: u64) -> bool {
    let units = utf16_len(text) as u64;
    // U+00FF, the last that one byte holds, is C3 BF.
    let width = if text.iter().any(|&byte| byte > 0xc3) { 2 } else { 1 };
    let whole = 12 + units * width..=16 + units * width + 7;
    // Shorter than V8's own limit: cut only if another limit was set. A string outside of the heap has a small size.
    !whole.contains(&self_size) && (units >= WRITTEN_UNITS || self_size > 2 * units + 32)
}

/// The beginning of a WTF-8 text, at most so many UTF-16 units, no character broken.
fn first_units(text: &[u8], most: usize) -> &[u8] {
    let mut units = 0;
    for (at, &byte) in text.iter().enumerate() {
        if byte & 0xc0 == 0x80 {
            continue;
        }
        units += 1 + usize::from(byte >= 0xf0);
        if units > most {
            return &text[..at];
        }
    }
    text
}
