//! Source positions of nodes: closures and instances of classes have one, most nodes have none.

use super::{columns::Ordinal, header::LocationLayout, ids::NodeId};
use crate::error::{Error, Result};

/// A position in a script, 0-based as V8 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    /// V8's number of the script.
    pub script: u32,
    /// 0-based.
    pub line: u32,
    /// 0-based, in UTF-16 units.
    pub column: u32,
}

/// All locations, sorted by node.
#[derive(Debug, Default)]
pub struct Locations {
    nodes: Vec<NodeId>,
    positions: Vec<Location>,
}

impl Locations {
    pub(crate) fn from_numbers(
        numbers: &[u64],
        layout: &LocationLayout,
        ordinal: Ordinal,
        offset: u64,
    ) -> Result<Self> {
        let fault = |what: String| Error::malformed(offset, format_args!("in \"locations\": {what}"));
        if !numbers.len().is_multiple_of(layout.fields) {
            return Err(fault(format!("it holds {} numbers, no multiple of {}", numbers.len(), layout.fields)));
        }
        let mut rows = Vec::with_capacity(numbers.len() / layout.fields);
        for record in numbers.chunks_exact(layout.fields) {
            let object = record[layout.object];
            let node = ordinal.of(object).ok_or_else(|| fault(format!("object index {object} is no node")))?;
            // Numbers V8 has no use for (a line of -1) are kept as their low 32 bits; they only serve as keys.
            let position = Location {
                script: record[layout.script] as u32,
                line: record[layout.line] as u32,
                column: record[layout.column] as u32,
            };
            rows.push((NodeId(node), position));
        }
        // Stable, so that of two rows for a node the later one stays last and wins, as in DevTools.
        if !rows.is_sorted_by_key(|&(node, _)| node) {
            rows.sort_by_key(|&(node, _)| node);
        }
        rows.reverse();
        rows.dedup_by_key(|&mut (node, _)| node);
        rows.reverse();
        let (nodes, positions) = rows.into_iter().unzip();
        Ok(Self { nodes, positions })
    }

    /// The node's position in source, if it has one.
    #[must_use]
    pub fn get(&self, node: NodeId) -> Option<Location> {
        self.nodes.binary_search(&node).ok().map(|row| self.positions[row])
    }

    /// All rows, by ascending node.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, Location)> {
        self.nodes.iter().copied().zip(self.positions.iter().copied())
    }

    /// Number of nodes with a position.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_the_last_of_a_node_wins() {
        let layout = LocationLayout { fields: 5, object: 0, script: 1, line: 3, column: 4 };
        let numbers = [14, 9, 0, 3, 4, 7, 9, 0, 1, 2, 14, 9, 0, 5, 6];
        let locations = Locations::from_numbers(&numbers, &layout, Ordinal { fields: 7, nodes: 3 }, 0).unwrap();
        assert_eq!(locations.len(), 2);
        assert_eq!(locations.get(NodeId(2)), Some(Location { script: 9, line: 5, column: 6 }));
        assert_eq!(locations.get(NodeId(1)), Some(Location { script: 9, line: 1, column: 2 }));
        assert_eq!(locations.get(NodeId(0)), None);
        let outside = Locations::from_numbers(&numbers, &layout, Ordinal { fields: 7, nodes: 2 }, 50);
        assert_eq!(outside.unwrap_err().offset(), Some(50));
    }
}
