//! Listeners of an emitter or event target that lives longer than what adds them.

use super::{Case, Pattern};

pub(super) struct EventListeners;

impl Pattern for EventListeners {
    fn id(&self) -> &'static str {
        "event-listeners"
    }

    fn title(&self) -> &'static str {
        "Listeners that are added and never removed"
    }

    fn advice(&self) -> &'static str {
        "Remove the listener when its owner is done (removeListener, off, or an AbortSignal passed as { signal }), or add it once and outside of the request; see the close handler of the guide."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let events = case.is_under("_events") || case.is_under("kEvents") || case.is_under("listeners");
        let functions = case.share(|class| class == "Function" || class == "Listener" || class == "WeakListener");
        if !(events && functions > 0.3) && case.share(|class| class == "Listener") < 0.5 {
            return None;
        }
        let mut evidence = vec!["the entries are listeners of one emitter".to_owned()];
        if let Some(place) = &case.entry_place {
            let name = place.function.as_deref().unwrap_or("an unnamed function");
            evidence.push(format!("most of them: {name} in {}:{}", place.file, place.line.unwrap_or(0)));
        }
        Some(evidence)
    }
}
