//! Reactions on a promise that lives for ever, suspended async functions, lists of waiters.

use super::{Case, Pattern};
use crate::{
    analysis::follow,
    graph::Word,
    snapshot::{NodeId, NodeKind},
};

pub(super) struct PendingPromises;

/// Whether most of the promises among the entries wait. One that is settled has its value where others have what waits
/// for them; a map of those is a cache.
fn are_pending(case: &Case<'_>) -> bool {
    let graph = case.graph();
    let is_pending = |&node: &NodeId| match follow(graph, node, Word::ReactionsOrResult) {
        None => true,
        Some(result) => graph.raw_name(result) == "system / PromiseReaction",
    };
    let promises: Vec<NodeId> = case.sample().filter(|&node| graph.raw_name(node) == "Promise").collect();
    promises.iter().filter(|node| is_pending(node)).count() * 2 >= promises.len()
}

/// Whether most of the entries are the functions that settle a promise, which V8 makes: whoever keeps one has the
/// promise, and all that waits for it, wait.
fn settle_promises(case: &Case<'_>) -> bool {
    let graph = case.graph();
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let settles = |node: &NodeId| {
        nodes.kind(*node) == NodeKind::CLOSURE
            && graph.snapshot().locations.get(*node).is_none()
            && follow(graph, *node, Word::Context)
                .is_some_and(|scope| nodes.edges(scope).any(|edge| graph.raw_name(edges.target(edge)) == "Promise"))
    };
    let all = case.sample().count();
    all > 0 && case.sample().filter(settles).count() * 2 > all
}

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
        let pending = are_pending(case);
        ((share > 0.5 || context && share > 0.0) && pending
            || case.holder_class() == "Promise"
            || settle_promises(case))
        .then(|| vec!["the entries are promises or functions that wait for one".to_owned()])
    }
}
