//! Who allocated an object: the stack of functions that V8 recorded while it tracked allocations.
//!
//! Such a snapshot carries a table of functions and a tree of calls, and each node the number of its place in the
//! tree. Nobody but a question about one object needs them, and the tree may be as large as the rest of the file. So
//! both stay where they are as text; a question walks the tree up to the place it asks for and keeps only the way there.

use std::ops::Range;

use super::{
    digits::NEGATIVE,
    header::{Header, TraceLayout},
    json::Cursor,
    numbers,
    parts::Section,
    strings::{StringId, Strings},
};
use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
};

/// A function on an allocation stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Its name; empty for one without.
    pub function: StringId,
    /// Name of its script; empty for what is built in.
    pub script: StringId,
    /// 1-based line at which it begins.
    pub line: Option<u32>,
    /// 1-based column, in UTF-16 units.
    pub column: Option<u32>,
}

/// The allocation stacks of a snapshot, not read yet.
#[derive(Debug)]
pub struct Allocations {
    layout: TraceLayout,
    functions: Section,
    tree: Section,
}

impl Allocations {
    /// The parts, when there are both and the header says that something was recorded.
    pub(crate) fn of(header: &Header, functions: Option<Section>, tree: Option<Section>) -> Option<Self> {
        let layout = header.trace.clone().filter(|_| header.has_traces())?;
        Some(Self { layout, functions: functions?, tree: tree? })
    }

    /// Where both parts stand in the (unpacked) file.
    pub(super) fn ranges(&self) -> [Range<u64>; 2] {
        [self.functions.range(), self.tree.range()]
    }

    /// The texts of both parts, for an index that cannot leave them in the file.
    pub(super) fn texts_to_save(&self) -> [&[u8]; 2] {
        [self.functions.text.bytes(), self.tree.text.bytes()]
    }

    /// The stack that a trace stands for, the function that allocated first. `None` when the tree has no such place.
    ///
    /// # Errors
    /// `ERR_HEAP_MALFORMED` when the traces are no traces; `_NO_MEMORY`, `_CANCELLED`.
    pub fn stack(&self, trace: u32, strings: &Strings, monitor: &Monitor) -> Result<Option<Vec<Frame>>> {
        let Some(way) = self.way(u64::from(trace), monitor)? else { return Ok(None) };
        let (text, start) = (self.functions.text.bytes(), self.functions.start);
        let malformed = |what: String| Error::malformed(start, format_args!("in \"trace_function_infos\": {what}"));
        let mut cursor = Cursor::new(text, 0);
        cursor.expect(b'[', "in \"trace_function_infos\"")?;
        let (functions, _) =
            numbers::read_small(text, cursor.at, "trace_function_infos").map_err(|error| match error.code() {
                // Its offset is one of this part and not of the file.
                Code::Malformed | Code::Truncated => malformed("it is no list of integers".to_owned()),
                _ => error,
            })?;
        let width = self.layout.function_fields;
        let name = |index: u64| {
            StringId::try_from(index)
                .ok()
                .filter(|&id| (id as usize) < strings.len())
                .ok_or_else(|| malformed(format!("{index} is no string of the table")))
        };
        // V8 counts from 1 here and writes 0 for what has no position.
        let position =
            |number: u64| u32::try_from(number & !NEGATIVE).ok().filter(|&at| at > 0 && number == u64::from(at));
        let frame = |function: u64| {
            let record = usize::try_from(function)
                .ok()
                .and_then(|index| functions.get(index.checked_mul(width)?..(index + 1).checked_mul(width)?))
                .ok_or_else(|| malformed(format!("function {function} is not in it")))?;
            Ok(Frame {
                function: name(record[self.layout.name])?,
                script: name(record[self.layout.script_name])?,
                line: position(record[self.layout.line]),
                column: position(record[self.layout.column]),
            })
        };
        // The root of the tree is no function.
        way.iter().skip(1).rev().map(|&function| frame(function)).collect::<Result<_>>().map(Some)
    }

