//! The questions on heaps that are small enough to answer by hand.

use super::*;
use crate::testing::{Heap, small_heap};

fn ordinals(nodes: &[NodeId]) -> Vec<u32> {
    nodes.iter().map(|node| node.0).collect()
}

#[test]
fn what_is_told_of_objects_counts_nested_ones_once() {
    let graph = small_heap().graph();
    // The map, its table and a session in it.
    let told = objects(&graph, &[NodeId(3), NodeId(4), NodeId(5)], (2, Order::default()), &Monitor::none()).unwrap();
    let retained = graph.retained_sizes(&Monitor::none()).unwrap();
    // The first session is also in the list.
    assert_eq!(told.retained_size, retained.get(NodeId(3)) + retained.get(NodeId(5)));
    assert_eq!((told.count, told.class_count, told.classes.len(), told.objects.len()), (3, 3, 2, 2));
}

#[test]
fn scopes_keep_what_nothing_else_keeps() {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    let closure = heap.node("closure", "f", 5, 10);
    let scope = heap.node("object", "system / Context", 7, 10);
    let own = heap.node("object", "Own", 9, 10);
    let shared = heap.node("object", "Shared", 11, 10);
    let lost = heap.node("object", "Lost", 13, 10);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(0, "element", "1", global);
    heap.edge(global, "property", "f", closure);
    heap.edge(closure, "internal", "context", scope);
    heap.edge(scope, "context", "own", own);
    heap.edge(scope, "context", "shared", shared);
    heap.edge(global, "property", "shared", shared);
    heap.edge(lost, "property", "own", own);
    let kept = retained_by(&heap.graph(), Keeper::Contexts, &Monitor::none()).unwrap();
    assert_eq!(ordinals(&kept), [scope as u32, own as u32]);
    for other in [Keeper::Console, Keeper::DetachedDom, Keeper::EventHandlers] {
        assert_eq!(retained_by(&heap.graph(), other, &Monitor::none()).unwrap(), []);
    }
}

#[test]
fn handlers_of_emitters_and_the_console_keep() {
    let mut heap = Heap::new();
    let emitter = heap.node("object", "EventEmitter", 3, 10);
    let events = heap.node("object", "Object", 5, 10);
    let list = heap.node("object", "Array", 7, 10);
    let once = heap.node("closure", "once", 9, 10);
    let handler = heap.node("closure", "handler", 11, 10);
    let data = heap.node("object", "Data", 13, 10);
    let handles = heap.node("synthetic", "(Global handles)", 15, 0);
    let logged = heap.node("object", "Logged", 17, 10);
    heap.edge(0, "element", "1", emitter);
    heap.edge(0, "element", "2", handles);
    heap.edge(handles, "internal", "12 / DevTools console", logged);
    heap.edge(emitter, "property", "_events", events);
    heap.edge(events, "property", "data", list);
    heap.edge(events, "property", "end", once);
    heap.edge(list, "element", "0", handler);
    heap.edge(handler, "internal", "context", data);
    let graph = heap.graph();
    let kept = |keeper| ordinals(&retained_by(&graph, keeper, &Monitor::none()).unwrap());
    assert_eq!(kept(Keeper::EventHandlers), [once as u32, handler as u32, data as u32]);
    assert_eq!(kept(Keeper::Console), [logged as u32]);
}

#[test]
fn empty_and_sparse_are_told_from_what_holds_numbers() {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    heap.edge(0, "element", "1", global);
    let mut id = 5;
    let mut add = |heap: &mut Heap, kind: &str, name: &str, size: u64| {
        id += 2;
        heap.node(kind, name, id, size)
    };
    // An empty Map with the table that every Map has, and one that may hold a thousand numbers.
    for (name, size) in [("few", 152), ("many", 4000)] {
        let map = add(&mut heap, "object", "Map", 32);
        let table = add(&mut heap, "array", "", size);
        heap.edge(global, "property", name, map);
        heap.edge(map, "internal", "table", table);
    }
    let none = add(&mut heap, "object", "Array", 16);
    heap.edge(global, "property", "none", none);
    let plain = add(&mut heap, "object", "Object", 56);
    heap.edge(global, "property", "plain", plain);
    // Its key is a number greater than any string has.
    let keyed = add(&mut heap, "object", "Object", 56);
    heap.edge(global, "property", "keyed", keyed);
    heap.edge(keyed, "element", "4294967294", global);
    for (name, objects) in [("numbers", 0), ("sparse", 2), ("full", 100)] {
        let array = add(&mut heap, "object", "Array", 16);
        let store = add(&mut heap, "array", "(object elements)", 16 + 8 * 128);
        heap.edge(global, "property", name, array);
        heap.edge(array, "internal", "elements", store);
        for index in 0..objects {
            heap.edge(array, "element", &index.to_string(), global);
        }
    }
    let graph = heap.graph();
    let told = waste(&graph, 10, &Monitor::none()).unwrap();
    let empty: Vec<_> = told.empty.iter().map(|row| (row.held_by.as_deref().unwrap(), row.bytes)).collect();
    assert_eq!(empty, [("global.few", 184), ("global.plain", 56), ("global.none", 16)]);
    assert_eq!((told.empty_count, told.empty_bytes), (3, 256));
    let sparse: Vec<_> =
        told.sparse.iter().map(|row| (row.held_by.as_deref().unwrap(), row.entries, row.slots)).collect();
    assert_eq!(sparse, [("global.sparse", 2, 128)]);
    assert_eq!(told.sparse_bytes, 126 * 8);
    let large = collections(&graph, 2, &Monitor::none()).unwrap();
    assert_eq!((large.count, large.collections.len(), large.collections[0].slots), (3, 2, 128));
}

