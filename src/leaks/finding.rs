//! A finding in words and figures.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    LeakOptions,
    case::Case,
    grade::{Grade, grade, slows_down},
    growth::GrowthKind,
    independence::Independence,
    patterns, telling,
};
use crate::{
    analysis::{Hop, NodeSummary, Place, shortest_path, words},
    error::Result,
    monitor::Monitor,
    snapshot::ObjectId,
};

/// Something that grows, who holds it, and how sure that is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The same for the same mistake in the next run and after an unrelated edit.
    pub fingerprint: String,
    /// How sure.
    pub grade: Grade,
    /// Id of the kind of mistake.
    pub pattern: &'static str,
    /// The kind of mistake in a few words.
    pub title: &'static str,
    /// All of it in one sentence.
    pub sentence: String,
    /// What keeps it.
    pub holder: Holder,
    /// How many there are.
    pub entries: Entries,
    /// What they cost.
    pub bytes: Bytes,
    /// Where the entries come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocated_in: Option<Origin>,
    /// What the grade rests on.
    pub evidence: Vec<String>,
    /// Whether one cut is enough.
    pub retainers: Independence,
    /// A shortest way to the holder from the root.
    pub path: Vec<Hop>,
    /// Some of the newest entries.
    pub samples: Vec<NodeSummary>,
    /// What to do.
    pub advice: &'static str,
    /// Page of the documentation.
    pub docs: String,
}

/// The object that keeps what grows.
#[derive(Debug, Serialize)]
pub struct Holder {
    /// V8's id.
    pub id: ObjectId,
    /// Name as DevTools shows it.
    pub name: String,
    /// Its class.
    pub class: String,
    /// What the program calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// Where that is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// How many holders of one kind there are, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// Where entries come from: their constructor, or the function of the program that they were made for.
#[derive(Debug, Serialize)]
pub struct Origin {
    /// The place.
    pub place: Place,
}

/// Entries over time.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entries {
    /// In each snapshot.
    pub per_snapshot: Vec<u64>,
    /// Added in each interval.
    pub per_interval: Vec<u64>,
    /// Class of most of them.
    pub kind: String,
}

impl Entries {
    pub(crate) fn added(&self) -> u64 {
        self.per_interval.iter().sum()
    }
}

/// Bytes of what came after the first snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bytes {
    /// All of it.
    pub retained: u64,
    /// Of that, outside V8's heap.
    pub external: u64,
    /// For one entry.
    pub per_entry: u64,
    /// In each interval.
    pub per_interval: Vec<u64>,
}

impl Finding {
    /// Bytes by which findings are ranked. What nameless handles keep too is theirs to answer for.
    pub(super) fn cost(&self) -> u64 {
        let Independence { independent, cut_frees, others } = &self.retainers;
        if *independent > 1 && others.is_empty() { *cut_frees } else { self.bytes.retained }
    }

    pub(super) fn of(
        case: &Case<'_>,
        retainers: Independence,
        options: LeakOptions,
        monitor: &Monitor,
    ) -> Result<Self> {
        let graph = case.graph();
        let growth = case.growth;
        let (pattern, mut evidence) = patterns::recognise(case);
        let grade = grade(case, options);
        let per_interval = case.added();
        let added: u64 = per_interval.iter().sum();
        let retained = growth.freed + growth.shared;
        let kind = telling::entry_class(case);
        let holder = telling::holder(case, || None);
        let series: Vec<String> = growth.counts.iter().map(|&count| words::count(count)).collect();
        evidence.insert(0, format!("{} in the snapshots: {}", what(growth.kind), series.join(" → ")));
        if let GrowthKind::Slots(_) = growth.kind {
            evidence.push(telling::of_numbers("what was added are"));
        }
        if case.series.stranger().is_some() {
            evidence.push(
                "compared by name, between processes; bytes are in proportion to what the holder keeps".to_owned(),
            );
        }
        if slows_down(case) {
            evidence.push(
                "less came in the last interval than before: a cache that nears its bound looks so; one more snapshot \
                 under the same load decides"
                    .to_owned(),
            );
        }
        let bytes_in: Vec<String> = growth.bytes.iter().map(|&size| words::bytes(size)).collect();
        evidence.push(format!("bytes that came and stayed, by interval: {}", bytes_in.join(", ")));
        evidence.push(telling::cutting(&retainers, growth.freed));
        let sentence = sentence(case, &holder, &series, retained, added);
        Ok(Self {
            fingerprint: fingerprint(case, pattern.id()),
            grade,
            pattern: pattern.id(),
            title: pattern.title(),
            sentence,
            holder,
            entries: Entries { per_snapshot: growth.counts.clone(), per_interval, kind },
            bytes: Bytes {
                retained,
                external: growth.external,
                per_entry: retained.checked_div(added).unwrap_or(0),
                per_interval: growth.bytes.clone(),
            },
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

fn what(kind: GrowthKind) -> &'static str {
    match kind {
        GrowthKind::Entries(_) => "entries",
        GrowthKind::Slots(_) => "slots",
        GrowthKind::Text | GrowthKind::Buffer => "bytes",
        GrowthKind::Objects => "objects",
        GrowthKind::Handles => "handles",
    }
}

fn sentence(case: &Case<'_>, holder: &Holder, series: &[String], retained: u64, added: u64) -> String {
    let subject = match &holder.variable {
        None if case.growth.kind == GrowthKind::Handles => format!("Open handles of {}", holder.class),
        _ => telling::subject(case, holder),
    };
    let place = telling::place(holder);
    let cost = match retained.checked_div(added) {
        Some(each) if retained > 0 => format!(" (+{}, {} each)", words::bytes(retained), words::bytes(each)),
        _ => String::new(),
    };
    let held = telling::held_by(case, holder);
    let what = what(case.growth.kind);
    let kind = case.classes.first().filter(|_| case.growth.kind != GrowthKind::Handles);
    let kind = kind.map_or_else(String::new, |(class, _)| format!(" of {class}"));
    let back = if case.came_back() { " and came back in the rest" } else { "" };
    format!("{subject}{place} grew {} {what}{kind}{cost}{back}{held}", series.join(" → "))
}

/// `rooms["1c19-99"]` without what is between the quotes: keys are data.
fn without_keys(expression: &str) -> String {
    let mut kept = String::new();
    let mut rest = expression;
    while let Some((before, quoted)) = rest.split_once("[\"") {
        kept.push_str(before);
        kept.push_str("[]");
        rest = quoted.split_once("\"]").map_or("", |(_, after)| after);
    }
    kept + rest
}

/// Pattern, way to the holder in the program's words, file without folders above its package, variable. No line, no
/// id, no number: those change with the next edit or the next run.
fn fingerprint(case: &Case<'_>, pattern: &str) -> String {
    let without_numbers = |text: &str| without_keys(text).chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let place = case.name.as_ref().and_then(|name| name.place.as_ref()).or(case.entry_place.as_ref());
    let mut parts = vec![pattern.to_owned(), without_numbers(case.expression()), case.holder_class()];
    if let Some(place) = place {
        parts.push(place.file.rsplit('/').next().unwrap_or("").to_owned());
        parts.extend(place.package.clone());
        parts.extend(place.function.clone());
    } else {
        parts.extend(case.classes.first().map(|(class, _)| class.clone()));
    }
    // People commit fingerprints: a hash that is the same in every release of every compiler.
    let digest = Sha256::digest(parts.join("\0"));
    let short = digest.iter().take(6).fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    format!("{pattern}-{short:012x}")
}
