//! The string table, left where it is: one 32-bit offset a string, decoded only when somebody asks.
//!
//! V8 cuts code points above 16 bits when it writes, so a perfectly valid snapshot holds escapes of lone
//! surrogates, which are no text in UTF-8. Strings are therefore compared as WTF-8 bytes (UTF-8 that may carry
//! surrogates), where two different strings are never equal, and only shown lossily.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2};

use super::{input::Input, json::Cursor, text::Text, walker::Walker};
use crate::{
    error::{Error, Result},
    memory,
    store::{Column, Rule, Shelf, Tag, View, Writer},
};

/// Index of a string in the table of its snapshot.
pub type StringId = u32;

/// The strings of one snapshot, in the order of the file.
#[derive(Debug)]
pub struct Strings {
    section: Text,
    offsets: Offsets,
}

/// Start of each string's text, relative to the section. The low 32 bits of a number that only grows, and the
/// positions where it passes a multiple of 2^32: a table of more than 4 GiB costs no more per string.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    low: Column<u32>,
    wraps: Column<u32>,
}

impl Offsets {
    fn push(&mut self, offset: u64) -> Result<()> {
        let index = self.low.len();
        if index >= u32::MAX as usize {
            return Err(Error::malformed(offset, "it has more than 2^32 strings"));
        }
        while self.wraps.len() < (offset >> 32) as usize {
            self.wraps.owned_mut().push(index as u32);
        }
        let low = self.low.owned_mut();
        if low.len() == low.capacity() {
            let more = (index / 2).max(1024);
            low.try_reserve_exact(more).map_err(|_| Error::no_memory(4 * (index + more) as u64, "strings"))?;
        }
        low.push(offset as u32);
        Ok(())
    }

    /// Adds the offsets of the strings that follow, as many as there is room for numbers.
    fn append(&mut self, next: &Self) -> Result<()> {
        let before = self.low.len();
        let passed = self.wraps.len();
        let wraps = next.wraps.iter().skip(passed).map(|&wrap| before as u32 + wrap);
        self.wraps.owned_mut().extend(wraps);
        memory::extend(self.low.owned_mut(), &next.low, "strings")
    }

    fn get(&self, index: StringId) -> usize {
        let high = self.wraps.iter().take_while(|&&wrap| wrap <= index).count() as u64;
        (high << 32 | u64::from(self.low.at(index as usize))) as usize
    }
}

/// Finds where each string begins. The text stands after `[` and ends after `]`.
pub(crate) fn scan(text: &mut Walker<'_>) -> Result<Offsets> {
    let base = text.offset();
    let mut offsets = Offsets::default();
    if text.peek()? == Some(b']') {
        text.pass(1);
        return Ok(offsets);
    }
    let ended = scan_halves(text, base, &mut offsets)?;
    if !ended {
        scan_up_to(u64::MAX, text, base, &mut offsets)?;
    }
    offsets.low.owned_mut().shrink_to_fit();
    Ok(offsets)
}

/// Scans from the start of a string, before which the text stands, up to the first string that begins at `limit` or
/// later. Gives whether the table has ended instead.
fn scan_up_to(limit: u64, text: &mut Walker<'_>, base: u64, offsets: &mut Offsets) -> Result<bool> {
    loop {
        pass_plain(limit, text, base, offsets)?;
        text.peek()?;
        if text.offset() >= limit {
            return Ok(false);
        }
        text.expect(b'"', "in \"strings\"")?;
        offsets.push(text.offset() - base)?;
        if !text.rest_of_string()? {
            return Err(Error::truncated(text.offset(), "inside a string of \"strings\""));
        }
        match text.peek()? {
            Some(b',') => text.pass(1),
            Some(b']') => {
                text.pass(1);
                return Ok(true);
            }
            Some(byte) => return Err(text.unexpected(byte, "`,` or `]`", "in \"strings\"")),
            None => return Err(Error::truncated(text.offset(), "inside \"strings\"")),
        }
    }
}

/// Goes over the strings at hand that look as V8 writes nearly all of them: without escapes, and but for a line end nothing
/// between one and the next. Stops before the first other one.
fn pass_plain(limit: u64, text: &mut Walker<'_>, base: u64, offsets: &mut Offsets) -> Result<()> {
    let from = text.offset();
    let rest = text.rest()?;
    let mut at = 0;
    loop {
        let quote = at + usize::from(rest.get(at) == Some(&b'\n'));
        if rest.get(quote) != Some(&b'"') || from + quote as u64 >= limit {
            break;
        }
        let start = quote + 1;
        let Some(end) = memchr2(b'"', b'\\', &rest[start..]).map(|length| start + length) else { break };
        if rest[end] != b'"' || rest.get(end + 1) != Some(&b',') {
            break;
        }
        offsets.push(from + start as u64 - base)?;
        at = end + 2;
    }
    text.pass(at);
    Ok(())
}

