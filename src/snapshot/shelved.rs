//! A snapshot put into an index, and taken out again without reading its file.
//!
//! The columns go in as they are. The header goes in as its text and is understood anew, which takes no time. The texts
//! stay in the snapshot's own file, which the index is of, unless that is packed.

use std::{ops::Range, path::PathBuf};

use super::{Allocations, Edges, Header, Locations, Nodes, Snapshot, Strings, parts::Section, text::Text};
use crate::{
    error::Result,
    store::{Backing, Rule, Shelf, Tag, View, Writer},
};

const HEADER: Tag = Tag::new(*b"header..");
/// Where the texts stand in the file: three pairs of start and end. Then 1 if they are in the index too.
const TEXTS: Tag = Tag::new(*b"texts...");
const STRINGS: Tag = Tag::new(*b"strtext.");
const FUNCTIONS: Tag = Tag::new(*b"trcfuncs");
const TREE: Tag = Tag::new(*b"trctree.");

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
        let ([strings_at, functions_at, tree_at], &[in_index]) = (match texts.whole().as_chunks::<2>() {
            (&[strings, functions, tree], last) => ([strings, functions, tree], last),
            _ => return Ok(None),
        }) else {
            return Ok(None);
        };
        let texts = [strings_at, functions_at, tree_at].map(|[start, end]| start..end);
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
        // What has a place must be there.
        if functions.is_none() != texts[1].is_empty() || tree.is_none() != texts[2].is_empty() {
            return Ok(None);
        }
        let allocations = Allocations::of(&header, functions, tree);
        let path = Some(path);
        Ok(Some(Self { header, nodes, edges, strings, locations, allocations, given_size: size, path, texts }))
    }
}
