//! Commits that are trusted to say what is allowed, so that a change cannot silence its own scan: the configuration is read
//! from such a commit, and a marker in a file counts only if the commit holds the same key at the same path.

use std::path::{Path, PathBuf};

use super::Options;
use super::collector::Collector;
use super::novelty::Searcher;
use super::sightings::{Located, Where};
use crate::control::{Control, Limits};
use crate::error::{Error, Result};
use crate::git::commit::Header;
use crate::git::revisions::{Revisions, Unresolved};
use crate::git::{Kind, Repository, Store, tree};
use crate::model::{ObjectId, Origin, Secret, Sink};
use crate::source::change::Folders;

/// What `--config-ref` was given to, in errors.
const FLAG: &str = "--config-ref";
/// Links in a tree have this mode.
const LINK: &[u8] = b"120000";

/// A commit of a repository that is trusted.
#[derive(Clone, Debug)]
pub struct Trusted {
    repository: Repository,
    /// The work tree, or the git directory where there is none, without links.
    root: PathBuf,
    revision: String,
    tree: ObjectId,
}

impl Trusted {
    /// The commit that `revision`, which was given to `--config-ref`, names in the repository that `path` is in.
    ///
    /// # Errors
    /// No such path, repository or commit.
    pub fn resolve(path: &Path, revision: &str, limits: &Limits) -> Result<Self> {
        Self::named(FLAG, path, revision, limits)
    }

    /// The same, where `what` says what names it: a commit that somebody asks about, and that nobody has to trust.
    ///
    /// # Errors
    /// No such path, repository or commit.
    pub fn named(what: &'static str, path: &Path, revision: &str, limits: &Limits) -> Result<Self> {
        path.symlink_metadata().map_err(|source| Error::Target {
            path: path.to_path_buf(),
            source,
        })?;
        let repository = super::nearest(path).ok_or_else(|| Error::NotARepository {
            path: path.to_path_buf(),
        })?;
        let wrong = |reason: String| Error::Revision {
            what,
            text: revision.to_owned(),
            reason,
        };
        let store = open(&repository, limits);
        let commit = Revisions::new(&repository, &store).commit(revision);
        let commit = commit.map_err(|unresolved| match unresolved {
            Unresolved::Wrong(reason) => wrong(reason),
            Unresolved::Broken(problem) => wrong(format!("{}: {}", problem.place, problem.message)),
        })?;
        let tree = match store.read(&commit, limits.max_whole_object) {
            Some((Kind::Commit, bytes)) => Header::parse(&bytes).tree,
            _ => None,
        };
        let unread = || {
            wrong(format!(
                "the commit {commit} cannot be read; run `git fsck`, or fetch again"
            ))
        };
        let tree = tree.ok_or_else(unread)?;
        drop(store);
        let root = repository.name.canonicalize();
        let root = root.unwrap_or_else(|_| repository.name.clone());
        Ok(Self {
            repository,
            root,
            revision: revision.to_owned(),
            tree,
        })
    }

    /// What named it.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The repository's work tree, or its git directory if there is none.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The repository's work tree; none if it is bare.
    pub fn work_tree(&self) -> Option<&Path> {
        let git_dir = self.repository.git_dir.canonicalize().ok();
        (git_dir.as_deref() != Some(&self.root)).then_some(&self.root)
    }

