//! [`Dominators::of`] step by step, for [`crate::phases`].

use super::{Dominators, FlowGraph, Numbering, nearest_common, semidominators};
use crate::graph::entries::{Entries, entering};
use crate::{error::Result, monitor::Monitor, phases::Watch, spare::Spare};

pub(in crate::graph) fn dominators(
    graph: &impl FlowGraph,
    watch: &mut impl Watch,
    spare: &Spare,
    monitor: &Monitor,
) -> Result<Dominators> {
    let numbering = watch.step("search", || Numbering::of(graph, spare, monitor))?;
    let entering = watch.step("entering edges", || entering(graph, monitor))?;
    let entries = watch.step("entries", || {
        Entries::empty(graph, &numbering, entering, spare, monitor)?.fill(graph, &numbering, spare, monitor)
    })?;
    let Numbering { nodes, parents, numbers, .. } = numbering;
    spare.give(numbers);
    let semidominators = watch.step("semidominators", || semidominators(&parents, entries, spare, monitor))?;
    let tree = watch.step("immediate dominators", || nearest_common(&parents, &semidominators, spare, monitor))?;
    spare.give(parents);
    Ok(Dominators { order: nodes, tree })
}
