//! Retained sizes of some nodes, on the short way: without dominators.
//!
//! Two ways lead there, and both begin with a search along the edges that count ([`spread`]). Of a few nodes the sizes are
//! worked out ([`Labels`]). Of many, of which only the greatest are wanted, the search bounds what each keeps; a few with the
//! greatest bounds are worked out, and nobody needs to know of what is bound to be smaller.

use std::cmp::Reverse;

use fixedbitset::FixedBitSet;

use super::{
    HeapGraph,
    few::{FEW, Labels},
    spread::{Tree, spread},
};
use crate::{error::Result, monitor::Monitor, most::Most, snapshot::NodeId, store::Column};

/// At first so many nodes are worked out: one more costs next to nothing, and going over them again as much as before.
const AT_FIRST: usize = 512;

impl HeapGraph {
    /// Whether retained sizes are known already, so that there is no shorter way to them.
    pub(crate) fn knows_retained_sizes(&self) -> bool {
        self.retained.get().is_some() || self.has_all_on_the_shelf()
    }

    /// Retained sizes of some nodes, none of which comes twice; `None` where dominators are the shorter way to them.
    pub(crate) fn sizes_of_few(&self, chosen: &[NodeId], monitor: &Monitor) -> Result<Option<Vec<u64>>> {
        let Some(mut labels) = Labels::new(self, chosen)? else { return Ok(None) };
        self.beside(|| spread(self, &mut labels, &monitor.part(0.4)), monitor)?;
        labels.sizes(&self.counting_edges(monitor)?.plain(), chosen, self.shallow_sizes(monitor)?, monitor)
    }

    /// Those of some nodes with the greatest retained sizes, at most `top`, greatest first, of equal ones in the order of the
    /// snapshot; `None` where dominators are the shorter way to them.
    pub(crate) fn greatest(
        &self,
        chosen: &FixedBitSet,
        top: usize,
        monitor: &Monitor,
    ) -> Result<Option<Vec<(NodeId, u64)>>> {
        if chosen.count_ones(..) <= AT_FIRST {
            let nodes: Vec<NodeId> = chosen.ones().map(NodeId::from_index).collect();
            return Ok(self.sizes_of_few(&nodes, monitor)?.map(|sizes| first(&nodes, sizes, top)));
        }
        if top > FEW {
            return Ok(None);
        }
        let mut tree = None;
        let search = || {
            let (found, counting) = Tree::of(self, &monitor.part(0.4))?;
            tree = Some(found);
            Ok(counting)
        };
        self.beside(search, monitor)?;
        tree.map_or(Ok(None), |tree| self.greatest_by(&tree, chosen, top, monitor))
    }

    /// Searches, and does beside it what a list of nodes shows besides retained sizes.
    fn beside(&self, search: impl FnOnce() -> Result<Column<u64>> + Send, monitor: &Monitor) -> Result<()> {
        let (counting, beside) = rayon::join(search, || {
            self.shallow_sizes(&monitor.part(0.1))?;
            self.interfaces(&monitor.part(0.2)).map(|_| ())
        });
        // What another question has found meanwhile is the same.
        let _ = self.counting.set(counting?);
        beside
    }

