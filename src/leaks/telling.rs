//! What findings and hints say alike: who holds it, where that is, what a cut frees.

use super::{
    case::Case,
    finding::{Holder, Origin},
    growth::GrowthKind,
    independence::Independence,
};
use crate::{
    analysis::{NameRoot, NodeSummary, Place, shortened, words},
    error::Result,
    graph::Word,
    monitor::Monitor,
};

/// Entries shown as examples.
const SAMPLES: usize = 3;

/// Class of most of the entries.
pub(super) fn entry_class(case: &Case<'_>) -> String {
    case.classes.first().map_or_else(|| "(number)".to_owned(), |(name, _)| name.clone())
}

/// The holder, with another place where its name has none.
pub(super) fn holder(case: &Case<'_>, other_place: impl FnOnce() -> Option<Place>) -> Holder {
    let (graph, growth) = (case.graph(), case.growth);
    Holder {
        id: graph.snapshot().nodes.id(case.holder),
        name: shortened(graph.display_name(case.holder)),
        // Handles have no holder but the root; what they are says more than that.
        class: if growth.kind == GrowthKind::Handles { entry_class(case) } else { case.holder_class() },
        variable: case.name.as_ref().map(|name| name.expression.clone()).filter(|text| !text.is_empty()),
        place: case.name.as_ref().and_then(|name| name.place.clone()).or_else(other_place),
        count: (growth.holders.len() > 1).then_some(growth.holders.len() as u64),
    }
}

/// `Map "sessions"`: the holder at the beginning of a sentence.
pub(super) fn subject(case: &Case<'_>, holder: &Holder) -> String {
    let many = holder.count.map_or_else(String::new, |count| format!("{} objects like ", words::count(count)));
    match &holder.variable {
        Some(variable) if case.graph().word(case.holder) == Word::ContextNode => format!("Variable \"{variable}\""),
        Some(variable) => format!("{many}{} \"{variable}\"", holder.class),
        None => format!("{many}{} {}", holder.class, holder.id),
    }
}

/// ` in src/app.js:12`
pub(super) fn place(holder: &Holder) -> String {
    holder.place.as_ref().map_or_else(String::new, |place| {
        let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
        format!(" in {}{line}", place.file)
    })
}

/// `, held by module scope`: where the holder's name begins.
pub(super) fn held_by(case: &Case<'_>, holder: &Holder) -> String {
    let name = case.name.as_ref();
    match name.map(|name| (name.root, name.place.as_ref().and_then(|place| place.function.clone()))) {
        Some((NameRoot::Variable, Some(function))) => format!(", held by a variable of {function}()"),
        Some((NameRoot::Variable, None)) if holder.place.is_none() => String::new(),
        Some((NameRoot::Variable | NameRoot::ModuleVariable, None)) => ", held by module scope".to_owned(),
        Some((NameRoot::Global, _)) => ", held by the global object".to_owned(),
        Some((NameRoot::Function, _)) => ", held by a static property".to_owned(),
        _ => String::new(),
    }
}

/// What is said of entries that are numbers.
pub(super) fn of_numbers(what: &str) -> String {
    format!(
        "{what} numbers, null, undefined or booleans, which are no objects: counted are the slots of its store, an upper \
         bound of the entries"
    )
}

/// What cutting the holder frees.
pub(super) fn cutting(retainers: &Independence, freed: u64) -> String {
    let freed = words::bytes(freed);
    match (&retainers.others[..], retainers.independent) {
        (_, 0 | 1) => format!("cutting this holder frees {freed}"),
        ([], _) => "most of it is also kept by something else: cutting this holder alone frees little".to_owned(),
        (others, _) => format!("also kept by {}: cutting this holder alone frees {freed}", others.join(" and ")),
    }
}

/// Where the entries come from.
pub(super) fn origin(case: &Case<'_>) -> Option<Origin> {
    case.entry_place.clone().map(|place| Origin { place })
}

/// Some of the entries, the last ones.
pub(super) fn samples(case: &Case<'_>, monitor: &Monitor) -> Result<Vec<NodeSummary>> {
    let entries = case.growth.entries.iter().rev().take(SAMPLES);
    entries.map(|&node| NodeSummary::of(case.graph(), node, monitor)).collect()
}

/// The page about a pattern.
pub(super) fn docs(pattern: &str) -> String {
    format!("docs/patterns/{pattern}.md")
}
