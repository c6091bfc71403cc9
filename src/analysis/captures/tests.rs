//! Candidates on heaps written by hand, with V8's tables of scopes and without.

use super::captures;
use crate::{
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
    testing::Heap,
};

/// A program in the making: `outer(huge, small) { … }`, whose scope has two variables and closures of its functions.
struct Program {
    heap: Heap,
    last: u32,
    script: usize,
    scope: usize,
}

impl Program {
    fn new() -> Self {
        let mut heap = Heap::new();
        let script = heap.node("code", "system / Script / app.js", 3, 100);
        let source = heap.node("string", "function outer(huge, small) {}", 5, 48);
        let scope = heap.node("object", "system / Context / scope @9", 7, 32);
        let mut program = Self { heap, last: 101, script, scope };
        let info = program.node("code", "system / ScopeInfo", 60);
        program.heap.edge(script, "internal", "source", source);
        program.heap.edge(scope, "internal", "scope_info", info);
        program.number(info, "scope_id", "36");
        for (name, size) in [("huge", 50_000), ("small", 20_000)] {
            let value = program.node("object", "Array", size);
            program.heap.edge(scope, "context", name, value);
        }
        program
    }

    fn node(&mut self, kind: &str, name: &str, size: u64) -> usize {
        self.last += 2;
        self.heap.node(kind, name, self.last, size)
    }

    fn number(&mut self, of: usize, name: &str, value: &str) {
        let number = self.node("number", "int", 0);
        let text = self.node("string", value, 16);
        self.heap.edge(of, "internal", name, number);
        self.heap.edge(number, "internal", "value", text);
    }

    /// A closure of the function that begins at this place, in a scope.
    fn closure(&mut self, id: &str, scope: usize) -> usize {
        let (script, shared) = (self.script, self.node("code", "shared", 40));
        let closure = self.node("closure", &format!("f{id}"), 32);
        self.heap.edge(0, "element", "1", closure);
        self.heap.edge(closure, "internal", "shared", shared);
        self.heap.edge(closure, "internal", "context", scope);
        self.heap.edge(shared, "internal", "script", script);
        self.number(shared, "scope_id", id);
        closure
    }

    /// With tables: `outer` at 36 holds functions at 100, which reads `huge`, at 200, which reads `small`, and at 300,
    /// in which one at 310 reads `huge`.
    fn with_tables(mut self) -> HeapGraph {
        let [huge, small] = ["huge", "small"].map(|name| self.heap.string(name));
        let at = self.script * 7;
        let rows = [(-2, 0, 0, 0), (36, 1, 2, 0), (100, 2, 0, 1), (200, 2, 0, 1), (300, 2, 0, 0), (310, 3, 0, 1)];
        let rows = rows.map(|(id, depth, variables, uses)| format!("{at},{id},{depth},{variables},{uses}"));
        let tables = format!(
            "\"scopes\":[{}],\"scope_context_vars\":[{huge},{small}],\"scope_uses\":[36,0,36,1,36,0],\n\"strings\":",
            rows.join(",")
        );
        let fields = "\"scope_fields\":[\"script_node_index\",\"scope_id\",\"depth\",\"scope_context_vars_count\",\
                      \"scope_uses_count\"],\"scope_context_var_fields\":[\"name\"],\"scope_use_fields\":[\
                      \"declaring_scope_id\",\"slot_index\"],\"location_fields\":";
        let text = self.heap.text().replace("\"location_fields\":", fields).replace("\"strings\":", &tables);
        let snapshot = Snapshot::open(Source::Bytes(text.into_bytes()), &Monitor::none()).unwrap();
        HeapGraph::new(snapshot, &Monitor::none()).unwrap()
    }
}

