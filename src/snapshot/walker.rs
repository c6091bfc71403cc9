//! A walk over the text of a snapshot, which knows just enough JSON to follow its outermost object.
//!
//! It holds one window at a time. Values it does not care for are stepped over without recursion: `trace_tree` nests as
//! deep as a call stack. Values that are needed as text are kept on the way.

use memchr::{memchr, memchr2};

use super::{
    input::{Input, Kept},
    window::Window,
};
use crate::{
    error::{Code, Error, Result},
    memory,
};

/// A position in the text of a whole snapshot.
pub(crate) struct Walker<'a> {
    input: &'a Input,
    window: Window,
    /// Next byte to look at, in the window.
    at: usize,
    ended: bool,
    phase: &'static str,
    keeping: Option<Keeping>,
}

/// A stretch of text that is being kept.
struct Keeping {
    start: u64,
    /// Position in the window from which on it has not been copied yet.
    from: usize,
    /// The text so far; absent where it stays in the file.
    copy: Option<Vec<u8>>,
    limit: usize,
    what: &'static str,
}

impl<'a> Walker<'a> {
    /// The text of an input from `start` on.
    pub(crate) fn new(input: &'a Input, start: u64) -> Result<Self> {
        let mut text = Self { input, window: Window::default(), at: 0, ended: false, phase: "header", keeping: None };
        text.resume(start)?;
        Ok(text)
    }

