//! What a person asks of one snapshot or two: facts become answers.
//!
//! An answer is a plain structure that serialises to the JSON of the documentation, camelCase, sizes in bytes.
//! The API returns it, the command line prints it, an endpoint serves it: only the dress differs.

mod biggest;
mod captures;
mod class_table;
mod compare;
mod duplicates;
mod exports;
mod growth;
mod holders;
mod map;
mod naming;
mod node;
mod object;
mod packages;
mod path;
mod places;
mod query;
mod remembered;
mod scopes;
mod slots;
mod statistics;
mod summary;
mod verify;
pub(crate) mod words;

use serde::{Deserialize, Serialize};

pub use self::{
    biggest::BigObject,
    captures::{Captured, CapturedScope, CapturedScript, Captures, CapturingFunction, captures},
    class_table::{ClassRow, class_table},
    compare::{CompareOptions, Comparison, ComparisonRow, compare, compare_heaps, compare_text, comparison_rows},
    duplicates::{DuplicateString, StringHolder},
    growth::ClassGrowth,
    map::MapBox,
    node::NodeSummary,
    object::{
        AllocationFrame, CutReference, Dominated, DominatedClass, HoldersSummary, InspectOptions, InspectedNode,
        Inspection, Property, Retainer, SizedNode, Value, Variable, inspect, inspect_open, missing, value_of, ways_to,
    },
    packages::{ModuleRow, PackageRow},
    path::{EdgeSummary, Hop, HopNode},
    places::{Place, Scripts},
    query::{
        CollectionSizes, Collections, EmptyCollections, Filter, Keeper, LargeCollection, LargeObject, ListedObject,
        Objects, ObjectsOfClass, Order, SparseArray, TextFilter, Waste, collection_sizes, collections, held_by,
        largest, objects, objects_found, retained_by, select, select_all, set_of, waste,
    },
    statistics::{Statistics, Totals, statistics},
    summary::{AnalyzeOptions, DuplicateStrings, Packages, Summary, duplicate_strings, packages_of, summarize},
    verify::{Verified, verify},
};
pub(crate) use self::{
    duplicates::Duplicates,
    holders::{Held, Holders},
    naming::{Name, NameRoot, global_name, name_by, name_of},
    node::shortened,
    packages::Belonging,
    path::shortest_path,
    places::{follow, is_application, package_of},
    remembered::answer_text,
    scopes::scope_place,
    slots::{block_reference, block_variable, is_scope},
    summary::summary_of,
};
use crate::snapshot::Snapshot;

/// Version of the JSON the answers serialise to. Fields may be added under one version, never renamed.
pub const SCHEMA_VERSION: u32 = 1;

/// An answer in the frame that all answers share.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<T> {
    schema_version: u32,
    tool: Tool,
    snapshots: Vec<SnapshotInfo>,
    #[serde(flatten)]
    body: T,
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Which snapshot an answer is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotInfo {
    /// The file; absent for a buffer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Bytes of the file or buffer as given, compressed if it was.
    pub size_bytes: u64,
    /// Nodes in it.
    pub node_count: u64,
    /// Edges in it.
    pub edge_count: u64,
}

impl SnapshotInfo {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self {
            path: snapshot.path.as_ref().map(|path| path.display().to_string()),
            size_bytes: snapshot.given_size,
            node_count: snapshot.nodes.len() as u64,
            edge_count: snapshot.edges.len() as u64,
        }
    }
}

impl<T> Answer<T> {
    fn about(snapshots: &[&Snapshot], body: T) -> Self {
        Self::about_infos(snapshots.iter().map(|snapshot| SnapshotInfo::of(snapshot)).collect(), body)
    }

    pub(crate) fn about_infos(snapshots: Vec<SnapshotInfo>, body: T) -> Self {
        let tool = Tool { name: "heap-analyzer", version: env!("CARGO_PKG_VERSION") };
        Self { schema_version: SCHEMA_VERSION, tool, snapshots, body }
    }

    #[cfg(test)]
    pub(crate) fn into_body(self) -> T {
        self.body
    }

    /// What the answer says, without the frame.
    pub fn body(&self) -> &T {
        &self.body
    }
}

#[cfg(test)]
mod map_tests;
#[cfg(test)]
mod packages_tests;
#[cfg(test)]
mod tests;
