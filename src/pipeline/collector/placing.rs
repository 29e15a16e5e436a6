//! Which path each sighting stands for, and what is left over.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::super::sightings::{Direct, Where};
use crate::attribute::{Standing, Standings};
use crate::git::plain;
use crate::model::{Arrival, Attribution, ObjectId, Origin, Reachable, Site};

/// Something seen in an object.
pub(super) struct Found {
    pub(super) seen: u32,
    pub(super) key: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) origin: Origin,
    /// Known already where the object was read as a stream, or came out of a container. There are millions of these and hardly one is streamed.
    pub(super) told: Option<Box<Direct>>,
}

impl Found {
    /// Its first byte in the stream that it was seen in.
    pub(super) fn first(&self) -> u64 {
        let told = self.told.as_deref();
        told.map_or(self.start.into(), |seen| seen.start)
    }

    /// The names of the members that lead to it.
    pub(super) fn member(&self) -> &[Vec<u8>] {
        self.told.as_deref().map_or(&[], |seen| &seen.member)
    }
}

/// By object, in the order of the bytes.
pub(super) type Sightings = BTreeMap<ObjectId, Vec<Found>>;

/// A location of which only the line is missing.
pub(super) struct Wanted<'a> {
    pub(super) at: (u32, Where),
    pub(super) found: &'a Found,
    pub(super) path: Option<Vec<u8>>,
    pub(super) reachable: Option<Reachable>,
    pub(super) attribution: Option<Box<Attribution>>,
    pub(super) site: Option<Box<Site>>,
}

/// The names in trees in which something was seen: for each tree and where the key starts in it.
pub(super) type Names = BTreeMap<(ObjectId, u32), Vec<u8>>;

/// What is known of every location but its line.
pub(super) fn place<'a>(
    sightings: &'a Sightings,
    named: &Names,
    mut standings: Standings,
    root: &Path,
) -> Vec<(ObjectId, Wanted<'a>)> {
    let paths = std::mem::take(&mut standings.paths);
    let seen = Seen::new(sightings, named, &paths);
    let met: BTreeSet<(Vec<u8>, u32)> = paths
        .iter()
        .filter(|at| at.in_name)
        .map(|at| (name(&at.path).to_vec(), at.key))
        .collect();
    let placed = paths.into_iter().filter_map(|at| seen.place(at, root));
    let mut placed: Vec<(ObjectId, Wanted<'a>)> = placed.collect();
    // Whatever goes wrong above, no key that was seen is left out.
    let known: BTreeSet<u32> = placed.iter().map(|(_, placed)| placed.found.key).collect();
    for (id, found) in sightings {
        for found in found {
            let name = name_of(found, *id, named);
            let is_lost = match (found.origin, name) {
                (Origin::History, _) => standings.lost.contains(id),
                (Origin::PathName, Some(name)) => !met.contains(&(name.clone(), found.key)),
                _ => true,
            };
            if is_lost || !known.contains(&found.key) {
                placed.push((*id, left_over(*id, found, is_lost, &standings)));
            }
        }
    }
    placed
}

/// What was seen, by what a path leads to.
struct Seen<'a, 'n> {
    /// In contents: for each object and key, in the order of the bytes.
    of_key: HashMap<(ObjectId, u32), Vec<&'a Found>>,
    /// In names: for each name and key, the first tree.
    in_names: HashMap<(&'n [u8], u32), (ObjectId, &'a Found)>,
}

impl<'a, 'n> Seen<'a, 'n> {
    fn new(sightings: &'a Sightings, named: &'n Names, paths: &[Standing]) -> Self {
        let mut seen = Self {
            of_key: HashMap::new(),
            in_names: HashMap::new(),
        };
        // Only of the objects that stand for a path.
        let shown: BTreeSet<ObjectId> = paths.iter().filter_map(|at| at.object).collect();
        for (id, found) in sightings {
            for found in found {
                if let Some(name) = name_of(found, *id, named) {
                    let first = seen.in_names.entry((name, found.key));
                    first.or_insert((*id, found));
                } else if shown.contains(id) {
                    seen.of_key.entry((*id, found.key)).or_default().push(found);
                }
            }
        }
        seen
    }

    fn place(&self, standing: Standing, root: &Path) -> Option<(ObjectId, Wanted<'a>)> {
        let Standing {
            key,
            nth,
            in_name,
            path,
            object,
            reachable,
            attribution,
        } = standing;
        let (object, found, at) = if in_name {
            let &(tree, found) = self.in_names.get(&(name(&path), key))?;
            let at = Where::Named(Origin::PathName, Some(path.clone()), None);
            (tree, found, at)
        } else {
            let object = object?;
            let &found = self.of_key.get(&(object, key))?.get(nth as usize)?;
            let at = Where::File(root.join(plain::to_path(&path)), nth as usize);
            (object, found, at)
        };
        // The first occurrence came first: how it came says how the key came to the path.
        let from = attribution.renamed_from.as_deref().filter(|_| nth == 0);
        let site = Some(Box::new(site(root, &path, from, &attribution)));
        let wanted = Wanted {
            at: (key, at),
            found,
            path: Some(path),
            site,
            reachable: Some(reachable),
            attribution: Some(Box::new(attribution)),
        };
        Some((object, wanted))
    }
}

/// A sighting that no path leads to.
fn left_over<'a>(
    id: ObjectId,
    found: &'a Found,
    is_lost: bool,
    standings: &Standings,
) -> Wanted<'a> {
    let message = standings.messages.get(&id);
    // Where a limit left something out, nobody knows what leads to it.
    let lost = (is_lost && !standings.cut).then_some(Reachable::None);
    // What came out of a container has no place in the object: it is numbered.
    let number = u64::from(found.told.is_some()) << 63;
    let at = Where::Object(found.origin, id, number | u64::from(found.start));
    Wanted {
        at: (found.key, at),
        found,
        path: None,
        site: None,
        reachable: message.map(|told| told.0).or(lost),
        attribution: message.map(|told| Box::new(told.1.clone())),
    }
}

/// The name in a tree that a sighting stands in, if it stands in one.
fn name_of<'n>(found: &Found, id: ObjectId, named: &'n Names) -> Option<&'n Vec<u8>> {
    let name = named.get(&(id, found.start));
    name.filter(|_| found.origin == Origin::PathName)
}

/// The last name of a path.
fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}

/// Where a path of a repository is on disk, and how its key came there.
fn site(root: &Path, path: &[u8], from: Option<&[u8]>, attribution: &Attribution) -> Site {
    let at = |path: &[u8]| root.join(plain::to_path(path));
    Site {
        file: at(path),
        arrival: Arrival::Told {
            from: from.map(at),
            cut: attribution.at_or_before,
            at_head: attribution.at_head,
        },
    }
}
