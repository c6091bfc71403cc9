//! Snapshots written back: copies that may go where the heap itself must not.
//!
//! A copy is made as a stream, so that it costs little memory whatever its size: the file is walked ([`walk`]) three
//! times, to count its strings, to see what each is used for, and to write. What is written instead of a text is
//! made up by [`pseudonyms`]. [`copy`] decides, [`output`] packs, hashes and syncs.

mod copy;
mod output;
mod pseudonyms;
mod uses;
mod walk;

pub use self::{
    copy::{RedactOptions, Redacted, redact},
    output::Packing,
};
