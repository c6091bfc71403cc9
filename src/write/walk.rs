//! A walk over the text of a snapshot that holds one window of it at a time.
//!
//! The reader of `snapshot` turns bytes into columns. A copy does not need them: it looks at numbers and strings as they
//! come by and hands the bytes on. Only the order of V8 is understood here (header, nodes, edges, strings last), which
//! every known runtime writes; anything else is refused.

use memchr::{memchr, memchr2};

use crate::{
    error::{Code, Error, Result},
    monitor::Monitor,
    snapshot::{self, Input, NEGATIVE, Source, Window},
};

const WINDOW: usize = 1 << 20;
/// The longest number with its sign and separator is far shorter: with so much at hand, one is never cut in two.
const AHEAD: usize = 64;
/// Headers have 2 to 4 KB.
const HEADER_LIMIT: usize = 16 << 20;

/// The arrays of numbers in which some are indexes of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Array {
    Nodes,
    Edges,
    TraceFunctions,
    ScopeVariables,
}

impl Array {
    fn of_key(key: &[u8]) -> Option<Self> {
        match key {
            b"nodes" => Some(Self::Nodes),
            b"edges" => Some(Self::Edges),
            b"trace_function_infos" => Some(Self::TraceFunctions),
            b"scope_context_vars" => Some(Self::ScopeVariables),
            _ => None,
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Edges => "edges",
            Self::TraceFunctions => "trace_function_infos",
            Self::ScopeVariables => "scope_context_vars",
        }
    }
}

/// What a walk tells on its way. Errors without an offset get that of the place.
pub(crate) trait Visitor {
    /// Bytes that belong into a copy as they are.
    fn pass(&mut self, bytes: &[u8]) -> Result<()>;
    /// The header's JSON; it is passed on by the visitor, not by the walk.
    fn header(&mut self, json: &[u8], offset: u64) -> Result<()>;
    /// Whether the numbers of arrays are of interest. If not, arrays are stepped over quickly and not passed on.
    const NUMBERS: bool;
    /// The next number of an array; gives what to write instead of it. Negative ones carry [`NEGATIVE`].
    fn number(&mut self, array: Array, value: u64) -> Result<Option<u64>>;
    /// An array has ended.
    fn array_ends(&mut self, array: Array) -> Result<()>;
    /// The next string of the table, escapes untouched and without its quotes; passed on by the visitor, quotes too.
    fn string(&mut self, raw: &[u8]) -> Result<()>;
    /// The table ends; its bracket comes next.
    fn strings_end(&mut self) -> Result<()>;
}

/// A source that can be walked more than once.
pub(crate) struct Origin {
    input: Input,
}

impl Origin {
    pub(crate) fn open(source: Source, monitor: &Monitor) -> Result<Self> {
        Ok(Self { input: Input::open(snapshot::gathered(source, monitor)?, monitor)? })
    }

    /// Walks over the snapshot from its start to its end.
    pub(crate) fn walk(&mut self, visitor: &mut impl Visitor, phase: &'static str, monitor: &Monitor) -> Result<()> {
        self.input.again(monitor)?;
        let mut walk = Walk {
            input: &self.input,
            phase,
            next: Window::default(),
            window: vec![0; WINDOW],
            at: 0,
            end: 0,
            base: 0,
            finished: false,
        };
        walk.whole(visitor)?;
        // The walks must have seen one and the same file.
        self.input.finish().map(|_| ())
    }
}

struct Walk<'a> {
    input: &'a Input,
    phase: &'static str,
    /// What was read and has not found room in the window.
    next: Window,
    window: Vec<u8>,
    /// Next byte to look at, and the end of what has been read, in the window.
    at: usize,
    end: usize,
    /// Offset of the window's first byte in the (unpacked) snapshot.
    base: u64,
    finished: bool,
}

