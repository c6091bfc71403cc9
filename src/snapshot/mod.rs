//! What the file says: bytes become columns. Knows nothing of graphs.
//!
//! A snapshot is one JSON object. Its keys are walked ([`parts`]) by a small cursor ([`json`]); the header is read
//! by serde ([`header`]); the two big arrays of integers ([`numbers`]) are read in plain stretches of them
//! ([`stretch`]) and number by number where the text is not plain ([`digits`]), into [`columns`]; strings stay where
//! they are and are indexed ([`strings`]); unknown keys are stepped over.

mod ahead;
mod allocations;
mod columns;
mod digits;
mod formats;
mod header;
mod ids;
mod input;
mod json;
mod kinds;
mod line;
mod locations;
mod numbers;
mod packed;
mod parts;
mod shelved;
mod sizes;
mod source;
mod source_scopes;
mod stdin;
mod stretch;
mod strings;
mod text;
mod topology;
mod walker;
mod window;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

pub(crate) use self::topology::{Topology, Waiting};
pub use self::{
    allocations::{Allocations, Frame},
    columns::{Edges, Nodes},
    header::Header,
    ids::{NodeId, ObjectId},
    kinds::{EdgeKind, NodeKind, NodeKinds},
    locations::{Location, Locations},
    sizes::Sizes,
    source::{Source, Stream},
    source_scopes::{ScopeTables, SourceScope, SourceScopes},
    strings::{StringId, Strings, lossy, utf16_len},
};
use self::{columns::Ordinal, parts::Parts};
// What the stream that copies snapshots shares with the reader.
pub(crate) use self::{
    digits::NEGATIVE,
    formats::{check_first_key, check_magic, check_opening, other_json},
    input::{Input, gathered, open_regular},
    packed::is_packed,
    strings::{begins_with, unescape},
    window::Window,
};
use crate::{
    error::{Error, Result},
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
    /// Who allocated what, where that was recorded.
    pub allocations: Option<Allocations>,
    /// What uses which variable of which scope, where V8 wrote that.
    pub source_scopes: Option<SourceScopes>,
    /// Size of the file or buffer as given, in bytes; compressed if it was.
    pub given_size: u64,
    /// The file it came from.
    pub path: Option<PathBuf>,
    /// Where the parts that stay text stand in the (unpacked) file: strings, functions that allocated, their tree, the
    /// tables of scopes.
    texts: [Range<u64>; 6],
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
        Self::read_from(&Input::open(source, monitor)?)
    }

    fn read_from(input: &Input) -> Result<Self> {
        let mut parts = Parts::read(input)?;
        let locations = parts.take_locations();
        let missing = |key| Error::malformed(parts.end, format_args!("it has no \"{key}\""));

        let header = parts.header.ok_or_else(|| missing("snapshot"))?;
        let (nodes, of_nodes, nodes_at) = parts.nodes.ok_or_else(|| missing("nodes"))?;
        let (edges, of_edges, edges_at) = parts.edges.ok_or_else(|| missing("edges"))?;
        let (offsets, section) = parts.strings.ok_or_else(|| missing("strings"))?;
        let ordinal = Ordinal { fields: header.node.fields as u64, nodes: nodes.len() as u64 };
        let strings_at = section.range();
        let strings = Strings::new(section.text, offsets);
        let locations = locations?;
        if header.root >= nodes.len() as u64 {
            return Err(Error::malformed(nodes_at, "the root is no node"));
        }
        if of_nodes.total_size(header.extra_native_bytes).is_none() {
            return Err(Error::malformed(nodes_at, "its sizes add up to 2^53 bytes or more"));
        }
        let allocations = Allocations::of(&header, parts.trace_functions, parts.trace_tree);
        let [functions_at, tree_at] = allocations.as_ref().map_or([0..0, 0..0], Allocations::ranges);
        let bad_node = if of_nodes.names_are_below(strings.len()) { None } else { nodes.bad_name(strings.len()) };
        if let Some(node) = bad_node {
            let what = format!("the name of node {node} is no string of the table");
            return Err(Error::malformed(nodes_at, what));
        }
        let bad_edge = if of_edges.names_are_below(strings.len()) { None } else { edges.bad_name(strings.len()) };
        if let Some(edge) = bad_edge {
            let what = format!("the name of edge {edge} is no string of the table");
            return Err(Error::malformed(edges_at, what));
        }
        let given_size = input.finish()?;
        let source_scopes = SourceScopes::of(&header, ordinal, strings.len(), parts.scopes);
        let [scopes, variables, uses] = source_scopes.as_ref().map_or([0..0, 0..0, 0..0], SourceScopes::ranges);
        let texts = [strings_at, functions_at, tree_at, scopes, variables, uses];
        let path = None;
        Ok(Self { header, nodes, edges, strings, locations, allocations, source_scopes, given_size, path, texts })
    }

    /// The root node.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.header.root as u32)
    }
}

#[cfg(test)]
mod tests;
