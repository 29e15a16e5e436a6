//! Where a file with a key came from: a key that moved with its file is not new.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use super::Hit;
use super::search::Searcher;
use crate::git::Kind;
use crate::model::{ObjectId, Secret};
use crate::source::change::Change;

/// Git takes files for one that moved if this share of their bytes is the same.
const PERCENT: u64 = 50;
/// A piece of a text is a line, or so many bytes of a longer one, as in git.
const PIECE: usize = 64;
/// Files that are compared with each other at most; identical ones are always found.
const PAIRS: usize = 4000;

/// For each of `hits` that had no contents at its path, the blob that it came from: one of those in `removed` that is
/// the same or, failing that, much the same. Each file moves to one place only.
pub(super) fn sources(
    searcher: &Searcher<'_>,
    hits: &[&Hit<'_>],
    removed: &[(Vec<u8>, ObjectId)],
) -> Vec<Option<ObjectId>> {
    let mut moves = Moves {
        searcher,
        hits,
        found: vec![None; hits.len()],
        free: HashMap::new(),
    };
    for (_, blob) in removed {
        *moves.free.entry(*blob).or_default() += 1;
    }
    moves.same(removed);
    moves.alike();
    moves.found
}

/// Which file went where, as far as it is known.
struct Moves<'a> {
    searcher: &'a Searcher<'a>,
    hits: &'a [&'a Hit<'a>],
    /// The source of each hit.
    found: Vec<Option<ObjectId>>,
    /// How many files of these contents went nowhere yet.
    free: HashMap<ObjectId, usize>,
}

impl Moves<'_> {
    /// Lets files be the source of those that are the same.
    fn same(&mut self, removed: &[(Vec<u8>, ObjectId)]) {
        let named: HashSet<(&ObjectId, &[u8])> = removed
            .iter()
            .map(|(path, blob)| (blob, name(path)))
            .collect();
        // Of several that are the same, the one that kept its name is the one that moved; the others are copies.
        for keeps_name in [true, false] {
            for (at, hit) in self.hits.iter().enumerate() {
                let Change { blob, path, .. } = hit.change;
                if !keeps_name || named.contains(&(blob, name(path))) {
                    self.take(at, *blob);
                }
            }
        }
    }

    /// Lets a file be the source of a hit, if neither is given away.
    fn take(&mut self, at: usize, blob: ObjectId) {
        let left = self.free.get_mut(&blob).filter(|left| **left > 0);
        if let (Some(source @ None), Some(left)) = (self.found.get_mut(at), left) {
            *left -= 1;
            *source = Some(blob);
        }
    }

    /// Lets files be the source of those that are much the same, the most alike first.
    fn alike(&mut self) {
        let open: Vec<usize> = (0..self.hits.len())
            .filter(|&at| self.found.get(at) == Some(&None))
            .collect();
        if open.is_empty() {
            return;
        }
        let candidates = self.candidates(&open);
        let pairs = open
            .iter()
            .flat_map(|&at| candidates.iter().map(move |blob| (at, *blob)));
        let mut pieces: HashMap<ObjectId, Pieces> = HashMap::new();
        let mut alike: Vec<(Reverse<u64>, usize, ObjectId)> = Vec::new();
        for (at, old) in pairs.take(PAIRS) {
            let Some(new) = self.hits.get(at).map(|hit| hit.change.blob) else {
                continue;
            };
            for blob in [new, old] {
                pieces
                    .entry(blob)
                    .or_insert_with(|| Pieces::of(self.searcher, &blob));
            }
            let (Some(new), Some(other)) = (pieces.get(&new), pieces.get(&old)) else {
                continue;
            };
            let percent = new.likeness(other);
            if percent >= PERCENT {
                alike.push((Reverse(percent), at, old));
            }
        }
        alike.sort_unstable();
        for (_, at, old) in alike {
            self.take(at, old);
        }
    }

    /// The files that went nowhere yet and hold one of the keys: only there it matters whence a file came.
    fn candidates(&self, open: &[usize]) -> Vec<ObjectId> {
        let found_in = |at: &usize| {
            let hit = self.hits.get(*at);
            hit.into_iter().flat_map(|hit| hit.found.iter())
        };
        let keys: HashSet<&Secret> = open
            .iter()
            .flat_map(found_in)
            .map(|found| &found.seen.secret)
            .collect();
        let wanted = |blob: &ObjectId| {
            let old = self.searcher.old_blob(blob);
            old.iter().any(|found| keys.contains(&found.seen.secret))
        };
        let free = self.free.iter().filter(|(_, left)| **left > 0);
        let mut candidates: Vec<ObjectId> = free.map(|(id, _)| *id).collect();
        candidates.sort_unstable();
        candidates.retain(wanted);
        candidates
    }
}

/// How many bytes of each piece a text has.
struct Pieces {
    bytes: HashMap<u64, u64>,
    total: u64,
}

impl Pieces {
    /// Of a text that is too large to be compared: nothing is like it.
    fn of(searcher: &Searcher<'_>, blob: &ObjectId) -> Self {
        let text = searcher
            .store
            .read(blob, searcher.control.limits.max_whole_object);
        let text = text
            .filter(|(kind, _)| *kind == Kind::Blob)
            .map(|(_, bytes)| bytes)
            .unwrap_or_default();
        let mut bytes: HashMap<u64, u64> = HashMap::new();
        for piece in text
            .split_inclusive(|&byte| byte == b'\n')
            .flat_map(|line| line.chunks(PIECE))
        {
            let mut hasher = DefaultHasher::new();
            hasher.write(piece);
            *bytes.entry(hasher.finish()).or_default() += piece.len() as u64;
        }
        Self {
            bytes,
            total: text.len() as u64,
        }
    }

    fn likeness(&self, other: &Self) -> u64 {
        let common =
            |(piece, count): (&u64, &u64)| *count.min(other.bytes.get(piece).unwrap_or(&0));
        let same: u64 = self.bytes.iter().map(common).sum();
        (same * 100)
            .checked_div(self.total.max(other.total))
            .unwrap_or(0)
    }
}

/// The last name of a path.
pub(super) fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}