    /// Those with the greatest bounds are worked out, until nothing else can be among the first.
    fn greatest_by(
        &self,
        tree: &Tree,
        chosen: &FixedBitSet,
        top: usize,
        monitor: &Monitor,
    ) -> Result<Option<Vec<(NodeId, u64)>>> {
        if top == 0 {
            return Ok(Some(Vec::new()));
        }
        let shallow = self.shallow_sizes(monitor)?;
        let edges = self.counting_edges(monitor)?.plain();
        let mut most = Most::of(FEW + 1);
        for (&node, bound) in tree.nodes().iter().zip(tree.bounds(shallow, monitor)?) {
            if chosen.contains(node as usize) {
                most.put((Reverse(bound), NodeId(node)))?;
            }
        }
        let candidates = most.finish();
        let mut count = candidates.len().min(AT_FIRST.max(top));
        loop {
            let nodes: Vec<NodeId> = candidates[..count].iter().map(|&(_, node)| node).collect();
            let Some(mut labels) = Labels::new(self, &nodes)? else { return Ok(None) };
            tree.retell(&mut labels, monitor)?;
            let Some(sizes) = labels.sizes(&edges, &nodes, shallow, monitor)? else { return Ok(None) };
            let found = first(&nodes, sizes, top);
            // With the last one's size another node could be among them.
            let least = if found.len() < top { 0 } else { found[top - 1].1 };
            let needed =
                candidates.partition_point(|&(Reverse(bound), _)| bound == u32::MAX || u64::from(bound) >= least);
            if needed <= count {
                return Ok(Some(found));
            }
            if needed > FEW {
                return Ok(None);
            }
            count = needed;
        }
    }
}

