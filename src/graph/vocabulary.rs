//! The words of V8 that mean something to us, looked up once.
//!
//! Many rules depend on a name ("is it an `Object`?", "is this edge `elements`?"). Comparing text for every node
//! would touch the string table millions of times, and equal texts may stand in it more than once. So every
//! string gets one byte that says which known word it is, and rules compare bytes.

use rayon::prelude::*;

use crate::{
    error::Result,
    memory,
    monitor::Monitor,
    snapshot::{StringId, Strings, begins_with},
    store::{Column, Rule, Shelf, Tag, View, Writer},
};

/// A known word, or a known shape of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Word {
    /// Any other text.
    Other = 0,
    /// `Object`: name of a plain object.
    Object,
    /// `Array`
    Array,
    /// `elements`: an array's backing store.
    Elements,
    /// `__proto__`
    Proto,
    /// `first`: left half of a concatenated string.
    First,
    /// `second`: right half of a concatenated string.
    Second,
    /// `(map descriptors)`
    MapDescriptors,
    /// `system / NativeContext`
    NativeContext,
    /// `sloppy_function_map`
    SloppyFunctionMap,
    /// `system / ExternalStringData`
    ExternalStringData,
    /// `system / JSArrayBufferData`
    ArrayBufferData,
    /// `(Document DOM trees)`
    DocumentDomTrees,
    /// Text that starts with `<`: a DOM element.
    Element,
    /// Text that starts with `Detached `.
    Detached,
    /// `properties`: where an object's properties are that do not fit in it.
    Properties,
    /// `reactions_or_result`: from a promise to what waits for it, or to its value.
    ReactionsOrResult,
    /// `table`: what holds the entries of a Map or Set.
    Table,
    /// `context`: from a closure to the variables it sees.
    Context,
    /// `shared`: from a closure to what all closures of one function share.
    Shared,
    /// `script`: from there to the script.
    Script,
    /// `script_or_debug_info`: the same, up to Node 20.
    ScriptOrDebugInfo,
    /// `scope_info`: from a context to the names of its variables.
    ScopeInfo,
    /// `previous`: from a scope to the one around it.
    Previous,
    /// `value`: from a cell to the variable of an ES module.
    Value,
    /// `system / Context`: a scope's variables.
    ContextNode,
    /// `system / Cell`: a variable of an ES module.
    Cell,
    /// Name of the two edges that stand for one entry of a WeakMap.
    WeakMapPair,
}

impl Word {
    /// The word with a number; a number that no word has is that of any other text.
    fn from_number(number: u8) -> Self {
        const BY_NUMBER: [Word; 256] = {
            let mut words = [Word::Other; 256];
            let mut index = 0;
            while index < EXACT.len() {
                words[EXACT[index].1 as usize] = EXACT[index].1;
                index += 1;
            }
            words[Word::Element as usize] = Word::Element;
            words[Word::Detached as usize] = Word::Detached;
            words[Word::WeakMapPair as usize] = Word::WeakMapPair;
            words
        };
        BY_NUMBER[number as usize]
    }
}

/// The known words, by their first byte.
const EXACT: [(&str, Word); 24] = [
    ("(map descriptors)", Word::MapDescriptors),
    ("(Document DOM trees)", Word::DocumentDomTrees),
    ("Array", Word::Array),
    ("Object", Word::Object),
    ("__proto__", Word::Proto),
    ("context", Word::Context),
    ("elements", Word::Elements),
    ("first", Word::First),
    ("properties", Word::Properties),
    ("previous", Word::Previous),
    ("reactions_or_result", Word::ReactionsOrResult),
    ("second", Word::Second),
    ("system / NativeContext", Word::NativeContext),
    ("sloppy_function_map", Word::SloppyFunctionMap),
    ("system / ExternalStringData", Word::ExternalStringData),
    ("system / JSArrayBufferData", Word::ArrayBufferData),
    ("shared", Word::Shared),
    ("script", Word::Script),
    ("script_or_debug_info", Word::ScriptOrDebugInfo),
    ("scope_info", Word::ScopeInfo),
    ("system / Context", Word::ContextNode),
    ("system / Cell", Word::Cell),
    ("table", Word::Table),
    ("value", Word::Value),
];

