//! What else people hand us: recognised, so that the sentence says what it is and what to do.

use crate::error::{Code, Error, Result};

/// Tells well-known formats by the first bytes of a text.
pub(crate) fn check_magic(head: &[u8]) -> Result<()> {
    let known: &[(&[u8], &str)] = &[
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x7fELF", "an ELF program"),
        (b"JAVA PROFILE", "a Java heap dump (hprof)"),
        (b"SQLite format 3", "an SQLite database"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(not_snapshot(format!("it is {name}, expected a V8 heap snapshot")));
    }
    Ok(())
}

/// Checks the first byte that is no white space.
pub(crate) fn check_opening(found: Option<u8>) -> Result<()> {
    match found {
        Some(b'{') => Ok(()),
        None => Err(Error::new(Code::Empty, "it holds only white space, expected a heap snapshot")),
        Some(b'[') => Err(not_snapshot("it is a JSON array, expected a V8 heap snapshot".into())),
        Some(byte) => Err(not_snapshot(format!(
            "it starts with `{}`, expected the `{{` of a V8 heap snapshot",
            std::ascii::escape_default(byte)
        ))),
    }
}

/// Checks the byte after the opening brace; `offset` is where it stands.
pub(crate) fn check_first_key(found: Option<u8>, offset: u64) -> Result<()> {
    match found {
        Some(b'"') => Ok(()),
        Some(b'}') => Err(not_snapshot("it is an empty JSON object, expected a V8 heap snapshot".into())),
        Some(byte) => Err(not_snapshot(format!(
            "it is no JSON: found `{}` after `{{`, expected a V8 heap snapshot",
            std::ascii::escape_default(byte)
        ))),
        None => Err(Error::truncated(offset, "after its first brace")),
    }
}

fn not_snapshot(message: String) -> Error {
    Error::new(Code::NotSnapshot, message)
}

/// JSON whose first key is not "snapshot": names the well-known kinds.
pub(crate) fn other_json(first_key: &str, bytes: &[u8]) -> Error {
    let start = &bytes[..bytes.len().min(4096)];
    let has = |needle: &str| memchr::memmem::find(start, needle.as_bytes()).is_some();
    let message = match first_key {
        "head" if has("selfSize") => {
            "it is a sampling heap profile (.heapprofile), which holds no objects; take a heap snapshot instead"
        }
        "version" if has("\"Inspector\"") || has("\"GCDebugging\"") => {
            "it is a heap snapshot in Bun's own JSC format; write one with `Bun.generateHeapSnapshot('v8')` instead"
        }
        "nodes" if has("callFrame") => "it is a CPU profile, which holds no objects; take a heap snapshot instead",
        _ => {
            return not_snapshot(format!(
                "it is JSON with the first key {first_key:?}, expected a V8 heap snapshot, which begins with \"snapshot\""
            ));
        }
    };
    not_snapshot(message.into())
}
