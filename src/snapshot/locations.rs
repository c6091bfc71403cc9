//! Source positions of nodes: closures and instances of classes have one, most nodes have none.

use super::{columns::Ordinal, header::LocationLayout, ids::NodeId, numbers::read_small};
use crate::{
    error::{Error, Result},
    memory,
    store::{Column, Rule, Shelf, Tag, Writer},
};

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
    nodes: Column<NodeId>,
    scripts: Column<u32>,
    lines: Column<u32>,
    columns: Column<u32>,
}

/// How the columns are called in an index.
mod tags {
    use super::Tag;

    pub(super) const NODES: Tag = Tag::new(*b"plcnode.");
    pub(super) const SCRIPTS: Tag = Tag::new(*b"plcscrip");
    pub(super) const LINES: Tag = Tag::new(*b"plcline.");
    pub(super) const COLUMNS: Tag = Tag::new(*b"plccolum");
}

impl Locations {
    /// Reads them from the text after `[`, which stands at `offset`.
    pub(crate) fn read(text: &[u8], layout: &LocationLayout, ordinal: Ordinal, offset: u64) -> Result<Self> {
        let (numbers, _) = read_small(text, 0, "locations").map_err(|error| error.moved(0, offset))?;
        Self::from_numbers(&numbers, layout, ordinal, offset)
    }

    fn from_numbers(numbers: &[u64], layout: &LocationLayout, ordinal: Ordinal, offset: u64) -> Result<Self> {
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
        let column = |field: fn(&Location) -> u32| -> Result<Column<u32>> {
            let mut column = memory::with_capacity(rows.len(), "locations")?;
            column.extend(rows.iter().map(|(_, position)| field(position)));
            Ok(column.into())
        };
        let mut nodes = memory::with_capacity(rows.len(), "locations")?;
        nodes.extend(rows.iter().map(|&(node, _)| node));
        Ok(Self {
            nodes: nodes.into(),
            scripts: column(|position| position.script)?,
            lines: column(|position| position.line)?,
            columns: column(|position| position.column)?,
        })
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(tags::NODES, &self.nodes);
        writer.add(tags::SCRIPTS, &self.scripts);
        writer.add(tags::LINES, &self.lines);
        writer.add(tags::COLUMNS, &self.columns);
    }

    /// The locations of an index of so many nodes.
    pub(super) fn load(shelf: &Shelf, nodes: usize) -> Result<Option<Self>> {
        let Ok(limit) = u32::try_from(nodes) else { return Ok(None) };
        let Some(nodes) = shelf.view(tags::NODES, Rule::Below(limit))? else { return Ok(None) };
        let count = nodes.len();
        let (Some(scripts), Some(lines), Some(columns)) = (
            shelf.column(tags::SCRIPTS, count, Rule::Any)?,
            shelf.column(tags::LINES, count, Rule::Any)?,
            shelf.column(tags::COLUMNS, count, Rule::Any)?,
        ) else {
            return Ok(None);
        };
        Ok(Some(Self { nodes: Column::Indexed(nodes), scripts, lines, columns }))
    }

    fn row(&self, row: usize) -> Location {
        Location { script: self.scripts.at(row), line: self.lines.at(row), column: self.columns.at(row) }
    }

    /// The node's position in source, if it has one.
    #[must_use]
    pub fn get(&self, node: NodeId) -> Option<Location> {
        let row = self.nodes.partition_point(|other| other < node);
        (self.nodes.try_at(row) == Some(node)).then(|| self.row(row))
    }

    /// All rows, by ascending node.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, Location)> {
        self.nodes.iter().enumerate().map(|(row, &node)| (node, self.row(row)))
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