/// Scans a table whose text stays in the file by two threads. Gives whether it has been scanned to its end.
///
/// Whether a byte stands inside a string depends on every quote before it. What looks like the end of one string and the
/// start of the next nearly always is, though: one thread goes on from there on that chance, and what it finds counts
/// only if the other comes to a string that starts at that very place.
fn scan_halves(text: &mut Walker<'_>, base: u64, offsets: &mut Offsets) -> Result<bool> {
    let input = text.input();
    let Some(end) = input.end().filter(|end| input.stays() && end - base > 2 * input.window() as u64) else {
        return Ok(false);
    };
    let middle = base + (end - base) / 2;
    let (ended, ahead) = rayon::join(|| scan_up_to(middle, text, base, offsets), || Ahead::scan(middle, input, base));
    let Some(ahead) = ahead.filter(|_| matches!(ended, Ok(false))) else { return ended };
    let ended = scan_up_to(ahead.start, text, base, offsets)?;
    let few_enough = u32::try_from(offsets.low.len() + ahead.offsets.low.len()).is_ok();
    if !ended && few_enough && text.offset() == ahead.start {
        offsets.append(&ahead.offsets)?;
        text.resume(ahead.end)?;
        return Ok(true);
    }
    Ok(ended)
}

/// The rest of a table, if its `start` is the start of a string.
struct Ahead {
    start: u64,
    end: u64,
    offsets: Offsets,
}

impl Ahead {
    fn scan(from: u64, input: &Input, base: u64) -> Option<Self> {
        let mut text = Walker::new(input, from).ok()?;
        let start = likely_start(text.rest().ok()?)?;
        text.pass(start);
        let start = text.offset();
        let mut offsets = Offsets::default();
        scan_up_to(u64::MAX, &mut text, base, &mut offsets).ok()?;
        Some(Self { start, end: text.offset(), offsets })
    }
}

/// Where a string seems to start: a quote that stands after a comma that stands after a quote that is not escaped.
fn likely_start(text: &[u8]) -> Option<usize> {
    let space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    memchr_iter(b',', text).find_map(|comma| {
        let start = comma + 1 + text[comma + 1..].iter().take_while(space).count();
        let ends_one = text[..comma].ends_with(b"\"") && !text[..comma].ends_with(b"\\\"");
        (ends_one && text.get(start) == Some(&b'"')).then_some(start)
    })
}

/// How the columns are called in an index.
mod tags {
    use super::Tag;

    pub(super) const LOW: Tag = Tag::new(*b"strstart");
    pub(super) const WRAPS: Tag = Tag::new(*b"strwraps");
}

impl Strings {
    pub(crate) fn new(section: Text, offsets: Offsets) -> Self {
        Self { section, offsets }
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(tags::LOW, &self.offsets.low);
        writer.add(tags::WRAPS, &self.offsets.wraps);
    }

    /// The text of all strings, for an index that cannot leave it in the file.
    pub(super) fn text_to_save(&self) -> &[u8] {
        self.section.bytes()
    }

    /// The strings of an index, their text being `section`.
    pub(super) fn load(shelf: &Shelf, section: View<u8>) -> Result<Option<Self>> {
        let (Some(low), Some(wraps)) = (shelf.view(tags::LOW, Rule::Any)?, shelf.view(tags::WRAPS, Rule::Any)?) else {
            return Ok(None);
        };
        let offsets = Offsets { low: Column::Indexed(low), wraps: Column::Indexed(wraps) };
        Ok(Some(Self { section: Text::Indexed(section), offsets }))
    }

    /// Reads in full where all strings begin.
    pub(crate) fn touch(&self) {
        let _: [&[u32]; 2] = [&self.offsets.low, &self.offsets.wraps];
    }

    /// The text from where a string begins.
    #[inline]
    fn from(&self, id: StringId) -> &[u8] {
        // Before the next one begins, this one has ended.
        let end = || if (id as usize) + 1 < self.len() { self.offsets.get(id + 1) } else { self.section.len() };
        self.section.from(self.offsets.get(id), end)
    }

    /// Number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.low.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text between the quotes as it stands in the file, escapes untouched.
    ///
    /// # Panics
    /// When there is no such string.
    #[must_use]
    pub fn raw(&self, id: StringId) -> &[u8] {
        let mut cursor = Cursor::new(self.from(id), 0);
        cursor.rest_of_string().expect("the scan found this string's end")
    }

    /// The first bytes of the raw text, without looking for its end; they may run past it.
    pub(crate) fn peek(&self, id: StringId) -> &[u8] {
        self.from(id)
    }

