//! Whose bytes they are, held against dominators found by taking each node away.

use super::{places::Scripts, *};
use crate::{
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
    testing::Heap,
};
use packages::{Belonging, packages};

const FILES: [(&str, &str); 4] = [
    ("/app/index.js", "(application)"),
    ("/app/lib/store.js", "(application)"),
    ("/app/node_modules/@scope/cache/index.js", "@scope/cache"),
    ("node:events", "(Node.js)"),
];

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Objects of which some have a place, hanging on each other at random, and a function of each file.
fn heap(dice: &mut Dice, size: usize) -> Heap {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 1, 0);
    heap.edge(0, "shortcut", "global", global);
    for (number, (file, _)) in FILES.iter().enumerate() {
        let id = 3 + 10 * number as u32;
        let function = heap.node("closure", "f", id, 8);
        let shared = heap.node("code", "shared", id + 2, 16);
        let script = heap.node("code", file, id + 4, 32);
        heap.edge(global, "property", &format!("f{number}"), function);
        heap.edge(function, "internal", "shared", shared);
        heap.edge(shared, "internal", "script", script);
        heap.location(function, number as u32 + 1, 3, 4);
    }
    let first = 1 + FILES.len() * 3 + 1;
    for index in 0..size {
        let node = heap.node("object", "Thing", 101 + 2 * index as u32, 10 + dice.roll(90) as u64);
        let holders = 1 + dice.roll(2);
        for holder in 0..holders {
            let above = if index == 0 { global } else { first + dice.roll(index) };
            heap.edge(above, "property", &format!("p{index}-{holder}"), node);
        }
        let place = dice.roll(FILES.len() * 2);
        if place < FILES.len() {
            heap.location(node, place as u32 + 1, 9, 9);
        }
    }
    heap
}

/// Nodes that cannot be reached without passing `cut`.
fn lost_without(graph: &HeapGraph, cut: NodeId) -> Vec<bool> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let mut lost = vec![true; nodes.len()];
    let mut stack = vec![graph.snapshot().root()];
    while let Some(node) = stack.pop().filter(|&node| node != cut || lost.len() == 1) {
        if !std::mem::replace(&mut lost[node.index()], false) {
            continue;
        }
        stack.extend(nodes.edges(node).map(|edge| edges.target(edge)).filter(|&node| node != cut));
    }
    lost
}

#[test]
fn packages_are_what_the_nearest_dominator_with_a_place_says() {
    for seed in 0..20 {
        let graph = heap(&mut Dice(seed), 60).graph();
        let monitor = Monitor::none();
        let nodes = &graph.snapshot().nodes;
        let lost: Vec<Vec<bool>> = nodes.all().map(|node| lost_without(&graph, node)).collect();
        let dominates = |above: NodeId, below: NodeId| lost[above.index()][below.index()];
        let place = |node: NodeId| {
            let at = graph.snapshot().locations.get(node)?;
            Some((FILES[at.script as usize - 1].1, nodes.kind(node) == NodeKind::CLOSURE))
        };
        // A node's dominators by how much hangs on them: the nearest have least.
        let owner = |node: NodeId| {
            let mut above: Vec<NodeId> = nodes.all().filter(|&above| dominates(above, node)).collect();
            above.sort_by_key(|&above| lost[above.index()].iter().filter(|&&lost| lost).count());
            let mut of_node = false;
            for above in above {
                match place(above) {
                    Some(("(Node.js)", false)) => of_node = true,
                    // A function of Node's is Node's, and so is what only it has.
                    Some((package, _)) => return package,
                    None => {}
                }
            }
            if of_node { "(Node.js)" } else { "(unknown)" }
        };
        let owners: Vec<&str> = nodes.all().map(owner).collect();
        let scripts = Scripts::of(&graph);
        let belonging = Belonging::of(&graph, &scripts, &monitor).unwrap();
        let (rows, modules) = packages(&graph, &belonging, &monitor).unwrap();
        let of = |name: &str| nodes.all().filter(|node| owners[node.index()] == name).collect::<Vec<_>>();
        let size = |node: NodeId| nodes.self_size(node);
        for row in &rows {
            let members = of(&row.name);
            let with_bytes = members.iter().filter(|&&node| size(node) > 0);
            assert_eq!(row.count, with_bytes.clone().count() as u64, "{} of {seed}", row.name);
            assert_eq!(row.self_size, members.iter().map(|&node| size(node)).sum::<u64>(), "{} of {seed}", row.name);
            let kept = nodes.all().filter(|&node| with_bytes.clone().any(|&member| dominates(member, node)));
            assert_eq!(row.retained_size, kept.map(size).sum::<u64>(), "{} of {seed}", row.name);
        }
        let total: u64 = nodes.self_sizes().iter().sum();
        assert_eq!(rows.iter().map(|row| row.self_size).sum::<u64>(), total);
        assert_eq!(modules.iter().map(|row| row.self_size).sum::<u64>(), total);
    }
}

