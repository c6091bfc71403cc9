//! The reader as a whole: what a file says is read, and what is no snapshot is told apart with its place.

use super::*;
use crate::{
    error::Code,
    testing::{Temporary, read, small_heap},
};

#[test]
fn a_snapshot_is_read_into_columns() {
    let snapshot = read(small_heap().text()).unwrap();
    assert_eq!((snapshot.nodes.len(), snapshot.edges.len()), (11, 14));
    let map = NodeId(3);
    assert_eq!(snapshot.nodes.kind(map), NodeKind::OBJECT);
    assert_eq!(snapshot.strings.text(snapshot.nodes.name(map)), "Map");
    assert_eq!((snapshot.nodes.id(map), snapshot.nodes.self_size(map)), (ObjectId(7), 16));
    let edge = snapshot.nodes.edges(map).next().unwrap();
    assert_eq!(snapshot.edges.kind(edge), EdgeKind::Internal);
    assert_eq!(snapshot.strings.text(snapshot.edges.name(edge).unwrap()), "table");
    assert_eq!(snapshot.edges.target(edge), NodeId(4));
    assert_eq!(snapshot.nodes.of_edge(edge), map);
    assert_eq!(snapshot.locations.get(NodeId(5)), Some(Location { script: 42, line: 6, column: 9 }));
    assert_eq!(snapshot.locations.get(map), None);
}

#[test]
fn unknown_keys_and_white_space_change_nothing() {
    let text = small_heap().text();
    let odd = text
        .replace("\"edges\":", "\"scopes\":[1,[2,{\"a\":\"]\"}]],\n  \"edges\" :  ")
        .replace("\"strings\":", "\"new_in_v8_99\": {\"x\": [1.5, true, null]} ,\"strings\":\n\n");
    let (plain, odd) = (read(text).unwrap(), read(odd).unwrap());
    assert!(plain.nodes.self_sizes().iter().eq(odd.nodes.self_sizes().iter()));
    assert_eq!(plain.edges.targets(), odd.edges.targets());
    assert_eq!(plain.strings.len(), odd.strings.len());
}

#[test]
fn keys_may_stand_in_any_order() {
    let text = small_heap().text();
    let (head, strings) = text.split_once("\"strings\":").unwrap();
    let (header, arrays) = head.split_once("\"nodes\":").unwrap();
    let (nodes, rest) = arrays.split_once("\"edges\":").unwrap();
    let (edges, rest) = rest.split_once("\"trace_function_infos\":").unwrap();
    let turned = format!(
        "{{\"strings\":{},\"edges\":{edges}\"nodes\":{nodes}\"trace_function_infos\":{rest}{}}}",
        strings.trim_end().strip_suffix('}').unwrap(),
        header.trim_start_matches('{').trim_end().trim_end_matches(','),
    );
    let (plain, turned) = (read(text).unwrap(), read(turned).unwrap());
    assert_eq!(plain.edges.targets(), turned.edges.targets());
    assert_eq!(plain.locations.len(), turned.locations.len());
}

#[test]
fn what_is_no_snapshot_is_named() {
    let text = small_heap().text();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let cases: &[(&str, Vec<u8>, Code)] = &[
        ("nothing", vec![], Code::Empty),
        ("white space", b" \n ".to_vec(), Code::Empty),
        ("a PNG", b"\x89PNG\r\n\x1a\n".to_vec(), Code::NotSnapshot),
        ("a text", b"hello".to_vec(), Code::NotSnapshot),
        ("an array", b"[1,2]".to_vec(), Code::NotSnapshot),
        ("an empty object", b"{}".to_vec(), Code::NotSnapshot),
        ("package.json", b"{\"name\":\"x\",\"version\":\"1\"}".to_vec(), Code::NotSnapshot),
        ("a .heapprofile", b"{\"head\":{\"callFrame\":{},\"selfSize\":0}}".to_vec(), Code::NotSnapshot),
        ("a .cpuprofile", b"{\"nodes\":[{\"id\":1,\"callFrame\":{}}]}".to_vec(), Code::NotSnapshot),
        ("Bun's own", b"{\"version\":3,\"type\":\"Inspector\",\"nodes\":[]}".to_vec(), Code::NotSnapshot),
        ("half", text.as_bytes()[..text.len() / 2].to_vec(), Code::Truncated),
        ("no header fields", b"{\"snapshot\":{}}".to_vec(), Code::Malformed),
        ("something after the end", replaced("}\n", "} x").into_bytes(), Code::Malformed),
        ("a target past the end", replaced("\"edges\":[5,", "\"edges\":[5,0,700\n,5,").into_bytes(), Code::Malformed),
        ("a target between nodes", replaced(",7\n", ",8\n").into_bytes(), Code::Malformed),
        ("more nodes declared", replaced("\"node_count\":11", "\"node_count\":12").into_bytes(), Code::Malformed),
        ("fewer nodes declared", replaced("\"node_count\":11", "\"node_count\":10").into_bytes(), Code::Malformed),
        (
            "absurdly many nodes",
            replaced("\"node_count\":11", "\"node_count\":4000000000").into_bytes(),
            Code::Malformed,
        ),
        ("more edges declared", replaced("\"edge_count\":14", "\"edge_count\":15").into_bytes(), Code::Malformed),
        ("no strings", replaced("\"strings\":", "\"strongs\":").into_bytes(), Code::Malformed),
        ("an unknown node type", replaced("\"nodes\":[9,", "\"nodes\":[99,").into_bytes(), Code::Malformed),
        ("a name that is no string", replaced("\"nodes\":[9,0,", "\"nodes\":[9,999,").into_bytes(), Code::Malformed),
        (
            "a root that is no node",
            replaced("\"edge_count\"", "\"root_index\":700,\"edge_count\"").into_bytes(),
            Code::Malformed,
        ),
        (
            "sizes that add up to more than there is",
            replaced("11,50,1", "11,9007199254740991,1").into_bytes(),
            Code::Malformed,
        ),
        (
            "native bytes that no machine has",
            replaced("\"edge_count\"", "\"extra_native_bytes\":9007199254740992,\"edge_count\"").into_bytes(),
            Code::Malformed,
        ),
        ("a location of nothing", replaced("\"locations\":[35,", "\"locations\":[350,").into_bytes(), Code::Malformed),
    ];
    for (what, bytes, code) in cases {
        let error = read(bytes.clone()).expect_err(what);
        assert_eq!(error.code(), *code, "{what}: {error}");
        assert_eq!(error.to_string().lines().count(), 1, "{what}: one sentence");
    }
}

