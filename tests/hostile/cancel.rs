//! Whoever says stop is heard soon, at whatever moment of a whole analysis.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use heap_analyzer::{
    analysis::AnalyzeOptions,
    error::Code,
    leaks::overview,
    monitor::{CancelFlag, Monitor},
    snapshot::Source,
};

use crate::{alone, synthetic::program, tier};

/// An analysis with everything that one may ask for, stopped after a while; the time from the word to the end, and the
/// phase that was told last before the word. `None` when it was done before.
fn stopped(text: &[u8], after: Duration) -> Option<(Duration, &'static str)> {
    let flag = CancelFlag::default();
    let phase = Arc::new(Mutex::new("start"));
    let seen = Arc::clone(&phase);
    let sink = move |phase: &'static str, _: f64| *seen.lock().unwrap() = phase;
    let monitor = Monitor::new(Arc::clone(&flag), Some(Box::new(sink)));
    // The copy that the engine owns is made before the clock starts.
    let source = Source::Bytes(text.to_vec());
    let options = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
    let worker = thread::spawn(move || (overview(source, options, true, &monitor), Instant::now()));
    thread::sleep(after);
    let last = *phase.lock().unwrap();
    flag.store(true, Ordering::Relaxed);
    let told = Instant::now();
    let (answer, ended) = worker.join().unwrap();
    match answer {
        Ok(_) => None,
        Err(error) => {
            assert_eq!(error.code(), Code::Cancelled, "{error}");
            Some((ended.saturating_duration_since(told), last))
        }
    }
}

#[test]
fn a_word_is_heard_at_any_moment() {
    let _alone = alone();
    let text = program(tier(150_000, 2_700_000), 5);
    let started = Instant::now();
    let moments: u32 = tier(25, 40);
    let whole = whole(&text);
    let mut delays: Vec<(Duration, &str)> =
        (0..moments).filter_map(|moment| stopped(&text, whole * moment / moments)).collect();
    delays.sort_unstable();
    let worst: Vec<_> = delays.iter().rev().take(8).collect();
    println!(
        "{} MB, {:.1} s: {} of {moments} stopped, the slowest after {worst:?} (in all {:.0} s)",
        text.len() / 1_000_000,
        whole.as_secs_f64(),
        delays.len(),
        started.elapsed().as_secs_f64(),
    );
    assert!(delays.len() > moments as usize / 2);
    // A busy machine makes anything late once; so the bound of every day is a wide one.
    let bound = Duration::from_millis(tier(1000, 100));
    let late = delays.iter().filter(|(delay, _)| *delay > bound).count();
    assert!(late <= tier(0, moments as usize / 50), "{late} stopped later than {bound:?}: {worst:?}");
}

/// How long the analysis takes when nobody stops it.
fn whole(text: &[u8]) -> Duration {
    let source = Source::Bytes(text.to_vec());
    let options = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
    let started = Instant::now();
    overview(source, options, true, &Monitor::none()).unwrap();
    started.elapsed()
}
