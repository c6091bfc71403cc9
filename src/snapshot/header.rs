//! The header of a snapshot: which fields a record has and in which order, what the type numbers mean, how many
//! records to expect. Read by name, never by position, since every V8 version writes another list.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::kinds::{EdgeKind, NodeKinds};
use crate::error::{Error, Result};

/// Most fields a record may have; V8 writes 3 to 7.
pub(crate) const MAX_FIELDS: usize = 16;

/// Longest text of a header that is kept, in bytes; V8 writes about 2 KB.
const MAX_TEXT: usize = 1 << 20;

#[derive(Deserialize)]
struct RawHeader {
    meta: RawMeta,
    node_count: u64,
    edge_count: u64,
    #[serde(default)]
    trace_function_count: u64,
    #[serde(default)]
    extra_native_bytes: u64,
    #[serde(default)]
    root_index: u64,
}

#[derive(Deserialize)]
struct RawMeta {
    node_fields: Vec<String>,
    node_types: Vec<Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<Value>,
    #[serde(default)]
    location_fields: Vec<String>,
    #[serde(default)]
    trace_function_info_fields: Vec<String>,
    #[serde(default)]
    trace_node_fields: Vec<String>,
    #[serde(default)]
    scope_fields: Vec<String>,
    #[serde(default)]
    scope_context_var_fields: Vec<String>,
    #[serde(default)]
    scope_use_fields: Vec<String>,
}

/// The header, understood.
#[derive(Debug, Clone)]
pub struct Header {
    /// Nodes the file declares; exact in every runtime known.
    pub node_count: u64,
    /// Edges the file declares; exact likewise.
    pub edge_count: u64,
    /// Above 0 when allocations were tracked; not a length to rely on.
    pub trace_function_count: u64,
    /// Native bytes V8 counts and no node carries (Node 24 and later).
    pub extra_native_bytes: u64,
    /// Ordinal of the root.
    pub root: u64,
    pub(crate) node: NodeLayout,
    pub(crate) edge: EdgeLayout,
    pub(crate) location: Option<LocationLayout>,
    pub(crate) trace: Option<TraceLayout>,
    pub(crate) scopes: Option<ScopeLayout>,
    pub(crate) node_kinds: NodeKinds,
    pub(crate) edge_kinds: Vec<EdgeKind>,
    /// The text it was read from, where that is not absurdly long.
    pub(crate) text: Option<Arc<[u8]>>,
}

/// Positions of a node record's fields.
#[derive(Debug, Clone)]
pub(crate) struct NodeLayout {
    pub(crate) fields: usize,
    pub(crate) kind: usize,
    pub(crate) name: usize,
    pub(crate) id: usize,
    pub(crate) self_size: usize,
    pub(crate) edge_count: usize,
    pub(crate) trace_node: Option<usize>,
    pub(crate) detachedness: Option<usize>,
}

impl NodeLayout {
    /// Whether a record begins with kind, name, id, self size and edge count.
    #[inline(always)]
    pub(crate) fn is_usual(&self) -> bool {
        matches!(*self, Self { kind: 0, name: 1, id: 2, self_size: 3, edge_count: 4, .. })
    }
}

/// Positions of an edge record's fields.
#[derive(Debug, Clone)]
pub(crate) struct EdgeLayout {
    pub(crate) fields: usize,
    pub(crate) kind: usize,
    pub(crate) name: usize,
    pub(crate) target: usize,
}

impl EdgeLayout {
    /// Whether a record is kind, name, target and nothing else.
    #[inline(always)]
    pub(crate) fn is_usual(&self) -> bool {
        matches!(*self, Self { fields: 3, kind: 0, name: 1, target: 2 })
    }
}

