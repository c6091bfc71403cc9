//! What the file says: bytes become columns. Knows nothing of graphs.
//!
//! A snapshot is one JSON object. Its keys are walked by a small cursor ([`json`]); the header is read by serde
//! ([`header`]); the two big arrays of integers go through [`numbers`] into [`columns`]; strings stay where they
//! are and are indexed ([`strings`]); unknown keys are stepped over.

mod columns;
mod header;
mod ids;
mod input;
mod json;
mod kinds;
mod locations;
mod numbers;
mod strings;

use std::path::{Path, PathBuf};

use self::{columns::Ordinal, input::Input, json::Cursor, numbers::RecordArray};
pub use self::{
    columns::{Edges, Nodes},
    header::Header,
    ids::{NodeId, ObjectId},
    input::Source,
    kinds::{EdgeKind, NodeKind, NodeKinds},
    locations::{Location, Locations},
    strings::{StringId, Strings, lossy, utf16_len},
};
use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
};

/// A snapshot, read and checked: every name is a string of the table, every edge ends at a node.
#[derive(Debug)]
pub struct Snapshot {
    /// The header, with what the declared numbers mean.
    pub header: Header,
    /// One row per node.
    pub nodes: Nodes,
    /// One row per edge.
    pub edges: Edges,
    /// The string table.
    pub strings: Strings,
    /// Source positions.
    pub locations: Locations,
    /// Size of the file or buffer as given, in bytes; compressed if it was.
    pub given_size: u64,
    /// The file it came from.
    pub path: Option<PathBuf>,
}

/// Where the parts of a snapshot stand, and the parts that are read on the way.
#[derive(Default)]
struct Parts {
    header: Option<Header>,
    nodes: Option<(Nodes, usize)>,
    edges: Option<(Edges, usize)>,
    locations: Option<(Vec<u64>, usize)>,
    strings: Option<(strings::Offsets, std::ops::Range<usize>)>,
}

impl Snapshot {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// `ERR_HEAP_EMPTY`, `_TRUNCATED`, `_NOT_SNAPSHOT`, `_MALFORMED`, `_TOO_LARGE` for what is no usable snapshot;
    /// `_NOT_FOUND`, `_IS_DIRECTORY`, `_PERMISSION`, `_IO` for the file; `_NO_MEMORY`, `_CANCELLED`.
    pub fn open(source: Source, monitor: &Monitor) -> Result<Self> {
        let path = source.path().map(Path::to_path_buf);
        let name_file = |error: Error| match &path {
            Some(path) => error.in_file(path),
            None => error,
        };
        let mut snapshot = Self::read(source, monitor).map_err(name_file)?;
        snapshot.path = path;
        Ok(snapshot)
    }

    fn read(source: Source, monitor: &Monitor) -> Result<Self> {
        let input = Input::open(source)?;
        let parts = walk(&input, monitor)?;
        let end = input.bytes().len() as u64;
        let missing = |key| Error::malformed(end, format_args!("it has no \"{key}\""));

        let header = parts.header.ok_or_else(|| missing("snapshot"))?;
        let (nodes, nodes_at) = parts.nodes.ok_or_else(|| missing("nodes"))?;
        let (edges, edges_at) = parts.edges.ok_or_else(|| missing("edges"))?;
        let (offsets, strings_at) = parts.strings.ok_or_else(|| missing("strings"))?;
        let locations = match (parts.locations, &header.location) {
            (Some((numbers, at)), Some(layout)) => {
                let ordinal = Ordinal { fields: header.node.fields as u64, nodes: nodes.len() as u64 };
                Locations::from_numbers(&numbers, layout, ordinal, at as u64)?
            }
            _ => Locations::default(),
        };
        if header.root >= nodes.len() as u64 {
            return Err(Error::malformed(nodes_at as u64, "the root is no node"));
        }
        let given_size = input.given_size;
        let strings = Strings::new(input.keep(strings_at)?, offsets);
        if let Some(node) = nodes.bad_name(strings.len()) {
            let what = format!("the name of node {node} is no string of the table");
            return Err(Error::malformed(nodes_at as u64, what));
        }
        if let Some(edge) = edges.bad_name(strings.len()) {
            let what = format!("the name of edge {edge} is no string of the table");
            return Err(Error::malformed(edges_at as u64, what));
        }
        Ok(Self { header, nodes, edges, strings, locations, given_size, path: None })
    }

