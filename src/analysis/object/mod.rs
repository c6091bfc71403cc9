//! The answer of `inspect-object`: all about one object. What it is and where it comes from, why it is alive and what
//! would free it, what it refers to, what refers to it, and what it keeps alive.

mod edges;
mod entries;
mod holding;
mod missing;
mod value;
mod ways;

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;

pub(crate) use self::entries::entry_count;
pub use self::{
    edges::{Property, Retainer},
    holding::{CutReference, HoldersSummary},
    missing::missing,
    value::{Value, value_of},
};
use self::{
    edges::{properties, retainers},
    holding::Holding,
    missing::find,
    ways::Ways,
};
use super::{Answer, Hop, NodeSummary, Place, Scripts, holders::Holders, package_of};
use crate::{
    error::Result,
    graph::{DomState, HeapGraph},
    index::{Subject, ask},
    monitor::Monitor,
    snapshot::{NodeId, ObjectId, Snapshot},
};

/// How much of an object to tell.
#[derive(Debug, Clone, Copy)]
pub struct InspectOptions {
    /// Rows of properties, retainers, dominators and dominated classes, each.
    pub limit: usize,
    /// UTF-16 units of a string's text.
    pub text_limit: usize,
    /// Ways to the roots.
    pub paths: usize,
    /// Also hidden, weak and shortcut references, and the root's.
    pub hidden: bool,
    /// Ways edge by edge, V8's side tables and long lists not folded.
    pub raw_paths: bool,
}

impl Default for InspectOptions {
    fn default() -> Self {
        Self { limit: 100, text_limit: 10_000, paths: 3, hidden: false, raw_paths: false }
    }
}

/// All about one object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The object.
    pub node: InspectedNode,
    /// What it is, how big, and who holds it, in words.
    pub sentence: String,
    /// How many hold it, and what would free it.
    pub holders: HoldersSummary,
    /// Ways from the roots to it, short ones first, one for each independent holder. They have nothing in common after
    /// the object that the holders share, and nothing at all when they share none.
    pub paths: Vec<Vec<Hop>>,
    /// The nearest object that everything alive in it depends on; absent for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dominator: Option<SizedNode>,
    /// The dominator, its dominator and so on to the root; at most the limit, the nearest ones.
    pub dominators: Vec<SizedNode>,
    /// Length of the whole chain.
    pub dominator_count: usize,
    /// What it refers to, at most the limit.
    pub properties: Vec<Property>,
    /// How many there are.
    pub property_count: usize,
    /// What refers to it, nearest to the roots first; at most the limit.
    pub retainers: Vec<Retainer>,
    /// How many there are.
    pub retainer_count: usize,
    /// What it keeps alive.
    pub dominated: Dominated,
    /// The functions that were running when it was allocated, innermost first; absent where that was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Vec<AllocationFrame>>,
}

/// The object that was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InspectedNode {
    /// Position in the snapshot, 0-based.
    pub ordinal: u32,
    #[serde(flatten)]
    summary: SizedNode,
    /// Whether a DOM node hangs on a document: `unknown` for everything else.
    pub detachedness: &'static str,
    /// Entries of a Map or Set, elements of an array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// Of a function where it stands, of an instance where its class does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What the program calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Variable>,
    /// What it is, for strings, numbers, `true`, `undefined` and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A name in the program.
#[derive(Debug, Serialize)]
pub struct Variable {
    /// As code would write it.
    pub name: String,
    /// The scope that declares its first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A node with what it retains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SizedNode {
    #[serde(flatten)]
    summary: NodeSummary,
    /// Bytes that would be freed with it.
    pub retained_size: u64,
}

impl SizedNode {
    pub(super) fn of(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Self> {
        let retained_size = graph.retained_sizes(monitor)?.get(node);
        Ok(Self { summary: NodeSummary::of(graph, node, monitor)?, retained_size })
    }
}

/// What an object keeps alive: all that it dominates but itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dominated {
    /// How many nodes.
    pub count: u64,
    /// Their bytes.
    pub self_size: u64,
    /// By class, those with most bytes first; at most the limit.
    pub classes: Vec<DominatedClass>,
    /// How many classes there are.
    pub class_count: usize,
}