/// Names of the variables of all scopes, those that nobody reads with an exclamation mark; and how many see each scope.
fn told(graph: &HeapGraph) -> Vec<(String, Option<usize>)> {
    let found = captures(graph, 10_000, &Monitor::none()).unwrap();
    let scopes = found.scopes.into_iter().map(|scope| {
        let variables = scope.variables.into_iter();
        let names = variables.map(|one| one.names.join("|") + if one.unread { "!" } else { "" });
        (names.collect::<Vec<_>>().join(" "), scope.closure_count)
    });
    scopes.collect()
}

#[test]
fn tables_tell_what_living_functions_read() {
    for (ids, expected) in [
        (&["200"][..], Some("huge!")),
        (&["100"], Some("small!")),
        (&["100", "200"], None),
        // It may make the one inside of it again.
        (&["300"], Some("small!")),
        (&["310"], Some("small!")),
    ] {
        let mut program = Program::new();
        for id in ids {
            let scope = program.scope;
            program.closure(id, scope);
        }
        let expected: Vec<_> = expected.map(|names| (names.to_owned(), Some(ids.len()))).into_iter().collect();
        assert_eq!(told(&program.with_tables()), expected, "{ids:?}");
    }
}

#[test]
fn closures_in_scopes_inside_count_too() {
    let mut program = Program::new();
    let block = program.node("object", "system / Context / scope @11", 24);
    let outer = program.scope;
    program.heap.edge(block, "internal", "previous", outer);
    program.closure("200", block);
    assert_eq!(told(&program.with_tables()), [("huge!".to_owned(), Some(1))]);
}

#[test]
fn without_tables_nothing_is_known_of_readers() {
    let mut program = Program::new();
    let scope = program.scope;
    program.closure("200", scope);
    assert_eq!(told(&program.heap.graph()), [("huge small".to_owned(), Some(1))]);
}

#[test]
fn tables_of_something_else_say_nothing() {
    // A function that the tables do not have, a variable that they do not have, code that `eval` was given.
    let mut program = Program::new();
    let scope = program.scope;
    program.closure("201", scope);
    assert_eq!(told(&program.with_tables()), [("huge small".to_owned(), Some(1))]);
    let mut program = Program::new();
    let (scope, more) = (program.scope, program.node("object", "Array", 8));
    program.closure("200", scope);
    program.heap.edge(scope, "context", "more", more);
    assert_eq!(told(&program.with_tables()), [("huge small".to_owned(), Some(1))]);
    let mut program = Program::new();
    let (scope, script, info) = (program.scope, program.script, program.node("code", "system / ScopeInfo", 8));
    program.closure("200", scope);
    program.heap.edge(script, "internal", "eval_from_scope_info", info);
    assert_eq!(told(&program.with_tables()), [("huge small".to_owned(), Some(1))]);
}

#[test]
fn a_scope_that_somebody_else_holds_has_readers_that_cannot_be_asked() {
    let mut program = Program::new();
    let scope = program.scope;
    program.closure("200", scope);
    program.heap.edge(0, "element", "2", scope);
    assert_eq!(told(&program.with_tables()), [("huge small".to_owned(), None)]);
    // Nor can one that nobody seems to see.
    let mut program = Program::new();
    let (scope, weak) = (program.scope, program.node("object", "WeakCell", 8));
    program.heap.edge(0, "element", "1", weak);
    program.heap.edge(weak, "weak", "target", scope);
    assert!(told(&program.with_tables()).iter().all(|(_, closures)| closures.is_none()));
}

#[test]
fn a_generator_that_waits_reads_what_its_function_reads() {
    let mut program = Program::new();
    let (scope, generator) = (program.scope, program.node("object", "gen", 80));
    let elsewhere = program.node("object", "system / Context / scope @13", 24);
    let function = program.closure("200", elsewhere);
    program.heap.edge(0, "element", "2", generator);
    program.heap.edge(generator, "internal", "context", scope);
    program.heap.edge(generator, "internal", "function", function);
    assert_eq!(told(&program.with_tables()), [("huge!".to_owned(), Some(1))]);
}
