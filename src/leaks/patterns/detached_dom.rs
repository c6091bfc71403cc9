//! DOM nodes that were taken out of their document and are still kept. Only in snapshots of browsers.

use super::{Case, Pattern};

pub(super) struct DetachedDom;

impl Pattern for DetachedDom {
    fn id(&self) -> &'static str {
        "detached-dom"
    }

    fn title(&self) -> &'static str {
        "DOM nodes that are in no document"
    }

    fn advice(&self) -> &'static str {
        "Drop the last reference to the removed nodes: variables, closures and collections that still name them."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(|class| class.starts_with("Detached "));
        (share > 0.5).then(|| vec![format!("{:.0}% of the new entries are detached DOM nodes", share * 100.0)])
    }
}
