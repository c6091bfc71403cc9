//! Target `strings`: a string table of any bytes, and texts of any UTF-16 units written with any escapes.

use std::fmt::Write as _;

use heap_analyzer::{
    error::Error,
    snapshot::{Snapshot, lossy, utf16_len},
};

use super::{
    entropy::Entropy,
    graph::{check_refusal, open},
};

const HEAD: &str = r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic"],"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["weak"],"string_or_number","node"]},"node_count":1,"edge_count":0},"nodes":[0,0,1,0,0],"edges":[],"strings":["#;

fn table(body: &[u8]) -> (Result<Snapshot, Error>, usize) {
    let text = [HEAD.as_bytes(), body, b"]}"].concat();
    (open(&text), text.len())
}

/// Target `strings`.
pub fn strings(data: &[u8]) {
    let mut choices = Entropy::new(data);
    if choices.byte().is_multiple_of(2) { any_bytes(choices.rest()) } else { any_units(choices) }
}

/// A table of any bytes is read as this slow reader reads it, or refused as it refuses it.
fn any_bytes(body: &[u8]) {
    let (opened, length) = table(body);
    let split = split(body);
    if let Split::Early = split {
        // What follows may be the rest of a snapshot by luck.
        return opened.map_or_else(|error| check_refusal(&error, length), |_| ());
    }
    match (opened, split) {
        (Ok(snapshot), Split::Whole(raw)) => {
            assert_eq!(snapshot.strings.len(), raw.len());
            for (id, raw) in (0..).zip(raw) {
                assert_eq!(snapshot.strings.raw(id), raw);
                let bytes = snapshot.strings.bytes(id);
                assert!(bytes.len() <= raw.len() && (raw.contains(&b'\\') || bytes == raw));
                let text = snapshot.strings.text(id);
                assert!(std::str::from_utf8(&bytes).map_or(true, |valid| valid == text));
                // Two units are a character of four bytes; what is no UTF-8 may look like the beginning of one.
                assert!(utf16_len(&bytes) <= 2 * bytes.len());
                assert_eq!(snapshot.strings.is(id, "Object"), raw == b"Object");
            }
        }
        (Err(error), Split::Broken) => check_refusal(&error, length),
        (Err(error), _) => panic!("a whole table was refused: {error}"),
        (Ok(_), _) => panic!("a broken table was read"),
    }
}

/// A table's raw texts, by a slow reader.
enum Split<'a> {
    /// The table ends with the body.
    Whole(Vec<&'a [u8]>),
    /// It ends before.
    Early,
    /// It is none.
    Broken,
}

fn split(body: &[u8]) -> Split<'_> {
    let mut raw = Vec::new();
    let mut rest = body;
    loop {
        rest = rest.trim_ascii_start_json();
        if raw.is_empty() && rest.first() == Some(&b']') {
            // Another table may follow, and of two the last one counts.
            return Split::Early;
        }
        if rest.first() != Some(&b'"') {
            // The table's one node has a name, so it must have a string.
            return Split::Broken;
        }
        let mut end = 1;
        loop {
            match rest.get(end) {
                Some(b'"') => break,
                Some(byte) => end += if *byte == b'\\' { 2 } else { 1 },
                None => return Split::Broken,
            }
        }
        raw.push(&rest[1..end]);
        rest = rest[end + 1..].trim_ascii_start_json();
        match rest.first() {
            None => return Split::Whole(raw),
            Some(b',') => rest = &rest[1..],
            Some(b']') => return Split::Early,
            Some(_) => return Split::Broken,
        }
    }
}

trait TrimJson {
    fn trim_ascii_start_json(&self) -> &Self;
}

impl TrimJson for [u8] {
    fn trim_ascii_start_json(&self) -> &Self {
        let blank = self.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
        &self[blank..]
    }
}

/// Any UTF-16, each unit escaped as the choices say, comes back unit by unit.
fn any_units(mut choices: Entropy<'_>) {
    let mut units = Vec::new();
    let mut body = String::from("\"");
    while !choices.is_spent() {
        let unit = match choices.byte() {
            0..=99 => choices.byte().into(),
            100..=149 => 0xd800 | u16::from(choices.byte()) << 2,
            150..=199 => 0xdc00 | u16::from(choices.byte()) << 2,
            _ => u16::from(choices.byte()) << 8 | u16::from(choices.byte()),
        };
        units.push(unit);
        let short = match unit {
            8 => Some('b'),
            9 => Some('t'),
            10 => Some('n'),
            12 => Some('f'),
            13 => Some('r'),
            0x22 => Some('"'),
            0x2f => Some('/'),
            0x5c => Some('\\'),
            _ => None,
        };
        match (choices.byte() % 3, short, char::from_u32(unit.into())) {
            (0, Some(short), _) => body.extend(['\\', short]),
            (1, _, Some(plain)) if !matches!(plain, '"' | '\\') => body.push(plain),
            (2, _, _) => drop(write!(body, "\\u{unit:04x}")),
            _ => drop(write!(body, "\\u{unit:04X}")),
        }
    }
    body.push('"');
    let (opened, _) = table(body.as_bytes());
    let snapshot = opened.unwrap();
    let bytes = snapshot.strings.bytes(0);
    assert_eq!(utf16_len(&bytes), units.len());
    assert_eq!(lossy(&bytes), String::from_utf16_lossy(&units));
    assert_eq!(snapshot.strings.text(0), String::from_utf16_lossy(&units));
    // Surrogates that are a pair are four bytes, those alone three; so two texts are equal where their units are.
    assert_eq!(bytes, wtf8(&units));
}

fn wtf8(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(letter) => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(alone) => {
                let unit = alone.unpaired_surrogate();
                bytes.extend([0xe0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 0x3f) as u8, 0x80 | (unit & 0x3f) as u8]);
            }
        }
    }
    bytes
}
