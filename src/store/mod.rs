//! Columns on disk: the index file, in which what was computed once is found again.
//!
//! This room knows arrays of plain numbers, named by a [`Tag`], and nothing of what they mean: the rooms to its right
//! say which of theirs they keep ([`Writer`]) and take them out again ([`Shelf`]). An index is a file like this:
//!
//! ```text
//! head (256 bytes) │ section │ section │ … │ table: name, place, length and block checksums of every section
//! ```
//!
//! Nothing in it is believed unseen. Head and table are checked when the file is opened. A section is read when it is
//! asked for, in blocks of 32 KiB, and each block is held against its checksum the first time that anybody touches it
//! ([`View`]), so that a question pays for what it looks at and not for the size of the file. What is damaged ends the
//! question by unwinding ([`damage`]), and whoever asked asks the snapshot itself.

mod backing;
mod column;
mod damage;
mod file;
mod head;
mod identity;
mod shelf;
mod view;
mod writer;

pub(crate) use self::{
    backing::Backing,
    column::{Column, Plain},
    damage::{Unusable, guarded},
    file::{Reading, create, is_ours, open, open_to_grow, room_for},
    head::Stamp,
    identity::Identity,
    shelf::Shelf,
    view::{Rule, View},
    writer::Writer,
};

/// The name of a section: eight ASCII characters, the same for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tag([u8; 8]);

impl Tag {
    /// A tag from its text, which has exactly eight characters.
    pub(crate) const fn new(text: [u8; 8]) -> Self {
        Self(text)
    }

    /// The first character.
    pub(crate) fn first(self) -> u8 {
        self.0[0]
    }
}

/// Bytes that one checksum answers for. A multiple of every element's size, so that no element lies in two blocks.
const BLOCK: usize = 32 << 10;

/// Whether this machine can use an index at all: its numbers are little-endian and read as they stand.
pub(crate) const USABLE_HERE: bool = cfg!(target_endian = "little") && cfg!(target_pointer_width = "64");

/// The checksum of a block, of the table and of the head. 64 bits against accidents, not against an adversary: who can
/// write to the index can also lie in it (see `docs/index-file.md`).
fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

#[cfg(test)]
pub(crate) mod scratch;
#[cfg(test)]
mod tests;
