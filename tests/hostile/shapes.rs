//! Heaps of one extreme shape, millions of nodes each: the answer is known by formula, the time and the memory for a node
//! are those of any other heap.

use std::{cmp::Ordering, ops::RangeInclusive, time::Duration};

use heap_analyzer::{
    analysis::{AnalyzeOptions, InspectOptions, Order, class_table, inspect, largest, set_of},
    graph::HeapGraph,
    leaks::overview,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId, Snapshot, Source},
};

use crate::{
    alone,
    clock::worked,
    counting::most_used,
    is_full,
    synthetic::{Edge, Node, Random, text},
};

/// A shape, at any size.
struct Shape {
    name: &'static str,
    /// Size on a working day, and in the long run.
    sizes: [u64; 2],
    text: fn(u64) -> Vec<u8>,
    /// What must hold, by formula.
    check: fn(&HeapGraph, u64),
}

const ROOT: Node = ("synthetic", 0, 1, 0, 1);

fn id(ordinal: u64) -> u64 {
    2 * ordinal + 1
}

/// The root, and nodes `1..=count`.
fn with_root(root: Node, count: u64, node: impl Fn(u64) -> Node) -> impl ExactSizeIterator<Item = Node> {
    // A range of `u64` has no exact size.
    let nodes = usize::try_from(count + 1).unwrap();
    (0..nodes).map(move |ordinal| if ordinal == 0 { root } else { node(ordinal as u64) })
}

fn words(list: &'static [&'static str]) -> impl Iterator<Item = String> {
    list.iter().map(|&word| word.to_owned())
}

fn list(count: u64) -> Vec<u8> {
    let nodes = with_root(ROOT, count, move |node| ("object", 1, id(node), 32, u64::from(node < count)));
    let edges = (0..count).map(|node| ("property", 2, node + 1));
    text(nodes, edges, count, words(&["", "Node", "next"]))
}

fn check_list(graph: &HeapGraph, count: u64) {
    each(graph, 1..=count, |node| (node.max(2) - 1 - u64::from(node == 1), 32 * (count + 1 - node), node));
}

/// Dominator, retained size and distance of each of these nodes.
fn each(graph: &HeapGraph, nodes: RangeInclusive<u64>, wanted: impl Fn(u64) -> (u64, u64, u64)) {
    let none = Monitor::none();
    let (tree, retained) = (graph.dominator_tree(&none).unwrap(), graph.retained_sizes(&none).unwrap());
    let distances = graph.distances(&none).unwrap();
    for ordinal in nodes {
        let node = NodeId(u32::try_from(ordinal).unwrap());
        let (dominator, size, distance) = wanted(ordinal);
        let found = (u64::from(tree.immediate(node).0), retained.get(node), i64::from(distances.get(node)));
        assert_eq!(found, (dominator, size, distance.cast_signed()), "node {ordinal}");
    }
}

/// One plain object with as many properties, each with a name of its own.
fn wide(count: u64) -> Vec<u8> {
    let nodes = with_root(ROOT, count + 1, move |node| match node {
        1 => ("object", 1, id(1), 64, count),
        _ => ("object", 2, id(node), 16, 0),
    });
    let edges = (0..=count).map(|edge| ("property", edge + 2, edge + 1));
    let names = (0..=count).map(|name| format!("property{name}"));
    text(nodes, edges, count + 1, words(&["", "Object"]).chain(names))
}

fn check_wide(graph: &HeapGraph, count: u64) {
    each(graph, 1..=1, |_| (0, 64 + 16 * count, 1));
    each(graph, 2..=count + 1, |_| (1, 16, 2));
}

fn texts(count: u64) -> Vec<u8> {
    let nodes = with_root(ROOT, count + 1, move |node| match node {
        1 => ("object", 1, id(1), 16, count),
        _ => ("string", node, id(node), 24, 0),
    });
    let edges = (0..=count).map(|edge| ("element", edge, edge + 1));
    let texts = (2..count + 2).map(|number| format!("{number:x}"));
    text(nodes, edges, count + 1, words(&["", "Array"]).chain(texts))
}

