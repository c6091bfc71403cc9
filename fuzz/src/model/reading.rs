//! How the model reads a text: JSON by `serde_json`, then each rule of the specification about what is a snapshot.

use super::{super::json::Json, Edge, Model, Node};

/// What the text is by the specification.
pub enum Reading {
    /// A snapshot.
    Valid(Box<Model>),
    /// None, and why. The engine must refuse it.
    Invalid(&'static str),
    /// JSON that the specification leaves open, or no JSON by `serde_json`'s strict rules.
    Open,
}

/// A reason to stop: the text is no snapshot, or the specification does not say.
enum Stop {
    Invalid(&'static str),
    Open,
}

type Step<T> = Result<T, Stop>;

const fn no<T>(why: &'static str) -> Step<T> {
    Err(Stop::Invalid(why))
}

/// Words in a damaged file that make its header mean something that only a JSON reader's habits decide.
fn is_open(json: &Json) -> bool {
    let Json::Object(rows) = json else { return false };
    let repeated = |rows: &[(String, Json)]| {
        rows.iter().enumerate().any(|(at, (key, _))| rows[..at].iter().any(|(other, _)| other == key))
    };
    let header = json.get("snapshot");
    let meta = header.and_then(|header| header.get("meta"));
    repeated(rows)
        || rows.first().is_none_or(|(key, _)| key != "snapshot")
        // serde reads a structure from an array as well.
        || header.is_some_and(|header| header.list().is_some())
        || meta.is_some_and(|meta| meta.list().is_some())
        || [header, meta].into_iter().flatten().any(|part| if let Json::Object(rows) = part { repeated(rows) } else { false })
}

/// What the header says of the arrays.
struct Layout {
    node_fields: Vec<String>,
    edge_fields: Vec<String>,
    location_fields: Vec<String>,
    node_types: Vec<String>,
    edge_types: Vec<String>,
    node_count: u64,
    edge_count: u64,
    root_index: u64,
    extra: u64,
    /// Whether allocations were tracked.
    traced: bool,
}

fn place(fields: &[String], name: &str) -> Step<usize> {
    fields.iter().position(|field| field == name).ok_or(Stop::Invalid("a field is missing"))
}

impl Layout {
    fn of(header: &Json) -> Step<Self> {
        let meta = header.get("meta").ok_or(Stop::Invalid("no meta"))?;
        let fields = |key: &str, required: &[&str], optional: bool| {
            let names = match meta.get(key) {
                None if optional => return Ok(Vec::new()),
                None => return no("no fields"),
                Some(names) => names.texts().ok_or(Stop::Invalid("fields are no texts"))?,
            };
            if names.is_empty() && optional {
                return Ok(names);
            }
            if !(1..=16).contains(&names.len()) {
                return no("absurd fields");
            }
            required.iter().try_for_each(|name| place(&names, name).map(|_| ()))?;
            Ok(names)
        };
        let count = |key: &str, required: bool| match header.get(key) {
            None if !required => Ok(0),
            None => no("a count is missing"),
            Some(value) => {
                let value = value.integer().and_then(|value| u64::try_from(value).ok());
                value.ok_or(Stop::Invalid("a count is no count"))
            }
        };
        let types = |key: &str, fields: &[String]| -> Step<Vec<String>> {
            let lists = meta.get(key).and_then(Json::list).ok_or(Stop::Invalid("no types"))?;
            let list = lists.get(place(fields, "type")?).and_then(Json::texts);
            list.ok_or(Stop::Invalid("no list of types"))
        };
        // Read when somebody asks for allocations; that they are lists of texts is seen at once.
        for key in ["trace_function_info_fields", "trace_node_fields"] {
            if meta.get(key).is_some_and(|names| names.texts().is_none()) {
                return no("fields are no texts");
            }
        }
        let node_fields = fields("node_fields", &["type", "name", "id", "self_size", "edge_count"], false)?;
        let edge_fields = fields("edge_fields", &["type", "name_or_index", "to_node"], false)?;
        let layout = Self {
            location_fields: fields("location_fields", &["object_index", "script_id", "line", "column"], true)?,
            node_types: types("node_types", &node_fields)?,
            edge_types: types("edge_types", &edge_fields)?,
            node_count: count("node_count", true)?,
            edge_count: count("edge_count", true)?,
            root_index: count("root_index", false)?,
            extra: count("extra_native_bytes", false)?,
            traced: count("trace_function_count", false)? > 0,
            node_fields,
            edge_fields,
        };
        let mut known: Vec<&str> = KNOWN_TYPES.to_vec();
        for name in &layout.node_types {
            if !known.contains(&name.as_str()) {
                known.push(name);
            }
        }
        if known.len() > 64 { no("too many types") } else { Ok(layout) }
    }
}

/// The integers of an array, record by record.
fn records(json: &Json, key: &str, width: usize) -> Step<Vec<Vec<i128>>> {
    let Some(list) = json.get(key) else {
        return if key == "locations" { Ok(Vec::new()) } else { no("missing") };
    };
    let number = |value: &Json| match value {
        Json::Integer(value) if (-(1 << 31)..1 << 63).contains(value) => Ok(*value),
        // Minus zero is an integer in the text and none to `serde_json`.
        Json::Float(value) if *value == 0.0 => Err(Stop::Open),
        _ => no("no integer"),
    };
    let list = list.list().ok_or(Stop::Invalid("no array"))?;
    let list: Vec<i128> = list.iter().map(number).collect::<Step<_>>()?;
    match width {
        0 => Ok(Vec::new()),
        _ if list.len().is_multiple_of(width) => Ok(list.chunks(width).map(<[i128]>::to_vec).collect()),
        _ => no("a broken record"),
    }
}

/// The numbers of a file, with what they mean.
struct Rows {
    layout: Layout,
    nodes: Vec<Vec<i128>>,
    edges: Vec<Vec<i128>>,
    locations: Vec<Vec<i128>>,
    strings: Vec<String>,
}

fn narrow(value: i128) -> Step<u32> {
    u32::try_from(value).map_err(|_| Stop::Invalid("out of range"))
}

/// The low 32 bits, whatever the sign.
#[expect(clippy::cast_sign_loss, reason = "the bits are what counts")]
fn low_bits(value: i128) -> u32 {
    value as u32
}

fn item<T: Clone>(list: &[T], index: i128) -> Step<T> {
    let item = usize::try_from(index).ok().and_then(|index| list.get(index));
    item.cloned().ok_or(Stop::Invalid("no such thing"))
}

impl Rows {
    fn node_of(&self, index: i128) -> Step<usize> {
        let width = self.layout.node_fields.len();
        let index = usize::try_from(index).map_err(|_| Stop::Invalid("no node"))?;
        let fits = index.is_multiple_of(width) && index / width < self.nodes.len();
        if fits { Ok(index / width) } else { no("no node") }
    }

