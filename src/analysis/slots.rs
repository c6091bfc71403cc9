//! The variables of a block, which V8 writes without their names.
//!
//! References from the scope of a function carry the names of its variables. Those from the scope of a block (`for`,
//! `catch`, the whole file under vitest) are hidden and have a number, and only the scope info beside them has the
//! names, in the order of the slots. The number counts what is an object, so a small number in a slot before moves it:
//! a name is given only where everything that is known leaves one slot.

use super::{
    object::value_of,
    places::{follow, script_node, source_node},
};
use crate::{
    graph::{HeapGraph, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Bytes before the slots of a scope: its map, its length, its scope info, the scope around it.
const HEADER: u64 = 32;
const WORD: u64 = 8;
/// A map is ten words. In a browser, whose words have four bytes, it is 40 bytes.
const LEAST_MAP: u64 = 64;
/// Slots of a scope whose names stand in its scope info; from the 76th on they stand in a table.
const MOST: usize = 75;
/// Units of a script's text that are looked at for declarations; V8 writes 1024, of a text of parts that many of each.
const TEXT: usize = 16_384;

/// What a name may be concluded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// The order of slots and values, which cannot mislead.
    Order,
    /// Functions that have the name of a slot too, and what the beginning of the script, which a snapshot has, declares.
    All,
}

/// The slots of a block's scope.
pub(crate) struct Slots {
    names: Vec<String>,
    values: Vec<Value>,
}

/// What is in a slot.
struct Value {
    edge: usize,
    /// How many objects stand before it.
    number: usize,
    /// The first and the last slot that it may be in.
    first: usize,
    last: usize,
}

/// Name of the variable that a hidden reference stands for, where it is one of a block and no other can be meant.
pub(crate) fn block_variable(graph: &HeapGraph, edge: usize) -> Option<String> {
    let snapshot = graph.snapshot();
    let scope = snapshot.nodes.of_edge(edge);
    if snapshot.edges.kind(edge) != EdgeKind::Hidden || !is_scope(graph, scope) {
        return None;
    }
    match Slots::of(graph, scope, Evidence::All)?.names_of(edge)? {
        [name] => Some(name.clone()),
        _ => None,
    }
}

/// The reference that stands for a variable of a block, by its name.
pub(crate) fn block_reference(graph: &HeapGraph, scope: NodeId, name: &[u8]) -> Option<usize> {
    let slots = if is_scope(graph, scope) { Slots::of(graph, scope, Evidence::All)? } else { return None };
    slots.edges().find(|&edge| matches!(slots.names_of(edge), Some([only]) if only.as_bytes() == name))
}

/// Whether a node is a scope.
pub(crate) fn is_scope(graph: &HeapGraph, node: NodeId) -> bool {
    graph.word(node) == Word::ContextNode && !graph.snapshot().nodes.kind(node).is_string()
}

impl Slots {
    /// The slots of a scope whose references have no names; `None` for others, and where the slots cannot be told.
    pub(crate) fn of(graph: &HeapGraph, scope: NodeId, evidence: Evidence) -> Option<Self> {
        let snapshot = graph.snapshot();
        let (nodes, edges) = (&snapshot.nodes, &snapshot.edges);
        let hidden = |node: NodeId| nodes.edges(node).filter(|&edge| edges.kind(edge) == EdgeKind::Hidden);
        if nodes.edges(scope).any(|edge| edges.kind(edge) == EdgeKind::Context) {
            return None;
        }
        let map = nodes.edges(scope).find(|&edge| graph.edge_name(edge) == "map")?;
        let slots = nodes.self_size(scope).checked_sub(HEADER).filter(|bytes| bytes.is_multiple_of(WORD))? / WORD;
        let count = usize::try_from(slots).ok().filter(|count| (1..=MOST).contains(count))?;
        if nodes.self_size(edges.target(map)) < LEAST_MAP {
            return None;
        }
        let mut names = vec![None; count];
        for edge in hidden(follow(graph, scope, Word::ScopeInfo)?) {
            let (number, target) = (edges.name_or_index(edge) as usize, edges.target(edge));
            if nodes.kind(target) != NodeKind::STRING {
                continue;
            }
            // One more is the name of a function, and this its scope, with nothing but small numbers in it.
            *names.get_mut(number)? = Some(graph.raw_name(target).into_owned());
        }
        let names = names.into_iter().collect::<Option<Vec<String>>>()?;
        let value = |edge: usize| Value { edge, number: edges.name_or_index(edge) as usize, first: 0, last: 0 };
        let mut values: Vec<Value> = hidden(scope).map(value).collect();
        values.sort_by_key(|value| value.number);
        let mut slots = Self { names, values };
        let fits = match evidence {
            Evidence::Order => slots.fit(&vec![None; slots.values.len()], &vec![false; slots.names.len()]),
            Evidence::All => slots.narrow(graph, scope),
        };
        fits.then_some(slots)
    }

    /// Names that the variable of an edge may have, most often one.
    pub(crate) fn names_of(&self, edge: usize) -> Option<&[String]> {
        let value = self.values.iter().find(|value| value.edge == edge)?;
        self.names.get(value.first..=value.last)
    }

    /// The edges to the values.
    pub(crate) fn edges(&self) -> impl Iterator<Item = usize> {
        self.values.iter().map(|value| value.edge)
    }

    /// Finds out in which slots each value may be; `false` when nothing fits.
    fn narrow(&mut self, graph: &HeapGraph, scope: NodeId) -> bool {
        let snapshot = graph.snapshot();
        let target = |value: &Value| snapshot.edges.target(value.edge);
        // A function made in this very scope is declared under its own name.
        let is_own = |node: NodeId| {
            snapshot.nodes.kind(node) == NodeKind::CLOSURE && follow(graph, node, Word::Context) == Some(scope)
        };
        let own: Vec<Option<String>> = self
            .values
            .iter()
            .map(|value| is_own(target(value)).then(|| graph.raw_name(target(value)).into_owned()))
            .collect();
        let pinned: Vec<Option<usize>> = own
            .iter()
            .map(|name| {
                let name = name.as_ref().filter(|name| own.iter().flatten().filter(|own| own == name).count() == 1)?;
                self.names.iter().position(|slot| slot == name)
            })
            .collect();
        // Most often there are no numbers between the objects, and all is said.
        if !self.fit(&pinned, &vec![false; self.names.len()]) {
            return false;
        }
        if self.values.iter().all(|value| value.first == value.last) {
            return true;
        }
        let source = self
            .values
            .iter()
            .map(target)
            .find(|&node| is_own(node))
            .and_then(|node| source_node(graph, script_node(graph, node)?))
            .and_then(|source| value_of(graph, source, TEXT, &Monitor::none()).ok().flatten())
            .map(|source| source.text);
        let declared = |name: &str| source.as_deref().and_then(|source| declaration(source, name));
        let declared: Vec<Option<&str>> = self.names.iter().map(|name| declared(name)).collect();
        // What the program calls a constant and gives a small number is no object.
        let taken: Vec<bool> = declared.iter().map(|value| value.is_some_and(is_small_number)).collect();
        if !self.fit(&pinned, &taken) {
            return false;
        }
        // `const orders = new Map()` is a Map, and where no other slot is declared so, this one is it.
        let mut better = pinned.clone();
        for (at, value) in self.values.iter().enumerate().filter(|(_, value)| value.first < value.last) {
            let class = graph.raw_name(target(value));
            let mut fitting = (value.first..=value.last)
                .filter(|&slot| declared[slot].is_some_and(|value| constructs(value, &class)));
            if let (Some(slot), None) = (fitting.next(), fitting.next()) {
                better[at] = Some(slot);
            }
        }
        // Evidence that contradicts itself is none.
        better != pinned && self.fit(&better, &taken) || self.fit(&pinned, &taken)
    }

    /// The first and the last slot of each value, when all stand in their order and those that are known where they are.
    fn fit(&mut self, pinned: &[Option<usize>], taken: &[bool]) -> bool {
        let count = self.names.len();
        let mut from = 0;
        let mut number = 0;
        for (value, pin) in self.values.iter_mut().zip(pinned) {
            // Objects that snapshots leave out, such as `undefined`, stand in slots of their own.
            for _ in number..value.number {
                from = (from..count).find(|&slot| !taken[slot]).map_or(count, |slot| slot + 1);
            }
            let free = |slot: &usize| !taken[*slot] && pin.is_none_or(|pin| pin == *slot);
            let Some(slot) = (from..count).find(free) else { return false };
            value.first = slot;
            (from, number) = (slot + 1, value.number + 1);
        }
        let mut to = count;
        let mut above = None;
        for (value, pin) in self.values.iter_mut().zip(pinned).rev() {
            let left_out = above.map_or(0, |above: usize| above.saturating_sub(value.number + 1));
            for _ in 0..left_out {
                to = (0..to).rev().find(|&slot| !taken[slot]).unwrap_or(0);
            }
            let free = |slot: &usize| !taken[*slot] && pin.is_none_or(|pin| pin == *slot);
            let Some(slot) = (0..to).rev().find(free).filter(|&slot| slot >= value.first) else { return false };
            value.last = slot;
            (to, above) = (slot, Some(value.number));
        }
        true
    }
}

/// What a text gives a constant that it declares once, from behind the `=`; a `let` may hold something else by now.
fn declaration<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.' | '#');
    let mut found = source.match_indices(name).filter_map(|(at, _)| {
        let before = source[..at].strip_suffix(char::is_whitespace)?.trim_end().strip_suffix("const")?;
        let after = source[at + name.len()..].trim_start().strip_prefix('=')?;
        (!before.ends_with(is_part) && !after.starts_with(['=', '>'])).then(|| after.trim_start())
    });
    found.next().filter(|_| found.next().is_none())
}

