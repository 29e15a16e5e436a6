//! Git's index, as what the next commit would be made of.

use std::io::Read;
use std::path::Path;

use gix_index::entry::{Flags, Mode, Stage};
use gix_index::{State, decode, extension, hash};

use super::open::{self, Refused};
use crate::model::{ObjectId, ProblemKind};

/// No index, and no single table of one, may claim more memory than this.
const INDEX_LIMIT: usize = 2 << 30;

/// What is wrong with an index.
pub type Failure = (ProblemKind, String);

/// What the index remembers of a folder: the tree that a commit would make of it.
pub type Cached = extension::Tree;

struct Item {
    path: (usize, usize),
    id: ObjectId,
    mode: Mode,
    stage: Stage,
    /// Whether the file is to be added, and has no contents yet: no commit takes it.
    intended: bool,
}

/// An index, its two parts joined where it is split.
pub struct Index {
    text: Vec<u8>,
    items: Vec<Item>,
    cached: Option<Cached>,
    /// Paths that are in conflict, each once.
    pub conflicted: Vec<Vec<u8>>,
    /// How many entries stand for files that are to be added, and have no contents yet.
    pub intended: u64,
    /// What is wrong with it, though it could be read.
    pub suspect: Option<String>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({} entries)", self.items.len())
    }
}

impl Index {
    /// Reads the index `file` with ids of `hash` bytes; the shared part of a split one is in `git_dir`. `None` if
    /// there is no such file.
    pub fn read(file: &Path, git_dir: &Path, hash: usize) -> Result<Option<Self>, Failure> {
        let kind = if hash == 32 {
            hash::Kind::Sha256
        } else {
            hash::Kind::Sha1
        };
        let Some(bytes) = read(file)? else {
            return Ok(None);
        };
        let state = parse(&bytes, kind, None)?;
        let mut index = Self {
            text: Vec::new(),
            items: Vec::new(),
            cached: state.tree().cloned(),
            conflicted: Vec::new(),
            intended: 0,
            suspect: wrong_checksum(&bytes, kind),
        };
        match state
            .link()
            .filter(|link| !link.shared_index_checksum.is_null())
        {
            Some(link) => index.join(git_dir, link, &state, kind)?,
            None => {
                for entry in state.entries() {
                    index.push(entry, entry.path(&state));
                }
            }
        }
        index.sort();
        Ok(Some(index))
    }

    /// Joins a split index (gitformat-index): its entries replace, delete and add to those of the shared part.
    fn join(
        &mut self,
        git_dir: &Path,
        link: &extension::Link,
        own: &State,
        kind: hash::Kind,
    ) -> Result<(), Failure> {
        let shared = |(kind, reason)| (kind, format!("its shared part: {reason}"));
        let damaged = |reason: &str| shared((ProblemKind::Unreadable, reason.to_owned()));
        let id = link.shared_index_checksum;
        let bytes = read(&git_dir.join(format!("sharedindex.{id}"))).map_err(shared)?;
        let bytes = bytes.ok_or_else(|| damaged("it is not there"))?;
        let base = parse(&bytes, kind, Some(id)).map_err(shared)?;
        self.suspect = self.suspect.take().or(wrong_checksum(&bytes, kind));
        let mut deleted = vec![false; base.entries().len()];
        let mut replaced: Vec<Option<usize>> = vec![None; base.entries().len()];
        let mut next = 0;
        if let Some(bitmaps) = &link.bitmaps {
            let mark = |at: usize| deleted.get_mut(at).map(|deleted| *deleted = true);
            let deletions = bitmaps.delete.for_each_set_bit(mark);
            let replace = |at: usize| {
                *replaced.get_mut(at)? = Some(next);
                next += 1;
                Some(())
            };
            let replacements = bitmaps.replace.for_each_set_bit(replace);
            if deletions.is_none() || replacements.is_none() || next > own.entries().len() {
                return Err(damaged(
                    "the lists of what was replaced and deleted in it are malformed",
                ));
            }
        }
        for ((entry, deleted), replaced) in base.entries().iter().zip(deleted).zip(replaced) {
            let with = replaced.and_then(|at| own.entries().get(at));
            if !deleted {
                self.push(with.unwrap_or(entry), entry.path(&base));
            }
        }
        for entry in own.entries().iter().skip(next) {
            self.push(entry, entry.path(own));
        }
        Ok(())
    }

