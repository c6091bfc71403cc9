//! The answer of `analyze`: one snapshot at a glance.

use serde::Serialize;

use super::{
    Answer, BigObject, ClassRow, Duplicates, Scripts, Statistics, Totals,
    biggest::biggest,
    class_table,
    duplicates::DuplicateString,
    map::{MapBox, memory_map},
    packages::{Belonging, ModuleRow, PackageRow, packages},
    statistics::statistics,
};
use crate::{
    error::Result,
    graph::HeapGraph,
    index::{Subject, ask},
    monitor::Monitor,
};

/// How much of a summary to give.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the answer, asked for by itself")]
pub struct AnalyzeOptions {
    /// Rows of classes and of biggest objects.
    pub top: usize,
    /// Every class, package and module, whatever `top` says.
    pub all_classes: bool,
    /// Also whose bytes they are, by package and by source file.
    pub packages: bool,
    /// Also strings that are there several times.
    pub duplicates: bool,
    /// Also where the memory is, as nested boxes.
    pub map: bool,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        Self { top: 25, all_classes: false, packages: false, duplicates: false, map: false }
    }
}

/// What is in a snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Bytes in all.
    pub totals: Totals,
    /// The coarse parts.
    pub statistics: Statistics,
    /// Number of classes that have bytes; `classes` may hold fewer.
    pub class_count: usize,
    /// Classes by retained size, biggest first.
    pub classes: Vec<ClassRow>,
    /// Heads of the dominator tree, biggest first.
    pub biggest: Vec<BigObject>,
    /// Whose bytes they are, where that was asked for.
    #[serde(flatten)]
    pub packages: Option<Packages>,
    /// Strings that are there several times, where that was asked for.
    #[serde(flatten)]
    pub duplicates: Option<DuplicateStrings>,
    /// Where the memory is: package, file, class, holder, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapBox>,
}

/// The heap by package and by source file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Packages {
    /// Number of packages that have bytes; `packages` may hold fewer.
    pub package_count: usize,
    /// Packages by retained size, biggest first.
    pub packages: Vec<PackageRow>,
    /// Number of source files that have bytes; `modules` may hold fewer.
    pub module_count: usize,
    /// Source files by retained size, biggest first.
    pub modules: Vec<ModuleRow>,
}

/// Equal strings.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateStrings {
    /// Number of texts that are there several times; `duplicateStrings` may hold fewer.
    pub duplicate_string_count: usize,
    /// Bytes that all but one of each take, in all.
    pub duplicate_string_bytes: u64,
    /// What wastes most first.
    pub duplicate_strings: Vec<DuplicateString>,
}

impl Packages {
    fn of((mut packages, mut modules): (Vec<PackageRow>, Vec<ModuleRow>), top: usize) -> Self {
        let (package_count, module_count) = (packages.len(), modules.len());
        packages.truncate(top);
        modules.truncate(top);
        Self { package_count, packages, module_count, modules }
    }
}

/// Whose the bytes of a heap that is open are, at most `top` rows of each.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn packages_of(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<Packages> {
    let scripts = Scripts::of(graph);
    let belonging = Belonging::of(graph, &scripts, monitor)?;
    Ok(Packages::of(packages(graph, &belonging, monitor)?, top))
}

impl DuplicateStrings {
    fn of(duplicates: &Duplicates, top: usize) -> Self {
        Self {
            duplicate_string_count: duplicates.count,
            duplicate_string_bytes: duplicates.wasted,
            duplicate_strings: duplicates.rows.iter().take(top).cloned().collect(),
        }
    }
}

/// Equal strings of a heap that is open, at most `top` of them.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn duplicate_strings(graph: &HeapGraph, top: usize, monitor: &Monitor) -> Result<DuplicateStrings> {
    Ok(DuplicateStrings::of(&Duplicates::of(graph, top, monitor)?, top))
}

/// Equal strings that are looked for at least: hints want to know of them, however few rows are asked for.
const DUPLICATES: usize = 25;
/// Share of the job that is reading the file; the rest is thinking about it.
const READING: f64 = 0.5;

/// Summarises a snapshot. Errors: those of [`crate::snapshot::Snapshot::open`].
pub fn summarize(subject: impl Into<Subject>, options: AnalyzeOptions, monitor: &Monitor) -> Result<Answer<Summary>> {
    ask(vec![subject.into()], monitor, |asked| {
        let graph = asked.open(0, &monitor.part(READING))?;
        let (summary, _) = summary_of(&graph, options, &monitor.part(1.0 - READING))?;
        Ok(Answer::about(&[graph.snapshot()], summary))
    })
}

/// What a summary found out on its way and others may want.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) scripts: Option<Scripts>,
    pub(crate) belonging: Option<Belonging>,
    pub(crate) duplicates: Option<Duplicates>,
}

/// Summarises a heap.
pub(crate) fn summary_of(graph: &HeapGraph, options: AnalyzeOptions, monitor: &Monitor) -> Result<(Summary, Extras)> {
    let (statistics, totals) = graph.prepare_with(monitor, || statistics(graph, monitor))?;
    // What was not asked for costs nothing; what was is computed beside the rest.
    let (usual, (owners, duplicates)) = rayon::join(
        || Ok::<_, crate::error::Error>((class_table(graph, monitor)?, biggest(graph, options.top, monitor)?)),
        || {
            rayon::join(
                || (options.packages || options.map).then(|| owners(graph, options, monitor)).transpose(),
                || options.duplicates.then(|| Duplicates::of(graph, options.top.max(DUPLICATES), monitor)).transpose(),
            )
        },
    );
    let ((mut classes, biggest), owners, duplicates) = (usual?, owners?, duplicates?);
    let class_count = classes.len();
    if !options.all_classes {
        classes.truncate(options.top);
    }
    let mut extras = Extras { duplicates, ..Extras::default() };
    let mut map = None;
    let packages = owners.and_then(|owners| {
        (extras.scripts, extras.belonging) = (Some(owners.scripts), Some(owners.belonging));
        map = owners.map;
        Some(Packages::of(owners.rows?, if options.all_classes { usize::MAX } else { options.top }))
    });
    let duplicates = extras.duplicates.as_ref().map(|duplicates| DuplicateStrings::of(duplicates, options.top));
    Ok((Summary { totals, statistics, class_count, classes, biggest, packages, duplicates, map }, extras))
}

/// Whose the bytes are, and what was asked of that.
struct Owners {
    scripts: Scripts,
    belonging: Belonging,
    rows: Option<(Vec<PackageRow>, Vec<ModuleRow>)>,
    map: Option<MapBox>,
}

fn owners(graph: &HeapGraph, options: AnalyzeOptions, monitor: &Monitor) -> Result<Owners> {
    let scripts = Scripts::of(graph);
    let belonging = Belonging::of(graph, &scripts, monitor)?;
    let rows = options.packages.then(|| packages(graph, &belonging, monitor)).transpose()?;
    let map = options.map.then(|| memory_map(graph, &scripts, &belonging, monitor)).transpose()?;
    Ok(Owners { scripts, belonging, rows, map })
}
