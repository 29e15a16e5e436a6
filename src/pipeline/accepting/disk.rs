//! What stands in files that a baseline names: asked only where a key is at a place that the baseline does not list.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::telling;
use crate::detect::{Detector, Scratch};
use crate::git::{Repository, plain};
use crate::model::{Chunk, Origin, Secret};

/// Larger files are not looked into.
const LARGEST: u64 = 64 << 20;
/// So many files are looked into: a hostile baseline can name every file of a tree.
const FILES: usize = 10_000;

/// What is known of a file.
#[derive(Clone, Debug)]
pub(super) enum Held {
    /// There is no such file.
    Absent,
    /// It has these secrets, and no others.
    Only(Rc<[Secret]>),
    /// It cannot be told.
    Unsure,
}

/// Looks into files, into each once.
pub(super) struct Disk<'a> {
    detector: &'a Detector,
    known: HashMap<PathBuf, Held>,
    tops: HashMap<PathBuf, Top>,
}

/// What is known of a folder that paths count from.
#[derive(Clone, Copy, Debug)]
struct Top {
    /// Whether files of the repository stand in it.
    has_files: bool,
    /// Whether some of them may be left out of it.
    is_sparse: bool,
}

impl<'a> Disk<'a> {
    pub(super) fn new(detector: &'a Detector) -> Self {
        Self {
            detector,
            known: HashMap::new(),
            tops: HashMap::new(),
        }
    }

    /// What the file at a path below `root` holds. No link is followed.
    pub(super) fn held(&mut self, root: &Path, path: &[u8]) -> Held {
        let file = root.join(plain::to_path(path));
        if let Some(known) = self.known.get(&file) {
            return known.clone();
        }
        if self.known.len() >= FILES {
            return Held::Unsure;
        }
        let top = *self
            .tops
            .entry(root.to_path_buf())
            .or_insert_with(|| Top::of(root));
        let held = match self.look(root, path, &file) {
            Held::Absent if top.is_sparse => Held::Unsure,
            // In a bare repository a path leads to no file on disk, and history alone tells.
            _ if !top.has_files => Held::Absent,
            held => held,
        };
        self.known.insert(file, held.clone());
        held
    }

    fn look(&self, root: &Path, path: &[u8], file: &Path) -> Held {
        let relative = plain::to_path(path);
        // Git has nothing behind a link.
        let above = relative.ancestors().skip(1);
        let is_link = |path: &Path| {
            root.join(path)
                .symlink_metadata()
                .is_ok_and(|it| it.is_symlink())
        };
        if above
            .filter(|path| !path.as_os_str().is_empty())
            .any(is_link)
        {
            return Held::Absent;
        }
        let metadata = match file.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NotFound | ErrorKind::NotADirectory => Held::Absent,
                    _ => Held::Unsure,
                };
            }
        };
        let mut bytes = Vec::new();
        if metadata.is_symlink() {
            let target = fs::read_link(file).unwrap_or_default();
            bytes = target.into_os_string().into_encoded_bytes();
        } else if metadata.is_file() {
            let read =
                plain::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
            if !read.is_ok_and(|read| read as u64 <= LARGEST) {
                return Held::Unsure;
            }
        } else {
            return Held::Absent;
        }
        Held::Only(self.search(&bytes, path))
    }

    /// Everything in the bytes that is shaped like a finding.
    fn search(&self, bytes: &[u8], path: &[u8]) -> Rc<[Secret]> {
        let mut matches = Vec::new();
        self.detector.search(bytes, None, &mut matches);
        if self.detector.has_brought() {
            let chunk = Chunk::whole(bytes, Origin::Worktree, Some(path));
            let mut scratch = Scratch::default();
            telling::search_brought(self.detector, &chunk, &[], &mut scratch, &mut matches);
        }
        let secrets = matches
            .iter()
            .map(|found| self.detector.secret(bytes, found));
        secrets.collect()
    }
}

impl Top {
    fn of(root: &Path) -> Self {
        match Repository::at(root) {
            Some(repository) => Self {
                has_files: repository.git_dir != root,
                is_sparse: repository.git_dir.join("info/sparse-checkout").exists(),
            },
            None => Self {
                has_files: true,
                is_sparse: false,
            },
        }
    }
}
