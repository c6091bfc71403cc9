//! Whoever says stop is heard soon, at whatever moment of a whole analysis, or of a question to a heap just opened.

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use heap_analyzer::{
    analysis::{AnalyzeOptions, Order, largest, set_of},
    error::{Code, Result},
    graph::HeapGraph,
    leaks::overview,
    monitor::{CancelFlag, Monitor},
    snapshot::{Snapshot, Source},
};

use crate::{alone, clock::worked, synthetic::program, tier};

/// What came after the word: time, work of all threads in it, and the phase that was told last before.
type Delay = (Duration, Duration, &'static str);

/// What is stopped.
type Job = fn(Source, &Monitor) -> Result<()>;

/// An analysis with everything that one may ask for.
fn everything(source: Source, monitor: &Monitor) -> Result<()> {
    let options = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
    overview(source, options, u64::MAX, monitor).map(|_| ())
}

/// The first question to a heap, which finds what it needs itself.
fn the_largest(source: Source, monitor: &Monitor) -> Result<()> {
    let graph = HeapGraph::new(Snapshot::open(source, monitor)?, monitor)?;
    let wanted = set_of(&graph, graph.snapshot().nodes.all());
    largest(&graph, &wanted, (100, Order::RetainedSize), monitor).map(|_| ())
}

/// A job stopped after a while. `None` when it was done before.
fn stopped(job: Job, text: &[u8], after: Duration) -> Option<Delay> {
    let flag = CancelFlag::default();
    let phase = Arc::new(Mutex::new("start"));
    let seen = Arc::clone(&phase);
    let sink = move |phase: &'static str, _: f64| *seen.lock().unwrap() = phase;
    let monitor = Monitor::new(Arc::clone(&flag), Some(Box::new(sink)));
    // The copy that the engine owns is made before the clock starts.
    let source = Source::Bytes(text.to_vec());
    let worker = thread::spawn(move || (job(source, &monitor), Instant::now(), worked()));
    thread::sleep(after);
    let last = *phase.lock().unwrap();
    flag.store(true, Ordering::Relaxed);
    let (told, work) = (Instant::now(), worked());
    let (answer, ended, done) = worker.join().unwrap();
    match answer {
        Ok(()) => None,
        Err(error) => {
            assert_eq!(error.code(), Code::Cancelled, "{error}");
            Some((ended.saturating_duration_since(told), done.saturating_sub(work), last))
        }
    }
}

#[test]
fn a_word_is_heard_at_any_moment() {
    let _alone = alone();
    let text = program(tier(150_000, 2_700_000), 5);
    for (name, job) in [("everything", everything as Job), ("the largest", the_largest)] {
        let started = Instant::now();
        let moments: u32 = tier(25, 40);
        let whole = whole(job, &text);
        let mut delays: Vec<Delay> =
            (0..moments).filter_map(|moment| stopped(job, &text, whole * moment / moments)).collect();
        delays.sort_unstable();
        let worst: Vec<_> = delays.iter().rev().take(8).collect();
        println!(
            "{name}: {} MB, {:.1} s: {} of {moments} stopped, the slowest after {worst:?} (in all {:.0} s)",
            text.len() / 1_000_000,
            whole.as_secs_f64(),
            delays.len(),
            started.elapsed().as_secs_f64(),
        );
        assert!(delays.len() > moments as usize / 2);
        // Late is what came late and was worked on meanwhile: a machine that others use too makes anything late. In the
        // build of every day each step is slower, and the bound a wide one.
        let bound = Duration::from_millis(tier(1000, 100));
        let late: Vec<_> = delays.iter().filter(|(time, work, _)| *time > bound && *work > bound).collect();
        assert!(late.is_empty(), "stopped later than {bound:?}: {late:?}");
    }
}

/// How long it takes when nobody stops it.
fn whole(job: Job, text: &[u8]) -> Duration {
    let source = Source::Bytes(text.to_vec());
    let started = Instant::now();
    job(source, &Monitor::none()).unwrap();
    started.elapsed()
}