/// The first of some nodes, by their sizes.
fn first(nodes: &[NodeId], sizes: Vec<u64>, top: usize) -> Vec<(NodeId, u64)> {
    let mut all: Vec<(NodeId, u64)> = nodes.iter().copied().zip(sizes).collect();
    all.sort_unstable_by_key(|&(node, size)| (Reverse(size), node));
    all.truncate(top);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{graph::flow, spare::Spare, testing::Heap};

    /// Heaps with roots of the page and others, references of all kinds, WeakMap entries, and nodes that nothing reaches.
    fn heaps(nodes: usize, edges: usize) -> impl Strategy<Value = (HeapGraph, usize)> {
        (2..nodes).prop_flat_map(move |n| {
            proptest::collection::vec((0..n, 0..n, 0..9_usize), 0..edges).prop_map(move |edges| {
                let mut heap = Heap::new();
                for node in 1..n {
                    heap.node("object", "Thing", node as u32 * 2 + 1, 1 << node.min(40));
                }
                for (from, to, kind) in edges {
                    let kinds = ["shortcut", "element", "property", "property", "internal", "weak", "context"];
                    match kinds.get(kind) {
                        Some(&"element") => heap.edge(from, "element", "1", to),
                        Some(kind) => heap.edge(from, kind, "name", to),
                        None => {
                            let id = |node: usize| node * 2 + 1;
                            let name = format!(
                                "1 / part of key (Thing @{}) -> value (Thing @{}) pair in WeakMap (table @{})",
                                id(0),
                                id(to),
                                id(from)
                            );
                            heap.edge(from, "internal", &name, to);
                        }
                    }
                }
                (heap.graph(), n)
            })
        })
    }

    fn chosen_of(nodes: usize, numbers: &[usize]) -> Vec<NodeId> {
        let mut chosen: Vec<NodeId> = numbers.iter().map(|number| NodeId::from_index(number % nodes)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn check(
        (graph, nodes): &(HeapGraph, usize),
        chosen: &[usize],
        top: usize,
    ) -> std::result::Result<(), TestCaseError> {
        let none = Monitor::none();
        let chosen = chosen_of(*nodes, chosen);
        let sizes = graph.sizes_of_few(&chosen, &none).unwrap();
        let mut wanted = FixedBitSet::with_capacity(*nodes);
        chosen.iter().for_each(|node| wanted.insert(node.index()));
        let greatest = graph.greatest(&wanted, top, &none).unwrap();
        let by_tree = graph.greatest_by(&Tree::of(graph, &none).unwrap().0, &wanted, top, &none).unwrap();
        prop_assert_eq!(&greatest, &by_tree);
        let some_classes = graph.class_names(&chosen, &none).unwrap();
        // Dominators that know nothing of what was found before.
        let (_, edges) = flow::explore(graph, &Spare::default(), &none).unwrap();
        prop_assert_eq!(&edges[..], &graph.counting.get().unwrap()[..], "the edges that count");
        let retained = graph.retained_sizes(&none).unwrap();
        let expected: Vec<u64> = chosen.iter().map(|&node| retained.get(node)).collect();
        prop_assert_eq!(sizes, Some(expected.clone()));
        let mut expected: Vec<(NodeId, u64)> = chosen.iter().copied().zip(expected).collect();
        expected.sort_by_key(|&(node, size)| (Reverse(size), node));
        expected.truncate(top);
        prop_assert_eq!(greatest, Some(expected));
        let classes = graph.classes(&none).unwrap();
        let all_classes: Vec<&str> = chosen.iter().map(|&node| classes.get(node).name.as_str()).collect();
        prop_assert_eq!(some_classes, all_classes);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        #[test]
        fn a_few_keep_what_dominators_say(
            heap in heaps(14, 40),
            chosen in proptest::collection::vec(0..100_usize, 0..8),
            top in 0..6_usize,
        ) {
            check(&heap, &chosen, top)?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn so_do_many_of_a_heap(
            heap in heaps(300, 900),
            chosen in proptest::collection::vec(0..300_usize, 0..400),
            top in 0..150_usize,
        ) {
            check(&heap, &chosen, top)?;
        }
    }

    #[test]
    fn too_many_are_left_to_dominators_and_so_are_bounds_that_tell_nothing() {
        // A list that the root also refers to in reverse: every bound but the first is far too high.
        let mut heap = Heap::new();
        let nodes: Vec<usize> = (0..2 * FEW).map(|node| heap.node("object", "", node as u32 * 2 + 3, 8)).collect();
        heap.edge(0, "element", "1", nodes[0]);
        for pair in nodes.windows(2) {
            heap.edge(pair[0], "property", "next", pair[1]);
        }
        let graph = heap.graph();
        let none = Monitor::none();
        let all: Vec<NodeId> = nodes.iter().map(|&node| NodeId::from_index(node)).collect();
        let of = |count: usize| graph.sizes_of_few(&all[..count], &none).unwrap();
        let sizes = of(FEW).unwrap();
        assert_eq!((sizes[0], sizes[FEW - 1]), (2 * 8 * FEW as u64, 8 * (FEW as u64 + 1)));
        assert_eq!(of(FEW + 1), None);
        let mut wanted = FixedBitSet::with_capacity(2 * FEW + 1);
        wanted.insert_range(..);
        let greatest = |top| graph.greatest(&wanted, top, &none).unwrap();
        assert_eq!(greatest(2).unwrap(), [(graph.snapshot().root(), 2 * 8 * FEW as u64), (all[0], 2 * 8 * FEW as u64)]);
        assert_eq!(greatest(FEW + 1), None);
    }

    #[test]
    fn where_bounds_tell_nothing_dominators_are_asked() {
        // Each is found through the one node that all are found through first, but hangs on a second one as well.
        let mut heap = Heap::new();
        let (first, second) = (heap.node("object", "first", 3, 8), heap.node("object", "second", 5, 8));
        heap.edge(0, "element", "1", first);
        heap.edge(0, "element", "2", second);
        let mut wanted = FixedBitSet::with_capacity(3 + 3 * FEW);
        for pair in 0..=FEW {
            let above = heap.node("object", "above", 7 + 4 * pair as u32, 8);
            let below = heap.node("object", "below", 9 + 4 * pair as u32, 100);
            heap.edge(first, "property", &format!("a{pair}"), above);
            heap.edge(above, "property", "below", below);
            heap.edge(second, "property", &format!("b{pair}"), below);
            wanted.insert(above);
        }
        wanted.insert(second);
        let graph = heap.graph();
        let found = graph.greatest(&wanted, 3, &Monitor::none()).unwrap();
        // Found one step sooner below the second, they bound nothing there; it keeps most, and of the others none more
        // than itself.
        assert_eq!(found, None);
    }
}
