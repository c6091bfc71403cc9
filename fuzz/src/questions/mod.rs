//! Target `questions`: what an open heap can be asked, each answer held against one that is found by trying everything.

mod collections;
mod duplicates;
mod keepers;
mod ways;

use std::collections::BTreeMap;

use heap_analyzer::{
    analysis::{
        Filter, InspectOptions, Order, Scripts, TextFilter, held_by, inspect_open, largest, missing, objects, select,
        select_all, set_of, value_of,
    },
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeId, ObjectId},
};
use serde_json::{Value, json};

use super::{entropy::Entropy, facts::Facts, graph::open, heap::NODE_TYPES, program::program};

/// Target `questions`.
pub fn questions(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let top = match choices.byte() {
        byte @ 0..=199 => usize::from(byte % 8),
        _ => 1000,
    };
    let (seed, options) = (choices.number(), inspection(&mut choices));
    let asked: [u8; 4] = [(); 4].map(|()| choices.byte());
    let text = program(&mut choices, 24).text();
    let facts = Facts::read(&text);
    let count = facts.model.nodes.len();
    let [node, excluded, ..] = asked.map(|byte| usize::from(byte) % count);

    let selection: Vec<usize> = (0..count).filter(|node| seed >> (node % 64) & 1 == 1).collect();
    check_objects(&facts, &selection, top);
    check_largest(&facts, &text, &selection, top);
    check_filters(&facts, asked, seed);
    keepers::check(&facts, top);
    collections::check(&facts, top);
    duplicates::check(&facts, top);
    let excluded: Vec<usize> = if asked[2] & 1 == 1 && excluded != node { vec![excluded] } else { Vec::new() };
    ways::check(&facts, node, usize::from(asked[3] % 5), &excluded);
    check_one(&facts, node, options);
}

fn inspection(choices: &mut Entropy<'_>) -> InspectOptions {
    let flags = choices.byte();
    InspectOptions {
        limit: choices.below(8),
        text_limit: choices.below(40),
        paths: choices.below(5),
        hidden: flags & 1 == 1,
        raw_paths: flags & 2 == 2,
    }
}

/// What is told of objects that have something in common.
fn check_objects(facts: &Facts, nodes: &[usize], top: usize) {
    let ids: Vec<NodeId> = nodes.iter().map(|&node| NodeId::from_index(node)).collect();
    // An odd number of rows is asked for by shallow size.
    let by = if top.is_multiple_of(2) { Order::RetainedSize } else { Order::SelfSize };
    let told = serde_json::to_value(objects(&facts.graph, &ids, (top, by), &Monitor::none()).unwrap()).unwrap();
    let own = nodes.iter().map(|&node| facts.shallow[node]).sum::<u64>();
    let mut classes: BTreeMap<&str, (&str, u64, u64)> = BTreeMap::new();
    for &node in nodes {
        let (name, key) = facts.class(node);
        let row = classes.entry(key).or_insert((name, 0, 0));
        *row = (name, row.1 + 1, row.2 + facts.shallow[node]);
    }
    let class_count = classes.len();
    let mut rows: Vec<_> = classes.into_iter().collect();
    rows.sort_by_key(|&(_, (_, count, size))| std::cmp::Reverse((size, count)));
    rows.truncate(top);
    let rows = rows.into_iter().map(
        |(key, (name, count, self_size))| json!({"name": name, "key": key, "count": count, "selfSize": self_size}),
    );
    let mut biggest = nodes.to_vec();
    let sizes = if by == Order::RetainedSize { &facts.retained } else { &facts.shallow };
    biggest.sort_by_key(|&node| std::cmp::Reverse(sizes[node]));
    biggest.truncate(top);
    assert_eq!(told["count"], nodes.len());
    assert_eq!(told["selfSize"], own);
    assert_eq!(told["retainedSize"], facts.retained_by_all(nodes));
    assert_eq!(told["classCount"], class_count);
    assert_eq!(told["classes"], rows.collect::<Value>());
    check_rows(facts, &told["objects"], &biggest);
}

/// What is told of the objects with most of something, by a heap of which nothing is known yet.
fn check_largest(facts: &Facts, text: &str, nodes: &[usize], top: usize) {
    for by in [Order::RetainedSize, Order::SelfSize, Order::References] {
        let graph = HeapGraph::new(open(text.as_bytes()).unwrap(), &Monitor::none()).unwrap();
        let wanted = set_of(&graph, nodes.iter().map(|&node| NodeId::from_index(node)));
        let told = serde_json::to_value(largest(&graph, &wanted, (top, by), &Monitor::none()).unwrap()).unwrap();
        let mut biggest = nodes.to_vec();
        match by {
            Order::RetainedSize => biggest.sort_by_key(|&node| std::cmp::Reverse(facts.retained[node])),
            Order::SelfSize => biggest.sort_by_key(|&node| std::cmp::Reverse(facts.shallow[node])),
            // How references are counted is not this target's.
            Order::References => {
                let rows = told.as_array().unwrap();
                let counts: Vec<u64> = rows.iter().map(|row| row["references"].as_u64().unwrap()).collect();
                assert!(counts.is_sorted_by(|a, b| a >= b) && counts.len() == top.min(nodes.len()), "{counts:?}");
                // Each row is about one of the nodes, and no two about the same; ids may come twice in a made-up heap.
                let mut left = nodes.to_vec();
                let node_of = |row| left.remove(left.iter().position(|&node| is_about(facts, row, node)).unwrap());
                biggest = rows.iter().map(node_of).collect();
            }
        }
        biggest.truncate(top);
        check_rows(facts, &told, &biggest);
    }
}

