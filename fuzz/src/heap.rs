//! Snapshots made from a fuzzer's choices: small heaps of any shape, in any of the layouts that runtimes write, with
//! the names that rules of the engine look for. What is made is always a valid snapshot; [`damage`] sees to the rest.

use std::fmt::Write as _;

use super::entropy::Entropy;

/// Node types in the order of V8.
pub const NODE_TYPES: [&str; 16] = [
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
    "a type to come",
];
/// Edge types in the order of V8.
pub const EDGE_TYPES: [&str; 8] =
    ["context", "element", "property", "internal", "hidden", "shortcut", "weak", "a type to come"];

/// Names that rules look for, and some that they do not.
const WORDS: [&str; 64] = [
    "",
    "Object",
    "Array",
    "elements",
    "__proto__",
    "first",
    "second",
    "(map descriptors)",
    "system / NativeContext",
    "sloppy_function_map",
    "system / ExternalStringData",
    "system / JSArrayBufferData",
    "(Document DOM trees)",
    "properties",
    "reactions_or_result",
    "table",
    "context",
    "shared",
    "script",
    "script_or_debug_info",
    "scope_info",
    "previous",
    "value",
    "system / Context",
    "system / Cell",
    "system / Context / f",
    "<div id=\\\"a\\\" class=b>",
    "Detached <p x>",
    "Detached thing",
    "(GC roots)",
    "(Global handles)",
    "Map",
    "Set",
    "WeakMap",
    "Session",
    "Timeout",
    "TimersList",
    "Promise",
    "system / PromiseReaction",
    "EventEmitter",
    "_events",
    "Socket",
    "Pool",
    "listeners",
    "_onTimeout",
    "_idleNext",
    "_idlePrev",
    "callback",
    "constructor",
    "prototype",
    "code",
    "map",
    "Module",
    "exports",
    "children",
    "cache",
    "/app/node_modules/some-pkg/index.js",
    "file:///app/src/server.mjs",
    "node:events",
    "a,b{c}'\\\"\\\\",
    "caf\u{e9} \u{1f600}",
    "\\u4e2d\\ud83d\\ude00\\n",
    "system / SharedFunctionInfo",
    "bound_function",
];

/// A node of a heap in the making.
#[derive(Debug, Clone)]
pub struct Node {
    /// Index into [`NODE_TYPES`].
    pub kind: usize,
    /// Index into the strings.
    pub name: usize,
    /// V8's id.
    pub id: u32,
    /// Bytes.
    pub size: u64,
    /// 0 to 3.
    pub detachedness: u8,
    /// Its edges: index into [`EDGE_TYPES`], name or number, target.
    pub edges: Vec<(usize, i64, usize)>,
}

/// A heap in the making. Node 0 is the root unless `root` says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Heap {
    /// Which runtime's layout to write.
    pub layout: u8,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Raw JSON texts, escapes done.
    pub strings: Vec<String>,
    /// Node, script, line, column.
    pub locations: Vec<(usize, [u32; 3])>,
    /// Native bytes without a node.
    pub extra_native_bytes: u64,
}

impl Heap {
    /// A heap of up to `most` nodes.
    pub fn make(choices: &mut Entropy<'_>, most: usize) -> Self {
        let mut heap = Self { layout: choices.byte(), ..Self::default() };
        let count = 1 + choices.below(most);
        heap.strings = WORDS.iter().map(|&word| word.to_owned()).collect();
        // Names of WeakMap entries, some of whose tables are nodes of this heap.
        for table in 0..4_u32 {
            let (key, id) = (choices.below(count), 1 + 2 * choices.below(count));
            heap.strings
                .push(format!("{table} / part of key (K @{key}) -> value (V @9) pair in WeakMap (table @{id})"));
        }
        let names = heap.strings.len();
        for index in 0..count {
            let kind = if index == 0 { 9 } else { choices.below(NODE_TYPES.len()) };
            let size = match choices.byte() {
                0..=99 => 0,
                100..=199 => 16,
                200..=249 => choices.number() & 0xffff,
                _ => choices.number() & 0xf_ffff_ffff,
            };
            let id = match choices.byte() {
                0..=239 => 1 + 2 * index as u32,
                240..=249 => choices.byte().into(),
                _ => choices.number() as u32,
            };
            let edge_count = if index == 0 { choices.below(8) } else { choices.below(6) };
            let name = if index == 0 { 0 } else { choices.below(names) };
            let detachedness = if kind == 8 { choices.byte() & 3 } else { 0 };
            let mut node = Node { kind, name, id, size, detachedness, edges: Vec::new() };
            for _ in 0..edge_count {
                let kind = match choices.byte() {
                    byte @ 0..=199 => usize::from(byte % 4),
                    byte => usize::from(byte % 8),
                };
                let name = if matches!(kind, 1 | 4) {
                    match choices.byte() {
                        byte @ 0..=249 => i64::from(byte % 16),
                        250..=252 => -2,
                        _ => 4_294_967_294,
                    }
                } else {
                    choices.below(names) as i64
                };
                node.edges.push((kind, name, choices.below(count)));
            }
            heap.nodes.push(node);
        }
        for _ in 0..choices.below(5) {
            let place = [0, 0, 0].map(|_: u32| choices.below(4) as u32);
            heap.locations.push((choices.below(count), place));
        }
        if choices.byte() > 240 {
            heap.extra_native_bytes = choices.number() & 0xffff_ffff;
        }
        heap
    }

