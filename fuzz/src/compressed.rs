//! Target `compressed`: packed snapshots, whole, damaged, cut, in pieces, and bytes that only begin like one.

use std::io::Write;

use heap_analyzer::{
    analysis::{AnalyzeOptions, summarize},
    error::Code,
    monitor::Monitor,
    snapshot::Source,
};

use super::{
    entropy::Entropy,
    graph::open,
    heap::{Heap, damage},
};

fn packed(text: &[u8], zstd: bool) -> Vec<u8> {
    if zstd {
        return zstd::encode_all(text, 1).unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

fn answer(bytes: &[u8]) -> Result<serde_json::Value, Code> {
    let source = Source::Bytes(bytes.to_vec());
    let answer = summarize(source, AnalyzeOptions::default(), &Monitor::none()).map_err(|error| error.code())?;
    let mut answer = serde_json::to_value(answer).unwrap();
    // The size as given is that of the packed bytes.
    answer["snapshots"][0]["sizeBytes"] = 0.into();
    Ok(answer)
}

/// Target `compressed`.
pub fn compressed(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let mode = choices.byte();
    let zstd = mode & 1 == 0;
    let mut bytes = match mode >> 1 & 3 {
        0 => {
            let magic: &[u8] = if zstd { &[0x28, 0xb5, 0x2f, 0xfd] } else { &[0x1f, 0x8b, 8] };
            [magic, choices.rest()].concat()
        }
        kind => {
            let heap = Heap::make(&mut choices, 12);
            let text = heap.text().into_bytes();
            // As it is, or in two members, as `cat a.gz b.gz` makes them.
            let cut = if kind == 1 { text.len() } else { choices.below(text.len()) };
            let mut bytes = packed(&text[..cut], zstd);
            if kind != 1 {
                bytes.extend(packed(&text[cut..], zstd));
            }
            assert_eq!(answer(&bytes), answer(&text));
            let places = choices.below(4);
            damage(&mut bytes, &mut choices, places);
            bytes
        }
    };
    // A few damaged bytes must not make it unpack for ever; 2^16 is far more than anything above.
    bytes.truncate(1 << 16);
    match open(&bytes) {
        Ok(snapshot) => assert_eq!(snapshot.given_size, bytes.len() as u64),
        Err(error) => {
            use Code::{Empty, Malformed, NotSnapshot, TooLarge, Truncated};
            assert!(matches!(error.code(), Empty | Malformed | NotSnapshot | TooLarge | Truncated), "{error}");
            assert!(!error.to_string().contains('\n'));
        }
    }
}
