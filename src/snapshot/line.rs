//! Windows of an array in line: every thread takes the next one, and all that must happen in order happens in a short
//! turn of it. No thread waits at a barrier, and none but the first in line holds up another.

use std::{
    mem,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use memchr::{memchr, memchr_iter, memrchr_iter};

use super::{
    input::Input,
    numbers::{Progress, RecordArray, RecordSink},
    window::Window,
};
use crate::{
    error::{Error, Result},
    memory,
};

/// Longest text of a record with all its white space, more or less: memory for what a window cuts in two must have a
/// bound. V8's are never over a hundred bytes.
const LONGEST_RECORD: usize = 1 << 20;

/// An array that is being read by several threads.
pub(super) struct Line<'a, S> {
    array: &'a RecordArray,
    input: &'a Input,
    /// Records that there is room for in all.
    room: usize,
    tickets: Mutex<Tickets>,
    /// Set when no further window is needed.
    enough: AtomicBool,
    /// Set when a thread panicked, whose turn will never end.
    broken: AtomicBool,
    turns: Mutex<Turns<S>>,
    turned: Condvar,
}

/// Who takes which window.
struct Tickets {
    next: u64,
    /// Windows to take at most.
    limit: u64,
    /// Where the next one starts.
    at: u64,
}

/// What passes from window to window.
struct Turns<S> {
    /// The ticket whose turn it is.
    next: u64,
    sink: S,
    progress: Progress,
    /// The first failure in the order of the text, and what it came with in the order of telling.
    failure: Option<((u64, Rank), Error)>,
    /// Where the closing bracket stands.
    closed: Option<u64>,
    /// Windows that were taken past the end, to be given back.
    surplus: Vec<(u64, Window)>,
}

/// Of the faults that one window shows: a bad record explains more than a wrong number of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Record,
    Array,
}

/// What a turn gives a thread to do after it.
struct Share<S> {
    sink: S,
    /// Records that begin with the window, with what was put in front of it.
    records: usize,
}

impl<'a, S: RecordSink> Line<'a, S> {
    /// A line that goes on where `progress` is, for so many windows. The sink takes what is missing to `room` records.
    pub(super) fn new(
        array: &'a RecordArray,
        input: &'a Input,
        sink: S,
        room: usize,
        progress: Progress,
        windows: u64,
    ) -> Self {
        let tickets = Tickets { next: 0, limit: windows, at: progress.at };
        let turns = Turns { next: 0, sink, progress, failure: None, closed: None, surplus: Vec::new() };
        Self {
            array,
            input,
            room,
            tickets: Mutex::new(tickets),
            enough: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            turns: Mutex::new(turns),
            turned: Condvar::new(),
        }
    }

