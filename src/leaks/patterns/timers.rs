//! A Timeout, Interval or Immediate per request: each keeps its callback, and that keeps what it closes over.

use super::{Case, Pattern};

pub(super) struct Timers;

impl Pattern for Timers {
    fn id(&self) -> &'static str {
        "timers"
    }

    fn title(&self) -> &'static str {
        "Timers that are never cleared"
    }

    fn advice(&self) -> &'static str {
        "Keep the handle that setTimeout or setInterval returns and call clearTimeout or clearInterval when the work is done (on logout, on close, in finally)."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(|class| matches!(class, "Timeout" | "Immediate" | "TimersList"));
        let list = case.above.iter().any(|(_, class)| class == "TimersList") || case.holder_class() == "TimersList";
        (share > 0.5 || list && share > 0.0)
            .then(|| vec!["the entries are timers that wait in Node's timer lists".to_owned()])
    }
}
