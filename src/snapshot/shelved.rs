//! A snapshot put into an index, and taken out again without reading its file.
//!
//! The columns go in as they are. The header goes in as its text and is understood anew, which takes no time. The texts
//! stay in the snapshot's own file, which the index is of, unless that is packed.

use std::{ops::Range, path::PathBuf};

use super::{
    Allocations, Edges, Header, Locations, Nodes, Snapshot, SourceScopes, Strings, columns::Ordinal, parts::Section,
    text::Text,
};
use crate::{
    error::Result,
    store::{Backing, Rule, Shelf, Tag, View, Writer},
};

const HEADER: Tag = Tag::new(*b"header..");
/// Where the texts stand in the file: six pairs of start and end. Then 1 if they are in the index too.
const TEXTS: Tag = Tag::new(*b"texts...");
const STRINGS: Tag = Tag::new(*b"strtext.");
const FUNCTIONS: Tag = Tag::new(*b"trcfuncs");
const TREE: Tag = Tag::new(*b"trctree.");
const SCOPES: [Tag; 3] = [Tag::new(*b"scptable"), Tag::new(*b"scpvars."), Tag::new(*b"scpuses.")];

impl Snapshot {
    /// Adds all that the snapshot says; its texts too when they cannot stay in the file, which is packed or no file.
    /// `false`, and nothing added, for a snapshot that no index can hold.
    pub(crate) fn save<'a>(&'a self, writer: &mut Writer<'a>, with_texts: bool) -> bool {
        let Some(header) = &self.header.text else { return false };
        writer.add(HEADER, header);
        let ranges = self.texts.iter().flat_map(|range| [range.start, range.end]);
        writer.add_made(TEXTS, &ranges.chain([u64::from(with_texts)]).collect::<Vec<u64>>());
        self.nodes.save(writer);
        self.edges.save(writer);
        self.locations.save(writer);
        self.strings.save(writer);
        if with_texts {
            writer.add(STRINGS, self.strings.text_to_save());
            if let Some([functions, tree]) = self.allocations.as_ref().map(Allocations::texts_to_save) {
                writer.add(FUNCTIONS, functions);
                writer.add(TREE, tree);
            }
            if let Some(texts) = self.source_scopes.as_ref().map(SourceScopes::texts_to_save) {
                for (tag, text) in SCOPES.into_iter().zip(texts) {
                    writer.add(tag, text);
                }
            }
        }
        true
    }

    /// The snapshot in an index. `file` is the snapshot's own file, `size` its length. `None` when it is not in there
    /// as it should be.
    ///
    /// # Errors
    /// `ERR_HEAP_NO_MEMORY`.
    pub(crate) fn load(shelf: &Shelf, file: &Backing, size: u64, path: PathBuf) -> Result<Option<Self>> {
        let (Some(text), Some(texts)) = (shelf.bytes(HEADER)?, shelf.view::<u64>(TEXTS, Rule::Any)?) else {
            return Ok(None);
        };
        let Ok(header) = Header::parse(text.whole(), 0) else { return Ok(None) };
        let (places, &[in_index]) = texts.whole().as_chunks::<2>() else { return Ok(None) };
        let Ok(places) = <[[u64; 2]; 6]>::try_from(places) else { return Ok(None) };
        let texts = places.map(|[start, end]| start..end);
        let text = |tag: Tag, range: &Range<u64>| match in_index {
            0 => View::of_file(file, range.clone()),
            _ => shelf.bytes(tag),
        };
        let (Ok(node_count), Ok(edge_count)) = (usize::try_from(header.node_count), usize::try_from(header.edge_count))
        else {
            return Ok(None);
        };
        if header.root >= header.node_count {
            return Ok(None);
        }
        let Some(section) = text(STRINGS, &texts[0])? else { return Ok(None) };
        let Some(strings) = Strings::load(shelf, section)? else { return Ok(None) };
        let (Some(nodes), Some(edges), Some(locations)) = (
            Nodes::load(shelf, node_count, edge_count, strings.len())?,
            Edges::load(shelf, edge_count, node_count)?,
            Locations::load(shelf, node_count)?,
        ) else {
            return Ok(None);
        };
        let section = |tag: Tag, range: &Range<u64>| {
            let view = if range.is_empty() { None } else { text(tag, range)? };
            Ok(view.map(|view| Section { start: range.start, text: Text::Indexed(view) }))
        };
        let (functions, tree) = (section(FUNCTIONS, &texts[1])?, section(TREE, &texts[2])?);
        let [scopes, variables, uses] = SCOPES;
        let tables = [section(scopes, &texts[3])?, section(variables, &texts[4])?, section(uses, &texts[5])?];
        // What has a place must be there.
        let parts = [&functions, &tree, &tables[0], &tables[1], &tables[2]];
        if parts.into_iter().zip(&texts[1..]).any(|(part, range)| part.is_none() != range.is_empty()) {
            return Ok(None);
        }
        let allocations = Allocations::of(&header, functions, tree);
        let ordinal = Ordinal { fields: header.node.fields as u64, nodes: header.node_count };
        let source_scopes = SourceScopes::of(&header, ordinal, strings.len(), tables);
        let (path, given_size) = (Some(path), size);
        Ok(Some(Self { header, nodes, edges, strings, locations, allocations, source_scopes, given_size, path, texts }))
    }
}
