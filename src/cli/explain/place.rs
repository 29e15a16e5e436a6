//! A place as a report prints it: which file it names, on disk or in a commit, and which line.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::commands::explain::File;
use crate::control::Limits;
use crate::git::{Repository, plain};
use crate::pipeline::Trusted;
use crate::source::single::Single;

/// A line of a file.
#[derive(Debug)]
pub(super) struct Place {
    /// Where it is.
    pub(super) file: File,
    /// From 1.
    pub(super) line: u64,
    /// From 1, if one was named.
    pub(super) column: Option<u64>,
}

/// One way to read what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reading<'a> {
    file: &'a [u8],
    line: u64,
    column: Option<u64>,
}

impl Place {
    /// The place that a text names: the way of reading it counts that leads to a file.
    ///
    /// # Errors
    /// Why there is no such place, and what to type instead.
    pub(super) fn find(text: &OsStr) -> Result<Self, String> {
        let readings = readings(text.as_encoded_bytes());
        let Some(first) = readings.first() else {
            return Err(
                "name a line, as in FILE:12, or a fingerprint: 8 hexadecimal digits or more of it"
                    .to_owned(),
            );
        };
        for reading in &readings {
            if let Some(single) = on_disk(&plain::to_path(reading.file)) {
                if single.path.is_dir() {
                    return Err("this is a folder; name a file in it".to_owned());
                }
                return reading.at(File::OnDisk(single));
            }
        }
        let in_commits = readings.iter().filter_map(|reading| {
            let file = committed(reading.file)?;
            Some(file.map(|file| (reading, file)))
        });
        let in_commits: Vec<_> = in_commits.collect();
        // The first one is meant, unless another one leads to a file.
        let leads = in_commits
            .iter()
            .position(|found| matches!(found, Ok((_, file)) if file.is_there()));
        let file = String::from_utf8_lossy(first.file);
        match in_commits.into_iter().nth(leads.unwrap_or(0)) {
            Some(Ok((reading, file))) => reading.at(file),
            Some(Err(reason)) => Err(format!(
                "there is no file {file} here, and in a commit: {reason}"
            )),
            None => Err(format!(
                "there is no file {file} here, nor at the top of the repository; a file of a commit is named \
                 REV:FILE:LINE"
            )),
        }
    }

    /// The folder from which a scan would come to it.
    pub(super) fn root(&self) -> &Path {
        match &self.file {
            File::OnDisk(single) => &single.root,
            File::InCommit { commit, .. } => commit.root(),
        }
    }
}

impl Reading<'_> {
    fn at(&self, file: File) -> Result<Place, String> {
        if self.line == 0 || self.column == Some(0) {
            return Err("lines and columns count from 1".to_owned());
        }
        Ok(Place {
            file,
            line: self.line,
            column: self.column,
        })
    }
}

/// Every way to read a text: `FILE:LINE:COLUMN`, and `FILE:LINE` with a file whose name ends with a number.
fn readings(text: &[u8]) -> Vec<Reading<'_>> {
    let split = |text: &[u8]| -> Option<(usize, u64)> {
        let at = memchr::memrchr(b':', text)?;
        let digits = text.get(at + 1..)?;
        let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(digits).ok().filter(|_| all)?;
        Some((at, number.parse().ok()?))
    };
    let mut found = Vec::new();
    let Some((at, last)) = split(text).filter(|(at, _)| *at > 0) else {
        return found;
    };
    let head = text.get(..at).unwrap_or_default();
    if let Some((at, line)) = split(head).filter(|(at, _)| *at > 0) {
        found.push(Reading {
            file: head.get(..at).unwrap_or_default(),
            line,
            column: Some(last),
        });
    }
    found.push(Reading {
        file: head,
        line: last,
        column: None,
    });
    found
}

