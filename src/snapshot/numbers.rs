//! The big arrays of integers, `nodes` and `edges`, read in parallel at the speed of memory.
//!
//! Nearly all of a snapshot is these two arrays, and nothing in them marks where a record begins: newer V8
//! versions write one line of many gigabytes. So every thread takes the next window there is ([`line`](super::line)),
//! reads it and counts its commas, which a vector unit does many times faster than parsing. With the count of the
//! window before it, which by then is known, it can say which record the window begins in; it hands its own count and
//! the record that the window cuts in two to the next one, and parses the rest straight to its stretch of the columns.
//! The window stays in the processor's cache all the while, and is then used for other bytes.

use super::{
    digits::Numbers,
    header::MAX_FIELDS,
    json::Cursor,
    line::Line,
    stretch::{self, Stretch},
    walker::Walker,
    window::Window,
};
use crate::{
    error::{Code, Error, Result},
    memory,
};

/// Receives records in order, each field as it stood in the file.
pub(crate) trait RecordSink: Sized + Send {
    /// Splits off what receives the first `records` records; `self` keeps the rest.
    fn split_front(&mut self, records: usize) -> Self;

    /// Takes the record at position `index` of this sink. On failure: the field's position and what is wrong.
    fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), (usize, String)>;
}

/// Columns that grow.
pub(crate) trait RecordTable {
    /// Receives records.
    type Sink<'a>: RecordSink
    where
        Self: 'a;

    /// Makes room for so many records in all.
    fn lengthen(&mut self, records: usize) -> Result<()>;

    /// Receives records from the first on.
    fn sink(&mut self) -> Self::Sink<'_>;
}

/// An array of integer records inside a snapshot.
pub(crate) struct RecordArray {
    /// Key of the array, for errors.
    pub(crate) key: &'static str,
    /// First byte after `[`.
    pub(crate) start: u64,
    /// Numbers in a record.
    pub(crate) fields: usize,
    /// Records the header declares.
    pub(crate) records: u64,
    /// Records that room may be made for before any has been seen.
    pub(crate) at_once: u64,
}

/// How far an array has been read.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Where the next window starts.
    pub(crate) at: u64,
    /// Commas before that.
    pub(crate) commas: u64,
    /// Records parsed.
    pub(crate) done: usize,
    /// The beginning of a record whose end has not come yet: the text just before `at`.
    pub(crate) carry: Vec<u8>,
}

impl RecordArray {
    /// Parses all records into `table`. The text stands after `[` and ends after `]`.
    pub(crate) fn read(&self, text: &mut Walker<'_>, table: &mut impl RecordTable) -> Result<()> {
        let most = self.most();
        let mut room = most.min(usize::try_from(self.at_once).unwrap_or(most));
        table.lengthen(room)?;
        match text.peek()? {
            Some(b']') => {
                self.check_count(0, text.offset())?;
                text.pass(1);
                return Ok(());
            }
            Some(_) => {}
            None => return Err(Error::truncated(text.offset(), format_args!("inside \"{}\"", self.key))),
        }
        let mut progress = Progress { at: text.pause(), ..Progress::default() };
        // A window cannot hold more records than this: each has a digit and a separator for every field.
        let densest = text.input().window() / (2 * self.fields) + 2;
        loop {
            let windows = if room == most { u64::MAX } else { ((room - progress.done) / densest) as u64 };
            let mut sink = table.sink();
            sink.split_front(progress.done);
            let line = Line::new(self, text.input(), sink, room, progress, windows);
            match line.run()? {
                Ok(end) => return text.resume(end),
                Err(so_far) => progress = so_far,
            }
            // Columns grow with what has been seen, and not with what was promised.
            let wanted = (2 * progress.done).max(progress.done + 8 * densest);
            room = room.max(wanted.min(most));
            table.lengthen(room)?;
        }
    }

    /// Records that are taken at most. One less than the type holds: the highest value means "none" in several columns.
    pub(crate) fn most(&self) -> usize {
        self.records.min(u64::from(u32::MAX) - 1) as usize
    }

