//! Loose and packed refs (gitrepository-layout; git-pack-refs).

use std::path::Path;

use super::{Repository, plain};
use crate::model::{ObjectId, Problem, ProblemKind};

/// Refs of a repository.
#[derive(Debug, Default)]
pub struct Refs {
    /// Full names with what they point at; `None` for a symbolic ref.
    pub all: Vec<(Vec<u8>, Option<ObjectId>)>,
    /// What HEAD points at; `None` if it is unborn or unreadable.
    pub head: Option<ObjectId>,
}

/// No chain of symbolic refs or folders of refs is deeper than this (git stops at 5 for the first).
const DEEPEST: usize = 64;

impl Refs {
    /// Reads every ref.
    pub fn read(repository: &Repository, problems: &mut Vec<Problem>) -> Self {
        let mut refs = Self::default();
        if !repository.ref_files {
            return refs;
        }
        refs.packed(&repository.common_dir.join("packed-refs"), problems);
        refs.loose(&repository.common_dir.join("refs"), b"refs", 0, problems);
        if repository.git_dir != repository.common_dir {
            refs.loose(&repository.git_dir.join("refs"), b"refs", 0, problems);
        }
        // A loose ref overrides the packed one of its name: the sort is stable and the loose ones were read last.
        refs.all.reverse();
        refs.all.sort_by(|one, other| one.0.cmp(&other.0));
        refs.all.dedup_by(|later, first| later.0 == first.0);
        refs.head = refs.resolve_head(&repository.git_dir.join("HEAD"), problems);
        refs
    }

    fn packed(&mut self, file: &Path, problems: &mut Vec<Problem>) {
        let text = match plain::read(file) {
            Ok(text) => text,
            Err(error) => return unreadable(file, &error, problems),
        };
        for line in text.split(|&byte| byte == b'\n') {
            if line.is_empty() || matches!(line.first(), Some(b'#' | b'^')) {
                continue;
            }
            let space = memchr::memchr(b' ', line).unwrap_or(line.len());
            let id = line.get(..space).and_then(ObjectId::from_hex);
            match (id, line.get(space + 1..)) {
                (Some(id), Some(name)) => self.all.push((name.to_vec(), Some(id))),
                _ => {
                    let message = "a line of packed-refs is not git's; run `git fsck`";
                    problems.push(Problem::new(
                        ProblemKind::BrokenRef,
                        file.display().to_string(),
                        message,
                    ));
                }
            }
        }
    }

    fn loose(&mut self, directory: &Path, name: &[u8], depth: usize, problems: &mut Vec<Problem>) {
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) if depth < DEEPEST => {
                plain::entries(entries, |error| unreadable(directory, &error, problems))
            }
            Ok(_) => {
                let message =
                    "refs stand deeper than the limit; names further down were not scanned";
                let place = directory.display().to_string();
                return problems.push(Problem::new(ProblemKind::Limit, place, message));
            }
            Err(error) => return unreadable(directory, &error, problems),
        };
        for entry in entries {
            let mut full = name.to_vec();
            full.push(b'/');
            full.extend_from_slice(entry.file_name().as_encoded_bytes());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    self.loose(&entry.path(), &full, depth + 1, problems);
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    unreadable(&entry.path(), &error, problems);
                    continue;
                }
            }
            match plain::read(&entry.path()) {
                Ok(text) => {
                    let text = text.trim_ascii();
                    let id = ObjectId::from_hex(text);
                    if id.is_none() && !text.starts_with(b"ref:") {
                        let message = "this ref holds no object id; run `git fsck`";
                        problems.push(Problem::new(
                            ProblemKind::BrokenRef,
                            entry.path().display().to_string(),
                            message,
                        ));
                    }
                    self.all.push((full, id));
                }
                Err(error) => unreadable(&entry.path(), &error, problems),
            }
        }
    }

    fn resolve_head(&self, file: &Path, problems: &mut Vec<Problem>) -> Option<ObjectId> {
        let text = match plain::read(file) {
            Ok(text) => text,
            Err(error) => {
                unreadable(file, &error, problems);
                return None;
            }
        };
        match text.trim_ascii().strip_prefix(b"ref:") {
            None => {
                let id = ObjectId::from_hex(text.trim_ascii());
                if id.is_none() {
                    let message = "HEAD names neither a ref nor an object; run `git fsck`";
                    let place = file.display().to_string();
                    problems.push(Problem::new(ProblemKind::BrokenRef, place, message));
                }
                id
            }
            Some(name) => {
                let at = self
                    .all
                    .binary_search_by(|known| known.0.as_slice().cmp(name.trim_ascii()))
                    .ok()?;
                self.all.get(at)?.1
            }
        }
    }
}

