//! One leak that shows in several places is told once.
//!
//! What a program keeps, it often keeps twice: a list and an index of it, the listeners of "data" and of "end", a
//! socket and the records that hang on its handle. Each grows by the same numbers. They are told as one finding, by
//! the place that says most, and the others as its evidence.

use std::{cmp::Reverse, collections::VecDeque};

use rustc_hash::FxHashSet;

use super::{case::Case, finding::Finding, growth::GrowthKind, patterns};
use crate::{
    analysis::{NameRoot, words},
    graph::Word,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Bytes of an entry that is a reference to something else: a slot of a table, a key.
const INDEX_ENTRY: u64 = 72;
/// Companions that are named.
const NAMED: usize = 4;

/// A finding and the case it was made from.
pub(super) struct Told<'a> {
    pub(super) case: Case<'a>,
    pub(super) finding: Finding,
}

/// Joins findings that are one leak. They come with those that cost most first, and stay in that order.
pub(super) fn merged(all: Vec<Told<'_>>) -> Vec<Finding> {
    let mut kept: Vec<(Told<'_>, Vec<String>)> = Vec::new();
    for one in all {
        let Some((main, companions)) = kept.iter_mut().find(|(main, _)| is_one_leak(main, &one)) else {
            kept.push((one, Vec::new()));
            continue;
        };
        // The one that says most stays; the better grade is that of both.
        let lesser = if says_more(&one, main) { std::mem::replace(main, one) } else { one };
        main.finding.grade = main.finding.grade.max(lesser.finding.grade);
        companions.push(description(&lesser.finding));
    }
    kept.into_iter()
        .map(|(told, companions)| {
            let mut finding = told.finding;
            if !companions.is_empty() {
                let more = companions.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named: Vec<String> = companions.into_iter().take(NAMED).collect();
                finding.evidence.push(format!("grows with it: {}{more}", named.join(", ")));
            }
            finding
        })
        .collect()
}

fn description(finding: &Finding) -> String {
    let name = finding.holder.variable.as_ref().map_or_else(String::new, |name| format!(" `{name}`"));
    format!("{}{name} (+{})", finding.holder.class, words::bytes(finding.bytes.retained))
}

fn says_more(one: &Told<'_>, other: &Told<'_>) -> bool {
    // The one that proves most speaks for both.
    let proof = |told: &Told<'_>| Reverse(told.finding.grade);
    let rank = |told: &Told<'_>| (proof(told), has_no_name(told), patterns::rank(told.finding.pattern));
    let (a, b) = (rank(one), rank(other));
    // Handles that have a name of their own say more than the plain objects that hang on them.
    let plain = |told: &Told<'_>| told.case.growth.kind == GrowthKind::Handles && is_plain(&told.finding.holder.class);
    (plain(one), a) < (plain(other), b)
}

/// Whether the program has no variable that leads to the holder.
fn has_no_name(told: &Told<'_>) -> bool {
    told.case.name.as_ref().is_none_or(|name| name.root == NameRoot::Instance)
}

fn is_plain(class: &str) -> bool {
    matches!(class, "Object" | "Array" | "Map" | "Set" | "Function") || class.starts_with('{')
}

fn is_one_leak(a: &Told<'_>, b: &Told<'_>) -> bool {
    let (kind_a, kind_b) = (a.case.growth.kind, b.case.growth.kind);
    let handles = |kind| kind == GrowthKind::Handles;
    if handles(kind_a) != handles(kind_b) {
        let (handles, other) = if handles(kind_a) { (a, b) } else { (b, a) };
        let class = &handles.finding.holder.class;
        return has_no_name(other) && !is_plain(class) && other.case.above.iter().any(|(_, above)| above == class);
    }
    // What Node keeps for itself of one thing, whoever leaks it.
    if a.case.in_node && b.case.in_node && in_step(&a.finding.entries.per_interval, &b.finding.entries.per_interval) {
        return true;
    }
    if leads_to(a, b) || leads_to(b, a) {
        return true;
    }
    if !in_step(&a.finding.entries.per_interval, &b.finding.entries.per_interval) {
        return false;
    }
    if handles(kind_a) {
        return is_plain(&a.finding.holder.class) || is_plain(&b.finding.holder.class);
    }
    share_entries(&a.case.growth.entries, &b.case.growth.entries)
        || is_inside(a, b)
        || is_inside(b, a)
        || have_one_owner(a, b) && (is_index(a) || is_index(b) || are_of_one_package(a, b))
        || are_in_one_package(a, b)
}

/// Whether both grew by the same numbers, or one by a few times those of the other.
fn in_step(a: &[u64], b: &[u64]) -> bool {
    let times = |many: &[u64], one: &[u64], times: u64| {
        many.iter().zip(one).all(|(&many, &one)| many.abs_diff(one * times) * 10 <= many.max(one * times))
    };
    (1..=4).any(|n| times(a, b, n) || times(b, a, n))
}

fn share_entries(a: &[NodeId], b: &[NodeId]) -> bool {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let many: FxHashSet<&NodeId> = many.iter().collect();
    !few.is_empty() && few.iter().filter(|node| many.contains(node)).count() * 2 > few.len()
}

/// Whether one holder's name leads on from the other's: `bus._events` and `bus._events.change`.
fn is_inside(outer: &Told<'_>, inner: &Told<'_>) -> bool {
    let (Some(a), Some(b)) = (&outer.finding.holder.variable, &inner.finding.holder.variable) else { return false };
    b.strip_prefix(a.as_str()).is_some_and(|rest| rest.starts_with(['.', '['])) && same_file(outer, inner)
}

/// Whether both are parts of the value of one variable.
fn have_one_owner(a: &Told<'_>, b: &Told<'_>) -> bool {
    let root = |told: &Told<'_>| {
        let name = told.finding.holder.variable.as_deref()?;
        let end = name.find(['.', '['])?;
        Some(name[..end].to_owned()).filter(|root| root != "globalThis")
    };
    root(a).is_some_and(|of_a| root(b).is_some_and(|of_b| of_a == of_b)) && same_file(a, b)
}