/// Where in [`EXACT`] the words with each first byte stand.
const BY_FIRST_BYTE: [(u8, u8); 256] = {
    let mut stretches = [(0, 0); 256];
    let mut index = 0;
    while index < EXACT.len() {
        let stretch = &mut stretches[EXACT[index].0.as_bytes()[0] as usize];
        if stretch.1 == 0 {
            stretch.0 = index as u8;
        }
        assert!(stretch.1 == 0 || stretch.1 == index as u8, "words with one first byte stand together");
        stretch.1 = index as u8 + 1;
        index += 1;
    }
    stretches
};

/// Which word each string is.
#[derive(Debug)]
pub struct Vocabulary {
    words: Words,
    /// The strings that name a WeakMap pair, and the object id of the table that each names.
    pairs: Column<StringId>,
    pair_tables: Column<u64>,
}

/// The word of each string.
#[derive(Debug)]
enum Words {
    Known(Vec<Word>),
    /// The words as their numbers.
    Indexed(View<u8>),
}

const WORDS: Tag = Tag::new(*b"words...");
const PAIRS: Tag = Tag::new(*b"pairs...");
const PAIR_TABLES: Tag = Tag::new(*b"pairtabl");

impl Vocabulary {
    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        if let Words::Known(words) = &self.words {
            writer.add_bytes(WORDS, words.iter().map(|&word| word as u8).collect());
            writer.add(PAIRS, &self.pairs);
            writer.add(PAIR_TABLES, &self.pair_tables);
        }
    }

    pub(super) fn load(shelf: &Shelf, strings: &Strings) -> Result<Option<Self>> {
        let words = shelf.bytes(WORDS)?.filter(|words| words.len() == strings.len());
        let (Some(words), Some(pairs)) = (words, shelf.view(PAIRS, Rule::Any)?) else { return Ok(None) };
        let tables = shelf.column(PAIR_TABLES, pairs.len(), Rule::Any)?;
        Ok(tables.map(|pair_tables| Self { words: Words::Indexed(words), pairs: Column::Indexed(pairs), pair_tables }))
    }

    pub(crate) fn of(strings: &Strings, monitor: &Monitor) -> Result<Self> {
        const CHUNK: usize = 1 << 16;
        let mut words = memory::filled(strings.len(), Word::Other, "words")?;
        let pairs: Vec<Vec<(StringId, u64)>> = words
            .par_chunks_mut(CHUNK)
            .enumerate()
            .map(|(chunk, words)| {
                monitor.check()?;
                let mut pairs = Vec::new();
                for (index, word) in words.iter_mut().enumerate() {
                    let id = (chunk * CHUNK + index) as StringId;
                    *word = classify(strings, id);
                    if *word == Word::WeakMapPair {
                        match pair_table(&strings.bytes(id)) {
                            Some(table) => pairs.push((id, table)),
                            None => *word = Word::Other,
                        }
                    }
                }
                Ok(pairs)
            })
            .collect::<Result<_>>()?;
        // By string, since the pieces are in their order.
        let (pairs, pair_tables): (Vec<StringId>, Vec<u64>) = pairs.into_iter().flatten().unzip();
        Ok(Self { words: Words::Known(words), pairs: pairs.into(), pair_tables: pair_tables.into() })
    }

    /// The word a string is.
    #[must_use]
    pub fn word(&self, id: StringId) -> Word {
        match &self.words {
            Words::Known(words) => words[id as usize],
            Words::Indexed(words) => Word::from_number(words.at(id as usize)),
        }
    }

    /// The object ids of the WeakMap tables that any string names as a pair's.
    pub(super) fn pair_tables(&self) -> impl Iterator<Item = u64> {
        self.pair_tables.iter().copied()
    }

    /// Whether any string names a WeakMap pair.
    #[must_use]
    pub fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// For the name of a WeakMap pair's edge: the object id of the WeakMap's table.
    #[must_use]
    pub fn pair_table(&self, id: StringId) -> Option<u64> {
        let row = self.pairs.partition_point(|pair| pair < id);
        (self.pairs.try_at(row) == Some(id)).then(|| self.pair_tables.at(row))
    }
}

