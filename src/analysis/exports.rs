//! What modules export: under which name, and from which file.
//!
//! A value that one file exports and another imports has a variable in the one that imports it. People look for it
//! where it is made.

use super::places::Place;
use crate::{
    graph::{HeapGraph, Retainers},
    snapshot::{EdgeKind, NodeId},
};

/// The name under which an ES module exports the variable in a cell, and the module's file. The module's table of
/// exports has names and cells in turns.
pub(super) fn exported(graph: &HeapGraph, retainers: &Retainers, cell: NodeId) -> Option<(String, Option<Place>)> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let index_of = |edge: usize| graph.edge_name(edge).parse::<u32>().ok();
    retainers.edges(cell).find_map(|edge| {
        let table = nodes.of_edge(edge);
        // The first field of a module is its table of exports; others have the same cells without names.
        let module = retainers.edges(table).find_map(|edge| {
            let module = nodes.of_edge(edge);
            let is_table = edges.kind(edge) == EdgeKind::Hidden && edges.name_or_index(edge) == 0;
            (is_table && graph.raw_name(module) == "system / SourceTextModule").then_some(module)
        })?;
        let at = index_of(edge)?.checked_sub(1)?;
        let key = nodes.edges(table).find(|&other| index_of(other) == Some(at)).map(|other| edges.target(other))?;
        let name = graph.raw_name(key).into_owned();
        let place = module_url(graph, retainers, module).map(Place::of_file);
        Some((name, place))
    })
}

/// The file of the `CommonJS` module that exports a value, as such or as a property of its exports.
pub(super) fn exporting_file(graph: &HeapGraph, retainers: &Retainers, node: NodeId) -> Option<String> {
    let nodes = &graph.snapshot().nodes;
    let is_property =
        |&edge: &usize| graph.snapshot().edges.kind(edge) == EdgeKind::Property && graph.edge_name(edge) != "__proto__";
    let file_of = |value: NodeId| {
        retainers.edges(value).filter(is_property).filter(|&edge| graph.edge_name(edge) == "exports").find_map(|edge| {
            let module = nodes.of_edge(edge);
            let name = nodes.edges(module).find(|&edge| graph.edge_name(edge) == "filename")?;
            (graph.raw_name(module) == "Module").then(|| graph.display_name(graph.snapshot().edges.target(name)))
        })
    };
    file_of(node).or_else(|| {
        let owners = retainers.edges(node).filter(is_property).map(|edge| nodes.of_edge(edge));
        owners.take(16).find_map(file_of)
    })
}

/// The URL of an ES module: Node's wrapper of it knows.
fn module_url(graph: &HeapGraph, retainers: &Retainers, module: NodeId) -> Option<String> {
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    retainers.edges(module).find_map(|edge| {
        let wrapper = nodes.of_edge(edge);
        if graph.raw_name(wrapper) != "ModuleWrap" {
            return None;
        }
        let url = nodes.edges(wrapper).find(|&edge| graph.edge_name(edge) == "url")?;
        Some(graph.display_name(edges.target(url)))
    })
}
