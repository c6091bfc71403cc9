//! Reactions on a promise that lives for ever, suspended async functions, lists of waiters.

use super::{Case, Pattern};

pub(super) struct PendingPromises;

impl Pattern for PendingPromises {
    fn id(&self) -> &'static str {
        "pending-promises"
    }

    fn title(&self) -> &'static str {
        "Promises that are never settled"
    }

    fn advice(&self) -> &'static str {
        "Settle every promise, also on errors and after a time limit; do not race again and again against one long-lived promise; remove waiters that gave up."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let is_waiting = |class: &str| {
            matches!(
                class,
                "Promise"
                    | "system / PromiseReaction"
                    | "Generator"
                    | "AsyncGenerator"
                    | "AsyncContextFrame"
                    | "AsyncFunction"
            )
        };
        let share = case.share(is_waiting);
        let context = case.is_under("kResourceStore") || case.is_under("reactions_or_result");
        (share > 0.5 || context && share > 0.0 || case.holder_class() == "Promise")
            .then(|| vec!["the entries are promises or functions that wait for one".to_owned()])
    }
}
