//! Dominators against the definition itself, against another implementation, and on shapes made to hurt.

use std::collections::VecDeque;

use petgraph::{algo::dominators::simple_fast, graph::DiGraph};
use proptest::prelude::*;

use super::*;

/// Adjacency lists over `0..n`, root 0.
#[derive(Debug)]
struct Adjacency {
    first: Vec<usize>,
    targets: Vec<u32>,
}

impl Adjacency {
    fn new(nodes: usize, edges: &[(u32, u32)]) -> Self {
        let mut edges = edges.to_vec();
        edges.sort_by_key(|&(from, _)| from);
        let first = (0..=nodes).map(|node| edges.partition_point(|&(from, _)| (from as usize) < node)).collect();
        Self { first, targets: edges.into_iter().map(|(_, to)| to).collect() }
    }
}

impl FlowGraph for Adjacency {
    fn node_count(&self) -> usize {
        self.first.len() - 1
    }
    fn root(&self) -> u32 {
        0
    }
    fn edges(&self, node: u32) -> Range<usize> {
        self.first[node as usize]..self.first[node as usize + 1]
    }
    fn target(&self, edge: usize) -> Option<u32> {
        Some(self.targets[edge])
    }
}

fn reachable(graph: &Adjacency, starts: &[u32], without: Option<u32>) -> Vec<bool> {
    let mut seen = vec![false; graph.node_count()];
    let mut queue: VecDeque<u32> = starts.iter().copied().filter(|&start| Some(start) != without).collect();
    queue.iter().for_each(|&start| seen[start as usize] = true);
    while let Some(node) = queue.pop_front() {
        for edge in graph.edges(node) {
            let to = graph.targets[edge];
            if Some(to) != without && !std::mem::replace(&mut seen[to as usize], true) {
                queue.push_back(to);
            }
        }
    }
    seen
}

/// By the definition: d dominates n when n cannot be reached without d; the immediate one is dominated by all.
fn naive(graph: &Adjacency) -> Vec<u32> {
    let nodes = graph.node_count() as u32;
    // What the root does not reach hangs on it as the documentation of `Dominators::of` says.
    let mut starts = vec![0];
    let entered: Vec<bool> = (0..nodes).map(|node| graph.targets.contains(&node)).collect();
    for node in 0..nodes {
        if !entered[node as usize] && !reachable(graph, &starts, None)[node as usize] {
            starts.push(node);
        }
    }
    let reached = reachable(graph, &starts, None);
    let dominated_by: Vec<Vec<bool>> =
        (0..nodes).map(|d| reachable(graph, &starts, Some(d)).iter().map(|&alive| !alive).collect()).collect();
    (0..nodes)
        .map(|n| {
            let strict: Vec<u32> = (1..nodes)
                .filter(|&d| {
                    d != n && reached[n as usize] && reached[d as usize] && dominated_by[d as usize][n as usize]
                })
                .collect();
            let immediate = strict
                .iter()
                .find(|&&d| strict.iter().all(|&other| other == d || dominated_by[other as usize][d as usize]));
            immediate.copied().unwrap_or(0)
        })
        .collect()
}

fn computed(graph: &Adjacency) -> Vec<u32> {
    let dominators = Dominators::of(graph, &Monitor::none()).unwrap();
    let mut immediate = vec![None; graph.node_count()];
    for (number, (&node, above)) in dominators.order().iter().zip(dominators.by_number()).enumerate() {
        assert!(number == 0 || (above as usize) < number, "order puts dominators first");
        immediate[node as usize] = Some(dominators.order()[above as usize]);
    }
    immediate.into_iter().map(|dominator| dominator.expect("order has every node")).collect()
}

