//! Holders held against a naive count: flows through a matrix, and every edge cut in turn.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    snapshot::{EdgeKind, NodeKind},
    testing::Heap,
};

fn held(graph: &HeapGraph, targets: &[u32], limit: usize) -> Held {
    let targets: Vec<NodeId> = targets.iter().copied().map(NodeId).collect();
    Holders::of(graph, &Monitor::none()).unwrap().of_all(&targets, limit, &Monitor::none()).unwrap()
}

/// The nodes of a way, its first included.
fn nodes_of(graph: &HeapGraph, way: &[usize]) -> Vec<u32> {
    let snapshot = graph.snapshot();
    let first = snapshot.nodes.of_edge(way[0]).0;
    std::iter::once(first).chain(way.iter().map(|&edge| snapshot.edges.target(edge).0)).collect()
}

/// root → top → {left, right} → end, and end alone holds its own.
fn diamond() -> Heap {
    let mut heap = Heap::new();
    let [top, left, right, end, own] = [3, 5, 7, 9, 11].map(|id| heap.node("object", &format!("N{id}"), id, 10));
    heap.edge(0, "element", "1", top);
    let inner = [(top, "b", left), (top, "c", right), (left, "d", end), (right, "d", end), (end, "e", own)];
    for (from, name, to) in inner.into_iter().chain([(own, "back", end)]) {
        heap.edge(from, "property", name, to);
    }
    heap
}

#[test]
fn ways_that_part_below_a_holder_are_one_holder() {
    let graph = diamond().graph();
    let d = held(&graph, &[4], 3);
    assert_eq!((d.from_roots, d.shared), (1, Some(NodeId(1))));
    let ways: Vec<_> = d.paths.iter().map(|way| nodes_of(&graph, way)).collect();
    assert_eq!(ways, [[0, 1, 2, 4], [0, 1, 3, 4]]);
    // No edge below the top frees it: the nearest that does is the one that holds the top.
    let cut = d.cut.unwrap();
    assert_eq!((graph.snapshot().edges.target(cut.edge), cut.frees, cut.besides), (NodeId(1), 50, None));
    let e = held(&graph, &[5], 3);
    assert_eq!((e.from_roots, e.shared), (1, None));
    let cut = e.cut.unwrap();
    assert_eq!((&*graph.edge_name(cut.edge), cut.frees), ("e", 10));
}

#[test]
fn two_holders_are_two_and_no_cut_is_enough() {
    let mut heap = diamond();
    heap.edge(0, "element", "2", 3);
    let graph = heap.graph();
    let d = held(&graph, &[4], 3);
    assert_eq!((d.from_roots, d.shared, d.cut), (2, None, None));
    assert_eq!(held(&graph, &[4], 1).from_roots, 1);
}

#[test]
fn a_way_gives_room_to_another() {
    // The shortest way 0 → 1 → 2 → 5 blocks both others; two are there: 0 → 1 → 4 → 5 and 0 → 3 → 2 → 5.
    let mut heap = Heap::new();
    let nodes = [3, 5, 7, 9, 11, 13].map(|id| heap.node("object", &format!("N{id}"), id, 10));
    let [one, two, three, four, five, six] = nodes;
    heap.edge(0, "element", "1", one);
    heap.edge(0, "element", "2", six);
    for (from, to) in [(one, two), (two, five), (six, three), (three, two), (one, four), (four, five)] {
        heap.edge(from, "property", "x", to);
    }
    let graph = heap.graph();
    let five = held(&graph, &[five as u32], 3);
    assert_eq!(five.from_roots, 2);
    let inner: BTreeSet<u32> = five.paths.iter().flat_map(|way| nodes_of(&graph, &way[1..way.len() - 1])).collect();
    assert_eq!(inner.len(), 5);
}

#[test]
fn two_references_of_one_object_are_two_ways_but_one_holder() {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    let map = heap.node("object", "Map", 5, 90);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(global, "property", "sessions", map);
    heap.edge(global, "property", "backup", map);
    let graph = heap.graph();
    let map = held(&graph, &[2], 3);
    assert_eq!((map.from_roots, map.paths.len(), map.shared), (1, 2, Some(NodeId(1))));
    assert_eq!(map.cut.unwrap().frees, 100);
}

