//! A Map, Set, array or object at module, global or singleton scope that only grows.

use super::{Case, Pattern};

pub(super) struct GlobalCache;

impl Pattern for GlobalCache {
    fn id(&self) -> &'static str {
        "global-cache"
    }

    fn title(&self) -> &'static str {
        "A collection that is never emptied"
    }

    fn advice(&self) -> &'static str {
        "Bound it: an LRU cache with a maximum and a time to live (for example lru-cache with max: 1000 and ttl), or delete entries when their owner ends."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let long_lived = case.name.as_ref().map(|name| format!("`{}` lives as long as the program", name.expression));
        Some(long_lived.into_iter().collect())
    }
}
