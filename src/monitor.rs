//! How long work tells how far it is and learns that it should stop.
//!
//! A [`Monitor`] is handed down by reference through every phase. Phases may run side by side, so progress is
//! a sum of shares that only grows: each phase owns a fixed share of the whole and adds to it as it goes.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::error::{Error, Result};

/// Units of the progress counter that make a whole job.
const WHOLE: f64 = 1e9;
/// Smallest step worth telling: half a percent.
const STEP: u64 = 5_000_000;

/// Set from any thread to make the work end with `ERR_HEAP_CANCELLED`.
pub type CancelFlag = Arc<AtomicBool>;

/// Receives the name of the phase that moved and the fraction (0..=1) of the whole job that is done.
pub type ProgressSink = Box<dyn Fn(&'static str, f64) + Send + Sync>;

struct Shared {
    cancel: CancelFlag,
    sink: Option<ProgressSink>,
    done: AtomicU64,
    told: Mutex<u64>,
}

/// Progress sink and cancel flag of one job, or of a part of it ([`Monitor::part`]).
#[derive(Clone)]
pub struct Monitor {
    shared: Arc<Shared>,
    scale: f64,
}

impl std::fmt::Debug for Monitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Monitor").field("scale", &self.scale).finish_non_exhaustive()
    }
}

impl Monitor {
    /// A monitor that reports to `sink` and stops when `cancel` is set.
    #[must_use]
    pub fn new(cancel: CancelFlag, sink: Option<ProgressSink>) -> Self {
        let shared = Shared { cancel, sink, done: AtomicU64::new(0), told: Mutex::new(0) };
        Self { shared: Arc::new(shared), scale: 1.0 }
    }

    /// A monitor nobody watches and nobody stops.
    #[must_use]
    pub fn none() -> Self {
        Self::new(CancelFlag::default(), None)
    }

    /// A monitor for a piece of the job that makes `share` (0..=1) of it.
    #[must_use]
    pub fn part(&self, share: f64) -> Self {
        Self { shared: Arc::clone(&self.shared), scale: self.scale * share }
    }

    /// `ERR_HEAP_CANCELLED` once the caller asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.shared.cancel.load(Ordering::Relaxed) { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// [`Self::check`] at every 65 536th step, and nothing otherwise: for inner loops.
    #[inline]
    pub fn tick(&self, step: usize) -> Result<()> {
        if step.is_multiple_of(1 << 16) { self.check() } else { Ok(()) }
    }

    /// Adds `share` (0..=1 of this monitor's job) of finished work in `phase`, then checks for cancellation.
    pub fn advance(&self, phase: &'static str, share: f64) -> Result<()> {
        if let Some(sink) = &self.shared.sink {
            // Shares are small positive fractions; the cast cannot lose a sign or overflow.
            #[expect(clippy::cast_sign_loss, reason = "shares are never negative")]
            let units = (share * self.scale * WHOLE) as u64;
            self.shared.done.fetch_add(units, Ordering::Relaxed);
            // Told under a lock, and what is told is read under it: phases run side by side, and a fraction that
            // falls would be a lie.
            let mut told = self.shared.told.lock().unwrap_or_else(PoisonError::into_inner);
            let done = self.shared.done.load(Ordering::Relaxed);
            if done >= *told + STEP {
                *told = done;
                sink(phase, (done as f64 / WHOLE).min(1.0));
            }
        }
        self.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn progress_grows_and_parts_scale() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let monitor = Monitor::new(
            CancelFlag::default(),
            Some(Box::new(move |phase, fraction| log.lock().unwrap().push((phase, fraction)))),
        );
        let half = monitor.part(0.5);
        half.advance("first", 0.5).unwrap();
        half.advance("first", 0.5).unwrap();
        monitor.advance("second", 0.5).unwrap();
        let seen = seen.lock().unwrap();
        let fractions: Vec<f64> = seen.iter().map(|(_, f)| (f * 100.0).round()).collect();
        assert_eq!(fractions, [25.0, 50.0, 100.0]);
    }

    #[test]
    fn progress_never_falls_whoever_reports() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let monitor =
            Monitor::new(CancelFlag::default(), Some(Box::new(move |_, fraction| log.lock().unwrap().push(fraction))));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..2000).for_each(|_| monitor.advance("any", 1.0 / 8000.0).unwrap()));
            }
        });
        let seen = seen.lock().unwrap();
        assert!(seen.len() > 50 && seen.is_sorted());
    }

    #[test]
    fn a_set_flag_ends_the_work() {
        let flag = CancelFlag::default();
        let monitor = Monitor::new(Arc::clone(&flag), None);
        assert!(monitor.check().is_ok());
        flag.store(true, Ordering::Relaxed);
        assert_eq!(monitor.advance("any", 0.1).unwrap_err().code(), Code::Cancelled);
    }
}
