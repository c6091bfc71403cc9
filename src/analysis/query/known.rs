//! What has been decided about strings of the table: names repeat, so each is looked at once.

use crate::{
    memory,
    snapshot::{StringId, Strings},
};

const NO: u8 = 1;
const YES: u8 = 2;

/// A yes or a no for each string that was asked about. One thread's.
pub(super) struct Known<'a> {
    strings: &'a Strings,
    /// By string; 0 for what nobody asked about. Empty until somebody asks.
    answers: Vec<u8>,
}

impl<'a> Known<'a> {
    pub(super) fn of(strings: &'a Strings) -> Self {
        Self { strings, answers: Vec::new() }
    }

    /// Whether a string is as wanted.
    pub(super) fn holds(&mut self, id: StringId, decide: impl FnOnce(&Strings) -> bool) -> bool {
        if self.answers.is_empty() {
            // Where there is no memory for it, each is looked at again.
            self.answers = memory::zeroed(self.strings.len(), "a question").unwrap_or_default();
        }
        match self.answers.get_mut(id as usize) {
            Some(&mut NO) => false,
            Some(&mut YES) => true,
            known => {
                let holds = decide(self.strings);
                if let Some(known) = known {
                    *known = if holds { YES } else { NO };
                }
                holds
            }
        }
    }
}
