//! Every figure of every node as typed arrays: what the conformance suite holds against DevTools.

use napi::bindgen_prelude::{Float64Array, Int32Array, Uint32Array};
use napi_derive::napi;

use super::job::{Deliver, Job};
use crate::{
    error::Result,
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{NodeId, Snapshot, Source},
};

/// A job whose answer is the facts.
pub(crate) type FactsTask = Job<Facts>;

/// Facts by ordinal. Each accessor copies.
#[napi]
pub struct Facts {
    graph: HeapGraph,
}

impl Facts {
    pub(crate) fn of(source: Source, monitor: &Monitor) -> Result<Self> {
        let graph = HeapGraph::new(Snapshot::open(source, monitor)?, monitor)?;
        graph.prepare(monitor)?;
        Ok(Self { graph })
    }

    /// Everything was computed when the facts were made, so nothing can fail here.
    fn ready<'a, T>(&'a self, fact: impl FnOnce(&'a HeapGraph, &Monitor) -> Result<T>) -> T {
        fact(&self.graph, &Monitor::none()).expect("facts are prepared when they are made")
    }

    /// A figure of every node, by node.
    fn floats(&self, figure: impl Fn(NodeId) -> u64) -> Float64Array {
        self.graph.snapshot().nodes.all().map(|node| figure(node) as f64).collect::<Vec<f64>>().into()
    }
}

impl Deliver for Facts {
    type JsValue = Self;
    fn deliver(self) -> Self {
        self
    }
}

#[napi]
impl Facts {
    /// V8's ids.
    #[napi(getter)]
    pub fn ids(&self) -> Uint32Array {
        let nodes = &self.graph.snapshot().nodes;
        nodes.all().map(|node| nodes.id(node).0).collect::<Vec<u32>>().into()
    }

    /// Shallow sizes after ownership, in bytes.
    #[napi(getter)]
    pub fn self_sizes(&self) -> Float64Array {
        let sizes = self.ready(HeapGraph::shallow_sizes);
        self.floats(|node| sizes.get(node))
    }

    /// Retained sizes in bytes.
    #[napi(getter)]
    pub fn retained_sizes(&self) -> Float64Array {
        let sizes = self.ready(HeapGraph::retained_sizes);
        self.floats(|node| sizes.get(node))
    }

    /// Distances.
    #[napi(getter)]
    pub fn distances(&self) -> Int32Array {
        self.ready(HeapGraph::distances).all().collect::<Vec<i32>>().into()
    }

    /// Ordinals of immediate dominators.
    #[napi(getter)]
    pub fn dominators(&self) -> Uint32Array {
        let tree = self.ready(HeapGraph::dominator_tree);
        self.graph.snapshot().nodes.all().map(|node| tree.immediate(node).0).collect::<Vec<u32>>().into()
    }

    /// For each node the index of its class in `classNames` and `classKeys`.
    #[napi(getter)]
    pub fn class_indexes(&self) -> Uint32Array {
        self.ready(HeapGraph::classes).numbers().to_vec().into()
    }

    /// Names of the classes.
    #[napi]
    pub fn class_names(&self) -> Vec<String> {
        self.ready(HeapGraph::classes).all().iter().map(|class| class.name.clone()).collect()
    }

    /// Keys of the classes.
    #[napi]
    pub fn class_keys(&self) -> Vec<String> {
        self.ready(HeapGraph::classes).all().iter().map(|class| class.key.clone()).collect()
    }
}
