//! Tells the linker how to build a Node addon, when one is built, and names the engine by its source: an index that
//! another engine wrote may mean something else by what it says, though both call themselves by one version.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();

    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is"));
    let mut files = vec![root.join("Cargo.toml")];
    list(&root.join("src"), &mut files);
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        file.strip_prefix(&root).ok().and_then(Path::to_str).hash(&mut hash);
        fs::read(&file).unwrap_or_default().hash(&mut hash);
    }
    println!("cargo::rustc-env=HEAP_ANALYZER_ENGINE={}", hash.finish());
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=build.rs");
}

/// All files below a directory.
fn list(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}
