//! Searches single objects, each once, and keeps what stands in them: a change needs to know how often a key stands in
//! a blob, before and after it.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::explaining::Explaining;
use super::super::sightings::{Decompressed, InFile, Seen, containers};
use super::super::telling::{self, Teller, Told};
use crate::control::Control;
use crate::detect::{self, Detector, Match, Scratch};
use crate::git::objects::Object;
use crate::git::{Kind, Repository, Store, header};
use crate::model::{
    Chunk, Mark, ObjectId, Origin, Place, Problem, ProblemKind, Sink, Stats, Worker,
};
use crate::source::members::{self, Pushed};
use crate::source::{change, lfs};

/// A key in an object.
#[derive(Clone, Debug)]
pub(in crate::pipeline) struct Found {
    pub(in crate::pipeline) seen: Seen,
    pub(in crate::pipeline) origin: Origin,
    /// Its first byte; of what came out of a container, in the member.
    pub(in crate::pipeline) start: u64,
    /// One past its last byte.
    pub(in crate::pipeline) end: u64,
    /// The names of the members that lead to it, where it came out of a container.
    pub(in crate::pipeline) member: Vec<Vec<u8>>,
    pub(in crate::pipeline) place: Place,
    pub(in crate::pipeline) told: Told,
    /// Stands for the text of its line: a key on a line that was there before is the old one.
    pub(in crate::pipeline) line: u64,
}

/// A blob that was searched.
struct Known {
    found: Arc<[Found]>,
    /// The path under which it was searched.
    path: Vec<u8>,
    size: u64,
    /// Whether it stands for contents that are kept elsewhere.
    pointer: bool,
    /// Whether it is counted as one of the change.
    counted: bool,
}

/// What reads and searches the objects of one repository.
pub(in crate::pipeline) struct Searcher<'a> {
    pub(in crate::pipeline) detector: &'a Detector,
    pub(in crate::pipeline) repository: &'a Repository,
    pub(in crate::pipeline) store: &'a Store,
    pub(in crate::pipeline) control: &'a Control,
    pub(in crate::pipeline) show_secrets: bool,
    pub(in crate::pipeline) explaining: Option<&'a Explaining<'a>>,
    pub(in crate::pipeline) sink: &'a dyn Sink,
    known: Mutex<HashMap<ObjectId, Known>>,
    /// Blobs of the change.
    blobs: AtomicU64,
    /// Bytes of these, and of commits.
    pub(in crate::pipeline) bytes: AtomicU64,
    /// Pointers of Git LFS among the blobs: what they stand for is kept elsewhere, and not searched.
    pointers: AtomicU64,
}

/// Bytes on each side of a key that tell one line from another.
const LINE: usize = 512;

impl<'a> Searcher<'a> {
    pub(in crate::pipeline) fn new(
        (repository, store): (&'a Repository, &'a Store),
        detector: &'a Detector,
        control: &'a Control,
        show_secrets: bool,
        explaining: Option<&'a Explaining<'a>>,
        sink: &'a dyn Sink,
    ) -> Self {
        Self {
            detector,
            repository,
            store,
            control,
            show_secrets,
            explaining,
            sink,
            known: Mutex::default(),
            blobs: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            pointers: AtomicU64::new(0),
        }
    }

    /// What stands in a blob of the change.
    pub(in crate::pipeline) fn new_blob(
        &self,
        id: &ObjectId,
        origin: Origin,
        path: &[u8],
    ) -> Arc<[Found]> {
        self.blob(id, origin, path, true)
    }

    /// What stands in a blob that was there before the change.
    pub(in crate::pipeline) fn old_blob(&self, id: &ObjectId) -> Arc<[Found]> {
        self.blob(id, Origin::History, &[], false)
    }