fn check_texts(graph: &HeapGraph, count: u64) {
    each(graph, 2..=count + 1, |_| (1, 24, 2));
    let strings = &graph.snapshot().strings;
    assert!((2..=count + 1).step_by(997).all(|number| strings.text(number as u32) == format!("{number:x}")));
}

/// Five strings, the size is the bytes of all: a string section of half a gigabyte.
fn long_texts(bytes: u64) -> Vec<u8> {
    let nodes = with_root(("synthetic", 0, 1, 0, 5), 5, |node| ("string", node, id(node), 1 << 20, 0));
    let edges = (0..5).map(|edge| ("element", edge, edge + 1));
    let texts = (0..5).map(|text| "abcd\\\"efghij\\u4e2dklmnop "[text..].repeat(bytes as usize / 5 / 20));
    text(nodes, edges, 5, words(&[""]).chain(texts))
}

fn check_long_texts(graph: &HeapGraph, bytes: u64) {
    each(graph, 1..=5, |_| (0, 1 << 20, 1));
    let strings = &graph.snapshot().strings;
    let text = strings.text(1);
    assert!(text.starts_with("abcd\"efghij\u{4e2d}klmnop abcd") && text.len() as u64 > bytes / 10);
}

/// A hub that leads to all, and all to it.
fn star(count: u64) -> Vec<u8> {
    let nodes = with_root(ROOT, count + 1, move |node| match node {
        1 => ("object", 1, id(1), 16, count),
        _ => ("object", 2, id(node), 16, 1),
    });
    let out = (0..=count).map(|edge| ("element", edge, edge + 1));
    let back = (0..count).map(|_| ("property", 3, 1));
    text(nodes, out.chain(back), 2 * count + 1, words(&["", "Hub", "Leaf", "hub"]))
}

fn check_star(graph: &HeapGraph, count: u64) {
    each(graph, 1..=1, |_| (0, 16 * (count + 1), 1));
    each(graph, 2..=count + 1, |_| (1, 16, 2));
}

/// Each leads to each; the size is the number of edges.
fn clique(edges: u64) -> Vec<u8> {
    let count = edges.isqrt();
    let nodes = with_root(ROOT, count, move |node| ("object", 1, id(node), 16, count - 1));
    let all = (1..=count).flat_map(move |from| (1..=count).filter(move |&to| to != from).map(|to| ("property", 2, to)));
    let first = std::iter::once(("property", 2, 1));
    text(nodes, first.chain(all), 1 + count * (count - 1), words(&["", "Friend", "knows"]))
}

fn check_clique(graph: &HeapGraph, edges: u64) {
    let count = edges.isqrt();
    each(graph, 1..=1, |_| (0, 16 * count, 1));
    each(graph, 2..=count, |_| (1, 16, 2));
}

/// A list that nothing holds.
fn all_weak(count: u64) -> Vec<u8> {
    let nodes = with_root(ROOT, count, move |node| ("object", 1, id(node), 32, u64::from(node < count)));
    text(nodes, (0..count).map(|node| ("weak", 2, node + 1)), count, words(&["", "Ghost", "next"]))
}

fn check_all_weak(graph: &HeapGraph, count: u64) {
    each(graph, 1..=1, |_| (0, 32, 1));
    each(graph, 2..=count, |_| (0, 32, (-5_i64).cast_unsigned()));
}

/// A list whose last node leads to as many nodes again, each of which the root holds too: every one of them makes a plain
/// search for its dominator walk the whole list.
fn long_way_home(count: u64) -> Vec<u8> {
    let half = count / 2;
    let root = ("synthetic", 0, 1, 0, 1 + half);
    let nodes = with_root(root, 2 * half, move |node| {
        let out = match node.cmp(&half) {
            Ordering::Less => 1,
            Ordering::Equal => half,
            Ordering::Greater => 0,
        };
        ("object", 1, id(node), 16, out)
    });
    let shared = move || (half + 1..=2 * half).map(|node| ("property", 2, node));
    let first = std::iter::once(("property", 2, 1));
    let chain = (2..=half).map(|node| ("property", 2, node));
    text(nodes, first.chain(shared()).chain(chain).chain(shared()), 3 * half, words(&["", "Node", "next"]))
}

