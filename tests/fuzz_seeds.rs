//! The seeds of every fuzz target, replayed on the stable toolchain: what once was found stays found, and the targets
//! themselves keep working where nobody has a fuzzer.

#[path = "../fuzz/src/lib.rs"]
#[expect(clippy::missing_panics_doc, reason = "a panic is how a target speaks")]
pub mod fuzz;

use std::{fs, path::Path};

#[test]
fn every_seed_of_every_target_holds() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (name, target) in fuzz::TARGETS {
        let mut files: Vec<_> = fs::read_dir(seeds.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no seeds");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let outcome = std::panic::catch_unwind(|| target(&bytes));
            assert!(outcome.is_ok(), "{name} does not hold for {}", file.display());
        }
    }
}