/// Nodes of one class that an object dominates.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DominatedClass {
    /// Name of the class.
    pub name: String,
    /// Its key, as in the class table.
    pub key: String,
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub self_size: u64,
}

/// A function on an allocation stack.
#[derive(Debug, Serialize)]
pub struct AllocationFrame {
    /// Its name; absent for one without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Its file; absent for what is built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// 1-based line at which the function begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The package that the file belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// Share of the job that is reading the file.
const READING: f64 = 0.5;

/// Tells all about one object of a snapshot.
///
/// # Errors
/// Those of [`Snapshot::open`], and `ERR_HEAP_NO_OBJECT` when there is no object of that id.
pub fn inspect(
    subject: impl Into<Subject>,
    id: ObjectId,
    options: InspectOptions,
    monitor: &Monitor,
) -> Result<Answer<Inspection>> {
    ask(vec![subject.into()], monitor, |asked| {
        let graph = asked.open(0, &monitor.part(READING))?;
        let node = find(&graph, id)?;
        let rest = monitor.part(1.0 - READING);
        let (facts, retainers) = rayon::join(|| graph.prepare(&rest), || graph.retainers(&rest).map(|_| ()));
        facts.and(retainers)?;
        let body = inspect_node(&graph, node, options, &rest)?;
        Ok(Answer::about(&[graph.snapshot()], body))
    })
}

/// All about one node of a heap that is open.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn inspect_open(
    graph: &HeapGraph,
    node: NodeId,
    options: InspectOptions,
    monitor: &Monitor,
) -> Result<Answer<Inspection>> {
    Ok(Answer::about(&[graph.snapshot()], inspect_node(graph, node, options, monitor)?))
}

/// Ways from the roots to a node that share none after what all of them pass, at most `limit`, short ones first; none
/// of them passes a node of `excluded`. With `raw` edge by edge.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn ways_to(
    graph: &HeapGraph,
    node: NodeId,
    (limit, raw): (usize, bool),
    excluded: &[NodeId],
    monitor: &Monitor,
) -> Result<Vec<Vec<Hop>>> {
    let scripts = Scripts::of(graph);
    let mut holders = Holders::of(graph, monitor)?.without(excluded.iter().copied());
    let held = holders.of_all(&[node], limit, monitor)?;
    let ways = Ways { graph, scripts: &scripts, raw, excluded };
    held.paths.iter().take(limit).map(|way| ways.hops(way, monitor)).collect()
}

fn inspect_node(graph: &HeapGraph, node: NodeId, options: InspectOptions, monitor: &Monitor) -> Result<Inspection> {
    let scripts = Scripts::of(graph);
    let held = Holders::of(graph, monitor)?.of_all(&[node], options.paths.max(2), monitor)?;
    let node_answer = identity(graph, &scripts, node, options.text_limit, monitor)?;
    let ways = Ways { graph, scripts: &scripts, raw: options.raw_paths, excluded: &[] };
    let holding = Holding { graph, ways: &ways, node, held: &held, looked_for: options.paths.max(2) };
    let sentence = holding.sentence(&node_answer, monitor)?;
    let holders = holding.summary(monitor)?;
    let paths = held.paths.iter().take(options.paths).map(|way| ways.hops(way, monitor)).collect::<Result<_>>()?;
    let (dominators, dominator_count) = dominators(graph, node, options.limit, monitor)?;
    let shown = (options.limit, options.hidden);
    let (properties, property_count) = properties(graph, node, shown, monitor)?;
    let (retainers, retainer_count) = retainers(graph, node, shown, monitor)?;
    let above = graph.dominator_tree(monitor)?.immediate(node);
    let dominator = (above != node).then(|| SizedNode::of(graph, above, monitor)).transpose()?;
    Ok(Inspection {
        node: node_answer,
        sentence,
        holders,
        paths,
        dominator,
        dominators,
        dominator_count,
        properties,
        property_count,
        retainers,
        retainer_count,
        dominated: dominated(graph, node, options.limit, monitor)?,
        allocation: allocation(graph, node, monitor)?,
    })
}

