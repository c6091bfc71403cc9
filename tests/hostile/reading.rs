//! Reading alone, from every kind of source: stopped at any moment, told about as it goes, and past every 32-bit border.

use std::{
    fs, io,
    io::{Cursor, Read},
    sync::{Arc, Mutex, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use heap_analyzer::{
    error::Code,
    monitor::{CancelFlag, Monitor},
    snapshot::{NodeId, Snapshot, Source, Stream},
};

use crate::{
    alone,
    clock::worked,
    counting::most_used,
    is_full,
    synthetic::program,
    tier,
    truncation::{Scratch, gzip},
};

/// How long it takes from the word to the end of a reading that is stopped after a while, and how much is worked until
/// then; `None` when it was done before.
fn stopped(source: Source, after: Duration) -> Option<(Duration, Duration)> {
    let flag = CancelFlag::default();
    let monitor = Monitor::new(Arc::clone(&flag), None);
    let worker = thread::spawn(move || (Snapshot::open(source, &monitor).map(drop), Instant::now(), worked()));
    let started = Instant::now();
    // What is done needs no word any more.
    while started.elapsed() < after && !worker.is_finished() {
        thread::sleep(Duration::from_millis(1));
    }
    flag.store(true, Ordering::Relaxed);
    let (told, work) = (Instant::now(), worked());
    let (outcome, ended, done) = worker.join().unwrap();
    let error = outcome.err()?;
    assert_eq!(error.code(), Code::Cancelled, "{error}");
    Some((ended.saturating_duration_since(told), done.saturating_sub(work)))
}

/// A pipe into which nobody writes any more.
struct Silent(Cursor<Vec<u8>>);

impl Read for Silent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => {
                thread::sleep(Duration::from_millis(5));
                Err(io::ErrorKind::WouldBlock.into())
            }
            got => Ok(got),
        }
    }
}

#[test]
fn reading_stops_at_any_moment() {
    let _alone = alone();
    let text = program(tier(150_000, 4_000_000), 6);
    let zstd = zstd::encode_all(&text[..], 1).unwrap();
    let gzip = gzip(&text);
    let file = Scratch::of("stopped", &text);
    let half = text[..text.len() / 2].to_vec();
    let sources: [(&str, &dyn Fn() -> Source); 6] = [
        ("a file", &|| Source::File(file.0.clone())),
        ("a mapped file", &|| Source::MappedFile(file.0.clone())),
        ("zstd", &|| Source::Bytes(zstd.clone())),
        ("gzip", &|| Source::Bytes(gzip.clone())),
        ("a stream", &|| Source::Stream(Stream::new(Cursor::new(text.clone())))),
        ("a silent pipe", &|| Source::Stream(Stream::new(Silent(Cursor::new(half.clone()))))),
    ];
    let moments = tier(6, 25);
    let bound = Duration::from_millis(tier(1000, 100));
    for (name, source) in sources {
        let started = Instant::now();
        let whole = if name == "a silent pipe" {
            Duration::from_millis(200)
        } else {
            Snapshot::open(source(), &Monitor::none()).unwrap();
            started.elapsed()
        };
        let mut delays: Vec<_> = (0..moments).filter_map(|at| stopped(source(), whole * at / moments)).collect();
        delays.sort_unstable();
        println!("{name}: {} of {moments} stopped, the slowest after {:?}", delays.len(), delays.last());
        assert!(!delays.is_empty());
        // A machine that others use too makes anything late; but then less was worked than time went by.
        let late: Vec<_> = delays.iter().filter(|(time, work)| *time > bound && *work > bound).collect();
        assert!(late.is_empty(), "{name}: stopped later than {bound:?}: {late:?}");
    }
}

#[test]
fn progress_moves_while_a_packed_file_is_read() {
    let _alone = alone();
    // Long enough that the reader does not find all of it unpacked when it first tells how far it is.
    let text = program(400_000, 7);
    for (packed, known) in [(zstd::encode_all(&text[..], 1).unwrap(), true), (gzip(&text), true), (gzip(&text), false)]
    {
        let told = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&told);
        let sink = move |phase: &'static str, fraction: f64| log.lock().unwrap().push((phase, fraction));
        let monitor = Monitor::new(CancelFlag::default(), Some(Box::new(sink)));
        let source = if known { Source::Bytes(packed) } else { Source::Stream(Stream::new(Cursor::new(packed))) };
        Snapshot::open(source, &monitor).unwrap();
        let told = told.lock().unwrap();
        assert!(told.is_sorted_by_key(|&(_, fraction)| fraction));
        let last = told.last().map(|&(_, fraction)| fraction);
        if known {
            assert!(told.len() >= 4 && last > Some(0.9), "{told:?}");
        } else {
            // Of a stream nobody knows the end.
            assert!(last < Some(1.0), "{told:?}");
        }
    }
}

