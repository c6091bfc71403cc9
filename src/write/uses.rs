//! What each string of a table is used for, and what follows from that for its copy.
//!
//! One entry of the table may be the content of a string, the name of a function and the key of a property at once.
//! Where some of these uses are secret and others are not, the secret ones get an entry of their own at the end of
//! the table, so that a heap with a class `Session` and a text "Session" keeps the one and loses the other.

use crate::{
    error::{Error, Result},
    memory,
    snapshot::NodeKind,
};

/// Content of a string.
pub(crate) const CONTENT: u8 = 1;
/// Name of a node whose kind usually has fixed names, and else shows content: regular expressions, symbols, the parts
/// of other strings.
pub(crate) const PATTERN: u8 = 1 << 1;
/// Name of a number.
pub(crate) const NUMERIC: u8 = 1 << 2;
/// Key of a property.
pub(crate) const KEY: u8 = 1 << 3;
/// Any other name: of classes, functions, scripts, variables, V8's own links.
pub(crate) const NAME: u8 = 1 << 4;
/// Name of an object or native object, which may be a DOM element with its attributes.
pub(crate) const OBJECT: u8 = 1 << 5;
/// Name of an edge to content: that of a WeakMap's entry repeats it.
pub(crate) const LEADS_TO_CONTENT: u8 = 1 << 6;
/// The secret uses have an entry of their own.
pub(crate) const SPLIT: u8 = 1 << 7;

const SECRET: u8 = CONTENT | PATTERN | NUMERIC | KEY;
const SHOWN: u8 = NAME | OBJECT;

/// What V8 calls nodes of the kinds in [`PATTERN`] that show nothing. `Array` is no secret either, and a node of that
/// name counts as one in DevTools' statistics.
const FIXED: [&[u8]; 5] = [b"(concatenated string)", b"(sliced string)", b"symbol", b"private symbol", b"Array"];
/// Keys that the language gives a meaning, and by which prototypes and instances are told apart.
const LANGUAGE_KEYS: [&[u8]; 3] = [b"__proto__", b"constructor", b"prototype"];

/// The use that a node of this kind makes of its name.
pub(crate) fn of_node(kind: NodeKind) -> u8 {
    match kind {
        NodeKind::STRING => CONTENT,
        NodeKind::REGEXP | NodeKind::SYMBOL | NodeKind::CONS_STRING | NodeKind::SLICED_STRING => PATTERN,
        NodeKind::NUMBER | NodeKind::BIGINT => NUMERIC,
        NodeKind::OBJECT | NodeKind::NATIVE => OBJECT,
        _ => NAME,
    }
}

/// The uses of all strings of a table.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    flags: Vec<u8>,
    /// Indexes of the strings that are split, ascending: the n-th of them has its secret entry n behind the table's end.
    split: Vec<u32>,
    /// Strings settled so far.
    settled: usize,
}

impl Uses {
    pub(crate) fn of(strings: u64) -> Result<Self> {
        if strings >= u64::from(u32::MAX) {
            return Err(Error::no_memory(strings, "strings"));
        }
        Ok(Self { flags: memory::zeroed(strings as usize, "strings")?, split: Vec::new(), settled: 0 })
    }

    pub(crate) fn mark(&mut self, string: u64, uses: u8) -> Result<()> {
        match usize::try_from(string).ok().and_then(|index| self.flags.get_mut(index)) {
            Some(flags) => {
                *flags |= uses;
                Ok(())
            }
            None => Err(Error::new(crate::error::Code::Malformed, format!("{string} is no string of the table"))),
        }
    }

    /// Called with the texts in their order: decides which uses of each are secret.
    pub(crate) fn settle(&mut self, text: &[u8], hide_keys: bool) -> Result<()> {
        let index = self.settled;
        let Some(flags) = self.flags.get_mut(index) else { return Err(changed()) };
        self.settled += 1;
        let mut open = |kind: u8, is_open: bool| {
            if *flags & kind != 0 && is_open {
                *flags = *flags & !kind | NAME;
            }
        };
        open(PATTERN, FIXED.contains(&text));
        open(NUMERIC, !text.iter().any(u8::is_ascii_digit));
        open(KEY, !hide_keys || LANGUAGE_KEYS.contains(&text));
        if *flags & SECRET != 0 && *flags & SHOWN != 0 && !text.is_empty() {
            *flags |= SPLIT;
            self.split.try_reserve(1).map_err(|_| Error::no_memory(4 * self.split.len() as u64, "strings"))?;
            self.split.push(index as u32);
        }
        Ok(())
    }

    /// The index to write where a node or edge uses this string so; `None` when it stays.
    #[inline]
    pub(crate) fn moved(&self, string: u64, uses: u8) -> Option<u64> {
        let flags = *self.flags.get(usize::try_from(string).ok()?)?;
        if flags & SPLIT == 0 || flags & uses & SECRET == 0 {
            return None;
        }
        let position = self.split.binary_search(&(string as u32)).ok()?;
        Some((self.flags.len() + position) as u64)
    }

    pub(crate) fn flags(&self, string: usize) -> Result<u8> {
        self.flags.get(string).copied().ok_or_else(changed)
    }

    /// Whether what stands at the string's own place in the table is secret.
    pub(crate) fn is_secret(flags: u8) -> bool {
        // What nothing known refers to might be anything.
        flags & SPLIT == 0 && (flags & SECRET != 0 || flags & SHOWN == 0)
    }

    pub(crate) fn split_count(&self) -> usize {
        self.split.len()
    }
}

/// The passes over one file did not see the same.
pub(crate) fn changed() -> Error {
    Error::new(crate::error::Code::Malformed, "the file changed while it was read")
}
