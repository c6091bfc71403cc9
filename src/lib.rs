//! The engine of heap-analyzer: bytes become columns, columns become facts, facts become answers.
//!
//! ```text
//! file ──► snapshot ──► graph ──► analysis ──► binding ──► JavaScript
//!          what it says  what      what a       Node-API
//!                        follows   person asks  only
//! ```
//!
//! Arrows point one way: `snapshot` knows no graph, `graph` no question, `analysis` no JavaScript. Everything
//! expensive is computed once, on demand, and kept. Nothing here prints, reads the environment or opens a socket.

// The error is a handful of words and never on a hot path.
#![allow(clippy::result_large_err, reason = "errors are built once, at the end of a job")]

pub mod analysis;
#[cfg(feature = "node")]
mod binding;
pub mod error;
pub mod graph;
mod hashing;
pub mod index;
pub mod leaks;
mod memory;
pub mod monitor;
mod most;
#[cfg(feature = "phases")]
pub mod phases;
mod prefetch;
mod ranked;
pub mod snapshot;
mod spare;
mod store;
#[cfg(test)]
mod testing;
pub mod write;