#[test]
fn faults_in_the_arrays_are_told_with_their_offset() {
    let text = small_heap().text().replacen(",7\n", ",8\n", 1);
    let error = read(text.clone()).unwrap_err();
    let offset = error.offset().unwrap() as usize;
    assert_eq!(&text[offset..=offset], "8", "{error}");
}

#[test]
fn a_cut_at_any_byte_is_an_error_and_no_panic() {
    let text = small_heap().text();
    let whole = text.trim_end().len();
    for cut in 0..whole {
        let error = read(&text.as_bytes()[..cut]).expect_err("a cut snapshot");
        assert!(
            matches!(error.code(), Code::Truncated | Code::Empty),
            "cut at {cut} of {whole}: {} {error}",
            error.code()
        );
    }
}

/// What a reader finds, in words, so that readings can be compared.
fn told(outcome: &Result<Snapshot>) -> String {
    match outcome {
        Ok(snapshot) => {
            let strings: Vec<_> = (0..snapshot.strings.len() as u32).map(|id| snapshot.strings.text(id)).collect();
            let locations: Vec<_> = snapshot.locations.iter().collect();
            let stack = snapshot.allocations.as_ref().map(|allocations| {
                allocations.stack(1, &snapshot.strings, &Monitor::none()).map_err(|error| error.to_string())
            });
            format!("{:?} {:?} {strings:?} {locations:?} {stack:?}", snapshot.nodes, snapshot.edges)
        }
        Err(error) => format!("{} {error}", error.code()),
    }
}

fn open_in(source: Source, window: usize) -> Result<Snapshot> {
    Snapshot::read_from(&Input::with_window(source, &Monitor::none(), window)?)
}

/// A reader that gives little at a time, and now and then nothing yet.
struct Drip {
    bytes: Vec<u8>,
    at: usize,
    calls: usize,
}