impl Walk<'_> {
    fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Moves what has not been looked at to the front of the window and reads more behind it.
    fn fill(&mut self) -> Result<()> {
        self.window.copy_within(self.at..self.end, 0);
        self.base += self.at as u64;
        self.end -= self.at;
        self.at = 0;
        while self.end < self.window.len() && !self.finished {
            if self.next.len() == 0 {
                self.input.next(self.base + self.end as u64, &mut self.next, self.phase)?;
                self.finished = self.next.len() == 0;
            }
            let count = self.next.len().min(self.window.len() - self.end);
            self.window[self.end..self.end + count].copy_from_slice(&self.next.text()[..count]);
            self.next.skip(count);
            self.end += count;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        if self.at == self.end && !self.finished {
            self.fill()?;
        }
        Ok((self.at < self.end).then(|| self.window[self.at]))
    }

    /// Passes white space on and gives the byte after it.
    fn space(&mut self, visitor: &mut impl Visitor) -> Result<Option<u8>> {
        loop {
            let start = self.at;
            while self.at < self.end && matches!(self.window[self.at], b' ' | b'\n' | b'\r' | b'\t') {
                self.at += 1;
            }
            visitor.pass(&self.window[start..self.at])?;
            if self.at < self.end {
                return Ok(Some(self.window[self.at]));
            }
            if self.peek()?.is_none() {
                return Ok(None);
            }
        }
    }

    fn truncated(&self, place: &str) -> Error {
        Error::truncated(self.offset(), place)
    }

    fn unexpected(&self, found: u8, wanted: &str, place: &str) -> Error {
        let found = std::ascii::escape_default(found);
        Error::malformed(self.offset(), format_args!("expected {wanted} {place}, found `{found}`"))
    }

    /// Passes white space and the wanted byte on.
    fn expect(&mut self, wanted: u8, place: &str, visitor: &mut impl Visitor) -> Result<()> {
        match self.space(visitor)? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                visitor.pass(&[wanted])
            }
            Some(byte) => Err(self.unexpected(byte, &format!("`{}`", wanted as char), place)),
            None => Err(self.truncated(place)),
        }
    }

    /// Reads a string whose opening quote comes next into `text`, which gets what stands between the quotes.
    fn string(&mut self, text: &mut Vec<u8>, place: &str) -> Result<()> {
        text.clear();
        self.at += 1;
        loop {
            let Some(found) = memchr2(b'"', b'\\', &self.window[self.at..self.end]) else {
                self.take(text, self.end)?;
                if self.peek()?.is_none() {
                    return Err(self.truncated(place));
                }
                continue;
            };
            if self.window[self.at + found] == b'"' {
                self.take(text, self.at + found)?;
                self.at += 1;
                return Ok(());
            }
            // The backslash with what follows it, wherever the window ends.
            self.take(text, self.at + found + 1)?;
            if self.peek()?.is_none() {
                return Err(self.truncated(place));
            }
            self.take(text, self.at + 1)?;
        }
    }

    fn take(&mut self, text: &mut Vec<u8>, until: usize) -> Result<()> {
        let piece = &self.window[self.at..until];
        text.try_reserve(piece.len()).map_err(|_| Error::no_memory(text.len() as u64, "a string"))?;
        text.extend_from_slice(piece);
        self.at = until;
        Ok(())
    }

    fn whole(&mut self, visitor: &mut impl Visitor) -> Result<()> {
        snapshot::check_magic(self.input.head())?;
        snapshot::check_opening(self.space(visitor)?)?;
        self.expect(b'{', "at the start", visitor)?;
        let second = self.space(visitor)?;
        snapshot::check_first_key(second, self.offset())?;
        let mut order = Order::default();
        let mut key = Vec::new();
        loop {
            match self.space(visitor)? {
                Some(b'"') => self.string(&mut key, "inside a key of the outermost object")?,
                Some(byte) => return Err(self.unexpected(byte, "`\"`", "at a key of the outermost object")),
                None => return Err(self.truncated("before a key of the outermost object")),
            }
            if order.is_first() && key != b"snapshot" {
                let shown = String::from_utf8_lossy(&key[..key.len().min(40)]).into_owned();
                return Err(snapshot::other_json(&shown, self.input.head()));
            }
            order.next(&key, self.offset())?;
            visitor.pass(b"\"")?;
            visitor.pass(&key)?;
            visitor.pass(b"\"")?;
            let place = format!("after the key \"{}\"", String::from_utf8_lossy(&key[..key.len().min(40)]));
            self.expect(b':', &place, visitor)?;
            let first = self.space(visitor)?;
            match (&key[..], Array::of_key(&key)) {
                (b"snapshot", _) => {
                    let offset = self.offset();
                    let mut header = Header::default();
                    self.value(&mut header, &place)?;
                    visitor.header(&header.json, offset)?;
                }
                (b"strings", _) => {
                    self.expect(b'[', &place, visitor)?;
                    self.strings(visitor)?;
                }
                (_, Some(array)) if first == Some(b'[') => {
                    self.expect(b'[', &place, visitor)?;
                    self.numbers(array, visitor)?;
                }
                _ => self.value(&mut Blank { visitor, text: Vec::new() }, &place)?,
            }
            match self.space(visitor)? {
                Some(b',') => self.expect(b',', &place, visitor)?,
                Some(b'}') => break,
                Some(byte) => return Err(self.unexpected(byte, "`,` or `}`", &place)),
                None => return Err(self.truncated(&place)),
            }
        }
        self.expect(b'}', "at the end", visitor)?;
        if let Some(byte) = self.space(visitor)? {
            return Err(self.unexpected(byte, "nothing more", "after the end of the snapshot"));
        }
        order.complete(self.offset())
    }

    /// The numbers of an array; its opening bracket has been passed on, the closing one will be.
    fn numbers(&mut self, array: Array, visitor: &mut impl Visitor) -> Result<()> {
        if !self.numbers_are_wanted(visitor)? {
            return Ok(());
        }
        if self.space(visitor)? == Some(b']') {
            visitor.array_ends(array).map_err(|error| self.placed(error))?;
            return self.expect(b']', "", visitor);
        }
        // Bytes from here to `at` are still to be passed on.
        let mut pending = self.at;
        loop {
            if self.end - self.at < AHEAD && !self.finished {
                visitor.pass(&self.window[pending..self.at])?;
                self.fill()?;
                pending = 0;
            }
            while self.at < self.end && matches!(self.window[self.at], b' ' | b'\n' | b'\r' | b'\t') {
                self.at += 1;
            }
            if self.end - self.at < AHEAD && !self.finished {
                continue;
            }
            let start = self.at;
            let value = self.number(array)?;
            if let Some(instead) = visitor.number(array, value).map_err(|error| self.placed(error))? {
                visitor.pass(&self.window[pending..start])?;
                visitor.pass(instead.to_string().as_bytes())?;
                pending = self.at;
            }
            if !matches!(self.window.get(self.at), Some(b',' | b']')) || self.at >= self.end {
                visitor.pass(&self.window[pending..self.at])?;
                self.space(visitor)?;
                pending = self.at;
            }
            match self.peek()? {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                Some(byte) => return Err(self.unexpected(byte, "`,` or `]`", &inside(array))),
                None => return Err(self.truncated(&inside(array))),
            }
        }
        visitor.pass(&self.window[pending..self.at])?;
        visitor.array_ends(array).map_err(|error| self.placed(error))?;
        self.expect(b']', "", visitor)
    }

    /// Steps over an array whose numbers nobody wants. Gives whether they are wanted.
    fn numbers_are_wanted<V: Visitor>(&mut self, _: &V) -> Result<bool> {
        if V::NUMBERS {
            return Ok(true);
        }
        loop {
            if let Some(found) = memchr(b']', &self.window[self.at..self.end]) {
                self.at += found + 1;
                return Ok(false);
            }
            self.at = self.end;
            if self.peek()?.is_none() {
                return Err(self.truncated("inside an array of numbers"));
            }
        }
    }

    #[inline]
    fn number(&mut self, array: Array) -> Result<u64> {
        let start = self.at;
        let negative = self.at < self.end && self.window[self.at] == b'-';
        self.at += usize::from(negative);
        let digits = self.at;
        let mut value = 0_u64;
        let mut fits = true;
        while self.at < self.end && self.window[self.at].is_ascii_digit() {
            let digit = u64::from(self.window[self.at] - b'0');
            (value, fits) = match value.checked_mul(10).and_then(|value| value.checked_add(digit)) {
                Some(value) => (value, fits),
                None => (value, false),
            };
            self.at += 1;
        }
        if self.at == digits || !fits || value >= NEGATIVE || self.at - start > AHEAD / 2 {
            self.at = start;
            if start == self.end {
                return Err(self.truncated(&inside(array)));
            }
            return Err(self.unexpected(self.window[start], "an integer", &inside(array)));
        }
        Ok(if negative { value | NEGATIVE } else { value })
    }

    /// The strings of the table; its opening bracket has been passed on, the closing one will be.
    fn strings(&mut self, visitor: &mut impl Visitor) -> Result<()> {
        const PLACE: &str = "inside \"strings\"";
        let mut text = Vec::new();
        let mut first = true;
        loop {
            match self.space(visitor)? {
                Some(b'"') => self.string(&mut text, PLACE)?,
                Some(b']') if first => break,
                Some(byte) => return Err(self.unexpected(byte, "`\"`", PLACE)),
                None => return Err(self.truncated(PLACE)),
            }
            first = false;
            visitor.string(&text).map_err(|error| self.placed(error))?;
            match self.space(visitor)? {
                Some(b',') => self.expect(b',', PLACE, visitor)?,
                Some(b']') => break,
                Some(byte) => return Err(self.unexpected(byte, "`,` or `]`", PLACE)),
                None => return Err(self.truncated(PLACE)),
            }
        }
        visitor.strings_end()?;
        self.expect(b']', PLACE, visitor)
    }

    /// A value of any kind, without recursion: `trace_tree` nests as deep as a call stack.
    fn value(&mut self, sink: &mut impl ValueSink, place: &str) -> Result<()> {
        let mut depth = 0_u64;
        let mut text = Vec::new();
        loop {
            let byte = loop {
                let byte = self.peek()?.ok_or_else(|| self.truncated(place))?;
                if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                    break byte;
                }
                self.at += 1;
                sink.bytes(&[byte])?;
            };
            match byte {
                b'"' => {
                    self.string(&mut text, place)?;
                    sink.string(&text)?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    sink.bytes(&[byte])?;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                    sink.bytes(&[byte])?;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    sink.bytes(&[byte])?;
                    continue;
                }
                byte if byte == b'-' || byte.is_ascii_alphanumeric() => {
                    while let Some(byte) = self.peek()? {
                        let rest = &self.window[self.at..self.end];
                        let more = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
                        let length = rest.iter().take_while(|&b| more(b)).count();
                        sink.bytes(&rest[..length])?;
                        self.at += length;
                        if length == 0 || !more(&byte) {
                            break;
                        }
                    }
                }
                byte => return Err(self.unexpected(byte, "a value", place)),
            }
            if depth == 0 {
                return sink.end();
            }
        }
    }

    /// An error of a visitor, told at this place.
    fn placed(&self, error: Error) -> Error {
        if error.offset().is_some() || error.code() != Code::Malformed {
            return error;
        }
        Error::malformed(self.offset(), error)
    }
}

