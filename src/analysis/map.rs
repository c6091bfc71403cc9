//! Where the memory is, as nested boxes: package, source file, class, holder. Every byte of the heap is in one box.
//!
//! A byte belongs to a file as in [`super::packages`]. Within a file it hangs on a holder: the uppermost object of that
//! file above it in the dominator tree. What V8 links a program together with (scopes, closures, code, the stores of
//! arrays) says nothing to a person, so it counts for itself, and what hangs on it is looked at one by one: a module's
//! scope falls apart into its `sessions`, its `cache` and so on.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{naming::name_of, node::shortened_to, packages::Belonging, places::Scripts};
use crate::{
    error::Result,
    graph::{HeapGraph, Word},
    hashing::SeededMap,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind, ObjectId},
};

/// Boxes that are told in one box at each level; the rest of them is one box more.
const PACKAGES: usize = 40;
const FILES: usize = 60;
const CLASSES: usize = 24;
const HOLDERS: usize = 12;
/// Part of the heap that a class or holder has to be, to be a box of its own: what is smaller cannot be seen.
const LEAST: u64 = 5_000;
/// Characters of a name.
const NAME: usize = 120;

/// A box of the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MapBox {
    /// What it is: a package, a source file, a class, or what the program calls a holder.
    pub name: String,
    /// Shallow sizes of all that is in it. The boxes in a box together have as many.
    pub size: u64,
    /// Number of nodes with a shallow size above zero.
    pub count: u64,
    /// The object, where it is a holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ObjectId>,
    /// What would be freed with that object: also what belongs to other files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retained_size: Option<u64>,
    /// It stands for so many boxes that are too small to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<u64>,
    /// What is in it, biggest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<MapBox>,
}

impl MapBox {
    fn new(name: String, sum: Sum) -> Self {
        let Sum { size, count } = sum;
        Self { name, size, count, id: None, retained_size: None, others: None, children: Vec::new() }
    }

    /// Takes in boxes: as many as may be, and one for the rest.
    fn with(mut self, mut children: Vec<Self>, most: usize) -> Self {
        children.sort_by(|a, b| (b.size, &a.name, a.id).cmp(&(a.size, &b.name, b.id)));
        let told = children.iter().filter(|child| child.others.is_none()).count();
        let mut rest = Sum::default();
        let mut others = 0;
        let mut kept = Vec::with_capacity(told.min(most) + 1);
        for child in children {
            if child.others.is_none() && kept.len() < most {
                kept.push(child);
            } else {
                rest.add(Sum { size: child.size, count: child.count });
                others += child.others.unwrap_or(1);
            }
        }
        if others > 0 {
            kept.push(Self { others: Some(others), ..Self::new(String::new(), rest) });
        }
        self.children = kept;
        self
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    size: u64,
    count: u64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.size += other.size;
        self.count += other.count;
    }
}

/// What hangs on each holder: by node, nothing for what is no holder.
struct Hanging {
    sizes: Vec<u64>,
    counts: Vec<u32>,
}

impl Hanging {
    fn of(graph: &HeapGraph, belonging: &Belonging, monitor: &Monitor) -> Result<Self> {
        let (tree, shallow) = (graph.dominator_tree(monitor)?, graph.shallow_sizes(monitor)?);
        let nodes = graph.snapshot().nodes.len();
        // The holder of each node, by node; what stands above is met first.
        let mut holder_of: Vec<u32> = memory::zeroed(nodes, "holders of nodes")?;
        let mut sizes: Vec<u64> = memory::zeroed(nodes, "bytes of holders")?;
        let mut counts: Vec<u32> = memory::zeroed(nodes, "nodes of holders")?;
        for (position, node) in tree.preorder().enumerate() {
            monitor.tick(position)?;
            let above = tree.immediate(node);
            let goes_on = position > 0
                && belonging.file(above) == belonging.file(node)
                && !is_structure(graph, NodeId(holder_of[above.index()]));
            let holder = if goes_on { holder_of[above.index()] } else { node.0 };
            holder_of[node.index()] = holder;
            let size = shallow.get(node);
            if size > 0 {
                sizes[holder as usize] += size;
                counts[holder as usize] += 1;
            }
        }
        Ok(Self { sizes, counts })
    }

    fn sum(&self, node: NodeId) -> Sum {
        Sum { size: self.sizes[node.index()], count: u64::from(self.counts[node.index()]) }
    }
}