fn check_long_way_home(graph: &HeapGraph, count: u64) {
    let half = count / 2;
    each(graph, 1..=half, |node| (node - 1, 16 * (half + 1 - node), node));
    each(graph, half + 1..=2 * half, |_| (0, 16, 1));
}

/// A text that is put together of as many pieces, the deep half first.
fn joined(count: u64) -> Vec<u8> {
    let half = count / 2;
    // Node n (odd) is joined of node n + 1, a piece, and node n + 2; the last two are pieces.
    let nodes = with_root(ROOT, 2 * half + 1, move |node| match node {
        node if node % 2 == 1 && node < 2 * half => ("concatenated string", 1, id(node), 32, 2),
        _ => ("string", 2, id(node), 24, 0),
    });
    let first = std::iter::once(("element", 0, 1));
    let halves = (0..half).flat_map(|pair| [("internal", 3, 2 * pair + 3), ("internal", 4, 2 * pair + 2)]);
    text(nodes, first.chain(halves), 1 + 2 * half, words(&["", "(concatenated string)", "ab", "first", "second"]))
}

fn check_joined(graph: &HeapGraph, count: u64) {
    let half = count / 2;
    each(graph, 2..=2 * half - 1, |node| match node % 2 {
        0 => (node - 1, 24, node / 2 + 1),
        _ => (node - 2, 56 * (half - node / 2) + 24, node / 2 + 1),
    });
    assert!(graph.display_name(NodeId(1)).starts_with("abab"));
}

/// Plain objects, each with three properties out of a thousand names: nearly as many shapes as objects.
fn shapes(count: u64) -> Vec<u8> {
    let nodes = with_root(("synthetic", 0, 1, 0, count), count, |node| ("object", 1, id(node), 40, 3));
    let all = (0..count).map(|edge| ("element", edge, edge + 1));
    let mut random = Random::new(7);
    let properties: Vec<Edge> = (0..3 * count).map(|edge| ("property", 2 + random.below(1000), 1 + edge / 3)).collect();
    let names = (0..1000).map(|name| format!("p{name}"));
    text(nodes, all.chain(properties), 4 * count, words(&["", "Object"]).chain(names))
}

fn check_shapes(graph: &HeapGraph, count: u64) {
    each(graph, 1..=count, |_| (0, 40, 1));
    let rows = class_table(graph, &Monitor::none()).unwrap();
    assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), count);
}

/// As many classes as objects.
fn classes(count: u64) -> Vec<u8> {
    let nodes = with_root(("synthetic", 0, 1, 0, count), count, |node| ("object", node, id(node), 40, 0));
    let edges = (0..count).map(|edge| ("element", edge, edge + 1));
    text(nodes, edges, count, words(&[""]).chain((1..=count).map(|class| format!("Class{class}"))))
}

fn check_classes(graph: &HeapGraph, count: u64) {
    each(graph, 1..=count, |_| (0, 40, 1));
    assert_eq!(class_table(graph, &Monitor::none()).unwrap().len() as u64, count);
}

const SHAPES: [Shape; 11] = [
    Shape { name: "list", sizes: [100_000, 10_000_000], text: list, check: check_list },
    Shape { name: "one object, many properties", sizes: [50_000, 5_000_000], text: wide, check: check_wide },
    Shape { name: "tiny strings", sizes: [50_000, 5_000_000], text: texts, check: check_texts },
    Shape { name: "long strings (bytes)", sizes: [5_000_000, 500_000_000], text: long_texts, check: check_long_texts },
    Shape { name: "star", sizes: [50_000, 5_000_000], text: star, check: check_star },
    Shape { name: "clique (edges)", sizes: [90_000, 9_000_000], text: clique, check: check_clique },
    Shape { name: "all weak", sizes: [50_000, 5_000_000], text: all_weak, check: check_all_weak },
    Shape { name: "the long way home", sizes: [50_000, 5_000_000], text: long_way_home, check: check_long_way_home },
    Shape { name: "joined strings", sizes: [50_000, 5_000_000], text: joined, check: check_joined },
    Shape { name: "shapes", sizes: [20_000, 1_000_000], text: shapes, check: check_shapes },
    Shape { name: "classes", sizes: [20_000, 1_000_000], text: classes, check: check_classes },
];

