//! What the targets of a report lead to on this machine: folders that paths may count from, repositories, and messages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Ground;
use super::disk::Disk;
use crate::git::Repository;
use crate::model::TargetKind;

/// So many targets are followed. A scan of a folder full of repositories has as many.
const TARGETS: usize = 1000;

/// What there is to look at.
pub(super) struct Scene {
    /// Folders that paths count from: first as scans count, and then the tops of repositories.
    pub(super) bases: (Vec<PathBuf>, Vec<PathBuf>),
    /// Each object database once.
    pub(super) repositories: Vec<Repository>,
    /// Files with messages of commits that were to be made.
    pub(super) messages: Vec<PathBuf>,
}

impl Scene {
    /// What the report names, and after that the folder that it counts from and the repository around it: a report that was
    /// made elsewhere, in CI say, is about a clone that is somewhere else here.
    pub(super) fn new(ground: &Ground, disk: &Disk<'_>) -> Self {
        let directory = &ground.directory;
        let mut files = BTreeSet::new();
        let mut messages = Vec::new();
        let mut around: Vec<(PathBuf, Option<Repository>)> = Vec::new();
        for (kind, path) in ground.targets.iter().take(TARGETS) {
            let Some(path) = disk.resolve(directory, path.as_bytes()).into_iter().next() else {
                continue;
            };
            match kind {
                Some(TargetKind::Files) => drop(files.insert(path)),
                Some(TargetKind::Message) => messages.push(path),
                Some(TargetKind::Stdin) => {}
                Some(TargetKind::Git | TargetKind::Staged) | None => {
                    let repository = repository(&path);
                    around.push((path, repository));
                }
            }
        }
        let own = Repository::discover(directory);
        around.extend(own.map(|own| (own.name.clone(), Some(own))));
        // As a scan counts: from the one folder that was named, else from where it began.
        let only = match Vec::from_iter(&files).as_slice() {
            [only] if only.is_dir() => Some((*only).clone()),
            _ => None,
        };
        let mut seen = BTreeSet::new();
        let mut once = |path: &PathBuf| seen.insert(path.canonicalize().unwrap_or(path.clone()));
        let near = only.into_iter().chain([directory.clone()]);
        let near: Vec<PathBuf> = near.filter(&mut once).collect();
        let far = around.iter().map(|(path, _)| path.clone());
        let far: Vec<PathBuf> = far.filter(&mut once).collect();
        let mut known = BTreeSet::new();
        let found = around.into_iter().filter_map(|(_, repository)| repository);
        let repositories = found.filter(|repository| {
            let common = &repository.common_dir;
            known.insert(common.canonicalize().unwrap_or_else(|_| common.clone()))
        });
        Self {
            repositories: repositories.collect(),
            bases: (near, far),
            messages,
        }
    }
}

/// The repository of a target; of an object directory that a repository borrows from, the one that it belongs to.
fn repository(path: &Path) -> Option<Repository> {
    let lender = || {
        let parent = path.parent().filter(|_| path.ends_with("objects"))?;
        Repository::at(parent)
    };
    Repository::at(path).or_else(lender)
}
