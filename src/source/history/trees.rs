//! Pushes trees (names can hold keys), finds objects that are not there, and logs what attribution needs of them.

use std::ops::Range;
use std::sync::atomic::Ordering;

use super::lookups::Lookups;
use super::{Filter, Round, lock};
use crate::git::loose::{self, Loose};
use crate::git::pack::{Entry, Pack};
use crate::git::tree::TreeEntry;
use crate::git::treelog::{self, Part};
use crate::git::walk::{BaseTree, Entries, Visited, Visitor};
use crate::git::{Kind, tree};
use crate::model::{Chunk, Fresh, Mark, ObjectId, Origin, Position, Problem, ProblemKind, Worker};

pub(super) struct Trees<'a> {
    round: &'a Round<'a>,
    pack: Option<(u32, &'a Pack)>,
    worker: Box<dyn Worker + 'a>,
    log: Option<Part>,
    filter: Option<&'a Filter>,
    lookups: Lookups<'a>,
    /// Starts of ids that were looked up lately: most entries stand in many trees.
    known: Vec<u64>,
    /// Where the names that are new in a tree stand.
    names: Vec<Range<usize>>,
    objects: u64,
}

/// How many ids a thread remembers; they fit into its second-level cache.
const KNOWN: usize = 1 << 16;

/// A tree as it is stored.
struct Stored<'a> {
    id: Option<ObjectId>,
    /// The number of this copy of it.
    number: u32,
    bytes: &'a [u8],
    fresh: Fresh<'a>,
    inherited: &'a [Mark],
    entries: Entries<'a>,
}

impl Stored<'_> {
    /// Whether its entries are all that it has.
    fn is_whole(&self, hash: usize) -> bool {
        let last = self.entries.all.last();
        let last = last.and_then(|&start| tree::entry(self.bytes, start as usize, hash));
        last.map_or(0, |last| last.end) == self.bytes.len()
    }
}

impl<'a> Trees<'a> {
    /// With a filter of what was found, the trees are logged.
    pub(super) fn new(
        round: &'a Round<'a>,
        pack: Option<(u32, &'a Pack)>,
        filter: Option<&'a Filter>,
    ) -> Self {
        Self {
            round,
            pack,
            worker: round.sink.worker(),
            log: filter.map(|_| Part::default()),
            filter,
            lookups: Lookups::new(round),
            known: lock(&round.known).pop().unwrap_or_else(|| vec![0; KNOWN]),
            names: Vec::new(),
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
        let tree = Stored {
            id: Some(*id),
            number: self.round.store.loose_number(at),
            bytes: &bytes,
            fresh: Fresh::All,
            inherited: &[],
            entries: Entries {
                all: &starts,
                fresh: &starts,
                base: None,
            },
        };
        self.push(&tree, &mut Vec::new());
    }

    fn push(&mut self, tree: &Stored<'_>, marks: &mut Vec<Mark>) {
        let hash = self.round.store.hash_len();
        self.names.clear();
        for &start in tree.entries.fresh {
            let Some(entry) = tree::entry(tree.bytes, start as usize, hash) else {
                continue;
            };
            if !entry.is_link() {
                self.must_be_there(entry.id);
            }
            let name = start as usize + entry.mode.len() + 1;
            self.names.push(name..name + entry.name.len());
        }
        let position = Position::default();
        let origin = Origin::PathName;
        let chunk = Chunk {
            bytes: tree.bytes,
            origin,
            path: None,
            member: &[],
            object: tree.id,
            fresh: match tree.fresh {
                Fresh::Only(_) if !self.round.reach.names => tree.fresh,
                Fresh::Only(_) if tree.is_whole(hash) => Fresh::Only(&self.names),
                _ => Fresh::All,
            },
            inherited: tree.inherited,
            own: None,
            position,
        };
        self.worker.chunk(&chunk, marks);
        if marks.iter().any(|mark| mark.counts) {
            self.round.note(tree.id);
        }
        if let Some(mut log) = self.log.take() {
            let before = log.size();
            self.log_tree(tree, marks, &mut log);
            // Once there is too much, it is of no use: what is missing would mislead.
            if self.round.may_log(log.size() - before) {
                self.log = Some(log);
            }
        }
        self.objects += 1;
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

    fn log_tree(&self, stored: &Stored<'_>, marks: &[Mark], log: &mut Part) {
        let store = self.round.store;
        let shared = if self.round.copies {
            stored.id.and_then(|id| store.find(id.as_bytes()))
        } else {
            None
        };
        let tree = shared.unwrap_or(stored.number);
        // A delta that keeps an entry twice, which git never writes, is logged as if it had no base.
        let base = stored
            .entries
            .base
            .filter(|base| base.kept.is_sorted_by(|one, next| one.end <= next.start));
        let first = self.pack.map_or(0, |(first, _)| first);
        let limit = log.size() + self.round.control.limits.attribution.log;
        log.begin(tree, stored.number, base.map(|base| first + base.at));
        let added = if base.is_some() {
            stored.entries.fresh
        } else {
            stored.entries.all
        };
        for &start in added {
            if log.size() > limit {
                return;
            }
            if let Some((entry, child)) = self.worth(stored.bytes, start, marks) {
                log.add(entry.name, child);
            }
        }
        let Some(base) = base else { return };
        for start in dropped(base) {
            if log.size() > limit {
                return;
            }
            if let Some((entry, child)) = self.worth(base.bytes, start, base.marks) {
                log.drop(entry.name, child);
            }
        }
    }

    /// The entry that starts here with its object's number, if it is a folder or something was found in it.
    fn worth<'b>(
        &self,
        bytes: &'b [u8],
        start: u32,
        marks: &[Mark],
    ) -> Option<(TreeEntry<'b>, u32)> {
        let start = start as usize;
        let entry = tree::entry(bytes, start, self.round.store.hash_len())?;
        let first = marks.partition_point(|mark| mark.start < start);
        let is_named = marks.get(first).is_some_and(|mark| mark.start < entry.end);
        let is_folder = entry.is_tree();
        if !is_named && !is_folder && !self.filter.is_some_and(|found| found.may_hold(entry.id)) {
            return None;
        }
        let child = self.round.store.find(entry.id);
        let is_found = child.is_some_and(|child| self.round.found.has(child));
        (is_named || is_found || (is_folder && child.is_some()))
            .then_some((entry, child.unwrap_or(treelog::NONE)))
    }
}

/// Where the entries of a base start that a delta does not keep.
fn dropped(base: BaseTree<'_>) -> impl Iterator<Item = u32> {
    let ends = base.kept.iter().map(|run| run.end);
    let starts = base.kept.iter().map(|run| run.start);
    let gaps = std::iter::once(0)
        .chain(ends)
        .zip(starts.chain([base.starts.len()]));
    gaps.flat_map(move |(from, to)| base.starts.get(from..to).unwrap_or_default())
        .copied()
}

impl Visitor for Trees<'_> {
    fn object(&mut self, object: &Visited<'_>, marks: &mut Vec<Mark>) {
        let Some((first, pack)) = self.pack else {
            return;
        };
        let tree = Stored {
            id: pack.id(object.entry),
            number: first + object.entry.at,
            bytes: object.bytes,
            fresh: object.fresh,
            inherited: object.inherited,
            entries: object.entries,
        };
        self.push(&tree, marks);
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
        if let Some(log) = self.log.take() {
            lock(&self.round.logs).push(log);
        }
        // The next pack's visitor goes on with it.
        lock(&self.round.known).push(std::mem::take(&mut self.known));
    }
}
