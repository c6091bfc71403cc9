//! Heaps as programs leave them: what questions look for, put on top of any heap. Collections with their stores,
//! functions with their scripts, emitters and their listeners, equal strings. All of it may hang on anything.

mod scopes;

pub use self::scopes::{IDS, functions};
use super::{
    entropy::Entropy,
    heap::{Heap, Node},
};

const PROPERTY: usize = 2;
const CONTEXT: usize = 0;
const ELEMENT: usize = 1;
const INTERNAL: usize = 3;
const HIDDEN_EDGE: usize = 4;

const HIDDEN: usize = 0;
const ARRAY: usize = 1;
const STRING: usize = 2;
const OBJECT: usize = 3;
const CODE: usize = 4;
const CLOSURE: usize = 5;
const NUMBER: usize = 7;
const NATIVE: usize = 8;
const SYNTHETIC: usize = 9;

/// Scripts: of an application, of packages, of Node, of nobody.
const FILES: [&str; 10] = [
    "/app/src/shop.js",
    "file:///app/main.mjs",
    "/app/node_modules/cache/index.js",
    "/app/node_modules/@a/b/node_modules/c/lib/c.js",
    "/app/node_modules/@a",
    "node:events",
    "internal/process",
    "system / Script / /app/src/new.js",
    "system / Script",
    "",
];

/// A heap of up to `most` nodes of any kind, and what programs make beside them.
pub fn program(choices: &mut Entropy<'_>, most: usize) -> Heap {
    let mut program = Program { heap: Heap::make(choices, most), choices };
    for _ in 0..program.choices.below(10) {
        let what = match program.choices.byte() {
            240.. => 10,
            byte => byte % 10,
        };
        match what {
            0 | 1 => program.function(),
            10 => scopes::block(&mut program),
            2 => program.collection(),
            3 => program.array(),
            4 => program.emitter(),
            5 => program.listener(),
            6 => program.console(),
            7 => program.instances(),
            8 => program.reference(),
            _ => program.strings(),
        }
    }
    program.heap
}

struct Program<'a, 'b> {
    heap: Heap,
    choices: &'a mut Entropy<'b>,
}

impl Program<'_, '_> {
    fn text(&mut self, text: &str) -> usize {
        let known = self.heap.strings.iter().position(|other| other == text);
        known.unwrap_or_else(|| {
            self.heap.strings.push(text.to_owned());
            self.heap.strings.len() - 1
        })
    }

    fn node(&mut self, kind: usize, name: &str, size: u64) -> usize {
        let (name, id) = (self.text(name), 20_001 + 2 * self.heap.nodes.len() as u32);
        self.heap.nodes.push(Node { kind, name, id, size, detachedness: 0, edges: Vec::new() });
        self.heap.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, kind: usize, name: &str, to: usize) {
        let name = if matches!(kind, ELEMENT | HIDDEN_EDGE) { name.parse().unwrap() } else { self.text(name) as i64 };
        self.heap.nodes[from].edges.push((kind, name, to));
    }

    fn any(&mut self) -> usize {
        let count = self.heap.nodes.len();
        self.choices.below(count)
    }

    /// Hangs something on something else, as a property, a variable or an element; or on nothing.
    fn hang(&mut self, node: usize) {
        let holder = self.any();
        match self.choices.byte() % 8 {
            0..=3 => self.edge(holder, PROPERTY, "children", node),
            4 => self.edge(holder, CONTEXT, "cache", node),
            5 | 6 => self.edge(holder, ELEMENT, "3", node),
            _ => {}
        }
    }

    /// A size as stores have them: so many slots.
    fn slots(&mut self) -> u64 {
        16 + 8 * u64::from(*self.choices.pick(&[0_u8, 0, 1, 4, 17, 32, 100, 200]))
    }

    fn place(&mut self, node: usize) {
        let script = 1 + self.choices.below(8) as u32;
        // V8 writes -1 for what has no line.
        let line = [0, 1, 7, u32::MAX][self.choices.below(4)];
        self.heap.locations.push((node, [script, line, line / 2]));
    }

    fn function(&mut self) {
        let function = self.node(CLOSURE, "f", 64);
        let shared = self.node(CODE, "system / SharedFunctionInfo", 32);
        let scope = self.node(OBJECT, "system / Context", 48);
        let script = match self.choices.byte() {
            byte @ 0..=199 => self.node(CODE, FILES[usize::from(byte) % FILES.len()], 24),
            _ => self.any(),
        };
        self.hang(function);
        self.edge(function, INTERNAL, "shared", shared);
        self.edge(function, INTERNAL, "context", scope);
        let by = if self.choices.byte() & 1 == 0 { "script" } else { "script_or_debug_info" };
        self.edge(shared, INTERNAL, by, script);
        let outer = self.any();
        self.edge(scope, INTERNAL, "previous", outer);
        for name in ["cache", "listeners", "value"] {
            let variable = self.any();
            self.edge(scope, CONTEXT, name, variable);
        }
        self.place(function);
    }

