//! Target `graph`: a heap of any shape, perhaps damaged, opened and asked for every fact, each held against the model.

use std::io::{self, Read};

use heap_analyzer::{
    analysis::{class_table, statistics},
    error::{Code, Error},
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeId, Snapshot, Source, Stream},
};

use super::{
    entropy::Entropy,
    heap::{Heap, damage},
    model::{KNOWN_TYPES, Model, Reading},
};

/// Opens a text.
pub fn open(text: &[u8]) -> Result<Snapshot, Error> {
    Snapshot::open(Source::Bytes(text.to_vec()), &Monitor::none())
}

/// Opens a text that comes as a stream, some bytes at a time.
fn open_stream(text: &[u8]) -> Result<Snapshot, Error> {
    let drops = Drops { text: text.to_vec(), at: 0 };
    Snapshot::open(Source::Stream(Stream::new(drops)), &Monitor::none())
}

/// A reader that gives more or less each time it is asked.
struct Drops {
    text: Vec<u8>,
    at: usize,
}

impl Read for Drops {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.at..];
        let length = (1 + self.at * 7 % 50).min(rest.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Ok(length)
    }
}

/// What a text is does not depend on how it comes.
pub fn check_stream(text: &[u8], opened: &Result<Snapshot, Error>) {
    match (open_stream(text), opened) {
        (Ok(stream), Ok(whole)) => {
            assert_eq!(stream.edges.targets(), whole.edges.targets());
            let ids =
                |snapshot: &Snapshot| snapshot.nodes.all().map(|node| snapshot.nodes.id(node)).collect::<Vec<_>>();
            assert_eq!(ids(&stream), ids(whole));
            let texts = |snapshot: &Snapshot| {
                (0..snapshot.strings.len()).map(|id| snapshot.strings.raw(id as u32).to_vec()).collect::<Vec<_>>()
            };
            assert_eq!(texts(&stream), texts(whole));
        }
        // Which of several faults is told may differ: that a count is more than the file can hold, or that no bracket
        // closes what is there, is known beforehand only of what has a length.
        (Err(stream), Err(whole)) => {
            check_refusal(&stream, text.len());
            check_refusal(whole, text.len());
        }
        (stream, whole) => panic!("{:?}; {:?}", stream.err(), whole.as_ref().err()),
    }
}

/// A refusal must have a code for bytes that are no snapshot, one sentence, and a place inside the text.
pub fn check_refusal(error: &Error, length: usize) {
    use Code::{Empty, Malformed, NotSnapshot, TooLarge, Truncated};
    assert!(
        matches!(error.code(), Empty | Malformed | NotSnapshot | TooLarge | Truncated),
        "{}: {error}",
        error.code()
    );
    let sentence = error.to_string();
    assert!(!sentence.is_empty() && !sentence.contains('\n') && sentence.len() < 1000, "{sentence:?}");
    assert!(error.offset().is_none_or(|offset| offset <= length as u64), "{error}");
    // Where in the text data ends that begins as packed data does, nobody can say.
    let is_packed = sentence.contains("data is damaged or incomplete");
    let is_told = is_packed || error.offset() == Some(length as u64);
    assert!(error.code() != Code::Truncated || is_told, "{error} of {length}");
}

/// Target `graph`.
pub fn graph(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let damages = match choices.byte() {
        0..=127 => 0,
        byte => usize::from(byte % 4) + 1,
    };
    let heap = Heap::make(&mut choices, 40);
    let mut text = heap.text().into_bytes();
    damage(&mut text, &mut choices, damages);
    let _ = check_text(&text, damages == 0);
}

/// Opens a text and checks all that comes of it; `whole` when it is known to be a snapshot. Says whether it opened.
#[must_use]
pub fn check_text(text: &[u8], whole: bool) -> bool {
    let reading = Model::read(text);
    let opened = open(text);
    check_stream(text, &opened);
    match opened {
        Err(error) => {
            check_refusal(&error, text.len());
            assert!(!whole && !matches!(reading, Reading::Valid(_)), "a valid snapshot was refused: {error}");
            false
        }
        Ok(snapshot) => {
            let graph = HeapGraph::new(snapshot, &Monitor::none()).unwrap();
            match reading {
                Reading::Valid(model) => {
                    check_columns(graph.snapshot(), &model);
                    // Names written with escapes of plain letters are no names that V8 writes: words are not seen in them.
                    let odd = text.windows(4).any(|four| four == b"\\u00") || text.windows(2).any(|two| two == b"\\/");
                    if !odd {
                        check_facts(&graph, &model);
                    }
                }
                Reading::Invalid(why) => panic!("an invalid snapshot was read: {why}"),
                Reading::Open => {}
            }
            check_invariants(&graph);
            true
        }
    }
}