    pub(crate) fn input(&self) -> &'a Input {
        self.input
    }

    /// What the bytes that come are, for progress.
    pub(crate) fn phase(&mut self, phase: &'static str) {
        self.phase = phase;
    }

    /// Where the next byte stands.
    pub(crate) fn offset(&self) -> u64 {
        self.window.offset() + self.at as u64
    }

    /// What is at hand of the text, from the next byte on. Empty at the end only.
    pub(crate) fn rest(&mut self) -> Result<&[u8]> {
        if self.at == self.window.len() && !self.ended {
            self.next_window()?;
        }
        Ok(&self.window.text()[self.at..])
    }

    /// Steps over bytes that are at hand.
    pub(crate) fn pass(&mut self, count: usize) {
        self.at += count;
    }

    fn next_window(&mut self) -> Result<()> {
        let offset = self.offset();
        self.save()?;
        self.input.next(offset, &mut self.window, self.phase)?;
        self.at = 0;
        self.ended = self.window.len() == 0;
        if self.ended {
            // It is asked where the end is.
            self.window = Window::at(offset);
        }
        Ok(())
    }

    /// Stops here, so that somebody else can read on from the position given.
    pub(crate) fn pause(&mut self) -> u64 {
        let offset = self.offset();
        let mut window = std::mem::replace(&mut self.window, Window::at(offset));
        window.skip(self.at);
        self.at = 0;
        self.input.give_back(std::iter::once(window));
        offset
    }

    /// Goes on at a position, which for what comes in order must be the one that was read up to.
    pub(crate) fn resume(&mut self, at: u64) -> Result<()> {
        self.window = Window::at(at);
        (self.at, self.ended) = (0, false);
        self.rest().map(|_| ())
    }

    /// The next byte; it is not consumed.
    fn byte(&mut self) -> Result<Option<u8>> {
        Ok(self.rest()?.first().copied())
    }

    /// The next byte that is no whitespace; it is not consumed.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let rest = self.rest()?;
            let space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            match rest.iter().position(|byte| !space(byte)) {
                Some(spaces) => {
                    let byte = rest[spaces];
                    self.at += spaces;
                    return Ok(Some(byte));
                }
                None if rest.is_empty() => return Ok(None),
                None => self.at = self.window.len(),
            }
        }
    }

    /// Consumes `wanted`, or says what stands there instead. `place` reads like `after "nodes"`.
    pub(crate) fn expect(&mut self, wanted: u8, place: &str) -> Result<()> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.unexpected(byte, format_args!("`{}`", wanted as char), place)),
            None => Err(Error::truncated(self.offset(), place)),
        }
    }

    pub(crate) fn unexpected(&self, found: u8, wanted: impl std::fmt::Display, place: &str) -> Error {
        let found = std::ascii::escape_default(found);
        Error::malformed(self.offset(), format_args!("expected {wanted} {place}, found `{found}`"))
    }

    /// Steps over a string whose opening quote has been consumed. Gives whether it ends.
    pub(crate) fn rest_of_string(&mut self) -> Result<bool> {
        loop {
            let rest = self.rest()?;
            if rest.is_empty() {
                return Ok(false);
            }
            match memchr2(b'"', b'\\', rest) {
                Some(found) if rest[found] == b'"' => {
                    self.at += found + 1;
                    return Ok(true);
                }
                // The backslash, and what follows it wherever the window ends.
                Some(found) => {
                    self.at += found + 1;
                    if self.byte()?.is_none() {
                        return Ok(false);
                    }
                    self.at += 1;
                }
                None => self.at = self.window.len(),
            }
        }
    }

    /// Consumes a string and gives the first `limit` bytes of its raw text between the quotes, escapes untouched.
    pub(crate) fn string(&mut self, limit: usize, place: &str) -> Result<Vec<u8>> {
        self.expect(b'"', place)?;
        let mut start = Vec::new();
        let mut escaped = false;
        loop {
            let Some(byte) = self.byte()? else {
                return Err(Error::truncated(self.offset(), format_args!("inside a string {place}")));
            };
            self.at += 1;
            if byte == b'"' && !escaped {
                return Ok(start);
            }
            escaped = byte == b'\\' && !escaped;
            if start.len() < limit {
                start.push(byte);
            }
        }
    }

    /// Steps over one value of any kind.
    pub(crate) fn skip_value(&mut self, place: &str) -> Result<()> {
        let mut depth = 0_u64;
        loop {
            let Some(byte) = self.peek()? else { return Err(self.ends_inside(place)) };
            match byte {
                b'"' => {
                    self.at += 1;
                    if !self.rest_of_string()? {
                        return Err(self.ends_inside(place));
                    }
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                byte if byte == b'-' || byte.is_ascii_alphanumeric() => self.skip_word()?,
                byte => return Err(self.unexpected(byte, "a value", place)),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn ends_inside(&self, place: &str) -> Error {
        Error::truncated(self.offset(), format_args!("inside {place}"))
    }

    /// Steps over a number, `true`, `false` or `null`.
    fn skip_word(&mut self) -> Result<()> {
        loop {
            let rest = self.rest()?;
            let more = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
            let end = rest.iter().position(|byte| !more(byte));
            let ended = end.is_some() || rest.is_empty();
            self.at += end.unwrap_or(rest.len());
            if ended {
                return Ok(());
            }
        }
    }

    /// Steps over everything up to and including the next `wanted`. Gives whether there is one.
    pub(crate) fn skip_past(&mut self, wanted: u8) -> Result<bool> {
        loop {
            let rest = self.rest()?;
            if rest.is_empty() {
                return Ok(false);
            }
            if let Some(found) = memchr(wanted, rest) {
                self.at += found + 1;
                return Ok(true);
            }
            self.at = self.window.len();
        }
    }

    /// Keeps the text from here on, until [`Self::kept`]. For what stays in the file nothing is
    /// copied. `what` says what the memory is for.
    pub(crate) fn keep_some(&mut self, what: &'static str) {
        let copy = if self.input.stays() { None } else { Some(Vec::new()) };
        self.begin(copy, usize::MAX, what);
    }

    /// Keeps the text from here on like [`Self::keep_some`], where it may be most of what is left: memory for all of
    /// that is asked for at once, and what turns out too much given back.
    pub(crate) fn keep(&mut self, what: &'static str) -> Result<()> {
        self.keep_some(what);
        let rest = self.input.end().map_or(0, |end| end - self.offset());
        if let Some(Keeping { copy: Some(copy), .. }) = &mut self.keeping {
            *copy = memory::with_capacity(usize::try_from(rest).unwrap_or(0), what)?;
        }
        Ok(())
    }

    /// Copies the text from here on, until [`Self::copied`], but no more than `limit` bytes.
    pub(crate) fn copy(&mut self, limit: usize, what: &'static str) {
        self.begin(Some(Vec::new()), limit, what);
    }

    fn begin(&mut self, copy: Option<Vec<u8>>, limit: usize, what: &'static str) {
        self.keeping = Some(Keeping { start: self.offset(), from: self.at, copy, limit, what });
    }

    /// Copies what has been passed in this window.
    fn save(&mut self) -> Result<()> {
        let Some(keeping) = &mut self.keeping else { return Ok(()) };
        if let Some(copy) = &mut keeping.copy {
            let passed = &self.window.text()[keeping.from..self.at];
            if passed.len() > keeping.limit - copy.len() {
                let what = format!("its \"{}\" is larger than any", keeping.what);
                return Err(Error::at(Code::TooLarge, keeping.start, what));
            }
            memory::append(copy, passed, keeping.what)?;
        }
        keeping.from = 0;
        Ok(())
    }

    fn end(&mut self) -> Result<Keeping> {
        self.save()?;
        Ok(self.keeping.take().expect("what ends was begun"))
    }

    /// The text since [`Self::keep`], wherever it is.
    pub(crate) fn kept(&mut self) -> Result<Kept> {
        let end = self.offset();
        let Keeping { start, copy, .. } = self.end()?;
        match copy {
            Some(mut copy) => {
                copy.shrink_to_fit();
                Ok(Kept::owned(copy))
            }
            None => self.input.kept(start..end),
        }
    }

    /// The text since [`Self::copy`].
    pub(crate) fn copied(&mut self) -> Result<Vec<u8>> {
        Ok(self.end()?.copy.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{monitor::Monitor, snapshot::source::Source};

    /// Steps over the first value, in windows of any size, and gives where it ends.
    fn skipped(text: &str) -> Result<u64> {
        let skip = |window| {
            let input = Input::with_window(Source::Bytes(text.into()), &Monitor::none(), window)?;
            let mut text = Walker::new(&input, 0)?;
            text.skip_value("in a test").map(|()| text.offset())
        };
        let outcome = skip(1 << 20);
        for window in (1..10).filter(|_| text.len() < 1000) {
            let told = |outcome: &Result<u64>| outcome.as_ref().map_err(ToString::to_string).copied();
            assert_eq!(told(&skip(window)), told(&outcome), "{text} in windows of {window}");
        }
        outcome
    }

    #[test]
    fn values_are_stepped_over_whole() {
        for value in ["1", "-1.5e+3", "true", "null", r#""a\"]b""#, "[]", r#"[1,[2,{"a":"]"}],3]"#, r#"{"a":[{}]}"#] {
            assert_eq!(skipped(&format!(" {value},9")).unwrap(), value.len() as u64 + 1, "{value}");
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = "[".repeat(3_000_000) + &"]".repeat(3_000_000);
        assert_eq!(skipped(&deep).unwrap(), deep.len() as u64);
        assert_eq!(skipped(&deep[..5_999_999]).unwrap_err().code(), Code::Truncated);
    }

    #[test]
    fn cut_strings_are_truncated() {
        for text in ["\"abc", "\"abc\\", "\"abc\\\""] {
            let error = skipped(text).unwrap_err();
            assert_eq!((error.code(), error.offset()), (Code::Truncated, Some(text.len() as u64)), "{text}");
        }
        assert_eq!(skipped("]").unwrap_err().code(), Code::Malformed);
    }

    #[test]
    fn what_is_kept_is_what_was_passed() {
        for window in 1..12 {
            let source = Source::Bytes(b" {\"key\": [1, 2], \"x\":3}".to_vec());
            let input = Input::with_window(source, &Monitor::none(), window).unwrap();
            let mut text = Walker::new(&input, 0).unwrap();
            text.expect(b'{', "here").unwrap();
            assert_eq!(text.string(2, "here").unwrap(), b"ke");
            text.expect(b':', "here").unwrap();
            text.peek().unwrap();
            text.keep("test").unwrap();
            text.skip_value("here").unwrap();
            assert_eq!(text.kept().unwrap().bytes(), b"[1, 2]", "in windows of {window}");
            text.copy(3, "test");
            let error = text.skip_past(b'}').and_then(|_| text.copied()).unwrap_err();
            assert_eq!((error.code(), error.offset()), (Code::TooLarge, Some(15)));
        }
    }
}
