//! Redaction held against the original: every figure of the copy, and nothing of what it said.

use std::{fs, path::PathBuf};

use super::*;
use crate::{
    analysis::{self, AnalyzeOptions},
    error::Code,
    graph::HeapGraph,
    snapshot::Snapshot,
    testing::{Heap, small_heap},
};

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("heap-analyzer-redact-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn options(property_keys: bool) -> RedactOptions {
    RedactOptions { property_keys, secret: b"a secret".to_vec(), packing: None }
}

fn redacted(text: &str, property_keys: bool, name: &str) -> String {
    let file = Scratch::new(name);
    let source = Source::Bytes(text.as_bytes().to_vec());
    let answer = redact(source, &file.0, &options(property_keys), &Monitor::none()).unwrap();
    let written = fs::read_to_string(&file.0).unwrap();
    assert_eq!(answer.size_bytes, written.len() as u64);
    written
}

fn figures(text: &str) -> serde_json::Value {
    let options = AnalyzeOptions { top: 100, all_classes: true, ..AnalyzeOptions::default() };
    let answer = analysis::summarize(Source::Bytes(text.as_bytes().to_vec()), options, &Monitor::none()).unwrap();
    let mut value = serde_json::to_value(answer).unwrap();
    value.as_object_mut().unwrap().remove("snapshots");
    value
}

fn secretive_heap() -> Heap {
    let mut heap = small_heap();
    let global = 1;
    let text = heap.node("string", "Session", 101, 24);
    let source = heap.node("string", "function hunter2() { return 'canary'; }\n", 103, 64);
    let pattern = heap.node("regexp", "canary[0-9]+", 105, 56);
    let number = heap.node("number", "heap number", 107, 12);
    let value = heap.node("string", "271828182", 109, 0);
    let weak = heap.node("object", "WeakMap", 111, 16);
    let table = heap.node("array", "(table)", 113, 64);
    let key = heap.node("object", "Key", 115, 16);
    let element = heap.node("native", "<div id=\"canary\" class='x y'>", 117, 16);
    let entry = "2 / part of key (Key @115) -> value (Session @101) pair in WeakMap (table @113)";
    heap.edge(global, "property", "greeting", text);
    heap.edge(global, "property", "alice, \"quoted\"", source);
    heap.edge(global, "property", "pattern", pattern);
    heap.edge(global, "property", "count", number);
    heap.edge(number, "internal", "value", value);
    heap.edge(global, "property", "weak", weak);
    heap.edge(weak, "internal", "table", table);
    heap.edge(table, "internal", entry, text);
    heap.edge(key, "internal", entry, text);
    heap.edge(global, "property", "key", key);
    heap.edge(global, "property", "element", element);
    heap
}

#[test]
fn contents_go_and_names_stay() {
    let text = secretive_heap().text();
    let copy = redacted(&text, false, "names");
    for gone in ["canary", "hunter2", "271828182", "(Session @101)", "\"alice, \\\"quoted\\\"\",30"] {
        assert!(!copy.contains(gone), "{gone}");
    }
    for kept in
        ["\"Session\"", "sessions", "greeting", "onRequest", "heap number", "(Key @115) -> value (xxxxxxx @101)"]
    {
        assert!(copy.contains(kept), "{kept}");
    }
    assert!(copy.contains("<div id=\\\"xxxxxx\\\" class='xxx'>"), "{copy}");
    // Content of one node and key of a property: the key stays, the content has an entry of its own.
    let snapshot = crate::testing::read(copy.as_str()).unwrap();
    let nodes = &snapshot.nodes;
    let contents: Vec<_> = nodes
        .all()
        .filter(|&node| nodes.kind(node) == NodeKind::STRING)
        .map(|node| snapshot.strings.text(nodes.name(node)).into_owned())
        .collect();
    assert_eq!(contents.iter().map(String::len).collect::<Vec<_>>(), [15, 7, 40, 9]);
    assert!(!contents.iter().any(|content| content == "Session" || content.contains("alice")));
    assert!(copy.contains("\"alice, \\\"quoted\\\"\""));
}

#[test]
fn every_figure_stays() {
    let text = secretive_heap().text();
    assert_eq!(without_names(figures(&redacted(&text, false, "figures"))), without_names(figures(&text)));
    // Names of classes are those of the original too, but for what only differs in hidden keys.
    let classes = |text: &str| {
        let graph = HeapGraph::new(crate::testing::read(text).unwrap(), &Monitor::none()).unwrap();
        let dominators: Vec<String> = graph.snapshot().nodes.all().map(|node| graph.display_name(node)).collect();
        dominators
    };
    let (before, after) = (classes(&text), classes(&redacted(&text, true, "keys")));
    assert_eq!(before.len(), after.len());
    assert!(before.iter().zip(&after).all(|(a, b)| a.chars().count() == b.chars().count()), "{before:?} {after:?}");
}