    /// Functions on the way from the tree's root to a place. A node is written as its fields, the last of which is
    /// the list of the nodes below it.
    fn way(&self, wanted: u64, monitor: &Monitor) -> Result<Option<Vec<u64>>> {
        let text = self.tree.text.bytes();
        let malformed = |at: usize, what: &str| {
            Error::malformed(self.tree.start + at as u64, format_args!("in \"trace_tree\": {what}"))
        };
        let mut cursor = Cursor::new(text, 0);
        cursor.expect(b'[', "in \"trace_tree\"")?;
        // The functions of the nodes whose lists are open.
        let mut way: Vec<u64> = Vec::new();
        let (mut field, mut id, mut function) = (0, 0, 0);
        let mut steps = 0_usize;
        loop {
            steps += 1;
            monitor.tick(steps)?;
            match cursor.peek().ok_or_else(|| malformed(cursor.at, "it ends too early"))? {
                b',' => cursor.at += 1,
                b'[' if field == self.layout.children => {
                    way.try_reserve(1).map_err(|_| Error::no_memory(way.len() as u64 * 8, "an allocation stack"))?;
                    way.push(function);
                    field = 0;
                    cursor.at += 1;
                }
                b']' if field == 0 => {
                    cursor.at += 1;
                    if way.pop().is_none() {
                        return Ok(None);
                    }
                }
                byte if byte.is_ascii_digit() && field < self.layout.children => {
                    let digits = text[cursor.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    let number = std::str::from_utf8(&text[cursor.at..cursor.at + digits]).ok();
                    let number = number.and_then(|digits| digits.parse().ok());
                    let number: u64 = number.ok_or_else(|| malformed(cursor.at, "a number is out of range"))?;
                    if field == self.layout.id {
                        id = number;
                    }
                    if field == self.layout.function {
                        function = number;
                    }
                    cursor.at += digits;
                    field += 1;
                    if field == self.layout.children && id == wanted {
                        way.push(function);
                        return Ok(Some(way));
                    }
                }
                _ => return Err(malformed(cursor.at, "a node is not as its fields say")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        error::{Code, Result},
        monitor::Monitor,
        snapshot::{Snapshot, Source},
    };

    fn snapshot(functions: &str, tree: &str) -> Snapshot {
        let text = format!(
            r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count","trace_node_id"],
            "node_types":[["synthetic","object"],"string","number","number","number","number"],
            "edge_fields":["type","name_or_index","to_node"],"edge_types":[["element"],"string_or_number","node"],
            "trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],
            "trace_node_fields":["id","function_info_index","count","size","children"]}},
            "node_count":1,"edge_count":0,"trace_function_count":1}},"nodes":[0,0,1,0,0,4],"edges":[],
            "trace_function_infos":{functions},"trace_tree":{tree},
            "strings":["(root)","","inner","app.js","outer"]}}"#
        );
        Snapshot::open(Source::Bytes(text.into_bytes()), &Monitor::none()).unwrap()
    }

    fn stack(snapshot: &Snapshot, trace: u32) -> Result<Option<Vec<String>>> {
        let frames = snapshot.allocations.as_ref().unwrap().stack(trace, &snapshot.strings, &Monitor::none())?;
        let text = |id| snapshot.strings.text(id).into_owned();
        Ok(frames.map(|frames| {
            frames
                .iter()
                .map(|frame| {
                    format!("{} {} {:?} {:?}", text(frame.function), text(frame.script), frame.line, frame.column)
                })
                .collect()
        }))
    }

    const FUNCTIONS: &str = "[0,0,1,0,0,0 ,\n7,2,3,9,4,8, 9,4,3,9,-1,2]";
    const TREE: &str = "[1,0,0,0,[2,1,0,0,[],3,2,1,8,[4,1,1,8,[]],5,1,0,0,[]]]";

    #[test]
    fn a_stack_is_the_way_up_the_tree() {
        let snapshot = snapshot(FUNCTIONS, TREE);
        assert_eq!(snapshot.nodes.trace(snapshot.root()), Some(4));
        let inner = "inner app.js Some(4) Some(8)".to_owned();
        assert_eq!(stack(&snapshot, 4).unwrap().unwrap(), [inner.clone(), "outer app.js None Some(2)".into()]);
        assert_eq!(stack(&snapshot, 5).unwrap().unwrap(), [inner]);
        assert_eq!(stack(&snapshot, 1).unwrap().unwrap(), [""; 0]);
        assert_eq!(stack(&snapshot, 6).unwrap(), None);
    }

    #[test]
    fn a_tree_as_deep_as_the_file_needs_no_stack_of_ours() {
        let deep = 300_000;
        let tree =
            (1..=deep).fold(String::new(), |tree, id| tree + &format!("[{id},1,0,0,")) + "[]" + &"]".repeat(deep);
        let frames = stack(&snapshot(FUNCTIONS, &tree), deep as u32).unwrap().unwrap();
        assert_eq!(frames.len(), deep - 1);
    }

    #[test]
    fn damage_is_an_error_when_it_is_asked_for() {
        for (functions, tree) in [
            (FUNCTIONS, "[1,0,0,[]]"),
            (FUNCTIONS, "{}"),
            (FUNCTIONS, "[1,0,0,0,[4,77,0,0,[]]]"),
            (FUNCTIONS, "[1,0,0,0,[4,99999999999999999999,0,0,[]]]"),
            (FUNCTIONS, "[1,0,\"x\",0,[]]"),
            ("[0,0,1,0,0,0,7,99,3,9,4,8]", "[1,0,0,0,[4,1,0,0,[]]]"),
            ("[0,0,1.5]", TREE),
            ("7", TREE),
        ] {
            let error = stack(&snapshot(functions, tree), 4).unwrap_err();
            assert_eq!(error.code(), Code::Malformed, "{functions} {tree}: {error}");
        }
    }
}
