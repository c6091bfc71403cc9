//! The answer of `compare`: what came and what went between two snapshots of one process.
//!
//! Objects keep their id for life, so the comparison is exact: an id only in the target was added, one only in
//! the base is gone, whatever either is worth now. Classes are matched by key, plain objects on both sides by
//! the interfaces of the target.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{
    Answer, Totals,
    growth::{ClassGrowth, class_growth},
    remembered::answer_text,
    statistics::{TotalsDelta, statistics},
};
use crate::{
    error::Result,
    graph::{Class, Classes, HeapGraph},
    index::{Question, Subject, ask},
    memory,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId, Sizes},
};

/// How much of a comparison to give.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompareOptions {
    /// Rows to give; all when absent.
    pub top: Option<usize>,
    /// Also say which objects hold what was added.
    pub growth: bool,
}

/// How two snapshots differ.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Totals of both, and their difference.
    pub totals: BothTotals,
    /// Number of classes that differ; `rows` may hold fewer.
    pub row_count: usize,
    /// Classes that differ, by bytes gained.
    pub rows: Vec<ComparisonRow>,
    /// The classes that grew most and who holds what was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<Vec<ClassGrowth>>,
}

/// Totals of a comparison.
#[derive(Debug, Serialize)]
pub struct BothTotals {
    base: Totals,
    target: Totals,
    delta: TotalsDelta,
}

/// What came and went of one class. Nodes with a shallow size above zero; bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonRow {
    /// The name to show.
    pub name: String,
    /// Identity of the class: `script,line,column,name`, or `,name`.
    pub key: String,
    /// Nodes only in the target.
    pub added_count: u64,
    /// Nodes only in the base.
    pub removed_count: u64,
    /// Added minus removed.
    pub count_delta: i64,
    /// Bytes of the nodes only in the target.
    pub added_size: u64,
    /// Bytes of the nodes only in the base.
    pub removed_size: u64,
    /// Added minus removed.
    pub size_delta: i64,
}

/// Compares two snapshots. Errors: those of [`crate::snapshot::Snapshot::open`].
pub fn compare(
    base: impl Into<Subject>,
    target: impl Into<Subject>,
    options: CompareOptions,
    monitor: &Monitor,
) -> Result<Answer<Comparison>> {
    ask(vec![base.into(), target.into()], monitor, |asked| comparison(asked, options, monitor))
}

/// [`compare`], its answer as JSON text.
pub fn compare_text(base: Subject, target: Subject, options: CompareOptions, monitor: &Monitor) -> Result<String> {
    let question = format!("compare {options:?}");
    answer_text(vec![base, target], &question, monitor, |asked| comparison(asked, options, monitor))
}

fn comparison(asked: &Question, options: CompareOptions, monitor: &Monitor) -> Result<Answer<Comparison>> {
    let target = asked.open(1, &monitor.part(0.25))?;
    let base = asked.open(0, &monitor.part(0.25))?;
    compare_heaps(&base, &target, options, &monitor.part(0.25))
}

/// Compares two heaps that are open.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn compare_heaps(
    base: &HeapGraph,
    target: &HeapGraph,
    options: CompareOptions,
    rest: &Monitor,
) -> Result<Answer<Comparison>> {
    let (base_parts, target_parts) = rayon::join(
        || {
            let classes = base.classes_by(target.interfaces(rest)?, rest)?;
            Ok((classes, statistics(base, rest)?.1))
        },
        || {
            target.classes(rest)?;
            Ok(statistics(target, rest)?.1)
        },
    );
    let ((base_classes, base_totals), target_totals) = (base_parts?, target_parts?);
    let matched = Matched::of(base, &base_classes, target, rest)?;
    let mut rows = matched.sorted_rows();
    let growth = options.growth.then(|| class_growth(base, target, &rows, &matched, rest)).transpose()?;
    let row_count = rows.len();
    rows.truncate(options.top.unwrap_or(row_count));
    let totals = BothTotals { base: base_totals, target: target_totals, delta: target_totals - base_totals };
    let comparison = Comparison { totals, row_count, rows, growth };
    Ok(Answer::about(&[base.snapshot(), target.snapshot()], comparison))
}

/// The rows of a comparison of two graphs, by bytes gained.
pub fn comparison_rows(base: &HeapGraph, target: &HeapGraph, monitor: &Monitor) -> Result<Vec<ComparisonRow>> {
    let base_classes = base.classes_by(target.interfaces(monitor)?, monitor)?;
    Ok(Matched::of(base, &base_classes, target, monitor)?.sorted_rows())
}

