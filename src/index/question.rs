//! A question while it is asked: which of its snapshots have an index, and what it brings up that is worth keeping.

use std::{
    fs::File,
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{Indexing, Subject, engine, keeper::Unwritten, staying::another};
use crate::{
    error::{Code, Error, Result},
    graph::HeapGraph,
    monitor::Monitor,
    snapshot::{Snapshot, Source, open_regular},
    spare::let_go,
    store::{self, Backing, Identity, Reading, Shelf, Stamp, Tag, Writer},
};

/// Answers that one index keeps at most, and bytes of one.
const MOST_ANSWERS: usize = 32;
const LONGEST_ANSWER: usize = 8 << 20;
/// What the name of an answer's section begins with.
const ANSWER: u8 = b'=';

/// Asks a question of some snapshots, through their indexes where that can be. The answer does not wait until their memory
/// is given back, nor does the word that nobody wants it any more.
///
/// # Errors
/// Those of the question.
pub(crate) fn ask<T>(
    subjects: Vec<Subject>,
    monitor: &Monitor,
    question: impl Fn(&Question) -> Result<T>,
) -> Result<T> {
    ask_and_keep(subjects, monitor, question).map(|(answer, asked)| {
        let_go(asked);
        answer
    })
}

/// The same, for those who go on with what was opened.
///
/// # Errors
/// Those of the question.
pub(super) fn ask_and_keep<T>(
    subjects: Vec<Subject>,
    monitor: &Monitor,
    question: impl Fn(&Question) -> Result<T>,
) -> Result<(T, Question)> {
    let mut asked = Question::of(subjects);
    if asked.has_index() {
        match store::guarded(|| question(&asked)) {
            Ok(Ok(answer)) => {
                asked.finish(monitor);
                return Ok((answer, asked));
            }
            Ok(Err(error)) if is_no_doubt(&error) => {
                let_go(asked);
                return Err(error);
            }
            // The snapshot has the last word. If the fault is not the index's, it will show again.
            _ => asked.forget(),
        }
    }
    match question(&asked) {
        Ok(answer) => {
            asked.finish(monitor);
            Ok((answer, asked))
        }
        Err(error) => {
            let_go(asked);
            Err(error)
        }
    }
}

/// Whether an error says nothing against the index that was asked.
pub(super) fn is_no_doubt(error: &Error) -> bool {
    matches!(error.code(), Code::Cancelled | Code::NoMemory | Code::NoObject | Code::Usage | Code::Closed)
}

/// The snapshots of a question, by their position in it.
#[derive(Debug)]
pub(crate) struct Question {
    snapshots: Vec<Mutex<Asked>>,
}

#[derive(Debug)]
struct Asked {
    /// Taken when it is read; files can be read again.
    source: Option<Source>,
    known: Option<Known>,
    /// What is to be written of it.
    graph: Option<Arc<HeapGraph>>,
    answers: Vec<Stored>,
}

/// A file that has, or may get, an index.
#[derive(Debug, Clone)]
struct Known {
    snapshot: PathBuf,
    file: Arc<File>,
    backing: Backing,
    index: PathBuf,
    stamp: Stamp,
    shelf: Option<Shelf>,
    indexing: Indexing,
}

/// An answer that is to be kept.
#[derive(Debug)]
pub(super) struct Stored {
    tag: Tag,
    bytes: Vec<u8>,
}

/// Adds answers to an index, as far as it keeps them.
pub(super) fn add_answers(writer: &mut Writer<'_>, answers: &[Stored], base: Option<&Shelf>) {
    let kept = base.map_or(0, |base| base.tags().filter(|tag| tag.first() == ANSWER).count());
    for Stored { tag, bytes } in answers.iter().take(MOST_ANSWERS.saturating_sub(kept)) {
        if bytes.len() <= LONGEST_ANSWER && !base.is_some_and(|base| base.has(*tag)) {
            writer.add_bytes(*tag, bytes.clone());
        }
    }
}

impl Known {
    /// `None` when the source is no file, or one that cannot be looked at: then reading it will say why.
    fn of(source: &Source, indexing: Indexing) -> Option<Self> {
        let how = if matches!(source, Source::MappedFile(_)) { Reading::Mapped } else { Reading::Read };
        let snapshot = source.path()?.to_path_buf();
        let (file, size) = open_regular(&snapshot).ok()?;
        if size == 0 {
            return None;
        }
        let stamp = Stamp { identity: Identity::of(&file).ok()?, engine: engine() };
        let index = indexing.place.index_of(&snapshot).ok()?;
        let shelf = (store::is_ours(&index) == Some(true))
            .then(|| store::open(&index, how).ok())
            .flatten()
            .and_then(Shelf::open)
            .filter(|shelf| *shelf.stamp() == stamp);
        let file = Arc::new(file);
        let backing = match (&shelf, how) {
            (Some(_), Reading::Mapped) => store::open(&snapshot, how).ok()?,
            _ => Backing::File(Arc::clone(&file)),
        };
        Some(Self { snapshot, file, backing, index, stamp, shelf, indexing })
    }

    fn unwritten(&self, grows: bool, graph: Option<Arc<HeapGraph>>, answers: Vec<Stored>) -> Unwritten {
        Unwritten {
            snapshot: self.snapshot.clone(),
            place: self.indexing.place.clone(),
            index: self.index.clone(),
            stamp: self.stamp,
            file: Arc::clone(&self.file),
            grows,
            graph,
            answers,
        }
    }

    fn graph(&self, shelf: &Shelf, monitor: &Monitor) -> Result<Option<HeapGraph>> {
        let size = self.stamp.identity.size();
        let Some(snapshot) = Snapshot::load(shelf, &self.backing, size, self.snapshot.clone())? else {
            return Ok(None);
        };
        HeapGraph::load(snapshot, shelf, monitor)
    }
}

impl Question {
    fn of(subjects: Vec<Subject>) -> Self {
        let asked = |Subject { source, indexing }: Subject| {
            let known = indexing.filter(|_| store::USABLE_HERE).and_then(|indexing| Known::of(&source, indexing));
            Mutex::new(Asked { source: Some(source), known, graph: None, answers: Vec::new() })
        };
        Self { snapshots: subjects.into_iter().map(asked).collect() }
    }

    /// How many snapshots it is about.
    pub(crate) fn len(&self) -> usize {
        self.snapshots.len()
    }

    /// Path of a snapshot as it was given now; `None` for bytes.
    pub(crate) fn path(&self, index: usize) -> Option<PathBuf> {
        self.with(index, |asked| asked.known.as_ref().map(|known| known.snapshot.clone()))
    }

    fn with<T>(&self, index: usize, look: impl FnOnce(&mut Asked) -> T) -> T {
        look(&mut self.snapshots[index].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn each<T>(&self, look: impl Fn(&mut Asked) -> T) -> Vec<T> {
        (0..self.len()).map(|index| self.with(index, &look)).collect()
    }

    fn has_index(&self) -> bool {
        self.each(|asked| asked.known.as_ref().is_some_and(|known| known.shelf.is_some())).contains(&true)
    }

    /// Asks the snapshots themselves from now on.
    fn forget(&mut self) {
        self.each(|asked| {
            (asked.graph, asked.answers) = (None, Vec::new());
            if let Some(known) = &mut asked.known {
                known.shelf = None;
            }
        });
    }

    /// The heap of a snapshot, from its index or read. What is found out about it is kept.
    ///
    /// # Errors
    /// Those of [`Snapshot::open`].
    pub(crate) fn open(&self, index: usize, monitor: &Monitor) -> Result<Arc<HeapGraph>> {
        let graph = Arc::new(self.look_into(index, monitor)?);
        self.with(index, |asked| asked.graph = Some(Arc::clone(&graph)));
        Ok(graph)
    }

    /// As [`Self::open`], for a look that is over before the answer is there: nothing of it is kept.
    ///
    /// # Errors
    /// Those of [`Snapshot::open`].
    pub(crate) fn look_into(&self, index: usize, monitor: &Monitor) -> Result<HeapGraph> {
        self.with(index, |asked| {
            if let Some(known) = &asked.known
                && let Some(shelf) = &known.shelf
            {
                return known
                    .graph(shelf, monitor)?
                    .ok_or_else(|| Error::new(Code::Internal, "the index is not as it should be"));
            }
            let source = match &asked.source {
                Some(Source::File(path)) => Source::File(path.clone()),
                Some(Source::MappedFile(path)) => Source::MappedFile(path.clone()),
                _ => asked.source.take().ok_or_else(|| Error::new(Code::Internal, "a source was read twice"))?,
            };
            HeapGraph::new(Snapshot::open(source, monitor)?, monitor)
        })
    }

    /// An answer that was kept: what [`Self::remember`] was given for the same question of the same snapshots.
    ///
    /// # Errors
    /// `ERR_HEAP_NO_MEMORY`.
    pub(crate) fn recall(&self, question: &str) -> Result<Option<Vec<u8>>> {
        let Some((tag, key)) = self.key(question) else { return Ok(None) };
        let view = self.with(self.len() - 1, |asked| {
            asked.known.as_ref().and_then(|known| known.shelf.as_ref()).map(|shelf| shelf.bytes(tag))
        });
        let Some(view) = view.transpose()?.flatten() else { return Ok(None) };
        Ok(view.whole().strip_prefix(&key[..]).map(<[u8]>::to_vec))
    }

    /// Keeps an answer to a question of these snapshots, in the index of the last of them.
    pub(crate) fn remember(&self, question: &str, answer: &[u8]) {
        if let Some((tag, key)) = self.key(question) {
            let bytes = [&key[..], answer].concat();
            self.with(self.len() - 1, |asked| asked.answers.push(Stored { tag, bytes }));
        }
    }

    /// What an answer is filed under: the question and the identity of every snapshot that it is about, in full and as
    /// a name. `None` when one of them cannot be recognised again.
    fn key(&self, question: &str) -> Option<(Tag, Vec<u8>)> {
        let stamps: Vec<Stamp> =
            self.each(|asked| asked.known.as_ref().map(|known| known.stamp)).into_iter().collect::<Option<_>>()?;
        let key = format!("{question} {stamps:?}\n").into_bytes();
        let mut name = xxhash_rust::xxh3::xxh3_64(&key).to_le_bytes();
        name[0] = ANSWER;
        Some((Tag::new(name), key))
    }

    /// What is needed to add to the index of a snapshot later on; `None` when it has none and gets none.
    pub(super) fn growing(&self, index: usize, graph: &HeapGraph) -> Option<Growing> {
        self.with(index, |asked| {
            let known = asked.known.take()?;
            let has_one = known.shelf.is_some() || known.stamp.identity.size() >= known.indexing.smallest;
            let facts = AtomicUsize::new(graph.new_facts());
            has_one.then_some(Growing { known, grows: AtomicBool::new(true), facts })
        })
    }

    /// Writes what is new, or leaves it to be written.
    fn finish(&self, monitor: &Monitor) {
        for unwritten in self.each(Asked::unwritten).into_iter().flatten() {
            let (keeper, unwritten) = unwritten;
            match keeper {
                Some(keeper) => keeper.keep(unwritten),
                // An index that could not be written is none; the answer is there.
                None => drop::<io::Result<bool>>(unwritten.write(monitor)),
            }
        }
    }
}

/// The index of a heap that stays open: what later questions find out is added to it.
#[derive(Debug)]
pub(super) struct Growing {
    known: Known,
    /// Whether it is there; one that was damaged is to be made anew.
    grows: AtomicBool,
    /// How many new facts there were when it was last added to.
    facts: AtomicUsize,
}

impl Growing {
    /// Adds what has become known since, or leaves it to be added.
    pub(super) fn add(&self, graph: &Arc<HeapGraph>, monitor: &Monitor) {
        let facts = graph.new_facts();
        let has_more = self.facts.fetch_max(facts, Ordering::AcqRel) < facts;
        let grows = self.grows.swap(true, Ordering::AcqRel);
        if grows && !has_more {
            return;
        }
        let unwritten = self.known.unwritten(grows, Some(Arc::clone(graph)), Vec::new());
        match &self.known.indexing.keeper {
            Some(keeper) => keeper.keep(unwritten),
            None => drop::<io::Result<bool>>(unwritten.write(monitor)),
        }
    }

    /// The heap as the snapshot has it, and an index that is to be made anew.
    ///
    /// # Errors
    /// `ERR_HEAP_IO` when the snapshot is another than when it was opened; those of [`Snapshot::open`].
    pub(super) fn read_anew(&self, monitor: &Monitor) -> Result<(HeapGraph, Self)> {
        let known = &self.known;
        let path = known.snapshot.clone();
        let is_mapped = matches!(known.backing, Backing::Mapped(_));
        let source = if is_mapped { Source::MappedFile(path) } else { Source::File(path) };
        let is_the_same = || {
            let identity = File::open(&known.snapshot).and_then(|file| Identity::of(&file));
            identity.is_ok_and(|identity| identity == known.stamp.identity)
        };
        if !is_the_same() {
            return Err(another());
        }
        let graph = Snapshot::open(source, monitor).and_then(|snapshot| HeapGraph::new(snapshot, monitor));
        // Looked at once more, since it may have become another on the way.
        if !graph.as_ref().err().is_some_and(is_no_doubt) && !is_the_same() {
            return Err(another());
        }
        let index = Self {
            known: Known { shelf: None, ..known.clone() },
            grows: AtomicBool::new(false),
            facts: AtomicUsize::new(0),
        };
        Ok((graph?, index))
    }
}

impl Asked {
    fn unwritten(&mut self) -> Option<(Option<super::Keeper>, Unwritten)> {
        let (graph, answers) = (self.graph.take(), std::mem::take(&mut self.answers));
        let known = self.known.as_ref()?;
        let grows = known.shelf.is_some();
        let is_new = match &known.shelf {
            None => graph.is_some() && known.stamp.identity.size() >= known.indexing.smallest,
            Some(shelf) => !answers.is_empty() || graph.as_ref().is_some_and(|graph| graph.knows_more_than(shelf)),
        };
        let unwritten = is_new.then(|| known.unwritten(grows, graph, answers))?;
        Some((known.indexing.keeper.clone(), unwritten))
    }
}
