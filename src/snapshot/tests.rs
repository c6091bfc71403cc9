//! The reader as a whole: what a file says is read, and what is no snapshot is told apart with its place.

use super::*;
use crate::{
    error::Code,
    testing::{read, small_heap},
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
    assert_eq!(plain.nodes.self_sizes(), odd.nodes.self_sizes());
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
