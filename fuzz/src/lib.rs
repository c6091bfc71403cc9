//! What a fuzzer feeds the engine with, and what must hold of every answer: one function a target.
//!
//! The functions take any bytes and panic when something does not hold. libFuzzer calls them for as long as one likes
//! (`fuzz_targets/`), and the engine's own tests replay the seeds through them (`tests/fuzz_seeds.rs`).

pub mod blocks;
pub mod captures;
pub mod compare;
pub mod compressed;
pub mod entropy;
pub mod facts;
pub mod graph;
pub mod header;
pub mod heap;
pub mod index;
pub mod inspect;
pub mod json;
pub mod leaks;
pub mod map;
pub mod model;
pub mod numbers;
pub mod owners;
pub mod program;
pub mod questions;
pub mod redact;
pub mod strings;

/// A target: any bytes in, a panic when something does not hold.
pub type Target = fn(&[u8]);

/// All targets by the name of their seeds' folder.
pub const TARGETS: [(&str, Target); 13] = [
    ("captures", captures::captures),
    ("compare", compare::compare),
    ("compressed", compressed::compressed),
    ("graph", graph::graph),
    ("header", header::header),
    ("index", index::index),
    ("inspect", inspect::inspect),
    ("leaks", leaks::leaks),
    ("map", map::map),
    ("numbers", numbers::numbers),
    ("questions", questions::questions),
    ("redact", redact::redact),
    ("strings", strings::strings),
];
