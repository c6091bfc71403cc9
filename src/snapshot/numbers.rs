//! The big arrays of integers, `nodes` and `edges`, read in parallel at the speed of memory.
//!
//! Nearly all of a snapshot is these two arrays, and nothing in them marks where a record begins: newer V8
//! versions write one line of many gigabytes. So a section is taken in windows, and each window twice. First its
//! pieces count their commas, which a vector unit does many times faster than parsing; a running sum then tells
//! every piece which record it starts in. Second, the pieces parse their records at once, each writing straight
//! to its own stretch of the columns. The second look finds the bytes in the processor's cache.

use memchr::{memchr, memchr_iter};
use rayon::prelude::*;

use super::{
    digits::Numbers,
    header::MAX_FIELDS,
    input::Input,
    json::Cursor,
    stretch::{self, Stretch},
};
use crate::{
    error::{Error, Result},
    monitor::Monitor,
};

/// Bytes a piece counts and parses; a window holds [`PIECES`] of them.
const PIECE: usize = 1 << 20;
const PIECES: usize = 16;

/// Receives records in order, each field as it stood in the file.
pub(crate) trait RecordSink: Sized + Send {
    /// Splits off what receives the first `records` records; `self` keeps the rest.
    fn split_front(&mut self, records: usize) -> Self;

    /// Takes the record at position `index` of this sink. On failure: the field's position and what is wrong.
    fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), (usize, String)>;
}

/// An array of integer records inside a snapshot.
pub(crate) struct RecordArray<'a> {
    pub(crate) input: &'a Input,
    /// Key of the array, for errors.
    pub(crate) key: &'static str,
    /// First byte after `[`.
    pub(crate) start: usize,
    /// Numbers in a record.
    pub(crate) fields: usize,
    /// Records the header declares.
    pub(crate) records: usize,
}

struct Piece {
    start: usize,
    end: usize,
    commas: u64,
    closed: Option<usize>,
}

impl RecordArray<'_> {
    /// Parses all records into `sink` and gives the position after the closing bracket.
    pub(crate) fn read<S: RecordSink>(&self, mut sink: S, monitor: &Monitor) -> Result<usize> {
        let bytes = self.input.bytes();
        let mut cursor = Cursor::new(bytes, self.start);
        if cursor.peek() == Some(b']') {
            self.check_count(0, cursor.at)?;
            return Ok(cursor.at + 1);
        }
        let mut at = self.start;
        let mut commas_before = 0_u64;
        let mut records_done = 0_usize;
        loop {
            let pieces = self.count_window(at);
            let Some(last) = pieces.last() else {
                return Err(Error::truncated(bytes.len() as u64, format_args!("inside \"{}\"", self.key)));
            };
            let (end, closed) = (last.end, last.closed);

            // Number n stands after n commas, so a piece with c commas before it can start at the earliest with
            // number c + 1 (the very first piece: with number 0), and records start at multiples of `fields`.
            let fields = self.fields as u64;
            let mut jobs = Vec::with_capacity(pieces.len());
            for piece in &pieces {
                let first = if piece.start == self.start { 0 } else { commas_before / fields + 1 };
                let to_skip = first * fields - commas_before;
                commas_before += piece.commas;
                let count = (commas_before / fields + 1).saturating_sub(first) as usize;
                // Records over the declared count are not parsed; they are told below, unless something before
                // them explains them better.
                let room = self.records - records_done.min(self.records);
                records_done += count;
                if count.min(room) > 0 {
                    jobs.push((piece, to_skip, count.min(room), sink.split_front(count.min(room))));
                }
            }
            let outcomes: Vec<Result<()>> = jobs
                .into_par_iter()
                .map(|(piece, to_skip, count, mut sink)| self.parse_piece(piece, to_skip, count, &mut sink))
                .collect();
            // In order, so that of several faults the first in the file is told.
            outcomes.into_iter().collect::<Result<()>>()?;
            if let Some(closed) = closed
                && !(commas_before + 1).is_multiple_of(fields)
            {
                let numbers = commas_before + 1;
                let what = format!("\"{}\" holds {numbers} numbers, no multiple of {fields}", self.key);
                return Err(Error::malformed(closed as u64, what));
            }
            if records_done > self.records {
                return Err(self.count_error(format_args!("more than {}", self.records), at));
            }

            self.input.release(at..end);
            monitor.advance(self.key, (end - at) as f64 / bytes.len() as f64)?;
            if let Some(closed) = closed {
                self.check_count(records_done, closed)?;
                return Ok(closed + 1);
            }
            at = end;
        }
    }

    /// Counts the commas of the next window, piece by piece, up to the closing bracket if it is there.
    fn count_window(&self, at: usize) -> Vec<Piece> {
        let bytes = self.input.bytes();
        let window = &bytes[at..bytes.len().min(at + PIECE * PIECES)];
        let mut pieces: Vec<Piece> = window
            .par_chunks(PIECE)
            .enumerate()
            .map(|(index, chunk)| {
                let start = at + index * PIECE;
                self.input.prefetch(start..start + chunk.len());
                let length = memchr(b']', chunk);
                let body = &chunk[..length.unwrap_or(chunk.len())];
                let commas = memchr_iter(b',', body).count() as u64;
                Piece { start, end: start + body.len(), commas, closed: length.map(|length| start + length) }
            })
            .collect();
        if let Some(closing) = pieces.iter().position(|piece| piece.closed.is_some()) {
            pieces.truncate(closing + 1);
        }
        pieces
    }

    fn parse_piece<S: RecordSink>(&self, piece: &Piece, to_skip: u64, count: usize, sink: &mut S) -> Result<()> {
        let bytes = self.input.bytes();
        let mut at = piece.start;
        if to_skip > 0 {
            let comma = memchr_iter(b',', &bytes[at..piece.end]).nth(to_skip as usize - 1);
            at += comma.expect("a piece with a record has the commas before it") + 1;
        }
        // The record width is a constant in each of these, which lets the compiler unroll the loop over fields.
        match self.fields {
            3 => self.parse_records::<3, S>(at, count, sink),
            6 => self.parse_records::<6, S>(at, count, sink),
            7 => self.parse_records::<7, S>(at, count, sink),
            _ => self.parse_records::<MAX_FIELDS, S>(at, count, sink),
        }
    }

    fn parse_records<const WIDTH: usize, S: RecordSink>(&self, at: usize, count: usize, sink: &mut S) -> Result<()> {
        let fields = if WIDTH == MAX_FIELDS { self.fields } else { WIDTH };
        let bytes = self.input.bytes();
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
                self.put(sink, index, &record[..fields], start)?;
                start = next;
                index += 1;
            }
            if index < count && !(stretch.goes_on && start > first) {
                let mut reader = Numbers::new(bytes, start);
                for value in &mut record[..fields] {
                    *value = reader.next().ok_or_else(|| reader.fault(self.key))?;
                }
                self.put(sink, index, &record[..fields], start)?;
                start = reader.at;
                index += 1;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn put<S: RecordSink>(&self, sink: &mut S, index: usize, record: &[u64], start: usize) -> Result<()> {
        sink.put(index, record).map_err(|(field, what)| {
            let mut again = Numbers::new(self.input.bytes(), start);
            for _ in 0..field {
                again.next();
            }
            let offset = again.skip_whitespace() as u64;
            Error::malformed(offset, format_args!("in \"{}\": {what}", self.key))
        })
    }

    fn check_count(&self, found: usize, closed: usize) -> Result<()> {
        if found == self.records { Ok(()) } else { Err(self.count_error(format_args!("{found}"), closed)) }
    }

    fn count_error(&self, found: std::fmt::Arguments<'_>, offset: usize) -> Error {
        let what = format!("the header declares {} {}, the array holds {found}", self.records, self.key);
        Error::malformed(offset as u64, what)
    }
}