/// Whether a declared value is a whole number that V8 keeps in the slot itself.
fn is_small_number(value: &str) -> bool {
    let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
    (1..=9).contains(&end) && value[end..].trim_start_matches(' ').starts_with([';', '\n', '\r'])
}

/// Whether a declared value is a new object of a class.
fn constructs(value: &str, class: &str) -> bool {
    let rest = value.strip_prefix("new").and_then(|rest| rest.trim_start().strip_prefix(class));
    !class.is_empty()
        && rest.is_some_and(|rest| {
            !rest.starts_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Heap;

    /// A block's scope with slots of these names and values by their numbers, as Node writes it.
    fn heap(names: &[&str], values: &[(u32, &str, &str)], source: &str) -> (HeapGraph, Vec<NodeId>) {
        let mut heap = Heap::new();
        let mut id = 1;
        let mut node = |heap: &mut Heap, kind: &str, name: &str, size: usize| {
            id += 2;
            heap.node(kind, name, id, size as u64)
        };
        let scope = node(&mut heap, "object", "system / Context", 32 + 8 * names.len());
        let info = node(&mut heap, "code", "system / ScopeInfo", 64);
        let map = node(&mut heap, "hidden", "system / Map", 72);
        let script = node(&mut heap, "code", "/app/shop.js", 100);
        let text = node(&mut heap, "string", source, source.len());
        heap.edge(0, "element", "1", scope);
        heap.edge(scope, "internal", "scope_info", info);
        heap.edge(scope, "internal", "map", map);
        heap.edge(script, "internal", "source", text);
        for (slot, name) in names.iter().enumerate() {
            let name = node(&mut heap, "string", name, 24);
            heap.edge(info, "hidden", &slot.to_string(), name);
        }
        heap.edge(info, "hidden", &names.len().to_string(), script);
        let mut of_values = Vec::new();
        for (number, kind, name) in values {
            let value = node(&mut heap, kind, name, 40);
            heap.edge(scope, "hidden", &number.to_string(), value);
            if *kind == "closure" {
                let shared = node(&mut heap, "code", name, 40);
                heap.edge(value, "internal", "context", scope);
                heap.edge(value, "internal", "shared", shared);
                heap.edge(shared, "internal", "script", script);
            }
            of_values.push(NodeId::from_index(value));
        }
        (heap.graph(), of_values)
    }

    fn told(names: &[&str], values: &[(u32, &str, &str)], source: &str) -> Vec<Option<String>> {
        let (graph, nodes) = heap(names, values, source);
        let edges = &graph.snapshot().edges;
        let hidden = |node| {
            let of_scope = graph.snapshot().nodes.edges(NodeId(1));
            of_scope.into_iter().find(|&edge| edges.target(edge) == node).unwrap()
        };
        nodes.into_iter().map(|node| block_variable(&graph, hidden(node))).collect()
    }

    fn some(names: &[&str]) -> Vec<Option<String>> {
        names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())).collect()
    }

    #[test]
    fn full_slots_have_their_names_in_order() {
        let values = [(0, "object", "Map"), (1, "object", "Set")];
        assert_eq!(told(&["sessions", "seen"], &values, ""), some(&["sessions", "seen"]));
        // One that snapshots leave out, such as `undefined`, has a number too.
        let values = [(0, "object", "Map"), (2, "object", "Set")];
        assert_eq!(told(&["sessions", "nothing", "seen"], &values, ""), some(&["sessions", "seen"]));
    }

    #[test]
    fn a_small_number_before_makes_names_doubtful() {
        let names = ["port", "orders"];
        let map = [(0, "object", "Map")];
        assert_eq!(told(&names, &map, ""), some(&[""]));
        let (graph, _) = heap(&names, &map, "");
        let slots = Slots::of(&graph, NodeId(1), Evidence::Order).unwrap();
        assert_eq!(slots.names_of(slots.edges().next().unwrap()).unwrap(), names);
    }

    #[test]
    fn functions_of_the_block_and_its_text_tell_which_slot_it_is() {
        let names = ["vi", "PORT", "orders", "count", "order"];
        let values = [(0, "object", "Module"), (1, "object", "Map"), (2, "closure", "order")];
        let text = "const PORT = 3000;\nconst orders = new Map();\nlet count = 0;\nfunction order() {}";
        assert_eq!(told(&names, &values, text), some(&["vi", "orders", "order"]));
        // Without the text the function alone is sure.
        assert_eq!(told(&names, &values, ""), some(&["", "", "order"]));
        // What is only called like a class of its own is another.
        let text = text.replace("new Map()", "new Mapping()");
        assert_eq!(told(&names, &values, &text), some(&["", "", "order"]));
    }

    #[test]
    fn what_does_not_fit_has_no_names() {
        assert_eq!(told(&["a"], &[(1, "object", "Map")], ""), some(&[""]));
        assert_eq!(told(&["a", "b"], &[(0, "closure", "b"), (1, "object", "Map")], ""), some(&["", ""]));
    }

    #[test]
    fn declarations_are_read_with_care() {
        let text = "const a = 1;\nconst b = 12345678901;\nx.const c = 2;\nconst d == 3;\nconst e = 1;const e = 2;";
        assert_eq!(declaration(text, "a").map(is_small_number), Some(true));
        assert_eq!(declaration(text, "b").map(is_small_number), Some(false));
        assert_eq!(declaration(text, "d"), None);
        assert_eq!(declaration(text, "e"), None);
        assert!(constructs("new Map()", "Map") && constructs("new Map;", "Map") && !constructs("new Mapped()", "Map"));
    }
}
