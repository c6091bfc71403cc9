//! A second look costs nothing: what was found out about a snapshot is kept in an index beside it and found again.
//!
//! A question is asked through [`ask`], which opens each [`Subject`] by its index where there is one that fits, and
//! reads the snapshot where there is none. The rooms to the right do not see a difference. The index has no authority:
//! it is used when it was made of exactly this file ([`crate::store::Identity`]) by exactly this engine, every block of it is
//! checked before it is looked at, and on any doubt the snapshot is read instead and the index made anew. Whatever
//! goes wrong with it changes no answer and is no error.
//!
//! Written is what was computed anyway: the columns and the facts when a snapshot has been read, and facts and answers
//! that an index does not have yet when a question brought them up. Where somebody waits for the answer, that happens
//! afterwards ([`Keeper`]).

mod keeper;
mod place;
mod question;
mod staying;
mod subject;

pub(crate) use self::question::{Question, ask};
pub use self::{
    keeper::Keeper,
    place::Place,
    staying::{Staying, look, look_once, open as open_to_stay},
    subject::{Indexing, Subject},
};

/// The engine that indexes are of: a hash of its source.
pub(crate) fn engine() -> u64 {
    // A number that the build made; anything else would be one too.
    env!("HEAP_ANALYZER_ENGINE").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests;