    /// The root node.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.header.root as u32)
    }
}

/// Walks the keys of the outermost object and reads those that matter.
fn walk(input: &Input, monitor: &Monitor) -> Result<Parts> {
    let bytes = input.bytes();
    let mut cursor = Cursor::new(bytes, 0);
    refuse_other_formats(&mut cursor)?;
    let mut parts = Parts::default();
    loop {
        let key = cursor.string("at a key of the outermost object")?;
        let shown = String::from_utf8_lossy(&key[..key.len().min(40)]).into_owned();
        let place = format!("after the key \"{shown}\"");
        cursor.expect(b':', &place)?;
        cursor.peek();
        match key {
            b"snapshot" => {
                let start = cursor.at;
                cursor.skip_value("\"snapshot\"")?;
                parts.header = Some(Header::parse(&bytes[start..cursor.at], start as u64)?);
            }
            b"nodes" => {
                cursor.expect(b'[', &place)?;
                let at = cursor.at;
                let nodes = read_nodes(input, &mut cursor, header_of(&parts, at)?, monitor)?;
                parts.nodes = Some((nodes, at));
            }
            b"edges" => {
                cursor.expect(b'[', &place)?;
                let at = cursor.at;
                let header = header_of(&parts, at)?;
                let nodes = parts.nodes.as_ref().map(|(nodes, _)| nodes.len());
                let nodes = nodes.ok_or_else(|| Error::malformed(at as u64, "\"edges\" stands before \"nodes\""))?;
                let edges = read_edges(input, &mut cursor, header, nodes, monitor)?;
                parts.edges = Some((edges, at));
            }
            b"locations" => {
                cursor.expect(b'[', &place)?;
                let start = cursor.at;
                let (numbers, end) = numbers::read_small(bytes, start, "locations")?;
                cursor.at = end;
                parts.locations = Some((numbers, start));
            }
            b"strings" => {
                cursor.expect(b'[', &place)?;
                let start = cursor.at;
                let offsets = strings::scan(&mut cursor, monitor)?;
                parts.strings = Some((offsets, start..cursor.at));
            }
            // Other JSON is recognised before its values are walked: no snapshot starts with anything else.
            _ if parts.header.is_none() => return Err(not_a_snapshot(&shown, bytes)),
            _ => cursor.skip_value(&format!("\"{shown}\""))?,
        }
        match cursor.peek() {
            Some(b',') => {
                cursor.at += 1;
                cursor.peek();
            }
            Some(b'}') => break,
            Some(byte) => return Err(cursor.unexpected(byte, "`,` or `}`", &format!("after \"{shown}\""))),
            None => return Err(Error::truncated(bytes.len() as u64, format_args!("after \"{shown}\""))),
        }
    }
    cursor.at += 1;
    match cursor.peek() {
        None => Ok(parts),
        Some(byte) => Err(cursor.unexpected(byte, "nothing more", "after the end of the snapshot")),
    }
}

fn header_of(parts: &Parts, at: usize) -> Result<&Header> {
    parts.header.as_ref().ok_or_else(|| Error::malformed(at as u64, "its arrays stand before its header"))
}

fn read_nodes(input: &Input, cursor: &mut Cursor<'_>, header: &Header, monitor: &Monitor) -> Result<Nodes> {
    let records = declared(input, cursor.at, header.node_count, header.node.fields, "nodes")?;
    let mut nodes = Nodes::allocate(records, header.trace_function_count > 0 && header.node.trace_node.is_some())?;
    let array = RecordArray { input, key: "nodes", start: cursor.at, fields: header.node.fields, records };
    let end = array.read(nodes.sink(&header.node, &header.node_kinds), monitor)?;
    let edges = nodes.sum_edge_counts();
    if edges != header.edge_count {
        let what = format!("its nodes have {edges} edges, the header declares {}", header.edge_count);
        return Err(Error::malformed(cursor.at as u64, what));
    }
    cursor.at = end;
    Ok(nodes)
}

