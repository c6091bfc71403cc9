//! Target `captures`: V8's tables of scopes, whole, with nonsense in them or damaged, and what by them nobody reads.

mod readers;
mod tables;

use heap_analyzer::{
    analysis::captures as find,
    error::{Code, Error},
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::Snapshot,
};
use serde_json::{Value, json};

use self::tables::{Read, Tables};
use super::{
    entropy::Entropy,
    facts::Facts,
    graph::{check_refusal, open},
    heap::damage,
    model::Model,
};

/// Target `captures`.
pub fn captures(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let (how, least) = (choices.byte(), [0, 0, 16, 100][choices.below(4)]);
    let heap = tables::heap(&mut choices);
    let tables = Tables::make(&mut choices, &heap);
    let text = tables.write(&heap.text());
    if how > 200 {
        return of_damaged(text.into_bytes(), choices);
    }
    let facts = Facts::read(&text);
    let written = facts.graph.snapshot().source_scopes.as_ref().map(|tables| tables.read(&Monitor::none()));
    let told = find(&facts.graph, least, &Monitor::none());
    let read = tables.read(&facts.model);
    match (written, &read) {
        (Some(Ok(written)), Some(Ok(read))) => {
            let scopes = written.scopes.iter().map(|scope| {
                let names = &written.names[scope.variables.clone()];
                let names = names.iter().map(|&name| facts.graph.snapshot().strings.text(name).into_owned()).collect();
                let uses =
                    written.uses[scope.uses.clone()].iter().map(|&(id, slot)| (id.into(), slot.into())).collect();
                let parent = scope.parent.map(|parent| parent as usize);
                tables::Scope { script: scope.script.index(), id: scope.id.into(), parent, names, uses }
            });
            assert_eq!(&scopes.collect::<Vec<_>>(), read);
        }
        (Some(Err(error)), Some(Err(why))) => is_fault(&error, &text, why),
        (None, None) => {}
        (Some(Ok(_)), Some(Err(why))) => panic!("tables were read although {why}: {text}"),
        (written, _) => panic!("{:?}: {text}", written.map(|written| written.map(|_| ()))),
    }
    match (told, read) {
        (Err(error), Some(Err(why))) => is_fault(&error, &text, why),
        (Ok(told), read) => {
            let expected = expected(&facts, read.map(Result::unwrap).as_deref(), least);
            check(&facts, &serde_json::to_value(told).unwrap(), &expected);
        }
        (Err(error), _) => panic!("{error}: {text}"),
    }
}

fn is_fault(error: &Error, text: &str, why: &str) {
    assert_eq!(error.code(), Code::Malformed, "{why}");
    check_refusal(error, text.len());
}

/// Whatever is damaged, there is an answer or an error with a code.
fn of_damaged(mut text: Vec<u8>, mut choices: Entropy<'_>) {
    // In the tables most of the time: they stand together.
    let places = 1 + choices.below(4);
    let found = text.windows(9).position(|window| window == b"\"scopes\":").filter(|_| choices.byte() < 200);
    let mut rest = text.split_off(found.unwrap_or(0));
    damage(&mut rest, &mut choices, places);
    text.extend(rest);
    let of_snapshot = |snapshot: Snapshot| find(&HeapGraph::new(snapshot, &Monitor::none())?, 0, &Monitor::none());
    if let Err(error) = open(&text).and_then(of_snapshot) {
        check_refusal(&error, text.len());
    }
}

/// A scope that must be told: its node, the variables by edge with their names and whether nobody reads them, and the
/// closures that see it.
struct Captured {
    scope: usize,
    variables: Vec<(usize, Vec<String>, bool)>,
    closures: Option<Vec<usize>>,
}

fn expected(facts: &Facts, tables: Option<&[tables::Scope]>, least: u64) -> Vec<Captured> {
    let model = &facts.model;
    let is_scope = |&node: &usize| model.is_scope(node) && !model.nodes[node].kind.ends_with("string");
    let mut scopes: Vec<usize> = (0..model.nodes.len()).filter(is_scope).collect();
    scopes.retain(|&scope| facts.retained[scope] >= least);
    scopes.sort_by_key(|&scope| std::cmp::Reverse(facts.retained[scope]));
    let captured = scopes.into_iter().filter_map(|scope| {
        let closures = readers::of(model, scope);
        let unread = closures.as_ref().zip(tables).and_then(|(all, tables)| readers::unread(model, tables, scope, all));
        let mut variables = variables(facts, scope, least);
        variables.retain_mut(|(edge, _, is_unread)| {
            let known = unread.as_ref().and_then(|unread| unread.iter().find(|(known, _)| known == edge));
            *is_unread = known.is_some_and(|&(_, unread)| unread);
            known.is_none_or(|&(_, unread)| unread)
        });
        (!variables.is_empty()).then_some(Captured { scope, variables, closures })
    });
    captured.collect()
}

