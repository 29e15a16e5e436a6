//! What is looked at: the repositories that a report is about, as far as they are here.

use std::path::{Path, PathBuf};

use crate::commands::fix::top;
use crate::commands::reported::{Kind, Told};
use crate::git::Repository;

/// So many targets of a report are followed.
const TARGETS: usize = 1000;
/// So many folders are looked at.
const FOLDERS: usize = 8;

/// The folders.
#[derive(Debug)]
pub(super) struct Grounds {
    /// The tops of work trees, and folders that are in none.
    pub(super) paths: Vec<PathBuf>,
    /// How many more the report is about.
    pub(super) more: usize,
    /// Whether somebody said that this is what the report is about.
    pub(super) is_named: bool,
    /// Whether one of them is in a git repository.
    pub(super) is_git: bool,
}

impl Grounds {
    /// What the report names, if it is here; else the folder that was named, or the current one. Of the rest of the disk nothing is
    /// looked at, whatever a report says: only repositories, and what is in that folder. If somebody named one, only that.
    pub(super) fn of(told: Option<&Told>, directory: Option<&Path>) -> Self {
        let base = directory.unwrap_or(Path::new("."));
        let mut all = Folders::default();
        let targets = told.map(|told| told.targets.as_slice()).unwrap_or_default();
        for target in targets.iter().take(TARGETS) {
            if matches!(target.kind, Kind::Files | Kind::Git | Kind::Staged) {
                all.add_target(base, Path::new(&target.path), directory.is_some());
            }
        }
        if all.seen.is_empty() {
            all.add(base, base);
        }
        let is_git = all
            .paths
            .iter()
            .any(|path| Repository::discover(path).is_some());
        Self {
            more: all.seen.len().saturating_sub(all.paths.len()),
            paths: all.paths,
            is_named: directory.is_some() || told.is_none(),
            is_git,
        }
    }

    /// The first one: what is said of hooks and platforms is about that.
    pub(super) fn first(&self) -> &Path {
        self.paths.first().map_or(Path::new("."), PathBuf::as_path)
    }
}

#[derive(Default)]
struct Folders {
    paths: Vec<PathBuf>,
    /// Without links.
    seen: Vec<PathBuf>,
}

impl Folders {
    fn add_target(&mut self, base: &Path, target: &Path, is_named: bool) {
        let path = base.join(target);
        let (Ok(real), Ok(real_base)) = (path.canonicalize(), base.canonicalize()) else {
            return;
        };
        let may_be_elsewhere = !(is_named && target.is_absolute());
        let is_elsewhere = || may_be_elsewhere && Repository::discover(&real).is_some();
        if real.starts_with(&real_base) || is_elsewhere() {
            self.add(&path, base);
        }
    }

    /// The whole work tree around it: a key that was moved within it is not gone.
    fn add(&mut self, path: &Path, base: &Path) {
        let Ok(real) = path.canonicalize() else {
            // The scan says why.
            self.paths.push(path.to_path_buf());
            return self.seen.push(path.to_path_buf());
        };
        let folder = match top(path) {
            (top, true) => top,
            (_, false) => real.clone(),
        };
        if self.seen.contains(&folder) {
            return;
        }
        // As it was named, if that is the same.
        let is_base = base.canonicalize().is_ok_and(|base| base == folder);
        let named = if is_base { base } else { &folder };
        if self.paths.len() < FOLDERS {
            self.paths.push(named.to_path_buf());
        }
        self.seen.push(folder);
    }
}
