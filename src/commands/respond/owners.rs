//! Which repositories an object is in, where several were looked at.

use std::path::{Path, PathBuf};

use super::naming::Naming;
use super::word;
use crate::control::Limits;
use crate::git::{Repository, Store};
use crate::model::{Location, Outcome, TargetKind};

/// So many repositories are opened again.
const REPOSITORIES: usize = 1000;
/// So many places of a key are looked for.
const PLACES: usize = 1000;

/// The repositories, if there are several.
#[derive(Default)]
pub(super) struct Owners {
    all: Vec<Owner>,
}

struct Owner {
    /// As a shell takes it in the first folder; `None` for that folder itself.
    word: Option<String>,
    store: Store,
    hash: usize,
}

impl Owners {
    /// Those that were scanned. Names count from `first`.
    pub(super) fn of(outcome: &Outcome, first: &Path, naming: &Naming<'_>) -> Self {
        let targets = outcome.targets.iter();
        let targets = targets.filter(|target| target.kind == TargetKind::Git);
        let found = targets.filter_map(|target| Repository::at(Path::new(&target.path)));
        let found: Vec<Repository> = found.take(REPOSITORIES).collect();
        if found.len() < 2 {
            return Self::default();
        }
        let first = first.canonicalize().unwrap_or_else(|_| first.to_path_buf());
        let owner = |repository: Repository| Owner {
            word: called(&repository, &first, naming),
            // What is wrong with packs is a problem of the scan.
            store: Store::light(&repository, Limits::default().alternates, &mut Vec::new()),
            hash: repository.hash,
        };
        Self {
            all: found.into_iter().map(owner).collect(),
        }
    }

    /// Those that these places are in; none if all are in the first folder's.
    pub(super) fn with(&self, places: &[&Location]) -> Vec<String> {
        let objects = places.iter().filter_map(|at| at.blob).take(PLACES);
        let objects: Vec<_> = objects.collect();
        let has = |owner: &&Owner| {
            let mut own = objects
                .iter()
                .filter(|id| id.as_bytes().len() == owner.hash);
            own.any(|id| owner.store.kind(id).is_some())
        };
        let found: Vec<&Owner> = self.all.iter().filter(has).collect();
        match found.iter().all(|owner| owner.word.is_none()) {
            true => Vec::new(),
            false => (found.iter())
                .map(|owner| owner.word.clone().unwrap_or_else(|| ".".to_owned()))
                .collect(),
        }
    }
}

/// How a repository is called in a folder.
fn called(repository: &Repository, first: &Path, naming: &Naming<'_>) -> Option<String> {
    let real = repository.name.canonicalize().ok()?;
    let below = real.strip_prefix(first).map(Path::to_path_buf);
    let path: PathBuf = below.unwrap_or(real);
    match path.as_os_str().is_empty() {
        true => None,
        // What no shell takes is named by a person.
        false => Some(word(&path, naming).unwrap_or_else(|| "PATH".to_owned())),
    }
}
