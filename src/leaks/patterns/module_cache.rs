//! The require cache and Module.children, vm contexts, templates and schemas compiled per request.

use std::collections::BTreeSet;

use super::{Case, Pattern};
use crate::{
    analysis::follow,
    graph::Word,
    snapshot::{NodeId, NodeKind},
};

pub(super) struct ModuleCache;

/// Functions that each come from a script of their own, and objects that are the global of a context of their own.
fn compiled(case: &Case<'_>) -> Option<Vec<String>> {
    let snapshot = case.graph().snapshot();
    let all = case.sample().count();
    // The function itself, or one in its scope: template engines wrap what they compile.
    let in_scope = |node: NodeId| {
        let scope = follow(case.graph(), node, Word::Context);
        scope.into_iter().flat_map(|scope| snapshot.nodes.edges(scope)).map(|edge| snapshot.edges.target(edge))
    };
    let functions = case.sample().flat_map(|node| std::iter::once(node).chain(in_scope(node)));
    let scripts: BTreeSet<u32> = functions
        .filter(|&node| snapshot.nodes.kind(node) == NodeKind::CLOSURE)
        .filter_map(|node| Some(snapshot.locations.get(node)?.script))
        .collect();
    if all >= 5 && scripts.len() * 2 > all {
        return Some(vec!["each entry is a function from a script of its own: compiled again and again".to_owned()]);
    }
    let is_context = |&node: &NodeId| {
        snapshot.nodes.edges(node).any(|edge| case.graph().edge_name(edge).contains("node:contextify"))
    };
    (all > 0 && case.sample().filter(is_context).count() * 2 > all)
        .then(|| vec!["each entry is a vm context of its own".to_owned()])
}

impl Pattern for ModuleCache {
    fn id(&self) -> &'static str {
        "module-cache"
    }

    fn title(&self) -> &'static str {
        "Modules, scripts or compiled templates loaded again and again"
    }

    fn advice(&self) -> &'static str {
        "Load and compile once, outside of the request, and keep the result under a bounded key; do not delete from require.cache to reload."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(|class| {
            matches!(
                class,
                "Module" | "Script" | "ContextifyScript" | "SourceTextModule" | "ModuleWrap" | "system / NativeContext"
            )
        });
        let cache = case
            .above
            .first()
            .is_some_and(|(edge, class)| class == "Module" && (edge == "children" || edge == "_cache"))
            || case.is_under("Module._cache")
            || case.expression().ends_with("require.cache")
            || matches!(case.holder_class().as_str(), "LoadCache" | "ResolveCache" | "ModuleMap");
        if share > 0.5 || cache {
            return Some(vec!["the entries are modules or scripts".to_owned()]);
        }
        compiled(case)
    }
}