#[test]
fn what_nothing_holds_says_so() {
    let mut heap = Heap::new();
    let [a, b, lost, kept] = [3, 5, 7, 9].map(|id| heap.node("object", &format!("N{id}"), id, 10));
    heap.edge(0, "element", "1", a);
    heap.edge(a, "weak", "1", lost);
    heap.edge(lost, "property", "x", kept);
    heap.edge(b, "property", "b", b);
    let graph = heap.graph();
    assert_eq!(held(&graph, &[lost as u32], 3).from_roots, 0);
    assert_eq!(held(&graph, &[0], 3).from_roots, 0);
    assert_eq!(held(&graph, &[], 3).from_roots, 0);
    // Dominators take what nothing holds as a root, and so it is here.
    let kept = held(&graph, &[kept as u32], 3);
    assert_eq!((kept.from_roots, kept.paths, kept.cut.unwrap().frees), (1, vec![vec![3]], 10));
}

#[test]
fn a_handle_that_does_not_count_is_told_besides() {
    let mut heap = Heap::new();
    let global = heap.node("object", "global", 3, 10);
    let roots = heap.node("synthetic", "(Global handles)", 5, 0);
    let cache = heap.node("object", "Cache", 7, 90);
    let handle = heap.node("native", "Node / Wrap", 9, 10);
    heap.edge(0, "shortcut", "global", global);
    heap.edge(0, "element", "1", roots);
    heap.edge(global, "property", "cache", cache);
    heap.edge(roots, "element", "1", handle);
    heap.edge(handle, "internal", "native_to_javascript", cache);
    let graph = heap.graph();
    let cut = held(&graph, &[cache as u32], 3).cut.unwrap();
    assert_eq!((&*graph.edge_name(cut.edge), cut.frees), ("cache", 90));
    assert_eq!(nodes_of(&graph, &cut.besides.unwrap()), [2, 4, 3]);
}

#[test]
fn a_store_repeats_what_its_array_holds() {
    let mut heap = Heap::new();
    let list = heap.node("object", "Array", 3, 16);
    let store = heap.node("array", "(object elements)", 5, 64);
    let entry = heap.node("object", "Session", 7, 50);
    heap.edge(0, "element", "1", list);
    heap.edge(list, "element", "3", entry);
    heap.edge(list, "internal", "elements", store);
    heap.edge(store, "internal", "3", entry);
    let graph = heap.graph();
    let entry = held(&graph, &[entry as u32], 3);
    assert_eq!((entry.from_roots, entry.paths.len(), entry.shared), (1, 1, None));
    let cut = entry.cut.unwrap();
    assert_eq!((graph.snapshot().edges.kind(cut.edge), cut.frees, cut.besides), (EdgeKind::Element, 50, None));
}

#[test]
fn a_category_that_an_object_holds_is_the_objects() {
    let mut heap = Heap::new();
    let owner = heap.node("object", "Owner", 3, 10);
    let category = heap.node("synthetic", "(of the owner)", 5, 0);
    let [a, b, shared] = [7, 9, 11].map(|id| heap.node("object", &format!("N{id}"), id, 10));
    heap.edge(0, "element", "1", owner);
    for (from, to) in [(owner, category), (category, a), (category, b), (a, shared), (b, shared)] {
        heap.edge(from, "element", "1", to);
    }
    let graph = heap.graph();
    let shared = held(&graph, &[shared as u32], 3);
    assert_eq!((shared.from_roots, shared.paths.len(), shared.shared), (1, 2, Some(NodeId(category as u32))));
    assert_eq!(graph.snapshot().edges.target(shared.cut.unwrap().edge), NodeId(category as u32));
}

#[test]
fn a_long_list_is_no_problem() {
    let mut heap = Heap::new();
    let length = 200_000_u32;
    for index in 1..=length {
        heap.node("object", "Link", 1 + 2 * index, 1);
        let name = if index == 1 { "element" } else { "property" };
        heap.edge(index as usize - 1, name, "1", index as usize);
        if index > 1 {
            heap.edge(index as usize, "property", "1", index as usize - 1);
        }
    }
    let graph = heap.graph();
    let last = held(&graph, &[length], 3);
    assert_eq!((last.from_roots, last.paths[0].len()), (1, length as usize));
    assert_eq!(last.cut.unwrap().frees, 1);
}

/// A heap as its edges: kinds of nodes, and edges as (from, to, kind).
type Shape = (Vec<u8>, Vec<(usize, usize, u8)>);

fn shape() -> impl Strategy<Value = Shape> {
    (2..12_usize).prop_flat_map(|count| {
        let edge = (0..count, 0..count, 0..12_u8);
        (proptest::collection::vec(0..6_u8, count), proptest::collection::vec(edge, 0..count * 3))
    })
}

