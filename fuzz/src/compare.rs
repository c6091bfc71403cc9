//! Target `compare`: a heap with itself, and with the heap it might have become.

use std::collections::BTreeMap;

use heap_analyzer::{
    analysis::{CompareOptions, Comparison, compare as compare_two},
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::Source,
};
use serde_json::Value;

use super::{
    entropy::Entropy,
    graph::open,
    heap::{Heap, Node},
};

/// What a heap may have become: nodes gone (with what led to them), others new, sizes and edges changed.
pub fn later(heap: &Heap, choices: &mut Entropy<'_>) -> Heap {
    let mut next = heap.clone();
    for _ in 0..choices.below(6) {
        let count = next.nodes.len();
        let at = choices.below(count);
        match choices.byte() % 4 {
            0 if count > 1 && at > 0 => {
                next.nodes.remove(at);
                next.locations.retain(|&(node, _)| node != at);
                next.locations.iter_mut().for_each(|(node, _)| *node -= usize::from(*node > at));
                for node in &mut next.nodes {
                    node.edges.retain(|&(_, _, to)| to != at);
                    node.edges.iter_mut().for_each(|(_, _, to)| *to -= usize::from(*to > at));
                }
            }
            1 => next.nodes[at].size = choices.number() & 0xffff,
            2 => next.nodes[at].name = choices.below(next.strings.len()),
            _ => {
                // Several of a kind under one holder, which is what leaks look like.
                let kind = choices.below(16);
                let name = choices.below(next.strings.len());
                for _ in 0..=choices.below(12) {
                    let id = 10_001 + 2 * next.nodes.len() as u32;
                    let index = next.nodes[at].edges.len() as i64;
                    let new = next.nodes.len();
                    next.nodes[at].edges.push((1, index, new));
                    next.nodes.push(Node { kind, name, id, size: 40, detachedness: 0, edges: Vec::new() });
                }
            }
        }
    }
    next
}

fn compared(base: &Heap, target: &Heap) -> (Value, HeapGraph, HeapGraph) {
    let none = Monitor::none();
    let source = |heap: &Heap| Source::Bytes(heap.text().into_bytes());
    let options = CompareOptions { top: None, growth: true };
    let answer = compare_two(source(base), source(target), options, &none).unwrap();
    let body: &Comparison = answer.body();
    assert_eq!(body.row_count, body.rows.len());
    let graph = |heap: &Heap| HeapGraph::new(open(heap.text().as_bytes()).unwrap(), &none).unwrap();
    (serde_json::to_value(&answer).unwrap(), graph(base), graph(target))
}

/// Ids of the nodes with bytes, each with how often it stands, and their bytes.
fn ids(graph: &HeapGraph) -> (BTreeMap<u32, u64>, u64) {
    let sizes = graph.shallow_sizes(&Monitor::none()).unwrap();
    let mut ids = BTreeMap::new();
    for node in graph.snapshot().nodes.all().filter(|&node| sizes.get(node) > 0) {
        *ids.entry(graph.snapshot().nodes.id(node).0).or_default() += 1;
    }
    (ids, sizes.iter().sum())
}

/// Target `compare`.
pub fn compare(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let base = Heap::make(&mut choices, 40);
    let target = later(&base, &mut choices);

    let (same, ..) = compared(&base, &base);
    assert_eq!(same["rowCount"], 0, "{same:#}");
    assert!(same["totals"]["delta"].as_object().unwrap().values().all(|delta| *delta == 0));

    let (forth, base, target) = compared(&base, &target);
    let sum = |key: &str| forth["rows"].as_array().unwrap().iter().map(|row| row[key].as_i64().unwrap()).sum::<i64>();
    let ((before, before_bytes), (after, after_bytes)) = (ids(&base), ids(&target));
    let count = |ids: &BTreeMap<u32, u64>| ids.values().sum::<u64>().cast_signed();
    // Matched nodes cancel; the rest came or went.
    assert_eq!(sum("countDelta"), count(&after) - count(&before));
    assert_eq!(sum("addedCount") - sum("removedCount"), sum("countDelta"));
    let missing = |from: &BTreeMap<u32, u64>, other: &BTreeMap<u32, u64>| {
        from.iter().map(|(id, many)| many.saturating_sub(*other.get(id).unwrap_or(&0))).sum::<u64>().cast_signed()
    };
    assert!(sum("addedCount") >= missing(&after, &before) && sum("removedCount") >= missing(&before, &after));
    assert!(sum("addedSize") <= after_bytes.cast_signed() && sum("removedSize") <= before_bytes.cast_signed());
    for row in forth["growth"].as_array().unwrap() {
        assert!(row["heldCount"].as_i64() <= Some(sum("addedCount")), "{row}");
    }
}