    /// The string as WTF-8 bytes: what to compare and to hash. Borrowed unless it has escapes.
    #[must_use]
    pub fn bytes(&self, id: StringId) -> Cow<'_, [u8]> {
        let raw = self.raw(id);
        match memchr(b'\\', raw) {
            None => Cow::Borrowed(raw),
            Some(first) => Cow::Owned(unescape(raw, first)),
        }
    }

    /// The string as text to show; what is no valid text is shown as U+FFFD.
    #[must_use]
    pub fn text(&self, id: StringId) -> Cow<'_, str> {
        match self.bytes(id) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(lossy(&bytes)),
        }
    }

    /// Whether the string is exactly this plain ASCII text.
    #[must_use]
    pub fn is(&self, id: StringId, ascii: &str) -> bool {
        begins_with(self.peek(id), ascii)
    }

    /// All strings that are exactly this plain ASCII text. Tables may hold one text several times.
    #[must_use]
    pub fn find_all(&self, ascii: &str) -> Vec<StringId> {
        (0..self.len() as StringId).filter(|&id| self.is(id, ascii)).collect()
    }
}

/// Whether the string that begins here ([`Strings::peek`]) is exactly this plain ASCII text.
#[inline]
pub(crate) fn begins_with(here: &[u8], ascii: &str) -> bool {
    here.len() > ascii.len() && here[ascii.len()] == b'"' && here.starts_with(ascii.as_bytes())
}

/// WTF-8 bytes as text to show. A lone surrogate becomes one U+FFFD, as in a browser.
#[must_use]
pub fn lossy(wtf8: &[u8]) -> String {
    let mut text = String::with_capacity(wtf8.len());
    for chunk in wtf8.utf8_chunks() {
        text.push_str(chunk.valid());
        // A surrogate (ED A0..BF xx) is seen by the decoder as three invalid chunks of one byte each.
        if !chunk.invalid().is_empty() && !matches!(chunk.invalid(), [0x80..=0xbf]) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// Length in UTF-16 units, which is what JavaScript calls a string's length.
#[must_use]
pub fn utf16_len(wtf8: &[u8]) -> usize {
    // One unit for every byte that starts a code point, another for those of four bytes.
    wtf8.iter().map(|&byte| usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0)).sum()
}

/// The WTF-8 bytes of a raw text whose first backslash stands at `first_escape`.
pub(crate) fn unescape(raw: &[u8], first_escape: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first_escape]);
    let mut rest = &raw[first_escape..];
    while let Some(escape) = memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..escape]);
        let (code_point, used) = read_escape(&rest[escape..]);
        push_wtf8(&mut out, code_point);
        rest = &rest[escape + used..];
    }
    out.extend_from_slice(rest);
    out
}

/// The code point of an escape and the bytes it takes. What is no escape of JSON stands for itself.
fn read_escape(text: &[u8]) -> (u32, usize) {
    let simple = match text.get(1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'u') => {
            return match (hex4(text, 2), hex4(text, 8)) {
                (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) if text[6..8] == *b"\\u" => {
                    (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
                }
                (Some(unit), _) => (unit, 6),
                (None, _) => (u32::from(b'u'), 2),
            };
        }
        Some(&byte) if byte.is_ascii() => byte,
        // An escaped byte of a longer character, or nothing: the backslash stands for itself.
        _ => return (u32::from(b'\\'), 1),
    };
    (u32::from(simple), 2)
}

fn hex4(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..at + 4)?.iter().try_fold(0, |value, &byte| Some(value << 4 | char::from(byte).to_digit(16)?))
}

