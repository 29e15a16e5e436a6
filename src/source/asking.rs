//! What git makes of single files on disk, asked after a walk: whether it tracks them, and whether a rule ignores them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ignore_rules::IgnoreRules;
use super::worktree::{Inside, WorkTree};
use crate::model::{Chunk, Mark, Problem, Sink, Worker};

/// What git makes of a file in a work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Whether it tracks the file.
    pub tracked: bool,
    /// Whether a rule ignores the file; it may be tracked all the same.
    pub ignored: bool,
}

/// Answers for any number of files; each folder is looked at once.
#[derive(Debug, Default)]
pub struct Trees {
    /// The user's own excludes, read when the first work tree is met.
    global: Option<Option<Arc<IgnoreRules>>>,
    folders: HashMap<PathBuf, Option<Inside>>,
}

impl Trees {
    /// What git makes of the file; `None` if it is in no work tree, or in one whose index cannot be read.
    pub fn ask(&mut self, file: &Path) -> Option<Known> {
        let folder = file.parent()?.canonicalize().ok()?;
        let inside = self.inside(&folder)?;
        let name = file.file_name()?.as_encoded_bytes();
        let path = [&inside.path[..], name].concat();
        let ruled = |rules: &Arc<IgnoreRules>| rules.ignores(&path, false);
        Some(Known {
            tracked: inside.tree.tracked(&Quiet::default()).contains(&path),
            ignored: inside.only_tracked || inside.rules.as_ref().is_some_and(ruled),
        })
    }

    /// Whether a walk from `root` leaves the file out: because a rule ignores it, or a repository in a repository that it is
    /// in, and git tracks nothing of that.
    pub fn leave_out(&mut self, root: &Path, file: &Path) -> bool {
        let known = self.ask(file);
        if known.is_some_and(|known| known.ignored && !known.tracked) {
            // What was named is walked, whatever a rule says of it.
            let root = root.canonicalize().ok();
            let above = root.and_then(|root| self.inside(&root));
            return !above.is_some_and(|inside| inside.only_tracked);
        }
        let (Ok(root), Some(Ok(folder))) =
            (root.canonicalize(), file.parent().map(Path::canonicalize))
        else {
            return false;
        };
        let below = folder.ancestors().take_while(|at| **at != root);
        let mut nested = below.filter(|at| at.join(".git").symlink_metadata().is_ok());
        nested.any(|at| self.is_ignored(at))
    }

    /// Whether a rule ignores a folder in which git tracks nothing.
    fn is_ignored(&mut self, folder: &Path) -> bool {
        let around = folder.parent().and_then(|parent| self.inside(parent));
        let (Some(around), Some(name)) = (around, folder.file_name()) else {
            return false;
        };
        let path = [&around.path[..], name.as_encoded_bytes()].concat();
        let ruled = |rules: &Arc<IgnoreRules>| rules.ignores(&path, true);
        let ignored = around.only_tracked || around.rules.as_ref().is_some_and(ruled);
        ignored && !around.tree.tracked(&Quiet::default()).has_below(&path)
    }

    /// The place of a folder in its work tree.
    fn inside(&mut self, folder: &Path) -> Option<Inside> {
        let unknown = |at: &&Path| !self.folders.contains_key(*at);
        let mut way: Vec<&Path> = folder.ancestors().take_while(unknown).collect();
        let known = way.last().map_or(Some(folder), |at| at.parent());
        let mut inside = known.and_then(|at| self.folders.get(at).cloned()).flatten();
        while let Some(at) = way.pop() {
            inside = self.enter(at, inside);
            self.folders.insert(at.to_path_buf(), inside.clone());
        }
        inside
    }

    /// The place of a folder, where that of the one around it is known.
    fn enter(&mut self, folder: &Path, around: Option<Inside>) -> Option<Inside> {
        let quiet = Quiet::default();
        let mut inside = match self.open(folder) {
            Some(tree) => {
                let inside = Inside::root(tree);
                inside.tree.tracked(&quiet);
                if quiet.0.load(Ordering::Relaxed) {
                    return None;
                }
                inside
            }
            None => {
                let mut inside = around?;
                let name = folder.file_name()?.as_encoded_bytes();
                inside.path.extend_from_slice(name);
                let ruled = |rules: &Arc<IgnoreRules>| rules.ignores(&inside.path, true);
                inside.only_tracked |= inside.rules.as_ref().is_some_and(ruled);
                inside.path.push(b'/');
                inside
            }
        };
        inside.add_rules(folder, &quiet);
        Some(inside)
    }

    fn open(&mut self, folder: &Path) -> Option<WorkTree> {
        folder.join(".git").symlink_metadata().ok()?;
        let global = self.global.get_or_insert_with(IgnoreRules::global);
        WorkTree::open(folder, global.clone(), &Quiet::default())
    }
}

/// Takes note that there was a problem: the walk has told of it, or nobody has to know.
#[derive(Debug, Default)]
pub struct Quiet(AtomicBool);

impl Sink for Quiet {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Idle)
    }

    fn problem(&self, _: Problem) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Idle;

impl Worker for Idle {
    fn chunk(&mut self, _: &Chunk<'_>, _: &mut Vec<Mark>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_work_trees_nothing_is_known() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut trees = Trees::default();
        std::fs::create_dir_all(folder.path().join("a/.git")).expect("created");
        for file in ["b", "a/b", "a/c/d", "absent/x"] {
            assert_eq!(trees.ask(&folder.path().join(file)), None, "{file}");
        }
        assert_eq!(trees.ask(Path::new("/")), None);
    }

    #[test]
    fn rules_of_all_folders_above_count() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at(".git")).expect("created");
        std::fs::write(at(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
        std::fs::create_dir_all(at("a/b/out/deep")).expect("created");
        std::fs::write(at(".gitignore"), "*.env\n").expect("written");
        std::fs::write(at("a/.gitignore"), "out/\n!keep.env\n").expect("written");
        let mut trees = Trees::default();
        for (file, ignored) in [
            ("x.env", true),
            ("a/b/x.env", true),
            ("a/b/keep.env", false),
            ("a/b/out/deep/x", true),
            ("a/b/x", false),
            ("out", false),
        ] {
            let known = trees.ask(&at(file)).expect("it is in a work tree");
            assert_eq!((known.tracked, known.ignored), (false, ignored), "{file}");
        }
        for (root, file, left_out) in [
            ("", "x.env", true),
            ("", "a/b/out/deep/x", true),
            ("a/b/out", "a/b/out/deep/x", false),
            ("", "a/b/x", false),
        ] {
            assert_eq!(trees.leave_out(&at(root), &at(file)), left_out, "{file}");
        }
        // A repository in an ignored folder has rules of its own, but nobody asks them.
        std::fs::create_dir_all(at("a/out/nested/.git")).expect("created");
        std::fs::write(at("a/out/nested/.git/HEAD"), "x").expect("written");
        let nested = at("a/out/nested/file");
        let mut trees = Trees::default();
        assert_eq!(trees.ask(&nested).map(|known| known.ignored), Some(false));
        assert!(trees.leave_out(&at(""), &nested));
        assert!(!trees.leave_out(&at("a/out/nested"), &nested));
        // An index that cannot be read tells nothing.
        std::fs::write(at(".git/index"), "garbage").expect("written");
        assert_eq!(Trees::default().ask(&at("x.env")), None);
    }
}