#[test]
fn filters_take_what_they_say() {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    let map = heap.node("object", "Map", 5, 32);
    let table = heap.node("array", "", 7, 400);
    let text = heap.node("string", "a Map of", 9, 24);
    let list = heap.node("object", "Array", 11, 16);
    heap.edge(0, "element", "1", global);
    heap.edge(global, "property", "map", map);
    heap.edge(map, "internal", "table", table);
    for slot in 0..5 {
        heap.edge(table, "internal", &slot.to_string(), text);
    }
    heap.edge(global, "property", "list", list);
    heap.edge(list, "element", "0", text);
    let graph = heap.graph();
    let named = |any: &[&str], starts, ends| {
        let any = any.iter().map(|&one| one.to_owned()).collect();
        Some(TextFilter { any, starts, ends })
    };
    let nodes = |filter: Filter| ordinals(&select(&graph, &filter, (0, u32::MAX), &Monitor::none()).unwrap());
    let whole = |name| Filter { name, ..Filter::default() };
    assert_eq!(nodes(whole(named(&["Map"], true, true))), [map as u32]);
    assert_eq!(nodes(whole(named(&["Map"], false, false))), [map as u32, text as u32]);
    assert_eq!(nodes(whole(named(&["a ", "gl"], true, false))), [global as u32, text as u32]);
    assert_eq!(nodes(whole(named(&["of", "bal"], false, true))), [global as u32, text as u32]);
    let property = named(&["list"], true, true);
    assert_eq!(nodes(Filter { property, ..Filter::default() }), [global as u32]);
    // What is in the Map hangs on its table.
    let min_references = Some(3);
    assert_eq!(nodes(Filter { min_references, ..Filter::default() }), [map as u32, table as u32]);
    let kinds = Some(vec!["object".to_owned()]);
    let newer = Filter { newer_than: Some(4), kinds, ..Filter::default() };
    assert_eq!(nodes(newer.clone()), [map as u32, list as u32]);
    let stretch = select(&graph, &newer, (map as u32 + 1, u32::MAX), &Monitor::none()).unwrap();
    assert_eq!(ordinals(&stretch), [list as u32]);
    let set = select_all(&graph, &newer, &Monitor::none()).unwrap();
    assert_eq!(set.ones().collect::<Vec<_>>(), [map, list]);
    let sizes = collection_sizes(&graph, 1, &Monitor::none()).unwrap();
    assert_eq!((sizes.ordinals, sizes.ids, sizes.entries), (vec![list as u32], vec![11], vec![1]));
    let told = objects(&graph, &[NodeId(map as u32), NodeId(list as u32)], (1, Order::References), &Monitor::none());
    let told = serde_json::to_value(told.unwrap()).unwrap();
    assert_eq!((&told["objects"][0]["id"], &told["objects"][0]["references"]), (&5.into(), &5.into()));
}

#[test]
fn what_few_keep_and_what_many_keep_is_counted_alike() {
    // Lists side by side, each in an object of its own, so that wanted ones stand inside of wanted ones at any depth.
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    heap.edge(0, "element", "1", global);
    for list in 0..40 {
        let mut above = global;
        for link in 0..40 {
            let node = heap.node("object", "Link", 5 + 2 * (list * 40 + link), u64::from(1 + link));
            heap.edge(above, "property", &format!("list{list}"), node);
            above = node;
        }
    }
    let graph = heap.graph();
    let (tree, retained) =
        (graph.dominator_tree(&Monitor::none()).unwrap(), graph.retained_sizes(&Monitor::none()).unwrap());
    for every in [1, 2, 7, 33, 101, 977] {
        let wanted: Vec<NodeId> = graph.snapshot().nodes.all().skip(2).step_by(every).collect();
        let stands_alone =
            |node: &&NodeId| !wanted.iter().any(|other| other != *node && tree.dominates(*other, **node));
        let kept: u64 = wanted.iter().filter(stands_alone).map(|node| retained.get(*node)).sum();
        let told = objects(&graph, &wanted, (3, Order::default()), &Monitor::none()).unwrap();
        assert_eq!((told.count, told.retained_size), (wanted.len() as u64, kept), "every {every}");
        let sizes: Vec<u64> = told.classes.iter().map(|class| class.self_size).collect();
        assert_eq!(sizes, [told.self_size]);
        for order in [Order::RetainedSize, Order::SelfSize] {
            let fresh = heap.graph();
            let find = || Ok(set_of(&fresh, wanted.iter().copied()));
            let found = objects_found(&fresh, find, (3, order), &Monitor::none()).unwrap();
            let told = objects(&graph, &wanted, (3, order), &Monitor::none()).unwrap();
            assert_eq!(serde_json::to_value(&told).unwrap(), serde_json::to_value(&found).unwrap());
        }
    }
}