/// No chain of symbolic refs is longer than this in git.
const SYMBOLIC: usize = 5;

/// What one ref points at, looked up without reading the others; `None` if it is not there, or unborn.
///
/// # Errors
/// A ref that is there and cannot be read, and ref storage that is not files.
pub fn lookup(repository: &Repository, name: &[u8]) -> Result<Option<ObjectId>, Problem> {
    let broken = |name: &[u8], message: &str| {
        let place = String::from_utf8_lossy(name);
        Problem::new(ProblemKind::BrokenRef, place, message)
    };
    if !repository.ref_files {
        let message =
            "this repository's refs are not kept in files, which this version cannot read";
        let place = String::from_utf8_lossy(name);
        return Err(Problem::new(ProblemKind::Unsupported, place, message));
    }
    let mut name = name.to_vec();
    for _ in 0..=SYMBOLIC {
        if !is_inside(&name) {
            return Err(broken(&name, "this is no name of a ref; run `git fsck`"));
        }
        let Some(text) = loose_ref(repository, &name)? else {
            return packed_ref(repository, &name);
        };
        let text = text.trim_ascii();
        match text.strip_prefix(b"ref:") {
            Some(target) => name = target.trim_ascii().to_vec(),
            None => {
                // FETCH_HEAD has more behind the id.
                let word = text
                    .split(u8::is_ascii_whitespace)
                    .next()
                    .unwrap_or_default();
                let id = ObjectId::from_hex(word);
                let message = "it holds neither a ref's name nor an object's id; run `git fsck`";
                return id.map(Some).ok_or_else(|| broken(&name, message));
            }
        }
    }
    Err(broken(
        &name,
        "symbolic refs lead on and on; run `git fsck`",
    ))
}

/// Whether a ref of this name is a file inside the git directory.
fn is_inside(name: &[u8]) -> bool {
    let part = |part: &[u8]| !part.is_empty() && part != b"." && part != b"..";
    !name.contains(&0) && !name.contains(&b'\\') && name.split(|&byte| byte == b'/').all(part)
}

fn loose_ref(repository: &Repository, name: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    let file = plain::to_path(name);
    for directory in [&repository.git_dir, &repository.common_dir] {
        let path = directory.join(&file);
        match plain::read(&path) {
            Ok(text) => return Ok(Some(text)),
            // `refs/heads/a` is a folder where there is a branch `a/b`.
            Err(_) if path.is_dir() => {}
            Err(error) if is_absence(&error) => {}
            Err(error) => {
                let mut problems = Vec::new();
                unreadable(&path, &error, &mut problems);
                return problems.pop().map_or(Ok(None), Err);
            }
        }
    }
    Ok(None)
}

fn is_absence(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

fn packed_ref(repository: &Repository, name: &[u8]) -> Result<Option<ObjectId>, Problem> {
    let file = repository.common_dir.join("packed-refs");
    let text = match plain::read(&file) {
        Ok(text) => text,
        Err(error) => {
            let mut problems = Vec::new();
            unreadable(&file, &error, &mut problems);
            return problems.pop().map_or(Ok(None), Err);
        }
    };
    let digits = repository.hash * 2;
    let wanted = [b" ", name, b"\n"].concat();
    let found = memchr::memmem::find_iter(&text, &wanted).find_map(|at| {
        let start = at.checked_sub(digits)?;
        let whole = start == 0 || text.get(start - 1) == Some(&b'\n');
        whole.then(|| ObjectId::from_hex(text.get(start..at)?))?
    });
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error, problems: &mut Vec<Problem>) {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => return,
        std::io::ErrorKind::InvalidInput => ProblemKind::SpecialFile,
        _ => ProblemKind::Unreadable,
    };
    let message = format!("refs cannot be read here: {error}; their names were not scanned");
    problems.push(Problem::new(kind, path.display().to_string(), message));
}
