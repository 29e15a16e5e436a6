//! What is looked at: the repositories that a report is about, as far as they are here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::commands::fix::top;
use crate::commands::reported::{Kind, Place, Told, decoded};
use crate::git::{Repository, plain, worktrees};
use crate::model::Origin;
use crate::source::asking::Trees;

/// So many targets of a report are followed.
const TARGETS: usize = 1000;
/// So many folders are looked at.
const FOLDERS: usize = 8;
/// So many places of a report are followed.
const PLACES: usize = 100_000;

/// The folders.
#[derive(Debug)]
pub(super) struct Grounds {
    /// The tops of work trees, and folders that are in none.
    pub(super) paths: Vec<PathBuf>,
    /// What a scan of those leaves out, and has to be looked at: files of the report that git ignores, and other work trees of
    /// the same repositories.
    pub(super) besides: Vec<PathBuf>,
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
        let mut besides: Vec<PathBuf> = ignored(told, base, &all.seen).into_iter().collect();
        besides.extend(other_trees(&all.paths));
        Self {
            besides,
            more: all.seen.len().saturating_sub(all.paths.len()),
            paths: all.paths,
            is_named: directory.is_some() || told.is_none(),
            is_git,
        }
    }

    /// All that is scanned.
    pub(super) fn scanned(&self) -> Vec<PathBuf> {
        [&self.paths[..], &self.besides].concat()
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

/// The files in which the report has a key, and that git ignores, in folders that are looked at.
fn ignored(told: Option<&Told>, base: &Path, folders: &[PathBuf]) -> BTreeSet<PathBuf> {
    let keys = told.map(|told| told.keys.as_slice()).unwrap_or_default();
    let places = keys.iter().flat_map(|key| &key.locations).take(PLACES);
    let named: BTreeSet<Vec<u8>> = places
        .filter(|at| at.origin == Some(Origin::Worktree))
        .filter_map(named)
        .collect();
    let mut trees = Trees::default();
    let files = named.into_iter().filter_map(|name| {
        let path = base.join(plain::to_path(&name)).canonicalize().ok()?;
        let is_below = folders.iter().any(|folder| path.starts_with(folder));
        let is_scanned = trees
            .ask(&path)
            .is_some_and(|known| known.tracked || !known.ignored);
        (is_below && path.is_file() && !is_scanned).then_some(path)
    });
    files.collect()
}

/// The exact path of a place.
fn named(at: &Place) -> Option<Vec<u8>> {
    let exact = at.path_bytes.as_deref().and_then(decoded);
    exact.or_else(|| at.path.as_deref().map(|path| path.as_bytes().to_vec()))
}

/// Other work trees of the repositories that these folders are in.
fn other_trees(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for repository in folders.iter().filter_map(|at| Repository::discover(at)) {
        let linked = worktrees::linked(&repository);
        let linked = linked.into_iter().map(|linked| linked.path);
        let common = repository.common_dir.canonicalize().ok();
        let main = common.filter(|folder| folder.ends_with(".git"));
        let main = main.and_then(|folder| folder.parent().map(Path::to_path_buf));
        let trees = linked
            .chain(main)
            .filter_map(|tree| tree.canonicalize().ok());
        all.extend(trees.filter(|tree| tree.is_dir()).take(FOLDERS));
    }
    let own: Vec<PathBuf> = folders
        .iter()
        .filter_map(|at| at.canonicalize().ok())
        .collect();
    all.retain(|tree| !own.contains(tree));
    all.sort();
    all.dedup();
    all
}
