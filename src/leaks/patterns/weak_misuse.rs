//! Maps full of `WeakRef`s whose targets are gone, and registries whose holdings reach their own target.

use super::{Case, Pattern};

pub(super) struct WeakMisuse;

impl Pattern for WeakMisuse {
    fn id(&self) -> &'static str {
        "weak-misuse"
    }

    fn title(&self) -> &'static str {
        "Weak references that do not let go"
    }

    fn advice(&self) -> &'static str {
        "Delete the entry when its target is gone: register each key with a FinalizationRegistry whose holdings do not reach the target, and remove it from the map there; or use a WeakMap."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share =
            case.share(|class| class == "WeakRef" || class == "FinalizationRegistry" || class == "system / WeakCell");
        (share > 0.5 || case.holder_class() == "FinalizationRegistry")
            .then(|| vec!["the entries are weak references: their targets may go, the entries never do".to_owned()])
    }
}
