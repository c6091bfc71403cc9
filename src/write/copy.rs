//! A copy of a snapshot that says everything about the shape of a heap and nothing of what was in it.
//!
//! Contents of strings (the sources of scripts are strings too), regular expressions and the values of numbers are
//! replaced by pseudonyms of the same length; on request the keys of properties as well. Nodes, edges, ids, sizes,
//! types, places in source, and the names of classes, functions, variables and files stay, so that every figure of
//! the copy is that of the original, node by node.

use std::{borrow::Cow, path::Path};

use memchr::memchr;
use rustc_hash::FxHashSet;
use serde::Serialize;
use serde_json::Value;

use super::{
    output::{Output, Packing},
    pseudonyms::{Pseudonyms, write_masked},
    uses::{self, Uses, changed},
    walk::{Array, Origin, Visitor},
};
use crate::{
    error::{Error, Result},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, Header, NEGATIVE, NodeKind, Source, unescape},
};

/// What to hide, and how.
#[derive(Debug, Clone)]
pub struct RedactOptions {
    /// Hide the keys of properties too.
    pub property_keys: bool,
    /// Makes the pseudonyms: who has it can try which text one stands for. The same one gives the same pseudonyms.
    pub secret: Vec<u8>,
    /// How to pack the copy.
    pub packing: Option<Packing>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redacted {
    /// Bytes of the file.
    pub size_bytes: u64,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// Nodes in it, as many as in the original.
    pub node_count: u64,
    /// Edges in it, as many as in the original.
    pub edge_count: u64,
    /// Texts that were replaced.
    pub replaced_count: u64,
}

/// Writes a redacted copy of a snapshot to a new file.
///
/// It is read three times, as a stream: memory is a bit for each node, a byte for each string, some words for each
/// short text, and the longest text.
///
/// # Errors
/// Those of [`crate::snapshot::Snapshot::open`]; `ERR_HEAP_IO`, `_PERMISSION` and `_NOT_FOUND` for the output. Then the
/// output is not there.
pub fn redact(source: Source, output: &Path, options: &RedactOptions, monitor: &Monitor) -> Result<Redacted> {
    let path = source.path().map(Path::to_path_buf);
    copy(source, output, options, monitor).map_err(|error| match &path {
        Some(path) if error.offset().is_some() => error.in_file(path),
        _ => error,
    })
}

fn copy(source: Source, output: &Path, options: &RedactOptions, monitor: &Monitor) -> Result<Redacted> {
    let mut origin = Origin::open(source, &monitor.part(0.0))?;
    let mut count = Count::default();
    origin.walk(&mut count, "strings", &monitor.part(0.2))?;
    let mut look = Look::new(count, options.property_keys)?;
    origin.walk(&mut look, "uses", &monitor.part(0.3))?;
    let Look { heap, uses, patterns, .. } = look;
    let mut write = Write {
        heap,
        uses,
        patterns,
        pseudonyms: Pseudonyms::new(&options.secret),
        output: Output::create(output, options.packing)?,
        next: 0,
        replaced: 0,
        moved: Vec::new(),
        moved_ends: Vec::new(),
        json: Vec::new(),
    };
    origin.walk(&mut write, "copy", &monitor.part(0.5))?;
    let (nodes, edges) = (write.heap.header.node_count, write.heap.header.edge_count);
    let replaced = write.replaced;
    let written = write.output.finish()?;
    Ok(Redacted {
        size_bytes: written.bytes,
        sha256: written.sha256,
        node_count: nodes,
        edge_count: edges,
        replaced_count: replaced,
    })
}

fn malformed(what: impl Into<String>) -> Error {
    Error::new(crate::error::Code::Malformed, what)
}

/// First pass: how many strings there are, so that later ones can say which index is one.
#[derive(Default)]
struct Count {
    header: Option<Header>,
    json: Value,
    strings: u64,
}

impl Visitor for Count {
    const NUMBERS: bool = false;

