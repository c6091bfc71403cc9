//! The walk over the keys of a snapshot, in whatever order they stand.
//!
//! V8 always writes the header first, then nodes, edges, and strings last, and then one walk reads everything. The format
//! is JSON, though, and JSON has no order: an array that comes before what is needed to understand it is stepped over
//! and read at the end, from the file or, where nothing can be read twice, from a copy of its text.

use std::ops::Range;

use super::{
    columns::{EdgeTable, Edges, NodeTable, Nodes, Ordinal, Tally},
    formats,
    header::Header,
    input::{Input, Kept},
    locations::Locations,
    numbers::RecordArray,
    source_scopes, strings,
    text::Text,
    walker::Walker,
};
use crate::error::{Code, Error, Result};

/// Bytes of a key that are looked at.
const KEY: usize = 64;
/// Headers have 2 to 4 KB.
const HEADER_LIMIT: usize = 16 << 20;
/// Where the sizes of packed data are known, columns are made at once for as many records as data packed that much
/// better than real snapshots are would hold.
const USUAL_RATIO: u64 = 32;

/// A text that is kept, and where in the snapshot it starts.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) start: u64,
    pub(crate) text: Text,
}

impl Section {
    /// Where in the (unpacked) snapshot the text stands.
    pub(crate) fn range(&self) -> Range<u64> {
        self.start..self.start + self.text.len() as u64
    }
}

/// The parts of a snapshot, each with the position of its first byte.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) header: Option<Header>,
    pub(crate) nodes: Option<(Nodes, Tally, u64)>,
    pub(crate) edges: Option<(Edges, Tally, u64)>,
    /// The numbers as text, `[` consumed, until they are read.
    locations: Option<(Kept, u64)>,
    read_locations: Option<Result<Locations>>,
    pub(crate) strings: Option<(strings::Offsets, Section)>,
    /// The functions that allocated, brackets included; read when somebody asks.
    pub(crate) trace_functions: Option<Section>,
    /// The tree of allocations, likewise.
    pub(crate) trace_tree: Option<Section>,
    /// The tables of scopes, likewise.
    pub(crate) scopes: [Option<Section>; 3],
    /// Bytes of the text.
    pub(crate) end: u64,
}

/// An array that was stepped over because it came too early.
enum Early {
    /// It can be read again from here.
    At(u64),
    /// A copy of it, and where it stood.
    Copied(Vec<u8>, u64),
}

