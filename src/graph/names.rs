//! Names as people see them: what V8 writes is a raw name, and three kinds of nodes deserve better.
//!
//! Plain objects are all called `Object` and show their properties instead; a concatenated string shows its
//! text; a detached DOM node says so.

use std::borrow::Cow;

use super::{HeapGraph, vocabulary::Word};
use crate::snapshot::{EdgeKind, NodeId, NodeKind, lossy, utf16_len};

/// UTF-16 units collected of a concatenated string before it is long enough to show.
const CONS_LIMIT: usize = 1024;
/// UTF-16 units of a plain object's name, without separators.
const SHAPE_LIMIT: usize = 100;

impl HeapGraph {
    /// The name to show for a node, as DevTools shows it. Text from the snapshot: untrusted, any length.
    #[must_use]
    pub fn display_name(&self, node: NodeId) -> String {
        let kind = self.snapshot().nodes.kind(node);
        if kind == NodeKind::CONS_STRING {
            return lossy(&self.cons_text(node));
        }
        if self.is_plain_object(node) {
            return lossy(&self.shape_name(node));
        }
        self.raw_name(node).into_owned()
    }

    /// The name the file gives a node, and `Detached ` before it where the node's state asks for that.
    #[must_use]
    pub fn raw_name(&self, node: NodeId) -> Cow<'_, str> {
        let text = self.snapshot().strings.text(self.snapshot().nodes.name(node));
        if self.dom_states().is_renamed(node) { Cow::Owned(format!("Detached {text}")) } else { text }
    }

    /// The name of an edge; a number for elements and hidden edges.
    #[must_use]
    pub fn edge_name(&self, edge: usize) -> Cow<'_, str> {
        match self.snapshot().edges.name(edge) {
            Some(name) => self.snapshot().strings.text(name),
            None => Cow::Owned(self.snapshot().edges.name_or_index(edge).to_string()),
        }
    }

    /// Whether it is an object made by a literal, `JSON.parse`, `new Object` and the like.
    #[must_use]
    pub fn is_plain_object(&self, node: NodeId) -> bool {
        let nodes = &self.snapshot().nodes;
        nodes.kind(node) == NodeKind::OBJECT && self.vocabulary().word(nodes.name(node)) == Word::Object
    }

    /// The text of a concatenated string: its halves, depth first, until there is enough to show.
    fn cons_text(&self, node: NodeId) -> Vec<u8> {
        let snapshot = self.snapshot();
        let mut text = Vec::new();
        let mut units = 0;
        let mut stack = vec![node];
        // Deep ones have tens of thousands of halves before the first text; only a damaged one has a cycle.
        let mut steps = snapshot.nodes.len();
        while let Some(node) = stack.pop() {
            if units >= CONS_LIMIT || steps == 0 {
                break;
            }
            steps -= 1;
            if snapshot.nodes.kind(node) != NodeKind::CONS_STRING {
                let part = snapshot.strings.bytes(snapshot.nodes.name(node));
                units += utf16_len(&part);
                text.extend_from_slice(&part);
                continue;
            }
            let half = |word| {
                let internal = |&edge: &usize| snapshot.edges.kind(edge) == EdgeKind::Internal;
                let named = |&edge: &usize| self.vocabulary().word(snapshot.edges.name_or_index(edge)) == word;
                snapshot.nodes.edges(node).filter(internal).find(named).map(|edge| snapshot.edges.target(edge))
            };
            // Second below first, so that first is taken first.
            stack.extend(half(Word::Second).into_iter().chain(half(Word::First)));
        }
        text
    }

    /// `{a, b, …, y, z}`: property names from both ends while they fit.
    fn shape_name(&self, node: NodeId) -> Vec<u8> {
        let snapshot = self.snapshot();
        let mut edges = snapshot.nodes.edges(node);
        let (mut front, mut back) = (b"{".to_vec(), b"}".to_vec());
        let (mut front_units, mut back_units) = (1, 1);
        let mut from_back = false;
        let mut cut = false;
        while !edges.is_empty() {
            let edge = if from_back { edges.end - 1 } else { edges.start };
            let mut step = || if from_back { edges.end -= 1 } else { edges.start += 1 };
            let name = snapshot.edges.name_or_index(edge);
            if snapshot.edges.kind(edge) != EdgeKind::Property || self.vocabulary().word(name) == Word::Proto {
                step();
                continue;
            }
            let name = quoted_property(snapshot.strings.bytes(name));
            let units = utf16_len(&name);
            // The first one is in, however long.
            if front_units > 1 && front_units + back_units + units > SHAPE_LIMIT {
                cut = true;
                break;
            }
            step();
            if from_back {
                if back_units > 1 {
                    back.splice(..0, *b", ");
                    back_units += 2;
                }
                back.splice(..0, name.iter().copied());
                back_units += units;
            } else {
                if front_units > 1 {
                    front.extend_from_slice(b", ");
                    front_units += 2;
                }
                front.extend_from_slice(&name);
                front_units += units;
            }
            from_back = !from_back;
        }
        if cut {
            front.extend_from_slice(", …".as_bytes());
        }
        if back_units > 1 {
            front.extend_from_slice(b", ");
        }
        front.extend_from_slice(&back);
        front
    }
}

/// A property name as it stands in a shape: quoted as JSON when it holds what separates names.
pub(crate) fn quoted_property(name: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if !name.iter().any(|byte| matches!(byte, b',' | b'\'' | b'"' | b'{' | b'}')) {
        return name;
    }
    let mut quoted = vec![b'"'];
    let mut rest = &name[..];
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'"' | b'\\' => quoted.extend_from_slice(&[b'\\', byte]),
            8 => quoted.extend_from_slice(b"\\b"),
            12 => quoted.extend_from_slice(b"\\f"),
            b'\n' => quoted.extend_from_slice(b"\\n"),
            b'\r' => quoted.extend_from_slice(b"\\r"),
            b'\t' => quoted.extend_from_slice(b"\\t"),
            0..=0x1f => quoted.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            // A lone surrogate in WTF-8; JSON.stringify writes it as an escape.
            0xed if tail.first().is_some_and(|&second| second >= 0xa0) && tail.len() >= 2 => {
                let unit = 0xd000 | u32::from(tail[0] & 0x3f) << 6 | u32::from(tail[1] & 0x3f);
                quoted.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                rest = &tail[2..];
            }
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    Cow::Owned(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn property_names_are_quoted_as_json_does() {
        let quoted =
            |name: &str| String::from_utf8(quoted_property(Cow::Borrowed(name.as_bytes())).into_owned()).unwrap();
        assert_eq!(quoted("plain name"), "plain name");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("it's \"q\" \\ \n\u{1}é"), "\"it's \\\"q\\\" \\\\ \\n\\u0001é\"");
        let surrogate = [b'{', 0xed, 0xa0, 0x80];
        assert_eq!(&*quoted_property(Cow::Borrowed(&surrogate)), b"\"{\\ud800\"");
    }
}
