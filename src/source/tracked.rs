//! Which paths git tracks: the index, reduced to its paths.

use std::path::Path;

use super::open;
use super::staged::{Failure, Index};
use crate::model::{Problem, Sink};

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
        let (kind, reason) = match Self::from_files(git_dir, &index, hash_len(common_dir)) {
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

    fn from_files(git_dir: &Path, index: &Path, hash: usize) -> Result<Self, Failure> {
        let mut tracked = Self::default();
        if let Some(index) = Index::read(index, git_dir, hash)? {
            index.paths().for_each(|path| tracked.push(path));
        }
        tracked.sort();
        Ok(tracked)
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

/// How many bytes an id has, by the repository's configuration.
fn hash_len(common_dir: &Path) -> usize {
    let config = open::steering(&common_dir.join("config")).unwrap_or_default();
    let sha256 = config.split(|&byte| byte == b'\n').any(|line| {
        let line = line.to_ascii_lowercase();
        memchr::memmem::find(&line, b"objectformat").is_some()
            && memchr::memmem::find(&line, b"sha256").is_some()
    });
    if sha256 { 32 } else { 20 }
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
