//! All that is known of one growth, for patterns and words to draw on.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashSet;

use super::{
    entries::entry_nodes,
    growth::{Growth, GrowthKind},
    series::Series,
};
use crate::{
    analysis::{Name, NameRoot, Place, Scripts, global_name, is_application, name_by, name_of, package_of},
    error::Result,
    graph::{HeapGraph, Retainers, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind},
};

/// Entries that are looked at to say what they are.
const SAMPLE: usize = 2000;
/// Objects above the holder that are looked at to say where it is.
const ABOVE: usize = 24;

/// A growth and what is known of it.
pub(crate) struct Case<'a> {
    pub(crate) series: &'a Series,
    pub(crate) growth: &'a Growth,
    /// The holder that stands for all.
    pub(crate) holder: NodeId,
    pub(crate) name: Option<Name>,
    /// Class names of the new entries, most frequent first, with how many of those looked at.
    pub(crate) classes: Vec<(String, usize)>,
    /// Names of the edges and classes of the objects on the way from the root to the holder, nearest first.
    pub(crate) above: Vec<(String, String)>,
    /// Whether the name is that of a variable of Node itself.
    pub(crate) in_node: bool,
    /// The package whose object has the holder.
    pub(crate) owner_package: Option<String>,
    /// Place of most entries: their constructor, or where the function stands.
    pub(crate) entry_place: Option<Place>,
}

/// The value of the first property with one of these names.
fn property(graph: &HeapGraph, node: NodeId, names: &[&str]) -> Option<NodeId> {
    let edges = &graph.snapshot().edges;
    let is_it = |&edge: &usize| edges.kind(edge) == EdgeKind::Property && names.contains(&&*graph.edge_name(edge));
    graph.snapshot().nodes.edges(node).find(is_it).map(|edge| edges.target(edge))
}

/// What Node versions call the module that first required another.
const PARENT: [&str; 3] = ["parent", "<symbol kModuleParent>", "<symbol node:module_first_parent>"];

/// The module that first required another, where Node (18) keeps that in a `WeakMap`.
fn weak_parent(graph: &HeapGraph, module: NodeId) -> Option<NodeId> {
    let edges = &graph.snapshot().edges;
    let is_parent = |&edge: &usize| {
        edges.kind(edge) == EdgeKind::Internal
            && graph.vocabulary().word(edges.name_or_index(edge)) == Word::WeakMapPair
            && graph.raw_name(edges.target(edge)) == "Module"
    };
    graph.snapshot().nodes.edges(module).find(is_parent).map(|edge| edges.target(edge))
}

/// The file of a module that was loaded by `require`.
fn module_file(graph: &HeapGraph, module: NodeId) -> Option<Place> {
    let name = property(graph, module, &["filename"]).filter(|_| graph.raw_name(module) == "Module")?;
    let file = graph.display_name(name);
    Some(Place { package: package_of(&file), file, line: None, column: None, function: None })
}

/// The file of an ES module that Node's loader has an entry for; without the query that tells it from others.
fn imported_file(graph: &HeapGraph, entry: NodeId) -> Option<Place> {
    const AROUND: usize = 60;
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let mut seen = FxHashSet::from_iter([entry]);
    let mut queue = VecDeque::from([entry]);
    while let Some(node) = queue.pop_front().filter(|_| seen.len() < AROUND) {
        if let Some(url) = property(graph, node, &["url"]).map(|url| graph.display_name(url))
            && is_application(&url)
        {
            let file = url[..url.find(['?', '#']).unwrap_or(url.len())].to_owned();
            return Some(Place { file, line: None, column: None, function: None, package: None });
        }
        for edge in nodes.edges(node).filter(|&edge| edges.kind(edge) == EdgeKind::Property) {
            let target = edges.target(edge);
            if nodes.kind(target) == NodeKind::OBJECT && seen.insert(target) {
                queue.push_back(target);
            }
        }
    }
    None
}

/// A function near the newest entries: their callback or listener. The program's own, or else a package's.
fn opener(graph: &HeapGraph, scripts: &Scripts, entries: &[NodeId]) -> Option<Place> {
    /// Entries that are asked, and objects around each that are looked at.
    const ASKED: usize = 8;
    const AROUND: usize = 1200;
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let mut second = None;
    for &entry in entries.iter().rev().take(ASKED) {
        let mut seen = FxHashSet::from_iter([entry]);
        let mut queue = VecDeque::from([entry]);
        while let Some(node) = queue.pop_front().filter(|_| seen.len() < AROUND) {
            for edge in nodes.edges(node) {
                let target = edges.target(edge);
                let follows = match edges.kind(edge) {
                    EdgeKind::Element => true,
                    EdgeKind::Property | EdgeKind::Internal => {
                        graph.vocabulary().word(edges.name_or_index(edge)) != Word::Proto
                    }
                    _ => false,
                };
                if !follows || !seen.insert(target) {
                    continue;
                }
                match nodes.kind(target) {
                    NodeKind::CLOSURE => match scripts.place(graph, target) {
                        Some(place) if is_application(&place.file) => return Some(place),
                        Some(place) if place.package.is_some() => second = second.or(Some(place)),
                        // What a function of Node wraps is a property of it; a bound function has no place, but leads
                        // to the one it binds.
                        _ => queue.push_back(target),
                    },
                    NodeKind::OBJECT | NodeKind::ARRAY | NodeKind::NATIVE => queue.push_back(target),
                    _ => {}
                }
            }
        }
    }
    second
}

