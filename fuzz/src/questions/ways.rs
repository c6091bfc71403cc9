//! Ways to a node: each is a walk over edges that are there, none passes what is left out or what another passes, and
//! there is one where the model finds one.

use heap_analyzer::{analysis::ways_to, monitor::Monitor, snapshot::NodeId};
use serde_json::Value;

use super::super::{facts::Facts, heap::EDGE_TYPES};

pub(super) fn check(facts: &Facts, node: usize, limit: usize, excluded: &[usize]) {
    let model = &facts.model;
    let without: Vec<NodeId> = excluded.iter().map(|&node| NodeId::from_index(node)).collect();
    let to = NodeId::from_index(node);
    let ways = |raw: bool| {
        let ways = ways_to(&facts.graph, to, (limit, raw), &without, &Monitor::none()).unwrap();
        serde_json::to_value(ways).unwrap().as_array().unwrap().clone()
    };
    let (raw, folded) = (ways(true), ways(false));
    assert_eq!(raw.len(), folded.len());
    assert!(raw.len() <= limit);
    for way in &raw {
        check_walk(facts, way, node, excluded);
    }

    check_apart(facts, &raw);

    // Over edges that count, without what is left out: from the root, its categories, and from what nothing holds.
    let edges = model.counting();
    let reached = |starts: &mut dyn Iterator<Item = usize>| {
        let mut reached = vec![false; model.nodes.len()];
        let mut work: Vec<usize> = starts.collect();
        while let Some(at) = work.pop() {
            if !excluded.contains(&at) && !std::mem::replace(&mut reached[at], true) {
                work.extend(edges[at].iter().copied());
            }
        }
        reached[node]
    };
    let is_top = node == model.root || model.nodes[node].kind == "synthetic";
    if limit > 0 && !is_top {
        let is_held = |at: usize| edges.iter().any(|targets| targets.contains(&at));
        let is_category = |at: usize| at == model.root || model.nodes[at].kind == "synthetic";
        let mut starts = (0..edges.len()).filter(|&at| is_category(at) || !is_held(at));
        assert!(!raw.is_empty() || !reached(&mut [model.root].into_iter()), "no way to {node} without {excluded:?}");
        assert!(raw.is_empty() || reached(&mut starts), "a way to {node} without {excluded:?}");
    }
}

/// After what all ways share, no two pass the same object.
fn check_apart(facts: &Facts, ways: &[Value]) {
    let mut ids: Vec<u32> = facts.model.nodes.iter().map(|node| node.id).collect();
    ids.sort_unstable();
    if ways.len() < 2 || ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return;
    }
    let shortest = ways.iter().map(|way| way.as_array().unwrap().len()).min().unwrap_or(0);
    let shared = (0..shortest).take_while(|&at| ways.iter().all(|way| way[at] == ways[0][at])).count();
    let mut passed = Vec::new();
    for way in ways {
        let hops = way.as_array().unwrap();
        for hop in hops.iter().take(hops.len() - 1).skip(shared) {
            let is_category = hop["node"]["class"] == "(synthetic)";
            assert!(is_category || !passed.contains(&&hop["node"]["id"]), "{ways:?}");
            passed.push(&hop["node"]["id"]);
        }
    }
}

/// The hops of a way are edges that follow one another.
fn check_walk(facts: &Facts, way: &Value, node: usize, excluded: &[usize]) {
    let model = &facts.model;
    // Ids may be given twice, so that a hop may lead to several nodes.
    let mut at: Vec<usize> = (0..model.nodes.len()).filter(|node| !excluded.contains(node)).collect();
    let hops = way.as_array().unwrap();
    for hop in hops {
        let kind = hop["edge"]["kind"].as_str().unwrap();
        let fits = |from: usize, to: usize| {
            model.nodes[from].edges.iter().any(|edge| {
                let known = if EDGE_TYPES[..7].contains(&edge.kind.as_str()) { &edge.kind } else { "other" };
                let name = edge.name.clone().unwrap_or_else(|| edge.index.to_string());
                edge.to == to && known == kind && (name.len() > 1000 || hop["edge"]["name"] == *name)
            })
        };
        check_variable(facts, hop, &at);
        let next = (0..model.nodes.len()).filter(|&to| {
            hop["node"]["id"] == model.nodes[to].id
                && (to == node || !excluded.contains(&to))
                && at.iter().any(|&from| fits(from, to))
        });
        at = next.collect();
    }
    assert!(hops.is_empty() || at.contains(&node), "{way} to {node} without {excluded:?}");
}

/// A hop over a reference that has a number only is told as the variable that it stands for, where that is sure.
fn check_variable(facts: &Facts, hop: &Value, from: &[usize]) {
    let model = &facts.model;
    let text = hop["text"].as_str().unwrap();
    // Categories have their own names.
    let is_category = hop["node"]["class"] == "(synthetic)";
    if hop["edge"]["kind"] != "hidden" || from.contains(&model.root) || is_category {
        return;
    }
    // A function has its place behind it.
    let is_it =
        |fitting: &str| text.strip_prefix(fitting).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("));
    let mut texts = from.iter().flat_map(|&from| {
        let edges = model.nodes[from].edges.iter().enumerate();
        let fits = edges.filter(|(_, edge)| {
            edge.kind == "hidden"
                && hop["edge"]["name"].as_str() == Some(&edge.index.to_string())
                && hop["node"]["id"] == model.nodes[edge.to].id
        });
        fits.map(move |(at, edge)| match model.block_variable(from, at) {
            Some(name) => format!("⟨context⟩ {name}"),
            None => format!("⟨{}⟩", edge.index),
        })
    });
    assert!(texts.any(|fitting| is_it(&fitting)), "{hop}");
}