fn same_file(a: &Told<'_>, b: &Told<'_>) -> bool {
    let file = |told: &Told<'_>| told.finding.holder.place.as_ref().map(|place| place.file.clone());
    file(a) == file(b)
}

/// Whether the objects that have the two are of one package: what a package keeps of one thing is its own affair.
fn are_of_one_package(a: &Told<'_>, b: &Told<'_>) -> bool {
    a.case.owner_package.is_some() && a.case.owner_package == b.case.owner_package
}

/// Whether both are variables of one package.
fn are_in_one_package(a: &Told<'_>, b: &Told<'_>) -> bool {
    let package = |told: &Told<'_>| told.finding.holder.place.as_ref().and_then(|place| place.package.clone());
    package(a).is_some() && package(a) == package(b)
}

/// Whether the entries of one lead to the holders of the other, which has no name of its own and came with them.
fn leads_to(main: &Told<'_>, inner: &Told<'_>) -> bool {
    /// Entries that are asked, and objects around each that are looked at.
    const ASKED: usize = 16;
    const AROUND: usize = 300;
    let came = |&node: &NodeId| !inner.case.series.is_old(node);
    if !has_no_name(inner) || !inner.case.growth.holders.iter().any(came) {
        return false;
    }
    let graph = main.case.graph();
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let holders: FxHashSet<NodeId> = inner.case.growth.holders.iter().copied().collect();
    let reaches = |entry: NodeId| {
        let mut seen = FxHashSet::from_iter([entry]);
        let mut queue = VecDeque::from([entry]);
        while let Some(node) = queue.pop_front().filter(|_| seen.len() < AROUND) {
            for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) != EdgeKind::Weak) {
                let target = edges.target(edge);
                let is_part = matches!(nodes.kind(target), NodeKind::OBJECT | NodeKind::ARRAY | NodeKind::CLOSURE)
                    || graph.word(target) == Word::ContextNode;
                if !is_part || main.case.series.is_old(target) || !seen.insert(target) {
                    continue;
                }
                if holders.contains(&target) {
                    return true;
                }
                queue.push_back(target);
            }
        }
        false
    };
    // Old and new ones: a holder that came with the last snapshot has no history, and is not among those that grew.
    let entries = &main.case.growth.entries;
    entries.iter().step_by(entries.len() / ASKED + 1).any(|&entry| reaches(entry))
}

/// Whether it only refers to what something else has.
fn is_index(told: &Told<'_>) -> bool {
    let growth = told.case.growth;
    growth.shared > growth.freed || told.finding.bytes.per_entry <= INDEX_ENTRY
}
