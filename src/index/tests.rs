//! A second look says what the first one said, whatever happened in between to the index or to the snapshot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    analysis::{self, AnalyzeOptions, CompareOptions, InspectOptions},
    error::{Code, Result},
    leaks::{self, LeakOptions},
    monitor::Monitor,
    snapshot::{ObjectId, Source},
    store::scratch::Scratch,
    testing::{Heap, small_heap},
};

/// How to ask.
#[derive(Clone, Copy)]
struct Way {
    mapped: bool,
    cached: bool,
}

const PLAIN: Way = Way { mapped: false, cached: false };
const WAYS: [Way; 2] = [Way { mapped: true, cached: true }, Way { mapped: false, cached: true }];

impl Way {
    fn subject(self, path: &Path) -> Subject {
        self.subject_in(path, Place::Beside)
    }

    fn subject_in(self, path: &Path, place: Place) -> Subject {
        let path = path.to_path_buf();
        let source = if self.mapped { Source::MappedFile(path) } else { Source::File(path) };
        if !self.cached {
            return source.into();
        }
        Subject::indexed(source, Indexing { place, smallest: 0, keeper: None })
    }

    fn overview(self, path: &Path) -> Result<String> {
        let options = AnalyzeOptions { packages: true, duplicates: true, ..AnalyzeOptions::default() };
        leaks::overview_text(self.subject(path), options, u64::MAX, &Monitor::none())
    }

    fn inspect(self, path: &Path, id: u32) -> Result<String> {
        let answer = analysis::inspect(self.subject(path), ObjectId(id), InspectOptions::default(), &Monitor::none())?;
        Ok(serde_json::to_string(&answer).unwrap())
    }

    fn compare(self, base: &Path, target: &Path) -> Result<String> {
        let options = CompareOptions { top: None, growth: true };
        analysis::compare_text(self.subject(base), self.subject(target), options, &Monitor::none())
    }

    fn find_leaks(self, series: &[PathBuf]) -> Result<String> {
        let series = series.iter().map(|path| self.subject(path)).collect();
        leaks::find_leaks_text(series, LeakOptions::default(), &Monitor::none())
    }
}

fn index_of(path: &Path) -> PathBuf {
    Place::Beside.index_of(path).unwrap()
}

/// A heap whose list gets longer with every step.
fn growing(step: u32) -> String {
    let mut heap = small_heap();
    let list = heap.node("array", "", 101, 16);
    heap.edge(1, "property", "leak", list);
    for entry in 0..10 * step {
        let object = heap.node("object", "Leaked", 201 + 2 * entry, 64);
        heap.edge(list, "element", &entry.to_string(), object);
    }
    heap.text()
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

/// Every question, one after the other.
fn all(way: Way, series: &[PathBuf]) -> Vec<String> {
    let last = &series[series.len() - 1];
    let mut answers =
        vec![way.overview(last).unwrap(), way.compare(&series[0], last).unwrap(), way.find_leaks(series).unwrap()];
    answers.extend((3..30).step_by(2).filter_map(|id| way.inspect(last, id).ok()));
    answers
}

fn series(scratch: &Scratch) -> Vec<PathBuf> {
    let paths: Vec<PathBuf> = (0..3).map(|step| scratch.file(&format!("{step}.heapsnapshot"))).collect();
    fs::write(&paths[0], growing(1)).unwrap();
    fs::write(&paths[1], zstd(&growing(2))).unwrap();
    fs::write(&paths[2], growing(3)).unwrap();
    paths
}

#[test]
fn the_second_look_is_the_first() {
    for way in WAYS {
        let scratch = Scratch::new();
        let paths = series(&scratch);
        let plain = all(PLAIN, &paths);
        assert!(plain[2].contains("Leaked"), "{}", plain[2]);
        for _ in 0..3 {
            assert_eq!(all(way, &paths), plain);
        }
        assert!(index_of(&paths[0]).exists() && index_of(&paths[2]).exists());
        // A packed one, whose texts are in the index.
        for _ in 0..2 {
            assert_eq!(way.overview(&paths[1]).unwrap(), PLAIN.overview(&paths[1]).unwrap());
        }
        let index = fs::read(index_of(&paths[1])).unwrap();
        assert!(memchr::memmem::find(&index, b"sessions").is_some());
    }
}

#[test]
fn a_damaged_index_changes_no_answer() {
    let scratch = Scratch::new();
    let paths = series(&scratch);
    let way = WAYS[0];
    let plain = all(PLAIN, &paths);
    all(way, &paths);
    let index = index_of(&paths[2]);
    let whole = fs::read(&index).unwrap();
    let inspected = PLAIN.inspect(&paths[2], 7).unwrap();
    for at in (0..whole.len()).step_by(59) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&index, bytes).unwrap();
        assert_eq!(way.inspect(&paths[2], 7).unwrap(), inspected, "byte {at}");
        assert_eq!(way.overview(&paths[2]).unwrap(), plain[0], "byte {at}");
    }
    for cut in (0..whole.len()).step_by(whole.len() / 50) {
        fs::write(&index, &whole[..cut]).unwrap();
        assert_eq!(way.inspect(&paths[2], 7).unwrap(), inspected, "cut at {cut}");
    }
    fs::write(&index, b"heapidx\nand nothing else").unwrap();
    assert_eq!(all(way, &paths), plain);
}

#[test]
fn a_snapshot_that_was_written_anew_is_read_anew() {
    let scratch = Scratch::new();
    let path = scratch.file("a.heapsnapshot");
    for step in [1, 2, 1] {
        fs::write(&path, growing(step)).unwrap();
        let plain = PLAIN.overview(&path).unwrap();
        for way in WAYS {
            assert_eq!(way.overview(&path).unwrap(), plain);
            assert_eq!(way.inspect(&path, 7).unwrap(), PLAIN.inspect(&path, 7).unwrap());
        }
    }
    // Another file of the same length, its time set back.
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, growing(1).replace("Leaked", "Lucked")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(WAYS[0].overview(&path).unwrap().contains("Lucked"));
}

