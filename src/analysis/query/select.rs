//! Which objects are wanted: filters over the columns, those that cost least first.
//!
//! A filter on a text is decided once for each string of the table and once for each class, not once for each node. What
//! a filter does not ask for is not computed: one on types needs no dominators.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use rayon::prelude::*;
use serde::Deserialize;

use super::{known::Known, references::References};
use crate::{
    error::Result,
    graph::{Classes, DomState, HeapGraph, RetainedSizes},
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, NodeKind, Sizes},
};

/// So few nodes are not worth a second thread.
const FEW: u32 = 1 << 15;

/// What a text must be: one of some, or begin with one, end with one, or have one in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TextFilter {
    /// The texts.
    pub any: Vec<String>,
    /// It must begin with one of them.
    pub starts: bool,
    /// It must end with one of them; with `starts`, be one of them.
    pub ends: bool,
}

impl TextFilter {
    fn holds(&self, text: &str) -> bool {
        self.any.iter().any(|one| match (self.starts, self.ends) {
            (true, true) => text == one,
            (true, false) => text.starts_with(one.as_str()),
            (false, true) => text.ends_with(one.as_str()),
            (false, false) => text.contains(one.as_str()),
        })
    }
}

/// Which objects are wanted. All that is given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// V8's types, one of them.
    #[serde(rename = "type")]
    pub kinds: Option<Vec<String>>,
    /// Name of the class.
    pub class: Option<TextFilter>,
    /// Numbers of classes, one of them.
    pub class_numbers: Option<Vec<u32>>,
    /// The name as people see it.
    pub name: Option<TextFilter>,
    /// The name of a property that it has.
    pub property: Option<TextFilter>,
    /// Least shallow size, in bytes.
    pub min_self: Option<u64>,
    /// Least retained size, in bytes.
    pub min_retained: Option<u64>,
    /// Greatest retained size, in bytes.
    pub max_retained: Option<u64>,
    /// Least number of references that leave it; of a Map or Set, those of its table.
    pub min_references: Option<u64>,
    /// An id that its own must be greater than.
    pub newer_than: Option<u64>,
    /// Whether it must be a DOM node that is out of every document, or must not.
    pub detached: Option<bool>,
}

impl Filter {
    /// Whether deciding takes dominators and what follows from them.
    #[must_use]
    pub fn needs_dominators(&self) -> bool {
        self.min_retained.is_some() || self.max_retained.is_some()
    }
}

/// The nodes that pass, of those from `first` to before `end`, in their order.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn select(graph: &HeapGraph, filter: &Filter, (first, end): (u32, u32), monitor: &Monitor) -> Result<Vec<NodeId>> {
    let end = end.min(graph.snapshot().nodes.len() as u32);
    if first >= end {
        return Ok(Vec::new());
    }
    let facts = Facts::of(graph, filter, monitor)?;
    // One stretch for each thread, so that each string is looked at once by each; few nodes are one thread's.
    let stretches = ((end - first) / FEW).clamp(1, rayon::current_num_threads() as u32);
    let length = (end - first).div_ceil(stretches);
    let parts: Vec<Vec<NodeId>> = (0..stretches)
        .into_par_iter()
        .map(|stretch| {
            let mut selection = Selection::of(graph, filter, &facts);
            let mut passed = Vec::new();
            let start = first.saturating_add(stretch.saturating_mul(length)).min(end);
            let nodes = start as usize..start.saturating_add(length).min(end) as usize;
            facts.each_of_kinds(
                graph,
                nodes,
                |index| {
                    let node = NodeId::from_index(index);
                    if selection.has(node) {
                        memory::push(&mut passed, node, "a question")?;
                    }
                    Ok(())
                },
                monitor,
            )?;
            Ok(passed)
        })
        .collect::<Result<_>>()?;
    let mut parts = parts.into_iter();
    let mut found = parts.next().unwrap_or_default();
    for part in parts {
        memory::extend(&mut found, &part, "a question")?;
    }
    Ok(found)
}

/// All nodes that pass, as a set: of a filter that most nodes pass a list would be as long as a column.
///
/// # Errors
/// `ERR_HEAP_NO_MEMORY`, `ERR_HEAP_CANCELLED`.
pub fn select_all(graph: &HeapGraph, filter: &Filter, monitor: &Monitor) -> Result<FixedBitSet> {
    const BITS: usize = usize::BITS as usize;
    let count = graph.snapshot().nodes.len();
    let facts = Facts::of(graph, filter, monitor)?;
    let mut found = FixedBitSet::with_capacity(count);
    let stretches = (count / FEW as usize).clamp(1, rayon::current_num_threads());
    let length = found.as_slice().len().div_ceil(stretches).max(1);
    found.as_mut_slice().par_chunks_mut(length).enumerate().try_for_each(|(stretch, words)| {
        let mut selection = Selection::of(graph, filter, &facts);
        let start = stretch * length * BITS;
        facts.each_of_kinds(
            graph,
            start..count.min(start + words.len() * BITS),
            |index| {
                if selection.has(NodeId::from_index(index)) {
                    words[(index - start) / BITS] |= 1 << (index % BITS);
                }
                Ok(())
            },
            monitor,
        )
    })?;
    Ok(found)
}