fn classify(strings: &Strings, id: StringId) -> Word {
    let text = strings.peek(id);
    match text.first() {
        Some(b'<') => Word::Element,
        // Decided in full by `pair_table`, which needs the whole text.
        Some(b'0'..=b'9') => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if text[digits..].starts_with(PAIR_START) { Word::WeakMapPair } else { Word::Other }
        }
        // Newer V8 says which scope it is.
        Some(b's') if text.starts_with(b"system / Context / ") => Word::ContextNode,
        Some(b'D') if text.starts_with(b"Detached ") => Word::Detached,
        Some(&first) => {
            let (start, end) = BY_FIRST_BYTE[first as usize];
            let words = &EXACT[usize::from(start)..usize::from(end)];
            words.iter().find(|(exact, _)| begins_with(text, exact)).map_or(Word::Other, |&(_, word)| word)
        }
        None => Word::Other,
    }
}

const PAIR_START: &[u8] = b" / part of key (";

/// The part of a WeakMap pair's name that both of its edges share: all after the number it begins with.
pub(crate) fn pair_identity(name: &[u8]) -> &[u8] {
    &name[name.iter().take_while(|byte| byte.is_ascii_digit()).count()..]
}

/// The table's id in `<n> / part of key (… @id) -> value (… @id) pair in WeakMap (table @id)`, if it is one.
fn pair_table(name: &[u8]) -> Option<u64> {
    let number = |digits: &[u8]| {
        let text = std::str::from_utf8(digits).ok()?;
        // An id too long for a number is no id of a node either; it still makes the text a pair.
        Some(text.parse().unwrap_or(u64::MAX))
    };
    let rest = pair_identity(name);
    if rest.len() == name.len() {
        return None;
    }
    let rest = rest.strip_prefix(PAIR_START)?.strip_suffix(b")")?;
    let (rest, table) = split_trailing_digits(rest)?;
    let rest = rest.strip_suffix(b") pair in WeakMap (table @")?;
    let (rest, _value) = split_trailing_digits(rest)?;
    let middle = rest.strip_suffix(b" @")?;
    // Descriptions are free text but for line ends.
    if middle.contains(&b'\n') || middle.contains(&b'\r') || has_unicode_line_end(middle) {
        return None;
    }
    let joint = b") -> value (";
    memchr::memmem::find_iter(middle, joint)
        .any(|at| split_trailing_digits(&middle[..at]).is_some_and(|(before, _)| before.ends_with(b" @")))
        .then(|| number(table))?
}

fn has_unicode_line_end(text: &[u8]) -> bool {
    memchr::memmem::find(text, "\u{2028}".as_bytes()).is_some()
        || memchr::memmem::find(text, "\u{2029}".as_bytes()).is_some()
}

fn split_trailing_digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| text.split_at(text.len() - digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_map_pairs_are_recognised_exactly() {
        let pair = "12 / part of key (Foo @345) -> value (Bar @6) pair in WeakMap (table @7891)";
        assert_eq!(pair_table(pair.as_bytes()), Some(7891));
        assert_eq!(pair_identity(pair.as_bytes()), &pair.as_bytes()[2..]);
        let odd = "0 / part of key (a @1) -> value (x @2) -> value () @3) -> value ( @4) pair in WeakMap (table @5)";
        assert_eq!(pair_table(odd.as_bytes()), Some(5));
        for wrong in [
            " / part of key (Foo @345) -> value (Bar @6) pair in WeakMap (table @7891)",
            "12 / part of key (Foo @) -> value (Bar @6) pair in WeakMap (table @7891)",
            "12 / part of key (Foo @345) -> value (Bar @6) pair in WeakMap (table @)",
            "12 / part of key (Foo @345) -> value (Bar @6) pair in WeakMap (table @7891) ",
            "12 / part of key (Fo\no @345) -> value (Bar @6) pair in WeakMap (table @7891)",
        ] {
            assert_eq!(pair_table(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
