//! A heap with all that the model finds out about it and all that the engine does: what targets that ask questions of
//! an open heap begin with.

use heap_analyzer::{graph::HeapGraph, monitor::Monitor, snapshot::NodeId};

use super::{
    graph::open,
    heap::Heap,
    model::{Edge, Model, Node, Reading},
};

/// A heap, by the model and by the engine.
pub struct Facts {
    /// The model.
    pub model: Model,
    /// Immediate dominators.
    pub dominators: Vec<usize>,
    /// Shallow sizes.
    pub shallow: Vec<u64>,
    /// Retained sizes.
    pub retained: Vec<u64>,
    /// The engine's heap.
    pub graph: HeapGraph,
}

impl Facts {
    /// Reads a heap twice.
    #[must_use]
    pub fn of(heap: &Heap) -> Self {
        Self::read(&heap.text())
    }

    /// The same from a heap's text.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let Reading::Valid(model) = Model::read(text.as_bytes()) else { panic!("the heap is none: {text}") };
        let graph = HeapGraph::new(open(text.as_bytes()).unwrap(), &Monitor::none()).unwrap();
        let dominators = model.dominators();
        let retained = model.retained(&dominators);
        Self { shallow: model.shallow(), retained, dominators, model: *model, graph }
    }

    /// Nodes above a node in the tree of dominators, the nearest first.
    pub fn above(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(node), |&at| Some(self.dominators[at]).filter(|&above| above != at)).skip(1)
    }

    /// What would be freed with all of some nodes; what one keeps that another keeps counts once.
    #[must_use]
    pub fn retained_by_all(&self, members: &[usize]) -> u64 {
        let is_outermost = |&&node: &&usize| !self.above(node).any(|above| members.contains(&above));
        members.iter().filter(is_outermost).map(|&node| self.retained[node]).sum()
    }

    /// Name and key of a node's class, as the engine has it: the classes are another target's.
    #[must_use]
    pub fn class(&self, node: usize) -> (&str, &str) {
        let class = self.graph.classes(&Monitor::none()).unwrap().get(NodeId::from_index(node));
        (&class.name, &class.key)
    }

    /// All edges with the node that each leaves, in the order of the file.
    pub fn edges(&self) -> impl Iterator<Item = (usize, &Edge)> {
        self.model.nodes.iter().enumerate().flat_map(|(from, node)| node.edges.iter().map(move |edge| (from, edge)))
    }
}

impl Model {
    /// Whether a DOM node is out of every document: by its state, or where the file has none by its name.
    #[must_use]
    pub fn is_detached(&self, node: usize) -> bool {
        let Node { kind, name, .. } = &self.nodes[node];
        self.renamed[node] || !self.has_states && kind == "native" && name.starts_with("Detached ")
    }

    /// The name, `Detached ` before it where the state asks for that.
    #[must_use]
    pub fn shown(&self, node: usize) -> String {
        format!("{}{}", if self.renamed[node] { "Detached " } else { "" }, self.nodes[node].name)
    }

    /// The target of a node's first edge of V8's own with this name.
    #[must_use]
    pub fn follow(&self, node: usize, name: &str) -> Option<usize> {
        let is_it = |edge: &&Edge| edge.kind == "internal" && edge.name.as_deref() == Some(name);
        self.nodes[node].edges.iter().find(is_it).map(|edge| edge.to)
    }

    /// Whether it holds the variables of a function.
    #[must_use]
    pub fn is_scope(&self, node: usize) -> bool {
        let name = self.shown(node);
        name == "system / Context" || name.starts_with("system / Context / ")
    }
}

/// At most so many characters, and a sign that there were more.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most).chain(['…']).collect() }
}