#[test]
fn what_is_no_snapshot_is_told_as_ever() {
    let scratch = Scratch::new();
    let path = scratch.file("a.heapsnapshot");
    let codes = |way: Way| way.overview(&path).unwrap_err().code();
    assert_eq!(codes(WAYS[0]), Code::NotFound);
    fs::write(&path, growing(1)).unwrap();
    WAYS[0].overview(&path).unwrap();
    assert_eq!(WAYS[0].inspect(&path, 99).unwrap_err().to_string(), PLAIN.inspect(&path, 99).unwrap_err().to_string());
    for text in ["", "{", &growing(1)[..500], "no"] {
        fs::write(&path, text).unwrap();
        for way in WAYS {
            assert_eq!(codes(way), codes(PLAIN), "{text}");
        }
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(codes(WAYS[0]), Code::NotFound);
}

#[test]
fn small_ones_and_bytes_get_none_and_a_directory_is_swept() {
    let scratch = Scratch::new();
    let paths = series(&scratch);
    let summary = |subject| analysis::summarize(subject, AnalyzeOptions::default(), &Monitor::none()).unwrap();
    let indexing = |smallest| Indexing { place: Place::Beside, smallest, keeper: None };
    let file = || Source::File(paths[0].clone());
    summary(Subject::indexed(file(), indexing(1 << 20)));
    summary(Subject::indexed(Source::Bytes(growing(1).into_bytes()), indexing(0)));
    assert!(!index_of(&paths[0]).exists());

    let place = || Place::Directory(scratch.file("cache").join("deep"));
    let index = |path: &Path| place().index_of(path).unwrap();
    summary(WAYS[0].subject_in(&paths[0], place()));
    let first = index(&paths[0]);
    assert!(first.exists() && !index_of(&paths[0]).exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&first), mode(first.parent().unwrap())), (0o600, 0o700));
    }
    fs::remove_file(&paths[0]).unwrap();
    summary(WAYS[0].subject_in(&paths[2], place()));
    assert!(!first.exists() && index(&paths[2]).exists());
}

#[test]
fn a_keeper_writes_later_and_only_what_is_still_true() {
    let scratch = Scratch::new();
    let paths = series(&scratch);
    let keeper = Keeper::default();
    let ask = |path: &Path| {
        let indexing = Indexing { place: Place::Beside, smallest: 0, keeper: Some(keeper.clone()) };
        let subject = Subject::indexed(Source::MappedFile(path.to_path_buf()), indexing);
        leaks::overview_text(subject, AnalyzeOptions::default(), 0, &Monitor::none()).unwrap()
    };
    ask(&paths[0]);
    ask(&paths[2]);
    assert!(!index_of(&paths[0]).exists());
    fs::write(&paths[2], growing(4)).unwrap();
    assert_eq!(keeper.write(&Monitor::none()), 1);
    assert!(index_of(&paths[0]).exists() && !index_of(&paths[2]).exists());
    // Nothing new, nothing written.
    ask(&paths[0]);
    assert_eq!(keeper.write(&Monitor::none()), 0);
}

/// The index of another user, or one that others may write to, is neither believed nor replaced.
#[cfg(unix)]
#[test]
fn an_index_that_others_can_write_to_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new();
    let paths = series(&scratch);
    let index = index_of(&paths[2]);
    fs::write(&index, b"theirs").unwrap();
    fs::set_permissions(&index, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(WAYS[0].overview(&paths[2]).unwrap(), PLAIN.overview(&paths[2]).unwrap());
    assert_eq!(fs::read(&index).unwrap(), b"theirs");
}

#[test]
fn allocation_stacks_are_found_again() {
    let scratch = Scratch::new();
    let path = scratch.file("tracked.heapsnapshot");
    let text = |types: &str| {
        format!(
            r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count","trace_node_id"],
            "node_types":[["synthetic","object"],"string","number","number","number","number"],
            "edge_fields":["type","name_or_index","to_node"],"edge_types":[["element"],"string_or_number","node"],
            "trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],
            "trace_node_fields":["id","function_info_index","count","size","children"]}},
            "node_count":2,"edge_count":1,"trace_function_count":1}},
            "nodes":[0,0,1,0,1,0,1,2,3,8,0,2],"edges":[0,1,6],
            "trace_function_infos":[0,0,1,0,0,0,7,2,3,9,4,8],"trace_tree":[1,0,0,0,[2,1,1,8,[]]],
            "strings":["(root)","","inner","{types}"]}}"#
        )
    };
    for bytes in [text("app.js").into_bytes(), zstd(&text("packed.js"))] {
        fs::write(&path, bytes).unwrap();
        let plain = PLAIN.inspect(&path, 3).unwrap();
        assert!(plain.contains("\"allocation\":[{\"function\":\"inner\""), "{plain}");
        for way in WAYS {
            assert_eq!(way.inspect(&path, 3).unwrap(), plain);
            assert_eq!(way.inspect(&path, 3).unwrap(), plain);
        }
    }
}

#[test]
fn an_empty_heap_has_an_index_too() {
    let scratch = Scratch::new();
    let path = scratch.file("empty.heapsnapshot");
    fs::write(&path, Heap::new().text()).unwrap();
    for way in WAYS {
        assert_eq!(way.overview(&path).unwrap(), PLAIN.overview(&path).unwrap());
        assert_eq!(way.inspect(&path, 1).unwrap(), PLAIN.inspect(&path, 1).unwrap());
    }
}
