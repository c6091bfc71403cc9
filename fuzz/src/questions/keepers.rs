//! What only lives because of detached DOM nodes, listeners, scopes or the console: by walking round them.

use heap_analyzer::{
    analysis::{Keeper, retained_by},
    monitor::Monitor,
};

use super::super::{facts::Facts, model::Model};

pub(super) fn check(facts: &Facts, top: usize) {
    let model = &facts.model;
    let all = 0..model.nodes.len();
    let is_text = |node: usize| model.nodes[node].kind.ends_with("string");
    let cases = [
        (Keeper::DetachedDom, all.clone().filter(|&node| model.is_detached(node)).collect()),
        (Keeper::Contexts, all.clone().filter(|&node| model.is_scope(node) && !is_text(node)).collect()),
        (Keeper::EventHandlers, handlers(model)),
        (Keeper::Console, Vec::new()),
    ];
    let distances = model.distances();
    for (keeper, avoided) in cases {
        let mut reached = vec![false; model.nodes.len()];
        let mut work = vec![model.root];
        while let Some(node) = work.pop() {
            if std::mem::replace(&mut reached[node], true) {
                continue;
            }
            let edges = model.nodes[node].edges.iter().filter(|edge| {
                let logged = keeper == Keeper::Console
                    && model.nodes[node].kind == "synthetic"
                    && edge.name.as_ref().is_some_and(|name| name.ends_with(" / DevTools console"));
                edge.kind != "weak" && !logged && !avoided.contains(&edge.to)
            });
            work.extend(edges.map(|edge| edge.to));
        }
        let kept: Vec<usize> = all.clone().filter(|&node| !reached[node] && distances[node] != -5).collect();
        let told = retained_by(&facts.graph, keeper, &Monitor::none()).unwrap();
        assert_eq!(told.iter().map(|node| node.index()).collect::<Vec<_>>(), kept, "{keeper:?}");
        super::check_objects(facts, &kept, top);
    }
}

/// Functions that wait for an event.
fn handlers(model: &Model) -> Vec<usize> {
    let is_function = |node: usize| model.nodes[node].edges.iter().any(|edge| edge.name.as_deref() == Some("code"));
    let is_closure = |node: &usize| model.nodes[*node].kind == "closure";
    let mut found = Vec::new();
    for node in &model.nodes {
        if node.name == "V8EventListener" {
            let first = node.edges.iter().find(|edge| edge.name.as_ref().map_or(edge.index == 1, |name| name == "1"));
            let Some(callback) = first.map(|edge| edge.to) else { continue };
            let inner = model.nodes[callback].edges.iter().map(|edge| edge.to).find(|&to| is_function(to));
            found.push(if is_function(callback) { callback } else { inner.unwrap_or(callback) });
            continue;
        }
        if node.kind != "object" {
            continue;
        }
        for edge in node.edges.iter().filter(|edge| edge.kind == "property") {
            match edge.name.as_deref() {
                Some("_events") => {
                    for event in &model.nodes[edge.to].edges {
                        if event.kind == "property" && event.name.as_deref() != Some("__proto__") {
                            let list = model.nodes[event.to].edges.iter().filter(|edge| edge.kind == "element");
                            found.extend(list.map(|edge| edge.to).chain([event.to]).filter(is_closure));
                        }
                    }
                }
                Some("callback") if node.name == "Listener" => found.extend(Some(edge.to).filter(is_closure)),
                _ => {}
            }
        }
    }
    found
}