fn heap((kinds, edges): &Shape) -> HeapGraph {
    let mut heap = Heap::new();
    for (index, kind) in kinds.iter().enumerate().skip(1) {
        let (kind, name) = match kind {
            0 => ("synthetic", "(roots)"),
            1 => ("array", ""),
            _ => ("object", "Thing"),
        };
        heap.node(kind, name, 1 + 2 * index as u32, 1 << index);
        if kind == "synthetic" {
            heap.edge(0, "element", "1", index);
        }
    }
    for &(from, to, kind) in edges {
        let (kind, name) = match kind {
            0 => ("weak", "w"),
            1 => ("hidden", "7"),
            2 => ("shortcut", "s"),
            3 => ("property", "__proto__"),
            4 => ("element", "3"),
            _ => ("property", "p"),
        };
        heap.edge(from, kind, name, to);
    }
    heap.graph()
}

/// Whether nothing but categories stands above a category.
fn is_category(graph: &HeapGraph, node: NodeId) -> bool {
    let tree = graph.dominator_tree(&Monitor::none()).unwrap();
    node == graph.snapshot().root() || graph.is_root_or_synthetic(node) && is_category(graph, tree.immediate(node))
}

/// Edges without those of stores to what their owners refer to themselves.
fn without_repeated(graph: &HeapGraph, edges: &[(usize, usize, usize)]) -> Vec<(usize, usize, usize)> {
    let snapshot = graph.snapshot();
    let tree = graph.dominator_tree(&Monitor::none()).unwrap();
    let is_store = |node: NodeId| snapshot.nodes.kind(node) == NodeKind::ARRAY;
    let is_repeated = |from: usize, to: usize| {
        let mut owner = NodeId::from_index(from);
        for _ in 0..3 {
            owner = if is_store(owner) { tree.immediate(owner) } else { owner };
        }
        let is_owned = owner.index() != from && !is_store(owner) && !is_category(graph, owner);
        is_owned
            && edges.iter().any(|&(edge, holder, target)| {
                let kind = snapshot.edges.kind(edge);
                (holder, target) == (owner.index(), to) && matches!(kind, EdgeKind::Property | EdgeKind::Element)
            })
    };
    edges.iter().copied().filter(|&(_, from, to)| !is_repeated(from, to)).collect()
}

/// A heap's counting edges as (edge, from, to), and where ways begin.
struct Naive {
    count: usize,
    edges: Vec<(usize, usize, usize)>,
    tops: BTreeSet<usize>,
    forsaken: BTreeSet<usize>,
}

impl Naive {
    fn of(graph: &HeapGraph) -> Self {
        let counting = graph.counting_edges(&Monitor::none()).unwrap();
        let snapshot = graph.snapshot();
        let edges: Vec<_> = (0..snapshot.edges.len())
            .filter_map(|edge| Some((edge, snapshot.nodes.of_edge(edge).index(), counting.target(edge)? as usize)))
            .collect();
        let tops: BTreeSet<usize> =
            snapshot.nodes.all().filter(|&node| is_category(graph, node)).map(NodeId::index).collect();
        let edges = without_repeated(graph, &edges);
        let entered: BTreeSet<usize> = edges.iter().map(|&(_, _, to)| to).collect();
        let count = snapshot.nodes.len();
        let forsaken = (0..count).filter(|node| !entered.contains(node) && !tops.contains(node)).collect();
        Self { count, edges, tops, forsaken }
    }

    /// What is alive without an edge.
    fn alive(&self, without: Option<usize>) -> BTreeSet<usize> {
        // Categories that nothing leads to are taken as roots, as every other node that nothing leads to.
        let entered: BTreeSet<usize> = self.edges.iter().map(|&(_, _, to)| to).collect();
        let mut work: Vec<usize> = (0..self.count).filter(|node| *node == 0 || !entered.contains(node)).collect();
        let mut alive: BTreeSet<usize> = work.iter().copied().collect();
        while let Some(node) = work.pop() {
            for &(edge, from, to) in &self.edges {
                if from == node && Some(edge) != without && alive.insert(to) {
                    work.push(to);
                }
            }
        }
        alive
    }