/// What the facts of a heap took, what all that one may ask of it took, all about one object, and which are the largest:
/// work of all threads.
struct Cost {
    facts: Duration,
    bytes: usize,
    everything: Duration,
    one: Duration,
    largest: Duration,
}

/// Rows of the list of the largest.
const ROWS: usize = 100;

fn measure(shape: &Shape, size: u64) -> Cost {
    let none = Monitor::none();
    let text = (shape.text)(size);
    // Each is made before the clock starts, and is the engine's to give back.
    let copy = || Source::Bytes(text.clone());
    let facts_of = copy();
    let started = worked();
    let (graph, bytes) = most_used(|| {
        let graph = HeapGraph::new(Snapshot::open(facts_of, &none).unwrap(), &none).unwrap();
        graph.prepare(&none).unwrap();
        class_table(&graph, &none).unwrap();
        graph
    });
    let facts = worked().saturating_sub(started);
    (shape.check)(&graph, size);
    let retained = graph.retained_sizes(&none).unwrap();
    let mut sizes: Vec<u64> = graph.snapshot().nodes.all().map(|node| retained.get(node)).collect();
    drop(graph);
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.truncate(ROWS);

    let options = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
    let all_of = copy();
    let started = worked();
    overview(all_of, options, u64::MAX, &none).unwrap();
    let everything = worked().saturating_sub(started);
    // The object in the middle: as deep as half the list, or one of many.
    let options = InspectOptions { limit: 20, text_limit: 1000, paths: 3, hidden: true, raw_paths: false };
    let one_of = copy();
    let started = worked();
    inspect(one_of, ObjectId(id(nodes_of(&text) / 2) as u32), options, &none).unwrap();
    let one = worked().saturating_sub(started);

    let started = worked();
    let graph = HeapGraph::new(Snapshot::open(Source::Bytes(text), &none).unwrap(), &none).unwrap();
    let wanted = set_of(&graph, graph.snapshot().nodes.all());
    let told = largest(&graph, &wanted, (ROWS, Order::RetainedSize), &none).unwrap();
    let largest = worked().saturating_sub(started);
    let told: Vec<u64> = told.into_iter().map(|row| row.retained_size).collect();
    assert_eq!(told, sizes, "{}: found without dominators, and by them", shape.name);
    Cost { facts, bytes, everything, one, largest }
}

/// The number of nodes in the header.
fn nodes_of(text: &[u8]) -> u64 {
    let head = String::from_utf8_lossy(&text[..text.len().min(2000)]).into_owned();
    let count = head.split_once("\"node_count\":").unwrap().1;
    count[..count.find(',').unwrap()].parse().unwrap()
}

#[test]
fn every_shape_is_answered_by_formula_at_a_flat_cost() {
    let _alone = alone();
    println!(
        "| shape | size | facts, s of work | ns for one | bytes for one | everything, s | one object, s | largest, s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for shape in &SHAPES {
        let size = shape.sizes[usize::from(is_full())];
        let cost = measure(shape, size);
        let one = |total: f64| total / size as f64;
        println!(
            "| {} | {size} | {:.2} | {:.1} | {:.1} | {:.2} | {:.2} | {:.2} |",
            shape.name,
            cost.facts.as_secs_f64(),
            one(cost.facts.as_secs_f64() * 1e9),
            one(cost.bytes as f64),
            cost.everything.as_secs_f64(),
            cost.one.as_secs_f64(),
            cost.largest.as_secs_f64(),
        );
        let most = cost.facts.max(cost.everything).max(cost.one).max(cost.largest);
        assert!(most < Duration::from_secs(60), "{}", shape.name);
        if is_full() {
            // A sixteenth of it takes a sixteenth of the work: far less when something is quadratic, while caches account
            // for a factor of a few.
            let small = measure(shape, size / 16);
            for (what, full, part) in [
                ("facts", cost.facts, small.facts),
                ("everything", cost.everything, small.everything),
                ("one object", cost.one, small.one),
                ("largest", cost.largest, small.largest),
            ] {
                let slack = Duration::from_millis(200);
                assert!(full < (part + slack) * 16 * 4, "{}, {what}: {full:?}, a sixteenth {part:?}", shape.name);
            }
        }
    }
}
