//! Writes an index, or adds sections to one.
//!
//! Sections are written side by side, each block hashed while it is in the cache; then the table, and last the head,
//! without which the file is none. An index only ever grows: sections that are added, and a new table, go behind the
//! end, then the head is written anew. Whoever has it open keeps the table it has read, and everything that table names
//! stays as it is. A crash in between leaves an index that is not recognised, and is made again.

use std::{borrow::Cow, fs::File, io};

use rayon::prelude::*;

use super::{
    BLOCK, Shelf, Tag,
    backing::write_all_at,
    checksum,
    column::{Plain, bytes_of},
    head::{ALIGN, Entry, HEAD, Stamp, encode_head, encode_table},
};
use crate::monitor::Monitor;

/// Bytes that are written at once.
const CHUNK: usize = 1 << 20;

/// Sections to be written.
#[derive(Default)]
pub(crate) struct Writer<'a> {
    sections: Vec<(Tag, Cow<'a, [u8]>)>,
}

impl<'a> Writer<'a> {
    /// Adds a section.
    pub(crate) fn add<T: Plain>(&mut self, tag: Tag, elements: &'a [T]) {
        self.sections.push((tag, Cow::Borrowed(bytes_of(elements))));
    }

    /// Adds a section that is made for the purpose.
    pub(crate) fn add_made<T: Plain>(&mut self, tag: Tag, elements: &[T]) {
        self.sections.push((tag, Cow::Owned(bytes_of(elements).to_vec())));
    }

    /// Adds a section of bytes made for the purpose.
    pub(crate) fn add_bytes(&mut self, tag: Tag, bytes: Vec<u8>) {
        self.sections.push((tag, Cow::Owned(bytes)));
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Bytes of all sections.
    pub(crate) fn len(&self) -> u64 {
        self.sections.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// Writes the sections to `file`: a new one, or that of `base`, which must be open for writing and nobody else's.
    ///
    /// # Errors
    /// Those of writing; `Interrupted` when the monitor says stop.
    pub(crate) fn write(&self, file: &File, base: Option<&Shelf>, stamp: &Stamp, monitor: &Monitor) -> io::Result<()> {
        let mut sections: Vec<(Tag, Entry)> = Vec::new();
        let mut checksums: Vec<u64> = Vec::new();
        let mut end = HEAD as u64;
        if let Some(Shelf { table, .. }) = base {
            sections.extend(table.sections.iter().map(|(tag, entry)| (*tag, *entry)));
            sections.sort_unstable_by_key(|(_, entry)| entry.offset);
            checksums.extend_from_slice(&table.checksums);
            end = table.end;
        }
        let mut pieces: Vec<(u64, &[u8])> = Vec::new();
        for (tag, bytes) in &self.sections {
            let offset = end.next_multiple_of(ALIGN);
            end = offset + bytes.len() as u64;
            let entry = Entry { offset, len: bytes.len() as u64, first_checksum: 0 };
            sections.push((*tag, entry));
            pieces
                .extend(bytes.chunks(CHUNK).enumerate().map(|(index, chunk)| (offset + (index * CHUNK) as u64, chunk)));
        }
        let written: Vec<Vec<u64>> = pieces
            .into_par_iter()
            .map(|(offset, chunk)| {
                if monitor.check().is_err() {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                write_all_at(file, chunk, offset)?;
                Ok(chunk.chunks(BLOCK).map(checksum).collect())
            })
            .collect::<io::Result<_>>()?;
        let first_new = sections.len() - self.sections.len();
        let mut next = checksums.len();
        for (_, entry) in &mut sections[first_new..] {
            entry.first_checksum = next;
            next += Entry::blocks(entry.len) as usize;
        }
        checksums.extend(written.into_iter().flatten());
        let table = encode_table(&sections, &checksums);
        let table_at = end.next_multiple_of(ALIGN);
        write_all_at(file, &table, table_at)?;
        write_all_at(file, &encode_head(stamp, sections.len(), table_at, &table), 0)
    }
}
