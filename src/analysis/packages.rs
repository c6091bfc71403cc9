//! Whose bytes they are: the heap by npm package and by source file.
//!
//! A snapshot says where functions stand and where constructors do, and of nothing else whose it is. So what has no
//! place in source belongs where the nearest object belongs that it depends on: its nearest dominator with a place.
//! Objects of Node's own classes (buffers, sockets, emitters) are, like Maps and arrays, means that others use, and go
//! with who holds them; with nobody of the program above them they are Node's.

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::places::{Scripts, follow, package_of};
use crate::{
    error::Result,
    graph::{HeapGraph, Word},
    hashing::SeededMap,
    memory,
    monitor::Monitor,
    snapshot::{NodeId, NodeKind},
};

/// What a package has in the heap. Bytes and counts are of nodes with a shallow size above zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageRow {
    /// Name of the package, or `(application)`, `(Node.js)`, `(unknown)`.
    pub name: String,
    /// Sum of the shallow sizes of what belongs to it. All rows together are the heap.
    pub self_size: u64,
    /// What would be freed with all of that; nested ones are counted once.
    pub retained_size: u64,
    /// Number of nodes.
    pub count: u64,
}

/// What a source file has in the heap, counted as that of packages is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModuleRow {
    /// The file, as the snapshot names it; `(native)` for Node's own part in C++, `(unknown)` for what has none.
    pub name: String,
    /// The package of the file, as rows of packages name it.
    pub package: String,
    /// Sum of the shallow sizes of what belongs to it.
    pub self_size: u64,
    /// What would be freed with all of that; nested ones are counted once.
    pub retained_size: u64,
    /// Number of nodes.
    pub count: u64,
}

const UNKNOWN: u32 = 0;
const NATIVE: u32 = 1;
/// Marks a file of Node's as the place of a class: what holds an instance has a better claim.
const MEANS: u32 = 1 << 31;

const APPLICATION: &str = "(application)";
const NODE: &str = "(Node.js)";
const NOBODY: &str = "(unknown)";

/// To which source file each node belongs.
pub(crate) struct Belonging {
    files: Vec<File>,
    of_node: Vec<u32>,
}

struct File {
    name: String,
    package: String,
}

impl File {
    fn of(name: String) -> Self {
        let package = match package_of(&name) {
            Some(package) => package,
            None if name.starts_with("node:") || name.starts_with("internal/") => NODE.to_owned(),
            None => APPLICATION.to_owned(),
        };
        Self { name, package }
    }
}

/// Numbers files as their scripts turn up.
struct Files<'a> {
    scripts: &'a Scripts,
    list: Vec<File>,
    by_name: SeededMap<String, u32>,
    by_script: FxHashMap<u32, u32>,
}

impl Files<'_> {
    fn of_place(&mut self, location: crate::snapshot::Location) -> u32 {
        if let Some(&known) = self.by_script.get(&location.script) {
            return known;
        }
        let number = self.scripts.at(location, None).map_or(UNKNOWN, |place| {
            let next = self.list.len() as u32;
            *self.by_name.entry(place.file).or_insert_with_key(|name| {
                self.list.push(File::of(name.clone()));
                next
            })
        });
        self.by_script.insert(location.script, number);
        number
    }

    fn is_of_node(&self, file: u32) -> bool {
        self.list[file as usize].package == NODE
    }
}

impl Belonging {
    pub(crate) fn of(graph: &HeapGraph, scripts: &Scripts, monitor: &Monitor) -> Result<Self> {
        let (nodes, tree) = (&graph.snapshot().nodes, graph.dominator_tree(monitor)?);
        let own = |name: &str, package: &str| File { name: name.to_owned(), package: package.to_owned() };
        let list = vec![own(NOBODY, NOBODY), own("(native)", NODE)];
        let mut files = Files { scripts, list, by_name: SeededMap::default(), by_script: FxHashMap::default() };
        let mut of_node: Vec<u32> = memory::zeroed(nodes.len(), "files of nodes")?;
        for (row, (node, location)) in graph.snapshot().locations.iter().enumerate() {
            monitor.tick(row)?;
            let file = files.of_place(location);
            if file == UNKNOWN {
                continue;
            }
            if nodes.kind(node) != NodeKind::CLOSURE {
                of_node[node.index()] = if files.is_of_node(file) { file | MEANS } else { file };
                continue;
            }
            of_node[node.index()] = file;
            // The variables the function sees, what all its closures share, and the script with its source.
            let scope = follow(graph, node, Word::Context).filter(|&scope| graph.word(scope) == Word::ContextNode);
            let shared = follow(graph, node, Word::Shared);
            let script = shared.and_then(|shared| {
                follow(graph, shared, Word::Script).or_else(|| follow(graph, shared, Word::ScriptOrDebugInfo))
            });
            for part in [scope, shared, script].into_iter().flatten() {
                if of_node[part.index()] == UNKNOWN {
                    of_node[part.index()] = file;
                }
            }
        }
        for (position, node) in tree.preorder().enumerate() {
            monitor.tick(position)?;
            // Nothing stands above the root, whatever the file says of its place.
            let above = if position == 0 { UNKNOWN } else { of_node[tree.immediate(node).index()] };
            let has_owner = || above > NATIVE && !files.is_of_node(above);
            let own = match of_node[node.index()] {
                UNKNOWN if nodes.kind(node) == NodeKind::NATIVE && graph.raw_name(node).starts_with("Node / ") => {
                    NATIVE | MEANS
                }
                own => own,
            };
            of_node[node.index()] = match own {
                UNKNOWN => above,
                means if means & MEANS != 0 => {
                    if has_owner() {
                        above
                    } else {
                        means & !MEANS
                    }
                }
                own => own,
            };
        }
        Ok(Self { files: files.list, of_node })
    }

