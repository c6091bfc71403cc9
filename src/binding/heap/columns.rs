//! The columns of an open heap as arrays for JavaScript.
//!
//! Each is copied once, when it is first asked for: JavaScript has no arrays that cannot be written to, and what a
//! program writes to its own must not change, or crash, what the engine reads.

use serde::Serialize;

use crate::{
    error::{Code, Error, Result},
    graph::{Classes, DomState, HeapGraph},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, Snapshot},
};

/// Numbers of one kind.
pub(super) enum Numbers {
    Bytes(Vec<u8>),
    Whole(Vec<u32>),
    Signed(Vec<i32>),
    /// Sizes in bytes, all below 2^53.
    Large(Vec<f64>),
}

/// What a heap is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    size_bytes: u64,
    node_count: usize,
    edge_count: usize,
    string_count: usize,
    root: u32,
    node_types: &'a [String],
    edge_kinds: Vec<&'static str>,
    extra_native_bytes: u64,
    has_allocations: bool,
}

impl<'a> Info<'a> {
    pub(super) fn of(graph: &'a HeapGraph) -> Self {
        let snapshot = graph.snapshot();
        Self {
            path: snapshot.path.as_ref().map(|path| path.display().to_string()),
            size_bytes: snapshot.given_size,
            node_count: snapshot.nodes.len(),
            edge_count: snapshot.edges.len(),
            string_count: snapshot.strings.len(),
            root: snapshot.root().0,
            node_types: snapshot.header.node_kinds.names(),
            edge_kinds: EdgeKind::ALL.iter().map(|kind| kind.name()).collect(),
            extra_native_bytes: snapshot.header.extra_native_bytes,
            has_allocations: snapshot.allocations.is_some(),
        }
    }
}

/// Names and keys of the classes, by number.
#[derive(Serialize)]
pub(super) struct ClassList<'a> {
    names: Vec<&'a str>,
    keys: Vec<&'a str>,
}

impl<'a> ClassList<'a> {
    pub(super) fn of(classes: &'a Classes) -> Self {
        let all = classes.all();
        Self {
            names: all.iter().map(|class| class.name.as_str()).collect(),
            keys: all.iter().map(|class| class.key.as_str()).collect(),
        }
    }
}

/// A column by the name it has in JavaScript.
pub(super) fn column(graph: &HeapGraph, name: &str) -> Result<Numbers> {
    let Snapshot { nodes, edges, .. } = graph.snapshot();
    let monitor = &Monitor::none();
    Ok(match name {
        "types" => Numbers::Bytes(gathered(nodes.kind_indexes())?),
        "names" => Numbers::Whole(copied(nodes.names())?),
        "ids" => Numbers::Whole(copied(nodes.ids())?),
        "selfSizes" => {
            let sizes = graph.shallow_sizes(monitor)?;
            Numbers::Large(gathered(sizes.iter().map(|size| size as f64))?)
        }
        "retainedSizes" => {
            let sizes = graph.retained_sizes(monitor)?;
            let tree = graph.dominator_tree(monitor)?;
            // Along the preorder, where all that is needed stands in a row; only the answer is scattered.
            let mut by_node = memory::filled(nodes.len(), 0.0, "a column")?;
            for (position, node) in tree.preorder().enumerate() {
                by_node[node.index()] = sizes.at(position) as f64;
            }
            Numbers::Large(by_node)
        }
        "distances" => Numbers::Signed(gathered(graph.distances(monitor)?.all())?),
        "dominators" => {
            let tree = graph.dominator_tree(monitor)?;
            let mut all = memory::with_capacity(nodes.len(), "a column")?;
            all.extend(nodes.all().map(|node| tree.immediate(node).0));
            Numbers::Whole(all)
        }
        "classes" => Numbers::Whole(copied(graph.classes(monitor)?.numbers())?),
        "detachedness" => {
            let states = graph.dom_states();
            let mut all = memory::filled(nodes.len(), 0_u8, "a column")?;
            for node in nodes.all() {
                all[node.index()] = dom_number(states.state(node));
            }
            Numbers::Bytes(all)
        }
        "firstEdges" => Numbers::Whole(copied(nodes.first_edges())?),
        "edgeKinds" => Numbers::Bytes(gathered(edges.kinds().iter().map(|&bits| EdgeKind::from_bits(bits) as u8))?),
        "edgeNames" => Numbers::Whole(copied(edges.names())?),
        "edgeTargets" => Numbers::Whole(copied(edges.targets())?),
        "firstRetainers" => Numbers::Whole(copied(graph.retainers(monitor)?.first())?),
        "retainerEdges" => Numbers::Whole(copied(graph.retainers(monitor)?.all())?),
        other => return Err(Error::new(Code::Usage, format!("there is no column {other:?}"))),
    })
}

/// The columns that the file itself has, each a bit by its number.
pub(super) const OF_THE_FILE: u32 = 0b0001_1111_0000_0111;

/// One figure of a column, by its number: their order is that of `NAMES` in `lib/objects/columns.js`.
pub(super) fn figure(graph: &HeapGraph, column: u32, index: u32) -> Result<f64> {
    let Snapshot { nodes, edges, .. } = graph.snapshot();
    let monitor = &Monitor::none();
    let length = match column {
        10..=12 => edges.len(),
        9 => nodes.len() + 1,
        _ => nodes.len(),
    };
    if index as usize >= length {
        return Err(Error::new(Code::NoObject, format!("there is no row {index}: the column has {length}")));
    }
    let (node, edge) = (NodeId(index), index as usize);
    Ok(match column {
        0 => f64::from(nodes.kind(node).index() as u32),
        1 => f64::from(nodes.name(node)),
        2 => f64::from(nodes.id(node).0),
        3 => graph.shallow_sizes(monitor)?.get(node) as f64,
        4 => graph.retained_sizes(monitor)?.get(node) as f64,
        5 => f64::from(graph.distances(monitor)?.get(node)),
        6 => f64::from(graph.dominator_tree(monitor)?.immediate(node).0),
        7 => f64::from(graph.classes(monitor)?.number(node)),
        8 => f64::from(dom_number(graph.dom_states().state(node))),
        9 if index as usize == nodes.len() => edges.len() as f64,
        9 => nodes.edges(node).start as f64,
        10 => f64::from(edges.kind(edge) as u8),
        11 => f64::from(edges.name_or_index(edge)),
        12 => f64::from(edges.target(edge).0),
        other => return Err(Error::new(Code::Internal, format!("column {other} has no single figures"))),
    })
}

fn dom_number(state: DomState) -> u8 {
    match state {
        DomState::Unknown => 0,
        DomState::Attached => 1,
        DomState::Detached => 2,
    }
}

fn copied(column: &[u32]) -> Result<Vec<u32>> {
    let mut copy = memory::with_capacity(column.len(), "a column")?;
    copy.extend_from_slice(column);
    Ok(copy)
}

fn gathered<T>(column: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>> {
    let mut all = memory::with_capacity(column.len(), "a column")?;
    all.extend(column);
    Ok(all)
}