    /// Number of edges.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.nodes.iter().map(|node| node.edges.len()).sum()
    }

    /// The text of the snapshot.
    #[must_use]
    pub fn text(&self) -> String {
        let layout = self.layout;
        let has_trace = layout & 1 == 0;
        let has_state = layout & 2 == 0;
        let separator = if layout & 4 == 0 { "\n," } else { "," };
        let wide_locations = layout & 8 != 0;
        let fields = 5 + usize::from(has_trace) + usize::from(has_state);
        let mut header = String::from(r#"{"meta":{"node_fields":["type","name","id","self_size","edge_count""#);
        header += if has_trace { r#","trace_node_id""# } else { "" };
        header += if has_state { r#","detachedness""# } else { "" };
        let _ = write!(
            header,
            r#"],"node_types":[{},"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[{},"string_or_number","node"],"location_fields":["object_index","script_id",{}"line","column"]}},"node_count":{},"edge_count":{},"trace_function_count":0,"extra_native_bytes":{}}}"#,
            serde_json::to_string(&NODE_TYPES).unwrap(),
            serde_json::to_string(&EDGE_TYPES).unwrap(),
            if wide_locations { r#""script_object_index","# } else { "" },
            self.nodes.len(),
            self.edge_count(),
            self.extra_native_bytes,
        );
        let nodes = self.nodes.iter().map(|node| {
            let mut row = format!("{},{},{},{},{}", node.kind, node.name, node.id, node.size, node.edges.len());
            row += if has_trace { ",0" } else { "" };
            if has_state {
                let _ = write!(row, ",{}", node.detachedness);
            }
            row
        });
        let nodes = nodes.collect::<Vec<_>>().join(separator);
        let edges = self.nodes.iter().flat_map(|node| &node.edges);
        let edges = edges.map(|(kind, name, to)| format!("{kind},{name},{}", to * fields));
        let edges = edges.collect::<Vec<_>>().join(separator);
        let locations = self.locations.iter().map(|(node, [script, line, column])| {
            let object = if wide_locations { "0," } else { "" };
            format!("{},{script},{object}{line},{column}", node * fields)
        });
        let locations = locations.collect::<Vec<_>>().join(separator);
        let strings = self.strings.iter().map(|text| format!("\"{text}\""));
        let strings = strings.collect::<Vec<_>>().join(if layout & 4 == 0 { ",\n" } else { "," });
        let mut parts = [
            format!("\"snapshot\":{header}"),
            format!("\"nodes\":[{nodes}]"),
            format!("\"edges\":[{edges}]"),
            "\"trace_function_infos\":[],\"trace_tree\":[]".to_owned(),
            format!("\"locations\":[{locations}]"),
            format!("\"strings\":[{strings}]"),
        ];
        if layout & 0x30 == 0x30 {
            // JSON has no order, but the header first is what tells a snapshot.
            parts[1..].rotate_left(usize::from(layout >> 6) + 1);
        }
        format!("{{{}}}\n", parts.join(",\n"))
    }
}

/// Changes a text in up to `most` places, as files are damaged and as attackers write them.
pub fn damage(text: &mut Vec<u8>, choices: &mut Entropy<'_>, most: usize) {
    const TOKENS: [&[u8]; 20] = [
        b"0",
        b"-1",
        b"-2",
        b"1",
        b"7",
        b"4294967295",
        b"4294967296",
        b"9007199254740992",
        b"18446744073709551616",
        b"1.5",
        b"1e3",
        b",",
        b"]",
        b"[",
        b"}",
        b"\"",
        b"\\",
        b" ",
        b"\n",
        b"null",
    ];
    for _ in 0..most {
        if choices.is_spent() || text.is_empty() {
            return;
        }
        let at = choices.below(text.len().min(1 << 16));
        match choices.byte() % 8 {
            0 => text[at] = choices.byte(),
            1 => text[at] = b'0' + choices.byte() % 10,
            2 => drop(text.splice(at..at, choices.pick(&TOKENS).iter().copied())),
            3 => drop(text.drain(at..(at + 1 + choices.below(8)).min(text.len()))),
            4 => replace_number(text, at, choices),
            5 => {
                let end = (at + 1 + choices.below(32)).min(text.len());
                let copy = text[at..end].to_vec();
                let to = choices.below(text.len().min(1 << 16));
                drop(text.splice(to..to, copy));
            }
            6 => text.truncate(at),
            _ => {
                let other = choices.below(text.len().min(1 << 16));
                text.swap(at, other);
            }
        }
    }
}

/// Puts another number in place of the one at or after `at`: damage that stays JSON.
fn replace_number(text: &mut Vec<u8>, at: usize, choices: &mut Entropy<'_>) {
    let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let length = text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = choices.number().to_string();
    drop(text.splice(start..start + length, number.into_bytes()));
}