    /// The number of the file that a node belongs to.
    pub(crate) fn file(&self, node: NodeId) -> u32 {
        self.of_node[node.index()]
    }

    /// How the file of a number is called.
    pub(crate) fn file_name(&self, file: u32) -> &str {
        &self.files[file as usize].name
    }

    /// How its package is called.
    pub(crate) fn package_name(&self, file: u32) -> &str {
        &self.files[file as usize].package
    }

    /// Whether a node belongs to Node itself.
    pub(crate) fn is_of_node(&self, node: NodeId) -> bool {
        self.files[self.of_node[node.index()] as usize].package == NODE
    }
}

#[derive(Clone, Copy, Default)]
struct Sum {
    count: u64,
    self_size: u64,
    retained_size: u64,
    /// End of the subtree of the last node that counted.
    covered_to: usize,
}

impl Sum {
    fn add(&mut self, size: u64, retained: u64, stretch: std::ops::Range<usize>) {
        self.count += 1;
        self.self_size += size;
        // Inside the subtree of another of the same group it is part of what that one retains.
        if stretch.start >= self.covered_to {
            self.retained_size += retained;
            self.covered_to = stretch.end;
        }
    }
}

/// The heap by package and by file, what retains most first.
pub(crate) fn packages(
    graph: &HeapGraph,
    belonging: &Belonging,
    monitor: &Monitor,
) -> Result<(Vec<PackageRow>, Vec<ModuleRow>)> {
    let (tree, shallow) = (graph.dominator_tree(monitor)?, graph.shallow_sizes(monitor)?);
    let retained = graph.retained_sizes(monitor)?;
    let files = &belonging.files;
    let mut names: Vec<&str> = Vec::new();
    let mut numbers: SeededMap<&str, usize> = SeededMap::default();
    let package_of_file: Vec<usize> = files
        .iter()
        .map(|file| {
            *numbers.entry(&file.package).or_insert_with(|| {
                names.push(&file.package);
                names.len() - 1
            })
        })
        .collect();
    let mut by_file = vec![Sum::default(); files.len()];
    let mut by_package = vec![Sum::default(); names.len()];
    for (position, node) in tree.preorder().enumerate() {
        monitor.tick(position)?;
        let size = shallow.get(node);
        if size == 0 {
            continue;
        }
        let file = belonging.of_node[node.index()] as usize;
        let stretch = position..position + tree.subtree_len(node) as usize;
        by_file[file].add(size, retained.get(node), stretch.clone());
        by_package[package_of_file[file]].add(size, retained.get(node), stretch);
    }
    let mut packages: Vec<PackageRow> = names
        .iter()
        .zip(&by_package)
        .filter(|(_, sum)| sum.count > 0)
        .map(|(name, sum)| PackageRow {
            name: (*name).to_owned(),
            self_size: sum.self_size,
            retained_size: sum.retained_size,
            count: sum.count,
        })
        .collect();
    packages.sort_by(|a, b| (b.retained_size, b.self_size, &a.name).cmp(&(a.retained_size, a.self_size, &b.name)));
    let mut modules: Vec<ModuleRow> = files
        .iter()
        .zip(&by_file)
        .filter(|(_, sum)| sum.count > 0)
        .map(|(file, sum)| ModuleRow {
            name: file.name.clone(),
            package: file.package.clone(),
            self_size: sum.self_size,
            retained_size: sum.retained_size,
            count: sum.count,
        })
        .collect();
    modules.sort_by(|a, b| (b.retained_size, b.self_size, &a.name).cmp(&(a.retained_size, a.self_size, &b.name)));
    Ok((packages, modules))
}