impl Parts {
    /// Reads all parts that are there.
    pub(crate) fn read(input: &Input) -> Result<Self> {
        formats::check_magic(input.head())?;
        let text = &mut Walker::new(input, 0)?;
        formats::check_opening(text.peek()?)?;
        text.pass(1);
        let second = text.peek()?;
        formats::check_first_key(second, text.offset())?;
        let mut parts = Self::default();
        let mut first_key: Option<String> = None;
        let (mut early_nodes, mut early_edges) = (None, None);
        loop {
            let key = text.string(KEY, "at a key of the outermost object")?;
            let shown = String::from_utf8_lossy(&key[..key.len().min(40)]).into_owned();
            let place = format!("after the key \"{shown}\"");
            text.expect(b':', &place)?;
            text.peek()?;
            match &key[..] {
                b"snapshot" => {
                    let start = text.offset();
                    text.copy(HEADER_LIMIT, "snapshot");
                    text.skip_value("\"snapshot\"")?;
                    parts.header = Some(Header::parse(&text.copied()?, start)?);
                }
                b"nodes" if parts.header.is_some() => parts.read_nodes(text)?,
                b"edges" if parts.nodes.is_some() => parts.read_edges(text)?,
                b"nodes" => early_nodes = Some(step_over(text, "nodes")?),
                b"edges" => early_edges = Some(step_over(text, "edges")?),
                b"locations" => parts.keep_locations(text)?,
                b"strings" => {
                    text.expect(b'[', &place)?;
                    text.phase("strings");
                    let start = text.offset();
                    text.keep("strings")?;
                    // The longest part that only one thread can read; another has something to do meanwhile.
                    let (offsets, locations) = rayon::join(|| strings::scan(text), || parts.locations());
                    parts.read_locations = locations;
                    let offsets = offsets?;
                    parts.strings = Some((offsets, Section { start, text: Text::Kept(text.kept()?) }));
                }
                b"trace_function_infos" if parts.may_have_traces(first_key.as_ref()) => {
                    parts.trace_functions = Some(section(text, "trace_function_infos")?);
                }
                b"trace_tree" if parts.may_have_traces(first_key.as_ref()) => {
                    parts.trace_tree = Some(section(text, "trace_tree")?);
                }
                _ if first_key.is_some() && scope_table(&key).is_some() => {
                    if let Some((at, key)) = scope_table(&key) {
                        parts.scopes[at] = Some(section(text, key)?);
                    }
                }
                // Other JSON is told before it is walked to its end: V8's first key is "snapshot".
                b"trace_function_infos" | b"trace_tree" if first_key.is_some() => {
                    text.skip_value(&format!("\"{shown}\""))?;
                }
                _ if first_key.is_none() => return Err(formats::other_json(&shown, input.head())),
                _ => text.skip_value(&format!("\"{shown}\""))?,
            }
            match text.peek()? {
                Some(b',') => {
                    text.pass(1);
                    text.peek()?;
                }
                Some(b'}') => break,
                Some(byte) => return Err(text.unexpected(byte, "`,` or `}`", &format!("after \"{shown}\""))),
                None => return Err(Error::truncated(text.offset(), format_args!("after \"{shown}\""))),
            }
            first_key.get_or_insert(shown);
        }
        text.pass(1);
        if let Some(byte) = text.peek()? {
            return Err(text.unexpected(byte, "nothing more", "after the end of the snapshot"));
        }
        parts.end = text.offset();
        if parts.header.is_none() {
            return Err(formats::other_json(first_key.as_deref().unwrap_or("nodes"), input.head()));
        }
        if let Some(early) = early_nodes {
            early.read(input, |text| parts.read_nodes(text))?;
        }
        if let Some(early) = early_edges.filter(|_| parts.nodes.is_some()) {
            early.read(input, |text| parts.read_edges(text))?;
        }
        Ok(parts)
    }

    /// Whether the text of traces may be wanted: not when the header says that there are none.
    fn may_have_traces(&self, first_key: Option<&String>) -> bool {
        first_key.is_some() && self.header.as_ref().is_none_or(Header::has_traces)
    }

    /// Reads the nodes; the header is there, the text stands before `[` and ends after `]`.
    fn read_nodes(&mut self, text: &mut Walker<'_>) -> Result<()> {
        let header = self.header.as_ref().expect("nodes are read after the header");
        text.phase("nodes");
        text.expect(b'[', "after the key \"nodes\"")?;
        let start = text.offset();
        let array = RecordArray {
            key: "nodes",
            start,
            fields: header.node.fields,
            records: header.node_count,
            at_once: at_once(text, header.node_count, header.node.fields, "nodes")?,
        };
        let mut table = NodeTable::new(header);
        array.read(text, &mut table)?;
        let (mut nodes, tally) = table.finished();
        let edges = nodes.sum_edge_counts();
        if edges != header.edge_count {
            let what = format!("its nodes have {edges} edges, the header declares {}", header.edge_count);
            return Err(Error::malformed(start, what));
        }
        self.nodes = Some((nodes, tally, start));
        Ok(())
    }

    /// Reads the edges; header and nodes are there, the text stands before `[` and ends after `]`.
    fn read_edges(&mut self, text: &mut Walker<'_>) -> Result<()> {
        let header = self.header.as_ref().expect("edges are read after the header");
        let nodes = self.nodes.as_ref().map_or(0, |(nodes, ..)| nodes.len());
        text.phase("edges");
        text.expect(b'[', "after the key \"edges\"")?;
        let start = text.offset();
        let array = RecordArray {
            key: "edges",
            start,
            fields: header.edge.fields,
            records: header.edge_count,
            at_once: at_once(text, header.edge_count, header.edge.fields, "edges")?,
        };
        let mut table = EdgeTable::new(header, nodes);
        array.read(text, &mut table)?;
        let (edges, tally) = table.finished();
        self.edges = Some((edges, tally, start));
        Ok(())
    }

