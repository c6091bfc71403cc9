//! Heaps of functions in functions, and the tables that V8 writes of their scopes: whole most of the time, and with any
//! numbers in any order of fields otherwise. Read back row by row.

use std::fmt::Write as _;

use super::super::{
    entropy::Entropy,
    heap::Heap,
    model::Model,
    program::{IDS, functions, program},
};

/// A row of the table of scopes with what belongs to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) script: usize,
    pub(super) id: i64,
    pub(super) parent: Option<usize>,
    pub(super) names: Vec<String>,
    pub(super) uses: Vec<(i64, u64)>,
}

/// What reading the tables gives: none when the header does not know them, or why they are nonsense.
pub(super) type Reading = Option<Result<Vec<Scope>, &'static str>>;

pub(super) trait Read {
    fn read(&self, model: &Model) -> Reading;
}

/// The three tables and their fields.
pub(super) struct Tables {
    fields: [Vec<&'static str>; 3],
    rows: [Vec<Vec<i128>>; 3],
    /// Numbers at the end of a table that are no whole record.
    surplus: [usize; 3],
    blank: &'static str,
}

const KEYS: [&str; 3] = ["scopes", "scope_context_vars", "scope_uses"];
const FIELDS: [&[&str]; 3] = [
    &["script_node_index", "scope_id", "depth", "scope_context_vars_count", "scope_uses_count"],
    &["name"],
    &["declaring_scope_id", "slot_index"],
];

/// A program with functions in functions, and the names of their variables.
pub(super) fn heap(choices: &mut Entropy<'_>) -> Heap {
    let mut heap = program(choices, 6);
    heap.strings.extend(["huge", "small", "this"].map(str::to_owned));
    functions(&mut heap, choices);
    heap
}

impl Tables {
    pub(super) fn make(choices: &mut Entropy<'_>, heap: &Heap) -> Self {
        // Fields in another order, one that nobody knows, or one too few.
        let mut fields = FIELDS.map(<[_]>::to_vec);
        if choices.byte() > 200 {
            for list in &mut fields {
                if choices.byte() & 1 == 1 {
                    list.push("to_come");
                }
                let by = choices.below(list.len());
                list.rotate_left(by);
            }
            if choices.byte() > 200 {
                let table = choices.below(3);
                fields[table].pop();
            }
        }
        let scripts: Vec<usize> = (0..heap.nodes.len())
            .filter(|&node| heap.strings[heap.nodes[node].name].starts_with("system / Script / "))
            .collect();
        let node_fields = 5 + usize::from(heap.layout & 1 == 0) + usize::from(heap.layout & 2 == 0);
        let name = |text: &str| heap.strings.iter().position(|other| other == text).unwrap_or(0) as i128;
        let mut rows: [Vec<Vec<i128>>; 3] = [const { Vec::new() }; 3];
        let (mut depth, mut last) = (0, 0);
        for row in 0..choices.below(7) {
            let script = if row == 0 || choices.byte() == 255 {
                depth = 0;
                *choices.pick(if scripts.is_empty() { &[0] } else { &scripts })
            } else {
                last
            };
            last = script;
            // The first has the variables, others use them, as their order is most of the time.
            let variables =
                if row == 0 { *choices.pick(&[2, 2, 2, 2, 1, 3, 0]) } else { usize::from(choices.byte()) / 100 };
            for &variable in &["huge", "small", "this"][..variables] {
                let other = *choices.pick(&["huge", "small", "this", ""]);
                rows[1].push(vec![name(if choices.byte() < 250 { variable } else { other })]);
            }
            let uses = choices.below(3);
            for _ in 0..uses {
                let of = if choices.byte() < 200 { IDS[0].into() } else { id(choices) };
                rows[2].push(vec![of, choices.below(3) as i128]);
            }
            let begins = if choices.byte() < 230 { IDS[row % IDS.len()].into() } else { id(choices) };
            let counts = [depth, variables, uses].map(|count| count as i128);
            rows[0].push([&[(script * node_fields) as i128, begins][..], &counts].concat());
            depth = if choices.byte() < 128 { 1 } else { choices.below(depth + 2) };
        }
        for _ in 0..choices.byte().saturating_sub(230) / 10 {
            // Any number anywhere.
            let table = choices.below(3);
            let count = rows[table].len();
            if count > 0 {
                let (row, field) = (choices.below(count), choices.below(rows[table][0].len()));
                rows[table][row][field] = match choices.byte() {
                    0..=99 => choices.below(16).into_number(),
                    100..=149 => -1 - choices.below(200).into_number(),
                    150..=199 => 1 << choices.below(63),
                    _ => i128::from(choices.number() >> 1),
                };
            }
        }
        let surplus = [0; 3].map(|_: usize| usize::from(choices.byte() == 253));
        Self { fields, rows, surplus, blank: *choices.pick(&["", "", "\n", " \r\t"]) }
    }