/// What a scope alone keeps, by the place of its reference among those of the scope.
fn variables(facts: &Facts, scope: usize, least: u64) -> Vec<(usize, Vec<String>, bool)> {
    let edges = &facts.model.nodes[scope].edges;
    let is_heavy = |edge: usize| {
        let to = edges[edge].to;
        facts.retained[to] >= least && facts.dominators[to] == scope
    };
    let named = (0..edges.len()).filter(|&edge| edges[edge].kind == "context" && is_heavy(edge)).filter_map(|edge| {
        let name = edges[edge].name.clone().unwrap();
        (name != "this").then(|| (edge, vec![name], false))
    });
    let of_block = facts.model.slots_by_order(scope).into_iter().flatten().filter(|&(edge, _)| is_heavy(edge));
    named.chain(of_block.map(|(edge, names)| (edge, names, false))).collect()
}

/// The answer is what must be told, in this order.
fn check(facts: &Facts, told: &Value, expected: &[Captured]) {
    let model = &facts.model;
    let id = |node: usize| model.nodes[node].id;
    let scopes = told["scopes"].as_array().unwrap();
    assert_eq!(scopes.len(), expected.len(), "{told}");
    assert_eq!(told["leftOut"], 0);
    for (told_scope, expected) in scopes.iter().zip(expected) {
        assert_eq!(told_scope["scope"], id(expected.scope));
        let rows = expected.variables.iter().map(|(edge, names, unread)| {
            let edge = &model.nodes[expected.scope].edges[*edge];
            let from = if edge.kind == "context" { "reference" } else { "scope-info" };
            (json!({"names": names, "nameFrom": from, "unread": unread}), edge.to)
        });
        let variables = told_scope["variables"].as_array().unwrap();
        assert_eq!(variables.len(), expected.variables.len(), "{told_scope}");
        for (variable, (row, node)) in variables.iter().zip(rows) {
            for key in ["names", "nameFrom", "unread"] {
                assert_eq!(variable[key], row[key], "{told_scope}");
            }
            assert_eq!(
                (&variable["node"]["id"], &variable["node"]["retainedSize"]),
                (&json!(id(node)), &json!(facts.retained[node]))
            );
        }
        let count = expected.closures.as_ref().map(Vec::len);
        assert_eq!(
            told_scope.get("closureCount").and_then(Value::as_u64),
            count.map(|count| count as u64),
            "{told_scope}"
        );
        check_functions(model, told, told_scope, expected.closures.as_deref().unwrap_or_default());
    }
}

/// Of the closures each function once, with its script's text.
fn check_functions(model: &Model, told: &Value, scope: &Value, closures: &[usize]) {
    let mut functions: Vec<(usize, usize)> = Vec::new();
    for &closure in closures {
        let function = model.follow(closure, "shared").unwrap_or(closure);
        if functions.iter().all(|&(known, _)| known != function) {
            functions.push((function, closure));
        }
    }
    let rows = scope["functions"].as_array().unwrap();
    assert_eq!(rows.len(), functions.len(), "{scope}");
    for (row, (_, closure)) in rows.iter().zip(functions) {
        assert_eq!((&row["id"], &row["name"]), (&json!(model.nodes[closure].id), &json!(model.nodes[closure].name)));
        let source = readers::script(model, closure).and_then(|script| model.follow(script, "source"));
        let source = source.filter(|&source| model.nodes[source].kind.ends_with("string"));
        let script = row.get("script").and_then(Value::as_u64).map(|script| &told["scripts"][script as usize]);
        assert_eq!(script.map(|script| script["source"].as_u64()), source.map(|source| Some(source as u64)), "{scope}");
        assert_eq!(
            script.map(|script| script["sourceSize"].as_u64()),
            source.map(|source| Some(model.nodes[source].size))
        );
    }
}
