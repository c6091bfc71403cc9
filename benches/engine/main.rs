//! The engine's steps, each alone: how long they take, or, under Callgrind, where they begin and end.
//!
//! ```text
//! cargo bench --features phases --bench engine -- FILE [--threads N] [--runs N] [--marks]
//! ```
//!
//! Prints one JSON document: `{bytes, nodes, edges, strings, threads, steps: [{name, seconds: [one per run]}]}`. With
//! `--marks` there is one run, and around each step a call of [`step_begins`] and [`step_ends`], at which a profiler can
//! be told to take its counts; the times mean nothing then. `benches/engine.js` and `benches/instructions.js` make
//! tables of it.

use std::{error::Error, hint::black_box, path::PathBuf, process::ExitCode, time::Instant};

use heap_analyzer::{
    error::Result,
    phases::{Counts, Watch, analyze},
    snapshot::Source,
};
use serde_json::json;

struct Arguments {
    file: PathBuf,
    threads: usize,
    runs: usize,
    marks: bool,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> std::result::Result<Self, Box<dyn Error>> {
        let mut file = None;
        let (mut threads, mut runs, mut marks) = (1, 1, false);
        while let Some(word) = words.next() {
            match word.as_str() {
                // Cargo says it to every bench.
                "--bench" => {}
                "--threads" => threads = number(&word, words.next())?,
                "--runs" => runs = number(&word, words.next())?,
                "--marks" => marks = true,
                _ if word.starts_with('-') => return Err(format!("no option {word}").into()),
                _ => file = Some(PathBuf::from(word)),
            }
        }
        let file = file.ok_or("which snapshot?")?;
        Ok(Self { file, threads: threads.max(1), runs: if marks { 1 } else { runs.max(1) }, marks })
    }
}

fn number(option: &str, value: Option<String>) -> std::result::Result<usize, Box<dyn Error>> {
    Ok(value.ok_or_else(|| format!("{option} takes a number"))?.parse()?)
}

/// Times of each step, over all runs.
struct Stopwatch {
    marks: bool,
    steps: Vec<(&'static str, Vec<f64>)>,
}

impl Watch for Stopwatch {
    fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.marks {
            step_begins();
        }
        let started = Instant::now();
        let done = black_box(work());
        let seconds = started.elapsed().as_secs_f64();
        if self.marks {
            step_ends();
        }
        match self.steps.iter_mut().find(|(known, _)| *known == name) {
            Some((_, times)) => times.push(seconds),
            None => self.steps.push((name, vec![seconds])),
        }
        done
    }
}

/// For a profiler to see.
#[inline(never)]
fn step_begins() {
    black_box(());
}

/// For a profiler to see. Another body than [`step_begins`] has, or the two would become one.
#[inline(never)]
fn step_ends() {
    black_box(1);
}

fn run() -> std::result::Result<(), Box<dyn Error>> {
    let Arguments { file, threads, runs, marks } = Arguments::read(std::env::args().skip(1))?;
    let mut watch = Stopwatch { marks, steps: Vec::new() };
    // Inside of the pool, so that with one thread all work is on it, and its order always the same.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut last = None;
    for _ in 0..runs {
        last = Some(pool.install(|| analyze(Source::MappedFile(file.clone()), &mut watch))?);
    }
    let Some(Counts { bytes, nodes, edges, strings }) = last else { return Ok(()) };
    let steps: Vec<_> = watch.steps.iter().map(|(name, seconds)| json!({"name": name, "seconds": seconds})).collect();
    let counts = json!({"bytes": bytes, "nodes": nodes, "edges": edges, "strings": strings});
    println!("{}", json!({"counts": counts, "threads": threads, "steps": steps}));
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