    fn push(&mut self, entry: &gix_index::Entry, path: &[u8]) {
        let intended = entry.flags.contains(Flags::INTENT_TO_ADD);
        self.intended += u64::from(intended);
        let Some(id) = ObjectId::from_bytes(entry.id.as_bytes()) else {
            return;
        };
        let stage = entry.flags.stage();
        if stage != Stage::Unconflicted && self.conflicted.last().is_none_or(|last| last != path) {
            self.conflicted.push(path.to_vec());
        }
        let start = self.text.len();
        self.text.extend_from_slice(path);
        self.items.push(Item {
            path: (start, self.text.len()),
            id,
            mode: entry.mode,
            stage,
            intended,
        });
    }

    /// Git sorts its index; a hostile one may not be, and a split one is not when it is joined.
    fn sort(&mut self) {
        let text = &self.text;
        let key = |item: &Item| {
            (
                text.get(item.path.0..item.path.1).unwrap_or_default(),
                item.stage as u8,
            )
        };
        if !self.items.is_sorted_by(|one, other| key(one) <= key(other)) {
            self.items.sort_by(|one, other| key(one).cmp(&key(other)));
        }
        self.conflicted.sort();
        self.conflicted.dedup();
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The folder at its top.
    pub fn root(&self) -> super::change::Folder<'_> {
        super::change::Folder::Index {
            index: self,
            entries: 0..self.len(),
            prefix: 0,
            cached: self.cached.as_ref(),
        }
    }

    /// Every path that git tracks; a sparse index names whole folders, with a slash behind.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.path(at))
    }

    /// The object at a path, of the first version where there are several.
    pub(super) fn find(&self, path: &[u8]) -> Option<ObjectId> {
        let path_of = |item: &Item| self.text.get(item.path.0..item.path.1).unwrap_or_default();
        let at = self.items.partition_point(|item| path_of(item) < path);
        (self.items.get(at).filter(|item| path_of(item) == path)).and_then(|_| self.id(at))
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        let span = self.items.get(at).map_or((0, 0), |item| item.path);
        self.text.get(span.0..span.1).unwrap_or_default()
    }

    /// The object of an entry; none if it has no contents yet.
    pub(super) fn id(&self, at: usize) -> Option<ObjectId> {
        let item = self.items.get(at).filter(|item| !item.intended)?;
        Some(item.id)
    }

    pub(super) fn is_submodule(&self, at: usize) -> bool {
        self.items
            .get(at)
            .is_some_and(|item| item.mode == Mode::COMMIT)
    }

    pub(super) fn is_folder(&self, at: usize) -> bool {
        self.items
            .get(at)
            .is_some_and(|item| item.mode == Mode::DIR)
    }
}

/// What is wrong with the checksum at the end; with `index.skipHash` it is null and says nothing.
fn wrong_checksum(bytes: &[u8], kind: hash::Kind) -> Option<String> {
    let end = bytes.len().checked_sub(kind.len_in_bytes())?;
    let (content, stated) = bytes.split_at(end);
    if stated.iter().all(|&byte| byte == 0) {
        return None;
    }
    let mut hasher = hash::hasher(kind);
    hasher.update(content);
    let right = hasher
        .try_finalize()
        .is_ok_and(|id| id.as_bytes() == stated);
    (!right).then(|| "its checksum is wrong, so that some of its bytes are not git's".to_owned())
}

/// Reads an index whole: one that is mapped ends the process if somebody shortens it meanwhile. `None` if there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let unreadable = |reason: String| (ProblemKind::Unreadable, reason);
    let (file, metadata) = match open::regular(path) {
        Ok(opened) => opened,
        Err(Refused::Special) => {
            let reason = "it is not a regular file".to_owned();
            return Err((ProblemKind::SpecialFile, reason));
        }
        Err(Refused::Failed(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(Refused::Failed(error)) => return Err(unreadable(error.to_string())),
    };
    let limit = INDEX_LIMIT as u64;
    let mut bytes = Vec::with_capacity(metadata.len().min(limit) as usize + 1);
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(unreadable("it is larger than 2 GiB".to_owned()));
    }
    Ok(Some(bytes))
}

/// Parses an index, which must have this checksum if one is given.
fn parse(
    bytes: &[u8],
    hash: hash::Kind,
    expected_checksum: Option<hash::ObjectId>,
) -> Result<State, Failure> {
    let options = decode::Options {
        thread_limit: Some(1),
        expected_checksum,
        alloc_limit_bytes: Some(INDEX_LIMIT),
        ..decode::Options::default()
    };
    // Nothing here asks how old the index is, so that any time will do.
    let time = State::new(hash).timestamp();
    let parsed = State::from_bytes(bytes, time, hash, options);
    let (state, _) = parsed.map_err(|error| (ProblemKind::Unreadable, error.to_string()))?;
    Ok(state)
}