impl<'a> Case<'a> {
    pub(crate) fn of(
        series: &'a Series,
        retainers: &Retainers,
        scripts: &Scripts,
        growth: &'a Growth,
        monitor: &Monitor,
    ) -> Result<Self> {
        let graph = &series.subject;
        let holder = growth.holders[0];
        let classes_of = graph.classes(monitor)?;
        // One thing added again and again is no new node: then all there is is looked at.
        let all_entries = if growth.entries.is_empty() { entry_nodes(graph, holder) } else { Vec::new() };
        let entries = if growth.entries.is_empty() { &all_entries } else { &growth.entries };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut places: BTreeMap<(u32, u32, u32), (usize, NodeId)> = BTreeMap::new();
        // From the newest back: the oldest may be what a program starts with.
        for &entry in entries.iter().rev().take(SAMPLE) {
            *counts.entry(&classes_of.get(entry).name).or_default() += 1;
            if let Some(at) = graph.snapshot().locations.get(entry) {
                places.entry((at.script, at.line, at.column)).or_insert((0, entry)).0 += 1;
            }
        }
        let mut classes: Vec<(String, usize)> =
            counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        classes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let made_by = places.values().max_by_key(|(count, _)| *count);
        let made_by = made_by.and_then(|&(_, node)| scripts.place(graph, node));
        // What Node or a package made was made for somebody: a function of the program that hangs on it.
        // The list of a module's children is the module's; a module's own file is that of who required it.
        let owner = retainers.edges(holder).map(|edge| graph.snapshot().nodes.of_edge(edge));
        let imported = || {
            let is_loader = series.subject.display_name(holder).ends_with("LoadCache");
            is_loader.then(|| entries.iter().rev().take(8).find_map(|&entry| imported_file(graph, entry))).flatten()
        };
        let required_by = owner.into_iter().find_map(|owner| module_file(graph, owner)).or_else(|| {
            let parent = |&entry: &NodeId| {
                let parent = property(graph, entry, &PARENT).or_else(|| weak_parent(graph, entry))?;
                module_file(graph, parent)
            };
            entries.iter().rev().take(8).find_map(parent).or_else(imported)
        });
        let entry_place = match made_by {
            _ if required_by.is_some() => required_by,
            Some(place) if is_application(&place.file) => Some(place),
            other => opener(graph, scripts, entries).or(other),
        };

        let ways = graph.ways(monitor)?;
        let mut above = Vec::new();
        let mut at = holder;
        while let Some(edge) = ways.via(at).filter(|_| above.len() < ABOVE) {
            at = graph.snapshot().nodes.of_edge(edge);
            above.push((graph.edge_name(edge).into_owned(), classes_of.get(at).name.clone()));
        }
        let kind = graph.snapshot().nodes.kind(holder);
        let mut name = if growth.kind == GrowthKind::Handles {
            None
        } else if graph.word(holder) == Word::ContextNode || kind == NodeKind::CLOSURE {
            let anchor = growth.anchor.and_then(|anchor| name_of(graph, retainers, scripts, anchor));
            // A scope without a name of its own: the function that V8 made for it, as those that settle a promise.
            anchor.or_else(|| {
                let functions = retainers.edges(holder).map(|edge| graph.snapshot().nodes.of_edge(edge));
                let functions = functions.filter(|&node| graph.snapshot().nodes.kind(node) == NodeKind::CLOSURE);
                functions.into_iter().find_map(|function| name_of(graph, retainers, scripts, function))
            })
        } else {
            // What came later is no name for what was there: entries often lead back to what holds them.
            let is_old = |node: NodeId| series.is_old(node);
            let by_old = is_old(holder).then(|| name_by(graph, retainers, scripts, holder, is_old)).flatten();
            let by_all = || by_old.or_else(|| name_of(graph, retainers, scripts, holder));
            global_name(graph, holder).or_else(by_all)
        };
        // A place in Node itself is nothing that anyone could change.
        let in_node = name.as_ref().is_some_and(Name::is_of_node);
        if let Some(name) = &mut name
            && in_node
        {
            name.place = None;
        }
        let owner = retainers.edges(holder).find(|&edge| graph.snapshot().edges.kind(edge) == EdgeKind::Property);
        let owner = owner.and_then(|edge| scripts.place(graph, graph.snapshot().nodes.of_edge(edge)));
        let owner_package = owner.and_then(|place| place.package);
        Ok(Self { series, growth, holder, name, classes, above, in_node, owner_package, entry_place })
    }