    fn edge(&self, row: &[i128]) -> Step<Edge> {
        let field = |name: &str| place(&self.layout.edge_fields, name).map(|at| row[at]);
        let kind = item(&self.layout.edge_types, field("type")?)?;
        let (name, to) = (field("name_or_index")?, self.node_of(field("to_node")?)?);
        if kind == "element" || kind == "hidden" {
            // A negative number is the unsigned one of the same bits.
            let index = if name < 0 { low_bits(name) } else { narrow(name)? };
            return Ok(Edge { kind, name: None, index, to });
        }
        Ok(Edge { kind, name: Some(item(&self.strings, name)?), index: 0, to })
    }

    fn nodes(&self) -> Step<Vec<Node>> {
        let all: Vec<Edge> = self.edges.iter().map(|row| self.edge(row)).collect::<Step<_>>()?;
        let mut edges = all.into_iter();
        let mut nodes = Vec::new();
        for row in &self.nodes {
            let field = |name: &str| place(&self.layout.node_fields, name).map(|at| row[at]);
            let state = field("detachedness").unwrap_or(0);
            let size = u64::try_from(field("self_size")?).ok().filter(|&size| size < 1 << 53);
            let (Some(size), 0..=3) = (size, state) else { return no("a size or state out of range") };
            if self.layout.traced
                && let Ok(trace) = field("trace_node_id")
            {
                narrow(trace)?;
            }
            let count = narrow(field("edge_count")?)? as usize;
            let edges: Vec<Edge> = edges.by_ref().take(count).collect();
            if edges.len() < count {
                return no("too few edges");
            }
            nodes.push(Node {
                kind: item(&self.layout.node_types, field("type")?)?,
                name: item(&self.strings, field("name")?)?,
                id: narrow(field("id")?)?,
                size,
                state: low_bits(state) as u8,
                edges,
            });
        }
        if edges.next().is_some() { no("too many edges") } else { Ok(nodes) }
    }

