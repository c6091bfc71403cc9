//! Target `index`: whatever has happened to the index beside a snapshot, the answer is that of the snapshot alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

use heap_analyzer::{
    analysis::{
        AnalyzeOptions, InspectOptions, Keeper, Order, collections, duplicate_strings, inspect, objects, packages_of,
        retained_by, waste,
    },
    graph::HeapGraph,
    index::{Indexing, Place, Subject, look, open_to_stay},
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

/// What an open heap is asked.
fn questions(graph: &HeapGraph) -> heap_analyzer::error::Result<String> {
    let none = &Monitor::none();
    let kept = retained_by(graph, Keeper::Contexts, none)?;
    let answers = (
        (objects(graph, &kept, (9, Order::References), none)?, collections(graph, 9, none)?, waste(graph, 9, none)?),
        (packages_of(graph, 9, none)?, duplicate_strings(graph, 9, none)?),
    );
    Ok(serde_json::to_string(&answers).unwrap())
}

/// What is asked: the overview with everything in it, all about one object, and a heap that stays open.
fn answers(path: &Path, mapped: bool, by_index: bool, id: u32) -> (String, Result<String, String>, String) {
    let none = Monitor::none();
    let subject = || {
        let path = path.to_path_buf();
        let source = if mapped { Source::MappedFile(path) } else { Source::File(path) };
        if by_index { indexed(source) } else { source.into() }
    };
    let all = AnalyzeOptions { packages: true, duplicates: true, map: true, ..AnalyzeOptions::default() };
    let overview = overview_text(subject(), all, u64::MAX, &none).unwrap();
    let one = inspect(subject(), ObjectId(id), InspectOptions::default(), &none);
    let one = one.map(|one| serde_json::to_string(&one).unwrap()).map_err(|error| error.to_string());
    let open = open_to_stay(subject(), true, &none).unwrap();
    let asked = look(&[&open], &none, |graphs| questions(&graphs[0])).unwrap();
    // What was found out on the way goes into the index.
    open.keep(&none);
    (overview, one, asked)
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
    let check = || {
        assert_eq!(answers(&path, mapped, true, id), plain);
    };
    for _ in 0..2 {
        check();
    }
    let others = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().path());
    let Some(index) = others.into_iter().find(|other| *other != path) else { panic!("no index was made") };
    for _ in 0..=choices.below(3) {
        let mut bytes = fs::read(&index).unwrap();
        let places = 1 + choices.below(3);
        damage(&mut bytes, &mut choices, places);
        // Kept as the file it is, so that nobody is seen to have made another.
        fs::write(&index, bytes).unwrap();
        check();
        if !index.exists() {
            return;
        }
    }
}
