//! Verdicts on series small enough to see through.

use super::*;
use crate::snapshot::Source;
use crate::{error::Code, testing::Heap};

/// A heap whose global has a list with objects of these ids.
fn heap(ids: impl IntoIterator<Item = u32>) -> Source {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 100);
    let list = heap.node("object", "Array", 5, 16);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(global, "property", "pending", list);
    for (index, id) in ids.into_iter().enumerate() {
        let job = heap.node("object", "Job", id, 200);
        heap.edge(list, "element", &index.to_string(), job);
    }
    Source::Bytes(heap.text().into_bytes())
}

fn report(sources: Vec<Source>) -> Answer<LeakReport> {
    find_leaks(sources, LeakOptions::default(), &Monitor::none()).unwrap()
}

#[test]
fn a_list_that_grows_every_time_is_a_leak() {
    let answer = report(vec![heap(11..21), heap(11..61), heap(11..111)]);
    let report = answer.body();
    assert_eq!(report.verdict, Verdict::Leak);
    let [finding] = &report.findings[..] else { panic!("{report:#?}") };
    assert_eq!((finding.grade, finding.pattern), (Grade::Leak, "global-cache"));
    assert_eq!(finding.entries.per_snapshot, [10, 50, 100]);
    assert_eq!(finding.entries.per_interval, [40, 50]);
    assert_eq!(finding.entries.kind, "Job");
    assert_eq!((finding.bytes.retained, &finding.bytes.per_interval[..]), (90 * 200, &[8000, 10_000][..]));
    assert_eq!(finding.retainers.cut_frees, 90 * 200);
    assert_eq!(finding.holder.variable.as_deref(), Some("globalThis.pending"));
    assert!(finding.sentence.contains("grew 10 → 50 → 100 entries of Job"), "{}", finding.sentence);
}

#[test]
fn a_list_at_its_bound_a_peak_and_a_renewed_population_are_clean() {
    let steady = vec![heap(11..61), heap((11..60).chain([101])), heap((11..60).chain([201]))];
    let peak = vec![heap(11..21), heap(11..111), heap((11..20).chain([201]))];
    let renewed = vec![heap(11..61), heap(111..161), heap(211..261)];
    let warmed_up = vec![heap(11..21), heap(11..61), heap((11..60).chain([201]))];
    for series in [steady, peak, renewed, warmed_up] {
        let answer = report(series);
        assert_eq!(answer.body().verdict, Verdict::Clean, "{:#?}", answer.body());
    }
}

#[test]
fn two_snapshots_prove_growth_and_strong_growth_is_likely() {
    assert_eq!(report(vec![heap(11..21), heap(11..41)]).body().verdict, Verdict::Growth);
    assert_eq!(report(vec![heap(11..21), heap(11..311)]).body().verdict, Verdict::Likely);
    assert_eq!(report(vec![heap(11..41), heap((11..40).chain([51]))]).body().verdict, Verdict::Clean);
}

#[test]
fn snapshots_in_the_wrong_order_prove_nothing_and_are_told() {
    let answer = report(vec![heap(11..112), heap(11..21)]);
    assert_eq!(answer.body().verdict, Verdict::Clean);
    assert!(answer.body().warnings[0].contains("order"), "{:?}", answer.body().warnings);
}

#[test]
fn two_of_three_in_the_wrong_order_are_told_too() {
    let answer = report(vec![heap(11..61), heap(11..21), heap(11..111)]);
    assert!(!answer.body().conclusive && answer.body().findings.is_empty());
}

#[test]
fn a_copy_is_no_second_snapshot() {
    for series in [
        vec![heap(11..61), heap(11..61)],
        vec![heap(11..21), heap(11..21), heap(11..61)],
        vec![heap(11..21), heap(11..61), heap(11..61)],
    ] {
        let error = find_leaks(series, LeakOptions::default(), &Monitor::none()).unwrap_err();
        assert_eq!(error.code(), Code::Usage);
        assert!(error.to_string().contains("copies of one"), "{error}");
    }
}

#[test]
fn one_snapshot_is_not_enough() {
    let error = find_leaks(vec![heap(11..21)], LeakOptions::default(), &Monitor::none()).unwrap_err();
    assert_eq!(error.code(), Code::Usage);
}

#[test]
fn a_fingerprint_survives_another_run() {
    let first = report(vec![heap(11..21), heap(11..61), heap(11..111)]);
    let again = report(vec![heap(1011..1031), heap(1011..1091), heap(1011..1231)]);
    assert_eq!(first.body().findings[0].fingerprint, again.body().findings[0].fingerprint);
}

fn after_rest(sources: Vec<Source>) -> Answer<LeakReport> {
    let options = LeakOptions { final_after_rest: true, ..LeakOptions::default() };
    find_leaks(sources, options, &Monitor::none()).unwrap()
}

#[test]
fn a_rest_tells_what_stays_from_what_drains() {
    let answer = after_rest(vec![heap(11..21), heap(11..61), heap((11..57).chain([201]))]);
    assert_eq!(answer.body().findings[0].grade, Grade::Likely, "{:#?}", answer.body());
    let answer = after_rest(vec![heap(11..21), heap(11..61), heap(11..111), heap((11..107).chain([201]))]);
    assert_eq!(answer.body().findings[0].grade, Grade::Leak, "{:#?}", answer.body());
    let answer = after_rest(vec![heap(11..21), heap(11..61), heap((11..23).chain([201]))]);
    let [finding] = &answer.body().findings[..] else { panic!("{:#?}", answer.body()) };
    assert_eq!((answer.body().verdict, finding.grade), (Verdict::Clean, Grade::Drained));
    assert!(finding.sentence.contains("grew 10 → 50 → 13 entries"), "{}", finding.sentence);
    assert!(finding.sentence.contains("came back"), "{}", finding.sentence);
}

/// Every job of a list is also the value of a property of an index.
fn indexed_heap(ids: impl Iterator<Item = u32>) -> Source {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 100);
    let list = heap.node("object", "Array", 5, 16);
    let index = heap.node("object", "Index", 7, 16);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(global, "property", "pending", list);
    heap.edge(global, "property", "byName", index);
    for (position, id) in ids.enumerate() {
        let job = heap.node("object", "Job", id, 200);
        heap.edge(list, "element", &position.to_string(), job);
        heap.edge(index, "property", &format!("job{position}"), job);
    }
    Source::Bytes(heap.text().into_bytes())
}

#[test]
fn a_second_holder_is_told_and_cutting_one_frees_nothing() {
    let answer = report(vec![indexed_heap(11..21), indexed_heap(11..61), indexed_heap(11..111)]);
    let [finding] = &answer.body().findings[..] else { panic!("{:#?}", answer.body()) };
    let Independence { independent, cut_frees, others } = &finding.retainers;
    let names = [finding.holder.variable.as_deref(), others.first().map(|name| name.trim_matches('`'))];
    assert!(names.contains(&Some("globalThis.byName")) && names.contains(&Some("globalThis.pending")), "{names:?}");
    assert_eq!((*independent, *cut_frees, others.len()), (2, 0, 1), "{finding:#?}");
    assert!(finding.evidence.iter().any(|line| line.starts_with("grows with it:")), "{:?}", finding.evidence);
}