    /// Keeps the text of the locations, which are few.
    fn keep_locations(&mut self, text: &mut Walker<'_>) -> Result<()> {
        text.expect(b'[', "after the key \"locations\"")?;
        let start = text.offset();
        text.keep_some("locations");
        text.skip_past(b']')?;
        self.locations = Some((text.kept()?, start));
        Ok(())
    }
}

impl Parts {
    /// Reads the locations, if there are any and all is known that they need.
    fn locations(&self) -> Option<Result<Locations>> {
        let ((text, at), header, (nodes, ..)) = (self.locations.as_ref()?, self.header.as_ref()?, self.nodes.as_ref()?);
        let ordinal = Ordinal { fields: header.node.fields as u64, nodes: nodes.len() as u64 };
        Some(Locations::read(text.bytes(), header.location.as_ref()?, ordinal, *at))
    }

    /// The locations, which must not be asked for twice.
    pub(crate) fn take_locations(&mut self) -> Result<Locations> {
        let read = self.read_locations.take().or_else(|| self.locations());
        read.unwrap_or_else(|| Ok(Locations::default()))
    }
}

impl Early {
    fn read(self, input: &Input, read: impl FnOnce(&mut Walker<'_>) -> Result<()>) -> Result<()> {
        match self {
            Self::At(at) => read(&mut Walker::new(input, at)?),
            Self::Copied(copy, at) => {
                let part = input.of_part(copy, at);
                read(&mut Walker::new(&part, at)?)
            }
        }
    }
}

/// Steps over an array that cannot be understood yet.
fn step_over(text: &mut Walker<'_>, key: &'static str) -> Result<Early> {
    let start = text.offset();
    let place = format!("\"{key}\"");
    if text.input().in_order() {
        text.copy(usize::MAX, key);
        text.skip_value(&place)?;
        return Ok(Early::Copied(text.copied()?, start));
    }
    text.skip_value(&place)?;
    Ok(Early::At(start))
}

/// Which table of scopes a key is.
fn scope_table(key: &[u8]) -> Option<(usize, &'static str)> {
    source_scopes::KEYS.into_iter().enumerate().find(|(_, table)| table.as_bytes() == key)
}

/// Keeps a value as text.
fn section(text: &mut Walker<'_>, key: &'static str) -> Result<Section> {
    let start = text.offset();
    text.keep("allocations")?;
    text.skip_value(&format!("\"{key}\""))?;
    Ok(Section { start, text: Text::Kept(text.kept()?) })
}

/// For how many of the declared records memory may be asked for before any has been seen: memory must never follow from
/// a number that somebody wrote into a header.
fn at_once(text: &mut Walker<'_>, count: u64, fields: usize, key: &'static str) -> Result<u64> {
    // The shortest record has one digit and one separator for every field.
    let shortest = 2 * fields as u64;
    let start = text.offset();
    match (text.input().end(), text.input().given()) {
        (Some(end), _) if count.saturating_mul(shortest) > end - start + 1 => {
            if !text.skip_past(b']')? {
                return Err(Error::truncated(text.offset(), format_args!("inside \"{key}\"")));
            }
            let what = format!("the header declares {count} {key}, more than the file can hold");
            Err(Error::malformed(start, what))
        }
        // One less than the type holds: the highest value means "none" in several columns.
        (Some(_), _) if count >= u64::from(u32::MAX) => {
            Err(Error::new(Code::TooLarge, format!("it has {count} {key}, more than 2^32")))
        }
        (Some(_), _) => Ok(count),
        (None, Some(given)) => Ok(count.min(given.saturating_mul(USUAL_RATIO) / shortest)),
        (None, None) => Ok(0),
    }
}
