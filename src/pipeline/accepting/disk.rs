//! What stands in files that a baseline names: asked only where a key is at a place that the baseline does not list.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::standing::{self, Contents};
use crate::detect::Detector;
use crate::git::{Repository, plain};
use crate::model::Secret;

/// So many bytes are read at most: a hostile baseline can name every file of a tree.
const MOST: u64 = 4 << 30;

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
    /// What files hold that are there.
    known: HashMap<PathBuf, Held>,
    read: u64,
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
            read: 0,
            tops: HashMap::new(),
        }
    }

    /// What the file at a path below `root` holds. No link is followed.
    pub(super) fn held(&mut self, root: &Path, path: &[u8]) -> Held {
        let file = root.join(plain::to_path(path));
        if let Some(known) = self.known.get(&file) {
            return known.clone();
        }
        let top = self.tops.entry(root.to_path_buf());
        let top = *top.or_insert_with(|| Top::of(root));
        if !top.has_files {
            // In a bare repository a path leads to no file on disk, and history alone tells.
            return Held::Absent;
        }
        let held = match self.look(root, path) {
            Held::Absent if top.is_sparse => return Held::Unsure,
            Held::Absent => return Held::Absent,
            held => held,
        };
        self.known.insert(file, held.clone());
        held
    }

    fn look(&mut self, root: &Path, path: &[u8]) -> Held {
        match standing::contents(root, path) {
            Contents::Absent => Held::Absent,
            Contents::Unsure => Held::Unsure,
            Contents::Bytes(_) if self.read > MOST => Held::Unsure,
            Contents::Bytes(bytes) => {
                self.read += bytes.len() as u64;
                let found = standing::search(self.detector, &bytes, path).into_iter();
                let own = found.map(|(_, secret)| secret);
                let inside = standing::inside(self.detector, &bytes, path);
                Held::Only(own.chain(inside).collect())
            }
        }
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