/// Whether it only links other things together.
pub(super) fn is_structure(graph: &HeapGraph, node: NodeId) -> bool {
    match graph.snapshot().nodes.kind(node) {
        NodeKind::HIDDEN | NodeKind::ARRAY | NodeKind::CODE | NodeKind::CLOSURE | NodeKind::SYNTHETIC => true,
        NodeKind::OBJECT => {
            let name = graph.raw_name(node);
            graph.word(node) == Word::ContextNode
                || name.starts_with("global")
                || name.starts_with("system / ")
                || name == "Module"
        }
        _ => graph.is_root_or_synthetic(node),
    }
}

/// The holders of one class in one file.
#[derive(Default)]
struct Group {
    sum: Sum,
    holders: u64,
    /// Those with most bytes, biggest first.
    biggest: Vec<(Reverse<u64>, NodeId)>,
}

impl Group {
    fn add(&mut self, node: NodeId, sum: Sum, least: u64) {
        self.sum.add(sum);
        self.holders += 1;
        if sum.size < least {
            return;
        }
        let row = (Reverse(sum.size), node);
        let at = self.biggest.partition_point(|other| *other < row);
        if at < HOLDERS {
            self.biggest.insert(at, row);
            self.biggest.truncate(HOLDERS);
        }
    }
}

/// The whole heap as one box with boxes in it.
pub(crate) fn memory_map(
    graph: &HeapGraph,
    scripts: &Scripts,
    belonging: &Belonging,
    monitor: &Monitor,
) -> Result<MapBox> {
    let hanging = Hanging::of(graph, belonging, monitor)?;
    let classes = graph.classes(monitor)?;
    let mut total = Sum::default();
    let mut groups: FxHashMap<(u32, u32), Group> = FxHashMap::default();
    let all: u64 = hanging.sizes.iter().sum();
    let least = all / LEAST;
    for node in graph.snapshot().nodes.all() {
        monitor.tick(node.index())?;
        let sum = hanging.sum(node);
        if sum.count > 0 {
            total.add(sum);
            groups.entry((belonging.file(node), classes.number(node))).or_default().add(node, sum, least);
        }
    }
    let mut files: FxHashMap<u32, (Sum, Vec<MapBox>)> = FxHashMap::default();
    for ((file, class), group) in groups {
        let (sum, boxes) = files.entry(file).or_default();
        sum.add(group.sum);
        let of_class = MapBox::new(shortened_to(classes.all()[class as usize].name.clone(), NAME), group.sum);
        boxes.push(if group.sum.size < least {
            MapBox { others: Some(1), ..of_class }
        } else {
            of_class.with(holder_boxes(graph, scripts, &hanging, &group, monitor)?, HOLDERS)
        });
    }
    let mut packages: SeededMap<&str, (Sum, Vec<MapBox>)> = SeededMap::default();
    for (file, (sum, boxes)) in files {
        let (of_package, in_package) = packages.entry(belonging.package_name(file)).or_default();
        of_package.add(sum);
        in_package.push(MapBox::new(belonging.file_name(file).to_owned(), sum).with(boxes, CLASSES));
    }
    let boxes = packages.into_iter().map(|(name, (sum, files))| MapBox::new(name.to_owned(), sum).with(files, FILES));
    Ok(MapBox::new(String::new(), total).with(boxes.collect(), PACKAGES))
}

fn holder_boxes(
    graph: &HeapGraph,
    scripts: &Scripts,
    hanging: &Hanging,
    group: &Group,
    monitor: &Monitor,
) -> Result<Vec<MapBox>> {
    let (retainers, retained) = (graph.retainers(monitor)?, graph.retained_sizes(monitor)?);
    let mut rest = group.sum;
    let mut boxes = Vec::with_capacity(group.biggest.len() + 1);
    for &(_, node) in &group.biggest {
        monitor.check()?;
        let sum = hanging.sum(node);
        rest.size -= sum.size;
        rest.count -= sum.count;
        let name =
            name_of(graph, retainers, scripts, node).map_or_else(|| graph.display_name(node), |name| name.expression);
        let id = Some(graph.snapshot().nodes.id(node));
        let retained_size = Some(retained.get(node));
        boxes.push(MapBox { id, retained_size, ..MapBox::new(shortened_to(name, NAME), sum) });
    }
    let others = group.holders - group.biggest.len() as u64;
    if others > 0 {
        boxes.push(MapBox { others: Some(others), ..MapBox::new(String::new(), rest) });
    }
    Ok(boxes)
}
