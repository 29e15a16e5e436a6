//! Where what was seen in objects stands: sightings become locations with what history says about them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rayon::prelude::*;

use super::super::notes::Notes;
use super::super::sightings::{Decompressed, Direct, InFile, Located, Placed, Where, containers};
use super::placing::{Found, Names, Sightings, Wanted, place};
use super::{Collector, lock};
use crate::attribute::{self, Sighted, Standings, Subject};
use crate::control::Control;
use crate::detect;
use crate::git::{Repository, header, reflog, tree};
use crate::model::{Location, ObjectId, Origin, Problem, ProblemKind};
use crate::source::history::History;

impl Collector<'_> {
    /// Adds the locations of what was seen in a repository's objects; one path for each object that has one.
    pub(in crate::pipeline) fn history_locations(
        &self,
        repository: &Repository,
        history: &History,
        control: &Control,
        base: &Path,
        located: &mut Located,
    ) -> HashMap<ObjectId, Vec<u8>> {
        let root = repository
            .name
            .canonicalize()
            .unwrap_or_else(|_| repository.name.clone());
        let sightings = self.sightings();
        self.keep(&sightings);
        let named = names(&sightings, history, control);
        let standings = stand(
            &sightings,
            &named,
            repository,
            history,
            control,
            self.attributes,
        );
        if standings.cut {
            let message = "history is larger or more tangled around the keys than the limit: every key is listed, but not every place and commit; revoke the keys, and look at the commits that are named with `git log`";
            let place = repository.name.display().to_string();
            lock(&self.problems).push(Problem::new(ProblemKind::Limit, place, message));
        }
        let paths = standings.paths.iter().filter(|standing| !standing.in_name);
        let paths = paths
            .filter_map(|at| Some((at.object?, at.path.clone())))
            .collect();
        let mut notes = Notes::new(repository, history, control);
        let mut wanted: BTreeMap<ObjectId, Vec<Wanted<'_>>> = BTreeMap::new();
        for (object, missing) in place(&sightings, &named, standings, &root) {
            if let Some(Placed { location, .. }) = located.get_mut(&missing.at) {
                location.blob = location.blob.or(Some(object));
                location.reachable = missing.reachable;
                location.attribution = missing.attribution;
                location.site = missing.site;
            } else {
                wanted.entry(object).or_default().push(missing);
            }
        }
        let locate = |(object, missing): (ObjectId, Vec<Wanted<'_>>)| {
            let told = missing.iter().all(|missing| missing.found.told.is_some());
            let bytes = (!told).then(|| history.read(&object, control)).flatten();
            let bytes = bytes.as_deref().unwrap_or_default();
            let located = missing.into_iter();
            let located = located.filter_map(|missing| {
                let path = missing.path.clone();
                Some((path, self.locate(object, missing, bytes, base)?))
            });
            located.collect::<Vec<_>>()
        };
        let held: Vec<_> = history
            .pool
            .install(|| wanted.into_par_iter().flat_map_iter(locate).collect());
        for (path, (at, mut placed)) in held {
            let Location { origin, blob, .. } = &mut placed.location;
            if let (Origin::History, Some(path), Some(blob)) = (*origin, path, blob)
                && notes.has(blob, &path)
            {
                *origin = Origin::Note;
            }
            located.insert(at, placed);
        }
        // Names of refs, and objects of packs that lack their index, have no id to be told by.
        for (at, placed) in self.file_locations(&root) {
            located.entry(at).or_insert(placed);
        }
        paths
    }

    /// What was seen in objects.
    fn sightings(&self) -> Sightings {
        let mut sightings = Sightings::new();
        let mut stored = std::mem::take(&mut *lock(&self.stored));
        stored.sort_unstable_by_key(|seen| (seen.object, seen.start, seen.origin));
        stored.dedup();
        for seen in stored {
            sightings.entry(seen.object).or_default().push(Found {
                seen: seen.seen,
                key: self.key_of(seen.seen),
                start: seen.start,
                end: seen.end,
                origin: seen.origin,
                told: None,
            });
        }
        let mut direct = std::mem::take(&mut *lock(&self.direct));
        direct.sort_by(|one, other| {
            let order = |seen: &Direct| (seen.object, seen.origin);
            let order = order(one)
                .cmp(&order(other))
                .then_with(|| one.member.cmp(&other.member));
            order.then((one.place, one.seen).cmp(&(other.place, other.seen)))
        });
        // An object may be in several packs.
        direct.dedup_by(|next, known| {
            let what = |seen: &Direct| (seen.object, seen.origin, seen.place, seen.seen);
            next.object.is_some() && what(next) == what(known) && next.member == known.member
        });
        for (at, seen) in direct.into_iter().enumerate() {
            let Some(object) = seen.object else {
                lock(&self.direct).push(seen);
                continue;
            };
            sightings.entry(object).or_default().push(Found {
                seen: seen.seen,
                key: self.key_of(seen.seen),
                start: at as u32,
                end: at as u32,
                origin: seen.origin,
                told: Some(Box::new(seen)),
            });
        }
        // The same object may come from several places.
        let mut decompressed: HashMap<ObjectId, Vec<Decompressed>> = HashMap::new();
        for (file, bytes) in &*lock(&self.decompressed) {
            if let Some(object) = file.object {
                let known = decompressed.entry(object).or_default();
                known.extend_from_slice(bytes);
            }
        }
        for (object, found) in &mut sightings {
            let decompressed = decompressed.get(object);
            drop_containers(found, decompressed.map_or(&[], Vec::as_slice));
        }
        sightings
    }

    /// A location as it is told; `None` if a brought rule does not count what stands there.
    fn locate(
        &self,
        object: ObjectId,
        missing: Wanted<'_>,
        bytes: &[u8],
        base: &Path,
    ) -> Option<((u32, Where), Placed)> {
        let found = missing.found;
        let (start, end) = (found.start as usize, found.end as usize);
        let origin = match found.origin {
            Origin::CommitMessage | Origin::TagMessage if header::names_a_person(bytes, start) => {
                Origin::Author
            }
            origin => origin,
        };
        let is_text = origin != Origin::PathName && end <= bytes.len();
        let known = found.told.as_deref();
        let known = known.map(|seen| (seen.place, seen.told.clone()));
        let (place, told) = known.unwrap_or_else(|| {
            if !is_text {
                return Default::default();
            }
            let place = detect::place(bytes, start, end, Default::default());
            let span = (start, end);
            let path = missing.path.as_deref();
            let (rule, wrapped) = self.manner(found.seen);
            let rule = (rule, wrapped.as_ref());
            let told = self.teller.tell(bytes, span, rule, origin, (path, &[]));
            (Some(place.of_encoding(&told.encoding)), told)
        });
        if told.dropped {
            return None;
        }
        // A file's path counts from where the scan began, if it is below.
        let inside = match &missing.at.1 {
            Where::File(place, _) => place.strip_prefix(base).ok(),
            _ => None,
        };
        let inside = inside.map(|path| path.as_os_str().as_encoded_bytes().to_vec());
        let location = Location {
            origin,
            path: inside.or(missing.path),
            place,
            blob: Some(object),
            reachable: missing.reachable,
            attribution: missing.attribution,
            tracked: None,
            context: told.context,
            notes: told.notes,
            allowed: told.allowed,
            site: missing.site,
            names_issuer: told.names_issuer,
            encoding: told.encoding,
            member: found.member().to_vec(),
            cell: told.cell,
        };
        let seen = found.seen;
        Some((missing.at, Placed { seen, location }))
    }
}

