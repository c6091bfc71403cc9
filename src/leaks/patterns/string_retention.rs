//! Slices with giant parents, a concatenation that grows, duplicates.

use super::{Case, Pattern};

pub(super) struct StringRetention;

impl Pattern for StringRetention {
    fn id(&self) -> &'static str {
        "string-retention"
    }

    fn title(&self) -> &'static str {
        "Strings that keep more than they show"
    }

    fn advice(&self) -> &'static str {
        "Copy a short piece of a long string before keeping it (for example by way of Buffer or JSON), join pieces once instead of appending for ever, and keep one copy of equal strings."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(|class| class == "(sliced string)" || class == "(concatenated string)");
        (share > 0.5)
            .then(|| vec!["the entries are pieces of longer strings, or one string that is appended to".to_owned()])
    }
}
