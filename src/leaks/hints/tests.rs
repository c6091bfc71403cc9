//! Hints on heaps small enough to see through.

use super::Hint;
use crate::{analysis::AnalyzeOptions, leaks::overview, monitor::Monitor, snapshot::Source, testing::Heap};

/// A heap with a global object, and a megabyte that nobody asks about.
fn heap() -> (Heap, usize) {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 1, 100);
    heap.edge(0, "shortcut", "global", global);
    for index in 0..10 {
        let config = heap.node("object", "Config", 3 + 2 * index, 100_000);
        heap.edge(global, "property", &format!("config{index}"), config);
    }
    (heap, global)
}

fn add(heap: &mut Heap, holder: usize, count: u32, size: u64) {
    for index in 0..count {
        let job = heap.node("object", "Job", 1001 + 2 * index, size);
        heap.edge(holder, "element", &index.to_string(), job);
    }
}

fn hints(heap: &Heap) -> Vec<Hint> {
    let source = Source::Bytes(heap.text().into_bytes());
    let answer = overview(source, AnalyzeOptions::default(), u64::MAX, &Monitor::none()).unwrap();
    let json = serde_json::to_string(&answer).unwrap();
    assert!(!json.contains("grew"), "{json}");
    let source = Source::Bytes(heap.text().into_bytes());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = pool.install(|| overview(source, AnalyzeOptions::default(), u64::MAX, &Monitor::none())).unwrap();
    assert_eq!(json, serde_json::to_string(&again).unwrap(), "one thread says something else");
    answer.into_body().findings.unwrap()
}

#[test]
fn a_large_collection_is_told_with_its_share_of_the_heap() {
    let (mut heap, global) = heap();
    let list = heap.node("object", "Array", 501, 16);
    heap.edge(global, "property", "pending", list);
    add(&mut heap, list, 300, 1000);
    let found = hints(&heap);
    let [hint] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((hint.grade, hint.pattern), ("hint", "global-cache"));
    assert_eq!((hint.entries.count, hint.entries.kind.as_str()), (300, "Job"));
    assert_eq!((hint.bytes.retained, hint.bytes.external), (300_016, 0));
    assert_eq!(
        hint.sentence,
        "Array \"globalThis.pending\" has 300 entries of Job and keeps 300.0 kB alive (23% of the heap), held by the global object"
    );
    assert_eq!(hint.samples.len(), 3);
}

#[test]
fn what_is_small_or_few_or_bounded_is_none() {
    let (mut few, global) = heap();
    let list = few.node("object", "Array", 501, 16);
    few.edge(global, "property", "pending", list);
    add(&mut few, list, 50, 10_000);
    let (mut small, global) = heap();
    let list = small.node("object", "Array", 501, 16);
    small.edge(global, "property", "pending", list);
    add(&mut small, list, 900, 100);
    let (mut bounded, global) = heap();
    let cache = bounded.node("object", "LRUCache", 503, 16);
    let list = bounded.node("object", "Array", 501, 16);
    bounded.edge(global, "property", "cache", cache);
    bounded.edge(cache, "property", "valList", list);
    add(&mut bounded, list, 300, 1000);
    for heap in [few, small, bounded] {
        assert_eq!(hints(&heap).len(), 0);
    }
}

#[test]
fn of_two_that_hold_the_same_the_inner_one_is_told() {
    let (mut heap, global) = heap();
    let outer = heap.node("object", "Array", 501, 16);
    let inner = heap.node("object", "Array", 503, 16);
    heap.edge(global, "property", "rooms", outer);
    for index in 0..200 {
        let room = heap.node("object", "Room", 5001 + 2 * index, 10);
        heap.edge(outer, "element", &index.to_string(), room);
        if index == 0 {
            heap.edge(room, "property", "members", inner);
        }
    }
    add(&mut heap, inner, 300, 1000);
    let found = hints(&heap);
    let [hint] = &found[..] else { panic!("{found:#?}") };
    assert_eq!(hint.holder.variable.as_deref(), Some("globalThis.rooms[0].members"));
}

#[test]
fn what_two_hold_is_told_once_and_that_cutting_one_frees_little() {
    let (mut heap, global) = heap();
    let list = heap.node("object", "Array", 501, 16);
    let index = heap.node("object", "Array", 503, 16);
    heap.edge(global, "property", "pending", list);
    heap.edge(global, "property", "byName", index);
    for number in 0..300 {
        let job = heap.node("object", "Job", 1001 + 2 * number, 1000);
        heap.edge(list, "element", &number.to_string(), job);
        heap.edge(index, "element", &number.to_string(), job);
    }
    // V8 counts the store of entries with the array, which shows that there are many.
    for (owner, id) in [(list, 505), (index, 507)] {
        let store = heap.node("array", "(object elements)", id, 2400);
        heap.edge(owner, "internal", "elements", store);
    }
    let found = hints(&heap);
    let [hint] = &found[..] else { panic!("{found:#?}") };
    assert!(hint.sentence.contains("most of it also kept by others"), "{}", hint.sentence);
    assert_eq!((hint.retainers.independent, hint.retainers.others.len()), (2, 1), "{hint:#?}");
}

