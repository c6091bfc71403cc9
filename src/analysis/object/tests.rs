//! Objects of heaps small enough to work out by hand.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    error::Code,
    snapshot::Source,
    testing::{Heap, small_heap},
};

fn inspected(heap: &Heap, id: u32, options: InspectOptions) -> Json {
    let source = Source::Bytes(heap.text().into_bytes());
    let answer = inspect(source, ObjectId(id), options, &Monitor::none()).unwrap();
    serde_json::to_value(&answer).unwrap()
}

fn value(heap: &Heap, id: u32, text_limit: usize) -> Json {
    inspected(heap, id, InspectOptions { text_limit, ..InspectOptions::default() })["node"]["value"].clone()
}

#[test]
fn everything_about_a_map_is_told() {
    let answer = inspected(&small_heap(), 7, InspectOptions::default());
    let node = &answer["node"];
    assert_eq!(
        [&node["id"], &node["ordinal"], &node["name"], &node["class"], &node["type"]],
        [&json!(7), &json!(3), &json!("Map"), &json!("Map"), &json!("object")]
    );
    assert_eq!([&node["selfSize"], &node["retainedSize"], &node["distance"]], [416, 476, 2]);
    assert_eq!((&node["detachedness"], &node["value"]), (&json!("unknown"), &Json::Null));
    assert_eq!(answer["dominator"]["id"], 3);
    let chain: Vec<&Json> = answer["dominators"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    assert_eq!((chain, &answer["dominatorCount"]), (vec![&json!(3), &json!(1)], &json!(2)));
    assert_eq!(answer["properties"][0]["name"], "table");
    assert_eq!(answer["properties"][0]["kind"], "internal");
    assert_eq!(answer["properties"][0]["node"]["retainedSize"], 60);
    assert_eq!(
        [&answer["retainers"][0]["name"], &answer["retainers"][0]["node"]["id"], &answer["retainers"][0]["distance"]],
        [&json!("sessions"), &json!(3), &json!(1)]
    );
    // All but itself: the table, whose bytes are the Map's, and the session that nobody else has.
    assert_eq!((&answer["dominated"]["count"], &answer["dominated"]["selfSize"]), (&json!(2), &json!(60)));
    assert_eq!(answer["dominated"]["classes"][0]["key"], "43,1,2,Session");
    assert_eq!(answer["holders"]["independent"], 1);
    assert_eq!(answer["holders"]["cut"]["frees"], 476);
    assert_eq!(answer["holders"]["cut"]["from"]["id"], 3);
    assert_eq!(
        answer["sentence"],
        "Map @7 keeps 476 B alive, 416 B of it its own. One reference holds it: cutting .sessions of Object @3 frees 476 B."
    );
    let texts: Vec<&Json> = answer["paths"][0].as_array().unwrap().iter().map(|hop| &hop["text"]).collect();
    assert_eq!(texts, ["{sessions, list}", ".sessions"]);
    assert!(answer.get("allocation").is_none());
}

#[test]
fn two_holders_in_one_object_are_told_with_what_they_share() {
    let answer = inspected(&small_heap(), 11, InspectOptions::default());
    assert_eq!((&answer["holders"]["independent"], &answer["holders"]["shared"]["id"]), (&json!(2), &json!(3)));
    assert_eq!(answer["paths"].as_array().unwrap().len(), 2);
    // What frees it is the reference to the global object, which no program can cut.
    assert_eq!(answer["holders"].get("cut"), None);
    let sentence = answer["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with("2 independent holders keep it: cutting one frees nothing. They meet in Object @3."),
        "{sentence}"
    );
}

#[test]
fn lists_are_bounded_and_say_how_long_they_are() {
    let mut heap = Heap::new();
    let object = heap.node("object", "Big", 3, 10);
    heap.edge(0, "shortcut", "big", object);
    for index in 0..50_u32 {
        let one = heap.node("object", &format!("C{index}"), 5 + 2 * index, 1 + u64::from(index));
        heap.edge(object, "element", &index.to_string(), one);
        heap.edge(one, "property", "owner", object);
    }
    heap.edge(object, "hidden", "7", 1);
    heap.edge(object, "property", "__proto__", 2);
    let options = InspectOptions { limit: 3, ..InspectOptions::default() };
    let answer = inspected(&heap, 3, options);
    for (list, count, expected) in
        [("properties", "propertyCount", 51), ("retainers", "retainerCount", 51), ("dominators", "dominatorCount", 1)]
    {
        assert_eq!(answer[count], expected, "{list}");
        assert!(answer[list].as_array().unwrap().len() <= 3);
    }
    // Nearest first, by name among equals: the object's own hidden edge is one of them.
    let names: Vec<&Json> = answer["retainers"].as_array().unwrap().iter().map(|row| &row["node"]["name"]).collect();
    assert_eq!(names, ["Big", "C0", "C1"]);
    assert_eq!(answer["dominated"]["classCount"], 50);
    assert_eq!(answer["dominated"]["classes"][0]["name"], "C49");
    let all = inspected(&heap, 3, InspectOptions { limit: 0, hidden: true, ..options });
    assert_eq!((&all["propertyCount"], &all["retainerCount"]), (&json!(52), &json!(52)));
    assert_eq!(all["retainers"], json!([]));
}

#[test]
fn an_id_that_is_not_there_is_told_with_its_neighbours() {
    let error = |id| {
        let source = Source::Bytes(small_heap().text().into_bytes());
        inspect(source, ObjectId(id), InspectOptions::default(), &Monitor::none()).unwrap_err()
    };
    let between = error(12);
    assert_eq!(between.code(), Code::NoObject);
    let text = between.to_string();
    assert!(text.contains("no object has the id @12; the nearest ids are @11 (Session) and @13 (Session)"), "{text}");
    assert!(error(0).to_string().contains("the nearest id is @1 (synthetic)."));
    assert!(error(4_000_000_000).to_string().contains("the nearest id is @21 (onRequest), the greatest."));
}

#[test]
fn a_string_is_put_together_from_its_parts() {
    let mut heap = Heap::new();
    let first = heap.node("string", "Grüße, ", 3, 32);
    let second = heap.node("string", "Welt", 5, 24);
    let inner = heap.node("concatenated string", "(concatenated string)", 7, 32);
    let whole = heap.node("concatenated string", "(concatenated string)", 9, 32);
    let slice = heap.node("sliced string", "(sliced string)", 11, 32);
    heap.edge(0, "element", "1", whole);
    heap.edge(0, "element", "2", slice);
    for (from, name, to) in
        [(inner, "first", first), (inner, "second", second), (whole, "first", inner), (whole, "second", inner)]
    {
        heap.edge(from, "internal", name, to);
    }
    heap.edge(slice, "internal", "parent", whole);
    let text = "Grüße, WeltGrüße, Welt";
    assert_eq!(value(&heap, 9, 100), json!({"type": "string", "text": text, "length": 22}));
    assert_eq!(value(&heap, 9, 9), json!({"type": "string", "text": "Grüße, We", "length": 22, "truncated": true}));
    assert_eq!(value(&heap, 9, 0), json!({"type": "string", "text": "", "length": 22, "truncated": true}));
    assert_eq!(value(&heap, 11, 100), json!({"type": "string", "text": text, "sliceOf": 9}));
}

#[test]
fn what_v8_cut_is_said_to_be_cut() {
    let mut heap = Heap::new();
    let long = "x".repeat(1024);
    // Its size is that of 5000 characters, of exactly those that are there, of as many of two bytes.
    for (id, text, size) in
        [(3, &long, 5016), (5, &long, 1040), (7, &"ж".repeat(1024), 2064), (9, &"y".repeat(99), 5016)]
    {
        let string = heap.node("string", text, id, size);
        heap.edge(0, "element", "1", string);
    }
    let cut: Vec<Json> = [3, 5, 7, 9].map(|id| value(&heap, id, 2000)["cutParts"].clone()).to_vec();
    assert_eq!(cut, [json!(1), Json::Null, Json::Null, json!(1)]);
}

#[test]
fn strings_as_deep_as_a_heap_and_doubled_for_ever_are_measured() {
    let mut heap = Heap::new();
    let part = heap.node("string", "ab", 3, 24);
    let mut rope = part;
    for level in 0..60_u32 {
        let double = heap.node("concatenated string", "", 101 + 2 * level, 32);
        heap.edge(double, "internal", "first", rope);
        heap.edge(double, "internal", "second", rope);
        rope = double;
    }
    heap.edge(0, "element", "1", rope);
    let value = value(&heap, 101 + 2 * 59, 5);
    assert_eq!((&value["text"], &value["length"]), (&json!("ababa"), &json!(2_u64 << 60)));

    let mut heap = Heap::new();
    let part = heap.node("string", "z", 3, 24);
    let mut deep = part;
    for level in 0..200_000_u32 {
        let longer = heap.node("concatenated string", "", 101 + 2 * level, 32);
        heap.edge(longer, "internal", "first", deep);
        heap.edge(longer, "internal", "second", part);
        deep = longer;
    }
    heap.edge(0, "element", "1", deep);
    let graph = heap.graph();
    let value = value_of(&graph, NodeId(deep as u32), 1 << 20, &Monitor::none()).unwrap().unwrap();
    assert_eq!((value.text.len(), value.length, value.truncated), (200_001, Some(200_001), false));
}

#[test]
fn a_damaged_string_that_holds_itself_ends() {
    let mut heap = Heap::new();
    let one = heap.node("concatenated string", "", 3, 32);
    let two = heap.node("sliced string", "", 5, 32);
    heap.edge(0, "element", "1", one);
    heap.edge(one, "internal", "first", two);
    heap.edge(one, "internal", "second", one);
    heap.edge(two, "internal", "parent", one);
    assert_eq!(value(&heap, 3, 100), json!({"type": "string", "text": "", "sliceOf": 3}));
}

#[test]
fn primitives_have_values_where_the_file_has_them() {
    let mut heap = Heap::new();
    let text = heap.node("string", "2.5", 3, 0);
    let undefined = heap.node("string", "undefined", 5, 0);
    let mut node = |kind: &str, name: &str, id: u32| {
        let node = heap.node(kind, name, id, 16);
        heap.edge(0, "element", "1", node);
        node
    };
    let number = node("number", "heap number", 7);
    node("number", "heap number", 9);
    let oddball = node("hidden", "system / Oddball", 11);
    node("hidden", "true", 13);
    node("hidden", "system / Map", 15);
    node("regexp", "^a+$", 17);
    let symbol = node("symbol", "symbol", 19);
    heap.edge(number, "internal", "value", text);
    heap.edge(oddball, "hidden", "0", number);
    heap.edge(oddball, "hidden", "1", undefined);
    heap.edge(symbol, "internal", "name", undefined);
    let of = |id| value(&heap, id, 100);
    assert_eq!(of(7), json!({"type": "number", "text": "2.5"}));
    assert_eq!(of(11), json!({"type": "undefined", "text": "undefined"}));
    assert_eq!(of(13), json!({"type": "boolean", "text": "true"}));
    assert_eq!(of(17), json!({"type": "regexp", "text": "^a+$"}));
    assert_eq!(of(19), json!({"type": "symbol", "text": "undefined"}));
    assert_eq!([of(9), of(15)], [Json::Null, Json::Null]);
}

/// A Map "cache" of a closure's scope, with two entries, and a list as long as is said.
fn program(length: u32) -> Heap {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    let closure = heap.node("closure", "handle", 5, 10);
    let scope = heap.node("object", "system / Context", 7, 10);
    let outer = heap.node("object", "system / Context", 9, 10);
    let map = heap.node("object", "Map", 11, 10);
    // Three numbers, two buckets, four entries of three: seventeen slots and a header of two words.
    let table = heap.node("array", "", 13, 19 * 8);
    let key = heap.node("string", "a1", 15, 10);
    let entry = heap.node("object", "Entry", 17, 10);
    let numbered = heap.node("object", "Entry", 19, 10);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(global, "property", "onload", closure);
    heap.edge(closure, "internal", "context", scope);
    heap.edge(scope, "internal", "previous", outer);
    heap.edge(outer, "context", "cache", map);
    heap.edge(map, "internal", "table", table);
    heap.edge(table, "internal", "5", key);
    heap.edge(table, "internal", "6", entry);
    heap.edge(table, "internal", "9", numbered);
    let mut last = entry;
    for index in 0..length {
        let link = heap.node("object", "Link", 101 + 2 * index, 1);
        heap.edge(last, "property", if index == 0 { "head" } else { "next" }, link);
        last = link;
    }
    heap
}

fn way(heap: &Heap, id: u32, raw_paths: bool) -> Vec<String> {
    let answer = inspected(heap, id, InspectOptions { raw_paths, ..InspectOptions::default() });
    let hops = answer["paths"][0].as_array().unwrap().clone();
    hops.iter().map(|hop| hop["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_way_passes_or_begins_at_what_is_left_out() {
    let mut heap = Heap::new();
    let roots = heap.node("synthetic", "(GC roots)", 3, 0);
    let handles = heap.node("synthetic", "(Handle scope)", 5, 0);
    let list = heap.node("object", "List", 7, 10);
    let held = heap.node("object", "Held", 9, 10);
    heap.edge(0, "element", "1", roots);
    heap.edge(roots, "element", "2", handles);
    heap.edge(handles, "element", "3", held);
    heap.edge(0, "element", "4", list);
    heap.edge(list, "property", "held", held);
    let graph = heap.graph();
    let ids = |excluded: &[usize]| -> Vec<Vec<u32>> {
        let excluded: Vec<NodeId> = excluded.iter().map(|&node| NodeId::from_index(node)).collect();
        let ways = ways_to(&graph, NodeId::from_index(held), (4, true), &excluded, &Monitor::none()).unwrap();
        ways.iter().map(|way| way.iter().map(|hop| hop.node.id.0).collect()).collect()
    };
    assert_eq!(ids(&[]), [vec![3, 5, 9], vec![7, 9]]);
    assert_eq!(ids(&[list]), [[3, 5, 9]]);
    // A category of roots, and with it those that only it leads to.
    assert_eq!(ids(&[roots]), [[7, 9]]);
    assert_eq!(ids(&[0]), [[0; 0]; 0]);
}

#[test]
fn ways_are_told_in_the_programs_words() {
    let heap = program(1000);
    let to_cache = ["global", ".onload", "⟨context⟩ cache"];
    assert_eq!(way(&heap, 17, false), [&to_cache[..], &[".get(\"a1\")"]].concat());
    assert_eq!(way(&heap, 19, false), [&to_cache[..], &[".get(…)"]].concat());
    assert_eq!(way(&heap, 15, false), [&to_cache[..], &["⟨key⟩"]].concat());
    assert_eq!(way(&heap, 2099, false)[4..], [".head", ".next × 999"]);
    assert_eq!(way(&heap, 105, false)[4..], [".head", ".next", ".next"]);
    let raw = ["global", ".onload", "⟨context⟩", "⟨previous⟩", "⟨context⟩ cache", "⟨table⟩", "⟨6⟩"];
    assert_eq!(way(&heap, 17, true), raw);
    assert_eq!(way(&heap, 2099, true).len(), 256);
    let entry = inspected(&heap, 17, InspectOptions::default());
    assert_eq!(entry["node"]["variable"]["name"], "cache.get(\"a1\")");
    let cache = inspected(&heap, 11, InspectOptions::default());
    assert_eq!((&cache["node"]["variable"]["name"], &cache["node"]["entries"]), (&json!("cache"), &json!(2)));
    let sentence = entry["sentence"].as_str().unwrap();
    assert!(sentence.contains("cutting its entry in Map \"cache\" @11 frees"), "{sentence}");
}

proptest! {
    #[test]
    fn what_is_dominated_adds_up(edges in proptest::collection::vec((0..9_usize, 0..9_usize), 0..30), id in 0..9_u32) {
        let mut heap = Heap::new();
        for index in 1..9_u32 {
            heap.node("object", ["A", "B", "C"][index as usize % 3], 1 + 2 * index, 1 << index);
        }
        for (from, to) in edges {
            heap.edge(from, if to % 2 == 0 { "property" } else { "weak" }, "1", to);
        }
        let answer = inspected(&heap, 1 + 2 * id, InspectOptions::default());
        let dominated = &answer["dominated"];
        let sum = |field: &str| -> u64 {
            dominated["classes"].as_array().unwrap().iter().map(|row| row[field].as_u64().unwrap()).sum()
        };
        prop_assert_eq!(sum("count"), dominated["count"].as_u64().unwrap());
        prop_assert_eq!(sum("selfSize"), dominated["selfSize"].as_u64().unwrap());
        let node = &answer["node"];
        let own = node["selfSize"].as_u64().unwrap();
        prop_assert_eq!(own + sum("selfSize"), node["retainedSize"].as_u64().unwrap());
    }
}
