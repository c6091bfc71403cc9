//! Names of the variables of blocks, once more: every way of putting the values of a scope into its slots is tried, and
//! a value has a name where all that fit agree.

use super::model::Model;

/// Bytes of a scope before its slots.
const HEADER: u64 = 32;

/// What is known of the slots of a scope beside the order of its values.
#[derive(Clone, Default, PartialEq)]
struct Known {
    /// The slot that a value must be in.
    pinned: Vec<Option<usize>>,
    /// Slots that hold a small number, and so no object.
    taken: Vec<bool>,
}

impl Model {
    /// The variable that an edge of a scope stands for, by the edge's place among those of the scope.
    #[must_use]
    pub fn block_variable(&self, scope: usize, edge: usize) -> Option<String> {
        let node = &self.nodes[scope];
        if node.edges[edge].kind != "hidden" || !self.is_scope(scope) || node.kind.ends_with("string") {
            return None;
        }
        let (names, values) = (self.slot_names(scope)?, self.values(scope));
        let possible = self.possible(scope, &names, &values)?;
        let slots = &possible[values.iter().position(|&value| value == edge)?];
        (slots.len() == 1).then(|| names[slots[0]].clone())
    }

    /// The references of a scope without names, by their numbers, each with the names that it may have when nothing is
    /// known but their order.
    #[must_use]
    pub fn slots_by_order(&self, scope: usize) -> Option<Vec<(usize, Vec<String>)>> {
        let (names, values) = (self.slot_names(scope)?, self.values(scope));
        let numbers: Vec<u64> = values.iter().map(|&edge| self.nodes[scope].edges[edge].index.into()).collect();
        let slots = placed(&numbers, &Known { pinned: vec![None; values.len()], taken: vec![false; names.len()] })?;
        Some(
            values
                .into_iter()
                .zip(slots.iter().map(|slots| slots.iter().map(|&slot| names[slot].clone()).collect()))
                .collect(),
        )
    }

    /// The references of a scope that have numbers, in the order of these.
    fn values(&self, scope: usize) -> Vec<usize> {
        let edges = &self.nodes[scope].edges;
        let mut values: Vec<usize> = (0..edges.len()).filter(|&edge| edges[edge].kind == "hidden").collect();
        values.sort_by_key(|&edge| edges[edge].index);
        values
    }

    /// What the slots of a scope are called, where its references have no names and its scope info names all slots.
    fn slot_names(&self, scope: usize) -> Option<Vec<String>> {
        let node = &self.nodes[scope];
        if node.edges.iter().any(|edge| edge.kind == "context") {
            return None;
        }
        let map = node.edges.iter().find(|edge| edge.name.as_deref() == Some("map"))?;
        let slots = node.size.checked_sub(HEADER).filter(|bytes| bytes % 8 == 0)? / 8;
        if !(1..=75).contains(&slots) || self.nodes[map.to].size < 64 {
            return None;
        }
        let mut names = vec![None; slots as usize];
        for edge in &self.nodes[self.follow(scope, "scope_info")?].edges {
            if edge.kind == "hidden" && self.nodes[edge.to].kind == "string" {
                *names.get_mut(edge.index as usize)? = Some(self.nodes[edge.to].name.clone());
            }
        }
        names.into_iter().collect()
    }