/// Positions of a location record's fields.
#[derive(Debug, Clone)]
pub(crate) struct LocationLayout {
    pub(crate) fields: usize,
    pub(crate) object: usize,
    pub(crate) script: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Positions of the fields of allocation traces: of a function, and of a node of the tree.
#[derive(Debug, Clone)]
pub(crate) struct TraceLayout {
    pub(crate) function_fields: usize,
    pub(crate) name: usize,
    pub(crate) script_name: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) id: usize,
    pub(crate) function: usize,
    /// The last field of a node: what lies below it.
    pub(crate) children: usize,
}

/// Positions of the fields of the tables of scopes: of a scope, of a variable, of a use.
#[derive(Debug, Clone)]
pub(crate) struct ScopeLayout {
    pub(crate) fields: usize,
    pub(crate) script: usize,
    pub(crate) id: usize,
    pub(crate) depth: usize,
    pub(crate) variables: usize,
    pub(crate) uses: usize,
    pub(crate) variable_fields: usize,
    pub(crate) name: usize,
    pub(crate) use_fields: usize,
    pub(crate) declaring: usize,
    pub(crate) slot: usize,
}

impl ScopeLayout {
    /// As with traces, fields that are not as they should be mean that there are no such tables.
    fn of(meta: &RawMeta) -> Option<Self> {
        let at = |fields: &[String], name: &str| fields.iter().position(|field| field == name);
        let [scopes, variables, uses] = [&meta.scope_fields, &meta.scope_context_var_fields, &meta.scope_use_fields];
        Some(Self {
            fields: scopes.len(),
            script: at(scopes, "script_node_index")?,
            id: at(scopes, "scope_id")?,
            depth: at(scopes, "depth")?,
            variables: at(scopes, "scope_context_vars_count")?,
            uses: at(scopes, "scope_uses_count")?,
            variable_fields: variables.len(),
            name: at(variables, "name")?,
            use_fields: uses.len(),
            declaring: at(uses, "declaring_scope_id")?,
            slot: at(uses, "slot_index")?,
        })
    }
}

impl TraceLayout {
    /// Traces are extra: fields that are not as they should be mean that there are none.
    fn of(functions: &[String], nodes: &[String]) -> Option<Self> {
        let function = |name: &str| functions.iter().position(|field| field == name);
        let node = |name: &str| nodes.iter().position(|field| field == name);
        Some(Self {
            function_fields: functions.len(),
            name: function("name")?,
            script_name: function("script_name")?,
            line: function("line")?,
            column: function("column")?,
            id: node("id")?,
            function: node("function_info_index")?,
            children: node("children").filter(|&at| at + 1 == nodes.len())?,
        })
    }
}

impl Header {
    /// Whether allocations were tracked and their stacks can be understood.
    pub(crate) fn has_traces(&self) -> bool {
        self.trace_function_count > 0 && self.trace.is_some()
    }