    fn locations(&self) -> Step<Vec<(usize, [u32; 3])>> {
        let mut locations: Vec<(usize, [u32; 3])> = Vec::new();
        for row in &self.locations {
            let field = |name: &str| place(&self.layout.location_fields, name).map(|at| row[at]);
            let node = self.node_of(field("object_index")?)?;
            let position = [low_bits(field("script_id")?), low_bits(field("line")?), low_bits(field("column")?)];
            // Of two rows for a node the later one counts.
            locations.retain(|&(other, _)| other != node);
            locations.push((node, position));
        }
        Ok(locations)
    }
}

impl Model {
    /// Reads a text.
    #[must_use]
    pub fn read(text: &[u8]) -> Reading {
        let Some(json) = Json::parse(text) else { return Reading::Open };
        // A key written with escapes is the same key to a JSON reader; no runtime writes one.
        let keys = [&b"\"snapshot\""[..], b"\"nodes\"", b"\"edges\"", b"\"strings\""];
        let literal = |key: &[u8]| text.windows(key.len()).any(|window| window == key);
        if !keys.into_iter().all(literal) || is_open(&json) {
            return if json.get("strings").is_none() { Reading::Invalid("a part is missing") } else { Reading::Open };
        }
        match Self::understand(&json) {
            Ok(model) => Reading::Valid(Box::new(model)),
            Err(Stop::Invalid(why)) => Reading::Invalid(why),
            Err(Stop::Open) => Reading::Open,
        }
    }

    fn understand(json: &Json) -> Step<Self> {
        let layout = Layout::of(json.get("snapshot").ok_or(Stop::Invalid("no header"))?)?;
        let rows = Rows {
            nodes: records(json, "nodes", layout.node_fields.len())?,
            edges: records(json, "edges", layout.edge_fields.len())?,
            locations: records(json, "locations", layout.location_fields.len())?,
            strings: json.get("strings").and_then(Json::texts).ok_or(Stop::Invalid("no strings"))?,
            layout,
        };
        if rows.nodes.len() as u64 != rows.layout.node_count || rows.edges.len() as u64 != rows.layout.edge_count {
            return no("counts differ");
        }
        let root = rows.node_of(rows.layout.root_index.into())?;
        let nodes = rows.nodes()?;
        let extra = rows.layout.extra;
        let total: u128 = nodes.iter().map(|node| u128::from(node.size)).sum::<u128>() + u128::from(extra);
        if total >= 1 << 53 {
            return no("sizes that no machine has");
        }
        let locations = rows.locations()?;
        let has_states = place(&rows.layout.node_fields, "detachedness").is_ok();
        let node_fields = rows.layout.node_fields.len();
        let (strings, renamed) = (rows.strings, Vec::new());
        let mut model = Self { nodes, root, extra, strings, locations, renamed, node_fields, has_states };
        model.renamed = model.detached();
        Ok(model)
    }

    /// Native nodes that are out of every document: what the file calls detached, and what that leads to and is not
    /// attached.
    fn detached(&self) -> Vec<bool> {
        let spread = |start: u8, blocked: &[bool]| {
            let mut found = vec![false; self.nodes.len()];
            let native = |node: usize| self.nodes[node].kind == "native";
            let mut work: Vec<usize> =
                (0..self.nodes.len()).filter(|&node| native(node) && self.nodes[node].state == start).collect();
            work.iter().for_each(|&node| found[node] = true);
            while let Some(node) = work.pop() {
                for edge in &self.nodes[node].edges {
                    let passes = edge.kind != "hidden" && edge.kind != "weak";
                    let free = !blocked[edge.to] && !found[edge.to] && matches!(self.nodes[edge.to].state, 0 | 3);
                    if passes && free && native(edge.to) {
                        found[edge.to] = true;
                        work.push(edge.to);
                    }
                }
            }
            found
        };
        let attached = spread(1, &vec![false; self.nodes.len()]);
        spread(2, &attached)
    }
}

/// Types of nodes that every file may have, whatever its list says, as the engine numbers them.
pub const KNOWN_TYPES: [&str; 16] = [
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
    "object shape",
    "wasm object",
];
