//! A git work tree as the file walk sees it: where its git directory is, its ignore rules, what it tracks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::ignore_rules::IgnoreRules;
use super::open;
use super::paths::as_path;
use super::tracked::Tracked;
use crate::model::Sink;

/// One work tree.
#[derive(Debug)]
pub(super) struct WorkTree {
    git_dir: PathBuf,
    common_dir: PathBuf,
    tracked: OnceLock<Tracked>,
    /// `info/exclude` over the user's own excludes.
    pub(super) rules: Option<Arc<IgnoreRules>>,
}

impl WorkTree {
    /// The work tree at `root`; `None` if what is called `.git` there leads to no git directory, so that no ignore rules
    /// apply that git would not apply.
    pub(super) fn open(
        root: &Path,
        global: Option<Arc<IgnoreRules>>,
        sink: &dyn Sink,
    ) -> Option<Self> {
        let dot_git = root.join(".git");
        let git_dir = if fs::metadata(&dot_git).ok()?.is_dir() {
            dot_git
        } else {
            let text = open::steering(&dot_git).ok()?;
            let target = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
            root.join(as_path(target))
        };
        fs::symlink_metadata(git_dir.join("HEAD")).ok()?;
        let common_dir = match open::steering(&git_dir.join("commondir")) {
            Ok(text) => git_dir.join(as_path(text.trim_ascii_end())),
            Err(_) => git_dir.clone(),
        };
        let rules = IgnoreRules::extend(global, &common_dir.join("info/exclude"), 0, sink);
        Some(Self {
            git_dir,
            common_dir,
            tracked: OnceLock::new(),
            rules,
        })
    }

    /// What git tracks here, read when the first ignored thing asks.
    pub(super) fn tracked(&self, sink: &dyn Sink) -> &Tracked {
        self.tracked
            .get_or_init(|| Tracked::read(&self.git_dir, &self.common_dir, sink))
    }
}

/// What a directory is to git.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// Nothing: no ignore rules apply.
    Plain,
    /// Part of a work tree.
    Tree(Inside),
    /// In a git directory.
    Git,
}

/// A directory's place in its work tree.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    pub(super) tree: Arc<WorkTree>,
    /// The way to it from the work tree's root: empty, or with a slash behind.
    pub(super) path: Vec<u8>,
    /// The rules of the directories above it and, once it was listed, its own.
    pub(super) rules: Option<Arc<IgnoreRules>>,
    /// Whether it is ignored, so that only tracked things in it are scanned.
    pub(super) only_tracked: bool,
}

impl Inside {
    /// The root of `tree`.
    pub(super) fn root(tree: WorkTree) -> Self {
        Self {
            rules: tree.rules.clone(),
            tree: Arc::new(tree),
            path: Vec::new(),
            only_tracked: false,
        }
    }

    /// Adds the `.gitignore` in `dir`, which is this place.
    pub(super) fn add_rules(&mut self, dir: &Path, sink: &dyn Sink) {
        let file = dir.join(".gitignore");
        self.rules = IgnoreRules::extend(self.rules.take(), &file, self.path.len(), sink);
    }
}

/// What the directories above `root` make of it, before it is listed itself. Work trees count only if their rules are to
/// be obeyed.
pub(super) fn standing_of(
    root: &Path,
    obey: bool,
    global: Option<&Arc<IgnoreRules>>,
    sink: &dyn Sink,
) -> Standing {
    let Ok(full) = fs::canonicalize(root) else {
        return Standing::Plain;
    };
    if full.file_name().is_some_and(|name| name == ".git") {
        return Standing::Git;
    }
    for above in full.ancestors().skip(1) {
        if above.file_name().is_some_and(|name| name == ".git") || is_git_dir(above) {
            return Standing::Git;
        }
        if !obey {
            continue;
        }
        let Some(tree) = WorkTree::open(above, global.cloned(), sink) else {
            continue;
        };
        let mut inside = Inside::root(tree);
        let mut dir = above.to_path_buf();
        for part in full.strip_prefix(above).unwrap_or(Path::new("")) {
            if fs::symlink_metadata(dir.join(".gitignore")).is_ok_and(|file| file.is_file()) {
                inside.add_rules(&dir, sink);
            }
            dir.push(part);
            inside.path.extend_from_slice(part.as_encoded_bytes());
            inside.path.push(b'/');
        }
        return Standing::Tree(inside);
    }
    Standing::Plain
}

/// Whether `dir` looks like a git directory from outside.
fn is_git_dir(dir: &Path) -> bool {
    dir.join("objects").is_dir()
        && dir.join("refs").is_dir()
        && fs::symlink_metadata(dir.join("HEAD")).is_ok_and(|head| !head.is_dir())
}