/// Which objects pass filters.
fn check_filters(facts: &Facts, [flags, kind, state, _]: [u8; 4], seed: u64) {
    let kinds = (flags & 1 == 1).then(|| vec![NODE_TYPES[usize::from(kind) % NODE_TYPES.len()].to_owned()]);
    let (starts, ends) = (state & 4 == 4, state & 8 == 8);
    let any = vec!["system".to_owned(), "Array".to_owned(), "e".to_owned()];
    let filter = Filter {
        kinds: kinds.clone(),
        class: (flags & 2 == 2).then_some(TextFilter { any: any.clone(), starts, ends }),
        min_self: (flags & 4 == 4).then_some(seed % 64),
        min_retained: (flags & 8 == 8).then_some(seed % 512),
        max_retained: (flags & 16 == 16).then_some(seed % 4096),
        newer_than: (flags & 32 == 32).then_some(seed & 0xff),
        detached: (flags & 64 == 64).then_some(state & 1 == 1),
        ..Filter::default()
    };
    let count = facts.model.nodes.len();
    let (first, end) = if flags & 128 == 128 { (count / 3, count / 2) } else { (0, count) };
    let passes = |node: &usize| {
        let (told, class) = (&facts.model.nodes[*node], facts.class(*node).0);
        let is_named = any.iter().any(|text| match (starts, ends) {
            (true, true) => class == text,
            (true, false) => class.starts_with(text),
            (false, true) => class.ends_with(text),
            (false, false) => class.contains(text),
        });
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&told.kind))
            && (filter.class.is_none() || is_named)
            && filter.min_self.is_none_or(|least| facts.shallow[*node] >= least)
            && filter.min_retained.is_none_or(|least| facts.retained[*node] >= least)
            && filter.max_retained.is_none_or(|most| facts.retained[*node] <= most)
            && filter.newer_than.is_none_or(|id| u64::from(told.id) > id)
            && filter.detached.is_none_or(|wanted| facts.model.is_detached(*node) == wanted)
    };
    let all = select_all(&facts.graph, &filter, &Monitor::none()).unwrap();
    assert!(all.ones().eq((0..count).filter(passes)), "{filter:?}");
    let told = select(&facts.graph, &filter, (first as u32, end as u32), &Monitor::none()).unwrap();
    let told: Vec<usize> = told.into_iter().map(NodeId::index).collect();
    assert_eq!(told, (first..end).filter(passes).collect::<Vec<_>>(), "{filter:?}");
}

/// Rows that begin with a node are about these nodes, in this order.
fn check_rows(facts: &Facts, rows: &Value, nodes: &[usize]) {
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), nodes.len());
    for (row, &node) in rows.iter().zip(nodes) {
        let row = row.get("node").unwrap_or(row);
        assert!(is_about(facts, row, node), "{row} {node}");
    }
}

/// Whether a row has the id and the figures of a node.
fn is_about(facts: &Facts, row: &Value, node: usize) -> bool {
    row["id"] == facts.model.nodes[node].id
        && row["retainedSize"] == facts.retained[node]
        && row["selfSize"] == facts.shallow[node]
        && row["class"] == facts.class(node).0
}

/// All about one node, and the looks at it that an open heap gives at once.
fn check_one(facts: &Facts, node: usize, options: InspectOptions) {
    let none = Monitor::none();
    let (graph, at) = (&facts.graph, NodeId::from_index(node));
    for node in 0..facts.model.nodes.len() {
        let told = held_by(graph, NodeId::from_index(node), &none).unwrap();
        assert_eq!(told, collections::held_by(facts, node), "{node}");
    }
    let answer = inspect_open(graph, at, options, &none).unwrap();
    let told = serde_json::to_value(&answer).unwrap();
    assert_eq!(told["node"]["ordinal"], node);
    assert_eq!(told["retainerCount"].as_u64(), Some(answer.body().retainer_count as u64));
    let value = value_of(graph, at, options.text_limit, &none).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), told["node"].get("value").cloned().unwrap_or(Value::Null));
    if let Some(value) = value {
        assert!(value.kind != "string" || value.text.encode_utf16().count() <= options.text_limit, "{value:?}");
    }
    let place = Scripts::of(graph).place(graph, at);
    assert_eq!(serde_json::to_value(&place).unwrap(), told["node"].get("place").cloned().unwrap_or(Value::Null));
    if let Some(place) = place {
        assert!(place.line != Some(0) && place.column != Some(0), "{place:?}");
    }
    let tree = graph.dominator_tree(&none).unwrap();
    let below: Vec<usize> = tree.subtree(at).map(NodeId::index).collect();
    assert_eq!(below.iter().map(|&node| facts.shallow[node]).sum::<u64>(), facts.retained[node]);
    for child in tree.children(at) {
        assert_eq!(facts.dominators[child.index()], node);
    }
    let unknown = 0xffff_fff1;
    if facts.model.nodes.iter().all(|node| node.id != unknown) {
        let sentence = missing(graph, ObjectId(unknown)).to_string();
        assert!(sentence.contains("the nearest id") && !sentence.contains('\n'), "{sentence}");
    }
}
