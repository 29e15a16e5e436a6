//! What stands in single files, on disk or in a commit, on which line: for what names a place, and not a key.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::telling;
use crate::control::Control;
use crate::detect::{Cursor, Detector, Scratch};
use crate::git::commit::Header;
use crate::git::revisions::Revisions;
use crate::git::{Kind, Repository, Store, plain};
use crate::model::{Chunk, ObjectId, Origin, Place, Position, Secret};
use crate::source::asking::Quiet;
use crate::source::change::Folders;

/// Larger files are not looked into.
const LARGEST: u64 = 64 << 20;

/// What a path leads to.
pub(super) enum Contents {
    /// No file.
    Absent,
    /// A file with these bytes, or a link with this target.
    Bytes(Vec<u8>),
    /// It cannot be told.
    Unsure,
}

/// What stands at a path below `root`. No link is followed.
pub(super) fn contents(root: &Path, path: &[u8]) -> Contents {
    let relative = plain::to_path(path);
    // Git has nothing behind a link.
    let above = relative.ancestors().skip(1);
    let mut above = above.filter(|path| !path.as_os_str().is_empty());
    let known = |path: &Path| root.join(path).symlink_metadata();
    if above.any(|path| known(path).is_ok_and(|it| it.is_symlink())) {
        return Contents::Absent;
    }
    let file = root.join(&relative);
    let metadata = match file.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Contents::Absent,
                _ => Contents::Unsure,
            };
        }
    };
    if metadata.is_symlink() {
        let target = fs::read_link(file).unwrap_or_default();
        return Contents::Bytes(target.into_os_string().into_encoded_bytes());
    }
    if !metadata.is_file() {
        return Contents::Absent;
    }
    let mut bytes = Vec::new();
    let read = plain::open(&file);
    let read = read.and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 <= LARGEST => Contents::Bytes(bytes),
        _ => Contents::Unsure,
    }
}

/// Everything in the bytes that is shaped like a finding, and where.
pub(super) fn search(detector: &Detector, bytes: &[u8], path: &[u8]) -> Vec<(Place, Secret)> {
    let mut matches = Vec::new();
    detector.search(bytes, None, &mut matches);
    if detector.has_brought() {
        let chunk = Chunk::whole(bytes, Origin::Worktree, Some(path));
        let mut scratch = Scratch::default();
        telling::search_brought(detector, &chunk, &[], &mut scratch, &mut matches);
        matches.sort_by_key(|found| found.start);
    }
    let mut cursor = Cursor::new(Position::default());
    let found = matches.iter().map(|found| {
        let place = cursor.place(bytes, found.start, found.end);
        (place, detector.secret(bytes, found))
    });
    found.collect()
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// In this commit, or else on disk.
    pub commit: Option<String>,
    /// The path from the top of the repository.
    pub path: Vec<u8>,
    /// From 1.
    pub line: u64,
}

/// What stands on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// These secrets, or none.
    Secrets(Vec<Secret>),
    /// There is no such commit here.
    NoCommit,
    /// There is no such file, or it cannot be read.
    NoFile,
}

/// Says what stands on lines of files below `root`, which is the top of a repository if commits are asked about.
pub fn on_lines(
    root: &Path,
    lines: &[Line],
    detector: &Detector,
    control: &Control,
) -> Vec<Stands> {
    let repository = Repository::at(root);
    let store = repository.as_ref().map(|repository| {
        // What is wrong with the packs was said when they were scanned.
        Store::light(repository, control.limits.alternates, &mut Vec::new())
    });
    let quiet = Quiet::default();
    let opened = repository.as_ref().zip(store.as_ref());
    let mut looking = Looking {
        root,
        detector,
        commits: opened.map(|(repository, store)| Commits {
            revisions: Revisions::new(repository, store),
            folders: Folders::new(repository, store, control, &quiet),
            store,
            largest: control.limits.max_whole_object,
            trees: HashMap::new(),
        }),
        files: HashMap::new(),
    };
    lines.iter().map(|line| looking.line(line)).collect()
}

/// A file, and everything in it; `Err` says why nothing is known of it.
type Found = Result<Vec<(Place, Secret)>, Stands>;

struct Looking<'a> {
    root: &'a Path,
    detector: &'a Detector,
    commits: Option<Commits<'a>>,
    files: HashMap<(Option<String>, Vec<u8>), Found>,
}

struct Commits<'a> {
    revisions: Revisions<'a>,
    folders: Folders<'a>,
    store: &'a Store,
    largest: u64,
    trees: HashMap<String, Option<ObjectId>>,
}

impl Looking<'_> {
    fn line(&mut self, line: &Line) -> Stands {
        let file = (line.commit.clone(), line.path.clone());
        if !self.files.contains_key(&file) {
            let found = self.file(line);
            self.files.insert(file.clone(), found);
        }
        match self.files.get(&file) {
            Some(Ok(found)) => {
                let at = |place: &Place| (place.line..=place.end_line).contains(&line.line);
                let here = found.iter().filter(|(place, _)| at(place));
                Stands::Secrets(here.map(|(_, secret)| secret.clone()).collect())
            }
            Some(Err(why)) => why.clone(),
            None => Stands::NoFile,
        }
    }

    fn file(&mut self, line: &Line) -> Found {
        let bytes = match &line.commit {
            None => match contents(self.root, &line.path) {
                Contents::Bytes(bytes) => bytes,
                Contents::Absent | Contents::Unsure => return Err(Stands::NoFile),
            },
            Some(commit) => {
                let commits = self.commits.as_mut().ok_or(Stands::NoCommit)?;
                let tree = commits.tree(commit).ok_or(Stands::NoCommit)?;
                commits.blob(tree, &line.path).ok_or(Stands::NoFile)?
            }
        };
        Ok(search(self.detector, &bytes, &line.path))
    }
}

impl Commits<'_> {
    fn tree(&mut self, commit: &str) -> Option<ObjectId> {
        if let Some(known) = self.trees.get(commit) {
            return *known;
        }
        let id = self.revisions.commit(commit).ok();
        let read = id.and_then(|id| self.store.read(&id, self.largest));
        let tree = match read {
            Some((Kind::Commit, bytes)) => Header::parse(&bytes).tree,
            _ => None,
        };
        self.trees.insert(commit.to_owned(), tree);
        tree
    }

    fn blob(&self, tree: ObjectId, path: &[u8]) -> Option<Vec<u8>> {
        let blob = self.folders.file(tree, path)?;
        match self.store.read(&blob, self.largest.min(LARGEST)) {
            Some((Kind::Blob, bytes)) => Some(bytes),
            _ => None,
        }
    }
}
