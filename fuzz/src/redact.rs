//! Target `redact`: the copy of a heap has its shape, node by node, and none of its contents.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use heap_analyzer::{
    error::Error,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeKind, Snapshot, Source, utf16_len},
    write::{RedactOptions, redact as write_copy},
};

use super::{
    entropy::Entropy,
    graph::{check_refusal, open},
    heap::{Heap, damage},
};

/// A path of this call alone, in memory where the system has such a place.
#[must_use]
pub fn scratch() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let shared = Path::new("/dev/shm");
    let folder = if shared.is_dir() { shared.to_path_buf() } else { std::env::temp_dir() };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    folder.join(format!("heap-analyzer-fuzz-{}-{number}", std::process::id()))
}

/// The copy's bytes, or why it was refused; then there is no file either.
fn copied(text: &[u8], property_keys: bool) -> Result<Vec<u8>, Error> {
    let path = scratch();
    let options = RedactOptions { property_keys, secret: b"fuzz".to_vec(), packing: None };
    let result = write_copy(Source::Bytes(text.to_vec()), &path, &options, &Monitor::none());
    let copy = fs::read(&path).ok();
    let _ = fs::remove_file(&path);
    match (result, copy) {
        (Ok(told), Some(copy)) => {
            assert_eq!(told.size_bytes, copy.len() as u64);
            Ok(copy)
        }
        (Err(error), None) => {
            assert!(!error.to_string().is_empty());
            Err(error)
        }
        (Ok(_), None) => panic!("no copy was written"),
        (Err(error), Some(_)) => panic!("half a copy was left behind: {error}"),
    }
}

/// Target `redact`.
pub fn redact(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let mode = choices.byte();
    let mut heap = Heap::make(&mut choices, 24);
    // A stream is copied in V8's order alone.
    heap.layout &= 0x0f;
    // Contents of their own, so that what is left of them is seen.
    for (number, node) in heap.nodes.iter_mut().enumerate().filter(|(_, node)| node.kind == 2) {
        if number.is_multiple_of(2) {
            node.name = heap.strings.len();
            heap.strings.push(format!("canary{number}"));
        }
    }
    let mut text = heap.text().into_bytes();
    let damages = if mode & 2 == 0 { 0 } else { 1 + choices.below(3) };
    damage(&mut text, &mut choices, damages);
    let original = open(&text);
    let copy = copied(&text, mode & 1 == 1);
    let Ok(original) = original else {
        // A stream sees less of what is wrong than a reader who knows all of the file; it must not do worse than that.
        return;
    };
    let copy = match copy {
        Ok(copy) => copy,
        Err(error) => {
            assert!(damages > 0, "a snapshot that opens was not copied: {error}");
            return check_refusal(&error, text.len());
        }
    };
    if damages == 0 {
        assert!(!copy.windows(6).any(|window| window == b"canary"), "{}", String::from_utf8_lossy(&copy));
    }
    check_same_shape(original, open(&copy).expect("the copy is a snapshot"));
}

fn check_same_shape(original: Snapshot, copy: Snapshot) {
    let none = Monitor::none();
    let (original, copy) = (HeapGraph::new(original, &none).unwrap(), HeapGraph::new(copy, &none).unwrap());
    let (before, after) = (original.snapshot(), copy.snapshot());
    assert_eq!(before.nodes.len(), after.nodes.len());
    assert_eq!(before.edges.targets(), after.edges.targets());
    for node in before.nodes.all() {
        let row = |snapshot: &Snapshot| {
            let nodes = &snapshot.nodes;
            let name = snapshot.strings.bytes(nodes.name(node));
            let length = utf16_len(&name);
            (
                nodes.kind(node),
                nodes.id(node),
                nodes.self_size(node),
                nodes.edges(node),
                nodes.detachedness(node),
                length,
            )
        };
        assert_eq!(row(before), row(after));
        assert_eq!(before.locations.get(node), after.locations.get(node));
        // The name of a WeakMap's entry repeats content, whoever else bears it.
        let repeats = original.raw_name(node).contains(" / part of key (");
        if !repeats && matches!(before.nodes.kind(node), NodeKind::CLOSURE | NodeKind::SYNTHETIC | NodeKind::CODE) {
            assert_eq!(original.raw_name(node), copy.raw_name(node));
        }
    }
    for edge in 0..before.edges.len() {
        assert_eq!(before.edges.kind(edge), after.edges.kind(edge));
        if before.edges.name(edge).is_none() {
            assert_eq!(before.edges.name_or_index(edge), after.edges.name_or_index(edge));
        }
    }
    let sizes = [&original, &copy].map(|graph| graph.shallow_sizes(&none).unwrap());
    assert!(sizes[0].iter().eq(sizes[1].iter()));
    assert!(original.distances(&none).unwrap().all().eq(copy.distances(&none).unwrap().all()));
    let retained = [&original, &copy].map(|graph| graph.retained_sizes(&none).unwrap());
    assert!(original.snapshot().nodes.all().all(|node| retained[0].get(node) == retained[1].get(node)));
}