/// Leaves out what was seen in the bytes of a container, and in one of its members, too.
fn drop_containers(found: &mut Vec<Found>, decompressed: &[Decompressed]) {
    if decompressed.is_empty() && found.iter().all(|found| found.member().is_empty()) {
        return;
    }
    let seen = found.iter().map(|found| InFile {
        key: found.key,
        start: found.first(),
        member: found.member(),
    });
    let seen: Vec<_> = seen.collect();
    let mut above = containers(&seen, decompressed).into_iter().peekable();
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        above.next_if_eq(&(at - 1)).is_none()
    });
}

fn names(sightings: &Sightings, history: &History, control: &Control) -> Names {
    let mut named = BTreeMap::new();
    for (id, found) in sightings {
        let mut found = found
            .iter()
            .filter(|found| found.origin == Origin::PathName)
            .peekable();
        if found.peek().is_none() {
            continue;
        }
        let Some(bytes) = history.read(id, control) else {
            continue;
        };
        let hash = id.as_bytes().len();
        let mut starts = Vec::new();
        tree::starts(&bytes, hash, &mut starts);
        for found in found {
            let after = starts.partition_point(|&start| start <= found.start);
            let start = after.checked_sub(1).and_then(|at| starts.get(at));
            let entry = start.and_then(|&start| tree::entry(&bytes, start as usize, hash));
            if let Some(entry) = entry {
                named.insert((*id, found.start), entry.name.to_vec());
            }
        }
    }
    named
}

fn stand(
    sightings: &Sightings,
    named: &Names,
    repository: &Repository,
    history: &History,
    control: &Control,
    tell: bool,
) -> Standings {
    let (Some(lineage), Some(store)) = (&history.lineage, history.stores.last()) else {
        return Standings {
            lost: sightings.keys().copied().collect(),
            cut: !sightings.is_empty(),
            ..Standings::default()
        };
    };
    let mut sighted = Sighted::default();
    for (id, found) in sightings {
        for found in found {
            match found.origin {
                Origin::History => {
                    let keys = sighted.blobs.entry(*id).or_default();
                    keys.push((found.key, 1));
                }
                Origin::PathName => {
                    if let Some(name) = named.get(&(*id, found.start)) {
                        sighted
                            .names
                            .entry(name.clone())
                            .or_default()
                            .insert(found.key);
                    }
                }
                _ => {
                    sighted.messages.insert(*id);
                }
            }
        }
    }
    for keys in sighted.blobs.values_mut() {
        keys.sort_unstable();
        keys.dedup_by(|next, known| {
            let same = next.0 == known.0;
            known.1 += if same { next.1 } else { 0 };
            same
        });
    }
    let subject = Subject {
        store,
        commits: &lineage.commits,
        trees: &lineage.trees,
        refs: &history.refs,
        reflogs: &reflog::read(repository),
        limits: &control.limits,
        tell,
    };
    attribute::attribute(&subject, &sighted)
}