fn push_wtf8(out: &mut Vec<u8>, code_point: u32) {
    match char::from_u32(code_point) {
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        // A lone surrogate, in the three bytes UTF-8 would give it if it were allowed.
        None => out.extend_from_slice(&[
            0xe0 | (code_point >> 12) as u8,
            0x80 | (code_point >> 6 & 0x3f) as u8,
            0x80 | (code_point & 0x3f) as u8,
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Code,
        monitor::Monitor,
        snapshot::{input::Input, source::Source},
        testing::Temporary,
    };

    fn table(json: &str) -> Result<Strings> {
        let input = Input::open(Source::Bytes(json.as_bytes().to_vec()), &Monitor::none())?;
        let mut text = Walker::new(&input, 1)?;
        text.keep("strings")?;
        let offsets = scan(&mut text)?;
        Ok(Strings::new(Text::Kept(text.kept()?), offsets))
    }

    #[test]
    fn strings_are_decoded_as_json_says() {
        let strings = table(
            "[\"\", \"a b\" ,\n\"q\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e9\\u4e2d\",\"\\ud83d\\ude00\",\"\u{e9}\u{7f}\"]",
        )
        .unwrap();
        let texts: Vec<_> = (0..strings.len() as u32).map(|id| strings.text(id).into_owned()).collect();
        assert_eq!(texts, ["", "a b", "q\"\\/\u{8}\u{c}\n\r\t", "\u{e9}\u{4e2d}", "\u{1f600}", "\u{e9}\u{7f}"]);
        assert!(strings.is(1, "a b") && !strings.is(1, "a") && !strings.is(1, "a b c"));
        assert_eq!(strings.find_all("a b"), [1]);
    }

    #[test]
    fn lone_surrogates_differ_as_bytes_and_show_as_one_mark() {
        let strings = table(r#"["\ud800","\udc00x","\ud800\u0041","\udc00\ud800"]"#).unwrap();
        assert_ne!(strings.bytes(0), strings.bytes(1));
        assert_eq!(strings.text(0), "\u{fffd}");
        assert_eq!(strings.text(1), "\u{fffd}x");
        assert_eq!(strings.text(2), "\u{fffd}A");
        assert_eq!(strings.text(3), "\u{fffd}\u{fffd}");
        assert_eq!(utf16_len(&strings.bytes(0)), 1);
        assert_eq!(utf16_len("a\u{1f600}\u{e9}".as_bytes()), 4);
    }

    #[test]
    fn damage_in_escapes_is_no_panic() {
        let strings = table(r#"["\uZZZZ","\u12","\x","\\u","\ud800\u00"]"#).unwrap();
        for id in 0..strings.len() as u32 {
            let _ = strings.text(id);
        }
    }

    #[test]
    fn a_cut_table_is_truncated() {
        for cut in ["[\"a\"", "[\"a\",", "[\"a", "[\"a\\", "["] {
            assert_eq!(table(cut).unwrap_err().code(), Code::Truncated, "{cut}");
        }
        assert_eq!(table("[1]").unwrap_err().code(), Code::Malformed);
    }

    #[test]
    fn offsets_past_four_gib_come_back_whole() {
        let wanted = [1_u64, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0005, 0x3_0000_0000, 0x3_0000_0001];
        let of = |wanted: &[u64]| {
            let mut offsets = Offsets::default();
            wanted.iter().for_each(|&offset| offsets.push(offset).unwrap());
            offsets
        };
        // All at once, and in two parts wherever they are cut.
        for cut in 0..=wanted.len() {
            let mut offsets = of(&wanted[..cut]);
            offsets.append(&of(&wanted[cut..])).unwrap();
            let found: Vec<u64> = (0..wanted.len() as u32).map(|id| offsets.get(id) as u64).collect();
            assert_eq!(found, wanted, "cut at {cut}");
        }
    }

    /// Scans a table that lies in a file, in windows of that size.
    fn scanned(json: &str, window: usize) -> Result<(Vec<usize>, u64)> {
        let file = Temporary::of("halves", json.as_bytes());
        let input = Input::with_window(Source::MappedFile(file.0.clone()), &Monitor::none(), window)?;
        let mut text = Walker::new(&input, 1)?;
        let offsets = scan(&mut text)?;
        Ok(((0..offsets.low.len() as u32).map(|id| offsets.get(id)).collect(), text.offset()))
    }

    #[test]
    fn two_threads_find_what_one_finds() {
        // What looks like the start of a string and is none: in strings of commas and quotes, wherever the middle falls.
        let pieces = [
            r#""""#,
            r#"",""#,
            r#""\",""#,
            r#"",\"""#,
            r#""a""#,
            r#""\\""#,
            r#""\\\",""#,
            r#""x,y""#,
            "\",\"",
            "\"é\\n,\"",
        ];
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for round in 0..400 {
            let separator = [",", ",\n", "\n,", " , "][random(4)];
            let strings: Vec<_> = (0..random(40)).map(|_| pieces[random(pieces.len())]).collect();
            let json = format!("[{}]", strings.join(separator));
            let told = |outcome: Result<(Vec<usize>, u64)>| outcome.map_err(|error| error.to_string());
            // With windows as long as the text nothing is shared.
            let whole = told(scanned(&json, json.len()));
            assert_eq!(whole.as_ref().map(|(found, _)| found.len()), Ok(strings.len()), "{json}");
            for window in [8, 16, 33] {
                assert_eq!(told(scanned(&json, window)), whole, "round {round}: {json} in windows of {window}");
            }
            let cut = &json[..json.floor_char_boundary(random(json.len()))];
            if !cut.is_empty() {
                assert_eq!(told(scanned(cut, 8)), told(scanned(cut, json.len())), "{cut}");
            }
        }
    }
}
