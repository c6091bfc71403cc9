//! Slices with giant parents, a concatenation that grows, duplicates.

use super::{Case, Pattern};
use crate::{analysis::words, leaks::growth::GrowthKind, snapshot::NodeKind};

/// Bytes of a parent string from which on keeping a piece of it is a waste.
const LARGE: u64 = 1024;

pub(super) struct StringRetention;

impl Pattern for StringRetention {
    fn id(&self) -> &'static str {
        "string-retention"
    }

    fn title(&self) -> &'static str {
        "Strings that keep more than they show"
    }

    fn advice(&self) -> &'static str {
        "Copy a short piece of a long string before keeping it (for example by way of Buffer or JSON), join pieces once instead of appending for ever, and keep one copy of equal strings."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let (nodes, edges) = (&case.graph().snapshot().nodes, &case.graph().snapshot().edges);
        if case.growth.kind == GrowthKind::Text {
            return Some(vec!["one string that is made anew, longer each time".to_owned()]);
        }
        let is_object = case.growth.kind == GrowthKind::Objects;
        if is_object && case.share(|class| class == "(concatenated string)") > 0.5 {
            return Some(vec!["one string that is appended to again and again".to_owned()]);
        }
        if case.share(|class| class == "(sliced string)") < 0.5 {
            return None;
        }
        // A slice keeps all of the string it was cut from.
        let parents: Vec<u64> = case
            .sample()
            .filter(|&node| nodes.kind(node) == NodeKind::SLICED_STRING)
            .filter_map(|node| nodes.edges(node).map(|edge| nodes.self_size(edges.target(edge))).max())
            .collect();
        let average = parents.iter().sum::<u64>().checked_div(parents.len() as u64).unwrap_or(0);
        let kept = words::bytes(average);
        (average >= LARGE).then(|| vec![format!("the entries are pieces of strings of {kept} on average, kept whole")])
    }
}