    fn blob(&self, id: &ObjectId, origin: Origin, path: &[u8], is_new: bool) -> Arc<[Found]> {
        if let Some(found) = self.recall(id, is_new) {
            return found;
        }
        let template = Chunk {
            object: Some(*id),
            ..Chunk::whole(&[], origin, Some(path))
        };
        let mut worker = self.worker(is_new);
        let read = self.read(id, &template, &mut worker);
        if read.is_none() {
            let problem = change::unread(self.repository, self.store, id);
            self.sink.problem(problem);
        } else if read.is_some_and(|(kind, _)| kind != Kind::Blob) {
            let message = "a folder names this as a file, and it is none; what it leads to was not scanned; run `git fsck`";
            let kind = ProblemKind::DamagedObject;
            self.sink
                .problem(Problem::new(kind, id.to_string(), message));
        }
        let known = Known {
            found: worker.found.into(),
            path: path.to_vec(),
            size: read.map_or(0, |(_, size)| size),
            pointer: worker.pointer,
            counted: false,
        };
        let found = known.found.clone();
        self.lock().entry(*id).or_insert(known);
        if is_new {
            self.count(id);
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ObjectId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a blob. If somebody asks why, one that was seen as an old one only has to be looked at again.
    fn recall(&self, id: &ObjectId, is_new: bool) -> Option<Arc<[Found]>> {
        let (found, counted) = self
            .lock()
            .get(id)
            .map(|known| (known.found.clone(), known.counted))?;
        if !is_new || counted {
            return Some(found);
        }
        if self.explaining.is_some() {
            return None;
        }
        self.count(id);
        Some(found)
    }

    /// Counts a blob of the change once, whether a thread met it there first or as an old one of another commit.
    fn count(&self, id: &ObjectId) {
        if let Some(known) = self.lock().get_mut(id).filter(|known| !known.counted) {
            known.counted = true;
            self.blobs.fetch_add(1, Ordering::Relaxed);
            self.bytes.fetch_add(known.size, Ordering::Relaxed);
            self.pointers
                .fetch_add(u64::from(known.pointer), Ordering::Relaxed);
        }
    }

    fn read(
        &self,
        id: &ObjectId,
        template: &Chunk<'_>,
        worker: &mut Finding<'_>,
    ) -> Option<(Kind, u64)> {
        let limits = &self.control.limits;
        match self
            .store
            .object(id, limits.max_whole_object, limits.max_delta_result)?
        {
            Object::Whole(kind, bytes) => {
                worker.pointer = lfs::is_pointer(&bytes);
                worker.chunk(
                    &Chunk {
                        bytes: &bytes,
                        ..*template
                    },
                    &mut Vec::new(),
                );
                if let Some(format) = members::format_of(&bytes, self.control) {
                    members::of_bytes(format, &bytes, template, self.pushed(worker));
                }
                worker.drop_containers();
                Some((kind, bytes.len() as u64))
            }
            Object::Stream(kind, mut reader, size) => {
                let mut reader = crate::git::inflate::Exactly {
                    inner: &mut *reader,
                    left: size,
                };
                let read = members::of_stream(&mut reader, template, self.pushed(worker));
                worker.drop_containers();
                read.error.is_none().then_some((kind, read.bytes))
            }
        }
    }

    fn pushed<'w>(&'w self, worker: &'w mut Finding<'_>) -> Pushed<'w> {
        Pushed {
            worker,
            sink: self.sink,
            more: None,
            reach: self.detector.reach(),
            control: self.control,
        }
    }

    /// What is told of something that was found in a blob, where this path leads to it.
    pub(in crate::pipeline) fn told(&self, blob: &ObjectId, found: &Found, path: &[u8]) -> Told {
        let same = self.lock().get(blob).is_none_or(|known| known.path == path);
        if !same && !found.member.is_empty() {
            return self.told_again(blob, found, path);
        }
        let read = || self.store.read(blob, self.control.limits.max_whole_object);
        let Some((_, bytes)) = (!same).then(read).flatten() else {
            return found.told.clone();
        };
        let span = (found.start as usize, found.end as usize);
        let wrapped = (!found.told.encoding.is_empty()).then_some(&found.seen.secret);
        let rule = (found.seen.rule, wrapped);
        self.teller()
            .tell(&bytes, span, rule, found.origin, (Some(path), &[]))
    }

    /// What is told of something that came out of a container: it is opened again.
    fn told_again(&self, blob: &ObjectId, found: &Found, path: &[u8]) -> Told {
        let template = Chunk {
            object: Some(*blob),
            ..Chunk::whole(&[], found.origin, Some(path))
        };
        let mut worker = self.worker(false);
        self.read(blob, &template, &mut worker);
        let is_it = |again: &&Found| {
            (again.start, &again.member) == (found.start, &found.member) && again.seen == found.seen
        };
        let again = worker.found.iter().find(is_it);
        again.unwrap_or(found).told.clone()
    }

    fn teller(&self) -> Teller<'_> {
        Teller {
            detector: self.detector,
            show_secrets: self.show_secrets,
        }
    }

    /// What stands in the bytes of a commit, or in a name.
    pub(in crate::pipeline) fn text(
        &self,
        bytes: &[u8],
        origin: Origin,
        path: Option<&[u8]>,
        object: Option<ObjectId>,
    ) -> Vec<Found> {
        let mut worker = self.worker(true);
        let chunk = Chunk {
            object,
            ..Chunk::whole(bytes, origin, path)
        };
        worker.chunk(&chunk, &mut Vec::new());
        worker.found
    }

    /// Says in `stats` what was searched.
    pub(in crate::pipeline) fn tell(&self, stats: &mut Stats) {
        stats.blobs = self.blobs.load(Ordering::Relaxed);
        stats.bytes = self.bytes.load(Ordering::Relaxed);
        let pointers = self.pointers.load(Ordering::Relaxed);
        if pointers > 0 {
            stats.excluded.insert("lfs-content", pointers);
        }
    }

    fn worker(&self, is_new: bool) -> Finding<'_> {
        let explaining = self.explaining.filter(|_| is_new);
        Finding {
            teller: self.teller(),
            sink: self.sink,
            explaining: explaining.map(|explaining| explaining.worker()),
            scratch: Scratch::default(),
            matches: Vec::new(),
            found: Vec::new(),
            decompressed: Vec::new(),
            pointer: false,
        }
    }
}

