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
            // It is not opened here, and what an entry accepts may stand in a member of it.
            Contents::Bytes(bytes) if is_container(&bytes) => Held::Unsure,
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

/// What formats of archives and of compressed files begin with, and where: gzip (RFC 1952), bzip2, xz, zstd (RFC 8878), 7z, zip
/// (APPNOTE.TXT, 4.3.7 and 4.3.16), tar (POSIX.1, pax interchange format) and git's bundles (gitformat-bundle).
const MAGIC: [(usize, &[u8]); 10] = [
    (0, b"\x1f\x8b"),
    (0, b"BZh"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"PK\x03\x04"),
    (0, b"PK\x05\x06"),
    (257, b"ustar"),
    (0, b"# v2 git bundle"),
    (0, b"# v3 git bundle"),
];
/// With what the directory of a zip archive ends, and within how many bytes of the end (APPNOTE.TXT, 4.3.16): a program that
/// unpacks itself begins with the program.
const DIRECTORY: (&[u8], usize) = (b"PK\x05\x06", 22 + 0xffff);

/// Whether it may have members in which something else stands than in its own bytes.
fn is_container(bytes: &[u8]) -> bool {
    let begins = |(at, magic): &(usize, &[u8])| {
        let there = bytes.get(*at..);
        there.is_some_and(|there| there.starts_with(magic))
    };
    let (directory, end) = DIRECTORY;
    let end = bytes.get(bytes.len().saturating_sub(end)..);
    let has_directory = |end| memchr::memmem::find(end, directory).is_some();
    MAGIC.iter().any(begins) || end.is_some_and(has_directory)
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
        let tar = [&[0; 257][..], b"ustar\x0000"].concat();
        let program = [b"\x7fELF", &[0; 99][..], b"PK\x05\x06", &[0; 18]].concat();
        let opaque: [(&str, Vec<u8>); 5] = [
            ("a.zip", b"PK\x03\x04 x".to_vec()),
            ("a.gz", b"\x1f\x8b\x08".to_vec()),
            ("a.tar", tar),
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