impl std::io::Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(97) {
            return Err(std::io::ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(self.calls % 53 + 1).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn drip(bytes: &[u8]) -> Source {
    Source::Stream(Stream::new(Drip { bytes: bytes.to_vec(), at: 0, calls: 0 }))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Snapshots with something at every corner: as older V8 writes them, as newer ones do, with keys in another order.
fn corners() -> Vec<String> {
    let newlines = small_heap().text().replace(
        "\"trace_function_infos\":[],\n\"trace_tree\":[]",
        "\"trace_function_infos\":[0,0,0,0,0,0],\"trace_tree\":[1,0,0,0,[]]",
    );
    let newlines = newlines.replace("\"trace_function_count\":0", "\"trace_function_count\":1").replace(
        "\"location_fields\"",
        "\"trace_function_info_fields\":[\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],\
         \"trace_node_fields\":[\"id\",\"function_info_index\",\"count\",\"size\",\"children\"],\"location_fields\"",
    );
    let bare = newlines.replace(['\n', ' '], "").replace("alice", "\\\\\\u00e9\\ud800 \u{e9}");
    let (head, strings) = bare.split_once("\"strings\":").unwrap();
    let (header, arrays) = head.split_once("\"nodes\":").unwrap();
    let turned = format!(
        "{{\"strings\":{},\"nodes\":{arrays}{}}}",
        strings.trim_end().strip_suffix('}').unwrap(),
        header.trim_start_matches('{').trim_end_matches(','),
    );
    vec![newlines, bare, turned]
}

#[test]
fn windows_of_any_size_and_sources_of_any_kind_give_the_same() {
    for (number, text) in corners().iter().enumerate() {
        let plain = told(&read(text.clone()));
        assert!(plain.starts_with("Nodes") && plain.contains("Some(Ok("), "{number}: {plain}");
        let bytes = text.as_bytes();
        let files = [
            Temporary::of(&format!("{number}.heapsnapshot"), bytes),
            Temporary::of(&format!("{number}.heapsnapshot.gz"), &gzip(bytes)),
            Temporary::of(&format!("{number}.heapsnapshot.zst"), &zstd(bytes)),
        ];
        for window in (1..40).chain([64, 100, 500, 1000, bytes.len() - 1, bytes.len(), bytes.len() + 1, 1 << 20]) {
            for file in &files {
                for source in [Source::File(file.0.clone()), Source::MappedFile(file.0.clone())] {
                    assert_eq!(told(&open_in(source, window)), plain, "{} in windows of {window}", file.0.display());
                }
            }
            let sources = [Source::Bytes(bytes.to_vec()), drip(bytes), drip(&gzip(bytes)), drip(&zstd(bytes))];
            for (kind, source) in sources.into_iter().enumerate() {
                assert_eq!(told(&open_in(source, window)), plain, "{number} from source {kind} in windows of {window}");
            }
        }
    }
}

#[test]
fn damage_is_told_the_same_from_everywhere() {
    let text = small_heap().text();
    for at in (0..text.len()).step_by(3) {
        for byte in [b'x', b'7', b']', b',', b'"', b' '] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = byte;
            let plain = open_in(Source::Bytes(bytes.clone()), 1 << 20);
            // Of a stream nobody knows at the beginning that it cannot hold what it declares.
            let unforeseen = |error: &Error| error.to_string().contains("more than the file can hold");
            for window in [5, 64] {
                assert_eq!(told(&open_in(Source::Bytes(bytes.clone()), window)), told(&plain), "{byte} at {at}");
                let stream = open_in(Source::Stream(Stream::new(std::io::Cursor::new(bytes.clone()))), window);
                match (&plain, &stream) {
                    (Err(plain), Err(stream)) if unforeseen(plain) => assert_eq!(plain.code(), stream.code()),
                    _ => assert_eq!(told(&stream), told(&plain), "{byte} at {at} of a stream in windows of {window}"),
                }
            }
        }
    }
}

#[test]
fn a_cut_at_any_byte_is_told_from_everywhere() {
    let text = small_heap().text();
    let whole = text.trim_end();
    for cut in 1..whole.len() {
        let plain = told(&read(&whole.as_bytes()[..cut]));
        for source in [drip(&whole.as_bytes()[..cut]), Source::Bytes(gzip(&whole.as_bytes()[..cut]))] {
            assert_eq!(told(&open_in(source, 64)), plain, "cut at {cut}");
        }
    }
    for packed in [gzip(whole.as_bytes()), zstd(whole.as_bytes())] {
        for cut in 0..packed.len() {
            for source in [Source::Bytes(packed[..cut].to_vec()), drip(&packed[..cut])] {
                let error = open_in(source, 512).expect_err("a cut packed snapshot");
                let expected = [Code::Truncated, Code::Empty, Code::NotSnapshot];
                assert!(expected.contains(&error.code()), "cut at {cut} of {}: {error}", packed.len());
                assert!(error.code() != Code::NotSnapshot || cut < 4, "cut at {cut}: {error}");
            }
        }
    }
}

#[test]
fn a_small_packed_file_cannot_ask_for_much() {
    let text = small_heap().text().replace("\"node_count\":11", "\"node_count\":4000000000");
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        // Columns for so many nodes would be 84 GB, more than can be had here.
        assert_eq!(read(packed.clone()).unwrap_err().code(), Code::Malformed);
        assert_eq!(open_in(drip(&packed), 1 << 20).unwrap_err().code(), Code::Malformed);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_changes_meanwhile_is_no_mixture() {
    let text = small_heap().text();
    for map in [false, true] {
        let file = Temporary::of(&format!("changing-{map}"), text.as_bytes());
        let source = |path: &Path| if map { Source::MappedFile(path.into()) } else { Source::File(path.into()) };
        let input = Input::with_window(source(&file.0), &Monitor::none(), 64).unwrap();
        // Another file takes its name: what was opened is what is read.
        let other = Temporary::of(&format!("other-{map}"), b"something else");
        std::fs::rename(&other.0, &file.0).unwrap();
        assert_eq!(told(&Snapshot::read_from(&input)), told(&read(text.clone())));

        let file = Temporary::of(&format!("shrinking-{map}"), text.as_bytes());
        let input = Input::with_window(source(&file.0), &Monitor::none(), 64).unwrap();
        std::fs::OpenOptions::new().write(true).open(&file.0).unwrap().set_len(text.len() as u64 / 2).unwrap();
        let error = Snapshot::read_from(&input).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::Truncated, Some(text.len() as u64 / 2)), "{error}");

        let file = Temporary::of(&format!("rewritten-{map}"), text.as_bytes());
        let input = Input::with_window(source(&file.0), &Monitor::none(), 64).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(&file.0, text.as_bytes()).unwrap();
        assert_eq!(Snapshot::read_from(&input).unwrap_err().code(), Code::Io);
    }
}