fn read_edges(
    input: &Input,
    cursor: &mut Cursor<'_>,
    header: &Header,
    nodes: usize,
    monitor: &Monitor,
) -> Result<Edges> {
    let records = declared(input, cursor.at, header.edge_count, header.edge.fields, "edges")?;
    let mut edges = Edges::allocate(records)?;
    let array = RecordArray { input, key: "edges", start: cursor.at, fields: header.edge.fields, records };
    let sink = edges.sink(&header.edge, &header.edge_kinds, header.node.fields, nodes);
    cursor.at = array.read(sink, monitor)?;
    Ok(edges)
}

/// A declared count, once the bytes that are there could hold it: memory is asked for by this number.
fn declared(input: &Input, at: usize, count: u64, fields: usize, key: &'static str) -> Result<usize> {
    let rest = &input.bytes()[at..];
    // The shortest record has one digit and one separator for every field.
    if count.saturating_mul(2 * fields as u64) > rest.len() as u64 + 1 {
        if memchr::memchr(b']', rest).is_none() {
            return Err(Error::truncated(input.bytes().len() as u64, format_args!("inside \"{key}\"")));
        }
        let what = format!("the header declares {count} {key}, more than the file can hold");
        return Err(Error::malformed(at as u64, what));
    }
    // One less than the type holds: the highest value means "none" in several columns.
    if count >= u64::from(u32::MAX) {
        return Err(Error::new(Code::TooLarge, format!("it has {count} {key}, more than 2^32")));
    }
    Ok(count as usize)
}

/// Consumes the opening brace, or says which other kind of file this is.
fn refuse_other_formats(cursor: &mut Cursor<'_>) -> Result<()> {
    let bytes = cursor.bytes;
    let known: &[(&[u8], &str)] = &[
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x7fELF", "an ELF program"),
        (b"JAVA PROFILE", "a Java heap dump (hprof)"),
        (b"SQLite format 3", "an SQLite database"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(not_snapshot(format!("it is {name}, expected a V8 heap snapshot")));
    }
    match cursor.peek() {
        None => Err(Error::new(Code::Empty, "it holds only white space, expected a heap snapshot")),
        Some(b'{') => {
            cursor.at += 1;
            match cursor.peek() {
                Some(b'"') => Ok(()),
                Some(b'}') => Err(not_snapshot("it is an empty JSON object, expected a V8 heap snapshot".into())),
                Some(byte) => Err(not_snapshot(format!(
                    "it is no JSON: found `{}` after `{{`, expected a V8 heap snapshot",
                    std::ascii::escape_default(byte)
                ))),
                None => Err(Error::truncated(bytes.len() as u64, "after its first brace")),
            }
        }
        Some(b'[') => Err(not_snapshot("it is a JSON array, expected a V8 heap snapshot".into())),
        Some(byte) => Err(not_snapshot(format!(
            "it starts with `{}`, expected the `{{` of a V8 heap snapshot",
            std::ascii::escape_default(byte)
        ))),
    }
}

fn not_snapshot(message: String) -> Error {
    Error::new(Code::NotSnapshot, message)
}

/// JSON whose first key is not "snapshot": names the well-known kinds.
fn not_a_snapshot(first_key: &str, bytes: &[u8]) -> Error {
    let start = &bytes[..bytes.len().min(4096)];
    let has = |needle: &str| memchr::memmem::find(start, needle.as_bytes()).is_some();
    let message = match first_key {
        "head" if has("selfSize") => {
            "it is a sampling heap profile (.heapprofile), which holds no objects; take a heap snapshot instead"
        }
        "version" if has("\"Inspector\"") || has("\"GCDebugging\"") => {
            "it is a heap snapshot in Bun's own JSC format; write one with `Bun.generateHeapSnapshot('v8')` instead"
        }
        "nodes" if has("callFrame") => "it is a CPU profile, which holds no objects; take a heap snapshot instead",
        _ => {
            return not_snapshot(format!(
                "it is JSON with the first key {first_key:?}, expected a V8 heap snapshot, which begins with \"snapshot\""
            ));
        }
    };
    not_snapshot(message.into())
}

#[cfg(test)]
mod tests;