/// The columns hold what the text says.
fn check_columns(snapshot: &Snapshot, model: &Model) {
    assert_eq!(snapshot.nodes.len(), model.nodes.len());
    assert_eq!(snapshot.root().index(), model.root);
    assert_eq!(snapshot.strings.len(), model.strings.len());
    for (id, text) in (0..).zip(&model.strings) {
        assert_eq!(snapshot.strings.bytes(id), text.as_bytes());
    }
    let mut edge = 0;
    for (node, told) in snapshot.nodes.all().zip(&model.nodes) {
        let nodes = &snapshot.nodes;
        assert_eq!(KNOWN_TYPES.get(nodes.kind(node).index()), KNOWN_TYPES.iter().find(|&&name| name == told.kind));
        assert_eq!(snapshot.strings.text(nodes.name(node)), told.name);
        assert_eq!((nodes.id(node).0, nodes.self_size(node)), (told.id, told.size));
        assert_eq!(nodes.detachedness(node), told.state);
        assert_eq!(nodes.edges(node), edge..edge + told.edges.len());
        for told in &told.edges {
            assert_eq!(nodes.of_edge(edge), node);
            assert_eq!(snapshot.edges.target(edge).index(), told.to);
            let kind = snapshot.edges.kind(edge).name();
            assert_eq!(
                kind,
                if super::heap::EDGE_TYPES[..7].contains(&told.kind.as_str()) { &told.kind } else { "other" }
            );
            match &told.name {
                Some(name) => assert_eq!(snapshot.strings.text(snapshot.edges.name(edge).unwrap()), *name),
                None => assert_eq!(snapshot.edges.name_or_index(edge), told.index),
            }
            edge += 1;
        }
    }
    assert_eq!(snapshot.edges.len(), edge);
    assert_eq!(snapshot.locations.len(), model.locations.len());
    for &(node, [script, line, column]) in &model.locations {
        let found = snapshot.locations.get(NodeId::from_index(node)).unwrap();
        assert_eq!([found.script, found.line, found.column], [script, line, column]);
    }
}

/// The facts are those of the definitions.
fn check_facts(graph: &HeapGraph, model: &Model) {
    let none = Monitor::none();
    let shallow = model.shallow();
    assert!(graph.shallow_sizes(&none).unwrap().iter().eq(shallow.iter().copied()));
    assert!(graph.distances(&none).unwrap().all().eq(model.distances()));
    let dominators = model.dominators();
    let tree = graph.dominator_tree(&none).unwrap();
    let found: Vec<usize> = graph.snapshot().nodes.all().map(|node| tree.immediate(node).index()).collect();
    assert_eq!(found, dominators);
    let retained = graph.retained_sizes(&none).unwrap();
    let found = graph.snapshot().nodes.all().map(|node| retained.get(node));
    assert_eq!(found.collect::<Vec<_>>(), model.retained(&dominators));

    // A class retains what its nodes retain that no other node of it dominates.
    let classes = graph.classes(&none).unwrap();
    let retained = model.retained(&dominators);
    for row in class_table(graph, &none).unwrap() {
        let members: Vec<usize> = (0..model.nodes.len())
            .filter(|&node| classes.get(NodeId::from_index(node)).key == row.key && shallow[node] > 0)
            .collect();
        let is_outermost = |&&node: &&usize| {
            let mut above = node;
            while dominators[above] != above {
                above = dominators[above];
                if members.contains(&above) {
                    return false;
                }
            }
            true
        };
        assert_eq!(row.count, members.len() as u64);
        assert_eq!(row.self_size, members.iter().map(|&node| shallow[node]).sum::<u64>());
        assert_eq!(row.retained_size, members.iter().filter(is_outermost).map(|&node| retained[node]).sum::<u64>());
        let distances = graph.distances(&none).unwrap();
        assert_eq!(row.distance, members.iter().map(|&node| distances.get(NodeId::from_index(node))).min().unwrap());
    }
}

/// What holds for every snapshot, whatever it says.
pub fn check_invariants(graph: &HeapGraph) {
    let none = Monitor::none();
    graph.prepare(&none).unwrap();
    let snapshot = graph.snapshot();
    let shallow = graph.shallow_sizes(&none).unwrap();
    let total: u64 = shallow.iter().sum();
    assert_eq!(total, snapshot.nodes.self_sizes().iter().sum::<u64>(), "owning moves bytes and makes none");
    let retained = graph.retained_sizes(&none).unwrap();
    assert_eq!(retained.get(snapshot.root()), total);
    let tree = graph.dominator_tree(&none).unwrap();
    assert_eq!(tree.root(), snapshot.root());
    for node in snapshot.nodes.all() {
        let children: u64 = tree.children(node).map(|child| retained.get(child)).sum();
        assert_eq!(retained.get(node), shallow.get(node) + children);
        assert!(tree.dominates(tree.immediate(node), node) && tree.dominates(snapshot.root(), node));
        let _ = graph.display_name(node);
    }
    let (ways, distances) = (graph.ways(&none).unwrap(), graph.distances(&none).unwrap());
    for node in snapshot.nodes.all() {
        if let Some(edge) = ways.via(node) {
            assert_eq!(snapshot.edges.target(edge), node);
            let from = snapshot.nodes.of_edge(edge);
            // The root is given its own distance after the ways that pass through it were measured.
            let steps = from == snapshot.root() || distances.get(node) == distances.get(from) + 1;
            assert!(steps || distances.get(node) == 1);
        }
    }
    let retainers = graph.retainers(&none).unwrap();
    let mut entering = 0;
    for node in snapshot.nodes.all() {
        entering += retainers.edges(node).filter(|&edge| snapshot.edges.target(edge) == node).count();
    }
    assert_eq!(entering, snapshot.edges.len());
    let rows = class_table(graph, &none).unwrap();
    assert_eq!(rows.iter().map(|row| row.self_size).sum::<u64>(), total);
    assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), shallow.iter().filter(|&size| size > 0).count() as u64);
    assert!(rows.iter().all(|row| (row.self_size..=total).contains(&row.retained_size)));
    let (statistics, totals) = statistics(graph, &none).unwrap();
    assert_eq!(totals.self_size, total + snapshot.header.extra_native_bytes);
    assert_eq!(statistics.total, statistics.v8heap.total + statistics.native.total);
}