    /// Reads the value of the top-level key `snapshot`, which starts at byte `offset` of the file.
    pub(crate) fn parse(json: &[u8], offset: u64) -> Result<Self> {
        let raw: RawHeader = serde_json::from_slice(json).map_err(|error| {
            Error::malformed(offset, format_args!("its header \"snapshot\" is not as expected: {error}"))
        })?;
        let fault = |what: String| Error::malformed(offset, what);

        let node = Fields { names: &raw.meta.node_fields, list: "node_fields", offset };
        let edge = Fields { names: &raw.meta.edge_fields, list: "edge_fields", offset };
        let node = NodeLayout {
            fields: node.count()?,
            kind: node.required("type")?,
            name: node.required("name")?,
            id: node.required("id")?,
            self_size: node.required("self_size")?,
            edge_count: node.required("edge_count")?,
            trace_node: node.optional("trace_node_id"),
            detachedness: node.optional("detachedness"),
        };
        let edge = EdgeLayout {
            fields: edge.count()?,
            kind: edge.required("type")?,
            name: edge.required("name_or_index")?,
            target: edge.required("to_node")?,
        };
        let location = Fields { names: &raw.meta.location_fields, list: "location_fields", offset };
        let location = if location.names.is_empty() {
            None
        } else {
            Some(LocationLayout {
                fields: location.count()?,
                object: location.required("object_index")?,
                script: location.required("script_id")?,
                line: location.required("line")?,
                column: location.required("column")?,
            })
        };

        // The list of type names stands where the field "type" stands; other entries of these arrays are plain
        // strings, and there may be more or fewer of them than fields (Node 24).
        let node_types = type_names(&raw.meta.node_types, node.kind)
            .ok_or_else(|| fault("meta.node_types has no list of type names".into()))?;
        let edge_types = type_names(&raw.meta.edge_types, edge.kind)
            .ok_or_else(|| fault("meta.edge_types has no list of type names".into()))?;
        let node_kinds = NodeKinds::from_names(&node_types)
            .ok_or_else(|| fault(format!("meta.node_types lists {} types, too many", node_types.len())))?;
        let edge_kinds = edge_types.iter().map(|name| EdgeKind::from_name(name)).collect();

        // root_index is an index into the array of numbers, like to_node.
        if !raw.root_index.is_multiple_of(node.fields as u64) {
            return Err(fault(format!("root_index {} is no multiple of the node fields", raw.root_index)));
        }
        Ok(Self {
            node_count: raw.node_count,
            edge_count: raw.edge_count,
            trace_function_count: raw.trace_function_count,
            extra_native_bytes: raw.extra_native_bytes,
            root: raw.root_index / node.fields as u64,
            node,
            edge,
            location,
            trace: TraceLayout::of(&raw.meta.trace_function_info_fields, &raw.meta.trace_node_fields),
            scopes: ScopeLayout::of(&raw.meta),
            node_kinds,
            edge_kinds,
            text: (json.len() <= MAX_TEXT).then(|| json.into()),
        })
    }
}

struct Fields<'a> {
    names: &'a [String],
    list: &'static str,
    offset: u64,
}

impl Fields<'_> {
    fn count(&self) -> Result<usize> {
        let count = self.names.len();
        if (1..=MAX_FIELDS).contains(&count) {
            return Ok(count);
        }
        Err(Error::malformed(
            self.offset,
            format_args!("meta.{} lists {count} fields, expected 1 to {MAX_FIELDS}", self.list),
        ))
    }

    fn optional(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|field| field == name)
    }

    fn required(&self, name: &str) -> Result<usize> {
        self.optional(name)
            .ok_or_else(|| Error::malformed(self.offset, format_args!("meta.{} has no field \"{name}\"", self.list)))
    }
}

fn type_names(types: &[Value], position: usize) -> Option<Vec<String>> {
    let names = types.get(position)?.as_array()?;
    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const NODE_24: &str = r#"{"meta":{"node_fields":["type","name","id","self_size","edge_count","detachedness"],
        "node_types":[["hidden","array"],"string","number","number","number","number","number"],
        "edge_fields":["type","name_or_index","to_node"],"edge_types":[["context","weak"],"string_or_number","node"],
        "location_fields":["object_index","script_id","script_object_index","line","column"]},
        "node_count":3,"edge_count":2,"extra_native_bytes":99}"#;

    #[test]
    fn fields_are_found_by_name() {
        let header = Header::parse(NODE_24.as_bytes(), 12).unwrap();
        assert_eq!((header.node.fields, header.node.detachedness, header.node.trace_node), (6, Some(5), None));
        assert_eq!(header.extra_native_bytes, 99);
        let location = header.location.unwrap();
        assert_eq!((location.fields, location.line, location.column), (5, 3, 4));
        assert_eq!(header.edge_kinds, [EdgeKind::Context, EdgeKind::Weak]);
    }

    #[test]
    fn a_missing_field_is_named_with_its_place() {
        let error = Header::parse(NODE_24.replace("\"self_size\"", "\"size\"").as_bytes(), 12).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::Malformed, Some(12)));
        assert!(error.to_string().contains("\"self_size\""), "{error}");
    }
}
