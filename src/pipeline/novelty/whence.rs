//! Where a key that a change adds stood before, for keys of a baseline: at a place that the baseline lists, and that the same
//! change takes the key away from. Nothing is asked about other keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::moved::name;
use super::{Novelty, Searcher, Step};
use crate::git::plain;
use crate::model::{Arrival, ObjectId, Secret};
use crate::pipeline::Options;
use crate::pipeline::accepting::Accepting;
use crate::source::change::Folders;

/// So often a file is looked up in a tree; what is left then is new.
const LOOKS: usize = 20_000;

/// Paths by key.
pub(in crate::pipeline) type Paths = HashMap<Secret, BTreeSet<Vec<u8>>>;

/// The paths at which a key is new, and the numbers of what is new there.
type Places<'n> = BTreeMap<&'n Vec<u8>, Vec<usize>>;

/// What answers.
pub(in crate::pipeline) struct Whence<'a> {
    searcher: &'a Searcher<'a>,
    folders: &'a Folders<'a>,
    accepting: Accepting<'a>,
    looks: usize,
}

impl<'a> Whence<'a> {
    /// `None` if the baseline accepts no key at all.
    pub(in crate::pipeline) fn new(
        options: &'a Options,
        searcher: &'a Searcher<'a>,
        folders: &'a Folders<'a>,
    ) -> Option<Self> {
        let mut files = options.baseline.files.iter();
        let has_keys = files.any(|source| !source.listing.entries.is_empty());
        has_keys.then(|| Self {
            searcher,
            folders,
            accepting: Accepting::new(&options.baseline, searcher.detector, Some(options.today())),
            looks: 0,
        })
    }

    /// Where each key of the baseline is new in what changes add.
    pub(in crate::pipeline) fn paths(&mut self, novelties: &[Novelty]) -> Paths {
        let mut paths = Paths::new();
        for new in novelties.iter().flat_map(|novelty| &novelty.new) {
            let secret = &new.seen.secret;
            let is_file = new.location.place.is_some() && new.location.path.is_some();
            if is_file && (paths.contains_key(secret) || self.accepting.lists(secret)) {
                let of_key = paths.entry(secret.clone()).or_default();
                of_key.extend(new.location.path.clone());
            }
        }
        paths
    }

    /// Says of what is new in one change where it stood before. `paths`: what [`Self::paths`] said of all changes, of which
    /// one may go on with what another one moved.
    pub(in crate::pipeline) fn say(
        &mut self,
        step: &Step<'_>,
        novelty: &mut Novelty,
        paths: &Paths,
    ) {
        let mut new: HashMap<&Secret, Places<'_>> = HashMap::new();
        for (number, added) in novelty.new.iter().enumerate() {
            let secret = &added.seen.secret;
            let path = added.location.path.as_ref();
            let path =
                path.filter(|_| added.location.place.is_some() && paths.contains_key(secret));
            if let Some(path) = path {
                let places = new.entry(secret).or_default();
                places.entry(path).or_default().push(number);
            }
        }
        let mut told = Vec::new();
        for (secret, places) in new {
            told.extend(self.moves(step, secret, places, &novelty.moved, paths));
        }
        for (numbers, from) in told {
            for at in numbers {
                let site = novelty
                    .new
                    .get_mut(at)
                    .and_then(|new| new.location.site.as_deref_mut());
                if let Some(site) = site {
                    let from = Some(plain::to_path(&from));
                    site.arrival = Arrival::Change { from };
                }
            }
        }
    }

    /// Pairs the places of a key that a change adds with those that it takes the key away from: a file that keeps its name
    /// first, then in the order of the paths.
    fn moves(
        &mut self,
        step: &Step<'_>,
        secret: &Secret,
        places: Places<'_>,
        moved: &[(Vec<u8>, ObjectId)],
        paths: &Paths,
    ) -> Vec<(Vec<usize>, Vec<u8>)> {
        let mut candidates = self.accepting.files(secret);
        candidates.extend(paths.get(secret).into_iter().flatten().cloned());
        let mut places: Vec<(&Vec<u8>, Vec<usize>)> = places.into_iter().collect();
        // A file that had the key before did not get it from elsewhere.
        places.retain(|(path, _)| self.before(step, path, secret).is_empty());
        if places.is_empty() {
            return Vec::new();
        }
        let mut moved = moved.to_vec();
        let mut gone: Vec<Vec<u8>> = Vec::new();
        let mut told = Vec::new();
        for path in candidates {
            let blobs = self.before(step, &path, secret);
            if blobs.is_empty() || self.holds_now(step, &path, secret) {
                continue;
            }
            // It went with its file already.
            let Some(at) = moved.iter().position(|(_, blob)| blobs.contains(blob)) else {
                gone.push(path);
                continue;
            };
            let (new, _) = moved.swap_remove(at);
            // One that got the key a second time on its way.
            if let Some(at) = places.iter().position(|(path, _)| **path == new) {
                told.push((places.remove(at).1, path));
            }
        }
        for same_name in [true, false] {
            places.retain(|(path, numbers)| {
                let fits = |old: &Vec<u8>| !same_name || name(old) == name(path);
                let Some(at) = gone.iter().position(fits) else {
                    return true;
                };
                told.push((numbers.clone(), gone.remove(at)));
                false
            });
        }
        told
    }

    /// The blobs at a path of the parents that hold a secret.
    fn before(&mut self, step: &Step<'_>, path: &[u8], secret: &Secret) -> Vec<ObjectId> {
        let trees = step.parents.iter().flatten();
        let mut blobs = Vec::new();
        for tree in trees {
            let blob = self
                .look()
                .then(|| self.folders.file(*tree, path))
                .flatten();
            blobs.extend(blob.filter(|blob| self.has(blob, secret)));
        }
        blobs
    }

    fn holds_now(&mut self, step: &Step<'_>, path: &[u8], secret: &Secret) -> bool {
        // Where nobody looks, nobody can say that it is gone.
        !self.look()
            || (self.folders.find(&step.folder, path)).is_some_and(|blob| self.has(&blob, secret))
    }

    fn look(&mut self) -> bool {
        self.looks += 1;
        self.looks <= LOOKS
    }

    fn has(&self, blob: &ObjectId, secret: &Secret) -> bool {
        let found = self.searcher.old_blob(blob);
        found.iter().any(|found| found.seen.secret == *secret)
    }
}
