//! Dominators step by step, for [`crate::phases`].

use super::{Dominators, FlowGraph, Numbering, nearest_common, semidominators};
use crate::graph::entries::Entries;
use crate::{error::Result, monitor::Monitor, phases::Watch, spare::Spare};

/// What [`super::Explored`] does, from the numbering on.
pub(in crate::graph) fn dominators(
    graph: &impl FlowGraph,
    mut numbering: Numbering,
    watch: &mut impl Watch,
    spare: &Spare,
    monitor: &Monitor,
) -> Result<Dominators> {
    let empty = watch.step("joins", || Entries::empty(&mut numbering, spare, monitor))?;
    let entries = watch.step("entries", || empty.fill(graph, &numbering, spare, monitor))?;
    let Numbering { nodes, parents, numbers, .. } = numbering;
    spare.give(numbers);
    let semidominators = watch.step("semidominators", || semidominators(&parents, entries, spare, monitor))?;
    let tree = watch.step("immediate dominators", || nearest_common(&parents, &semidominators, spare, monitor))?;
    spare.give(parents);
    Ok(Dominators { order: nodes, tree })
}