    /// A row as its fields stand, what is not known being 7.
    fn placed(&self, table: usize, row: &[i128]) -> Vec<i128> {
        let value = |field: &&str| FIELDS[table].iter().position(|known| known == field).map_or(7, |at| row[at]);
        self.fields[table].iter().map(value).collect()
    }

    /// The snapshot's text with the tables in it.
    pub(super) fn write(&self, text: &str) -> String {
        let [scope, variable, used] = &self.fields;
        let header = format!(
            r#""scope_fields":{scope:?},"scope_context_var_fields":{variable:?},"scope_use_fields":{used:?},"location_fields":["#
        );
        let mut tables = String::new();
        for (table, key) in KEYS.iter().enumerate() {
            let mut numbers: Vec<String> = self.rows[table]
                .iter()
                .flat_map(|row| self.placed(table, row))
                .map(|number| number.to_string())
                .collect();
            numbers.extend(std::iter::repeat_n("0".to_owned(), self.surplus[table]));
            let separator = format!("{0},{0}", self.blank);
            let _ = writeln!(tables, "\"{key}\":[{}],", numbers.join(&separator));
        }
        text.replacen("\"location_fields\":[", &header, 1).replacen("\"strings\":[", &(tables + "\"strings\":["), 1)
    }
}

impl Read for Tables {
    fn read(&self, model: &Model) -> Reading {
        let is_known = |table: usize| FIELDS[table].iter().all(|field| self.fields[table].contains(field));
        (0..3).all(is_known).then(|| self.read_known(model))
    }
}

impl Tables {
    fn read_known(&self, model: &Model) -> Result<Vec<Scope>, &'static str> {
        if (0..3).any(|table| !self.surplus[table].is_multiple_of(self.fields[table].len())) {
            return Err("a record is not whole");
        }
        // A number alone may be a whole record.
        let rows = [0, 1, 2].map(|table: usize| {
            let mut rows = self.rows[table].clone();
            rows.extend(std::iter::repeat_n(vec![0; FIELDS[table].len()], self.surplus[table]));
            rows
        });
        let mut names = rows[1].iter().map(|row| {
            let name = usize::try_from(row[0]).ok().and_then(|name| model.strings.get(name));
            name.cloned().ok_or("a name is no string")
        });
        let names: Vec<String> = names.by_ref().collect::<Result<_, _>>()?;
        let used = |row: &Vec<i128>| Some((i32::try_from(row[0]).ok()?.into(), u32::try_from(row[1]).ok()?.into()));
        let uses: Vec<(i64, u64)> = rows[2].iter().map(used).collect::<Option<_>>().ok_or("a use is none")?;
        let (mut names_at, mut uses_at) = (0, 0);
        let mut scopes: Vec<Scope> = Vec::new();
        let mut depths: Vec<i128> = Vec::new();
        for row in &rows[0] {
            let [script, id, depth, variables, used] = row[..] else { return Err("no row") };
            let at = usize::try_from(script).ok().filter(|at| at.is_multiple_of(model.node_fields));
            let script = at.map(|at| at / model.node_fields).filter(|&script| script < model.nodes.len());
            let (Some(script), Ok(id)) = (script, i32::try_from(id)) else { return Err("a scope is none") };
            if depth < 0 || depth > depths.last().map_or(0, |last| last + 1) {
                return Err("a scope is in none");
            }
            // The nearest row before with one level less.
            let parent = depths.iter().rposition(|&other| other == depth - 1);
            if parent.is_some_and(|parent| scopes[parent].script != script) {
                return Err("it is in one of another script");
            }
            let take = |at: &mut usize, count: i128, all: usize| {
                let from = *at;
                *at =
                    usize::try_from(count).ok().and_then(|count| from.checked_add(count)).filter(|&end| end <= all)?;
                Some(from..*at)
            };
            let variables = take(&mut names_at, variables, names.len()).ok_or("too few names")?;
            let used = take(&mut uses_at, used, uses.len()).ok_or("too few uses")?;
            depths.push(depth);
            let (names, uses) = (names[variables].to_vec(), uses[used].to_vec());
            scopes.push(Scope { script, id: id.into(), parent, names, uses });
        }
        Ok(scopes)
    }
}

trait IntoNumber {
    fn into_number(self) -> i128;
}

impl IntoNumber for usize {
    fn into_number(self) -> i128 {
        self as i128
    }
}

fn id(choices: &mut Entropy<'_>) -> i128 {
    (*choices.pick(&IDS)).into()
}