/// Parses a small array of integers at once, `[` consumed; gives the numbers and the position after `]`.
pub(crate) fn read_small(bytes: &[u8], start: usize, key: &'static str) -> Result<(Vec<u64>, usize)> {
    let mut cursor = Cursor::new(bytes, start);
    if cursor.peek() == Some(b']') {
        return Ok((Vec::new(), cursor.at + 1));
    }
    let mut numbers = Vec::new();
    let mut reader = Numbers::new(bytes, start);
    loop {
        let number = reader.next().ok_or_else(|| reader.fault(key))?;
        numbers.try_reserve(1).map_err(|_| Error::no_memory(numbers.len() as u64 * 8, key))?;
        numbers.push(number);
        if bytes.get(reader.at) == Some(&b']') {
            return Ok((numbers, reader.at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        error::Code,
        snapshot::{digits::NEGATIVE, input::Source},
    };

    struct Rows<'a> {
        out: &'a mut [Vec<u64>],
    }

    impl RecordSink for Rows<'_> {
        fn split_front(&mut self, records: usize) -> Self {
            let (front, back) = std::mem::take(&mut self.out).split_at_mut(records);
            self.out = back;
            Rows { out: front }
        }

        fn put(&mut self, index: usize, record: &[u64]) -> std::result::Result<(), (usize, String)> {
            if record.last() == Some(&666) {
                return Err((record.len() - 1, "no 666 please".into()));
            }
            self.out[index] = record.to_vec();
            Ok(())
        }
    }

    fn read(text: &str, fields: usize, records: usize) -> Result<(Vec<Vec<u64>>, usize)> {
        let input = Input::open(Source::Bytes(text.as_bytes().to_vec())).unwrap();
        let mut rows = vec![Vec::new(); records];
        let array = RecordArray { input: &input, key: "nodes", start: 0, fields, records };
        let end = array.read(Rows { out: &mut rows }, &Monitor::none())?;
        Ok((rows, end))
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
    fn records_across_pieces_and_windows_are_whole() {
        // Three windows and a bit, with records of uneven length so that piece borders fall anywhere.
        let records = PIECE * PIECES * 3 / 16;
        let row = |i: usize| [i as u64 % 10, i as u64 * 97, 4_000_000_000 - i as u64];
        for separator in [",", "\n,"] {
            let text: Vec<String> = (0..records).map(|i| row(i).map(|n| n.to_string()).join(",")).collect();
            let text = text.join(separator) + "]";
            let (rows, end) = read(&text, 3, records).unwrap();
            assert_eq!(end, text.len());
            assert!(rows.iter().enumerate().all(|(i, found)| *found == row(i)));
        }
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
