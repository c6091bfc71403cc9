//! The walk over the keys of a snapshot, in whatever order they stand.
//!
//! V8 always writes the header first, then nodes, edges, and strings last, and then one walk reads everything.
//! The format is JSON, though, and JSON has no order: an array that comes before what is needed to understand
//! it is stepped over and read at the end.

use std::ops::Range;

use super::{
    columns::{Edges, Nodes},
    formats,
    header::Header,
    input::Input,
    json::Cursor,
    numbers::{self, RecordArray},
    strings,
};
use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
};

/// The parts of a snapshot, each with the position of its first byte.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) header: Option<Header>,
    pub(crate) nodes: Option<(Nodes, usize)>,
    pub(crate) edges: Option<(Edges, usize)>,
    pub(crate) locations: Option<(Vec<u64>, usize)>,
    pub(crate) strings: Option<(strings::Offsets, Range<usize>)>,
    /// Where the functions that allocated stand, brackets included; read when somebody asks.
    pub(crate) trace_functions: Option<Range<usize>>,
    /// Where the tree of allocations stands, likewise.
    pub(crate) trace_tree: Option<Range<usize>>,
}

impl Parts {
    /// Reads all parts that are there.
    pub(crate) fn read(input: &Input, monitor: &Monitor) -> Result<Self> {
        let bytes = input.bytes();
        let mut cursor = Cursor::new(bytes, 0);
        formats::open_object(&mut cursor)?;
        let mut parts = Self::default();
        let mut first_key: Option<String> = None;
        let (mut nodes_at, mut edges_at) = (None, None);
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
                b"nodes" if parts.header.is_some() => parts.read_nodes(input, &mut cursor, monitor)?,
                b"edges" if parts.nodes.is_some() => parts.read_edges(input, &mut cursor, monitor)?,
                b"nodes" | b"edges" => {
                    let at = if key == b"nodes" { &mut nodes_at } else { &mut edges_at };
                    *at = Some(cursor.at);
                    cursor.skip_value(&format!("\"{shown}\""))?;
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
                b"trace_function_infos" | b"trace_tree" if first_key.is_some() => {
                    let start = cursor.at;
                    cursor.skip_value(&format!("\"{shown}\""))?;
                    let part = if key == b"trace_tree" { &mut parts.trace_tree } else { &mut parts.trace_functions };
                    *part = Some(start..cursor.at);
                }
                // Other JSON is told before it is walked to its end: V8's first key is "snapshot".
                _ if first_key.is_none() => return Err(formats::other_json(&shown, bytes)),
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
            first_key.get_or_insert(shown);
        }
        cursor.at += 1;
        if let Some(byte) = cursor.peek() {
            return Err(cursor.unexpected(byte, "nothing more", "after the end of the snapshot"));
        }
        if parts.header.is_none() {
            return Err(formats::other_json(first_key.as_deref().unwrap_or("nodes"), bytes));
        }
        if let Some(at) = nodes_at {
            parts.read_nodes(input, &mut Cursor::new(bytes, at), monitor)?;
        }
        if let Some(at) = edges_at.filter(|_| parts.nodes.is_some()) {
            parts.read_edges(input, &mut Cursor::new(bytes, at), monitor)?;
        }
        Ok(parts)
    }

    /// Reads the nodes; the header is there, the cursor stands before `[` and ends after `]`.
    fn read_nodes(&mut self, input: &Input, cursor: &mut Cursor<'_>, monitor: &Monitor) -> Result<()> {
        let header = self.header.as_ref().expect("nodes are read after the header");
        cursor.expect(b'[', "after the key \"nodes\"")?;
        let start = cursor.at;
        let records = declared(input, start, header.node_count, header.node.fields, "nodes")?;
        let with_traces = header.trace_function_count > 0 && header.node.trace_node.is_some();
        let mut nodes = Nodes::allocate(records, with_traces)?;
        let array = RecordArray { input, key: "nodes", start, fields: header.node.fields, records };
        cursor.at = array.read(nodes.sink(&header.node, &header.node_kinds), monitor)?;
        let edges = nodes.sum_edge_counts();
        if edges != header.edge_count {
            let what = format!("its nodes have {edges} edges, the header declares {}", header.edge_count);
            return Err(Error::malformed(start as u64, what));
        }
        self.nodes = Some((nodes, start));
        Ok(())
    }

    /// Reads the edges; header and nodes are there, the cursor stands before `[` and ends after `]`.
    fn read_edges(&mut self, input: &Input, cursor: &mut Cursor<'_>, monitor: &Monitor) -> Result<()> {
        let header = self.header.as_ref().expect("edges are read after the header");
        let nodes = self.nodes.as_ref().map_or(0, |(nodes, _)| nodes.len());
        cursor.expect(b'[', "after the key \"edges\"")?;
        let start = cursor.at;
        let records = declared(input, start, header.edge_count, header.edge.fields, "edges")?;
        let mut edges = Edges::allocate(records)?;
        let array = RecordArray { input, key: "edges", start, fields: header.edge.fields, records };
        let sink = edges.sink(&header.edge, &header.edge_kinds, header.node.fields, nodes);
        cursor.at = array.read(sink, monitor)?;
        self.edges = Some((edges, start));
        Ok(())
    }
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
