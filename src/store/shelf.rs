//! An opened index: columns by name.

use std::sync::Arc;

use super::{
    Column, Tag,
    backing::Backing,
    column::Plain,
    head::{self, Stamp, Table},
    view::{Checksums, Rule, Stretch, View},
};
use crate::error::Result;

/// The sections of an index. Opening reads head and table; columns come when they are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    from: Backing,
    stamp: Stamp,
    pub(super) table: Table,
}

impl Shelf {
    /// Opens an index. `None` when it is none, one of another format, or damaged at its head or in its table.
    pub(crate) fn open(from: Backing) -> Option<Self> {
        let (stamp, table) = head::read(&from)?;
        Some(Self { from, stamp, table })
    }

    /// What it was made of.
    pub(crate) fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The names of all sections.
    pub(crate) fn tags(&self) -> impl Iterator<Item = Tag> {
        self.table.sections.keys().copied()
    }

    /// Whether it has a section.
    pub(crate) fn has(&self, tag: Tag) -> bool {
        self.table.sections.contains_key(&tag)
    }

    /// Where blocks begin, with the section that each is of.
    #[cfg(test)]
    pub(crate) fn blocks(&self) -> Vec<(Tag, u64)> {
        let of_section = |(&tag, entry): (&Tag, &head::Entry)| {
            (entry.offset..entry.offset + entry.len).step_by(super::BLOCK).map(move |at| (tag, at)).collect::<Vec<_>>()
        };
        let mut blocks: Vec<_> = self.table.sections.iter().flat_map(of_section).collect();
        blocks.sort_by_key(|&(_, at)| at);
        blocks
    }

    /// The elements of a section, read when they are touched. `None` when there is no such section or its length is
    /// none of these elements.
    ///
    /// # Errors
    /// `ERR_HEAP_NO_MEMORY`, where it is not mapped.
    pub(crate) fn view<T: Plain>(&self, tag: Tag, rule: Rule) -> Result<Option<View<T>>> {
        let Some(entry) = self.table.sections.get(&tag) else { return Ok(None) };
        let Ok(len) = usize::try_from(entry.len) else { return Ok(None) };
        if !len.is_multiple_of(size_of::<T>()) {
            return Ok(None);
        }
        let checksums = Checksums { all: Arc::clone(&self.table.checksums), first: entry.first_checksum };
        let stretch = Stretch::new(self.from.clone(), entry.offset, len, Some(checksums), rule)?;
        Ok(Some(View::new(Arc::new(stretch))))
    }

    /// A column that must have `len` elements. `None` as for [`Self::view`], and when it has another number of them.
    ///
    /// # Errors
    /// As [`Self::view`].
    pub(crate) fn column<T: Plain>(&self, tag: Tag, len: usize, rule: Rule) -> Result<Option<Column<T>>> {
        Ok(self.view(tag, rule)?.filter(|view| view.len() == len).map(Column::Indexed))
    }

    /// All bytes of a section, for the small ones that are read in one go. `None` as for [`Self::view`].
    ///
    /// # Errors
    /// As [`Self::view`].
    pub(crate) fn bytes(&self, tag: Tag) -> Result<Option<View<u8>>> {
        self.view(tag, Rule::Any)
    }
}
