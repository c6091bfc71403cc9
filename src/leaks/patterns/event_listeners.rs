//! Listeners of an emitter or event target that lives longer than what adds them.

use super::{Case, Pattern};
use crate::snapshot::{EdgeKind, NodeId, NodeKind};

/// What lists of things to be called are named.
const LISTS: [&str; 12] = [
    "listeners",
    "handlers",
    "stack",
    "middleware",
    "middlewares",
    "hooks",
    "interceptors",
    "subscribers",
    "observers",
    "callbacks",
    "subscriptions",
    "plugins",
];

pub(super) struct EventListeners;

/// Whether most entries are objects that keep a function as a property.
fn has_functions(case: &Case<'_>) -> bool {
    let (nodes, edges) = (&case.graph().snapshot().nodes, &case.graph().snapshot().edges);
    let has_function = |&node: &NodeId| {
        nodes
            .edges(node)
            .any(|edge| edges.kind(edge) == EdgeKind::Property && nodes.kind(edges.target(edge)) == NodeKind::CLOSURE)
    };
    let all = case.sample().count();
    all > 0 && case.sample().filter(has_function).count() * 2 > all
}

impl Pattern for EventListeners {
    fn id(&self) -> &'static str {
        "event-listeners"
    }

    fn title(&self) -> &'static str {
        "Listeners that are added and never removed"
    }

    fn advice(&self) -> &'static str {
        "Remove the listener when its owner is done (removeListener, off, or an AbortSignal passed as { signal }), or add it once and outside of the request; a listener on a request or response goes in its close handler."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let functions = case.share(|class| matches!(class, "Function" | "Listener" | "WeakListener"));
        let events = case.is_under("_events") || case.is_under("kEvents");
        // Frameworks and hand-made emitters: a list whose name says what it is, of functions or of objects with one.
        let listed = LISTS.contains(&case.last_word().trim_start_matches('_').to_lowercase().as_str())
            && (functions > 0.5 || has_functions(case));
        let listeners = functions > 0.3 || has_functions(case);
        if !(events && listeners || listed || case.share(|class| class == "Listener") > 0.5) {
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
