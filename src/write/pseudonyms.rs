//! Made-up texts in place of real ones: as long as these, equal where these are equal, different where they differ.
//!
//! Analyses live on equality (duplicate strings, objects of one shape) and on lengths, so both stay. What a text says
//! does not: its letters come from a hash with a secret, without which nobody can try which text fits. Within one
//! secret a text gets the same pseudonym in every file, save that short ones must sometimes give way to others.

use rustc_hash::{FxHashMap, FxHasher};
use sha2::{Digest, Sha256};
use std::hash::Hasher;

use crate::error::{Error, Result};

/// With so many letters of a hash, two texts get the same ones about once in 10^19 pairs.
const SAFE_LETTERS: usize = 14;
/// Letters taken from the hash; the rest of a long text is the filler.
const MOST_LETTERS: usize = 16;
const FILLER: u8 = b'x';
const ALPHABET: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
/// Short texts try so many times with letters, then with ideographs, of which there are enough for all.
const LETTER_TRIES: u128 = 8;
const TRIES: u128 = 64;
const IDEOGRAPHS: (u32, u128) = (0x4e00, 20_992);

/// Gives pseudonyms, and remembers the short ones.
pub(crate) struct Pseudonyms {
    keyed: Sha256,
    /// By the hash of a short pseudonym, the text that has it.
    taken: FxHashMap<u64, u64>,
}

impl Pseudonyms {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let mut keyed = Sha256::new();
        // A block of its own, so that the state after it is a key.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&Sha256::digest(secret));
        keyed.update(block);
        Self { keyed, taken: FxHashMap::default() }
    }

    /// Writes the pseudonym of a text (WTF-8) to `out` as JSON writes it, without quotes. With `punctuation`, the
    /// characters that make viewers quote a property's name stay where they are, so that quoted ones stay as long.
    pub(crate) fn write(&mut self, text: &[u8], punctuation: bool, out: &mut Vec<u8>) -> Result<()> {
        let stays = |byte: u8| punctuation && (byte < 0x20 || b",'\"{}\\".contains(&byte));
        let free = units(text).filter(|&unit| !matches!(unit, Unit::Ascii(byte) if stays(byte))).count();
        let start = out.len();
        out.try_reserve(6 * text.len()).map_err(|_| Error::no_memory(6 * text.len() as u64, "a string"))?;
        let digest = self.keyed.clone().chain_update(text).finalize();
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| digest[at + byte]));
        let hash = u128::from(word(0)) << 64 | u128::from(word(8));
        let identity = word(16);
        for attempt in 0..TRIES {
            out.truncate(start);
            let mut rest = hash.wrapping_add(attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
            let mut letters = 0;
            for unit in units(text) {
                match unit {
                    Unit::Ascii(byte) if stays(byte) => push_ascii(out, byte),
                    _ if letters == MOST_LETTERS => out.push(FILLER),
                    _ if attempt < LETTER_TRIES => {
                        out.push(ALPHABET[(rest % 26) as usize]);
                        rest /= 26;
                        letters += 1;
                    }
                    _ => {
                        push_escape(out, IDEOGRAPHS.0 + (rest % IDEOGRAPHS.1) as u32);
                        rest /= IDEOGRAPHS.1;
                        letters += 1;
                    }
                }
            }
            if free == 0 || free >= SAFE_LETTERS {
                break;
            }
            if &out[start..] != text && self.take(&out[start..], identity)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether the pseudonym is this text's from now on, or was already.
    fn take(&mut self, pseudonym: &[u8], identity: u64) -> Result<bool> {
        let mut hasher = FxHasher::default();
        hasher.write(pseudonym);
        let known = self.taken.len() as u64;
        self.taken.try_reserve(1).map_err(|_| Error::no_memory(known * 16, "pseudonyms"))?;
        Ok(*self.taken.entry(hasher.finish()).or_insert(identity) == identity)
    }
}

/// A text as it is shown, with every unit that `hidden` picks made an `x`, written as JSON.
pub(crate) fn write_masked(text: &[u8], mut hidden: impl FnMut(usize, u8) -> bool, out: &mut Vec<u8>) -> Result<()> {
    out.try_reserve(6 * text.len()).map_err(|_| Error::no_memory(6 * text.len() as u64, "a string"))?;
    for (at, length) in characters(text) {
        let character = &text[at..at + length];
        if hidden(at, text[at]) {
            out.extend(units(character).map(|_| FILLER));
        } else {
            write_plain(character, out);
        }
    }
    Ok(())
}

/// One UTF-16 unit: its byte where it is ASCII.
#[derive(Clone, Copy)]
enum Unit {
    Ascii(u8),
    Other,
}

/// The UTF-16 units of WTF-8 bytes.
fn units(text: &[u8]) -> impl Iterator<Item = Unit> {
    text.iter()
        .flat_map(|&byte| match byte {
            0..0x80 => [Some(Unit::Ascii(byte)), None],
            0x80..0xc0 => [None, None],
            0xc0..0xf0 => [Some(Unit::Other), None],
            0xf0.. => [Some(Unit::Other), Some(Unit::Other)],
        })
        .flatten()
}

/// Start and length of each character.
fn characters(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let first = *text.get(at)?;
        let wanted = match first {
            0..0xc0 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
        let start = at;
        at = text.len().min(at + wanted);
        Some((start, at - start))
    })
}

