//! What is new in a change: a path that holds more occurrences of a key than it did in any parent. Old keys on lines that
//! nobody touched must not block a commit, so that parents are read too, but only where something was found.

mod moved;
mod search;
mod watch;
mod whence;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::sightings::{Seen, Where};
use super::telling::Told;
use crate::git::plain;
use crate::model::{Arrival, Attribution, Location, ObjectId, Origin, Secret, Site};
use crate::source::change::{Added, Change, Folder, Folders};

pub(super) use search::{Found, Searcher};
pub(super) use watch::Watch;
pub(super) use whence::Whence;

/// So many files are worth starting threads for.
pub(super) const MANY: usize = 64;

/// One change: a commit, or the next one.
pub(super) struct Step<'a> {
    /// What it makes.
    pub(super) folder: Folder<'a>,
    /// The trees of its parents; `None` for one that is not known, which then holds nothing.
    pub(super) parents: Vec<Option<ObjectId>>,
    /// The origin of its contents.
    pub(super) origin: Origin,
    /// Who is to be named for what it adds.
    pub(super) attribution: Option<Box<Attribution>>,
}

/// A key that a change adds.
pub(super) struct New {
    pub(super) seen: Seen,
    pub(super) at: Where,
    pub(super) location: Location,
}

/// What a change adds, and the keys in its files that were there before.
#[derive(Default)]
pub(super) struct Novelty {
    pub(super) new: Vec<New>,
    pub(super) old: Vec<Secret>,
    /// Files that moved with the keys in them: where they are now, and the blobs that they were made of.
    pub(super) moved: Vec<(Vec<u8>, ObjectId)>,
}

/// A file of the change in which something was found.
struct Hit<'a> {
    change: &'a Change,
    found: Arc<[Found]>,
}

/// Tells what is new in `added`, which is what `step` adds.
pub(super) fn judge<'s>(
    searcher: &Searcher<'_>,
    folders: &Folders<'_>,
    step: &Step<'_>,
    added: &'s Added,
) -> Novelty {
    let mut novelty = Novelty::default();
    let search = |change: &'s Change| {
        let Change { blob, path, .. } = change;
        let found = match searcher.control.is_cancelled() {
            true => Vec::new().into(),
            false => searcher.new_blob(blob, step.origin, path),
        };
        (!found.is_empty()).then_some(Hit { change, found })
    };
    let hits: Vec<Hit<'_>> = if added.changes.len() < MANY {
        added.changes.iter().filter_map(search).collect()
    } else {
        added.changes.par_iter().filter_map(search).collect()
    };
    let removed = Removed::new(folders, step);
    let before = before(searcher, step, &hits, &removed);
    novelty.moved = moved(&hits, &before);
    for (at, hit) in hits.iter().enumerate() {
        let parents: Vec<Arc<[Found]>> = before
            .iter()
            .filter_map(|parent| Some(searcher.old_blob(parent.get(at)?.as_ref()?)))
            .collect();
        novelty.contents(searcher, step, hit, &parents);
    }
    for path in &added.names {
        novelty.name(searcher, step, path, &removed);
    }
    novelty
}

/// Paths and their blobs.
type Files = Vec<(Vec<u8>, ObjectId)>;

/// The files that each parent has and the change has not, listed when somebody asks.
struct Removed<'a> {
    folders: &'a Folders<'a>,
    step: &'a Step<'a>,
    lists: Vec<OnceLock<Files>>,
}

impl<'a> Removed<'a> {
    fn new(folders: &'a Folders<'a>, step: &'a Step<'a>) -> Self {
        let lists = step.parents.iter().map(|_| Default::default()).collect();
        Self {
            folders,
            step,
            lists,
        }
    }

    fn of(&self, parent: usize) -> &[(Vec<u8>, ObjectId)] {
        let (Some(Some(tree)), Some(list)) =
            (self.step.parents.get(parent), self.lists.get(parent))
        else {
            return &[];
        };
        list.get_or_init(|| self.folders.removed(&self.step.folder, *tree))
    }
}