    /// A greatest flow, by the textbook: nodes split in two, capacities in a matrix.
    fn flow(&self, ends: &BTreeSet<usize>) -> usize {
        const MANY: usize = 1000;
        let (source, sink) = (2 * self.count, 2 * self.count + 1);
        let mut capacity = vec![vec![0_usize; sink + 1]; sink + 1];
        for node in 0..self.count {
            let wide = self.tops.contains(&node) || ends.contains(&node);
            capacity[2 * node][2 * node + 1] = if wide { MANY } else { 1 };
        }
        for &(_, from, to) in &self.edges {
            capacity[2 * from + 1][2 * to] = 1;
        }
        for &top in self.tops.difference(ends) {
            capacity[source][2 * top] = MANY;
        }
        for &node in self.forsaken.difference(ends) {
            capacity[source][2 * node] = 1;
        }
        for &end in ends {
            capacity[2 * end + 1][sink] = MANY;
        }
        let mut flow = 0;
        loop {
            let mut before = vec![None; sink + 1];
            let mut work = vec![source];
            while let Some(at) = work.pop() {
                for next in 0..=sink {
                    if capacity[at][next] > 0 && before[next].is_none() && next != source {
                        before[next] = Some(at);
                        work.push(next);
                    }
                }
            }
            if before[sink].is_none() {
                return flow;
            }
            let mut at = sink;
            while let Some(from) = before[at] {
                capacity[from][at] -= 1;
                capacity[at][from] += 1;
                at = from;
            }
            flow += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn holders_are_those_of_a_naive_count(shape in shape(), picks in proptest::collection::vec(1..12_usize, 1..4)) {
        let graph = heap(&shape);
        let naive = Naive::of(&graph);
        let picked: BTreeSet<usize> = picks.iter().map(|pick| 1 + pick % (naive.count - 1)).collect();
        // Of a category ways are not told apart, of an object they are.
        let ends: BTreeSet<usize> = picked.difference(&naive.tops).copied().collect();
        prop_assume!(!ends.is_empty());
        let targets: Vec<u32> = ends.iter().map(|&end| end as u32).collect();
        let limit = 4;
        let found = held(&graph, &targets, limit);
        prop_assert_eq!(found.from_roots, naive.flow(&ends).min(limit));

        let mut inner = BTreeSet::new();
        for way in &found.paths {
            let nodes: Vec<usize> = nodes_of(&graph, way).into_iter().map(|node| node as usize).collect();
            for (&edge, pair) in way.iter().zip(nodes.windows(2)) {
                prop_assert!(naive.edges.contains(&(edge, pair[0], pair[1])));
            }
            prop_assert!(naive.tops.contains(&nodes[0]) || naive.forsaken.contains(&nodes[0]));
            prop_assert!(ends.contains(nodes.last().unwrap()));
            let own = match found.shared {
                Some(shared) => {
                    let at = nodes.iter().position(|&node| node == shared.index());
                    prop_assert!(at.is_some());
                    &nodes[at.unwrap() + 1..]
                }
                None => &nodes[..],
            };
            for node in &own[..own.len() - 1] {
                prop_assert!(naive.tops.contains(node) || inner.insert(*node), "{} is on two ways", node);
            }
        }
        prop_assert_eq!(found.shared.is_some(), found.from_roots == 1 && found.paths.len() > 1);

        // Every edge cut in turn.
        let before = naive.alive(None);
        let held_ends: Vec<usize> = ends.iter().copied().filter(|end| before.contains(end)).collect();
        let freed = |edge| {
            let after = naive.alive(Some(edge));
            let sizes = graph.shallow_sizes(&Monitor::none()).unwrap();
            let all_gone = !held_ends.is_empty() && held_ends.iter().all(|end| !after.contains(end));
            all_gone.then(|| before.difference(&after).map(|&node| sizes.get(NodeId::from_index(node))).sum::<u64>())
        };
        // Nobody can cut what leads to a category.
        let can_be_cut = naive.edges.iter().filter(|(_, _, to)| !naive.tops.contains(to));
        let best = can_be_cut.filter_map(|&(edge, ..)| freed(edge)).min();
        if held_ends.len() == ends.len() {
            prop_assert_eq!(found.cut.as_ref().map(|cut| cut.frees), best);
            // One way to one object is one reference, unless a category has several to it; two ways are none.
            if let ([end], false) = (&targets[..], found.paths.is_empty()) {
                let own = found.cut.as_ref().filter(|cut| graph.snapshot().edges.target(cut.edge).0 == *end);
                let from_top = naive.tops.contains(&graph.snapshot().nodes.of_edge(found.paths[0][0]).index());
                let direct = found.paths[0].len() == 1 && from_top;
                prop_assert!(own.is_some() == (found.paths.len() == 1) || direct && own.is_none());
            }
            if let Some(cut) = &found.cut {
                prop_assert_eq!(freed(cut.edge), Some(cut.frees));
            }
        }
    }
}
