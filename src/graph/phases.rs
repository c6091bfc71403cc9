//! [`HeapGraph::prepare`] step by step, for [`crate::phases`].

use super::{DominatorTree, HeapGraph, dominators::phases::dominators, kept};
use crate::{error::Result, monitor::Monitor, phases::Watch};

impl HeapGraph {
    pub(crate) fn prepare_watched(&self, watch: &mut impl Watch, monitor: &Monitor) -> Result<()> {
        self.spare.during(|| self.stages_watched(watch, monitor))
    }

    fn stages_watched(&self, watch: &mut impl Watch, monitor: &Monitor) -> Result<()> {
        watch.step("shallow sizes", || self.shallow_sizes(monitor))?;
        watch.step("distances", || self.ways(monitor))?;
        watch.step("classes", || self.classes(monitor))?;
        let numbering = watch.step("search", || self.search(monitor))?;
        let dominators = dominators(&self.counting_edges(monitor)?.plain(), numbering, watch, &self.spare, monitor)?;
        watch.step("tree", || kept(&self.tree, || DominatorTree::new(dominators, &self.spare, monitor)))?;
        watch.step("retained sizes", || self.retained_sizes(monitor))?;
        Ok(())
    }
}