/// For each parent and hit, the blob that the file was made of.
fn before(
    searcher: &Searcher<'_>,
    step: &Step<'_>,
    hits: &[Hit<'_>],
    removed: &Removed<'_>,
) -> Vec<Vec<Option<ObjectId>>> {
    let of_parent = |parent: usize| {
        let same = |hit: &Hit<'_>| hit.change.before.get(parent).copied().flatten();
        let mut before: Vec<Option<ObjectId>> = hits.iter().map(same).collect();
        let (places, fresh): (Vec<usize>, Vec<&Hit<'_>>) = hits
            .iter()
            .enumerate()
            .filter(|(_, hit)| same(hit).is_none())
            .unzip();
        if !fresh.is_empty() {
            let sources = moved::sources(searcher, &fresh, removed.of(parent));
            for (at, source) in places.into_iter().zip(sources) {
                if let Some(slot) = before.get_mut(at) {
                    *slot = source;
                }
            }
        }
        before
    };
    (0..step.parents.len()).map(of_parent).collect()
}

/// What files that had no contents at their paths were made of.
fn moved(hits: &[Hit<'_>], before: &[Vec<Option<ObjectId>>]) -> Vec<(Vec<u8>, ObjectId)> {
    let of_parent = |(parent, blobs): (usize, &Vec<Option<ObjectId>>)| -> Vec<_> {
        let is_new = |hit: &Hit<'_>| hit.change.before.get(parent).copied().flatten().is_none();
        let sources = hits.iter().zip(blobs).filter(|(hit, _)| is_new(hit));
        let sources = sources.filter_map(|(hit, blob)| Some((hit.change.path.clone(), (*blob)?)));
        sources.collect()
    };
    before.iter().enumerate().flat_map(of_parent).collect()
}

impl Novelty {
    fn contents(
        &mut self,
        searcher: &Searcher<'_>,
        step: &Step<'_>,
        hit: &Hit<'_>,
        parents: &[Arc<[Found]>],
    ) {
        // A hostile file has a hundred thousand keys: each is looked up, none compared with all others.
        let parents: Vec<HashMap<&Secret, Vec<&Found>>> =
            parents.iter().map(|parent| by_key(parent)).collect();
        for (secret, now) in by_key(&hit.found) {
            let of = |parent: &HashMap<&Secret, Vec<&Found>>| -> Vec<u64> {
                let same = parent.get(secret).into_iter().flatten();
                same.map(|found| found.line).collect()
            };
            let most = parents
                .iter()
                .map(of)
                .max_by_key(Vec::len)
                .unwrap_or_default();
            let count = now.len().saturating_sub(most.len());
            if count < now.len() {
                self.old.push(secret.clone());
            }
            let fresh = untouched_last(now, &most).into_iter().take(count);
            for (nth, found) in fresh.enumerate() {
                let path = &hit.change.path;
                let told = searcher.told(&hit.change.blob, found, path);
                if told.dropped {
                    continue;
                }
                self.new.push(New {
                    seen: found.seen.clone(),
                    at: Where::File(plain::to_path(path), most.len() + nth),
                    location: Location {
                        origin: step.origin,
                        path: Some(path.clone()),
                        place: Some(found.place),
                        blob: Some(hit.change.blob),
                        reachable: None,
                        attribution: step.attribution.clone(),
                        tracked: (step.origin == Origin::Staged).then_some(true),
                        context: told.context,
                        notes: told.notes,
                        allowed: told.allowed,
                        site: Some(site(path)),
                        names_issuer: told.names_issuer,
                        encoding: told.encoding,
                        member: found.member.clone(),
                        cell: told.cell,
                    },
                });
            }
        }
    }

    fn name(
        &mut self,
        searcher: &Searcher<'_>,
        step: &Step<'_>,
        path: &[u8],
        removed: &Removed<'_>,
    ) {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        for found in searcher.text(name, Origin::PathName, Some(path), None) {
            let text = found.seen.secret.expose().as_bytes();
            let was_there = (0..step.parents.len()).any(|parent| {
                let holds =
                    |old: &(Vec<u8>, ObjectId)| memchr::memmem::find(&old.0, text).is_some();
                removed.of(parent).iter().any(holds)
            });
            if was_there {
                self.old.push(found.seen.secret);
                continue;
            }
            self.new.push(New {
                seen: found.seen,
                at: Where::Named(Origin::PathName, Some(path.to_vec()), None),
                location: Location {
                    site: Some(site(path)),
                    ..named(Origin::PathName, path, found.told, step.attribution.clone())
                },
            });
        }
    }
}

impl Novelty {
    /// Adds what was found in an object that no path leads to: all of it is new.
    pub(super) fn objects(
        &mut self,
        object: ObjectId,
        found: Vec<Found>,
        attribution: Option<&Attribution>,
    ) {
        let counting = found.into_iter().filter(|found| !found.told.dropped);
        for (number, found) in counting.enumerate() {
            // What came out of a container has no place in the object: it is numbered.
            let start = match found.member.is_empty() {
                true => found.start,
                false => 1 << 63 | number as u64,
            };
            self.new.push(New {
                at: Where::Object(found.origin, object, start),
                location: Location {
                    origin: found.origin,
                    path: None,
                    place: Some(found.place),
                    blob: Some(object),
                    reachable: None,
                    attribution: attribution.cloned().map(Box::new),
                    tracked: None,
                    context: found.told.context,
                    notes: found.told.notes,
                    allowed: found.told.allowed,
                    site: None,
                    names_issuer: found.told.names_issuer,
                    encoding: found.told.encoding.clone(),
                    member: found.member,
                    cell: found.told.cell,
                },
                seen: found.seen,
            });
        }
    }

    /// Adds what was found in the name of a ref that is new.
    pub(super) fn ref_name(&mut self, name: &[u8], found: Vec<Found>) {
        for found in found {
            self.new.push(New {
                at: Where::Named(Origin::RefName, Some(name.to_vec()), None),
                location: named(Origin::RefName, name, found.told, None),
                seen: found.seen,
            });
        }
    }
}

/// A name that holds a key.
fn named(
    origin: Origin,
    name: &[u8],
    told: Told,
    attribution: Option<Box<Attribution>>,
) -> Location {
    Location {
        origin,
        path: Some(name.to_vec()),
        place: None,
        blob: None,
        reachable: None,
        attribution,
        tracked: None,
        context: None,
        notes: told.notes,
        allowed: None,
        site: None,
        names_issuer: told.names_issuer,
        encoding: told.encoding,
        member: Vec::new(),
        cell: told.cell,
    }
}

/// A path of the change: it counts from the top of the repository.
fn site(path: &[u8]) -> Box<Site> {
    Box::new(Site {
        file: plain::to_path(path),
        arrival: Arrival::Change { from: None },
    })
}

fn by_key(found: &[Found]) -> HashMap<&Secret, Vec<&Found>> {
    let mut by_key: HashMap<&Secret, Vec<&Found>> = HashMap::new();
    for found in found {
        by_key.entry(&found.seen.secret).or_default().push(found);
    }
    by_key
}

/// Those first whose line no parent had: of several occurrences of a key, these are the ones that were added.
fn untouched_last<'f>(now: Vec<&'f Found>, before: &[u64]) -> Vec<&'f Found> {
    let mut left: HashMap<u64, usize> = HashMap::new();
    for line in before {
        *left.entry(*line).or_default() += 1;
    }
    let (untouched, mut fresh): (Vec<&Found>, Vec<&Found>) =
        now.into_iter()
            .partition(|found| match left.get_mut(&found.line) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            });
    fresh.extend(untouched);
    fresh
}
