//! What git-filter-repo reaches, object by object: found out by doing to each object what it would do, and looking again.
//!
//! As git-filter-repo 2.47 does it: `--replace-text` leaves files alone that have a zero byte in their first 8 KiB
//! (`_tweak_blob`); `--replace-message` is for what follows the header of commits and of annotated tags (`_tweak_commit`,
//! `_tweak_tag`); of the header, git's fast-export passes on people, parents and the tree only.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use memchr::memmem;
use rayon::prelude::*;

use super::lines::Lines;
use crate::control::Control;
use crate::detect::Detector;
use crate::git::header;
use crate::model::{ObjectId, Origin, Secret};
use crate::pipeline::{Sighting, Traced};

/// In so many bytes a zero makes a file a binary one.
const LOOKED_AT: usize = 8192;

/// Why the replacement does not reach a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// It is in an archive or a compressed file.
    Container,
    /// The file is a binary one to git-filter-repo.
    Binary,
    /// It stands there in another form, and literals were not asked for.
    Encoded,
    /// Nothing but the key itself names it, and literals were not asked for.
    Unnamed,
    /// It is still there when everything is replaced.
    Still,
    /// The object cannot be read.
    Unread,
    /// Somebody's name or address has it.
    Person,
    /// The name of a file or folder has it.
    PathName,
    /// The name of a tag or of another ref has it.
    RefName,
    /// A ref names the file itself, or a folder with it.
    Pinned,
}

impl Why {
    /// Whether it is in a file that can be taken out as a whole.
    pub(super) fn is_in_file(self) -> bool {
        matches!(
            self,
            Self::Container | Self::Binary | Self::Encoded | Self::Unnamed | Self::Still
        )
    }
}

/// What the keys are, and what is written about them.
pub(super) struct Asked<'a> {
    /// The keys under the numbers of their sightings.
    pub(super) keys: &'a BTreeMap<u32, Secret>,
    /// Those that a pattern names.
    pub(super) patterned: &'a BTreeSet<u32>,
    /// What is replaced.
    pub(super) lines: &'a Lines,
    /// Whether texts are replaced as they stand.
    pub(super) literals: bool,
    pub(super) detector: &'a Detector,
}

/// A key in an object, and whether it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reached {
    pub(super) key: u32,
    pub(super) object: ObjectId,
    pub(super) origin: Origin,
    /// `None` if it is.
    pub(super) why_not: Option<Why>,
}

/// The texts, as they stand in files and messages, of keys that do not stand there as they are.
pub(super) fn literals(traced: &Traced, wanted: &[&Sighting], control: &Control) -> Vec<Vec<u8>> {
    let is_text = |seen: &&&Sighting| {
        let is_name = matches!(seen.origin, Origin::PathName | Origin::RefName);
        seen.wrapped && !seen.in_member && !is_name
    };
    let wanted: Vec<&Sighting> = wanted.iter().filter(is_text).copied().collect();
    let same: Vec<&[&Sighting]> = wanted
        .chunk_by(|one, next| one.object == next.object)
        .collect();
    let read = |same: &[&Sighting]| -> Vec<Vec<u8>> {
        let Some(bytes) = (same.first())
            .filter(|_| !control.is_cancelled())
            .and_then(|seen| traced.history.read(&seen.object, control))
        else {
            return Vec::new();
        };
        let span = |seen: &&Sighting| {
            let start = usize::try_from(seen.start).ok()?;
            let end = usize::try_from(seen.end?).ok()?;
            let is_binary = is_file(seen.origin) && is_binary(&bytes);
            let text = bytes.get(start..end).filter(|_| !is_binary);
            text.map(<[u8]>::to_vec)
        };
        same.iter().filter_map(span).collect()
    };
    let pool = &traced.history.pool;
    pool.install(|| same.into_par_iter().flat_map_iter(read).collect())
}

/// The keys that are still there when all is replaced.
struct Left {
    /// As they are.
    plain: BTreeSet<u32>,
    /// In any form that the detector knows.
    found: BTreeSet<u32>,
}

