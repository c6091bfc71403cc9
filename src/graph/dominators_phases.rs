//! [`Dominators::of`] step by step, for [`crate::phases`].

use super::{Dominators, FlowGraph, Numbering, Predecessors, entering, nearest_common, semidominators};
use crate::{error::Result, monitor::Monitor, phases::Watch};

pub(in crate::graph) fn dominators(
    graph: &impl FlowGraph,
    watch: &mut impl Watch,
    monitor: &Monitor,
) -> Result<Dominators> {
    let numbering = watch.step("search", || Numbering::of(graph, monitor))?;
    let entering = watch.step("entering edges", || entering(graph, monitor))?;
    let predecessors = watch.step("predecessors", || Predecessors::of(graph, &numbering, entering, monitor))?;
    let semidominators = watch.step("semidominators", || semidominators(&numbering, &predecessors, monitor))?;
    drop(predecessors);
    let by_number = watch.step("immediate dominators", || nearest_common(&numbering, &semidominators, monitor))?;
    Ok(Dominators { order: numbering.nodes, by_number })
}