/// A file on disk, from the current folder or else from the top of the repository: reports count from either.
fn on_disk(typed: &Path) -> Option<Single> {
    let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
    let here = PathBuf::from(".");
    let top = Repository::discover(&here).map(|repository| repository.name);
    if let Some(path) = Some(typed.to_path_buf()).filter(is_there) {
        return single(path, [Some(here), top]);
    }
    let path = top.as_ref()?.join(typed);
    single(path, [top, Some(here)]).filter(|file| is_there(&file.path))
}

/// The file at a path, as a scan calls it from the first of these folders that it is in; else from the top of its repository,
/// and else as it was typed.
fn single(path: PathBuf, roots: [Option<PathBuf>; 2]) -> Option<Single> {
    // Of a link, its own place counts.
    let full = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent.as_os_str().is_empty() => {
            Path::new(".").canonicalize().ok()?.join(name)
        }
        (Some(parent), Some(name)) => parent.canonicalize().ok()?.join(name),
        _ => path.canonicalize().ok()?,
    };
    let folder = full.parent()?;
    let around = Repository::discover(folder).map(|repository| repository.name);
    for root in roots.into_iter().chain([around]).flatten() {
        let real = root.canonicalize().ok();
        if let Some(inside) = real.and_then(|real| full.strip_prefix(real).ok()) {
            let shown = stored(inside);
            return Some(Single {
                path: full,
                shown,
                root,
            });
        }
    }
    Some(Single {
        shown: stored(&path),
        root: folder.to_path_buf(),
        path: full,
    })
}

/// A file of a commit; `None` if the text has not the form of one.
fn committed(text: &[u8]) -> Option<Result<File, String>> {
    let text = std::str::from_utf8(text).ok()?;
    let (revision, path) = text.split_once(':')?;
    if revision.is_empty() || path.is_empty() {
        return None;
    }
    let commit = Trusted::named("the revision", Path::new("."), revision, &Limits::default());
    Some(match commit {
        Ok(commit) => {
            let path = match path.strip_prefix("./") {
                Some(rest) => below(commit.root(), rest),
                None => path.to_owned(),
            };
            Ok(File::InCommit {
                commit: Box::new(commit),
                revision: revision.to_owned(),
                path,
            })
        }
        Err(error) => Err(error.to_string()),
    })
}

/// A path that counts from the current folder, as it counts from the top of the repository.
fn below(root: &Path, path: &str) -> String {
    let here = Path::new(".").canonicalize().ok();
    let inside = here
        .as_deref()
        .and_then(|here| here.strip_prefix(root).ok());
    String::from_utf8_lossy(&stored(&inside.unwrap_or(Path::new("")).join(path))).into_owned()
}

/// A path with slashes, without what leads nowhere.
fn stored(path: &Path) -> Vec<u8> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let parts: PathBuf = parts.collect();
    let mut bytes = parts.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        bytes
            .iter_mut()
            .filter(|byte| **byte == b'\\')
            .for_each(|byte| *byte = b'/');
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, u64, Option<u64>)> {
        let all = readings(text.as_bytes());
        let owned = |reading: &Reading<'_>| {
            let file = String::from_utf8_lossy(reading.file).into_owned();
            (file, reading.line, reading.column)
        };
        all.iter().map(owned).collect()
    }

    #[test]
    fn the_last_numbers_count() {
        for (text, expected) in [
            ("a.py:3", vec![("a.py", 3, None)]),
            ("a.py:3:9", vec![("a.py", 3, Some(9)), ("a.py:3", 9, None)]),
            ("a:b:3", vec![("a:b", 3, None)]),
            ("HEAD:a/b.py:3", vec![("HEAD:a/b.py", 3, None)]),
            ("1:2", vec![("1", 2, None)]),
            ("C:\\a:1", vec![("C:\\a", 1, None)]),
            ("a.py", vec![]),
            ("a.py:", vec![]),
            (":3", vec![]),
            ("a:x", vec![]),
            ("a:+3", vec![]),
            ("a:99999999999999999999", vec![]),
            ("a:0", vec![("a", 0, None)]),
        ] {
            let found = read(text);
            let found: Vec<_> = found.iter().map(|at| (at.0.as_str(), at.1, at.2)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