/// The figures of an answer without what people read in it.
fn without_names(mut value: serde_json::Value) -> serde_json::Value {
    for row in value["biggest"].as_array_mut().unwrap() {
        row["node"].as_object_mut().unwrap().remove("name");
        row.as_object_mut().unwrap().remove("path");
    }
    value
}

#[test]
fn keys_go_on_request_and_shapes_stay_apart() {
    let text = secretive_heap().text();
    let copy = redacted(&text, true, "hidden");
    for gone in ["greeting", "sessions", "alice", "pattern"] {
        assert!(!copy.contains(gone), "{gone}");
    }
    for kept in ["__proto__", "table", "onRequest", "Session"] {
        assert!(copy.contains(kept), "{kept}");
    }
    let count = |text: &str| figures(text)["classCount"].clone();
    assert_eq!(count(&copy), count(&text));
}

#[test]
fn packed_files_are_read_and_written() {
    let text = secretive_heap().text();
    let plain = redacted(&text, false, "plain");
    for packing in [Packing::Gzip, Packing::Zstd] {
        let file = Scratch::new(&format!("packed-{packing:?}"));
        let packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
        let options = RedactOptions { packing: Some(packing), ..options(false) };
        let answer = redact(Source::Bytes(packed), &file.0, &options, &Monitor::none()).unwrap();
        let snapshot = Snapshot::open(Source::File(file.0.clone()), &Monitor::none()).unwrap();
        assert_eq!(snapshot.nodes.len() as u64, answer.node_count);
        assert!(answer.size_bytes < plain.len() as u64);
    }
}

#[test]
fn what_is_unknown_says_nothing_any_more() {
    let text = secretive_heap().text().replace(
        "\"trace_function_infos\":",
        "\"future\":{\"a\":[1,[\"canary]}\",{\"b\":\"canary\"}],-1.5e3],\"c\":null},\"x\":\"canary\",\"trace_function_infos\":",
    );
    let text = text.replacen("{\"snapshot\":{", "{\"snapshot\":{\"title\":\"canary\",", 1);
    let copy = redacted(&text, false, "unknown");
    assert!(!copy.contains("canary"));
    assert!(copy.contains("\"future\":{\"a\":[1,[\"\",{\"b\":\"\"}],-1.5e3],\"c\":null},\"x\":\"\""), "{copy}");
    assert_eq!(without_names(figures(&copy)), without_names(figures(&text)));
}

#[test]
fn damage_is_told_and_leaves_nothing() {
    let text = secretive_heap().text();
    let file = Scratch::new("damaged");
    let attempt = |text: &[u8]| {
        redact(Source::Bytes(text.to_vec()), &file.0, &options(false), &Monitor::none()).map_err(|error| error.code())
    };
    for cut in (0..text.len() - 2).step_by(97) {
        let code = attempt(&text.as_bytes()[..cut]).unwrap_err();
        assert!(matches!(code, Code::Truncated | Code::Empty | Code::NotSnapshot), "{cut}: {code}");
        assert!(!file.0.exists());
    }
    for (from, to) in [
        ("\"nodes\":[9,", "\"nodes\":[99,"),
        ("\"nodes\":[9,0", "\"nodes\":[9,99999"),
        ("\"edges\":[5,", "\"edges\":[5,9999999,0,1,"),
        ("\"node_count\":2", "\"node_count\":9"),
        ("\"strings\":", "\"text\":"),
        ("\"edges\":", "\"eges\":"),
        ("\"edges\":[5", "\"edges\":[5.5"),
    ] {
        let damaged = text.replacen(from, to, 1);
        assert_ne!(damaged, text, "{from}");
        assert_eq!(attempt(damaged.as_bytes()).unwrap_err(), Code::Malformed, "{from}");
    }
    assert_eq!(attempt(b"{\"nodes\":[]}").unwrap_err(), Code::NotSnapshot);
    fs::write(&file.0, "precious").unwrap();
    assert_eq!(attempt(text.as_bytes()).unwrap_err(), Code::Io);
    assert_eq!(fs::read_to_string(&file.0).unwrap(), "precious");
}

#[test]
fn a_long_file_is_copied_window_by_window() {
    let mut heap = Heap::new();
    for index in 0..60_000_u32 {
        let name = format!("canary {index} {}", "y".repeat(index as usize % 90));
        let node = heap.new_string(&name, 3 + 2 * index);
        heap.edge(0, "element", &index.to_string(), node);
    }
    let text = heap.text();
    assert!(text.len() > 4 << 20);
    let copy = redacted(&text, false, "long");
    assert!(!copy.contains("canary"));
    assert_eq!(copy.len(), text.len());
    assert_eq!(figures(&copy)["totals"], figures(&text)["totals"]);
}