    /// The contents of a file of the commit; `None` if there is none at this path.
    ///
    /// # Errors
    /// Why what stands there cannot be read, and what to do next.
    pub fn file(
        &self,
        path: &str,
        most: u64,
        limits: &Limits,
    ) -> std::result::Result<Option<Vec<u8>>, String> {
        let store = open(&self.repository, limits);
        let mut at = (self.tree, true);
        for name in path.split('/') {
            let (id, true) = at else {
                return Ok(None);
            };
            let read = store.read(&id, limits.max_delta_result);
            let Some((Kind::Tree, bytes)) = read else {
                return Err(format!(
                    "the tree {id} cannot be read; run `git fsck`, or fetch again"
                ));
            };
            let mut start = 0;
            let mut found = None;
            while let Some(entry) = tree::entry(&bytes, start, store.hash_len()) {
                start = entry.end;
                if entry.name == name.as_bytes() {
                    let id = ObjectId::from_bytes(entry.id);
                    found = id.map(|id| (id, entry.is_tree(), entry.mode == LINK));
                }
            }
            at = match found {
                None => return Ok(None),
                Some((_, _, true)) => {
                    return Err(
                        "it is a link, which is not followed; commit the file itself".to_owned(),
                    );
                }
                Some((id, is_tree, false)) => (id, is_tree),
            };
        }
        match store.read(&at.0, most) {
            _ if at.1 => Err("it is a folder".to_owned()),
            Some((Kind::Blob, bytes)) => Ok(Some(bytes)),
            _ => Err(format!(
                "its contents {} cannot be read, or are larger than {most} bytes; run `git fsck`, or fetch again",
                at.0
            )),
        }
    }
}

fn open(repository: &Repository, limits: &Limits) -> Store {
    // What is wrong with the packs is said when they are scanned.
    Store::light(repository, limits.alternates, &mut Vec::new())
}

/// Takes markers back that no trusted commit bears out, and says how many. All that is known to be allowed here is so by
/// markers.
pub(super) fn distrust(
    located: &mut Located,
    collector: &Collector<'_>,
    options: &Options,
    control: &Control,
) -> u64 {
    let mut taken = 0;
    if !options.only_trusted
        || located
            .values()
            .all(|placed| placed.location.allowed.is_none())
    {
        return taken;
    }
    let secrets = collector.secrets();
    let stores: Vec<Store> = options
        .trusted
        .iter()
        .map(|at| open(&at.repository, &control.limits))
        .collect();
    let witnesses: Vec<Witness<'_>> = options
        .trusted
        .iter()
        .zip(&stores)
        .map(|(trusted, store)| Witness::new(trusted, store, collector, control))
        .collect();
    for ((key, at), placed) in located.iter_mut() {
        let Some(secret) = secrets
            .get(key)
            .filter(|_| placed.location.allowed.is_some())
        else {
            continue;
        };
        let is_borne_out = match at {
            Where::File(place, _) => witnesses.iter().any(|witness| witness.holds(place, secret)),
            // Messages, streams and what has no path can be looked up nowhere.
            _ => false,
        };
        if !is_borne_out {
            placed.location.allowed = None;
            taken += 1;
        }
    }
    taken
}

/// Looks keys up in a trusted commit.
struct Witness<'a> {
    trusted: &'a Trusted,
    searcher: Searcher<'a>,
    folders: Folders<'a>,
}

impl<'a> Witness<'a> {
    fn new(
        trusted: &'a Trusted,
        store: &'a Store,
        collector: &'a Collector<'_>,
        control: &'a Control,
    ) -> Self {
        let sink: &'a dyn Sink = collector;
        let repository = &trusted.repository;
        let detector = collector.detector();
        Self {
            trusted,
            searcher: Searcher::new((repository, store), detector, control, false, None, sink),
            folders: Folders::new(repository, store, control, sink),
        }
    }

    /// Whether the commit holds the secret at this path. A relative one counts from the top of the repository.
    fn holds(&self, place: &Path, secret: &Secret) -> bool {
        let inside = match place.is_relative() {
            true => Some(place),
            false => place.strip_prefix(&self.trusted.root).ok(),
        };
        let Some(inside) = inside else {
            return false;
        };
        let mut path = inside.as_os_str().as_encoded_bytes().to_vec();
        if cfg!(windows) {
            path.iter_mut()
                .filter(|byte| **byte == b'\\')
                .for_each(|byte| *byte = b'/');
        }
        let blob = self.folders.file(self.trusted.tree, &path);
        blob.is_some_and(|blob| {
            let found = self.searcher.new_blob(&blob, Origin::History, &path);
            found.iter().any(|found| found.seen.secret == *secret)
        })
    }
}
