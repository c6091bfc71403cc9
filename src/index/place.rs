//! Where the index of a snapshot is, and what it is called.
//!
//! Beside the snapshot, unless somebody says otherwise: it holds the same secrets, so it should be seen where they are,
//! moved with them and deleted with them. In a directory of indexes each is named after its snapshot and the place of
//! that; those whose snapshot is gone are swept out whenever one is written.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::{Backing, Shelf, Tag, Writer, is_ours};

/// What the name of an index ends with.
const SUFFIX: &str = ".heapindex";
/// The snapshot's path, in an index that does not lie beside it.
const SNAPSHOT: Tag = Tag::new(*b"snapshot");

/// Where indexes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Beside the snapshot, as `F.heapindex`.
    Beside,
    /// In this directory.
    Directory(PathBuf),
}

impl Place {
    /// The path of a snapshot's index.
    pub(super) fn index_of(&self, snapshot: &Path) -> io::Result<PathBuf> {
        match self {
            Self::Beside => Ok(with_suffix(snapshot)),
            Self::Directory(directory) => {
                // Two snapshots of one name lie in different places.
                let full = fs::canonicalize(snapshot)?;
                let place = xxhash_rust::xxh3::xxh3_64(full.as_os_str().as_encoded_bytes());
                let name = full.file_name().ok_or(io::ErrorKind::InvalidInput)?;
                let mut named = std::ffi::OsString::from(format!("{place:016x}-"));
                named.push(name);
                Ok(directory.join(with_suffix(Path::new(&named))))
            }
        }
    }

    /// Sees to it that there is such a place, and adds to a new index what it needs there.
    pub(super) fn prepare(&self, snapshot: &Path, writer: &mut Writer<'_>) -> io::Result<()> {
        let Self::Directory(directory) = self else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
        let full = fs::canonicalize(snapshot)?;
        writer.add_bytes(SNAPSHOT, full.as_os_str().as_encoded_bytes().to_vec());
        sweep(directory);
        Ok(())
    }
}

fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    PathBuf::from(name)
}

/// Removes indexes of ours whose snapshots are gone. What cannot be understood is left alone.
fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_index = path.as_os_str().as_encoded_bytes().ends_with(SUFFIX.as_bytes());
        if is_index && is_ours(&path) == Some(true) && snapshot_is_gone(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn snapshot_is_gone(index: &Path) -> bool {
    let Ok(file) = fs::File::open(index) else { return false };
    let Some(shelf) = Shelf::open(Backing::File(file.into())) else { return false };
    let Ok(Some(text)) = shelf.bytes(SNAPSHOT) else { return false };
    let Ok(Ok(text)) = crate::store::guarded(|| String::from_utf8(text.whole().to_vec())) else { return false };
    matches!(fs::symlink_metadata(text), Err(error) if error.kind() == io::ErrorKind::NotFound)
}
