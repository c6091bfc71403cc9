//! Collections with many entries, with none, and with much room: counted edge by edge.

use std::{cmp::Reverse, collections::BTreeMap};

use heap_analyzer::{
    analysis::{collections, waste},
    monitor::Monitor,
};
use serde_json::Value;

use super::super::{facts::Facts, model::Model};

/// Empty collections at one place: how many, their bytes, their ids.
type Place = (u64, u64, Vec<u32>);

pub(super) fn check(facts: &Facts, top: usize) {
    let model = &facts.model;
    let objects: Vec<usize> = (0..model.nodes.len()).filter(|&node| model.nodes[node].kind == "object").collect();

    let told = serde_json::to_value(collections(&facts.graph, top, &Monitor::none()).unwrap()).unwrap();
    let rows = objects.iter().filter_map(|&node| {
        let entries = entries(model, node)?;
        let room = if model.is_named(node, "Array") { room(model, node, "elements") } else { 0 };
        Some((node, entries, room.max(entries)))
    });
    let mut large: Vec<_> = rows.filter(|row| row.2 >= 100).collect();
    assert_eq!(told["count"], large.len());
    large.sort_by_key(|row| Reverse(row.2));
    large.truncate(top);
    super::check_rows(facts, &told["collections"], &large.iter().map(|row| row.0).collect::<Vec<_>>());
    for (row, (node, entries, slots)) in told["collections"].as_array().unwrap().iter().zip(large) {
        assert_eq!((row["entries"].as_u64(), row["slots"].as_u64()), (Some(entries), Some(slots)), "{row}");
        assert_eq!(row.get("heldBy").and_then(Value::as_str), held_by(facts, node).as_deref(), "{row}");
    }

    let told = serde_json::to_value(waste(&facts.graph, top, &Monitor::none()).unwrap()).unwrap();
    let mut places: BTreeMap<(&str, Option<String>), Place> = BTreeMap::new();
    for &node in &objects {
        if let Some((kind, bytes)) = empty(model, node) {
            let row = places.entry((kind, held_by(facts, node))).or_default();
            (row.0, row.1) = (row.0 + 1, row.1 + bytes);
            row.2.push(model.nodes[node].id);
        }
    }
    assert_eq!(told["emptyCount"], places.values().map(|row| row.0).sum::<u64>());
    assert_eq!(told["emptyBytes"], places.values().map(|row| row.1).sum::<u64>());
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|(_, (count, bytes, _))| Reverse((*bytes, *count)));
    places.truncate(top);
    let rows = told["empty"].as_array().unwrap();
    assert_eq!(rows.len(), places.len());
    for (row, ((kind, held_by), (count, bytes, ids))) in rows.iter().zip(places) {
        assert_eq!((&row["kind"], row.get("heldBy").and_then(Value::as_str)), (&kind.into(), held_by.as_deref()));
        assert_eq!((&row["count"], &row["bytes"]), (&count.into(), &bytes.into()), "{row}");
        assert_eq!(row["samples"], ids.into_iter().take(3).collect::<Value>());
    }

    let sparse = objects.iter().filter(|&&node| model.is_named(node, "Array")).filter_map(|&node| {
        let (entries, slots) = (entries(model, node)?, room(model, node, "elements"));
        (slots >= 32 && entries > 0 && entries * 4 <= slots).then_some((node, entries, slots))
    });
    let mut sparse: Vec<_> = sparse.collect();
    assert_eq!(told["sparseCount"], sparse.len());
    assert_eq!(told["sparseBytes"], sparse.iter().map(|(_, entries, slots)| (slots - entries) * 8).sum::<u64>());
    sparse.sort_by_key(|(_, entries, slots)| Reverse(slots - entries));
    sparse.truncate(top);
    super::check_rows(facts, &told["sparse"], &sparse.iter().map(|row| row.0).collect::<Vec<_>>());
    for (row, (node, entries, slots)) in told["sparse"].as_array().unwrap().iter().zip(sparse) {
        assert_eq!((row["entries"].as_u64(), row["slots"].as_u64()), (Some(entries), Some(slots)), "{row}");
        assert_eq!(row["wastedBytes"], (slots - entries) * 8);
        assert_eq!(row.get("heldBy").and_then(Value::as_str), held_by(facts, node).as_deref(), "{row}");
    }
}