    fn pass(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn header(&mut self, json: &[u8], offset: u64) -> Result<()> {
        self.header = Some(Header::parse(json, offset)?);
        self.json = serde_json::from_slice(json).unwrap_or_default();
        Ok(())
    }

    fn number(&mut self, _: Array, _: u64) -> Result<Option<u64>> {
        Ok(None)
    }

    fn array_ends(&mut self, _: Array) -> Result<()> {
        Ok(())
    }

    fn string(&mut self, _: &[u8]) -> Result<()> {
        self.strings += 1;
        Ok(())
    }

    fn strings_end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What is known of the records of nodes, edges and others, and where in them the walk is.
struct Heap {
    header: Header,
    traces: Table,
    scopes: Table,
    /// The record at hand, as far as it has come, and how many have gone by.
    record: [u64; 16],
    field: usize,
    records: u64,
    edges_expected: u64,
    /// Bit by node: whether its name is content.
    content: Vec<u64>,
}

/// An array beside nodes and edges: numbers in a record, and which of them name strings.
struct Table {
    fields: usize,
    strings: Vec<usize>,
}

impl Table {
    fn of(header: &Value, list: &str, names: &[&str]) -> Self {
        let fields: Vec<&str> =
            header["meta"][list].as_array().into_iter().flatten().map(|name| name.as_str().unwrap_or("")).collect();
        let strings = (0..fields.len()).filter(|&position| names.contains(&fields[position])).collect();
        Self { fields: fields.len().clamp(1, 16), strings }
    }
}

/// What a number turned out to be.
enum Met {
    /// A string's index in a node, with the use the node makes of it.
    Name(u8),
    /// Anything else.
    Nothing,
}

impl Heap {
    /// Takes the next number of an array and says what it is. After the last field of a record, `self.record` is whole
    /// and `self.field` is 0.
    #[inline]
    fn take(&mut self, array: Array, value: u64) -> Result<Met> {
        let field = self.field;
        self.record[field] = value;
        let (fields, met) = match array {
            Array::Nodes => {
                let layout = &self.header.node;
                let met = if field == layout.name { Met::Name(uses::of_node(self.node_kind()?)) } else { Met::Nothing };
                (layout.fields, met)
            }
            Array::Edges => {
                let layout = &self.header.edge;
                let met = if field == layout.name { self.edge_name()? } else { Met::Nothing };
                (layout.fields, met)
            }
            Array::TraceFunctions => (self.traces.fields, Met::of_table(&self.traces, field)),
            Array::ScopeVariables => (self.scopes.fields, Met::of_table(&self.scopes, field)),
        };
        self.field += 1;
        if self.field == fields {
            self.field = 0;
            self.records += 1;
        }
        Ok(met)
    }

    fn node_kind(&self) -> Result<NodeKind> {
        let code = self.record[self.header.node.kind];
        self.header.node_kinds.kind(code).ok_or_else(|| malformed(format!("{code} is no node type")))
    }

    fn edge_name(&self) -> Result<Met> {
        let code = self.record[self.header.edge.kind];
        let kind = usize::try_from(code).ok().and_then(|code| self.header.edge_kinds.get(code)).copied();
        match kind {
            None => Err(malformed(format!("{code} is no edge type"))),
            Some(kind) if kind.is_indexed() => Ok(Met::Nothing),
            Some(EdgeKind::Property) => Ok(Met::Name(uses::KEY)),
            Some(_) => Ok(Met::Name(uses::NAME)),
        }
    }

    /// The node an edge's record leads to.
    fn target(&self) -> Result<usize> {
        let (value, fields) = (self.record[self.header.edge.target], self.header.node.fields as u64);
        if value & NEGATIVE == 0 && value.is_multiple_of(fields) && value / fields < self.header.node_count {
            return Ok((value / fields) as usize);
        }
        Err(malformed(format!("the edge's target {value} is no node")))
    }

    fn ends(&mut self, array: Array) -> Result<()> {
        let expected = match array {
            Array::Nodes => Some(self.header.node_count),
            Array::Edges => Some(self.header.edge_count),
            Array::TraceFunctions | Array::ScopeVariables => None,
        };
        let (field, records) = (self.field, self.records);
        (self.field, self.records) = (0, 0);
        if field != 0 {
            return Err(malformed(format!("the last record of \"{}\" is not whole", array.key())));
        }
        match expected {
            Some(expected) if expected != records => {
                Err(malformed(format!("the header declares {expected} {}, the array holds {records}", array.key())))
            }
            _ => Ok(()),
        }
    }
}

impl Met {
    fn of_table(table: &Table, field: usize) -> Self {
        if table.strings.contains(&field) { Self::Name(uses::NAME) } else { Self::Nothing }
    }
}

/// Second pass: what every string is used for.
struct Look {
    heap: Heap,
    uses: Uses,
    hide_keys: bool,
    /// Ids of nodes that are no strings but show content, which names of WeakMap entries repeat: few.
    patterns: FxHashSet<u64>,
}

impl Look {
    fn new(count: Count, hide_keys: bool) -> Result<Self> {
        let header = count.header.ok_or_else(changed)?;
        if header.node.kind > header.node.name || header.edge.kind > header.edge.name {
            return Err(malformed("a record's type stands behind its name, so it cannot be copied as a stream"));
        }
        if header.node_count >= u64::from(u32::MAX) {
            let what = format!("it has {} nodes, more than 2^32", header.node_count);
            return Err(Error::new(crate::error::Code::TooLarge, what));
        }
        let heap = Heap {
            traces: Table::of(&count.json, "trace_function_info_fields", &["name", "script_name"]),
            scopes: Table::of(&count.json, "scope_context_var_fields", &["name"]),
            record: [0; 16],
            field: 0,
            records: 0,
            edges_expected: 0,
            content: memory::zeroed(header.node_count.div_ceil(64) as usize, "nodes")?,
            header,
        };
        Ok(Self { heap, uses: Uses::of(count.strings)?, hide_keys, patterns: FxHashSet::default() })
    }

    fn node(&mut self) -> Result<()> {
        let heap = &mut self.heap;
        let layout = &heap.header.node;
        heap.edges_expected = heap.edges_expected.saturating_add(heap.record[layout.edge_count]);
        let node = heap.records - 1;
        if node >= heap.header.node_count {
            return Err(malformed(format!("\"nodes\" holds more than the declared {}", heap.header.node_count)));
        }
        let id = heap.record[layout.id];
        match uses::of_node(heap.node_kind()?) {
            uses::CONTENT => heap.content[node as usize / 64] |= 1 << (node % 64),
            uses::PATTERN => {
                let many = self.patterns.len() as u64;
                self.patterns.try_reserve(1).map_err(|_| Error::no_memory(many * 16, "nodes"))?;
                self.patterns.insert(id);
            }
            _ => {}
        }
        Ok(())
    }

    fn edge(&mut self) -> Result<()> {
        let target = self.heap.target()?;
        if self.heap.content[target / 64] >> (target % 64) & 1 == 1 && matches!(self.heap.edge_name()?, Met::Name(_)) {
            self.uses.mark(self.heap.record[self.heap.header.edge.name], uses::LEADS_TO_CONTENT)?;
        }
        Ok(())
    }
}

impl Visitor for Look {
    const NUMBERS: bool = true;

    fn pass(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn header(&mut self, _: &[u8], _: u64) -> Result<()> {
        Ok(())
    }

    fn number(&mut self, array: Array, value: u64) -> Result<Option<u64>> {
        if let Met::Name(used) = self.heap.take(array, value)? {
            self.uses.mark(value, used)?;
        }
        if self.heap.field == 0 {
            match array {
                Array::Nodes => self.node()?,
                Array::Edges => self.edge()?,
                Array::TraceFunctions | Array::ScopeVariables => {}
            }
        }
        Ok(None)
    }

    fn array_ends(&mut self, array: Array) -> Result<()> {
        let (declared, found) = (self.heap.header.edge_count, self.heap.edges_expected);
        if array == Array::Nodes && declared != found {
            return Err(malformed(format!("its nodes have {found} edges, the header declares {declared}")));
        }
        self.heap.ends(array)
    }

    fn string(&mut self, raw: &[u8]) -> Result<()> {
        self.uses.settle(&decoded(raw), self.hide_keys)
    }

    fn strings_end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Third pass: the copy.
struct Write {
    heap: Heap,
    uses: Uses,
    patterns: FxHashSet<u64>,
    pseudonyms: Pseudonyms,
    output: Output,
    /// Index of the next string.
    next: usize,
    replaced: u64,
    /// What goes behind the table's end, and where each text in it ends.
    moved: Vec<u8>,
    moved_ends: Vec<usize>,
    /// The text being made.
    json: Vec<u8>,
}

impl Visitor for Write {
    const NUMBERS: bool = true;

    fn pass(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write(bytes)
    }

    fn header(&mut self, json: &[u8], _: u64) -> Result<()> {
        let mut value: Value = serde_json::from_slice(json).map_err(|_| changed())?;
        let fields = value.as_object_mut().ok_or_else(changed)?;
        // V8 writes numbers and "meta". What else says anything was put there by somebody, who knows what it says.
        let unknown: Vec<String> = fields
            .iter()
            .filter(|(name, value)| *name != "meta" && !value.is_number() && !value.is_boolean())
            .map(|(name, _)| name.clone())
            .collect();
        if unknown.is_empty() {
            return self.output.write(json);
        }
        for name in unknown {
            fields.remove(&name);
        }
        self.output.write(value.to_string().as_bytes())
    }

    #[inline]
    fn number(&mut self, array: Array, value: u64) -> Result<Option<u64>> {
        match self.heap.take(array, value)? {
            Met::Name(used) => Ok(self.uses.moved(value, used)),
            Met::Nothing => Ok(None),
        }
    }

    fn array_ends(&mut self, array: Array) -> Result<()> {
        self.heap.ends(array)
    }

    fn string(&mut self, raw: &[u8]) -> Result<()> {
        let flags = self.uses.flags(self.next)?;
        self.next += 1;
        self.output.write(b"\"")?;
        if flags & uses::SPLIT != 0 {
            self.shown(raw, flags)?;
            self.make(&decoded(raw), flags)?;
            let more = self.json.len();
            self.moved.try_reserve(more).map_err(|_| Error::no_memory(more as u64, "strings"))?;
            self.moved.extend_from_slice(&self.json);
            self.moved_ends.push(self.moved.len());
        } else if !Uses::is_secret(flags) {
            self.shown(raw, flags)?;
        } else if self.next == 1 && raw == b"<dummy>" {
            // V8 begins every table with it.
            self.output.write(raw)?;
        } else {
            self.make(&decoded(raw), flags)?;
            self.output.write(&self.json)?;
        }
        self.output.write(b"\"")
    }

    fn strings_end(&mut self) -> Result<()> {
        if self.moved_ends.len() != self.uses.split_count() {
            return Err(changed());
        }
        let mut start = 0;
        for &end in &self.moved_ends {
            self.output.write(b",\n\"")?;
            self.output.write(&self.moved[start..end])?;
            self.output.write(b"\"")?;
            start = end;
        }
        Ok(())
    }
}

impl Write {
    /// Makes the pseudonym of a text in `self.json`.
    fn make(&mut self, text: &[u8], flags: u8) -> Result<()> {
        self.json.clear();
        self.replaced += u64::from(!text.is_empty());
        self.pseudonyms.write(text, flags & uses::KEY != 0, &mut self.json)
    }

    /// Writes a name that stays, without what it may repeat of a content.
    fn shown(&mut self, raw: &[u8], flags: u8) -> Result<()> {
        let text = decoded(raw);
        self.json.clear();
        if let Some(entry) = WeakEntry::of(&text) {
            let hide_value = flags & uses::LEADS_TO_CONTENT != 0 || self.patterns.contains(&entry.value_id);
            let hide_key = self.patterns.contains(&entry.key_id);
            if hide_value || hide_key {
                let hidden = |at: usize| hide_key && entry.key.contains(&at) || hide_value && entry.value.contains(&at);
                // Viewers recognise the entry by a pattern that does not reach over the end of a line.
                let stays = |at: usize| is_line_end(&text[at..]);
                write_masked(&text, |at, _| hidden(at) && !stays(at), &mut self.json)?;
            }
        } else if flags & uses::LEADS_TO_CONTENT != 0 && WeakEntry::is_like(&text) {
            write_masked(&text, |at, byte| !byte.is_ascii_digit() && !is_line_end(&text[at..]), &mut self.json)?;
        } else if flags & uses::OBJECT != 0 && is_element(&text) {
            let mut attribute = Attribute::Outside;
            write_masked(&text, |_, byte| attribute.hides(byte), &mut self.json)?;
        }
        if self.json.is_empty() {
            return self.output.write(raw);
        }
        self.replaced += 1;
        self.output.write(&self.json)
    }
}

/// A DOM element that shows its attributes: `<div id="a">`, `Detached <div id="a">`.
fn is_element(text: &[u8]) -> bool {
    let element = text.strip_prefix(b"Detached ").unwrap_or(text);
    element.starts_with(b"<") && memchr(b' ', element).is_some() && memchr(b'=', element).is_some()
}

/// Where in an element's attributes a walk over its text is.
enum Attribute {
    Outside,
    /// After the equals sign.
    Begins,
    /// In a value, until this byte.
    Value(u8),
}

impl Attribute {
    /// Whether the next byte belongs to a value.
    fn hides(&mut self, byte: u8) -> bool {
        match *self {
            Self::Outside if byte == b'=' => *self = Self::Begins,
            Self::Outside => {}
            Self::Begins if byte == b'"' || byte == b'\'' => *self = Self::Value(byte),
            Self::Begins => {
                *self = Self::Value(b' ');
                return byte != b' ' && byte != b'>';
            }
            Self::Value(until) if byte == until || until == b' ' && byte == b'>' => *self = Self::Outside,
            Self::Value(_) => return true,
        }
        false
    }
}

fn is_line_end(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'\n' | b'\r'))
        || text.starts_with(b"\xe2\x80\xa8")
        || text.starts_with(b"\xe2\x80\xa9")
}

fn decoded(raw: &[u8]) -> Cow<'_, [u8]> {
    match memchr(b'\\', raw) {
        None => Cow::Borrowed(raw),
        Some(first) => Cow::Owned(unescape(raw, first)),
    }
}

/// The name of an edge of a WeakMap's entry:
/// `<n> / part of key (… @id) -> value (… @id) pair in WeakMap (table @id)`, with what key and value are called.
struct WeakEntry {
    key: std::ops::Range<usize>,
    key_id: u64,
    value: std::ops::Range<usize>,
    value_id: u64,
}

impl WeakEntry {
    const START: &'static [u8] = b" / part of key (";
    const JOINT: &'static [u8] = b") -> value (";
    const END: &'static [u8] = b") pair in WeakMap (table @";

    fn is_like(text: &[u8]) -> bool {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && text[digits..].starts_with(Self::START)
    }

    fn of(text: &[u8]) -> Option<Self> {
        if !Self::is_like(text) {
            return None;
        }
        let start = text.iter().take_while(|byte| byte.is_ascii_digit()).count() + Self::START.len();
        let end = memchr::memmem::rfind(text, Self::END)?;
        let (value_end, value_id) = Self::before_id(&text[..end])?;
        let (joint, (key_end, key_id)) = memchr::memmem::find_iter(&text[..value_end], Self::JOINT)
            .find_map(|joint| Some((joint, Self::before_id(&text[..joint])?)))?;
        let value_start = joint + Self::JOINT.len();
        if key_end < start || value_end < value_start {
            return None;
        }
        Some(Self { key: start..key_end, key_id, value: value_start..value_end, value_id })
    }

    /// Where ` @id` begins at the end of a text, and the id.
    fn before_id(text: &[u8]) -> Option<(usize, u64)> {
        let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let id = std::str::from_utf8(&text[text.len() - digits..]).ok()?.parse().ok()?;
        let end = text[..text.len() - digits].strip_suffix(b" @")?.len();
        Some((end, id))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
