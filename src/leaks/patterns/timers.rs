//! A Timeout, Interval or Immediate per request: each keeps its callback, and that keeps what it closes over.

use super::{Case, Pattern};
use crate::{
    leaks::growth::GrowthKind,
    snapshot::{EdgeKind, NodeId},
};

pub(super) struct Timers;

/// Whether most entries keep a timer as a property.
fn has_timer(case: &Case<'_>) -> bool {
    let (nodes, edges) = (&case.graph().snapshot().nodes, &case.graph().snapshot().edges);
    let is_timer = |&node: &NodeId| {
        nodes.edges(node).any(|edge| {
            edges.kind(edge) == EdgeKind::Property
                && matches!(&*case.graph().raw_name(edges.target(edge)), "Timeout" | "Immediate")
        })
    };
    let all = case.sample().count();
    all > 0 && case.sample().filter(is_timer).count() * 2 > all
}

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
        if share > 0.5 || list && share > 0.0 {
            return Some(vec!["the entries are timers that wait in Node's timer lists".to_owned()]);
        }
        let in_collection = matches!(case.growth.kind, GrowthKind::Entries(_));
        (in_collection && has_timer(case)).then(|| vec!["each entry has a timer of its own".to_owned()])
    }
}
