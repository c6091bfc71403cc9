//! A hint in words and figures: the shape of a finding, without what only a series of snapshots knows.

use serde::Serialize;

use super::{Candidate, Case};
use crate::{
    analysis::{Hop, NodeSummary, Scripts, shortest_path, words},
    error::Result,
    leaks::{
        Independence,
        finding::{Holder, Origin},
        growth::GrowthKind,
        patterns, telling,
    },
    monitor::Monitor,
    snapshot::NodeKind,
};

/// Something there is much of, and who holds it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hint {
    /// Always `hint`: whether it grows no single snapshot can say.
    pub grade: &'static str,
    /// Id of the kind of mistake it may be.
    pub pattern: &'static str,
    /// That kind in a few words.
    pub title: &'static str,
    /// All of it in one sentence.
    pub sentence: String,
    /// What keeps it.
    pub holder: Holder,
    /// How many there are.
    pub entries: HintEntries,
    /// What they take.
    pub bytes: HintBytes,
    /// Where the entries come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocated_in: Option<Origin>,
    /// What speaks for it.
    pub evidence: Vec<String>,
    /// Whether one cut is enough.
    pub retainers: Independence,
    /// A shortest way to the holder from the root.
    pub path: Vec<Hop>,
    /// Some of the entries, the last ones.
    pub samples: Vec<NodeSummary>,
    /// What to do if it is one.
    pub advice: &'static str,
    /// Page of the documentation.
    pub docs: String,
}

/// Entries of a holder.
#[derive(Debug, Serialize)]
pub struct HintEntries {
    /// How many.
    pub count: u64,
    /// Class of most of them.
    pub kind: String,
}

/// Bytes of what is held.
#[derive(Debug, Serialize)]
pub struct HintBytes {
    /// All of it, also what something else keeps too.
    pub retained: u64,
    /// Of that, outside V8's heap.
    pub external: u64,
}

impl Hint {
    pub(super) fn of(
        case: &Case<'_>,
        candidate: &Candidate,
        scripts: &Scripts,
        retainers: Independence,
        total: u64,
        monitor: &Monitor,
    ) -> Result<Self> {
        let (graph, growth) = (case.graph(), case.growth);
        let (pattern, mut evidence) = match (candidate.pattern, patterns::recognise(case)) {
            (Some(id), (pattern, _)) if pattern.id() != id => (patterns::by_id(id), Vec::new()),
            (_, recognised) => recognised,
        };
        evidence.splice(0..0, candidate.evidence.iter().cloned());
        if let GrowthKind::Slots(_) = growth.kind {
            evidence.push(telling::of_numbers("what it has are"));
        }
        evidence.push(telling::cutting(&retainers, growth.freed));
        evidence.push("a second snapshot, taken after more load, shows whether it grows: find-leaks".to_owned());
        let count = *growth.counts.last().unwrap_or(&0);
        let kind = telling::entry_class(case);
        // A function without a name for it is told by its own place.
        let own_place = || {
            let is_function = case.name.is_none() && graph.snapshot().nodes.kind(case.holder) == NodeKind::CLOSURE;
            is_function.then(|| scripts.place(graph, case.holder)).flatten()
        };
        let holder = telling::holder(case, own_place);
        Ok(Self {
            grade: "hint",
            pattern: pattern.id(),
            title: pattern.title(),
            sentence: sentence(case, candidate, &holder, &kind, total),
            holder,
            entries: HintEntries { count, kind },
            bytes: HintBytes { retained: candidate.bytes(), external: growth.external },
            allocated_in: telling::origin(case),
            evidence,
            retainers,
            path: shortest_path(graph, case.holder, monitor)?,
            samples: telling::samples(case, monitor)?,
            advice: pattern.advice(),
            docs: telling::docs(pattern.id()),
        })
    }
}

fn sentence(case: &Case<'_>, candidate: &Candidate, holder: &Holder, kind: &str, total: u64) -> String {
    let growth = case.growth;
    // Handles are the program's, wherever the first of them is.
    let (subject, place, held) = if growth.kind == GrowthKind::Handles {
        ("The program".to_owned(), String::new(), String::new())
    } else {
        (telling::subject(case, holder), telling::place(holder), telling::held_by(case, holder))
    };
    let number = words::count(*growth.counts.last().unwrap_or(&0));
    let what = candidate.what.clone().unwrap_or_else(|| match growth.kind {
        GrowthKind::Slots(_) => format!("{number} slots of numbers"),
        GrowthKind::Objects => format!("a chain of {number} {kind}"),
        _ => format!("{number} entries of {kind}"),
    });
    let share = candidate.bytes() as f64 * 100.0 / total.max(1) as f64;
    // Less than half a percent is said so, rather than 0.
    let share = if share < 0.5 { "under 1%".to_owned() } else { format!("{share:.0}%") };
    let bytes = words::bytes(candidate.bytes());
    let keeps = if let Some(keeps) = &candidate.keeps {
        format!(", {keeps} ({share} of the heap)")
    } else if growth.freed >= growth.shared {
        format!(" and keeps {bytes} alive ({share} of the heap)")
    } else {
        format!(", {bytes} with all they hold ({share} of the heap), most of it also kept by others")
    };
    format!("{subject}{place} has {what}{keeps}{held}")
}
