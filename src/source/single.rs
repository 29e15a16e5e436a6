//! One file that somebody asks about: it is read whatever any rule says of it, and what rules say of it is told.

use std::fs;
use std::path::PathBuf;

use super::asking::Trees;
use super::files::{self, Found};
use super::paths::as_path;
use super::reading::Reading;
use super::roots::Root;
use super::worktree::{self, Standing};
use crate::control::Control;
use crate::error::Result;
use crate::model::{Origin, Reach, Sink};

/// A file, and the folder from which a scan would come to it.
#[derive(Clone, Debug)]
pub struct Single {
    /// How to open it.
    pub path: PathBuf,
    /// What a scan of the folder calls it, with slashes.
    pub shown: Vec<u8>,
    /// The folder.
    pub root: PathBuf,
}

/// What a scan of the folder makes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Why it leaves the file out, in the words of [`Found::excluded`], or `link`; `None` if it reads the file.
    pub left_out: Option<&'static str>,
    /// Whether git tracks the file; `None` where there is no work tree.
    pub tracked: Option<bool>,
}

impl Single {
    /// Pushes the file.
    pub fn scan(&self, reach: Reach, sink: &dyn Sink, control: &Control) -> Found {
        let origin = match worktree::standing_of(&self.path, false, None, sink) {
            Standing::Git => Origin::Config,
            Standing::Plain | Standing::Tree(_) => Origin::Worktree,
        };
        let root = Root {
            path: self.path.clone(),
            shown: self.shown.clone(),
            is_dir: false,
        };
        let mut reading = Reading::new(sink, control, reach, control.limits.max_file_size);
        reading.named(&root, origin);
        std::mem::take(&mut reading.found)
    }

    /// Says whether a scan of the folder with these options would read the file.
    ///
    /// # Errors
    /// A glob that cannot be read.
    pub fn coverage(&self, options: &files::Options) -> Result<Coverage> {
        let in_git = self
            .shown
            .split(|&byte| byte == b'/')
            .position(|part| part == b".git");
        let mut trees = Trees::default();
        let known = match in_git {
            Some(_) => None,
            None => trees.ask(&self.path),
        };
        let is_link = fs::symlink_metadata(&self.path).is_ok_and(|at| at.is_symlink());
        let size = fs::metadata(&self.path).map_or(0, |at| at.len());
        let left_out = if let Some(reason) = in_git.and_then(|at| self.left_to_git(at)) {
            Some(reason)
        } else if self.is_excluded(options)? {
            Some("excluded")
        } else if in_git.is_none()
            && !options.include_ignored
            && trees.leave_out(&self.root, &self.path)
        {
            Some("ignored")
        } else if is_link {
            Some("link")
        } else if options.max_file_size.is_some_and(|most| size > most) {
            Some("too-large")
        } else {
            None
        };
        Ok(Coverage {
            left_out,
            tracked: known.map(|known| known.tracked),
        })
    }

    /// Why a file of a git directory is left to the readers of objects and of the index; `at` is the number of `.git` in its
    /// path.
    fn left_to_git(&self, at: usize) -> Option<&'static str> {
        let mut inside = self.shown.split(|&byte| byte == b'/').skip(at + 1);
        match (inside.next()?, inside.next()) {
            (b"objects", Some(_)) => Some("git-objects"),
            (b"index", None) => Some("git-index"),
            (name, None) if name.starts_with(b"sharedindex.") => Some("git-index"),
            _ => None,
        }
    }

    /// Whether a glob leaves it out, or a folder that it is in.
    fn is_excluded(&self, options: &files::Options) -> Result<bool> {
        let globs = files::globs(&options.exclude)?;
        let slashes = memchr::memchr_iter(b'/', &self.shown);
        let folders = slashes.map(|slash| (self.shown.get(..slash), true));
        let mut all = folders.chain([(Some(&self.shown[..]), false)]);
        Ok(all.any(|(path, is_dir)| {
            path.is_some_and(|path| globs.matched(as_path(path), is_dir).is_ignore())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::{REACH, Recorder};

    #[test]
    fn what_a_walk_leaves_out_is_told_as_the_walk_tells_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fs::write(path, "a NEEDLE\n").expect("written");
        };
        let files = [
            ("a.txt", None),
            ("out/x/a.txt", Some("excluded")),
            ("b.log", Some("excluded")),
            ("ignored.env", Some("ignored")),
            ("sub/ignored.env", Some("ignored")),
            (".git/config", None),
            (".git/index", Some("git-index")),
            (".git/objects/ab/cd", Some("git-objects")),
            (".git/logs/index", None),
        ];
        files.iter().for_each(|(path, _)| write(path));
        fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
        fs::create_dir_all(folder.path().join(".git/refs")).expect("created");
        // Not an index: nothing is tracked.
        fs::remove_file(folder.path().join(".git/index")).expect("removed");
        fs::write(folder.path().join(".gitignore"), "*.env\n").expect("written");
        let options = files::Options {
            exclude: vec!["out/".into(), "*.log".into()],
            ..files::Options::default()
        };
        let all = Recorder::default();
        let control = Control::default();
        let roots = [folder.path().to_path_buf()];
        files::scan(&roots, &options, REACH, &all, &control).expect("walked");
        let walked: Vec<String> = all.found().into_iter().map(|found| found.1).collect();
        for (path, expected) in files {
            let single = Single {
                path: folder.path().join(path),
                shown: path.as_bytes().to_vec(),
                root: folder.path().to_path_buf(),
            };
            let coverage = single.coverage(&options).expect("globs");
            assert_eq!(coverage.left_out, expected, "{path}");
            if path != ".git/index" {
                assert_eq!(
                    walked.iter().any(|at| at == path),
                    expected.is_none(),
                    "{path}"
                );
                let recorder = Recorder::default();
                single.scan(REACH, &recorder, &control);
                assert_eq!(recorder.found().len(), 1, "{path}");
            }
        }
    }
}
