//! Pushes trees (names can hold keys), finds objects that are not there, and keeps the edges that paths are made of.

use std::sync::atomic::Ordering;

use super::lookups::Lookups;
use super::{Round, lock, paths};
use crate::git::loose::{self, Loose};
use crate::git::pack::{Entry, Pack};
use crate::git::walk::{Visited, Visitor};
use crate::git::{Kind, tree};
use crate::model::{Chunk, Fresh, Mark, ObjectId, Origin, Position, Problem, ProblemKind, Worker};

pub(super) struct Trees<'a> {
    round: &'a Round<'a>,
    pack: Option<(u32, &'a Pack)>,
    worker: Box<dyn Worker + 'a>,
    edges: Option<paths::Edges>,
    lookups: Lookups<'a>,
    /// Starts of ids that were looked up lately: most entries stand in many trees.
    known: Vec<u64>,
    objects: u64,
}

/// How many ids a thread remembers; they fit into its second-level cache.
const KNOWN: usize = 1 << 16;

impl<'a> Trees<'a> {
    pub(super) fn new(round: &'a Round<'a>, pack: Option<(u32, &'a Pack)>, edges: bool) -> Self {
        Self {
            round,
            pack,
            worker: round.sink.worker(),
            edges: edges.then(paths::Edges::default),
            lookups: Lookups::new(round),
            known: vec![0; KNOWN],
            objects: 0,
        }
    }

    /// Reads the loose tree at this position.
    pub(super) fn loose(&mut self, at: usize) {
        let Some((id, path)) = self.round.store.loose.get(at) else {
            return;
        };
        // It was read a moment ago; what was wrong with it has been said.
        let Ok(Loose::Whole(Kind::Tree, bytes)) =
            loose::open(path, self.round.control.limits.max_whole_object)
        else {
            return;
        };
        let mut starts = Vec::new();
        if !tree::starts(&bytes, self.round.store.hash_len(), &mut starts) {
            let message = "the tree stops making sense before its end; run `git fsck`";
            self.problem(Problem::new(
                ProblemKind::DamagedObject,
                id.to_string(),
                message,
            ));
        }
        let mut marks = Vec::new();
        let number = self.round.store.loose_number(at);
        self.push(
            Some(*id),
            number,
            &bytes,
            Fresh::All,
            &[],
            &starts,
            &mut marks,
        );
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one tree's facts, from two kinds of store"
    )]
    fn push(
        &mut self,
        id: Option<ObjectId>,
        number: u32,
        bytes: &[u8],
        fresh: Fresh<'_>,
        inherited: &[Mark],
        entries: &[u32],
        marks: &mut Vec<Mark>,
    ) {
        for &start in entries {
            self.entry(bytes, start as usize, id, number);
        }
        let position = Position::default();
        let origin = Origin::PathName;
        let chunk = Chunk {
            bytes,
            origin,
            path: None,
            object: id,
            fresh,
            inherited,
            own: None,
            position,
        };
        self.worker.chunk(&chunk, marks);
        if !marks.is_empty() {
            self.round.note(id);
        }
        self.objects += 1;
    }

    fn entry(&mut self, bytes: &[u8], start: usize, parent: Option<ObjectId>, number: u32) {
        let Some(entry) = tree::entry(bytes, start, self.round.store.hash_len()) else {
            return;
        };
        if entry.is_link() {
            return;
        }
        let Some(edges) = &mut self.edges else {
            return self.must_be_there(entry.id);
        };
        let Some(child) = self.round.store.find(entry.id) else {
            if let Some(id) = ObjectId::from_bytes(entry.id) {
                lock(&self.round.absent).insert(id);
            }
            return;
        };
        if entry.is_tree() || self.round.found.has(child) {
            let known = if self.round.copies {
                parent.and_then(|id| self.round.store.find(id.as_bytes()))
            } else {
                None
            };
            edges.add(child, known.unwrap_or(number), entry.name);
        }
    }

    fn must_be_there(&mut self, id: &[u8]) {
        let start = id
            .first_chunk()
            .map_or(0, |start| u64::from_le_bytes(*start));
        if let Some(known) = self.known.get_mut(start as usize % KNOWN)
            && (*known != start || start == 0)
        {
            *known = start;
            ObjectId::from_bytes(id)
                .into_iter()
                .for_each(|id| self.lookups.named(id));
        }
    }
}

impl Visitor for Trees<'_> {
    fn object(&mut self, object: &Visited<'_>, marks: &mut Vec<Mark>) {
        let Some((first, pack)) = self.pack else {
            return;
        };
        let (id, number) = (pack.id(object.entry), first + object.entry.at);
        self.push(
            id,
            number,
            object.bytes,
            object.fresh,
            object.inherited,
            object.tree_entries,
            marks,
        );
    }

    fn large(&mut self, _: Kind, _: &Entry, _: &mut dyn std::io::Read) -> std::io::Result<()> {
        Err(std::io::Error::other("trees are never streamed"))
    }

    fn problem(&mut self, problem: Problem) {
        self.round.sink.problem(problem);
    }
}

impl Drop for Trees<'_> {
    fn drop(&mut self) {
        self.round
            .control
            .progress
            .done
            .fetch_add(self.objects, Ordering::Relaxed);
        if let Some(edges) = self.edges.take() {
            lock(&self.round.edges).append(edges);
        }
    }
}
