//! How many things an object keeps: its logical size, and which nodes they are.
//!
//! V8 stores entries in side tables that get new ids as they grow, so entries are counted where people put them:
//! elements and properties on the object, entries of a Map or Set in its table.

use crate::{
    analysis::follow,
    graph::{HeapGraph, Word},
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// What kind of collection an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    /// Indexed elements.
    Array,
    /// Key and value.
    Map,
    /// Values.
    Set,
    /// Properties, or elements under numeric keys.
    Object,
}

/// The collection an object is, and how many entries it has; `None` for what cannot be one.
pub(crate) fn logical_size(graph: &HeapGraph, node: NodeId) -> Option<(Collection, u32)> {
    let snapshot = graph.snapshot();
    if snapshot.nodes.kind(node) != NodeKind::OBJECT {
        return None;
    }
    let mut direct = 0;
    let mut table = None;
    for edge in snapshot.nodes.edges(node) {
        match snapshot.edges.kind(edge) {
            EdgeKind::Element | EdgeKind::Property => direct += u32::from(is_entry(graph, edge)),
            EdgeKind::Internal if graph.vocabulary().word(snapshot.edges.name_or_index(edge)) == Word::Table => {
                table = Some(snapshot.edges.target(edge));
            }
            _ => {}
        }
    }
    match table {
        None if graph.word(node) == Word::Array => Some((Collection::Array, direct)),
        None => Some((Collection::Object, direct)),
        Some(table) => {
            let layout = TableLayout::of(graph, node, table)?;
            let mut entries = 0;
            let mut last = None;
            // Slots are written in their order, so equal entries are neighbours.
            for_each_slot(graph, table, |slot, _| {
                let entry = layout.entry(slot);
                if entry != last {
                    entries += 1;
                    last = entry;
                }
            });
            Some((layout.kind, entries))
        }
    }
}

/// Bytes of a string from which on its growth is looked at.
const LEAST_TEXT: u64 = 4096;

/// Bytes of a long string.
pub(crate) fn text_size(graph: &HeapGraph, node: NodeId) -> Option<u32> {
    const HALVES: usize = 8;
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    // One that is appended to and then read keeps the whole as its first half, and that as the first half of the next.
    let first_half = |node: NodeId| {
        let is_first = |&edge: &usize| {
            edges.kind(edge) == EdgeKind::Internal && graph.vocabulary().word(edges.name_or_index(edge)) == Word::First
        };
        nodes.edges(node).find(is_first).map(|edge| edges.target(edge))
    };
    let mut text = node;
    for _ in 0..HALVES {
        if nodes.kind(text) != NodeKind::CONS_STRING {
            break;
        }
        text = first_half(text)?;
    }
    let size = nodes.self_size(text);
    (nodes.kind(text) == NodeKind::STRING && size >= LEAST_TEXT).then(|| u32::try_from(size).unwrap_or(u32::MAX))
}

/// Bytes outside of the heap behind a large buffer or typed array.
pub(crate) fn buffer_size(graph: &HeapGraph, node: NodeId) -> Option<u32> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    if nodes.kind(node) != NodeKind::OBJECT || !graph.raw_name(node).ends_with(['y', 'r']) {
        return None;
    }
    // A view has its buffer, a buffer its data.
    let behind = |node: NodeId| nodes.edges(node).map(|edge| edges.target(edge));
    let data = behind(node)
        .chain(behind(node).filter(|&buffer| graph.raw_name(buffer) == "ArrayBuffer").flat_map(behind))
        .find(|&data| graph.word(data) == Word::ArrayBufferData)?;
    let size = nodes.self_size(data);
    (size >= LEAST_TEXT).then(|| u32::try_from(size).unwrap_or(u32::MAX))
}

/// Stores below this many slots are not looked at for what they do not show.
const LEAST_SLOTS: u32 = 64;

