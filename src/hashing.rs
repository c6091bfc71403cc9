//! Hash tables whose keys come from a file.
//!
//! Whoever writes a snapshot chooses its texts, and with a hash that is known beforehand they could choose thousands that
//! share one: a table of those is as slow as a list. Tables keyed by what a file says are therefore seeded anew in each
//! process. What is found must never hang on the order in which such a table is walked.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher, Hasher},
    sync::OnceLock,
};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A table keyed by texts, lists or places of a snapshot.
pub(crate) type SeededMap<K, V> = HashMap<K, V, Seeded>;

/// Builds hashers with the seed of this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeded(u64);

impl Default for Seeded {
    fn default() -> Self {
        static SEED: OnceLock<u64> = OnceLock::new();
        // The standard library asks the system for randomness here; nothing else of its hasher is used.
        Self(*SEED.get_or_init(|| RandomState::new().hash_one(0)))
    }
}

impl BuildHasher for Seeded {
    type Hasher = SeededHasher;

    fn build_hasher(&self) -> SeededHasher {
        SeededHasher(self.0)
    }
}

/// Each piece of a key is hashed with what came before as the seed.
#[derive(Debug)]
pub(crate) struct SeededHasher(u64);

impl Hasher for SeededHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash of a text, for this process only.
pub(crate) fn of_text(text: &[u8]) -> u64 {
    xxh3_64_with_seed(text, Seeded::default().0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_finds_what_was_put_there_and_its_seed_is_that_of_the_process() {
        let mut table: SeededMap<Box<[u32]>, u32> = SeededMap::default();
        for number in 0..1000_u32 {
            table.insert(vec![number; number as usize % 7].into(), number);
        }
        assert_eq!(table.get(&[994_u32; 0][..]), Some(&994), "of lists that are equal the last stays");
        assert_eq!(table.get(&[5_u32; 5][..]), Some(&5));
        assert_eq!(Seeded::default().hash_one("a"), Seeded::default().hash_one("a"));
        assert_ne!(of_text(b"a"), of_text(b"b"));
        assert_ne!(Seeded(1).hash_one("a"), Seeded(2).hash_one("a"), "another process has other hashes");
    }
}
