//! Whether a file is a whole snapshot: asked after every capture, before anyone is told that it succeeded.

use std::{fmt::Write as _, path::Path};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::Result,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
};

/// A snapshot file that was read to its end and found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Bytes of the file.
    pub size_bytes: u64,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// Nodes in it.
    pub node_count: u64,
    /// Edges in it.
    pub edge_count: u64,
}

/// Reads the whole file, checks it as [`Snapshot::open`] does, and hashes it. The file must be our own: it is
/// mapped, so nobody may truncate it meanwhile.
pub fn verify(path: &Path, monitor: &Monitor) -> Result<Verified> {
    let (snapshot, digest) =
        rayon::join(|| Snapshot::open(Source::MappedFile(path.to_path_buf()), monitor), || digest(path, monitor));
    let (snapshot, sha256) = (snapshot?, digest?);
    Ok(Verified {
        size_bytes: snapshot.given_size,
        sha256,
        node_count: snapshot.nodes.len() as u64,
        edge_count: snapshot.edges.len() as u64,
    })
}

fn digest(path: &Path, monitor: &Monitor) -> Result<String> {
    use std::io::Read;

    let io = |error| crate::error::Error::io(path, error);
    let mut file = std::fs::File::open(path).map_err(io)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        monitor.check()?;
        let got = file.read(&mut buffer).map_err(io)?;
        if got == 0 {
            break;
        }
        hash.update(&buffer[..got]);
    }
    Ok(hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
