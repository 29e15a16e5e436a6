//! One directory of the file walk: what is in it, what it is to git, and what of it is left out.

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::worktree::{Inside, Standing};

/// A directory that the walk goes into.
#[derive(Debug)]
pub(super) struct Directory {
    /// How to open it.
    pub(super) path: PathBuf,
    /// Its path in the report: empty, or with a slash behind.
    pub(super) shown: Vec<u8>,
    /// How many bytes of `shown` name the root, where there are several.
    pub(super) prefix: usize,
    /// What the directories above it, and later it itself, make of it.
    pub(super) standing: Standing,
}

/// The entries of a directory, and what their names say about it.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<(OsString, FileType)>,
    /// Entries whose kind could not be told.
    pub(super) unknown: Vec<(OsString, io::Error)>,
    /// The listing broke off here.
    pub(super) broken: Option<io::Error>,
    pub(super) has_dot_git: bool,
    pub(super) has_gitignore: bool,
    /// It holds `HEAD`, `objects/` and `refs/`: a repository's git directory.
    pub(super) is_git_dir: bool,
    /// It holds `HEAD` and `commondir`: the git directory of a linked work tree.
    pub(super) is_linked_git_dir: bool,
}

impl Listing {
    /// Reads all of `dir` at once, so that its handle is closed before anything in it is opened.
    pub(super) fn read(dir: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        let (mut head, mut objects, mut refs, mut common) = (false, false, false, false);
        for entry in fs::read_dir(dir)? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    listing.broken = Some(error);
                    break;
                }
            };
            let name = entry.file_name();
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) => {
                    listing.unknown.push((name, error));
                    continue;
                }
            };
            match name.as_encoded_bytes() {
                b".git" => listing.has_dot_git = true,
                b".gitignore" => listing.has_gitignore = kind.is_file(),
                b"HEAD" => head = !kind.is_dir(),
                b"objects" => objects = kind.is_dir(),
                b"refs" => refs = kind.is_dir(),
                b"commondir" => common = kind.is_file(),
                _ => {}
            }
            listing.entries.push((name, kind));
        }
        listing.is_git_dir = head && objects && refs;
        listing.is_linked_git_dir = head && common;
        Ok(listing)
    }
}

/// Why an entry of a git directory is left to the readers of objects and of the index.
pub(super) fn left_to_git(name: &[u8], kind: FileType) -> Option<&'static str> {
    match name {
        b"objects" if kind.is_dir() => Some("git-objects"),
        b"index" if kind.is_file() => Some("git-index"),
        _ if kind.is_file() && name.starts_with(b"sharedindex.") => Some("git-index"),
        _ => None,
    }
}

/// What is done with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Scan,
    /// Only what git tracks in it.
    ScanTracked,
    /// Counted under this reason.
    LeaveOut(&'static str),
}

/// Judges the entry `name` of the directory `inside`. `path` is scratch.
pub(super) fn judge(
    inside: &Inside,
    name: &[u8],
    is_dir: bool,
    path: &mut Vec<u8>,
    sink: &dyn crate::model::Sink,
) -> Verdict {
    if name == b".git" || (inside.rules.is_none() && !inside.only_tracked) {
        return Verdict::Scan;
    }
    path.clear();
    path.extend_from_slice(&inside.path);
    path.extend_from_slice(name);
    let ignored = inside.only_tracked
        || inside
            .rules
            .as_ref()
            .is_some_and(|rules| rules.ignores(path, is_dir));
    if !ignored {
        return Verdict::Scan;
    }
    let tracked = inside.tree.tracked(sink);
    match is_dir {
        true if tracked.has_below(path) => Verdict::ScanTracked,
        false if tracked.contains(path) => Verdict::Scan,
        _ => Verdict::LeaveOut("ignored"),
    }
}
