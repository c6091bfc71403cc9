//! Emitters and event targets with more listeners of one event than the ten from which on Node warns.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

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

/// Listeners of one event that Node finds normal.
const LIMIT: usize = 10;
/// Where the program raised that limit, the snapshot does not say to what.
const RAISED: usize = 100;
/// Links of a list of listeners that are followed.
const LINKS: usize = 1_000_000;

/// Listeners of one event of one emitter.
struct Listeners {
    emitter: NodeId,
    event: String,
    /// What holds them: an array, or the first link of a list.
    holder: NodeId,
    list: Vec<NodeId>,
    is_raised: bool,
    is_array: bool,
}

impl Heap<'_> {
    pub(super) fn listeners(&self, monitor: &Monitor) -> Result<Vec<Candidate>> {
        let (nodes, edges, strings) =
            (&self.graph.snapshot().nodes, &self.graph.snapshot().edges, &self.graph.snapshot().strings);
        let ids = |text| strings.find_all(text).into_iter().collect::<FxHashSet<_>>();
        let (emitters, targets) = (ids("_events"), ids("<symbol kEvents>"));
        let mut found: Vec<Listeners> = Vec::new();
        for node in nodes.all() {
            monitor.tick(node.index())?;
            if nodes.kind(node) != NodeKind::OBJECT {
                continue;
            }
            for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
                let name = edges.name_or_index(edge);
                if emitters.contains(&name) {
                    found.extend(self.of_emitter(node, edges.target(edge)));
                } else if targets.contains(&name) {
                    found.extend(self.of_target(node, edges.target(edge)));
                }
            }
        }
        found.retain(|listeners| self.has_own(&listeners.list));
        // Many emitters of one class, each with too many listeners of one event: one hint.
        let mut families: BTreeMap<(u32, String), Vec<Listeners>> = BTreeMap::new();
        for listeners in found {
            let family = (self.classes.number(listeners.emitter), listeners.event.clone());
            families.entry(family).or_default().push(listeners);
        }
        Ok(families.into_values().map(|family| self.candidate(family)).collect())
    }

    fn of_emitter(&self, emitter: NodeId, events: NodeId) -> Vec<Listeners> {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let is_raised = self.property(emitter, "_maxListeners").is_none_or(|limit| {
            // `undefined` means that the usual limit holds; a number, where it shows, that another does.
            !matches!(&*self.graph.raw_name(limit), "undefined")
        });
        let limit = if is_raised { RAISED } else { LIMIT };
        let mut found = Vec::new();
        for edge in nodes.edges(events).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
            let holder = edges.target(edge);
            if self.class(holder) != "Array" {
                continue;
            }
            // The same function may be there many times: then it is so many elements and one node.
            let list = entry_nodes(self.graph, holder);
            if list.len() > limit {
                let event = self.graph.edge_name(edge).into_owned();
                found.push(Listeners { emitter, event, holder, list, is_raised, is_array: true });
            }
        }
        found
    }

    fn of_target(&self, emitter: NodeId, events: NodeId) -> Vec<Listeners> {
        let mut found = Vec::new();
        for root in entry_nodes(self.graph, events) {
            let mut list = Vec::new();
            let mut link = self.property(root, "next");
            while let Some(listener) = link.filter(|_| list.len() < LINKS) {
                // Only what Node calls a listener; `undefined` ends the list.
                if self.class(listener) != "Listener" {
                    break;
                }
                list.push(listener);
                link = self.property(listener, "next");
            }
            if list.len() > LIMIT {
                let event = self.event_of(events, root);
                found.push(Listeners { emitter, event, holder: emitter, list, is_raised: false, is_array: false });
            }
        }
        found
    }

    /// The key under which a Map has a value: the string that stands before it in the table.
    fn event_of(&self, map: NodeId, value: NodeId) -> String {
        let (nodes, edges) = (&self.graph.snapshot().nodes, &self.graph.snapshot().edges);
        let mut key = None;
        for table in nodes.edges(map).map(|edge| edges.target(edge)).filter(|&node| nodes.kind(node) == NodeKind::ARRAY)
        {
            for edge in nodes.edges(table) {
                let target = edges.target(edge);
                if target == value {
                    return key.map_or_else(String::new, |key| self.graph.display_name(key));
                }
                key = nodes.kind(target).is_string().then_some(target).or(key);
            }
        }
        String::new()
    }

    /// Whether one of the listeners is a function of the program or of a package: what Node adds for itself it removes.
    fn has_own(&self, list: &[NodeId]) -> bool {
        const ASKED: usize = 64;
        list.iter().rev().take(ASKED).any(|&listener| {
            let around = ["listener", "callback"].map(|name| self.property(listener, name));
            std::iter::once(listener)
                .chain(around.into_iter().flatten())
                .filter_map(|function| self.scripts.place(self.graph, self.unbound(function)))
                .any(|place| !place.file.starts_with("node:"))
        })
    }

    fn candidate(&self, mut family: Vec<Listeners>) -> Candidate {
        let id = |listeners: &Listeners| self.graph.snapshot().nodes.id(listeners.emitter);
        family.sort_by_key(|listeners| (std::cmp::Reverse(listeners.list.len()), id(listeners)));
        let most = &family[0];
        let number = words::count(most.list.len() as u64);
        let (event, class) = (most.event.clone(), self.class(most.emitter));
        let mut evidence = vec![if most.is_raised {
            format!("{number} listeners of \"{event}\" on one {class}, whose limit the program has raised")
        } else {
            format!("{number} listeners of \"{event}\" on one {class}; Node warns from 11 on")
        }];
        if family.len() > 1 {
            evidence
                .push(format!("{} more {class} have too many listeners of it", words::count(family.len() as u64 - 1)));
        }
        let what = format!("{number} listeners of \"{event}\"");
        let kind = if most.is_array { GrowthKind::Entries(Collection::Array) } else { GrowthKind::Objects };
        let count = most.list.len() as u64;
        let mut growth = growth_of(vec![most.holder], kind, count, most.list.clone());
        let (inside, outside) = self.weight(&growth.holders, &growth.entries);
        let whole = if most.is_array { self.retained.get(most.holder) } else { inside };
        (growth.freed, growth.shared) = (whole, outside);
        growth.bytes = vec![whole + outside];
        let pattern = Some("event-listeners");
        Candidate { pattern, always: true, what: Some(what), evidence, ..Candidate::new(growth) }
    }
}