struct Finding<'a> {
    teller: Teller<'a>,
    sink: &'a dyn Sink,
    explaining: Option<Box<dyn Worker + 'a>>,
    scratch: Scratch,
    matches: Vec<Match>,
    found: Vec<Found>,
    decompressed: Vec<Decompressed>,
    pointer: bool,
}

impl Worker for Finding<'_> {
    fn decompressed(&mut self, chunk: &Chunk<'_>, bytes: Range<u64>) {
        self.decompressed.push(Decompressed {
            member: chunk.member.to_vec(),
            bytes,
        });
    }

    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        if let Some(explaining) = &mut self.explaining {
            explaining.chunk(chunk, marks);
        }
        let bytes = chunk.bytes;
        self.matches.clear();
        let detector = self.teller.detector;
        if !detector.search_on(bytes, None, &[], &mut self.matches, &mut Vec::new()) {
            self.sink.problem(telling::too_many_gates(chunk));
        }
        if detector.has_brought() {
            // The same blob may stand under another path as well.
            let is_name = chunk.origin == Origin::PathName;
            let chunk = &Chunk {
                path: chunk.path.filter(|_| is_name),
                ..*chunk
            };
            telling::search_brought(detector, chunk, &[], &mut self.scratch, &mut self.matches);
            if self.scratch.take_exhausted() {
                self.sink.problem(telling::exhausted(chunk));
            }
            detector.settle(&[], &mut self.matches);
        }
        // Lines are counted on from one key to the next: from the start each time would take the square of the length.
        let (mut at, mut position) = (0, chunk.position);
        for found in &self.matches {
            let Match {
                start,
                end,
                rule,
                confidence,
                ..
            } = *found;
            let own = chunk
                .own
                .is_none_or(|(from, to)| (from..to).contains(&start));
            if confidence.is_none() || !own {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let place = detect::place(
                rest,
                start.saturating_sub(at),
                end.saturating_sub(at),
                position,
            );
            (at, position.line, position.column) = (start, place.line, place.column);
            let secret = self.teller.detector.secret(bytes, found);
            let wrapped = found.wrapped.map(|_| &secret);
            let (span, path) = ((start, end), (chunk.path, chunk.member));
            let told = self
                .teller
                .tell(bytes, span, (rule, wrapped), chunk.origin, path);
            self.found.push(Found {
                origin: match chunk.origin {
                    Origin::CommitMessage | Origin::TagMessage
                        if header::names_a_person(bytes, start) =>
                    {
                        Origin::Author
                    }
                    origin => origin,
                },
                start: chunk.position.offset + start as u64,
                end: chunk.position.offset + end as u64,
                member: chunk.member.to_vec(),
                place: place.of_encoding(&told.encoding),
                told,
                line: line(bytes, start, end),
                seen: Seen {
                    secret,
                    rule,
                    confidence,
                },
            });
        }
    }
}

impl Finding<'_> {
    /// Leaves out what was found in the bytes of a container, and in one of its members, too.
    fn drop_containers(&mut self) {
        let found = self.found.iter().map(|found| InFile {
            key: found.seen.secret.expose(),
            start: found.start,
            member: &found.member,
        });
        let found: Vec<_> = found.collect();
        let above = containers(&found, &self.decompressed);
        let above: BTreeSet<usize> = above.into_iter().collect();
        let mut at = 0;
        self.found.retain(|_| {
            at += 1;
            !above.contains(&(at - 1))
        });
    }
}

fn line(bytes: &[u8], start: usize, end: usize) -> u64 {
    let low = start.saturating_sub(LINE);
    let high = bytes.len().min(end.saturating_add(LINE));
    let before = bytes.get(low..start).unwrap_or_default();
    let behind = bytes.get(end..high).unwrap_or_default();
    let first = memchr::memrchr(b'\n', before).map_or(low, |at| low + at + 1);
    let last = memchr::memchr(b'\n', behind).map_or(high, |at| end + at);
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes.get(first..last).unwrap_or_default().trim_ascii());
    hasher.finish()
}