    /// Reads the windows. Gives the position after the closing bracket, or how far it came without seeing it.
    pub(super) fn run(self) -> Result<std::result::Result<u64, Progress>> {
        rayon::scope(|scope| {
            // One is this thread itself.
            for _ in 1..rayon::current_num_threads() {
                scope.spawn(|_| self.work());
            }
            self.work();
        });
        let Turns { mut progress, failure, closed, mut surplus, .. } =
            self.turns.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, error)) = failure {
            return Err(error);
        }
        surplus.sort_unstable_by_key(|&(ticket, _)| ticket);
        self.input.give_back(surplus.into_iter().map(|(_, window)| window));
        if let Some(closed) = closed {
            return Ok(Ok(closed + 1));
        }
        progress.at = self.tickets.into_inner().unwrap_or_else(PoisonError::into_inner).at;
        Ok(Err(progress))
    }

    /// Takes windows until there is no further one to take.
    fn work(&self) {
        let _watch = Watch { line: self };
        let mut window = Window::default();
        while let Some((ticket, read)) = self.take(&mut window) {
            // What is read anywhere is read in whole windows as long as there is more.
            let least = if self.input.in_order() { 1 } else { self.input.window() };
            let counted = Counted::of(window.text(), least);
            if counted.closed.is_some() || counted.last {
                self.enough.store(true, Ordering::Relaxed);
            }
            let Some(turns) = self.wait(ticket, &mut window) else { return };
            let share = self.turn(turns, ticket, read, &counted, &mut window);
            self.turned.notify_all();
            if let Some(Share { mut sink, records }) = share
                && let Err(error) = self.array.parse(&window, records, &mut sink)
            {
                self.fail(&mut self.turns(), ticket, Rank::Record, error);
            }
            if counted.closed.is_some() {
                return;
            }
        }
    }

    fn turns(&self) -> MutexGuard<'_, Turns<S>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next window and reads it.
    fn take(&self, window: &mut Window) -> Option<(u64, Result<()>)> {
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        if self.enough.load(Ordering::Relaxed) || tickets.next == tickets.limit {
            return None;
        }
        let (ticket, at) = (tickets.next, tickets.at);
        tickets.next += 1;
        if self.input.in_order() {
            let read = self.input.next(at, window, self.array.key);
            tickets.at += window.len() as u64;
            return Some((ticket, read));
        }
        tickets.at += self.input.window() as u64;
        drop(tickets);
        Some((ticket, self.input.next(at, window, self.array.key)))
    }

    /// Waits for a ticket's turn. `None` when it does not come, because the array ended or failed before.
    fn wait(&self, ticket: u64, window: &mut Window) -> Option<MutexGuard<'_, Turns<S>>> {
        let mut turns = self.turns();
        loop {
            if turns.failure.is_some() || self.broken.load(Ordering::Relaxed) {
                return None;
            }
            if turns.closed.is_some() {
                let window = mem::take(window);
                turns.surplus.push((ticket, window));
                return None;
            }
            if turns.next == ticket {
                return Some(turns);
            }
            turns = self.turned.wait(turns).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What must happen in order: which records begin and end in this window, and what the next one needs to know.
    fn turn(
        &self,
        mut turns: MutexGuard<'_, Turns<S>>,
        ticket: u64,
        read: Result<()>,
        counted: &Counted,
        window: &mut Window,
    ) -> Option<Share<S>> {
        turns.next += 1;
        let carry = mem::take(&mut turns.progress.carry);
        if let Err(error) = read.and_then(|()| window.prepend(&carry)) {
            self.fail(&mut turns, ticket, Rank::Array, error);
            return None;
        }
        let fields = self.array.fields as u64;
        let before = turns.progress.commas;
        let commas = before + counted.commas;
        turns.progress.commas = commas;

        // A record ends with a comma, the last one with the bracket or, where that is missing, with the text.
        let ended = commas / fields - before / fields;
        let (records, length) = if let Some(closed) = counted.closed {
            (ended + 1, carry.len() + closed + 1)
        } else if counted.last {
            (ended + 1, window.len())
        } else if ended > 0 {
            let mut from_the_end = memrchr_iter(b',', window.text());
            let comma = from_the_end.nth((commas % fields) as usize).expect("a record that ends, ends with a comma");
            (ended, comma + 1)
        } else {
            (0, 0)
        };
        let room = self.room - turns.progress.done;
        let taken = usize::try_from(records).unwrap_or(usize::MAX).min(room);
        let sink = turns.sink.split_front(taken);
        turns.progress.done += taken;

        if let Err(error) = self.end_turn(&mut turns, counted, window, carry.len(), length) {
            self.fail(&mut turns, ticket, Rank::Array, error);
        } else if records > taken as u64 {
            // There is room for as many records as a window can hold: some of its commas have no number before them.
            let error =
                Error::malformed(window.offset(), format_args!("in \"{}\": numbers are missing", self.array.key));
            self.fail(&mut turns, ticket, Rank::Array, error);
        }
        if let Some(closed) = counted.closed
            && self.input.in_order()
        {
            match Window::holding(window.offset() + length as u64, &window.text()[length..]) {
                Ok(rest) => turns.surplus.push((ticket, rest)),
                Err(error) => self.fail(&mut turns, ticket, Rank::Array, error),
            }
            debug_assert_eq!(carry.len() + closed + 1, length);
        }
        Some(Share { sink, records: taken })
    }

    /// Says what is wrong with the array as a whole, as far as it can be seen in this window, and else leaves what the
    /// next one needs.
    fn end_turn(
        &self,
        turns: &mut Turns<S>,
        counted: &Counted,
        window: &Window,
        carried: usize,
        length: usize,
    ) -> Result<()> {
        let commas = turns.progress.commas;
        // Another record has ended after the last one: told at once, for an array need not end.
        if commas / self.array.fields as u64 > self.array.most() as u64 {
            return Err(self.array.surplus());
        }
        if let Some(closed) = counted.closed {
            let closed = window.offset() + (carried + closed) as u64;
            turns.closed = Some(closed);
            return self.array.check_end(commas, closed);
        }
        if counted.last {
            let end = window.offset() + window.len() as u64;
            return Err(Error::truncated(end, format_args!("inside \"{}\"", self.array.key)));
        }
        self.hand_on(turns, window, length)
    }

    /// Leaves the beginning of a record to the next window, which has its end.
    fn hand_on(&self, turns: &mut Turns<S>, window: &Window, length: usize) -> Result<()> {
        let carry = &window.text()[length..];
        if carry.len() > LONGEST_RECORD {
            let what = format!("in \"{}\": a record takes more than {LONGEST_RECORD} bytes", self.array.key);
            return Err(Error::malformed(window.offset() + length as u64, what));
        }
        turns.progress.carry = memory::with_capacity(carry.len(), "reading")?;
        turns.progress.carry.extend_from_slice(carry);
        Ok(())
    }

    fn fail(&self, turns: &mut Turns<S>, ticket: u64, rank: Rank, error: Error) {
        self.enough.store(true, Ordering::Relaxed);
        if turns.failure.as_ref().is_none_or(|&(first, _)| (ticket, rank) < first) {
            turns.failure = Some(((ticket, rank), error));
        }
        self.turned.notify_all();
    }
}

/// What a first look at a window shows.
struct Counted {
    commas: u64,
    /// Where the closing bracket stands in it.
    closed: Option<usize>,
    /// Whether the text ends with it.
    last: bool,
}

impl Counted {
    fn of(text: &[u8], least: usize) -> Self {
        let closed = memchr(b']', text);
        let commas = memchr_iter(b',', &text[..closed.unwrap_or(text.len())]).count() as u64;
        Self { commas, closed, last: text.len() < least }
    }
}

/// Wakes the others when the thread that holds it panics: its turn would never end.
struct Watch<'w, 'a, S: RecordSink> {
    line: &'w Line<'a, S>,
}

impl<S: RecordSink> Drop for Watch<'_, '_, S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let turns = self.line.turns();
            self.line.broken.store(true, Ordering::Relaxed);
            self.line.enough.store(true, Ordering::Relaxed);
            self.line.turned.notify_all();
            drop(turns);
        }
    }
}