#[test]
fn memory_is_that_of_the_columns_and_strings_whatever_is_read() {
    let _alone = alone();
    let count = tier(100_000, 2_000_000);
    let text = program(count, 8);
    let file = Scratch::of("memory.heapsnapshot", &text);
    let packed = Scratch::of("memory.heapsnapshot.zst", &zstd::encode_all(&text[..], 1).unwrap());
    let columns = {
        let snapshot = Snapshot::open(Source::File(file.0.clone()), &Monitor::none()).unwrap();
        21 * snapshot.nodes.len() + 9 * snapshot.edges.len()
    };
    // Windows, read ahead and under work, a decoder's own, strings.
    let slack = 16 << 20;
    for source in [Source::File(file.0.clone()), Source::MappedFile(file.0.clone()), Source::File(packed.0.clone())] {
        let name = format!("{source:?}");
        let (snapshot, most) = most_used(|| Snapshot::open(source, &Monitor::none()).unwrap());
        drop(snapshot);
        println!("{name}: {} MB of text, {} MB used, columns {} MB", text.len() >> 20, most >> 20, columns >> 20);
        assert!(most < columns + slack, "{name}: {most} bytes for {columns} of columns");
    }
}

/// A pattern that repeats between a head and a tail: gigabytes that are nowhere.
struct Pattern {
    head: Vec<u8>,
    middle: Vec<u8>,
    repeats: u64,
    tail: Vec<u8>,
    at: u64,
}

impl Pattern {
    fn len(&self) -> u64 {
        self.head.len() as u64 + self.middle.len() as u64 * self.repeats + self.tail.len() as u64
    }
}

impl Read for Pattern {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let head = self.head.len() as u64;
        let middle = self.middle.len() as u64 * self.repeats;
        let rest = if self.at < head {
            &self.head[self.at as usize..]
        } else if self.at < head + middle {
            let rest = &self.middle[((self.at - head) % self.middle.len() as u64) as usize..];
            let left = usize::try_from(head + middle - self.at).unwrap_or(usize::MAX);
            &rest[..rest.len().min(left)]
        } else {
            &self.tail[(self.at - head - middle) as usize..]
        };
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

/// More than 4 GiB of text whose nodes are more than 2^31 numbers, of sixteen fields each so that they fit.
fn huge(tail: &str) -> (Pattern, u64) {
    const RECORD: &str = "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,";
    let per_pattern = 1 << 15;
    let repeats = (1 << 27) / per_pattern + 1;
    let nodes = per_pattern * repeats + 2;
    let more = (5..16).fold(String::new(), |more, field| more + ",\"more" + &field.to_string() + "\"");
    let head = format!(
        r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count"{more}],"node_types":[["synthetic"]],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["element"]]}},"node_count":{nodes},"edge_count":1}},"nodes":[0,0,1,7,1,0,0,0,0,0,0,0,0,0,0,0,"#
    );
    let last = 16 * (nodes - 1);
    let tail = format!("0,1,2,3,0,0,0,0,0,0,0,0,0,0,0,0],\"edges\":[0,5,{last}],{tail}");
    let middle = RECORD.repeat(per_pattern as usize).into_bytes();
    (Pattern { head: head.into_bytes(), middle, repeats, tail: tail.into_bytes(), at: 0 }, nodes)
}

#[test]
fn past_four_gib_and_two_thousand_million_numbers() {
    let _alone = alone();
    if !is_full() {
        return;
    }
    let (source, nodes) = huge("\"strings\":[\"first\",\"last\"]}");
    assert!(source.len() > 1 << 32 && 16 * nodes > 1 << 31);
    let started = Instant::now();
    let snapshot = Snapshot::open(Source::Stream(Stream::new(source)), &Monitor::none()).unwrap();
    println!("{nodes} nodes, {} numbers, in {:.1} s", 16 * nodes, started.elapsed().as_secs_f64());
    assert_eq!(snapshot.nodes.len() as u64, nodes);
    let last = NodeId(u32::try_from(nodes - 1).unwrap());
    assert_eq!(snapshot.edges.target(0), last);
    assert_eq!((snapshot.nodes.id(last).0, snapshot.nodes.self_size(last)), (2, 3));
    assert_eq!(snapshot.strings.text(snapshot.nodes.name(last)), "last");
    drop(snapshot);

    let (source, _) = huge("\"strings\":[\"first\",x]}");
    let fault = source.len() - 3;
    let error = Snapshot::open(Source::Stream(Stream::new(source)), &Monitor::none()).unwrap_err();
    assert_eq!((error.code(), error.offset()), (Code::Malformed, Some(fault)), "{error}");
}

impl Scratch {
    fn of(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("heap-analyzer-reading-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}