    /// Parses so many whole records from where the first one begins in a window, each number with the separator after
    /// it.
    pub(crate) fn parse<S: RecordSink>(&self, window: &Window, count: usize, sink: &mut S) -> Result<()> {
        let (bytes, at) = window.with_headroom();
        // The record width is a constant in each of these, which lets the compiler unroll the loop over fields.
        match self.fields {
            3 => self.parse_records::<3, S>(bytes, at, count, sink),
            6 => self.parse_records::<6, S>(bytes, at, count, sink),
            7 => self.parse_records::<7, S>(bytes, at, count, sink),
            _ => self.parse_records::<MAX_FIELDS, S>(bytes, at, count, sink),
        }
        .map_err(|error| error.moved(at as u64, window.offset()))
    }

    fn parse_records<const WIDTH: usize, S: RecordSink>(
        &self,
        bytes: &[u8],
        at: usize,
        count: usize,
        sink: &mut S,
    ) -> Result<()> {
        let fields = if WIDTH == MAX_FIELDS { self.fields } else { WIDTH };
        let mut record = [0_u64; WIDTH];
        let mut stretch = Stretch::new();
        let mut start = at;
        let mut index = 0;
        while index < count {
            stretch.find(bytes, start);
            let first = start;
            let whole = stretch.ends().chunks_exact(fields).take(count - index);
            'plain: for ends in whole {
                let mut next = start;
                for (value, &end) in record[..fields].iter_mut().zip(ends) {
                    let end = first + usize::from(end);
                    let Some(number) = stretch::number(bytes, next, end) else { break 'plain };
                    *value = number;
                    next = end + 1 + usize::from(bytes[end] == b'\n');
                }
                self.put(bytes, start, sink, index, &record[..fields])?;
                start = next;
                index += 1;
            }
            if index < count && !(stretch.goes_on && start > first) {
                let mut reader = Numbers::new(bytes, start);
                for value in &mut record[..fields] {
                    *value = reader.next().ok_or_else(|| reader.fault(self.key))?;
                }
                self.put(bytes, start, sink, index, &record[..fields])?;
                start = reader.at;
                index += 1;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn put<S: RecordSink>(&self, bytes: &[u8], start: usize, sink: &mut S, index: usize, record: &[u64]) -> Result<()> {
        sink.put(index, record).map_err(|(field, what)| {
            let mut again = Numbers::new(bytes, start);
            for _ in 0..field {
                again.next();
            }
            let offset = again.skip_whitespace() as u64;
            Error::malformed(offset, format_args!("in \"{}\": {what}", self.key))
        })
    }

    /// What is wrong with an array that ends at `closed` after so many commas, if something is.
    pub(crate) fn check_end(&self, commas: u64, closed: u64) -> Result<()> {
        let (numbers, fields) = (commas + 1, self.fields as u64);
        if !numbers.is_multiple_of(fields) {
            let what = format!("\"{}\" holds {numbers} numbers, no multiple of {fields}", self.key);
            return Err(Error::malformed(closed, what));
        }
        self.check_count(numbers / fields, closed)
    }

    fn check_count(&self, found: u64, closed: u64) -> Result<()> {
        if found > self.most() as u64 {
            return Err(self.surplus());
        }
        if found < self.records {
            return Err(self.count_error(format_args!("{found}"), closed));
        }
        Ok(())
    }

    /// The array goes on after the last record that was declared, or that can be.
    pub(crate) fn surplus(&self) -> Error {
        if self.records >= u64::from(u32::MAX) {
            return Error::new(Code::TooLarge, format!("it has {} {}, more than 2^32", self.records, self.key));
        }
        self.count_error(format_args!("more than {}", self.records), self.start)
    }

    fn count_error(&self, found: std::fmt::Arguments<'_>, offset: u64) -> Error {
        let what = format!("the header declares {} {}, the array holds {found}", self.records, self.key);
        Error::malformed(offset, what)
    }
}

/// Parses a small array of integers at once, `[` consumed; gives the numbers and the position after `]`.
pub(crate) fn read_small(bytes: &[u8], start: usize, key: &'static str) -> Result<(Vec<u64>, usize)> {
    let mut numbers = Vec::new();
    let end = each_small(bytes, start, key, |number| memory::push(&mut numbers, number, key))?;
    Ok((numbers, end))
}

/// Parses a small array of integers one by one, `[` consumed; gives the position after `]`.
pub(crate) fn each_small(
    bytes: &[u8],
    start: usize,
    key: &'static str,
    mut take: impl FnMut(u64) -> Result<()>,
) -> Result<usize> {
    let mut cursor = Cursor::new(bytes, start);
    if cursor.peek() == Some(b']') {
        return Ok(cursor.at + 1);
    }
    let mut reader = Numbers::new(bytes, start);
    loop {
        take(reader.next().ok_or_else(|| reader.fault(key))?)?;
        if bytes.get(reader.at) == Some(&b']') {
            return Ok(reader.at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        monitor::Monitor,
        snapshot::{
            digits::NEGATIVE,
            input::Input,
            source::{Source, Stream},
            window::WINDOW,
        },
    };

    #[derive(Default)]
    struct Rows {
        rows: Vec<Vec<u64>>,
    }

    struct RowSink<'a> {
        out: &'a mut [Vec<u64>],
    }

    impl RecordTable for Rows {
        type Sink<'a> = RowSink<'a>;

        fn lengthen(&mut self, records: usize) -> Result<()> {
            self.rows.resize(records, Vec::new());
            Ok(())
        }

        fn sink(&mut self) -> RowSink<'_> {
            RowSink { out: &mut self.rows }
        }
    }

    impl RecordSink for RowSink<'_> {
        fn split_front(&mut self, records: usize) -> Self {
            let (front, back) = std::mem::take(&mut self.out).split_at_mut(records);
            self.out = back;
            RowSink { out: front }
        }

        fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), (usize, String)> {
            if record.last() == Some(&666) {
                return Err((record.len() - 1, "no 666 please".into()));
            }
            self.out[index] = record.to_vec();
            Ok(())
        }
    }

    /// Reads from a buffer, where all records may have room at once, or from a stream, where they may not.
    fn read_from(source: Source, window: usize, fields: usize, records: usize) -> Result<(Vec<Vec<u64>>, usize)> {
        let input = Input::with_window(source, &Monitor::none(), window)?;
        let mut text = Walker::new(&input, 0)?;
        let at_once = if input.in_order() { 0 } else { records as u64 };
        let array = RecordArray { key: "nodes", start: 0, fields, records: records as u64, at_once };
        let mut table = Rows::default();
        array.read(&mut text, &mut table)?;
        Ok((table.rows, text.offset() as usize))
    }

    fn stream(text: &str) -> Source {
        Source::Stream(Stream::new(std::io::Cursor::new(text.as_bytes().to_vec())))
    }

    /// Reads in many ways, and sees that all give the same.
    fn read(text: &str, fields: usize, records: usize) -> Result<(Vec<Vec<u64>>, usize)> {
        let bytes = || Source::Bytes(text.as_bytes().to_vec());
        let read = |source, window| read_from(source, window, fields, records);
        let told = |outcome: &Result<(Vec<Vec<u64>>, usize)>| match outcome {
            Ok(found) => format!("{found:?}"),
            Err(error) => format!("{} {error}", error.code()),
        };
        let plain = read(bytes(), WINDOW);
        for window in [1, 2, 3, 5, 7, 11, 64, 1000] {
            assert_eq!(told(&read(bytes(), window)), told(&plain), "{text} in windows of {window}");
            assert_eq!(told(&read(stream(text), window)), told(&plain), "{text} as a stream of {window}");
        }
        plain
    }

    #[test]
    fn numbers_of_every_length_are_read() {
        for value in [0, 9, 10, 9_999_999, 99_999_999, 123_456_789, 4_294_967_295, 5_368_709_120, (1 << 63) - 1] {
            let text = format!("{value},0,{value}\n,0,0,{value}]x");
            let (rows, end) = read(&text, 3, 2).unwrap();
            assert_eq!(rows, [[value, 0, value], [0, 0, value]]);
            assert_eq!(end, text.len() - 1);
        }
    }

    #[test]
    fn any_json_whitespace_may_stand_anywhere() {
        let (rows, _) = read(" \n1 , 2\t,\r\n 3 ]", 3, 1).unwrap();
        assert_eq!(rows, [[1, 2, 3]]);
        assert!(read(" ]", 3, 0).is_ok());
    }

    #[test]
    fn a_negative_number_is_marked_and_keeps_its_bits() {
        let (rows, _) = read("-2,-2147483648,7]", 3, 1).unwrap();
        assert_eq!(rows, [[NEGATIVE | 0xffff_fffe, NEGATIVE | 0x8000_0000, 7]]);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let cases: &[(&str, u64, Code)] = &[
            ("1,2,x]", 4, Code::Malformed),
            ("1,2,3.5]", 5, Code::Malformed),
            ("1,,3]", 2, Code::Malformed),
            ("1,2 3]", 4, Code::Malformed),
            ("1,2,99999999999999999999]", 4, Code::Malformed),
            ("1,2,-9999999999]", 4, Code::Malformed),
            ("1,2,666]", 4, Code::Malformed),
            ("1,2]", 3, Code::Malformed),
            ("1,2,3,]", 6, Code::Malformed),
            ("1,2,3,4,5,6]", 0, Code::Malformed),
            ("1,2,3", 5, Code::Truncated),
            ("1,2,", 4, Code::Truncated),
        ];
        for &(text, offset, code) in cases {
            let error = read(text, 3, 1).unwrap_err();
            assert_eq!((error.code(), error.offset()), (code, Some(offset)), "{text}: {error}");
        }
    }

    #[test]
    fn records_across_windows_are_whole() {
        // Some windows and a bit, with records of uneven length so that borders fall anywhere.
        let records = WINDOW * 12 / 16;
        let row = |i: usize| [i as u64 % 10, i as u64 * 97, 4_000_000_000 - i as u64];
        for separator in [",", "\n,"] {
            let text: Vec<String> = (0..records).map(|i| row(i).map(|n| n.to_string()).join(",")).collect();
            let text = text.join(separator) + "]";
            for source in [Source::Bytes(text.clone().into_bytes()), stream(&text)] {
                let (rows, end) = read_from(source, WINDOW, 3, records).unwrap();
                assert_eq!(end, text.len());
                assert!(rows.iter().enumerate().all(|(i, found)| *found == row(i)));
            }
        }
    }

    #[test]
    fn room_is_made_for_what_is_there_and_not_for_what_is_promised() {
        let text = format!("{}1,2,3]", "1,2,3,".repeat(100_000));
        let input = Input::with_window(stream(&text), &Monitor::none(), 1000).unwrap();
        let mut table = Rows::default();
        let array = RecordArray { key: "nodes", start: 0, fields: 3, records: 1 << 40, at_once: 0 };
        let error = array.read(&mut Walker::new(&input, 0).unwrap(), &mut table).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::Malformed, Some(text.len() as u64 - 1)), "{error}");
        assert!(table.rows.len() < 500_000, "room was made for {} records", table.rows.len());
    }

    #[test]
    fn the_first_fault_of_several_is_told() {
        let mut text = "1,2,3,".repeat(50_000) + "1,2,3]";
        text.replace_range(200_000..=200_000, "x");
        text.replace_range(100_000..=100_000, "y");
        for _ in 0..50 {
            let error = read_from(Source::Bytes(text.clone().into_bytes()), 4096, 3, 50_001).unwrap_err();
            assert_eq!(error.offset(), Some(100_000), "{error}");
        }
    }

    #[test]
    fn a_record_of_nothing_but_space_is_refused_before_it_fills_memory() {
        let text = format!("1,{}2,3]", " ".repeat(3 << 20));
        let error = read_from(stream(&text), 4096, 3, 1).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::Malformed, Some(0)), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in proptest::collection::vec(proptest::collection::vec(0..(1_u64 << 62), 5), 1..50),
            newline in any::<bool>(),
        ) {
            let line = |row: &Vec<u64>| row.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
            let separator = if newline { "\n," } else { "," };
            let text = rows.iter().map(line).collect::<Vec<_>>().join(separator) + "]";
            let rows: Vec<Vec<u64>> = rows.into_iter().filter(|row| row[4] != 666).collect();
            prop_assert_eq!(read(&text, 5, rows.len()).unwrap().0, rows);
        }
    }
}
