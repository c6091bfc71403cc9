//! The require cache and Module.children, vm contexts, templates and schemas compiled per request.

use super::{Case, Pattern};

pub(super) struct ModuleCache;

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
            || case.expression().ends_with("require.cache");
        (share > 0.5 || cache).then(|| vec!["the entries are modules or scripts".to_owned()])
    }
}