/// What the filter looks at besides the file's own columns.
struct Facts<'a> {
    /// By kind, whether it is wanted.
    kinds: Option<[bool; NodeKind::LIMIT]>,
    classes: Option<(&'a Classes, Vec<bool>)>,
    shallow: &'a Sizes,
    retained: Option<RetainedSizes<'a>>,
}

impl<'a> Facts<'a> {
    fn of(graph: &'a HeapGraph, filter: &Filter, monitor: &Monitor) -> Result<Self> {
        let names = graph.snapshot().header.node_kinds.names();
        let kinds = filter.kinds.as_ref().map(|wanted| {
            let mut kinds = [false; NodeKind::LIMIT];
            names.iter().zip(&mut kinds).for_each(|(name, kind)| *kind = wanted.contains(name));
            kinds
        });
        let by_class = filter.class.is_some() || filter.class_numbers.is_some();
        let classes = by_class.then(|| graph.classes(monitor)).transpose()?;
        let wanted = |classes: &'a Classes| {
            let of_name = |name: &str| filter.class.as_ref().is_none_or(|class| class.holds(name));
            let mut wanted: Vec<bool> = classes.all().iter().map(|class| of_name(&class.name)).collect();
            if let Some(numbers) = &filter.class_numbers {
                let mut listed = vec![false; wanted.len()];
                numbers.iter().filter_map(|&number| listed.get_mut(number as usize).map(|slot| *slot = true)).count();
                wanted.iter_mut().zip(listed).for_each(|(wanted, listed)| *wanted &= listed);
            }
            (classes, wanted)
        };
        let shallow = match filter.min_self {
            Some(_) => graph.shallow_sizes(monitor)?,
            None => graph.snapshot().nodes.self_sizes(),
        };
        let retained = filter.needs_dominators().then(|| graph.retained_sizes(monitor)).transpose()?;
        Ok(Self { kinds, classes: classes.map(wanted), shallow, retained })
    }

    /// Goes over a stretch of nodes, but for those of kinds that are not wanted: most filters name kinds, and what they are
    /// stands in a row of bytes.
    #[inline(always)]
    fn each_of_kinds(
        &self,
        graph: &HeapGraph,
        nodes: Range<usize>,
        mut visit: impl FnMut(usize) -> Result<()>,
        monitor: &Monitor,
    ) -> Result<()> {
        let Some(wanted) = &self.kinds else {
            return nodes.into_iter().try_for_each(|index| {
                monitor.tick(index)?;
                visit(index)
            });
        };
        let start = nodes.start;
        for (index, kind) in (start..).zip(graph.snapshot().nodes.kinds_of(nodes)) {
            monitor.tick(index)?;
            if wanted[kind.index()] {
                visit(index)?;
            }
        }
        Ok(())
    }
}

/// One thread's look at the nodes.
struct Selection<'a> {
    graph: &'a HeapGraph,
    filter: &'a Filter,
    facts: &'a Facts<'a>,
    references: References<'a>,
    names: Known<'a>,
    properties: Known<'a>,
}

impl<'a> Selection<'a> {
    fn of(graph: &'a HeapGraph, filter: &'a Filter, facts: &'a Facts<'a>) -> Self {
        Self {
            graph,
            filter,
            facts,
            references: References::of(graph),
            names: Known::of(&graph.snapshot().strings),
            properties: Known::of(&graph.snapshot().strings),
        }
    }

    /// Whether a node of a kind that is wanted passes.
    #[inline]
    fn has(&mut self, node: NodeId) -> bool {
        let Self { graph, filter, facts, .. } = *self;
        let nodes = &graph.snapshot().nodes;
        facts.classes.as_ref().is_none_or(|(classes, wanted)| wanted[classes.number(node) as usize])
            && filter.min_self.is_none_or(|least| facts.shallow.get(node) >= least)
            && filter.newer_than.is_none_or(|id| u64::from(nodes.id(node).0) > id)
            && filter.detached.is_none_or(|detached| (graph.dom_states().state(node) == DomState::Detached) == detached)
            && filter.min_references.is_none_or(|least| self.references.get(node) >= least)
            && facts.retained.is_none_or(|sizes| {
                let size = sizes.get(node);
                filter.min_retained.is_none_or(|least| size >= least)
                    && filter.max_retained.is_none_or(|most| size <= most)
            })
            && filter.property.as_ref().is_none_or(|wanted| self.has_property(node, wanted))
            && filter.name.as_ref().is_none_or(|wanted| self.is_named(node, wanted))
    }

    fn has_property(&mut self, node: NodeId, wanted: &TextFilter) -> bool {
        let snapshot = self.graph.snapshot();
        snapshot.nodes.edges(node).any(|edge| {
            let name = snapshot.edges.name_or_index(edge);
            snapshot.edges.kind(edge) == EdgeKind::Property
                && self.properties.holds(name, |strings| wanted.holds(&strings.text(name)))
        })
    }

    fn is_named(&mut self, node: NodeId, wanted: &TextFilter) -> bool {
        let nodes = &self.graph.snapshot().nodes;
        // Those whose name is no string of the table.
        let is_made = nodes.kind(node) == NodeKind::CONS_STRING
            || self.graph.is_plain_object(node)
            || self.graph.dom_states().is_renamed(node);
        if is_made {
            return wanted.holds(&self.graph.display_name(node));
        }
        let name = nodes.name(node);
        self.names.holds(name, |strings| wanted.holds(&strings.text(name)))
    }
}