    /// The slots that each value may be in.
    fn possible(&self, scope: usize, names: &[String], values: &[usize]) -> Option<Vec<Vec<usize>>> {
        let node = &self.nodes[scope];
        let numbers: Vec<u64> = values.iter().map(|&edge| node.edges[edge].index.into()).collect();
        let target = |value: usize| node.edges[values[value]].to;
        let is_own = |node: usize| self.nodes[node].kind == "closure" && self.follow(node, "context") == Some(scope);
        let own: Vec<usize> = (0..values.len()).filter(|&value| is_own(target(value))).collect();
        let called = |name: &str| own.iter().filter(|&&value| self.nodes[target(value)].name == name).count();
        let pin = |value: usize| {
            let name = &self.nodes[target(value)].name;
            let is_one = own.contains(&value) && called(name) == 1;
            names.iter().position(|slot| slot == name).filter(|_| is_one)
        };
        let mut known = Known { pinned: (0..values.len()).map(pin).collect(), taken: vec![false; names.len()] };
        let plain = placed(&numbers, &known)?;
        if plain.iter().all(|slots| slots.len() == 1) {
            return Some(plain);
        }
        let source = own.first().and_then(|&value| self.source_of(target(value))).unwrap_or_default();
        let declared: Vec<Option<&str>> = names.iter().map(|name| declared(source, name)).collect();
        known.taken = declared.iter().map(|value| value.is_some_and(is_number)).collect();
        let plain = placed(&numbers, &known)?;
        let mut better = known.clone();
        for (value, slots) in plain.iter().enumerate().filter(|(_, slots)| slots.len() > 1) {
            let made = format!("new {}", self.nodes[target(value)].name);
            let is_made = |slot: &usize| {
                declared[*slot].is_some_and(|text| {
                    let rest = text.strip_prefix(&made).filter(|_| made != "new ");
                    rest.is_some_and(|rest| {
                        !rest.starts_with(|next: char| next.is_alphanumeric() || "_$.".contains(next))
                    })
                })
            };
            let fitting: Vec<usize> = (slots[0]..=slots[slots.len() - 1]).filter(is_made).collect();
            if let [slot] = fitting[..] {
                better.pinned[value] = Some(slot);
            }
        }
        Some(if better == known { plain } else { placed(&numbers, &better).unwrap_or(plain) })
    }

    /// The text of the script that a closure is of.
    fn source_of(&self, closure: usize) -> Option<&str> {
        let shared = self.follow(closure, "shared")?;
        let script = self.follow(shared, "script").or_else(|| self.follow(shared, "script_or_debug_info"))?;
        let source = &self.nodes[self.follow(script, "source")?];
        (source.kind == "string").then_some(source.name.as_str())
    }
}

/// Every way of putting values into slots in their order, so that each has before it, in slots of their own, as many as
/// its number counts. By value the slots that it has in any of them; `None` when there is no way.
fn placed(numbers: &[u64], known: &Known) -> Option<Vec<Vec<usize>>> {
    let mut found = vec![vec![false; known.taken.len()]; numbers.len()];
    let is_any = place(numbers, known, &mut Vec::new(), &mut found);
    let slots = |row: Vec<bool>| row.iter().enumerate().filter(|(_, is)| **is).map(|(slot, _)| slot).collect();
    is_any.then(|| found.into_iter().map(slots).collect())
}

/// Goes on from the slots of the first values; `true` when all could be placed somehow.
fn place(numbers: &[u64], known: &Known, slots: &mut Vec<usize>, found: &mut [Vec<bool>]) -> bool {
    let value = slots.len();
    if value == numbers.len() {
        slots.iter().enumerate().for_each(|(value, &slot)| found[value][slot] = true);
        return true;
    }
    let (from, counted) = match slots.last() {
        Some(&slot) => (slot + 1, numbers[value - 1] + 1),
        None => (0, 0),
    };
    let mut is_any = false;
    for slot in from..known.taken.len() {
        let between = (from..slot).filter(|&slot| !known.taken[slot]).count() as u64;
        let has_room = between >= numbers[value].saturating_sub(counted);
        if has_room && !known.taken[slot] && known.pinned[value].is_none_or(|pin| pin == slot) {
            slots.push(slot);
            is_any |= place(numbers, known, slots, found);
            slots.pop();
        }
    }
    is_any
}

/// What `const name =` is followed by, where it stands once in a text of lines that begin with it.
fn declared<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("const {name} = ");
    let mut values = source.split_inclusive('\n').filter_map(|line| line.strip_prefix(&begin));
    values.next().filter(|_| values.next().is_none())
}

/// Whether a declared value is a number of at most nine digits.
fn is_number(value: &str) -> bool {
    let digits = value.trim_end_matches([';', '\n', ' ']);
    (1..=9).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.len() < value.len()
}
