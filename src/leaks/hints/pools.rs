//! Pools of which every connection is out while others wait for one.

use super::{Candidate, Heap, growth_of};
use crate::{
    analysis::words,
    error::Result,
    leaks::{
        entries::{Collection, entry_nodes},
        growth::GrowthKind,
    },
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Those that wait, from which on it is worth a hint.
const LEAST_WAITING: usize = 5;

/// What a pool calls its lists: all or those that are out, those that are free, those that wait.
struct Shape {
    taken: &'static str,
    free: &'static str,
    waiting: &'static str,
}

const SHAPES: [Shape; 5] = [
    Shape { taken: "_clients", free: "_idle", waiting: "_pendingQueue" },
    Shape { taken: "_allConnections", free: "_freeConnections", waiting: "_connectionQueue" },
    Shape { taken: "_allObjects", free: "_availableObjects", waiting: "_waitingClientsQueue" },
    Shape { taken: "used", free: "free", waiting: "pendingAcquires" },
    Shape { taken: "checkedOut", free: "connections", waiting: "waitQueue" },
];

impl Heap<'_> {
    pub(super) fn pools(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let (nodes, edges, strings) =
            (&self.graph.snapshot().nodes, &self.graph.snapshot().edges, &self.graph.snapshot().strings);
        let shapes: Vec<(Vec<u32>, &Shape)> =
            SHAPES.iter().map(|shape| (strings.find_all(shape.waiting), shape)).collect();
        let mut found = Vec::new();
        if shapes.iter().all(|(ids, _)| ids.is_empty()) {
            return Ok(found);
        }
        for node in nodes.all().filter(|&node| nodes.kind(node) == NodeKind::OBJECT) {
            monitor.tick(node.index())?;
            for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
                let name = edges.name_or_index(edge);
                let Some((_, shape)) = shapes.iter().find(|(ids, _)| ids.contains(&name)) else { continue };
                found.extend(self.exhausted(node, shape, edges.target(edge)));
            }
        }
        Ok(found)
    }

    fn exhausted(&self, pool: NodeId, shape: &Shape, waiting: NodeId) -> Option<Candidate> {
        let taken = self.items(self.property(pool, shape.taken)?).len();
        let free = self.items(self.property(pool, shape.free)?).len();
        let waiting = self.items(waiting);
        if taken == 0 || free > 0 || waiting.len() < LEAST_WAITING {
            return None;
        }
        let (out, number) = (words::count(taken as u64), words::count(waiting.len() as u64));
        let kind = GrowthKind::Entries(Collection::Array);
        let mut growth = growth_of(vec![pool], kind, waiting.len() as u64, waiting);
        let (inside, outside) = self.weight(&growth.holders, &growth.entries);
        (growth.freed, growth.shared) = (inside, outside);
        growth.bytes = vec![inside + outside];
        let what = format!("none of its {out} connections free and {number} requests that wait for one");
        let evidence = vec![format!("{} has {out}, {} none, {} {number}", shape.taken, shape.free, shape.waiting)];
        Some(Candidate { pattern: Some("db-pool"), always: true, what: Some(what), evidence, ..Candidate::new(growth) })
    }

    /// What a list or queue has; queues that are objects have it in an array or a list of their own.
    fn items(&self, list: NodeId) -> Vec<NodeId> {
        const INNER: [&str; 4] = ["_list", "_queue", "list", "_slots"];
        let nodes = &self.graph.snapshot().nodes;
        let is_list = matches!(self.class(list), "Array" | "Map" | "Set");
        let is_entry = |node: &NodeId| matches!(nodes.kind(*node), NodeKind::OBJECT | NodeKind::CLOSURE);
        if is_list {
            let mut items = entry_nodes(self.graph, list);
            items.retain(is_entry);
            return items;
        }
        // A linked list by its first link, as generic-pool has it.
        if let Some(mut link) = self.property(list, "head") {
            let mut items = Vec::new();
            while nodes.kind(link) == NodeKind::OBJECT && items.len() < nodes.len() {
                items.push(link);
                match self.property(link, "next") {
                    Some(next) => link = next,
                    None => break,
                }
            }
            return items;
        }
        let inner = INNER.iter().find_map(|name| self.property(list, name));
        match inner {
            Some(inner) if self.class(inner) == "Array" => {
                let items = entry_nodes(self.graph, inner);
                items.into_iter().filter(is_entry).flat_map(|item| self.inside_slot(item)).collect()
            }
            Some(inner) => self.items_below(inner),
            None => Vec::new(),
        }
    }

    /// A slot of a queue with priorities is a queue of its own; anything else is an item.
    fn inside_slot(&self, slot: NodeId) -> Vec<NodeId> {
        match self.property(slot, "_list") {
            Some(list) => self.items_below(list),
            None => vec![slot],
        }
    }

    fn items_below(&self, list: NodeId) -> Vec<NodeId> {
        let nodes = &self.graph.snapshot().nodes;
        let mut items = Vec::new();
        let mut link = self.property(list, "head");
        while let Some(node) = link.filter(|&node| nodes.kind(node) == NodeKind::OBJECT && items.len() < nodes.len()) {
            items.push(node);
            link = self.property(node, "next");
        }
        items
    }
}