    fn collection(&mut self) {
        let (name, width) = if self.choices.byte() & 1 == 0 { ("Map", 3) } else { ("Set", 2) };
        let buckets = 1 << self.choices.below(8);
        let odd = u64::from(self.choices.byte() == 255);
        let table = self.node(ARRAY, "", 16 + 8 * (3 + buckets + 2 * width * buckets) + odd);
        let map = self.node(OBJECT, name, 32);
        self.hang(map);
        self.edge(map, INTERNAL, "table", table);
        let entries = match self.choices.byte() {
            0..=63 => 0,
            byte @ 64..=239 => u64::from(byte % 8),
            _ => 2 * buckets,
        };
        let to = self.any();
        for entry in 0..entries {
            let slot = 3 + buckets + entry * width;
            let key = if entries < 10 { self.any() } else { to };
            self.edge(table, INTERNAL, &slot.to_string(), key);
            if self.choices.byte() & 1 == 0 {
                self.edge(table, INTERNAL, &(slot + 1).to_string(), to);
            }
        }
    }

    fn array(&mut self) {
        let array = self.node(OBJECT, "Array", 16);
        let size = self.slots();
        let store = self.node(ARRAY, "(object elements)", size);
        self.hang(array);
        if self.choices.byte() < 240 {
            self.edge(array, INTERNAL, "elements", store);
        }
        let count = *self.choices.pick(&[0, 0, 1, 3, 8, 25, 100, 130]);
        for index in 0..count {
            let to = self.any();
            self.edge(array, ELEMENT, &index.to_string(), to);
            self.edge(store, INTERNAL, &index.to_string(), to);
        }
    }

    fn emitter(&mut self) {
        let emitter = self.node(OBJECT, "EventEmitter", 40);
        let events = self.node(OBJECT, "Object", 56);
        self.hang(emitter);
        self.edge(emitter, PROPERTY, "_events", events);
        let (one, list) = (self.any(), self.node(OBJECT, "Array", 16));
        self.edge(events, PROPERTY, "end", one);
        let event = if self.choices.byte() < 200 { "data" } else { "__proto__" };
        self.edge(events, PROPERTY, event, list);
        for index in ["0", "1", "2"] {
            let listener = self.any();
            self.edge(list, ELEMENT, index, listener);
        }
    }

    fn listener(&mut self) {
        let callback = self.any();
        if self.choices.byte() & 1 == 0 {
            let listener = self.node(OBJECT, "Listener", 40);
            self.hang(listener);
            self.edge(listener, PROPERTY, "callback", callback);
            return;
        }
        let listener = self.node(NATIVE, "V8EventListener", 24);
        let held = self.node(NATIVE, "system / Cell", 8);
        self.hang(listener);
        let first = if self.choices.byte() & 1 == 0 { callback } else { held };
        if self.choices.byte() < 128 {
            self.edge(listener, ELEMENT, "1", first);
        } else {
            self.edge(listener, INTERNAL, "1", first);
        }
        self.edge(held, INTERNAL, "7", callback);
        let code = self.any();
        self.edge(callback, INTERNAL, "code", code);
    }

    fn console(&mut self) {
        let handles = self.node(SYNTHETIC, "(Global handles)", 0);
        let logged = self.any();
        self.edge(0, ELEMENT, "5", handles);
        self.edge(handles, INTERNAL, "12 / DevTools console", logged);
    }

    /// Objects of a class, with the place of the class.
    fn instances(&mut self) {
        let holder = self.any();
        let size = self.slots();
        for _ in 0..=self.choices.below(4) {
            let instance = self.node(OBJECT, "Session", size);
            self.edge(holder, PROPERTY, "value", instance);
            self.place(instance);
        }
    }

    fn reference(&mut self) {
        let node = self.any();
        self.hang(node);
    }

    /// Equal strings, some of them as long as V8 writes them at most.
    fn strings(&mut self) {
        let text = match self.choices.byte() % 8 {
            0 => "long".repeat(256),
            1 => "\u{1f600}".repeat(512),
            2 => format!("{}\\u00e9", "x".repeat(1023)),
            3 => "x".repeat(1023),
            other => ["", "equal", "/app/src/shop.js", "Map"][usize::from(other) - 4].to_owned(),
        };
        let size = *self.choices.pick(&[0, 16, 24, 1023, 1040]);
        for _ in 0..=self.choices.below(5) {
            let more = u64::from(self.choices.byte() / 200) * 8;
            let string = self.node(STRING, &text, size + more);
            if self.choices.byte() < 64 {
                // The table may list a text twice.
                self.heap.strings.push(text.clone());
                self.heap.nodes[string].name = self.heap.strings.len() - 1;
            }
            self.hang(string);
        }
    }
}