/// What is reached of these sightings, which are sorted by object.
pub(super) fn reached(
    asked: &Asked<'_>,
    traced: &Traced,
    wanted: &[&Sighting],
    control: &Control,
) -> Vec<Reached> {
    let same: Vec<&[&Sighting]> = wanted
        .chunk_by(|one, next| one.object == next.object)
        .collect();
    let look = |same: &[&Sighting]| -> Vec<Reached> {
        // Whoever interrupts gets no plan.
        let Some(first) = same.first().filter(|_| !control.is_cancelled()) else {
            return Vec::new();
        };
        let bytes = traced.history.read(&first.object, control);
        let bytes = bytes.as_deref();
        let mut left = None;
        let reached = |seen: &&Sighting| Reached {
            key: seen.key,
            object: seen.object,
            origin: seen.origin,
            why_not: match bytes {
                None if seen.in_member => Some(Why::Container),
                None => Some(Why::Unread),
                Some(bytes) => {
                    let left = left.get_or_insert_with(|| asked.left_in(bytes, same));
                    asked.why_not(seen, bytes, left)
                }
            },
        };
        let mut all: Vec<Reached> = same.iter().map(reached).collect();
        all.sort();
        all.dedup();
        all
    };
    let pool = &traced.history.pool;
    pool.install(|| same.into_par_iter().flat_map_iter(look).collect())
}

impl Asked<'_> {
    /// Which of these keys are still there when all is replaced: in a file, or in what follows a header.
    fn left_in(&self, bytes: &[u8], same: &[&Sighting]) -> Left {
        let seen: BTreeSet<u32> = same.iter().map(|seen| seen.key).collect();
        let text = match same.iter().any(|seen| is_file(seen.origin)) {
            true => bytes,
            false => bytes.get(body(bytes)..).unwrap_or_default(),
        };
        let after = self.lines.replaced(text, &seen);
        let found = match same.iter().any(|seen| seen.wrapped) {
            true => self.found_in(&after),
            // What stands there as it is can be looked for as it is.
            false => HashSet::new(),
        };
        let still = |is: &dyn Fn(&Secret) -> bool| -> BTreeSet<u32> {
            let is = |key: &&u32| self.keys.get(key).is_none_or(is);
            seen.iter().filter(is).copied().collect()
        };
        Left {
            plain: still(&|secret| memmem::find(&after, secret.expose().as_bytes()).is_some()),
            found: still(&|secret| found.contains(secret)),
        }
    }

    fn found_in(&self, text: &[u8]) -> HashSet<Secret> {
        let mut matches = Vec::new();
        self.detector.search(text, None, &mut matches);
        let found = matches.iter().filter(|found| found.confidence.is_some());
        found
            .map(|found| self.detector.secret(text, found))
            .collect()
    }

    fn why_not(&self, seen: &Sighting, bytes: &[u8], left: &Left) -> Option<Why> {
        let is_left = match seen.wrapped {
            true => left.found.contains(&seen.key),
            false => left.plain.contains(&seen.key),
        };
        // Without literals, this is what keeps it.
        let missing = match (self.literals, seen.wrapped) {
            (false, true) => Why::Encoded,
            (false, false) if !self.patterned.contains(&seen.key) => Why::Unnamed,
            _ => Why::Still,
        };
        match seen.origin {
            Origin::PathName => Some(Why::PathName),
            Origin::RefName => Some(Why::RefName),
            _ if seen.in_member => Some(Why::Container),
            origin if is_file(origin) && is_binary(bytes) => Some(Why::Binary),
            origin if is_file(origin) => is_left.then_some(missing),
            _ => {
                let start = usize::try_from(seen.start).unwrap_or(usize::MAX);
                match start < body(bytes) {
                    true if header::names_a_person(bytes, start) => Some(Why::Person),
                    true if seen.origin == Origin::TagMessage => Some(Why::RefName),
                    // A new commit has no other header.
                    true => None,
                    false => is_left.then_some(missing),
                }
            }
        }
    }
}

/// Whether it is a blob.
pub(super) fn is_file(origin: Origin) -> bool {
    matches!(origin, Origin::History | Origin::Note | Origin::Worktree)
}

fn is_binary(bytes: &[u8]) -> bool {
    let looked_at = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    memchr::memchr(0, looked_at).is_some()
}

/// Where the message of a commit or a tag begins.
fn body(bytes: &[u8]) -> usize {
    memmem::find(bytes, b"\n\n").map_or(bytes.len(), |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_makes_a_file_binary_only_where_it_is_looked_for() {
        let with = |at: usize| {
            let mut bytes = vec![b'a'; 9000];
            bytes[at] = 0;
            bytes
        };
        assert!(is_binary(&with(0)) && is_binary(&with(8191)));
        assert!(!is_binary(&with(8192)) && !is_binary(b"") && !is_binary(b"a"));
    }

    #[test]
    fn a_message_follows_the_header() {
        let commit = b"tree 1\nauthor a\n\nsubject\n\nmore";
        assert_eq!(&commit[body(commit)..], b"subject\n\nmore");
        assert_eq!(body(b"tree 1\n"), 7);
    }
}