    pub(crate) fn graph(&self) -> &HeapGraph {
        &self.series.subject
    }

    /// Entries that came in each interval.
    pub(crate) fn added(&self) -> Vec<u64> {
        self.growth.counts.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect()
    }

    /// Whether a rest brought back most of what came under load.
    pub(crate) fn came_back(&self) -> bool {
        let counts = &self.growth.counts;
        let (first, last, peak) = (counts[0], counts[counts.len() - 1], counts[self.series.loads()]);
        self.series.ends_in_rest && last.saturating_sub(first) * 2 < peak.saturating_sub(first)
    }

    /// Whether what came in the first interval is still there at the end.
    pub(crate) fn stays(&self) -> bool {
        let first = self.added()[0];
        let born_first = self.growth.entries.iter().filter(|&&entry| self.series.born(entry) == 1).count() as u64;
        // A structure that is made anew with each change has parts of it made anew, but not all.
        let part = if self.series.born(self.holder) == self.series.intervals() { 4 } else { 2 };
        // Entries that are all old (one function, added again and again) have no age to tell by.
        self.growth.entries.is_empty() || born_first * part >= first || self.growth.entries.len() as u64 * 2 < first
    }

    /// Share of the entries looked at whose class name passes.
    pub(crate) fn share(&self, passes: impl Fn(&str) -> bool) -> f64 {
        let all: usize = self.classes.iter().map(|(_, count)| count).sum();
        let those: usize = self.classes.iter().filter(|(name, _)| passes(name)).map(|(_, count)| count).sum();
        if all == 0 { 0.0 } else { those as f64 / all as f64 }
    }

    /// The holder's class.
    pub(crate) fn holder_class(&self) -> String {
        self.graph()
            .classes(&Monitor::none())
            .map_or_else(|_| String::new(), |classes| classes.get(self.holder).name.clone())
    }

    /// The holder's name in the program, or nothing.
    pub(crate) fn expression(&self) -> &str {
        self.name.as_ref().map_or("", |name| &name.expression)
    }

    /// Whether one of the last two edges on the way to the holder, or its name in the program, has this text.
    pub(crate) fn is_under(&self, text: &str) -> bool {
        self.above.iter().take(2).any(|(edge, _)| edge.contains(text)) || self.expression().contains(text)
    }

    /// Whether objects of this class are part of what grew.
    pub(crate) fn has_part(&self, class: &str) -> bool {
        let Ok(classes) = self.graph().classes(&Monitor::none()) else { return false };
        self.growth.parts.iter().any(|&part| classes.all()[part as usize].name == class)
    }

    /// The last word of the holder's name in the program.
    pub(crate) fn last_word(&self) -> &str {
        let words = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'));
        self.expression().rsplit(words).find(|word| !word.is_empty()).unwrap_or("")
    }

    /// Some of the newest entries.
    pub(crate) fn sample(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.growth.entries.iter().rev().take(64).copied()
    }

    /// What V8 and Node do for themselves: known by structure.
    pub(crate) fn is_noise(&self) -> bool {
        let graph = self.graph();
        let kind = graph.snapshot().nodes.kind(self.holder);
        let anonymous_store = matches!(kind, NodeKind::CODE | NodeKind::HIDDEN | NodeKind::OBJECT_SHAPE);
        let only_code = self.growth.kind == GrowthKind::Handles
            && self.share(|class| {
                // What Node keeps of each function that it compiles for a module is an object with its loader.
                class == "Function"
                    || class.starts_with("system / ")
                    || class == "Object"
                    || class.starts_with('{') && class.contains("importModuleDynamically")
            }) > 0.5;
        // Parts of handles that something else accounts for.
        let nothing_left = self.growth.kind == GrowthKind::Handles
            && self.growth.bytes.iter().all(|&bytes| bytes == 0)
            && self.share(|class| matches!(class, "Array" | "Map" | "Set" | "Object")) > 0.5;
        anonymous_store || only_code || nothing_left || self.is_bounded_by_node() || self.is_loading_of_packages()
    }

    /// Timings of requests, of which Node itself keeps no more than 250.
    fn is_bounded_by_node(&self) -> bool {
        self.share(|class| class == "PerformanceResourceTiming") > 0.5
            && matches!(self.expression(), "" | "resourceTimingBuffer")
    }

    /// What Node notes of packages that are loaded when they are first needed: once for each file.
    fn is_loading_of_packages(&self) -> bool {
        let graph = self.graph();
        let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
        let is_loader = self.expression().starts_with("Module._")
            || self.name.as_ref().is_none_or(|name| name.place.is_none() && name.root == NameRoot::Variable);
        let says = |node: NodeId| nodes.kind(node).is_string() && graph.display_name(node).contains("/node_modules/");
        let is_of_package = |&node: &NodeId| says(node) || nodes.edges(node).any(|edge| says(edges.target(edge)));
        let all = self.sample().count();
        is_loader && all > 0 && self.sample().filter(is_of_package).count() * 2 > all
    }
}
