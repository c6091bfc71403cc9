//! Functions kept for long whose scopes hold what only their siblings read, and chains of scopes.

use super::{Case, Pattern};
use crate::leaks::{entries::Collection, growth::GrowthKind};

/// Bytes of a function with a scope of a variable or two.
const LIGHT: u64 = 400;

pub(super) struct ClosureContext;

impl Pattern for ClosureContext {
    fn id(&self) -> &'static str {
        "closure-context"
    }

    fn title(&self) -> &'static str {
        "Functions that keep more than they need"
    }

    fn advice(&self) -> &'static str {
        "Do not keep the function; or set the large variables of its scope to null before returning it, or build it in a scope that has only what it reads."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(|class| class == "Function" || class == "system / Context");
        let chained = case.growth.kind == GrowthKind::Objects && case.has_part("system / Context");
        // A collection of functions whose scopes keep next to nothing is a collection like any other.
        let added: u64 = case.added().iter().sum();
        let bytes: u64 = case.growth.bytes.iter().sum();
        // So is one that has them under keys: a registry.
        let keeps_much = match case.growth.kind {
            GrowthKind::Entries(Collection::Map | Collection::Object) => false,
            GrowthKind::Entries(_) => bytes >= added * LIGHT,
            _ => true,
        };
        (share > 0.5 && keeps_much || chained).then(|| {
            let place = case.entry_place.as_ref();
            let at =
                place.map_or_else(String::new, |place| format!(", made in {}:{}", place.file, place.line.unwrap_or(0)));
            vec![format!("the entries are functions with their scopes{at}")]
        })
    }
}
