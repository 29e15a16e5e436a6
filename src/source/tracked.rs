//! Which paths git tracks: the index, reduced to its paths.

use std::io::Read;
use std::path::Path;

use gix_index::{State, decode, hash};

use super::open::{self, Refused};
use crate::model::{Problem, ProblemKind, Sink};

/// No index, and no single table of one, may claim more memory than this.
const INDEX_LIMIT: usize = 2 << 30;

/// What is wrong with an index.
pub(super) type Failure = (ProblemKind, String);

/// The tracked paths of one work tree, sorted by their bytes.
#[derive(Debug, Default)]
pub struct Tracked {
    text: Vec<u8>,
    spans: Vec<(usize, usize)>,
}

impl Tracked {
    /// Reads `index` in the git directory `git_dir`; `common_dir` holds the configuration. No index is an empty one. One
    /// that cannot be read is a problem told to `sink`, and then nothing counts as tracked.
    pub fn read(git_dir: &Path, common_dir: &Path, sink: &dyn Sink) -> Self {
        let index = git_dir.join("index");
        let (kind, reason) = match Self::from_files(git_dir, &index, hash_kind(common_dir)) {
            Ok(tracked) => return tracked,
            Err(failure) => failure,
        };
        sink.problem(Problem::new(
            kind,
            index.to_string_lossy(),
            format!(
                "cannot read git's index: {reason}; tracked files that an ignore rule matches may be left out: \
                 repair it, or pass --include-ignored"
            ),
        ));
        Self::default()
    }

    fn from_files(git_dir: &Path, index: &Path, hash: hash::Kind) -> Result<Self, Failure> {
        let mut tracked = Self::default();
        let Some(bytes) = read(index)? else {
            return Ok(tracked);
        };
        let state = parse(&bytes, hash, None)?;
        // An entry that replaces one of the shared part has no path of its own.
        let own = state.entries().iter().map(|entry| entry.path(&state));
        own.filter(|path| !path.is_empty())
            .for_each(|path| tracked.push(path));
        let link = state.link();
        if let Some(link) = link.filter(|link| !link.shared_index_checksum.is_null()) {
            tracked.push_shared(git_dir, link, hash)?;
        }
        tracked.sort();
        Ok(tracked)
    }

    /// Adds what a split index leaves to `sharedindex.<id>` beside it (gitformat-index, split index).
    fn push_shared(
        &mut self,
        git_dir: &Path,
        link: &gix_index::extension::Link,
        hash: hash::Kind,
    ) -> Result<(), Failure> {
        let shared = |(kind, reason)| (kind, format!("its shared part: {reason}"));
        let damaged = |reason: &str| shared((ProblemKind::Unreadable, reason.to_owned()));
        let id = link.shared_index_checksum;
        let bytes = read(&git_dir.join(format!("sharedindex.{id}"))).map_err(shared)?;
        let bytes = bytes.ok_or_else(|| damaged("it is not there"))?;
        let state = parse(&bytes, hash, Some(id)).map_err(shared)?;
        let mut deleted = vec![false; state.entries().len()];
        if let Some(bitmaps) = &link.bitmaps {
            let mark = |at: usize| deleted.get_mut(at).map(|deleted| *deleted = true);
            let marked = bitmaps.delete.for_each_set_bit(mark);
            marked.ok_or_else(|| damaged("the list of what was deleted from it is malformed"))?;
        }
        for (entry, deleted) in state.entries().iter().zip(deleted) {
            if !deleted {
                self.push(entry.path(&state));
            }
        }
        Ok(())
    }

    fn push(&mut self, path: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(path);
        self.spans.push((start, self.text.len()));
    }

    /// Git sorts its index; a hostile one may not be, and would hide files from a binary search.
    fn sort(&mut self) {
        let text = &self.text;
        let path = |&(start, end): &(usize, usize)| &text[start..end];
        if !self.spans.is_sorted_by_key(path) {
            self.spans.sort_by(|a, b| path(a).cmp(path(b)));
        }
    }

    fn path(&self, span: &(usize, usize)) -> &[u8] {
        &self.text[span.0..span.1]
    }

    /// Whether git tracks exactly this path (a file, a link or a submodule), or a sparse directory above it.
    pub fn contains(&self, path: &[u8]) -> bool {
        let at = self.spans.partition_point(|span| self.path(span) < path);
        if self
            .spans
            .get(at)
            .is_some_and(|span| self.path(span) == path)
        {
            return true;
        }
        // A sparse index names whole directories, with a slash behind.
        memchr::memchr_iter(b'/', path).any(|slash| {
            let above = &path[..=slash];
            self.spans
                .binary_search_by(|span| self.path(span).cmp(above))
                .is_ok()
        })
    }

    /// Whether git tracks anything below the directory `dir`, which has no slash behind.
    pub fn has_below(&self, dir: &[u8]) -> bool {
        let below = |path: &[u8]| {
            path.len() > dir.len() && path.starts_with(dir) && path[dir.len()] == b'/'
        };
        let first = self.spans.partition_point(|span| {
            let path = self.path(span);
            // Compares with the directory and its slash without building them.
            path < dir || (path.starts_with(dir) && path.get(dir.len()).is_none_or(|&b| b < b'/'))
        });
        self.spans
            .get(first)
            .is_some_and(|span| below(self.path(span)))
            || self.contains(dir)
    }
}

/// Reads an index whole: one that is mapped ends the process if somebody shortens it meanwhile. `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
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
pub(super) fn parse(
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

/// The hash that the repository's configuration names.
fn hash_kind(common_dir: &Path) -> hash::Kind {
    let config = open::steering(&common_dir.join("config")).unwrap_or_default();
    let sha256 = config.split(|&byte| byte == b'\n').any(|line| {
        let line = line.to_ascii_lowercase();
        memchr::memmem::find(&line, b"objectformat").is_some()
            && memchr::memmem::find(&line, b"sha256").is_some()
    });
    if sha256 {
        hash::Kind::Sha256
    } else {
        hash::Kind::Sha1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_paths_and_directories_in_any_order() {
        let mut tracked = Tracked::default();
        for path in ["z", "a-b/x", "a/b/c", "a.txt", "sparse/dir/", "sub"] {
            tracked.push(path.as_bytes());
        }
        tracked.sort();
        for path in ["z", "a/b/c", "a.txt", "sub", "sparse/dir/any/thing"] {
            assert!(tracked.contains(path.as_bytes()), "{path}");
        }
        for path in ["a", "a/b", "y", "sparse/other", ""] {
            assert!(!tracked.contains(path.as_bytes()), "{path}");
        }
        for dir in ["a", "a/b", "a-b", "sparse", "sparse/dir", "sparse/dir/any"] {
            assert!(tracked.has_below(dir.as_bytes()), "{dir}");
        }
        for dir in ["a/b/c/d", "b", "a-", "spars"] {
            assert!(!tracked.has_below(dir.as_bytes()), "{dir}");
        }
    }
}