fn graphs(nodes: u32, edges: usize) -> impl Strategy<Value = Adjacency> {
    (1..nodes).prop_flat_map(move |n| {
        proptest::collection::vec((0..n, 0..n), 0..edges).prop_map(move |edges| Adjacency::new(n as usize, &edges))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn small_graphs_match_the_definition(graph in graphs(14, 40)) {
        prop_assert_eq!(computed(&graph), naive(&graph));
    }
}

/// Graphs in which the root reaches everything, so that another implementation means the same by them.
fn connected_graphs(nodes: u32, edges: usize) -> impl Strategy<Value = Adjacency> {
    (2..nodes).prop_flat_map(move |n| {
        let parents = (1..n).map(|node| (0..node, Just(node))).collect::<Vec<_>>();
        (parents, proptest::collection::vec((0..n, 0..n), 0..edges)).prop_map(move |(mut all, more)| {
            all.extend(more);
            Adjacency::new(n as usize, &all)
        })
    })
}

/// Graphs as heaps are: a way to a node below which most are, in branches; edges from there that mostly lead to a few
/// nodes that stand before them in the search; some edges from beyond.
fn spreading_graphs() -> impl Strategy<Value = Adjacency> {
    (1..8_u32, 0..20_u32, 20..400_u32, 1..8_u32).prop_flat_map(|(way, beside, below, shared)| {
        let (fork, first) = (way, way + 1 + beside);
        let nodes = first + below;
        // What stands beside the way is found before or after what is below the fork.
        let beside = (way + 1..first).map(|node| (0..fork, Just(node))).collect::<Vec<_>>();
        let branches = (first..nodes).map(|node| (prop_oneof![Just(fork), first.min(node - 1)..node], Just(node)));
        let branches =
            branches.map(|edge| edge.prop_map(move |(from, to)| (if from < first { fork } else { from }, to)));
        let to_shared = (first..nodes, prop_oneof![0..first, first..first + shared.min(below)]);
        let edges = prop_oneof![20 => to_shared, 2 => (first..nodes, first..nodes), 1 => (0..first, first..nodes)];
        let edges = proptest::collection::vec(edges, 0..600);
        (beside, branches.collect::<Vec<_>>(), edges, any::<bool>()).prop_map(move |(beside, branches, more, late)| {
            let mut all: Vec<(u32, u32)> = if late { Vec::new() } else { beside.clone() };
            all.extend((0..fork).map(|node| (node, node + 1)));
            all.extend(branches);
            if late {
                all.extend(beside);
            }
            all.extend(more);
            Adjacency::new(nodes as usize, &all)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn larger_graphs_match_another_implementation(graph in prop_oneof![connected_graphs(400, 600), spreading_graphs()]) {
        let mut other = DiGraph::<(), ()>::new();
        let ids: Vec<_> = (0..graph.node_count()).map(|_| other.add_node(())).collect();
        for from in 0..graph.node_count() as u32 {
            for edge in graph.edges(from) {
                other.add_edge(ids[from as usize], ids[graph.targets[edge] as usize], ());
            }
        }
        let expected = simple_fast(&other, ids[0]);
        let ours = computed(&graph);
        for node in 1..graph.node_count() {
            prop_assert_eq!(Some(ours[node] as usize), expected.immediate_dominator(ids[node]).map(petgraph::prelude::NodeIndex::index));
        }
    }
}

#[test]
fn a_list_of_five_million_is_not_too_deep() {
    let count = 5_000_000;
    let edges: Vec<(u32, u32)> = (1..count).map(|node| (node - 1, node)).collect();
    let found = computed(&Adjacency::new(count as usize, &edges));
    assert!((1..count).all(|node| found[node as usize] == node - 1));
}

#[test]
fn a_long_list_whose_end_leads_to_what_the_root_holds_is_not_quadratic() {
    // A plain walk up the list for each of the shared nodes would take 10^11 steps.
    let (length, shared) = (500_000, 200_000);
    let mut edges: Vec<(u32, u32)> = (1..length).map(|node| (node - 1, node)).collect();
    for node in length..length + shared {
        edges.push((length - 1, node));
        edges.push((0, node));
    }
    let found = computed(&Adjacency::new((length + shared) as usize, &edges));
    assert!((length..length + shared).all(|node| found[node as usize] == 0));
}

#[test]
fn cycles_nobody_reaches_hang_on_the_root_one_by_one() {
    // 0 → 1; 2 ⇄ 3 → 1: the cycle's edges count for nothing, so 1 stays the root's.
    let graph = Adjacency::new(4, &[(0, 1), (2, 3), (3, 2), (3, 1)]);
    assert_eq!(computed(&graph), [0, 0, 0, 0]);
    // 0 → 1; 2 → 3 → 1: nobody enters 2, so it hangs on the root with 3; 1 is held from both sides.
    let graph = Adjacency::new(4, &[(0, 1), (2, 3), (3, 1)]);
    assert_eq!(computed(&graph), [0, 0, 0, 2]);
}

#[test]
fn nodes_with_hundreds_of_ways_in_are_counted_right() {
    // Ways besides the one that the search takes, around the places where a byte is full.
    for more in [254, 255, 256, 257, 511, 512, 513] {
        // The root holds all holders, each of which holds the last node but one, which holds the last; so does a holder.
        let holders = more + 1;
        let (shared, last) = (holders + 1, holders + 2);
        let mut edges: Vec<(u32, u32)> = (1..=holders).map(|holder| (0, holder)).collect();
        edges.extend((1..=holders).map(|holder| (holder, shared)));
        edges.push((shared, last));
        assert_eq!(computed(&Adjacency::new(last as usize + 1, &edges))[shared as usize..], [0, shared], "{more}");
        edges.push((holders, last));
        assert_eq!(computed(&Adjacency::new(last as usize + 1, &edges))[shared as usize..], [0, 0], "{more}");
        // All ways from one holder.
        let twice: Vec<(u32, u32)> = std::iter::once((0, 1)).chain((0..holders).map(|_| (1, 2))).collect();
        assert_eq!(computed(&Adjacency::new(3, &twice)), [0, 0, 1], "{more}");
    }
}
