//! Target `index`: whatever has happened to the index beside a snapshot, the answer is that of the snapshot alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use heap_analyzer::{
    analysis::{AnalyzeOptions, InspectOptions, inspect},
    index::{Indexing, Place, Subject},
    leaks::overview_text,
    monitor::Monitor,
    snapshot::{ObjectId, Source},
};

use super::{
    entropy::Entropy,
    heap::{Heap, damage},
    redact::scratch,
};

/// A folder of one call, gone afterwards.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn indexed(source: Source) -> Subject {
    Subject::indexed(source, Indexing { place: Place::Beside, smallest: 0, keeper: None })
}

/// What is asked: the overview with everything in it, and all about one object.
fn answers(path: &Path, mapped: bool, by_index: bool, id: u32) -> (String, Result<String, String>) {
    let none = Monitor::none();
    let subject = || {
        let path = path.to_path_buf();
        let source = if mapped { Source::MappedFile(path) } else { Source::File(path) };
        if by_index { indexed(source) } else { source.into() }
    };
    let all = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
    let overview = overview_text(subject(), all, u64::MAX, &none).unwrap();
    let one = inspect(subject(), ObjectId(id), InspectOptions::default(), &none);
    (overview, one.map(|one| serde_json::to_string(&one).unwrap()).map_err(|error| error.to_string()))
}

/// Target `index`.
pub fn index(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let (mapped, packed) = (choices.byte() & 1 == 1, choices.byte() & 3 == 3);
    let id = 1 + 2 * choices.below(30) as u32;
    let heap = Heap::make(&mut choices, 30);
    let folder = Folder(scratch());
    fs::create_dir(&folder.0).unwrap();
    let path = folder.0.join("a.heapsnapshot");
    let text = heap.text().into_bytes();
    fs::write(&path, if packed { zstd::encode_all(&text[..], 1).unwrap() } else { text }).unwrap();

    let plain = answers(&path, mapped, false, id);
    // The first look makes the index, the second uses it.
    for _ in 0..2 {
        assert_eq!(answers(&path, mapped, true, id), plain);
    }
    let others = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().path());
    let Some(index) = others.into_iter().find(|other| *other != path) else { panic!("no index was made") };
    for _ in 0..=choices.below(3) {
        let mut bytes = fs::read(&index).unwrap();
        let places = 1 + choices.below(3);
        damage(&mut bytes, &mut choices, places);
        // Kept as the file it is, so that nobody is seen to have made another.
        fs::write(&index, bytes).unwrap();
        assert_eq!(answers(&path, mapped, true, id), plain);
        if !index.exists() {
            return;
        }
    }
}
