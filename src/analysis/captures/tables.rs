//! Which variables of a scope no living function reads, by V8's own tables of scopes.
//!
//! A use in a function counts when the function is alive, and when one around it is, which may make it again. V8 lists no
//! variables where `eval` may read them by name, and leaves out those of classes.

use rustc_hash::FxHashMap;

use super::readers::{Readers, internal, of_shared};
use crate::{
    analysis::{follow, places::script_node},
    error::Result,
    graph::{HeapGraph, Word},
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, ScopeTables},
};

/// The tables, ready to be asked.
pub(super) struct Tables {
    written: ScopeTables,
    /// Scopes by script and id; of an id that is there twice, none.
    by_id: FxHashMap<(NodeId, i32), Option<u32>>,
    /// Scopes that use a variable: by its scope and its number there.
    users: FxHashMap<(u32, u32), Vec<u32>>,
}

impl Tables {
    /// The tables of a heap, where it has some.
    pub(super) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Option<Self>> {
        let Some(written) = &graph.snapshot().source_scopes else { return Ok(None) };
        let tables = written.read(monitor)?;
        let mut by_id: FxHashMap<(NodeId, i32), Option<u32>> = FxHashMap::default();
        for (scope, number) in tables.scopes.iter().zip(0_u32..) {
            by_id.entry((scope.script, scope.id)).and_modify(|known| *known = None).or_insert(Some(number));
        }
        let mut users: FxHashMap<(u32, u32), Vec<u32>> = FxHashMap::default();
        for (scope, number) in tables.scopes.iter().zip(0_u32..) {
            monitor.tick(number as usize)?;
            for &(id, variable) in &tables.uses[scope.uses.clone()] {
                if let Some(&Some(declaring)) = by_id.get(&(scope.script, id)) {
                    users.entry((declaring, variable)).or_default().push(number);
                }
            }
        }
        Ok(Some(Self { written: tables, by_id, users }))
    }

    /// Whether each variable of a scope is read by none who sees it, by its edge; `None` where the tables do not say.
    pub(super) fn unread(&self, graph: &HeapGraph, scope: NodeId, readers: &Readers) -> Option<FxHashMap<usize, bool>> {
        let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
        let script = script_node(graph, *readers.closures.first()?)?;
        // Code that `eval` was given has tables of its own, which know nothing of the scopes around it.
        if internal(graph, script, "eval_from_scope_info").is_some() {
            return None;
        }
        let mut alive = FxHashMap::default();
        for &closure in &readers.closures {
            if script_node(graph, closure) != Some(script) {
                return None;
            }
            let id = number(graph, of_shared(graph, closure, "scope_id")?)?;
            alive.insert((*self.by_id.get(&(script, id))?)?, true);
        }
        let id = number(graph, internal(graph, follow(graph, scope, Word::ScopeInfo)?, "scope_id")?)?;
        let declaring = (*self.by_id.get(&(script, id))?)?;
        let variables: Vec<usize> = nodes.edges(scope).filter(|&edge| edges.kind(edge) == EdgeKind::Context).collect();
        let names = &self.written.names[self.written.scopes[declaring as usize].variables.clone()];
        // Both lists are of one scope and in one order, or the tables are of something else.
        let strings = &graph.snapshot().strings;
        let is_it = |(&edge, &name): (&usize, &u32)| graph.edge_name(edge) == strings.text(name);
        if variables.len() != names.len() || !variables.iter().zip(names).all(is_it) {
            return None;
        }
        let mut is_read = |variable: u32| {
            let users = self.users.get(&(declaring, variable)).map_or(&[][..], Vec::as_slice);
            users.iter().any(|&user| self.is_alive(user, &mut alive))
        };
        Some(variables.into_iter().zip(0_u32..).map(|(edge, variable)| (edge, !is_read(variable))).collect())
    }

    /// Whether a scope is that of a living function, or inside of one. What is found out on the way is kept.
    fn is_alive(&self, scope: u32, known: &mut FxHashMap<u32, bool>) -> bool {
        let parent = |scope: u32| self.written.scopes[scope as usize].parent;
        let (mut at, mut passed) = (Some(scope), Vec::new());
        let alive = loop {
            let Some(scope) = at else { break false };
            if let Some(&alive) = known.get(&scope) {
                break alive;
            }
            passed.push(scope);
            at = parent(scope);
        };
        known.extend(passed.into_iter().map(|scope| (scope, alive)));
        alive
    }
}

/// The value of a small whole number.
fn number(graph: &HeapGraph, node: NodeId) -> Option<i32> {
    graph.raw_name(internal(graph, node, "value")?).parse().ok()
}