fn identity(
    graph: &HeapGraph,
    scripts: &Scripts,
    node: NodeId,
    text_limit: usize,
    monitor: &Monitor,
) -> Result<InspectedNode> {
    let ways = Ways { graph, scripts, raw: false, excluded: &[] };
    Ok(InspectedNode {
        ordinal: node.0,
        summary: SizedNode::of(graph, node, monitor)?,
        detachedness: match graph.dom_states().state(node) {
            DomState::Unknown => "unknown",
            DomState::Attached => "attached",
            DomState::Detached => "detached",
        },
        entries: entry_count(graph, node),
        place: scripts.place(graph, node),
        variable: ways.name(node, monitor)?.map(|name| Variable { name: name.expression, place: name.place }),
        value: value_of(graph, node, text_limit, monitor)?,
    })
}

fn dominators(graph: &HeapGraph, node: NodeId, limit: usize, monitor: &Monitor) -> Result<(Vec<SizedNode>, usize)> {
    let tree = graph.dominator_tree(monitor)?;
    let (mut chain, mut count, mut at) = (Vec::new(), 0, node);
    while tree.immediate(at) != at {
        at = tree.immediate(at);
        count += 1;
        monitor.tick(count)?;
        if chain.len() < limit {
            chain.push(SizedNode::of(graph, at, monitor)?);
        }
    }
    Ok((chain, count))
}

fn dominated(graph: &HeapGraph, node: NodeId, limit: usize, monitor: &Monitor) -> Result<Dominated> {
    let (classes, sizes) = (graph.classes(monitor)?, graph.shallow_sizes(monitor)?);
    let mut sums: FxHashMap<u32, (u64, u64)> = FxHashMap::default();
    let (mut count, mut self_size) = (0, 0);
    for (step, below) in graph.dominator_tree(monitor)?.subtree(node).enumerate().skip(1) {
        monitor.tick(step)?;
        let size = sizes.get(below);
        let sum = sums.entry(classes.number(below)).or_default();
        *sum = (sum.0 + 1, sum.1 + size);
        count += 1;
        self_size += size;
    }
    let class_count = sums.len();
    let mut rows: Vec<DominatedClass> = sums
        .into_iter()
        .map(|(number, (count, self_size))| {
            let class = &classes.all()[number as usize];
            DominatedClass { name: class.name.clone(), key: class.key.clone(), count, self_size }
        })
        .collect();
    rows.sort_by(|a, b| {
        (Reverse(a.self_size), Reverse(a.count), &a.key).cmp(&(Reverse(b.self_size), Reverse(b.count), &b.key))
    });
    rows.truncate(limit);
    Ok(Dominated { count, self_size, classes: rows, class_count })
}

fn allocation(graph: &HeapGraph, node: NodeId, monitor: &Monitor) -> Result<Option<Vec<AllocationFrame>>> {
    let Snapshot { nodes, strings, allocations, .. } = graph.snapshot();
    // 0 stands for what was there before recording began.
    let (Some(allocations), Some(trace)) = (allocations, nodes.trace(node).filter(|&trace| trace > 0)) else {
        return Ok(None);
    };
    let text = |id| Some(strings.text(id).into_owned()).filter(|text| !text.is_empty());
    let frames = allocations.stack(trace, strings, monitor)?.map(|frames| {
        let frame = |frame: crate::snapshot::Frame| {
            let file = text(frame.script);
            let package = file.as_deref().and_then(package_of);
            AllocationFrame { function: text(frame.function), file, line: frame.line, column: frame.column, package }
        };
        frames.into_iter().map(frame).collect()
    });
    Ok(frames)
}

#[cfg(test)]
mod tests;
