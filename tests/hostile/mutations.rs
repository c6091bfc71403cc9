//! Damage of every kind to small snapshots: each outcome is an error with a code, or what an independent reader makes of
//! the same text; none takes long, and none takes memory that the file does not justify.

use std::{
    collections::BTreeMap,
    panic::catch_unwind,
    time::{Duration, Instant},
};

use heap_analyzer::{
    analysis::{class_table, statistics},
    graph::HeapGraph,
    monitor::Monitor,
};

use crate::{
    alone,
    counting::most_used,
    fuzz::{
        entropy::Entropy,
        graph::{check_text, open},
        heap::{Heap, damage},
    },
    synthetic::Random,
    tier,
};

/// Bytes an analysis may take by the documented budgets: the strings that are kept; of a node its columns (25), facts (44)
/// and what dominators need meanwhile (32); of an edge its columns (9) and a predecessor (4).
fn budget(text: usize, nodes: usize, edges: usize) -> usize {
    text + 101 * nodes + 13 * edges
}

/// Tables of fixed size: known words, kinds, a name for each class.
const FIXED: usize = 32 << 10;

#[test]
fn damage_is_an_error_with_a_code_or_a_correct_result() {
    let _alone = alone();
    let count: u64 = tier(4_000, 100_000);
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let (mut slowest, mut hungriest) = (Duration::ZERO, 0.0_f64);
    for seed in 0..count {
        let mut random = Random::new(seed);
        let shape = random.bytes(1500);
        let heap = Heap::make(&mut Entropy::new(&shape), 40);
        let choices = random.bytes(40);
        let mut text = heap.text().into_bytes();
        damage(&mut text, &mut Entropy::new(&choices), 1 + seed as usize % 4);

        let started = Instant::now();
        let (opened, used) = most_used(|| {
            let none = Monitor::none();
            let graph = HeapGraph::new(open(&text)?, &none)?;
            graph.prepare(&none)?;
            class_table(&graph, &none)?;
            statistics(&graph, &none)
        });
        slowest = slowest.max(started.elapsed());
        let allowed = 4 * budget(text.len(), heap.nodes.len(), heap.edge_count()) + FIXED;
        assert!(used <= allowed, "seed {seed}: {used} bytes, allowed {allowed}");
        hungriest = hungriest.max(used as f64 / allowed as f64);
        assert!(slowest < Duration::from_secs(5), "seed {seed}: {slowest:?}");

        let outcome = opened.map_or_else(|error| error.code().to_string(), |_| "opened".to_owned());
        *outcomes.entry(outcome).or_default() += 1;
        let checked = catch_unwind(|| check_text(&text, false));
        assert!(checked.is_ok(), "seed {seed} does not hold");
    }
    println!(
        "{count} damaged texts: {outcomes:?}; slowest {slowest:?}, {:.0}% of the memory allowed",
        100.0 * hungriest
    );
    assert!(outcomes.len() >= 3 && outcomes["opened"] > count / 20, "the damage is of one kind: {outcomes:?}");
}
