//! Which kind of mistake a growth is: one file for each, all of one trait.
//!
//! A pattern looks at a case and gives evidence or nothing. They are asked in the order of the list, the particular
//! before the general; the last one takes everything. Adding one means its file, its page in docs/patterns, its pair
//! of apps in the corpus and one line here.

mod closure_context;
mod db_pool;
mod detached_dom;
mod event_listeners;
mod external_memory;
mod global_cache;
mod module_cache;
mod pending_promises;
mod streams_handles;
mod string_retention;
mod timers;
mod weak_misuse;
mod worker_messaging;

use super::case::Case;

/// A kind of mistake.
pub(crate) trait Pattern: Sync {
    /// Stable id, also the name of its page.
    fn id(&self) -> &'static str;
    /// In a few words.
    fn title(&self) -> &'static str;
    /// What to do about it.
    fn advice(&self) -> &'static str;
    /// What speaks for it; `None` when it is something else.
    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>>;
}

const PATTERNS: [&dyn Pattern; 13] = [
    &detached_dom::DetachedDom,
    &weak_misuse::WeakMisuse,
    &timers::Timers,
    &worker_messaging::WorkerMessaging,
    &db_pool::DbPool,
    &event_listeners::EventListeners,
    &module_cache::ModuleCache,
    &streams_handles::StreamsHandles,
    &pending_promises::PendingPromises,
    &external_memory::ExternalMemory,
    &string_retention::StringRetention,
    &closure_context::ClosureContext,
    &global_cache::GlobalCache,
];

/// Place of a pattern in the list: the lower, the more particular.
pub(crate) fn rank(id: &str) -> usize {
    PATTERNS.iter().position(|pattern| pattern.id() == id).unwrap_or(PATTERNS.len())
}

/// The pattern of an id, for what is known to be one by other signs than a case shows.
pub(crate) fn by_id(id: &str) -> &'static dyn Pattern {
    PATTERNS.into_iter().find(|pattern| pattern.id() == id).unwrap_or(&global_cache::GlobalCache)
}

/// The pattern that fits a case, with its evidence.
pub(crate) fn recognise(case: &Case<'_>) -> (&'static dyn Pattern, Vec<String>) {
    PATTERNS
        .iter()
        .find_map(|&pattern| Some((pattern, pattern.evidence(case)?)))
        .unwrap_or((&global_cache::GlobalCache, Vec::new()))
}
