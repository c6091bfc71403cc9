//! Which scope of the source uses which variable of which other: tables that newer V8 (Chromium 156) writes beside the
//! heap, from its own parser.
//!
//! Only the question about what closures keep needs them, so they stay text until it is asked.

use std::ops::Range;

use super::{
    NodeId,
    columns::Ordinal,
    digits::NEGATIVE,
    header::{Header, ScopeLayout},
    json::Cursor,
    numbers,
    parts::Section,
    strings::StringId,
};
use crate::{
    error::{Code, Error, Result},
    memory,
    monitor::Monitor,
};

/// Names of the three tables: the scopes, their variables, what each uses of others.
pub(super) const KEYS: [&str; 3] = ["scopes", "scope_context_vars", "scope_uses"];

/// The tables of a snapshot, not read yet.
#[derive(Debug)]
pub struct SourceScopes {
    layout: ScopeLayout,
    ordinal: Ordinal,
    strings: usize,
    sections: [Section; 3],
}

/// The tables, read.
#[derive(Debug, Default)]
pub struct ScopeTables {
    /// The scopes of each script in the order of the source, inner ones after those around them.
    pub scopes: Vec<SourceScope>,
    /// Names of the variables that stand in scopes at run time.
    pub names: Vec<StringId>,
    /// Uses: the id of the scope that declares the variable, and the variable's number in it.
    pub uses: Vec<(i32, u32)>,
}

/// A scope of the source.
#[derive(Debug)]
pub struct SourceScope {
    /// The script's node.
    pub script: NodeId,
    /// V8's number of the scope in its script: where it begins; negative for the outermost ones.
    pub id: i32,
    /// The scope around it, by its place in the table.
    pub parent: Option<u32>,
    /// Its variables among the names.
    pub variables: Range<usize>,
    /// What its code uses, among the uses.
    pub uses: Range<usize>,
}

impl SourceScopes {
    /// The tables, when all three are there and the header says how they are laid out.
    pub(super) fn of(
        header: &Header,
        ordinal: Ordinal,
        strings: usize,
        sections: [Option<Section>; 3],
    ) -> Option<Self> {
        let layout = header.scopes.clone()?;
        let [Some(scopes), Some(variables), Some(uses)] = sections else { return None };
        Some(Self { layout, ordinal, strings, sections: [scopes, variables, uses] })
    }

    /// Where the tables stand in the (unpacked) file.
    pub(super) fn ranges(&self) -> [Range<u64>; 3] {
        [0, 1, 2].map(|at| self.sections[at].range())
    }

    /// The texts of the tables, for an index that cannot leave them in the file.
    pub(super) fn texts_to_save(&self) -> [&[u8]; 3] {
        [0, 1, 2].map(|at| self.sections[at].text.bytes())
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// `ERR_HEAP_MALFORMED` when they are not as the header says; `_NO_MEMORY`, `_CANCELLED`.
    pub fn read(&self, monitor: &Monitor) -> Result<ScopeTables> {
        let layout = &self.layout;
        let [scopes, variables, uses] = [self.numbers(0)?, self.numbers(1)?, self.numbers(2)?];
        let mut tables = ScopeTables {
            scopes: memory::with_capacity(scopes.len() / layout.fields, KEYS[0])?,
            names: memory::with_capacity(variables.len() / layout.variable_fields, KEYS[1])?,
            uses: memory::with_capacity(uses.len() / layout.use_fields, KEYS[2])?,
        };
        for record in variables.chunks_exact(layout.variable_fields) {
            let name = StringId::try_from(record[layout.name]).ok().filter(|&name| (name as usize) < self.strings);
            tables.names.push(name.ok_or_else(|| self.fault(1, "a name is no string of the table"))?);
        }
        for record in uses.chunks_exact(layout.use_fields) {
            let slot = u32::try_from(record[layout.slot]).map_err(|_| self.fault(2, "a variable has no number"))?;
            tables
                .uses
                .push((signed(record[layout.declaring]).ok_or_else(|| self.fault(2, "no id of a scope"))?, slot));
        }
        let (mut names_at, mut uses_at) = (0, 0);
        // The scopes around the next one, outermost first.
        let mut around: Vec<u32> = Vec::new();
        for (step, record) in scopes.chunks_exact(layout.fields).enumerate() {
            monitor.tick(step)?;
            let script = self.ordinal.of(record[layout.script]).ok_or_else(|| self.fault(0, "a script is no node"))?;
            let script = NodeId(script);
            let id = signed(record[layout.id]).ok_or_else(|| self.fault(0, "no id of a scope"))?;
            let depth = usize::try_from(record[layout.depth]).ok().filter(|&depth| depth <= around.len());
            let depth = depth.ok_or_else(|| self.fault(0, "a scope is in none"))?;
            let stretch = |at: &mut usize, count: u64, all: usize, table: usize| {
                let end = usize::try_from(count).ok().and_then(|count| at.checked_add(count)).filter(|&end| end <= all);
                let range = *at..end.ok_or_else(|| self.fault(table, "it ends too early"))?;
                *at = range.end;
                Ok::<_, Error>(range)
            };
            let variables = stretch(&mut names_at, record[layout.variables], tables.names.len(), 1)?;
            let uses = stretch(&mut uses_at, record[layout.uses], tables.uses.len(), 2)?;
            around.truncate(depth);
            let parent = around.last().copied();
            if parent.is_some_and(|parent| tables.scopes[parent as usize].script != script) {
                return Err(self.fault(0, "a scope is in one of another script"));
            }
            memory::push(&mut around, step as u32, KEYS[0])?;
            tables.scopes.push(SourceScope { script, id, parent, variables, uses });
        }
        Ok(tables)
    }

    /// The numbers of a table: whole records.
    fn numbers(&self, table: usize) -> Result<Vec<u64>> {
        let text = self.sections[table].text.bytes();
        let mut cursor = Cursor::new(text, 0);
        cursor.expect(b'[', "in the tables of scopes")?;
        let (numbers, _) = numbers::read_small(text, cursor.at, KEYS[table]).map_err(|error| match error.code() {
            // Its offset is one of this part and not of the file.
            Code::Malformed | Code::Truncated => self.fault(table, "it is no list of integers"),
            _ => error,
        })?;
        let fields = [self.layout.fields, self.layout.variable_fields, self.layout.use_fields][table];
        if numbers.len().is_multiple_of(fields) {
            return Ok(numbers);
        }
        Err(self.fault(table, "its last record is not whole"))
    }

    fn fault(&self, table: usize, what: &str) -> Error {
        Error::malformed(self.sections[table].start, format_args!("in \"{}\": {what}", KEYS[table]))
    }
}

/// A number that may be negative.
fn signed(number: u64) -> Option<i32> {
    if number & NEGATIVE == 0 { i32::try_from(number).ok() } else { Some((number as u32).cast_signed()) }
}

#[cfg(test)]
mod tests {
    use crate::{
        error::{Code, Result},
        monitor::Monitor,
        snapshot::{ScopeTables, Snapshot, Source},
    };

