//! Pushes blobs, commits and tags, and notes which objects they name.

use std::io::Read;
use std::sync::atomic::Ordering;

use super::lookups::Lookups;
use super::{Round, lock};
use crate::archive::Format;
use crate::git::Kind;
use crate::git::inflate::Exactly;
use crate::git::loose::{self, Loose};
use crate::git::pack::{Entry, Pack};
use crate::git::walk::{Visited, Visitor};
use crate::model::{Chunk, Fresh, Mark, ObjectId, Origin, Position, Problem, ProblemKind, Worker};
use crate::source::members::{self, Pushed};

pub(super) struct Contents<'a> {
    round: &'a Round<'a>,
    pack: Option<(u32, &'a Pack)>,
    worker: Box<dyn Worker + 'a>,
    lookups: Lookups<'a>,
    blobs: u64,
    commits: u64,
    bytes: u64,
    objects: u64,
}

impl<'a> Contents<'a> {
    pub(super) fn new(round: &'a Round<'a>, pack: Option<(u32, &'a Pack)>) -> Self {
        let worker = round.sink.worker();
        Self {
            round,
            pack,
            worker,
            lookups: Lookups::new(round),
            blobs: 0,
            commits: 0,
            bytes: 0,
            objects: 0,
        }
    }

    /// Reads the loose object at this position.
    pub(super) fn loose(&mut self, at: usize) {
        let Some((id, path)) = self.round.store.loose.get(at) else {
            return;
        };
        let broken = self.round.broken.load(Ordering::Relaxed);
        if !broken
            && !self
                .round
                .first_copy(Some(*id), self.round.store.loose_number(at))
        {
            return;
        }
        let limit = self.round.control.limits.max_whole_object;
        let opened = loose::open(path, limit).or_else(|problem| {
            let mut spare = self.round.store.spare(id);
            spare
                .find_map(|path| loose::open(path, limit).ok())
                .ok_or(problem)
        });
        match opened {
            Ok(Loose::Whole(Kind::Tree, _)) => lock(&self.round.loose_trees).push(at),
            Ok(Loose::Whole(kind, bytes)) => {
                if kind == Kind::Commit {
                    lock(&self.round.loose_commits).push(at);
                }
                let mut marks = Vec::new();
                self.push(kind, Some(*id), true, &bytes, Fresh::All, &[], &mut marks);
            }
            Ok(Loose::Stream(kind, mut reader, size)) => {
                let mut reader = Exactly {
                    inner: &mut reader,
                    left: size,
                };
                if kind == Kind::Tree {
                    let message =
                        "this tree is larger than the limit; what it names was not looked up";
                    self.problem(Problem::new(ProblemKind::Limit, id.to_string(), message));
                }
                if let Err(error) = self.stream(kind, Some(*id), &mut reader) {
                    let message = format!(
                        "the loose object cannot be read to its end: {error}; run `git fsck`"
                    );
                    let place = path.display().to_string();
                    self.problem(Problem::new(ProblemKind::DamagedObject, place, message));
                }
            }
            Err(problem) => self.problem(problem),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one object's facts, from two kinds of store"
    )]
    fn push(
        &mut self,
        kind: Kind,
        id: Option<ObjectId>,
        first: bool,
        bytes: &[u8],
        fresh: Fresh<'_>,
        inherited: &[Mark],
        marks: &mut Vec<Mark>,
    ) {
        if first {
            self.count(kind, bytes.len() as u64);
            self.links(kind, id, bytes);
        }
        let position = Position::default();
        let chunk = Chunk {
            bytes,
            origin: origin(kind),
            path: None,
            member: &[],
            object: id,
            fresh,
            inherited,
            own: None,
            position,
        };
        self.worker.chunk(&chunk, marks);
        let mut any = marks.iter().any(|mark| mark.counts);
        // Marks of members are not the container's: a delta copies its bytes, and not theirs.
        if kind == Kind::Blob
            && first
            && let Some(format) = members::format_of(bytes, self.round.control)
        {
            any |= self.members(format, bytes, id);
        }
        if any {
            self.round.note(id);
        }
    }

    /// Pushes what is in a blob that is a container; whether something was found.
    fn members(&mut self, format: Format, bytes: &[u8], id: Option<ObjectId>) -> bool {
        let mut template = Chunk::whole(&[], origin(Kind::Blob), None);
        template.object = id;
        let to = pushed(&mut *self.worker, self.round);
        members::of_bytes(format, bytes, &template, to)
    }

    fn count(&mut self, kind: Kind, bytes: u64) {
        self.blobs += u64::from(kind == Kind::Blob);
        self.commits += u64::from(kind == Kind::Commit);
        self.bytes += bytes;
        self.objects += 1;
        if self.objects & 0x3ff == 0 {
            self.tell();
        }
    }

    fn tell(&mut self) {
        let progress = &self.round.control.progress;
        progress
            .done
            .fetch_add(std::mem::take(&mut self.objects), Ordering::Relaxed);
        let bytes = std::mem::take(&mut self.bytes);
        progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.round.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Follows the headers of a commit or tag to the objects that they name.
    fn links(&mut self, kind: Kind, id: Option<ObjectId>, bytes: &[u8]) {
        if kind == Kind::Blob {
            return;
        }
        let first: &[u8] = if kind == Kind::Commit {
            b"tree "
        } else {
            b"object "
        };
        let hex = bytes.strip_prefix(first).map(first_line);
        if hex.and_then(ObjectId::from_hex).is_none() {
            let place = id.map(|id| id.to_string()).unwrap_or_default();
            let message =
                "its first line is not git's, so what it names is not known; run `git fsck`";
            self.round
                .sink
                .problem(Problem::new(ProblemKind::DamagedObject, place, message));
        }
        let cut = kind == Kind::Commit
            && id.is_some_and(|id| self.round.repository.shallow.contains(&id));
        let mut rest = bytes;
        loop {
            let line = first_line(rest);
            rest = rest.get(line.len() + 1..).unwrap_or_default();
            let space = memchr::memchr(b' ', line).unwrap_or(line.len());
            let (word, target) = line.split_at(space);
            let target = || ObjectId::from_hex(target.get(1..)?);
            match word {
                b"parent" if cut => {}
                b"tree" | b"parent" | b"object" => {
                    target().into_iter().for_each(|id| self.lookups.named(id))
                }
                _ => return,
            }
        }
    }

    fn stream(
        &mut self,
        kind: Kind,
        id: Option<ObjectId>,
        reader: &mut dyn Read,
    ) -> std::io::Result<()> {
        let mut template = Chunk::whole(&[], origin(kind), None);
        template.object = id;
        let to = pushed(&mut *self.worker, self.round);
        let read = members::of_stream(reader, &template, to);
        if let Some(error) = read.error {
            return Err(error);
        }
        if read.found {
            self.round.note(id);
        }
        self.count(kind, read.bytes);
        Ok(())
    }
}

/// All before the first line feed.
fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn pushed<'w>(worker: &'w mut (dyn Worker + 'w), round: &'w Round<'_>) -> Pushed<'w> {
    Pushed {
        worker,
        sink: round.sink,
        more: Some(round.sink),
        reach: round.reach,
        control: round.control,
    }
}

fn origin(kind: Kind) -> Origin {
    match kind {
        Kind::Blob => Origin::History,
        Kind::Commit => Origin::CommitMessage,
        Kind::Tag => Origin::TagMessage,
        Kind::Tree => Origin::PathName,
    }
}

impl Visitor for Contents<'_> {
    fn object(&mut self, object: &Visited<'_>, marks: &mut Vec<Mark>) {
        let Some((first, pack)) = self.pack else {
            return;
        };
        let id = pack.id(object.entry);
        let first_copy = self.round.first_copy(id, first + object.entry.at);
        self.push(
            object.kind,
            id,
            first_copy,
            object.bytes,
            object.fresh,
            object.inherited,
            marks,
        );
    }

    fn large(&mut self, kind: Kind, entry: &Entry, reader: &mut dyn Read) -> std::io::Result<()> {
        let id = self.pack.and_then(|(_, pack)| pack.id(entry));
        self.stream(kind, id, reader)
    }

    fn problem(&mut self, problem: Problem) {
        self.round.broken.store(true, Ordering::Relaxed);
        self.round.sink.problem(problem);
    }
}

impl Drop for Contents<'_> {
    fn drop(&mut self) {
        self.tell();
        self.round.blobs.fetch_add(self.blobs, Ordering::Relaxed);
        self.round
            .commits
            .fetch_add(self.commits, Ordering::Relaxed);
    }
}
