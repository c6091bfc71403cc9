//! [`Dominators::of`] step by step, for [`crate::phases`].

use super::{Dominators, Entries, FlowGraph, Numbering, entering, nearest_common, semidominators};
use crate::{error::Result, monitor::Monitor, phases::Watch};

pub(in crate::graph) fn dominators(
    graph: &impl FlowGraph,
    watch: &mut impl Watch,
    monitor: &Monitor,
) -> Result<Dominators> {
    let numbering = watch.step("search", || Numbering::of(graph, monitor))?;
    let entering = watch.step("entering edges", || entering(graph, monitor))?;
    let entries = watch.step("entries", || Entries::of(graph, &numbering, entering, monitor))?;
    let Numbering { nodes, parents, .. } = numbering;
    let semidominators = watch.step("semidominators", || semidominators(&parents, entries, monitor))?;
    let tree = watch.step("immediate dominators", || nearest_common(&parents, &semidominators, monitor))?;
    Ok(Dominators { order: nodes, tree })
}
