//! What stands in files that a baseline names: asked only where a key is at a place that the baseline does not list.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::standing::{self, Contents};
use crate::archive::recognise;
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
            // It is not opened here, and what an entry accepts may stand in a member of it.
            Contents::Bytes(bytes) if recognise(&bytes, &bytes).is_some() => Held::Unsure,
            Contents::Bytes(bytes) => {
                self.read += bytes.len() as u64;
                let found = standing::search(self.detector, &bytes, path).into_iter();
                Held::Only(found.map(|(_, secret)| secret).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;

    #[test]
    fn what_is_in_an_archive_cannot_be_told_from_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Rng::new(51).key(true);
        let mut zip = [
            &b"PK\x03\x04\x14\0\0\0\x08\0"[..],
            &[0; 16],
            &[1, 0],
            b"\0\0a",
        ]
        .concat();
        let end = [&b"PK\x05\x06"[..], &[0; 18]].concat();
        let program = [b"\x7fELF", &[0; 99][..], &end].concat();
        zip.extend(&end);
        let opaque: [(&str, Vec<u8>); 4] = [
            ("a.zip", zip),
            ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0".to_vec()),
            ("unpack", program),
            ("a.bundle", format!("# v2 git bundle\n{key}").into_bytes()),
        ];
        let plain: [(&str, Vec<u8>); 3] = [
            ("a.txt", key.clone().into_bytes()),
            ("b.zip", b"no archive".to_vec()),
            ("empty", Vec::new()),
        ];
        let detector = Detector::new(crate::rules::builtin().expect("valid rules"));
        let mut disk = Disk::new(&detector);
        for (name, bytes) in &opaque {
            std::fs::write(folder.path().join(name), bytes).expect("written");
            let held = disk.held(folder.path(), name.as_bytes());
            assert!(matches!(held, Held::Unsure), "{name}: {held:?}");
        }
        for (name, bytes) in &plain {
            std::fs::write(folder.path().join(name), bytes).expect("written");
            let held = disk.held(folder.path(), name.as_bytes());
            let Held::Only(secrets) = held else {
                panic!("{name}: {held:?}");
            };
            let expected = usize::from(*name == "a.txt");
            assert_eq!(secrets.len(), expected, "{name}");
        }
    }
}
