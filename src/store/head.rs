//! The head of an index and its table: what kind of file it is, of which snapshot, and where its sections are.
//!
//! Both are read whole when the file is opened, and everything in them is held against the length of the file before
//! any of it is used. All numbers are little-endian. The layout is told to users in `docs/index-file.md`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{BLOCK, Tag, backing::Backing, checksum, identity::Identity};
use crate::memory;

/// Bytes of the head; the first section begins after it.
pub(super) const HEAD: usize = 256;
/// Sections begin at multiples of this, which suits every element and every cache line.
pub(super) const ALIGN: u64 = 64;
/// Raised with every change of this layout.
const FORMAT: u32 = 1;
const MAGIC: &[u8; 8] = b"heapidx\n";
/// Read in the other order it is another number.
const ORDER: u32 = 0x0102_0304;
const ENTRY: usize = 32;
/// More sections than any index has.
const MOST_SECTIONS: usize = 4096;

/// What an index was made of, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The snapshot.
    pub(crate) identity: Identity,
    /// The engine: a hash of its source. Another engine may understand something else by a fact.
    pub(crate) engine: u64,
}

/// A section: where it is, and which of the checksums are those of its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) offset: u64,
    pub(super) len: u64,
    pub(super) first_checksum: usize,
}

impl Entry {
    /// Blocks of a section of so many bytes.
    pub(super) fn blocks(len: u64) -> u64 {
        len.div_ceil(BLOCK as u64)
    }
}

/// What is in an index.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) sections: FxHashMap<Tag, Entry>,
    pub(super) checksums: Arc<[u64]>,
    /// Where the file ends for this table; what may stand after it does not belong to it.
    pub(super) end: u64,
}

/// The table as it stands in the file: entries by place, then the checksums in their order.
pub(super) fn encode_table(sections: &[(Tag, Entry)], checksums: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(sections.len() * ENTRY + checksums.len() * 8);
    for (tag, entry) in sections {
        bytes.extend_from_slice(&tag.0);
        for number in [entry.offset, entry.len, entry.first_checksum as u64] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    checksums.iter().for_each(|sum| bytes.extend_from_slice(&sum.to_le_bytes()));
    bytes
}

/// The head of a file whose table stands at `table_at`, which is the last thing in it.
pub(super) fn encode_head(stamp: &Stamp, sections: usize, table_at: u64, table: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(MAGIC);
    head[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    head[12..16].copy_from_slice(&ORDER.to_le_bytes());
    let Stamp { identity, engine } = stamp;
    let numbers = [
        *engine,
        identity.size,
        identity.modified,
        identity.samples as u64,
        (identity.samples >> 64) as u64,
        sections as u64,
        table_at,
        table.len() as u64,
        checksum(table),
    ];
    for (index, number) in numbers.into_iter().enumerate() {
        head[16 + 8 * index..24 + 8 * index].copy_from_slice(&number.to_le_bytes());
    }
    let sum = checksum(&head[..HEAD - 8]);
    head[HEAD - 8..].copy_from_slice(&sum.to_le_bytes());
    head
}

/// Reads head and table. `None` when it is no index, one of another format, damaged, or when memory is short.
pub(super) fn read(from: &Backing) -> Option<(Stamp, Table)> {
    let length = from.len().ok()?;
    let mut head = [0; HEAD];
    from.read_exact_at(&mut head, 0).ok()?;
    let known = &head[..8] == MAGIC && four(&head, 8) == FORMAT && four(&head, 12) == ORDER;
    if !known || eight(&head, HEAD - 8) != checksum(&head[..HEAD - 8]) {
        return None;
    }
    let number = |index: usize| eight(&head, 16 + 8 * index);
    let samples = u128::from(number(3)) | u128::from(number(4)) << 64;
    let stamp = Stamp { engine: number(0), identity: Identity { size: number(1), modified: number(2), samples } };
    let (count, table_at, table_len) = (usize::try_from(number(5)).ok()?, number(6), usize::try_from(number(7)).ok()?);
    let end = table_at.checked_add(table_len as u64)?;
    let checksums_at = count.checked_mul(ENTRY)?;
    if end > length
        || count > MOST_SECTIONS
        || checksums_at > table_len
        || !(table_len - checksums_at).is_multiple_of(8)
    {
        return None;
    }
    // No longer than the file, so nobody can ask for more than there is.
    let mut table = memory::zeroed::<u8>(table_len, "the index").ok()?;
    from.read_exact_at(&mut table, table_at).ok()?;
    if checksum(&table) != number(8) {
        return None;
    }
    let checksums: Arc<[u64]> = table[checksums_at..].chunks_exact(8).map(|sum| eight(sum, 0)).collect();
    let mut sections = FxHashMap::default();
    for entry in table[..checksums_at].chunks_exact(ENTRY) {
        let (offset, len, first) = (eight(entry, 8), eight(entry, 16), eight(entry, 24));
        let fits = offset >= HEAD as u64
            && offset.is_multiple_of(ALIGN)
            && offset.checked_add(len)? <= table_at
            && first.checked_add(Entry::blocks(len))? <= checksums.len() as u64;
        if !fits {
            return None;
        }
        let tag = Tag(entry[..8].try_into().ok()?);
        sections.insert(tag, Entry { offset, len, first_checksum: first as usize });
    }
    Some((stamp, Table { sections, checksums, end }))
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    u64::from(four(bytes, at)) | u64::from(four(bytes, at + 4)) << 32
}