/// A character as V8 writes it: ASCII, everything else escaped.
fn write_plain(character: &[u8], out: &mut Vec<u8>) {
    let tail = |index: usize| u32::from(character.get(index).copied().unwrap_or(0x80) & 0x3f);
    let first = u32::from(character[0]);
    match character[0] {
        byte @ 0..0x80 => push_ascii(out, byte),
        0x80..0xe0 => push_escape(out, (first & 0x1f) << 6 | tail(1)),
        0xe0..0xf0 => push_escape(out, (first & 0xf) << 12 | tail(1) << 6 | tail(2)),
        0xf0.. => {
            let above = ((first & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3)).saturating_sub(0x1_0000);
            push_escape(out, 0xd800 | (above >> 10 & 0x3ff));
            push_escape(out, 0xdc00 | (above & 0x3ff));
        }
    }
}

fn push_ascii(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        0..0x20 => push_escape(out, u32::from(byte)),
        _ => out.push(byte),
    }
}

fn push_escape(out: &mut Vec<u8>, unit: u32) {
    out.extend_from_slice(b"\\u");
    out.extend((0..4).rev().map(|digit| b"0123456789abcdef"[(unit >> (4 * digit) & 0xf) as usize]));
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::snapshot::utf16_len;

    fn pseudonym(made: &mut Pseudonyms, text: &str, punctuation: bool) -> String {
        let mut out = Vec::new();
        made.write(text.as_bytes(), punctuation, &mut out).unwrap();
        serde_json::from_str(&format!("\"{}\"", String::from_utf8(out).unwrap())).unwrap()
    }

    #[test]
    fn lengths_and_equality_stay_and_nothing_else() {
        let mut made = Pseudonyms::new(b"secret");
        let mut seen: HashMap<String, String> = HashMap::new();
        let texts = (0..3000)
            .flat_map(|i| [format!("{i}"), format!("user-{i}@example.org"), format!("é{i}"), "z".repeat(i % 70)])
            .chain((0..256_u32).filter_map(char::from_u32).map(String::from));
        for text in texts {
            let instead = pseudonym(&mut made, &text, false);
            assert_eq!(utf16_len(instead.as_bytes()), utf16_len(text.as_bytes()), "{text}");
            assert!(text.is_empty() || instead != text);
            assert_eq!(*seen.entry(text).or_insert_with(|| instead.clone()), instead);
        }
        let distinct: HashSet<&String> = seen.values().collect();
        assert_eq!(distinct.len(), seen.len());
    }

    #[test]
    fn another_secret_gives_other_pseudonyms_and_the_same_one_the_same() {
        let text = "a password of some length";
        let first = pseudonym(&mut Pseudonyms::new(b"one"), text, false);
        assert_eq!(pseudonym(&mut Pseudonyms::new(b"one"), text, false), first);
        assert_ne!(pseudonym(&mut Pseudonyms::new(b"two"), text, false), first);
    }

    #[test]
    fn what_makes_viewers_quote_a_name_stays() {
        let mut made = Pseudonyms::new(b"secret");
        let instead = pseudonym(&mut made, "{\"id\":\"7\",\n'\\'}", true);
        let shape: String = instead.chars().map(|c| if c.is_ascii_lowercase() { '.' } else { c }).collect();
        assert_eq!(shape, "{\"..\".\".\",\n'\\'}");
        assert_eq!(pseudonym(&mut made, "{,}", true), "{,}");
    }

    #[test]
    fn masked_texts_keep_what_is_not_hidden() {
        let mut out = Vec::new();
        write_masked("a\"\u{1f600}\u{e9}z".as_bytes(), |at, _| at > 5, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\\\"\\ud83d\\ude00xx");
    }
}
