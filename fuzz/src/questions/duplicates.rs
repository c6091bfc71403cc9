//! Equal strings: every one compared with every other.

use std::{cmp::Reverse, collections::BTreeMap};

use heap_analyzer::{analysis::duplicate_strings, monitor::Monitor};
use serde_json::Value;

use super::super::facts::{Facts, cut};

/// Units at which V8 cuts a string.
const WRITTEN: usize = 1024;

pub(super) fn check(facts: &Facts, top: usize) {
    let told = serde_json::to_value(duplicate_strings(&facts.graph, top, &Monitor::none()).unwrap()).unwrap();
    // Of what is cut only those of one size are equal, and what is outside of the heap cannot be told.
    let mut texts: BTreeMap<(&str, u64), Vec<usize>> = BTreeMap::new();
    for (node, told) in facts.model.nodes.iter().enumerate().filter(|(_, node)| node.kind == "string") {
        let (is_cut, size) = (told.name.encode_utf16().count() >= WRITTEN, facts.shallow[node]);
        if !is_cut || size >= WRITTEN as u64 {
            texts.entry((&told.name, if is_cut { size } else { 0 })).or_default().push(node);
        }
    }
    let sizes = |nodes: &[usize]| {
        let largest = nodes.iter().map(|&node| facts.shallow[node]).max().unwrap_or(0);
        (nodes.iter().map(|&node| facts.shallow[node]).sum::<u64>() - largest, largest)
    };
    let mut rows: Vec<_> = texts.into_iter().filter(|(_, nodes)| sizes(nodes).0 > 0).collect();
    assert_eq!(told["duplicateStringCount"], rows.len());
    assert_eq!(told["duplicateStringBytes"], rows.iter().map(|(_, nodes)| sizes(nodes).0).sum::<u64>());
    rows.sort_by_key(|(_, nodes)| Reverse((sizes(nodes).0, nodes.len())));
    rows.truncate(top);
    assert_eq!(told["duplicateStrings"].as_array().unwrap().len(), rows.len());
    for (row, ((text, _), nodes)) in told["duplicateStrings"].as_array().unwrap().iter().zip(rows) {
        let (wasted, largest) = sizes(&nodes);
        assert_eq!(row["value"], cut(text, 200));
        assert_eq!((&row["count"], &row["wastedBytes"]), (&nodes.len().into(), &wasted.into()), "{row}");
        assert_eq!(row["sizeBytes"], largest, "{row}");
        assert_eq!(row.get("probable").is_some(), text.encode_utf16().count() >= WRITTEN, "{row}");
        let ids = nodes.iter().take(3).map(|&node| facts.model.nodes[node].id);
        assert_eq!(row["samples"], ids.collect::<Value>());
        let held = row["heldBy"].as_array().unwrap();
        let held: Vec<_> = held.iter().map(|row| (row["name"].as_str().unwrap(), &row["count"])).collect();
        let expected = holders(facts, &nodes);
        assert_eq!(held, expected.iter().map(|(name, count)| (name.as_str(), count)).collect::<Vec<_>>());
    }
}

/// What most of some strings hang on.
fn holders(facts: &Facts, nodes: &[usize]) -> Vec<(String, Value)> {
    let model = &facts.model;
    let mut places: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for (holder, edge) in facts.edges() {
        let (class, key) = facts.class(holder);
        let is_object = model.nodes[holder].kind == "object";
        let mut found = Vec::new();
        let place = match (edge.kind.as_str(), edge.name.as_deref()) {
            ("property", Some(name)) => format!("{class}.{name}"),
            ("context", Some(name)) => format!("variable {name}"),
            ("element", _) if is_object => format!("{class}[]"),
            ("internal", Some("table")) if is_object && model.nodes[edge.to].kind == "array" => {
                let entries = model.nodes[edge.to].edges.iter().filter(|entry| entry.kind == "internal");
                found.extend(entries.map(|entry| entry.to).filter(|entry| nodes.contains(entry)));
                format!("{class} entry")
            }
            _ => continue,
        };
        if edge.kind != "internal" && nodes.contains(&edge.to) {
            found.push(edge.to);
        }
        if !found.is_empty() {
            *places.entry((key, place)).or_default() += found.len() as u64;
        }
    }
    let mut places: Vec<_> = places.into_iter().map(|((_, name), count)| (cut(&name, 200), count)).collect();
    places.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    places.into_iter().take(3).map(|(name, count)| (name, count.into())).collect()
}
