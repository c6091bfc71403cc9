//! What programs leave of their scopes: blocks, whose variables have no names, and functions in functions, with closures
//! that see them and V8's own numbers of where each begins.

use super::{
    super::{entropy::Entropy, heap::Heap},
    ARRAY, CLOSURE, CODE, CONTEXT, ELEMENT, HIDDEN, HIDDEN_EDGE, INTERNAL, NUMBER, OBJECT, Program, STRING,
};

/// Where functions begin, by V8's number for them.
pub const IDS: [i32; 6] = [36, 100, 200, 300, 310, -2];

/// Variables of blocks, and what a script may declare of them, line by line.
const VARIABLES: [&str; 5] = ["orders", "cache", "handle", "PORT", "orders"];
const DECLARATIONS: [&str; 6] = [
    "const orders = new Map();\\n",
    "const cache = new Session(1);\\n",
    "const PORT = 3000;\\n",
    "const cache = 12345678901;\\n",
    "let handle = 1;\\n",
    "const handle = new Mapping();\\n",
];

/// A block: references with numbers, and the names of its variables beside them; functions made in it, and their
/// script with a text that declares some of the variables.
pub(super) fn block(program: &mut Program<'_, '_>) {
    let slots = 1 + program.choices.below(6);
    let odd = if program.choices.byte() > 240 { 4 } else { 0 };
    let scope = program.node(OBJECT, "system / Context", 32 + 8 * slots as u64 + odd);
    let map = if program.choices.byte() > 240 { 40 } else { 80 };
    let map = program.node(HIDDEN, "system / Map", map);
    let info = program.node(CODE, "system / ScopeInfo", 48);
    program.edge(scope, INTERNAL, "map", map);
    program.edge(scope, INTERNAL, "scope_info", info);
    let mut names = Vec::new();
    for slot in 0..slots {
        let name = *program.choices.pick(&VARIABLES);
        let text = program.node(STRING, name, 16);
        names.push(name);
        if program.choices.byte() < 250 {
            program.edge(info, HIDDEN_EDGE, &slot.to_string(), text);
        }
    }
    let (mut number, mut script) = (0, None);
    for _ in 0..program.choices.below(slots + 1) {
        number += usize::from(program.choices.byte() > 200);
        let value = match program.choices.byte() {
            0..=79 => program.any(),
            80..=119 => program.node(OBJECT, "Map", 32),
            120..=159 => program.node(OBJECT, "Session", 32),
            _ => {
                let name = names[program.choices.below(names.len())];
                let function = program.node(CLOSURE, name, 64);
                program.edge(function, INTERNAL, "context", scope);
                if script.is_none() {
                    script = Some(self::script(program));
                }
                let shared = program.node(CODE, "system / SharedFunctionInfo", 32);
                program.edge(function, INTERNAL, "shared", shared);
                program.edge(shared, INTERNAL, "script", script.unwrap_or(0));
                function
            }
        };
        program.edge(scope, HIDDEN_EDGE, &number.to_string(), value);
        number += usize::from(program.choices.byte() < 250);
    }
    program.hang(scope);
}

/// A script with a text.
fn script(program: &mut Program<'_, '_>) -> usize {
    let script = program.node(CODE, "/app/src/block.js", 24);
    let mut text = String::new();
    for _ in 0..program.choices.below(5) {
        text += *program.choices.pick::<&str>(&DECLARATIONS);
    }
    let source = program.node(STRING, &text, 1040);
    program.edge(script, INTERNAL, "source", source);
    script
}

/// Adds functions in functions, their scopes, and closures and waiting functions that see them.
pub fn functions(heap: &mut Heap, choices: &mut Entropy<'_>) {
    let mut program = Program { heap: std::mem::take(heap), choices };
    let mut scripts = Vec::new();
    for _ in 0..=program.choices.byte() / 240 {
        let script = program.node(CODE, "system / Script / app.js", 24);
        let source = program.node(STRING, "function outer(huge, small) {}", 48);
        program.edge(script, INTERNAL, "source", source);
        if program.choices.byte() == 251 {
            program.edge(script, INTERNAL, "eval_from_scope_info", source);
        }
        scripts.push(script);
    }
    let mut scopes = Vec::new();
    for _ in 0..=program.choices.below(4) {
        let scope = scope(&mut program, &scopes);
        scopes.push(scope);
    }
    for _ in 0..program.choices.below(5) {
        let script = *program.choices.pick(&scripts);
        let scope = *program.choices.pick(&scopes);
        let function = program.node(CLOSURE, "f", 64);
        let shared = program.node(CODE, "system / SharedFunctionInfo", 32);
        program.edge(0, ELEMENT, "1", function);
        program.edge(function, INTERNAL, "shared", shared);
        program.edge(shared, INTERNAL, "script", script);
        let begins = *program.choices.pick(&IDS);
        number(&mut program, shared, begins);
        let mut sees = function;
        if program.choices.byte() > 220 {
            // One that waits.
            sees = program.node(OBJECT, "Generator", 64);
            program.edge(0, ELEMENT, "2", sees);
            program.edge(sees, INTERNAL, "function", function);
        }
        program.edge(sees, INTERNAL, "context", scope);
    }
    *heap = program.heap;
}

/// A scope, in one of those that are there, with what it holds.
fn scope(program: &mut Program<'_, '_>, scopes: &[usize]) -> usize {
    let name = *program.choices.pick(&["system / Context", "system / Context / scope @9"]);
    let scope = program.node(OBJECT, name, 48);
    let info = program.node(CODE, "system / ScopeInfo", 48);
    program.edge(scope, INTERNAL, "scope_info", info);
    let begins = if program.choices.byte() < 200 { IDS[0] } else { *program.choices.pick(&IDS) };
    number(program, info, begins);
    if !scopes.is_empty() && program.choices.byte() < 200 {
        let outer = *program.choices.pick(scopes);
        program.edge(scope, INTERNAL, "previous", outer);
    }
    for variable in ["huge", "small", "this"].into_iter().take(*program.choices.pick(&[2, 2, 2, 2, 1, 3, 0])) {
        let value = match program.choices.byte() {
            0..=219 => program.node(ARRAY, "", 120),
            _ => program.any(),
        };
        program.edge(scope, CONTEXT, variable, value);
    }
    if program.choices.byte() > 230 {
        program.hang(scope);
    }
    scope
}

/// The number of where a function begins, as V8 writes it.
fn number(program: &mut Program<'_, '_>, of: usize, id: i32) {
    let number = program.node(NUMBER, "int", 0);
    let text = program.node(STRING, &id.to_string(), 16);
    program.edge(of, INTERNAL, "scope_id", number);
    program.edge(number, INTERNAL, "value", text);
}
