//! `redact` for JavaScript: a copy of a snapshot that says nothing of its contents.

use std::path::PathBuf;

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;

use super::{
    Input, Options,
    job::{CancelFlag, Job, JsonTask, OnProgress},
    json, source,
};
use crate::write::{self, Packing};

/// What to hide, and how to write.
#[napi(object, js_name = "NativeRedaction")]
pub struct Redaction {
    /// Hide the keys of properties too.
    pub property_keys: bool,
    /// What the pseudonyms come from.
    pub secret: Uint8Array,
    /// `gzip` or `zstd`; not packed when absent.
    pub packing: Option<String>,
}

/// Writes a redacted copy of a snapshot to a new file (0600). What was written, as JSON text.
#[napi(ts_return_type = "Promise<string>")]
pub fn redact(
    input: Input,
    output: String,
    redaction: Redaction,
    cancel: &CancelFlag,
    #[napi(ts_arg_type = "((progress: NativeProgress) => void) | null | undefined")] on_progress: Option<OnProgress>,
) -> AsyncTask<JsonTask> {
    // Never mapped: it is read as a stream.
    let source = source(input, &Options::default());
    let Redaction { property_keys, secret, packing } = redaction;
    let options = write::RedactOptions {
        property_keys,
        secret: secret.to_vec(),
        packing: packing.map(|name| if name == "gzip" { Packing::Gzip } else { Packing::Zstd }),
    };
    // One thread: the walk is a stream.
    Job::start_writing(cancel, on_progress, move |monitor| {
        json(&write::redact(source, &PathBuf::from(output), &options, monitor)?)
    })
}
