//! What a series of snapshots proves: growth becomes findings, each with its evidence and a grade.
//!
//! [`series`] reads the snapshots and knows since when each object is there. [`growth`] finds what grew by structure
//! alone. [`case`] gathers what is known of one growth: its name in the program, its entries, what keeps it.
//! [`patterns`] say which kind of mistake it is, one file each. [`grade`] says how sure that is, [`independence`] who
//! else keeps it, and [`finding`] puts it into words; [`merge`] tells one leak once. What is made anew each time is
//! followed by [`slots`], what is of another process by [`by_name`]. [`hints`] are what one snapshot alone suggests.

mod by_name;
mod case;
mod entries;
mod finding;
mod grade;
mod growth;
mod hints;
mod independence;
mod merge;
mod overview;
mod patterns;
mod rising;
mod series;
mod slots;
mod survivors;
mod telling;

use std::collections::BTreeMap;

use serde::Serialize;

use self::{case::Case, merge::Told, series::Series};
pub use self::{
    finding::{Bytes, Entries, Finding, Holder, Origin},
    grade::{Grade, Verdict},
    hints::{Hint, HintBytes, HintEntries},
    independence::Independence,
    overview::{Overview, hints_of, overview, overview_text},
};
use crate::{
    analysis::{Answer, Scripts, answer_text},
    error::Result,
    graph::Classes,
    index::{Question, Subject, ask},
    monitor::Monitor,
};

/// What to count as growth.
#[derive(Debug, Clone, Copy)]
pub struct LeakOptions {
    /// Entries that must come in an interval.
    pub min_growth: u32,
    /// Whether the last snapshot was taken after a rest without load, when caches should have drained.
    pub final_after_rest: bool,
}

impl Default for LeakOptions {
    fn default() -> Self {
        Self { min_growth: 5, final_after_rest: false }
    }
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeakReport {
    /// The worst grade of all findings.
    pub verdict: Verdict,
    /// Whether anything can be said at all: not when the snapshots are in the wrong order.
    pub conclusive: bool,
    /// By what the snapshots were compared: `id`, or `name` where they are of different processes.
    pub compared_by: &'static str,
    /// Findings, those that cost most first.
    pub findings: Vec<Finding>,
    /// What came after the first snapshot and belongs to no finding.
    pub noise: Noise,
    /// What the reader should know of the snapshots before trusting the verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// New objects of no finding.
#[derive(Debug, Serialize)]
pub struct Noise {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The classes with most of those bytes, at most 20.
    pub groups: Vec<NoiseGroup>,
}

/// New objects of one class that belong to no finding.
#[derive(Debug, Serialize)]
pub struct NoiseGroup {
    /// Name of the class.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Classes of noise that are told.
const NOISE_GROUPS: usize = 20;

impl Noise {
    fn of(by_class: &BTreeMap<u32, (u64, u64)>, classes: &Classes) -> Self {
        let mut groups: Vec<NoiseGroup> = by_class
            .iter()
            .map(|(&class, &(count, bytes))| NoiseGroup {
                name: classes.all()[class as usize].name.clone(),
                count,
                bytes,
            })
            .collect();
        groups.sort_by(|a, b| (b.bytes, b.count, &a.name).cmp(&(a.bytes, a.count, &b.name)));
        let (count, bytes) = groups.iter().fold((0, 0), |sum, group| (sum.0 + group.count, sum.1 + group.bytes));
        groups.truncate(NOISE_GROUPS);
        Self { count, bytes, groups }
    }
}

/// Says what leaks over a series of snapshots of one process, in the order they were taken.
///
/// # Errors
/// Those of [`crate::snapshot::Snapshot::open`], and `ERR_HEAP_USAGE` for fewer than two snapshots.
pub fn find_leaks(
    series: Vec<impl Into<Subject>>,
    options: LeakOptions,
    monitor: &Monitor,
) -> Result<Answer<LeakReport>> {
    let series = series.into_iter().map(Into::into).collect();
    ask(series, monitor, |asked| report(asked, options, monitor))
}

/// [`find_leaks`], its answer as JSON text.
///
/// # Errors
/// Those of [`find_leaks`].
pub fn find_leaks_text(series: Vec<Subject>, options: LeakOptions, monitor: &Monitor) -> Result<String> {
    answer_text(series, &format!("find-leaks {options:?}"), monitor, |asked| report(asked, options, monitor))
}

fn report(asked: &Question, options: LeakOptions, monitor: &Monitor) -> Result<Answer<LeakReport>> {
    let series = Series::open(asked, options.final_after_rest, monitor)?;
    let graph = &series.subject;
    let rest = monitor.part(0.2);
    graph.prepare(&rest)?;
    let retainers = graph.retainers(&rest)?;
    let scripts = Scripts::of(graph);
    let mut warnings = Vec::new();
    if let Some(stranger) = series.stranger() {
        warnings.push(format!(
            "snapshot {} is not of the same process as the last one: objects cannot be followed from one to the other, so collections are compared by name, and what grew may be a difference between the processes",
            stranger + 1
        ));
    }
    let conclusive = !series.is_reversed();
    if !conclusive {
        warnings.push(
            "the snapshots are not in the order they were taken: one has older objects than the one before it"
                .to_owned(),
        );
    }
    let mut grown = growth::find(&series, retainers, options.min_growth, &rest)?;
    if series.stranger().is_some() {
        grown.list = by_name::find(&series, options.min_growth, &rest)?;
        // Of objects that cannot be followed none is known to be new.
        grown.unexplained.clear();
    }
    let compared_by = if series.stranger().is_some() { "name" } else { "id" };
    let mut told = Vec::new();
    let mut independence = independence::Search::new(retainers, &scripts);
    if conclusive {
        for growth in &grown.list {
            let case = Case::of(&series, retainers, &scripts, growth, &rest)?;
            if !case.is_noise() {
                let retainers = independence.of(&case, &rest)?;
                let finding = Finding::of(&case, retainers, options, &rest)?;
                told.push(Told { case, finding });
            } else if let Some(&entry) = growth.entries.first() {
                let noise = grown.unexplained.entry(graph.classes(&rest)?.number(entry)).or_default();
                noise.0 += growth.entries.len() as u64;
                noise.1 += growth.bytes.iter().sum::<u64>();
            }
        }
    }
    sort(&mut told, |told| &told.finding);
    let mut findings = merge::merged(told);
    sort(&mut findings, |finding| finding);
    let verdict = Verdict::of(findings.iter().map(|finding| finding.grade));
    let noise = Noise::of(&grown.unexplained, graph.classes(&rest)?);
    let report = LeakReport { verdict, conclusive, compared_by, findings, noise, warnings };
    let infos = series.into_infos();
    Ok(Answer::about_infos(infos, report))
}

/// What costs most first; the fingerprint last, so that equal ones stand in one order in every run.
fn sort<T>(list: &mut [T], finding: impl Fn(&T) -> &Finding) {
    list.sort_by(|a, b| {
        let (a, b) = (finding(a), finding(b));
        let cost = |finding: &Finding| (finding.grade, finding.cost(), finding.entries.added());
        cost(b).cmp(&cost(a)).then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
}

#[cfg(test)]
mod tests;