/// The slots of a collection's store, where most of them show no entry: numbers, `null`, `undefined` and booleans are
/// no nodes, so that of a list of a million durations only the size of its store tells. An upper bound of the
/// entries, at most about twice as many.
pub(crate) fn hidden_slots(graph: &HeapGraph, node: NodeId) -> Option<(Collection, u32)> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    // The store of a weak collection has room for what may be gone.
    if nodes.kind(node) != NodeKind::OBJECT || graph.raw_name(node).starts_with("Weak") {
        return None;
    }
    let mut largest: Option<(Word, u32)> = None;
    for edge in nodes.edges(node) {
        let word = match edges.kind(edge) {
            EdgeKind::Internal => graph.vocabulary().word(edges.name_or_index(edge)),
            _ => continue,
        };
        if matches!(word, Word::Elements | Word::Properties | Word::Table) {
            // Two words of header, then the slots.
            let words = nodes.self_size(edges.target(edge)) / 8;
            let slots = u32::try_from(words.saturating_sub(2)).unwrap_or(u32::MAX);
            if largest.is_none_or(|(_, known)| slots > known) {
                largest = Some((word, slots));
            }
        }
    }
    let (word, slots) = largest.filter(|&(_, slots)| slots >= LEAST_SLOTS)?;
    let (kind, shown) = logical_size(graph, node)?;
    // A slot each for elements; key, value and details for properties; as laid out below for tables.
    let entries = match word {
        Word::Elements => slots,
        Word::Properties => slots / 3,
        _ => slots / if kind == Collection::Set { 3 } else { 4 },
    };
    (shown < entries / 4).then_some((kind, entries))
}

/// Whether an element or property is something that was put there: no prototype, no hole, no `undefined` that a ring
/// buffer leaves behind.
fn is_entry(graph: &HeapGraph, edge: usize) -> bool {
    let snapshot = graph.snapshot();
    let target = snapshot.edges.target(edge);
    let is_proto = || {
        snapshot.edges.kind(edge) == EdgeKind::Property
            && graph.vocabulary().word(snapshot.edges.name_or_index(edge)) == Word::Proto
    };
    match snapshot.nodes.kind(target) {
        // A hole; but a proxy is something.
        NodeKind::HIDDEN => graph.raw_name(target) == "system / JSProxy",
        NodeKind::NATIVE => !snapshot.strings.is(snapshot.nodes.name(target), "undefined") && !is_proto(),
        _ => !is_proto(),
    }
}

/// The nodes that are the entries of a collection: values where there are keys and values, each entry once.
pub(crate) fn entry_nodes(graph: &HeapGraph, node: NodeId) -> Vec<NodeId> {
    let snapshot = graph.snapshot();
    if let Some(table) = follow(graph, node, Word::Table)
        && let Some(layout) = TableLayout::of(graph, node, table)
    {
        let mut entries: Vec<(Option<u32>, NodeId)> = Vec::new();
        for_each_slot(graph, table, |slot, target| {
            let entry = layout.entry(slot);
            match entries.last_mut() {
                // The value comes after the key; a key stands only where the value is a small number.
                Some((last, value)) if *last == entry => *value = target,
                _ => entries.push((entry, target)),
            }
        });
        return entries.into_iter().map(|(_, node)| node).collect();
    }
    let direct = |&edge: &usize| {
        matches!(snapshot.edges.kind(edge), EdgeKind::Element | EdgeKind::Property) && is_entry(graph, edge)
    };
    snapshot.nodes.edges(node).filter(direct).map(|edge| snapshot.edges.target(edge)).collect()
}

/// Where the entries of a Map or Set begin in its table: three numbers, the buckets, then key, value and chain (or
/// value and chain) for each.
struct TableLayout {
    kind: Collection,
    first: u32,
    width: u32,
}

impl TableLayout {
    fn of(graph: &HeapGraph, node: NodeId, table: NodeId) -> Option<Self> {
        let name = graph.raw_name(node);
        let (kind, width) = if name.ends_with("Set") { (Collection::Set, 2) } else { (Collection::Map, 3) };
        // Header of two words, then three numbers, b buckets and 2b entries. Tables of an object that is
        // neither a Map nor a Set do not fit, and what does not fit is no entry.
        let words = u32::try_from(graph.snapshot().nodes.self_size(table) / 8).ok()?.checked_sub(2 + 3)?;
        Some(Self { kind, first: 3 + words / (1 + 2 * width), width })
    }

    fn entry(&self, slot: u32) -> Option<u32> {
        slot.checked_sub(self.first).map(|offset| offset / self.width)
    }
}

fn for_each_slot(graph: &HeapGraph, table: NodeId, mut visit: impl FnMut(u32, NodeId)) {
    let snapshot = graph.snapshot();
    for edge in snapshot.nodes.edges(table) {
        // Deleted entries stand as holes until the table is made anew.
        if snapshot.edges.kind(edge) == EdgeKind::Internal
            && snapshot.nodes.kind(snapshot.edges.target(edge)) != NodeKind::HIDDEN
            && let Some(slot) = number(&snapshot.strings.bytes(snapshot.edges.name_or_index(edge)))
        {
            visit(slot, snapshot.edges.target(edge));
        }
    }
}

fn number(text: &[u8]) -> Option<u32> {
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