/// An emitter with so many listeners of one event, and the usual limit or one of its own.
fn emitter(listeners: u32, limit: bool) -> Heap {
    let (mut heap, global) = heap();
    let shared = heap.node("code", "shared", 601, 8);
    let script = heap.node("code", "/app/bus.js", 603, 8);
    heap.edge(shared, "internal", "script", script);
    let bus = heap.node("object", "Bus", 605, 16);
    let events = heap.node("object", "Object", 607, 16);
    let list = heap.node("object", "Array", 609, 16);
    heap.edge(global, "property", "bus", bus);
    heap.edge(bus, "property", "_events", events);
    heap.edge(events, "property", "change", list);
    if !limit {
        let undefined = heap.node("hidden", "undefined", 611, 0);
        heap.edge(bus, "property", "_maxListeners", undefined);
    }
    for index in 0..listeners {
        let function = heap.node("closure", "onChange", 2001 + 2 * index, 64);
        heap.edge(function, "internal", "shared", shared);
        heap.edge(list, "element", &index.to_string(), function);
        heap.location(function, 7, 4, 2);
    }
    heap
}

#[test]
fn eleven_listeners_are_worth_a_hint_whatever_they_weigh() {
    assert_eq!(hints(&emitter(10, false)).len(), 0);
    let found = hints(&emitter(11, false));
    let [hint] = &found[..] else { panic!("{found:#?}") };
    assert_eq!(hint.pattern, "event-listeners");
    assert!(hint.sentence.contains("has 11 listeners of \"change\""), "{}", hint.sentence);
    assert!(hint.sentence.contains("under 1% of the heap"), "{}", hint.sentence);
    assert!(hint.evidence[0].contains("Node warns from 11 on"), "{:?}", hint.evidence);
    // Whoever raised the limit expects more than ten.
    assert_eq!(hints(&emitter(50, true)).len(), 0);
    assert_eq!(hints(&emitter(101, true)).len(), 1);
}

#[test]
fn timers_that_wait_for_one_function_are_told_bound_or_not() {
    for bound in [false, true] {
        let (mut heap, global) = heap();
        let shared = heap.node("code", "shared", 601, 8);
        let script = heap.node("code", "/app/poll.js", 603, 8);
        let poll = heap.node("closure", "poll", 605, 64);
        heap.edge(shared, "internal", "script", script);
        heap.edge(poll, "internal", "shared", shared);
        heap.edge(global, "property", "poll", poll);
        heap.location(poll, 7, 4, 2);
        for index in 0..100 {
            let timer = heap.node("object", "Timeout", 2001 + 4 * index, 64);
            heap.edge(global, "property", &format!("t{index}"), timer);
            let function = if bound { heap.node("closure", "native_bind", 2003 + 4 * index, 32) } else { poll };
            heap.edge(timer, "property", "_onTimeout", function);
            if bound {
                heap.edge(function, "internal", "bound_function", poll);
            }
        }
        let found = hints(&heap);
        let [hint] = &found[..] else { panic!("{found:#?}") };
        assert_eq!((hint.pattern, hint.entries.count), ("timers", 100));
        let what = "The program has 100 timers that wait to call poll() in /app/poll.js:5 and keeps";
        assert!(hint.sentence.starts_with(what), "{}", hint.sentence);
    }
}

#[test]
fn an_exhausted_pool_is_told_and_one_with_free_connections_is_none() {
    for (free, expected) in [(0, 1), (1, 0)] {
        let (mut heap, global) = heap();
        let pool = heap.node("object", "BoundPool", 501, 16);
        heap.edge(global, "property", "pool", pool);
        for (number, (name, count)) in [("_clients", 10), ("_idle", free), ("_pendingQueue", 6)].into_iter().enumerate()
        {
            let list = heap.node("object", "Array", 511 + 2 * number as u32, 16);
            heap.edge(pool, "property", name, list);
            for index in 0..count {
                let item = heap.node("object", "Item", 3001 + 100 * number as u32 + 2 * index, 50);
                heap.edge(list, "element", &index.to_string(), item);
            }
        }
        let found = hints(&heap);
        assert_eq!(found.len(), expected, "{found:#?}");
        if let Some(hint) = found.first() {
            assert_eq!((hint.pattern, hint.entries.count), ("db-pool", 6));
            assert!(hint.sentence.contains("none of its 10 connections free and 6 requests"), "{}", hint.sentence);
        }
    }
}

#[test]
fn a_chain_and_copies_of_a_text_are_told() {
    let (mut heap, global) = heap();
    let queue = heap.node("object", "Queue", 501, 16);
    heap.edge(global, "property", "queue", queue);
    let mut above = queue;
    for index in 0..600 {
        let link = heap.node("object", "Link", 1001 + 2 * index, 500);
        heap.edge(above, "property", "next", link);
        above = link;
    }
    let users = heap.node("object", "Users", 503, 16);
    heap.edge(global, "property", "users", users);
    for index in 0..500 {
        let text = heap.node("string", "Liechtenstein", 4001 + 2 * index, 800);
        heap.edge(users, "property", &format!("u{index}"), text);
    }
    let found = hints(&heap);
    let told: Vec<_> = found.iter().map(|hint| (hint.pattern, hint.entries.count)).collect();
    assert_eq!(told, [("string-retention", 500), ("global-cache", 600)], "{found:#?}");
    assert!(found[0].sentence.contains("where one would save 399.2 kB"), "{}", found[0].sentence);
    assert!(found[1].sentence.contains("a chain of 600 Link"), "{}", found[1].sentence);
}
