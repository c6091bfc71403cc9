//! Source positions of nodes: closures and instances of classes have one, most nodes have none.

use fixedbitset::FixedBitSet;

use super::{
    columns::Ordinal,
    header::{LocationLayout, MAX_FIELDS},
    ids::NodeId,
    numbers::each_small,
};
use crate::{
    error::{Error, Result},
    memory,
    ranked::Ranked,
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
        let fault = |what: String| Error::malformed(offset, format_args!("in \"locations\": {what}"));
        // In the order of the file. A number takes two bytes at least.
        let mut rows = memory::with_capacity(text.len() / (2 * layout.fields) + 1, "locations")?;
        let mut with_place = FixedBitSet::with_capacity(ordinal.nodes as usize);
        let mut record = [0; MAX_FIELDS];
        let (mut records, mut field, mut bad_object) = (0_usize, 0, None);
        let read = each_small(text, 0, "locations", |number| {
            record[field] = number;
            field += 1;
            if field == layout.fields {
                (records, field) = (records + 1, 0);
                let object = record[layout.object];
                // Numbers V8 has no use for (a line of -1) are kept as their low 32 bits; they only serve as keys.
                let position = Location {
                    script: record[layout.script] as u32,
                    line: record[layout.line] as u32,
                    column: record[layout.column] as u32,
                };
                match ordinal.of(object) {
                    Some(node) => {
                        with_place.insert(node as usize);
                        memory::push(&mut rows, (node, position), "locations")?;
                    }
                    // What is wrong with the text is told first.
                    None => bad_object = bad_object.or(Some(object)),
                }
            }
            Ok(())
        });
        read.map_err(|error| error.moved(0, offset))?;
        if field != 0 {
            let numbers = records * layout.fields + field;
            return Err(fault(format!("it holds {numbers} numbers, no multiple of {}", layout.fields)));
        }
        if let Some(object) = bad_object {
            return Err(fault(format!("object index {object} is no node")));
        }
        Self::sorted(&rows, with_place)
    }

    /// Sorts rows by node; `nodes` are all that have one.
    fn sorted(rows: &[(u32, Location)], nodes: FixedBitSet) -> Result<Self> {
        let nodes = Ranked::new(nodes, "locations")?;
        let count = nodes.numbers().count();
        let column = || memory::zeroed::<u32>(count, "locations");
        let (mut scripts, mut lines, mut columns) = (column()?, column()?, column()?);
        // Of two rows for a node the later one wins, as in DevTools.
        for &(node, Location { script, line, column }) in rows {
            let row = nodes.rank(node);
            (scripts[row], lines[row], columns[row]) = (script, line, column);
        }
        let mut in_order = memory::with_capacity(count, "locations")?;
        in_order.extend(nodes.numbers().map(NodeId::from_index));
        let [scripts, lines, columns] = [scripts, lines, columns].map(Column::from);
        Ok(Self { nodes: in_order.into(), scripts, lines, columns })
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
        let text = b"14,9,0,3,4,7,9,0,1,2,14,9,0,5,6]";
        let locations = Locations::read(text, &layout, Ordinal { fields: 7, nodes: 3 }, 0).unwrap();
        assert_eq!(locations.len(), 2);
        assert_eq!(locations.get(NodeId(2)), Some(Location { script: 9, line: 5, column: 6 }));
        assert_eq!(locations.get(NodeId(1)), Some(Location { script: 9, line: 1, column: 2 }));
        assert_eq!(locations.get(NodeId(0)), None);
        let outside = |text| Locations::read(text, &layout, Ordinal { fields: 7, nodes: 2 }, 50).unwrap_err();
        assert_eq!(outside(text).offset(), Some(50));
        // What is wrong with the text is told before what is wrong with the numbers.
        assert_eq!(outside(b"14,9,0,3,4,x]").offset(), Some(61));
        assert!(outside(b"14,9,0,3,4,7]").to_string().contains("6 numbers"));
    }
}
