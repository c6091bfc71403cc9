//! What happens when an index turns out to be damaged in the middle of a question.
//!
//! Columns are read like arrays, in the innermost loops, and an array access has no way to say "this block is not what
//! was written". It is like a page that cannot be read: the question cannot go on. So the touch of a damaged block
//! unwinds, past everything, to the one place that can help: [`guarded`], around a question that is asked through an
//! index. There the answer is thrown away and the snapshot is read instead. No panic hook runs for it, and no message
//! is printed: it is no bug.
//!
//! A real panic is caught here too. An index may be forged, with checksums that are right and numbers that contradict
//! each other; what then fails is a bounds check, and the same way out is right for it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Why a question could not be answered through an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// A block is not what was written, or could not be read.
    Damaged,
    /// Its numbers contradict each other.
    Contradiction,
}

/// What unwinds.
struct Damage;

/// Ends the question that touched a damaged block.
pub(super) fn unwind() -> ! {
    resume_unwind(Box::new(Damage))
}

/// Runs a question that reads an index.
pub(crate) fn guarded<T>(question: impl FnOnce() -> T) -> Result<T, Unusable> {
    // What the question was building is dropped with it, and the index it read is given up.
    catch_unwind(AssertUnwindSafe(question))
        .map_err(|payload| if payload.is::<Damage>() { Unusable::Damaged } else { Unusable::Contradiction })
}