/// Two snapshots matched by class and id.
pub(crate) struct Matched {
    /// Unsorted, the unchanged ones among them.
    rows: Vec<ComparisonRow>,
    row_of_target_class: Vec<u32>,
    /// Nodes of the target that the base has not, or has as something else.
    added: Vec<NodeId>,
}

impl Matched {
    fn of(base: &HeapGraph, base_classes: &Classes, target: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        let target_classes = target.classes(monitor)?;
        let mut rows = Rows::default();
        // The target first: a class that both have is shown by the target's name for it.
        let row_of_target_class: Vec<u32> = target_classes.all().iter().map(|class| rows.of(class)).collect();
        let row_of_base_class: Vec<u32> = base_classes.all().iter().map(|class| rows.of(class)).collect();

        let (base_sizes, target_sizes) = (base.shallow_sizes(monitor)?, target.shallow_sizes(monitor)?);
        let (in_base, in_target) = rayon::join(|| by_id(base, base_sizes), || by_id(target, target_sizes));
        let (in_base, in_target) = (in_base?, in_target?);
        let mut this = Self { rows: rows.list, row_of_target_class, added: Vec::new() };
        let base_row = |node: NodeId| row_of_base_class[base_classes.number(node) as usize];
        let target_row = |this: &Self, node: NodeId| this.row_of_target_class[target_classes.number(node) as usize];
        let (mut left, mut right) = (in_base.iter().peekable(), in_target.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => left.0.cmp(&right.0),
            };
            let gone = if order.is_le() { left.next() } else { None };
            let came = if order.is_ge() { right.next() } else { None };
            if let (Some(gone), Some(came)) = (gone, came)
                && base_row(gone.1) == target_row(&this, came.1)
            {
                continue;
            }
            if let Some(&(_, node)) = gone {
                let row = &mut this.rows[base_row(node) as usize];
                row.removed_count += 1;
                row.removed_size += base_sizes.get(node);
            }
            if let Some(&(_, node)) = came {
                let row = target_row(&this, node);
                let row = &mut this.rows[row as usize];
                row.added_count += 1;
                row.added_size += target_sizes.get(node);
                this.added.push(node);
            }
        }
        monitor.advance("comparison", 0.3)?;
        for row in &mut this.rows {
            row.count_delta = row.added_count.cast_signed() - row.removed_count.cast_signed();
            row.size_delta = row.added_size.cast_signed() - row.removed_size.cast_signed();
        }
        Ok(this)
    }

    /// The rows with something added or removed, by bytes gained.
    fn sorted_rows(&self) -> Vec<ComparisonRow> {
        let changed = |row: &&ComparisonRow| row.added_count > 0 || row.removed_count > 0;
        let mut rows: Vec<ComparisonRow> = self.rows.iter().filter(changed).cloned().collect();
        rows.sort_by(|a, b| (b.size_delta, b.count_delta, &a.key).cmp(&(a.size_delta, a.count_delta, &b.key)));
        rows
    }

    /// Nodes of the target that the base has not, with the key of their class.
    pub(crate) fn added<'a>(&'a self, target: &'a Classes) -> impl Iterator<Item = (NodeId, &'a str)> {
        self.added.iter().map(|&node| {
            let row = self.row_of_target_class[target.number(node) as usize];
            (node, self.rows[row as usize].key.as_str())
        })
    }
}

/// Numbers rows by class key.
#[derive(Default)]
struct Rows<'a> {
    list: Vec<ComparisonRow>,
    by_key: FxHashMap<&'a str, u32>,
}

impl<'a> Rows<'a> {
    fn of(&mut self, class: &'a Class) -> u32 {
        *self.by_key.entry(&class.key).or_insert_with(|| {
            self.list.push(ComparisonRow::unchanged(class));
            self.list.len() as u32 - 1
        })
    }
}

impl ComparisonRow {
    fn unchanged(class: &Class) -> Self {
        Self {
            name: class.name.clone(),
            key: class.key.clone(),
            added_count: 0,
            removed_count: 0,
            count_delta: 0,
            added_size: 0,
            removed_size: 0,
            size_delta: 0,
        }
    }
}

/// Nodes with bytes, by id.
fn by_id(graph: &HeapGraph, sizes: &Sizes) -> Result<Vec<(ObjectId, NodeId)>> {
    let nodes = &graph.snapshot().nodes;
    let mut list = memory::with_capacity(nodes.len(), "comparison")?;
    list.extend(nodes.all().filter(|&node| sizes.get(node) > 0).map(|node| (nodes.id(node), node)));
    if !list.is_sorted() {
        list.par_sort_unstable();
    }
    Ok(list)
}
