//! The map, held against a climb up the dominators of every single node.

use super::{packages::Belonging, places::Scripts, *};
use crate::{graph::HeapGraph, monitor::Monitor, snapshot::NodeId, testing::Heap};
use map::{MapBox, is_structure, memory_map};

/// A module's scope with a Map of entries and an array, a function of another file below an entry, and loose strings.
fn graph() -> HeapGraph {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 1, 40);
    heap.edge(0, "shortcut", "global", global);
    for (id, name, file) in [(11, "login", "/app/shop.js"), (31, "other", "/app/node_modules/cache/index.js")] {
        let function = heap.node("closure", name, id, 64);
        let shared = heap.node("code", "shared", id + 2, 16);
        let script = heap.node("code", file, id + 4, 32);
        let scope = heap.node("object", "system / Context", id + 6, 48);
        heap.edge(global, "property", name, function);
        heap.edge(function, "internal", "shared", shared);
        heap.edge(shared, "internal", "script", script);
        heap.edge(function, "internal", "context", scope);
        heap.location(function, id, 1, 0);
        let sessions = heap.node("object", "Map", id + 8, 32);
        let table = heap.node("array", "", id + 10, 400);
        heap.edge(scope, "context", "sessions", sessions);
        heap.edge(sessions, "internal", "table", table);
        for entry in 0..20 {
            let session = heap.node("object", "Session", 1000 + 100 * id + 2 * entry, 56);
            heap.edge(table, "internal", &entry.to_string(), session);
        }
        let list = heap.node("object", "Array", id + 12, 16);
        heap.edge(scope, "context", "list", list);
        // One of the other file's making among the entries: its bytes are those of the other file.
        let guest = heap.node("closure", "guest", id + 14, 64);
        heap.edge(list, "element", "0", guest);
        heap.location(guest, if id == 11 { 31 } else { 11 }, 5, 0);
    }
    heap.graph()
}

fn check(of: &MapBox) {
    if of.children.is_empty() {
        return;
    }
    assert_eq!(of.children.iter().map(|child| child.size).sum::<u64>(), of.size, "{}", of.name);
    assert_eq!(of.children.iter().map(|child| child.count).sum::<u64>(), of.count, "{}", of.name);
    of.children.iter().for_each(check);
}

#[test]
fn every_byte_is_in_one_box_of_each_level() {
    let graph = graph();
    let monitor = Monitor::none();
    let scripts = Scripts::of(&graph);
    let belonging = Belonging::of(&graph, &scripts, &monitor).unwrap();
    let map = memory_map(&graph, &scripts, &belonging, &monitor).unwrap();
    let shallow = graph.shallow_sizes(&monitor).unwrap();
    let nodes = &graph.snapshot().nodes;
    assert_eq!(map.size, nodes.all().map(|node| shallow.get(node)).sum::<u64>());
    check(&map);
    // Packages and files have what the rows of packages say.
    let (packages, modules) = packages::packages(&graph, &belonging, &monitor).unwrap();
    for of in &map.children {
        let row = packages.iter().find(|row| row.name == of.name).unwrap();
        assert_eq!((of.size, of.count), (row.self_size, row.count));
        for file in &of.children {
            let row = modules.iter().find(|row| row.name == file.name && row.package == of.name).unwrap();
            assert_eq!((file.size, file.count), (row.self_size, row.count));
        }
    }
}

#[test]
fn bytes_hang_on_the_uppermost_object_of_their_file() {
    let graph = graph();
    let monitor = Monitor::none();
    let scripts = Scripts::of(&graph);
    let belonging = Belonging::of(&graph, &scripts, &monitor).unwrap();
    let map = memory_map(&graph, &scripts, &belonging, &monitor).unwrap();
    let (tree, shallow) = (graph.dominator_tree(&monitor).unwrap(), graph.shallow_sizes(&monitor).unwrap());
    let nodes = &graph.snapshot().nodes;
    let holder = |node: NodeId| {
        // All above of the same file, without a gap; of those the uppermost that is no structure, or the node itself.
        let mut ways = vec![node];
        while let Some(&last) = ways.last()
            && last != tree.root()
            && belonging.file(tree.immediate(last)) == belonging.file(node)
        {
            ways.push(tree.immediate(last));
        }
        ways.into_iter().rev().find(|&one| !is_structure(&graph, one)).unwrap_or(node)
    };
    let mut told = 0;
    for of in
        map.children.iter().flat_map(|of| &of.children).flat_map(|file| &file.children).flat_map(|of| &of.children)
    {
        let Some(id) = of.id else { continue };
        told += 1;
        let hanging = nodes.all().filter(|&node| nodes.id(holder(node)) == id);
        assert_eq!(of.size, hanging.map(|node| shallow.get(node)).sum::<u64>(), "{}", of.name);
    }
    assert!(told >= 6);
    let shop = &map.children.iter().find(|of| of.name == "(application)").unwrap().children[0];
    assert_eq!(shop.name, "/app/shop.js");
    let sessions = &shop.children[0].children[0];
    assert_eq!((sessions.name.as_str(), sessions.size), ("sessions", 32 + 400 + 20 * 56));
    assert_eq!(sessions.retained_size, Some(sessions.size));
}