fn inside(array: Array) -> String {
    format!("inside \"{}\"", array.key())
}

/// Receives a value that is walked over.
trait ValueSink {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// A string without its quotes; whether it was a key shows in the next byte.
    fn string(&mut self, raw: &[u8]) -> Result<()>;
    fn end(&mut self) -> Result<()>;
}

/// Gathers the header.
#[derive(Default)]
struct Header {
    json: Vec<u8>,
}

impl ValueSink for Header {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if self.json.len() + bytes.len() > HEADER_LIMIT {
            return Err(Error::new(Code::TooLarge, "its header \"snapshot\" is larger than any"));
        }
        self.json.extend_from_slice(bytes);
        Ok(())
    }

    fn string(&mut self, raw: &[u8]) -> Result<()> {
        self.bytes(b"\"")?;
        self.bytes(raw)?;
        self.bytes(b"\"")
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Passes a value on with its structure, numbers and keys, and with nothing in its strings: nobody here knows what
/// they say.
struct Blank<'a, V> {
    visitor: &'a mut V,
    /// The last string, which is a key if a colon follows.
    text: Vec<u8>,
}

impl<V: Visitor> ValueSink for Blank<'_, V> {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.text.is_empty() && !bytes.iter().all(u8::is_ascii_whitespace) {
            let key = bytes.first() == Some(&b':');
            self.flush(key)?;
        }
        self.visitor.pass(bytes)
    }

    fn string(&mut self, raw: &[u8]) -> Result<()> {
        self.flush(false)?;
        self.text.push(b'"');
        self.text.extend_from_slice(raw);
        self.text.push(b'"');
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.flush(false)
    }
}

