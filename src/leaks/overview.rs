//! The answer of `analyze` with everything one may ask of it: the summary of a heap, and hints at what may leak in it.

use std::sync::Arc;

use serde::Serialize;

use super::{
    hints::{self, Hint},
    series::Series,
};
use crate::{
    analysis::{AnalyzeOptions, Answer, Scripts, SnapshotInfo, Summary, answer_text, summary_of},
    error::Result,
    graph::HeapGraph,
    index::{Question, Subject, ask},
    monitor::Monitor,
};

/// One snapshot at a glance, with what is suspicious in it.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// What is in the heap.
    #[serde(flatten)]
    pub summary: Summary,
    /// What may be a leak, where that was asked for: what holds most first. One snapshot shows what is there and not
    /// what grows, so these are hints and no findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Hint>>,
}

/// Share of the job that is reading the file.
const READING: f64 = 0.5;

/// Summarises a snapshot; if it takes up to `hints_up_to` bytes as it is given, also says what in it may be a leak.
///
/// # Errors
/// Those of [`crate::snapshot::Snapshot::open`].
pub fn overview(
    subject: impl Into<Subject>,
    options: AnalyzeOptions,
    hints_up_to: u64,
    monitor: &Monitor,
) -> Result<Answer<Overview>> {
    ask(vec![subject.into()], monitor, |asked| look_over(asked, options, hints_up_to, monitor))
}

/// [`overview`], its answer as JSON text.
///
/// # Errors
/// Those of [`overview`].
pub fn overview_text(subject: Subject, options: AnalyzeOptions, hints_up_to: u64, monitor: &Monitor) -> Result<String> {
    let question = format!("analyze {options:?} hints up to {hints_up_to}");
    answer_text(vec![subject], &question, monitor, |asked| look_over(asked, options, hints_up_to, monitor))
}

/// What in a heap that is open may be a leak, as the findings of [`overview`].
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn hints_of(graph: &Arc<HeapGraph>, monitor: &Monitor) -> Result<Vec<Hint>> {
    let series = Series::alone(Arc::clone(graph))?;
    hints::find(&series, &Scripts::of(graph), None, None, monitor)
}

fn look_over(
    asked: &Question,
    options: AnalyzeOptions,
    hints_up_to: u64,
    monitor: &Monitor,
) -> Result<Answer<Overview>> {
    let graph = asked.open(0, &monitor.part(READING))?;
    let hints = graph.snapshot().given_size <= hints_up_to;
    let rest = monitor.part(1.0 - READING);
    let ready = || if hints { graph.retainers(&rest).map(|_| ()) } else { Ok(()) };
    let (told, retainers) = rayon::join(|| summary_of(&graph, options, &rest), ready);
    retainers?;
    let (summary, extras) = told?;
    let infos = vec![SnapshotInfo::of(graph.snapshot())];
    let findings = if hints {
        let scripts = extras.scripts.unwrap_or_else(|| Scripts::of(&graph));
        let series = Series::alone(graph)?;
        Some(hints::find(&series, &scripts, extras.belonging, extras.duplicates, &rest)?)
    } else {
        None
    };
    Ok(Answer::about_infos(infos, Overview { summary, findings }))
}
