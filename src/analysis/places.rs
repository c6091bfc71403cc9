//! Where in the source something is: scripts by number, and the place of a closure, an instance or a scope.
//!
//! A snapshot gives script numbers with its locations and script names only at the scripts' own nodes; a closure
//! has both, its location's number and, through what its function shares, the way to the script.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::{
    graph::{HeapGraph, Word},
    snapshot::{EdgeKind, Location, NodeId, NodeKind},
};

/// A place in source, with 1-based line and column as editors count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path of the file, or a name such as `node:events`.
    pub file: String,
    /// 1-based; absent where only the file is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based, in UTF-16 units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The function it is in, or that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The package the file belongs to, for files under `node_modules`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

impl Place {
    /// Whether it is in a package.
    pub(crate) fn is_in_package(&self) -> bool {
        self.package.is_some()
    }

    /// A file, without the place in it.
    pub(crate) fn of_file(file: String) -> Self {
        Self { package: package_of(&file), file, line: None, column: None, function: None }
    }
}

/// The scripts of a heap.
#[derive(Debug)]
pub struct Scripts {
    names: FxHashMap<u32, String>,
    /// The folder all files of the application are in, with its slash; empty when they share none.
    root: String,
}

/// The target of the first edge of a node that has this name.
pub(crate) fn follow(graph: &HeapGraph, node: NodeId, word: Word) -> Option<NodeId> {
    let edges = &graph.snapshot().edges;
    let named = |&edge: &usize| {
        edges.kind(edge) == EdgeKind::Internal && graph.vocabulary().word(edges.name_or_index(edge)) == word
    };
    graph.snapshot().nodes.edges(node).find(named).map(|edge| edges.target(edge))
}

impl Scripts {
    /// Finds the names of all scripts that a closure of this heap comes from.
    #[must_use]
    pub fn of(graph: &HeapGraph) -> Self {
        let mut names = FxHashMap::default();
        for (node, location) in graph.snapshot().locations.iter() {
            if graph.snapshot().nodes.kind(node) == NodeKind::CLOSURE
                && !names.contains_key(&location.script)
                && let Some(name) = script_of(graph, node)
            {
                names.insert(location.script, name);
            }
        }
        let root = common_folder(names.values().filter(|name| is_application(name)));
        Self { names, root }
    }

    /// The place of a closure (its parameter list) or of an instance (its constructor).
    #[must_use]
    pub fn place(&self, graph: &HeapGraph, node: NodeId) -> Option<Place> {
        let location = graph.snapshot().locations.get(node)?;
        let function = (graph.snapshot().nodes.kind(node) == NodeKind::CLOSURE)
            .then(|| graph.raw_name(node).into_owned())
            .filter(|name| !name.is_empty());
        self.at(location, function)
    }

    pub(crate) fn at(&self, location: Location, function: Option<String>) -> Option<Place> {
        let file = self.names.get(&location.script)?.clone();
        let package = package_of(&file);
        // What has none is -1 in the file, the greatest number here.
        let (line, column) = (location.line.checked_add(1), location.column.checked_add(1));
        Some(Place { file, line, column, function, package })
    }

    /// A file as people name it: relative to the application or to its package.
    #[must_use]
    pub fn short<'a>(&self, file: &'a str) -> &'a str {
        if let Some(at) = file.rfind("/node_modules/") {
            return &file[at + "/node_modules/".len()..];
        }
        let path = file.strip_prefix("file://").unwrap_or(file);
        // Files that share nothing but the root of all are not told apart by leaving it out.
        if self.root.len() <= 1 { path } else { path.strip_prefix(&self.root).unwrap_or(path) }
    }
}

/// What all closures of a function share.
pub(crate) fn shared_node(graph: &HeapGraph, closure: NodeId) -> Option<NodeId> {
    follow(graph, closure, Word::Shared)
}

/// The script a closure's function is in.
pub(crate) fn script_node(graph: &HeapGraph, closure: NodeId) -> Option<NodeId> {
    let shared = shared_node(graph, closure)?;
    follow(graph, shared, Word::Script).or_else(|| follow(graph, shared, Word::ScriptOrDebugInfo))
}

/// The string that is a script's text.
pub(crate) fn source_node(graph: &HeapGraph, script: NodeId) -> Option<NodeId> {
    let edges = &graph.snapshot().edges;
    let is_source = |&edge: &usize| edges.kind(edge) == EdgeKind::Internal && graph.edge_name(edge) == "source";
    let source = graph.snapshot().nodes.edges(script).find(is_source).map(|edge| edges.target(edge))?;
    graph.snapshot().nodes.kind(source).is_string().then_some(source)
}

/// Name of the script a closure's function is in.
pub(crate) fn script_of(graph: &HeapGraph, closure: NodeId) -> Option<String> {
    let name = graph.raw_name(script_node(graph, closure)?);
    // Newer V8 says what it is before its name.
    let name = name.strip_prefix("system / Script / ").unwrap_or(&name);
    (!name.is_empty() && !name.starts_with("system / ")).then(|| name.to_owned())
}

/// Whether a script is the user's own: no part of Node, no package, no evaluated text.
pub(crate) fn is_application(file: &str) -> bool {
    (file.starts_with('/') || file.starts_with("file://") || file.get(1..3) == Some(":\\"))
        && !file.contains("/node_modules/")
}

/// `lru-cache`, `@scope/name`: the innermost package a file belongs to.
pub(crate) fn package_of(file: &str) -> Option<String> {
    let inside = &file[file.rfind("/node_modules/")? + "/node_modules/".len()..];
    let mut parts = inside.split('/');
    let first = parts.next()?;
    if first.starts_with('@') { Some(format!("{first}/{}", parts.next()?)) } else { Some(first.to_owned()) }
}

fn common_folder<'a>(mut files: impl Iterator<Item = &'a String>) -> String {
    let path = |file: &'a String| file.strip_prefix("file://").unwrap_or(file);
    let Some(first) = files.next().map(path) else { return String::new() };
    let mut common = &first[..first.rfind('/').map_or(0, |slash| slash + 1)];
    for file in files.map(path) {
        while !file.starts_with(common) {
            common = &common[..common.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1)];
        }
    }
    common.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_and_folders_are_read_off_paths() {
        assert_eq!(package_of("/app/node_modules/@a/b/lib/x.js").as_deref(), Some("@a/b"));
        assert_eq!(package_of("/app/node_modules/x/node_modules/y/i.js").as_deref(), Some("y"));
        assert_eq!(package_of("/app/src/x.js"), None);
        let files = ["/app/src/a.js", "file:///app/src/lib/b.mjs", "/app/index.js"].map(str::to_owned);
        assert_eq!(common_folder(files.iter()), "/app/");
        assert!(is_application("/app/x.js") && !is_application("node:events") && !is_application(""));
    }
}