impl<V: Visitor> Blank<'_, V> {
    fn flush(&mut self, whole: bool) -> Result<()> {
        if !self.text.is_empty() {
            self.visitor.pass(if whole { &self.text } else { b"\"\"" })?;
            self.text.clear();
        }
        Ok(())
    }
}

/// The order in which the keys must come, since each part needs those before it.
#[derive(Default)]
struct Order {
    keys: usize,
    seen: usize,
}

impl Order {
    const KEYS: [&'static [u8]; 4] = [b"snapshot", b"nodes", b"edges", b"strings"];

    fn is_first(&self) -> bool {
        self.keys == 0
    }

    fn next(&mut self, key: &[u8], offset: u64) -> Result<()> {
        self.keys += 1;
        if let Some(position) = Self::KEYS.iter().position(|known| *known == key) {
            if position != self.seen {
                let shown = String::from_utf8_lossy(key);
                let what = format!("\"{shown}\" does not stand where V8 writes it, so it cannot be copied as a stream");
                return Err(Error::malformed(offset, what));
            }
            self.seen += 1;
        } else if self.seen == Self::KEYS.len() && Array::of_key(key).is_some() {
            let shown = String::from_utf8_lossy(key);
            return Err(Error::malformed(offset, format_args!("\"{shown}\" stands after the strings it refers to")));
        }
        Ok(())
    }

    fn complete(&self, offset: u64) -> Result<()> {
        match Self::KEYS.get(self.seen) {
            None => Ok(()),
            Some(key) => Err(Error::malformed(offset, format_args!("it has no \"{}\"", String::from_utf8_lossy(key)))),
        }
    }
}
