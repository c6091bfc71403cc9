//! How sure we are.

use serde::Serialize;

use super::{LeakOptions, case::Case, growth::GrowthKind};

/// Grade of a finding, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// It grew and came back.
    Drained,
    /// It grew; it may be a cache that fills to its bound.
    Growth,
    /// It grew strongly in a known pattern between two snapshots, or did not come back in a rest.
    Likely,
    /// It grew in every one of several intervals under load, and what came stayed.
    Leak,
}

/// Verdict of an answer: the worst grade among its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There is a leak.
    Leak,
    /// There probably is.
    Likely,
    /// Something grew.
    Growth,
    /// Nothing worth telling.
    Clean,
}

impl Verdict {
    pub(crate) fn of(grades: impl Iterator<Item = Grade>) -> Self {
        match grades.max() {
            Some(Grade::Leak) => Self::Leak,
            Some(Grade::Likely) => Self::Likely,
            Some(Grade::Growth) => Self::Growth,
            Some(Grade::Drained) | None => Self::Clean,
        }
    }
}

/// Whether much less came in the last interval with load than in one before: a cache that nears its bound looks so.
pub(super) fn slows_down(case: &Case<'_>) -> bool {
    // A store leaps, so that its leaps tell nothing of a pace.
    if matches!(case.growth.kind, GrowthKind::Slots(_)) {
        return false;
    }
    let added = case.added();
    let Some((&last, before)) = added[..case.series.loads()].split_last() else { return false };
    before.iter().max().is_some_and(|&most| last * 3 <= most * 2)
}

/// Slots of a store from which on its growth proves something: a small one keeps the room it once needed.
const TELLING_SLOTS: u64 = 8192;

/// Entries that must come between two snapshots before growth alone is called likely.
const STRONG: u64 = 100;

pub(super) fn grade(case: &Case<'_>, options: LeakOptions) -> Grade {
    let counts = &case.growth.counts;
    let loads = case.series.loads();
    if case.came_back() {
        return Grade::Drained;
    }
    // Different processes may have had different loads.
    if case.series.stranger().is_some() {
        return Grade::Growth;
    }
    let added: Vec<u64> = case.added();
    // The slots of a store are no entries: it leaps, and one of several in a row (the buckets of a window of time) is
    // given back when its time has come.
    let small = counts[counts.len() - 1] < TELLING_SLOTS;
    let every_time = added.iter().take(loads).all(|&count| count > 0);
    if matches!(case.growth.kind, GrowthKind::Slots(_)) && (small || !every_time || case.expression().contains('[')) {
        return Grade::Growth;
    }
    if loads >= 2 {
        // A population that renews itself is no leak, even where it happens to be larger each time.
        return if case.stays() && !slows_down(case) { Grade::Leak } else { Grade::Growth };
    }
    let strong = added[0] >= STRONG && counts[1] >= counts[0].saturating_mul(2);
    let stayed_in_rest = options.final_after_rest;
    if stayed_in_rest || strong && case.growth.kind != GrowthKind::Handles { Grade::Likely } else { Grade::Growth }
}