#[test]
fn buffers_and_the_like_go_with_who_holds_them() {
    let mut heap = heap(&mut Dice(1), 0);
    let cache = heap.node("object", "Cache", 201, 50);
    let buffer = heap.node("object", "Buffer", 203, 1000);
    let lone = heap.node("object", "Socket", 205, 300);
    heap.edge(1, "property", "cache", cache);
    heap.edge(cache, "property", "bytes", buffer);
    heap.edge(1, "property", "socket", lone);
    heap.location(cache, 3, 1, 1);
    heap.location(buffer, 4, 1, 1);
    heap.location(lone, 4, 2, 2);
    let graph = heap.graph();
    let belonging = Belonging::of(&graph, &Scripts::of(&graph), &Monitor::none()).unwrap();
    let (rows, modules) = packages(&graph, &belonging, &Monitor::none()).unwrap();
    // Beside what hangs on it a file has its function, 8, with what its closures share, 16, and its script, 32.
    let size = |name: &str| rows.iter().find(|row| row.name == name).map(|row| (row.self_size, row.retained_size));
    assert_eq!(size("@scope/cache"), Some((1050 + 56, 1050 + 56)));
    assert_eq!(size("(Node.js)"), Some((300 + 56, 300 + 56)));
    assert_eq!(modules[0].package, "@scope/cache");
    assert_eq!(modules[0].name, "/app/node_modules/@scope/cache/index.js");
}

#[test]
fn a_place_of_the_root_and_one_without_a_line_are_taken_as_they_stand() {
    let mut heap = heap(&mut Dice(1), 0);
    let lineless = heap.node("object", "Thing", 201, 50);
    heap.location(0, 4, 1, 1);
    // -1 in the file.
    heap.location(lineless, 1, u32::MAX, u32::MAX);
    let graph = heap.graph();
    let scripts = Scripts::of(&graph);
    let place = scripts.place(&graph, NodeId::from_index(lineless)).unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("/app/index.js", None, None));
    let belonging = Belonging::of(&graph, &scripts, &Monitor::none()).unwrap();
    assert_eq!(belonging.file_name(belonging.file(graph.snapshot().root())), "node:events");
}

#[test]
fn equal_strings_are_found_whatever_their_number_in_the_table() {
    let mut heap = Heap::new();
    let list = heap.node("object", "User", 1, 10);
    heap.edge(0, "shortcut", "list", list);
    let long = |end: &str| format!("{}{end}", "x".repeat(1024));
    let texts = ["twice", "once", "twice", "\u{e9}", "\u{e9}", &long(""), &long("")];
    for (index, text) in texts.iter().enumerate() {
        // Each time a string of its own in the table, of 16 bytes.
        let node = heap.new_string(text, 3 + 2 * index as u32);
        heap.edge(list, "property", &format!("p{}", index % 2), node);
    }
    // One text, in one place of the table, that V8 wrote in part: two sizes are two texts.
    for (index, size) in [2000, 2000, 3000, 1000].into_iter().enumerate() {
        let node = heap.node("string", &long("y"), 31 + 2 * index as u32, size);
        heap.edge(list, "element", &index.to_string(), node);
    }
    let found = Duplicates::of(&heap.graph(), 10, &Monitor::none()).unwrap();
    let rows: Vec<_> =
        found.rows.iter().map(|row| (&row.value[..2], row.count, row.wasted_bytes, row.probable)).collect();
    // Of the long ones those of 2000 bytes; those whose bytes are not in the heap say nothing.
    assert_eq!(rows, [("xx", 2, 2000, true), ("tw", 2, 16, false), ("\u{e9}", 2, 16, false)]);
    assert_eq!((found.count, found.wasted), (3, 2032));
    assert_eq!(found.rows[0].held_by[0].name, "User[]");
    assert_eq!((found.rows[1].held_by[0].name.as_str(), found.rows[1].held_by[0].count), ("User.p0", 2));
    assert_eq!(found.rows[1].samples.len(), 2);
    assert_eq!(Duplicates::of(&heap.graph(), 1, &Monitor::none()).unwrap().rows.len(), 1);
}