/// Words of a node that is a store, without the two of its header.
fn slots(model: &Model, store: usize) -> u64 {
    (model.nodes[store].size / 8).saturating_sub(2)
}

/// Slots of the store that a node has by a name.
fn room(model: &Model, node: usize, store: &str) -> u64 {
    model.follow(node, store).map_or(0, |store| slots(model, store))
}

/// Entries that show.
fn entries(model: &Model, node: usize) -> Option<u64> {
    let shows = |to: usize| model.nodes[to].kind != "hidden";
    if model.is_named(node, "Array") {
        let elements = model.nodes[node].edges.iter().filter(|edge| edge.kind == "element" && shows(edge.to));
        return Some(elements.count() as u64);
    }
    let table = model.follow(node, "table")?;
    let (width, has_value) = match model.nodes[node].name.as_str() {
        "Map" => (3, true),
        "Set" => (2, false),
        _ => return None,
    };
    // Two words of header, three numbers, 2^n buckets, and room for two entries a bucket.
    let size = model.nodes[table].size;
    let fits = |word: u64, bucket: u32| size == word * (5 + (1 << bucket) * (1 + 2 * width));
    let first = [8, 4].into_iter().find_map(|word| (0..40).find(|&bucket| fits(word, bucket)))?;
    let first = 3 + (1_u64 << first);
    let mut numbers = Vec::new();
    for edge in model.nodes[table].edges.iter().filter(|edge| edge.kind == "internal" && shows(edge.to)) {
        let Some(slot) = edge.name.as_ref().and_then(|name| name.parse::<u64>().ok()) else { continue };
        let Some(offset) = slot.checked_sub(first) else { continue };
        let counts = offset % width == 0 || has_value && offset % width == 1;
        if counts && !numbers.contains(&(offset / width)) {
            numbers.push(offset / width);
        }
    }
    Some(numbers.len() as u64)
}

/// Kind and bytes of what has nothing in it and no room for what does not show.
fn empty(model: &Model, node: usize) -> Option<(&'static str, u64)> {
    let own = model.nodes[node].size;
    match model.nodes[node].name.as_str() {
        name @ ("Map" | "Set") => {
            let table = model.nodes[model.follow(node, "table")?].size;
            let is_empty = entries(model, node) == Some(0) && table <= 160;
            is_empty.then_some((if name == "Map" { "Map" } else { "Set" }, own + table))
        }
        "Array" => {
            let is_empty = entries(model, node) == Some(0) && room(model, node, "elements") == 0;
            is_empty.then_some(("Array", own))
        }
        "Object" => {
            let holds = model.nodes[node].edges.iter().any(|edge| match (edge.kind.as_str(), edge.name.as_deref()) {
                ("property", name) => name != Some("__proto__"),
                ("element", _) => true,
                ("internal", Some("properties" | "elements")) => slots(model, edge.to) > 0,
                _ => false,
            });
            (own <= 56 && !holds).then_some(("Object", own))
        }
        _ => None,
    }
}

/// Where it hangs, by the first reference that a program has a word for.
pub(super) fn held_by(facts: &Facts, node: usize) -> Option<String> {
    let holders = facts.model.nodes.iter().enumerate();
    let mut references = holders.flat_map(|(holder, told)| (0..told.edges.len()).map(move |edge| (holder, edge)));
    references.find_map(|(holder, at)| {
        let edge = &facts.model.nodes[holder].edges[at];
        if edge.to != node {
            return None;
        }
        let class = facts.class(holder).0;
        match (edge.kind.as_str(), edge.name.as_deref()) {
            ("property", Some(name)) => Some(format!("{class}.{name}")),
            ("context", Some(name)) => Some(format!("variable {name}")),
            ("element", _) if facts.model.nodes[holder].kind == "object" => Some(format!("{class}[]")),
            ("hidden", _) => facts.model.block_variable(holder, at).map(|name| format!("variable {name}")),
            _ => None,
        }
    })
}
