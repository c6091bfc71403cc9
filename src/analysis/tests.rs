//! Answers on a heap small enough to work out by hand.

use super::*;
use crate::{
    monitor::Monitor,
    snapshot::{NodeId, Source},
    testing::{Heap, small_heap},
};

fn row<'a>(rows: &'a [ClassRow], key: &str) -> &'a ClassRow {
    rows.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no class {key} in {rows:#?}"))
}

#[test]
fn stores_are_counted_with_their_owner() {
    let graph = small_heap().graph();
    let sizes = graph.shallow_sizes(&Monitor::none()).unwrap();
    // The Map owns its table, the array its elements.
    assert_eq!((sizes.get(NodeId(3)), sizes.get(NodeId(4))), (416, 0));
    assert_eq!((sizes.get(NodeId(8)), sizes.get(NodeId(9))), (80, 0));
    assert_eq!(sizes.iter().sum::<u64>(), graph.snapshot().nodes.self_sizes().iter().sum::<u64>());
}

#[test]
fn retained_sizes_follow_the_dominators() {
    let graph = small_heap().graph();
    let monitor = Monitor::none();
    let tree = graph.dominator_tree(&monitor).unwrap();
    let retained = graph.retained_sizes(&monitor).unwrap();
    // One session is in the map and in the list, so the global holds it; the other is the map's alone.
    assert_eq!(tree.immediate(NodeId(5)), NodeId(1));
    assert_eq!(tree.immediate(NodeId(6)), NodeId(4));
    assert_eq!(retained.get(NodeId(3)), 416 + 60);
    assert_eq!(retained.get(NodeId(0)), 768);
    // The closure is the global's: what is not of the page (the GC roots) does not hold what is.
    assert_eq!(tree.immediate(NodeId(10)), NodeId(1));
}

#[test]
fn classes_of_one_name_in_two_places_are_two_rows() {
    let graph = small_heap().graph();
    let rows = class_table(&graph, &Monitor::none()).unwrap();
    assert_eq!(row(&rows, "42,6,9,Session").self_size, 50);
    assert_eq!(row(&rows, "43,1,2,Session").self_size, 60);
    let map = row(&rows, ",Map");
    assert_eq!((map.count, map.self_size, map.retained_size, map.distance), (1, 416, 476, 2));
    // Closures have places too and are still one class.
    assert_eq!(row(&rows, ",Function").count, 1);
    assert!(rows.is_sorted_by(|a, b| a.retained_size >= b.retained_size));
}

#[test]
fn nested_objects_of_a_class_are_retained_once() {
    let mut heap = Heap::new();
    let outer = heap.node("object", "Box", 3, 10);
    let inner = heap.node("object", "Box", 5, 20);
    let other = heap.node("object", "Box", 7, 40);
    heap.edge(0, "shortcut", "a", outer);
    heap.edge(outer, "property", "inner", inner);
    heap.edge(0, "shortcut", "b", other);
    let rows = class_table(&heap.graph(), &Monitor::none()).unwrap();
    assert_eq!((rows[0].count, rows[0].self_size, rows[0].retained_size), (3, 70, 70));
}

#[test]
fn plain_objects_are_classed_by_their_common_properties() {
    let mut heap = Heap::new();
    let value = heap.node("string", "v", 3, 8);
    let shapes: [&[&str]; 5] = [&["a", "b"], &["a", "b"], &["b", "a"], &["a", "b", "c,d"], &["x"]];
    for (index, properties) in shapes.iter().enumerate() {
        let object = heap.node("object", "Object", 11 + 2 * index as u32, 16);
        heap.edge(0, "shortcut", &format!("o{index}"), object);
        for property in *properties {
            heap.edge(object, "property", property, value);
        }
    }
    let graph = heap.graph();
    let rows = class_table(&graph, &Monitor::none()).unwrap();
    // {b, a} has the properties of {a, b}; one with more matches too; a single {x} is no interface.
    assert_eq!(row(&rows, ",{a, b}").count, 4);
    assert_eq!(row(&rows, ",Object").count, 1);
    assert_eq!(graph.display_name(NodeId(5)), "{a, \"c,d\", b}".replace("\"c,d\", b", "b, \"c,d\""));
}

#[test]
fn a_comparison_tells_what_came_and_what_went() {
    let (mut base, mut target) = (Heap::new(), Heap::new());
    for (heap, ids) in [(&mut base, [3, 5, 7]), (&mut target, [5, 7, 9])] {
        for id in ids {
            let node = heap.node("object", "Thing", id, 10);
            heap.edge(0, "element", &id.to_string(), node);
        }
    }
    let more = target.node("object", "More", 11, 100);
    target.edge(1, "property", "more", more);
    let bytes = |heap: &Heap| Source::Bytes(heap.text().into_bytes());
    let options = CompareOptions { top: None, growth: true };
    let answer = compare(bytes(&base), bytes(&target), options, &Monitor::none()).unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["schemaVersion"], 1);
    assert_eq!(json["rowCount"], 2);
    assert_eq!(json["rows"][0]["name"], "More");
    assert_eq!(
        json["rows"][1],
        serde_json::json!({"name": "Thing", "key": ",Thing", "addedCount": 1, "removedCount": 1, "countDelta": 0,
            "addedSize": 10, "removedSize": 10, "sizeDelta": 0})
    );
    assert_eq!(json["totals"]["delta"]["selfSize"], 100);
    // The new object hangs on one that was there before.
    assert_eq!(json["growth"][0]["holder"]["id"], 5);
    assert_eq!(json["growth"][0]["heldSize"], 100);
}

#[test]
fn an_answer_has_its_frame_and_the_way_to_big_objects() {
    let source = Source::Bytes(small_heap().text().into_bytes());
    let answer = summarize(source, AnalyzeOptions { top: 3, ..AnalyzeOptions::default() }, &Monitor::none()).unwrap();
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["tool"]["name"], "heap-analyzer");
    assert_eq!(json["snapshots"][0]["nodeCount"], 11);
    assert_eq!(json["classes"].as_array().unwrap().len(), 3);
    assert!(json["classCount"].as_u64().unwrap() > 3);
    assert_eq!(json["statistics"]["v8heap"]["jsArrays"], 80);
    assert_eq!(json["totals"]["selfSize"], 768);
    let biggest = &json["biggest"][0];
    assert_eq!(biggest["node"]["id"], 3);
    assert_eq!(biggest["path"][0]["edge"]["name"], "globalThis");
    assert_eq!(biggest["path"][0]["text"], "{sessions, list}");
}