    fn read(scopes: &str, variables: &str, uses: &str) -> Option<Result<ScopeTables>> {
        let text = format!(
            r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"],
            "node_types":[["synthetic","code"],"string","number","number","number"],
            "edge_fields":["type","name_or_index","to_node"],"edge_types":[["element"],"string_or_number","node"],
            "scope_fields":["script_node_index","scope_id","depth","scope_context_vars_count","scope_uses_count"],
            "scope_context_var_fields":["name"],"scope_use_fields":["declaring_scope_id","slot_index"]}},
            "node_count":2,"edge_count":0}},"nodes":[0,0,1,0,0,1,1,3,0,0],"edges":[],
            "scopes":{scopes},"scope_context_vars":{variables},"scope_uses":{uses},
            "strings":["(root)","app.js","big","small"]}}"#
        );
        let snapshot = Snapshot::open(Source::Bytes(text.into_bytes()), &Monitor::none()).unwrap();
        snapshot.source_scopes.as_ref().map(|scopes| scopes.read(&Monitor::none()))
    }

    #[test]
    fn scopes_know_what_is_around_them_and_what_they_use() {
        let tables =
            read("[5,-2,0,0,0, 5,36,1,2,1,\n5,252,2,0,1, 5,300,1,0,0]", "[2,3]", "[36,1,36,1]").unwrap().unwrap();
        let told: Vec<_> = tables.scopes.iter().map(|scope| (scope.script.0, scope.id, scope.parent)).collect();
        assert_eq!(told, [(1, -2, None), (1, 36, Some(0)), (1, 252, Some(1)), (1, 300, Some(0))]);
        assert_eq!(tables.names[tables.scopes[1].variables.clone()], [2, 3]);
        assert_eq!(tables.uses[tables.scopes[2].uses.clone()], [(36, 1)]);
        assert!(read("[]", "[]", "[]").unwrap().unwrap().scopes.is_empty());
    }

    #[test]
    fn damage_is_an_error_when_they_are_asked() {
        for (scopes, variables, uses) in [
            ("[5,-2,0,0]", "[]", "[]"),
            ("[7,-2,0,0,0]", "[]", "[]"),
            ("[5,-2,1,0,0]", "[]", "[]"),
            ("[5,-2,0,1,0]", "[]", "[]"),
            ("[5,-2,0,0,1]", "[]", "[]"),
            ("[5,-2,0,1,0]", "[9]", "[]"),
            ("[5,-2,0,0,1]", "[]", "[1,-1]"),
            ("[5,-2,0,0,0,0,1,1,0,0]", "[]", "[]"),
            ("{}", "[]", "[]"),
            ("[1.5]", "[]", "[]"),
        ] {
            let error = read(scopes, variables, uses).unwrap().unwrap_err();
            assert_eq!(error.code(), Code::Malformed, "{scopes} {variables} {uses}: {error}");
        }
    }
}
