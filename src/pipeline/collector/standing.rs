//! Where what was seen in files, names and streams stands: sightings become locations.

use std::collections::HashMap;
use std::path::Path;

use super::super::sightings::{Direct, InFile, Located, Placed, Where, containers};
use super::{Collector, lock};
use crate::git::plain;
use crate::model::{Arrival, Location, Origin, Reachable, Site};

impl Collector<'_> {
    /// Leaves out what was seen in the bytes of a container, and in one of its members, too. They come sorted by file, and
    /// there by member.
    fn drop_containers(&self, direct: &mut Vec<Direct>) {
        let decompressed = lock(&self.decompressed);
        if decompressed.is_empty() && direct.iter().all(|seen| seen.member.is_empty()) {
            return;
        }
        let same = |one: &Direct, other: &Direct| {
            (one.origin, one.object) == (other.origin, other.object) && one.path == other.path
        };
        let keys: Vec<u32> = direct.iter().map(|seen| self.key_of(seen.seen)).collect();
        let mut kept = vec![true; direct.len()];
        let mut start = 0;
        for file in direct.chunk_by(same) {
            let end = start + file.len();
            let keys = keys.get(start..end).unwrap_or_default();
            let seen = file.iter().zip(keys).map(|(seen, key)| InFile {
                key: *key,
                start: seen.start,
                member: &seen.member,
            });
            let seen: Vec<_> = seen.collect();
            let full = file.first().map(Direct::in_full);
            let decompressed = full.and_then(|file| decompressed.get(&file));
            for at in containers(&seen, decompressed.map_or(&[], Vec::as_slice)) {
                if let Some(kept) = kept.get_mut(start + at) {
                    *kept = false;
                }
            }
            start = end;
        }
        let mut kept = kept.into_iter();
        direct.retain(|_| kept.next().unwrap_or(true));
    }

    /// Locations of what was seen in what has no id. Paths of files count from `base`.
    pub(in crate::pipeline) fn file_locations(&self, base: &Path) -> Located {
        let mut located = Located::new();
        let mut direct = std::mem::take(&mut *lock(&self.direct));
        direct.sort_by(|one, other| {
            let order = |seen: &Direct| (seen.origin, seen.object);
            let within = |seen: &Direct| (seen.place, seen.seen);
            let order = order(one)
                .cmp(&order(other))
                .then(one.path.cmp(&other.path));
            let order = order.then_with(|| one.member.cmp(&other.member));
            order.then(within(one).cmp(&within(other)))
        });
        self.drop_containers(&mut direct);
        let mut nth = HashMap::new();
        for sighting in direct {
            let key = self.key_of(sighting.seen);
            let at = match (&sighting.path, sighting.origin) {
                (Some(path), Origin::Worktree | Origin::History) => {
                    let file = (key, sighting.path.clone(), sighting.object);
                    let count: &mut usize = nth.entry(file).or_default();
                    *count += 1;
                    Where::File(base.join(plain::to_path(path)), *count - 1)
                }
                _ if !sighting.member.is_empty() => {
                    let Direct { path, member, .. } = &sighting;
                    Where::Member(
                        sighting.origin,
                        path.clone(),
                        member.clone(),
                        sighting.place,
                    )
                }
                _ => Where::Named(sighting.origin, sighting.path.clone(), sighting.place),
            };
            let is_file = matches!(
                sighting.origin,
                Origin::Worktree | Origin::History | Origin::Config | Origin::PathName
            );
            let path = sighting.path.as_ref().filter(|_| is_file);
            let site = path.map(|path| {
                Box::new(Site {
                    file: base.join(plain::to_path(path)),
                    arrival: Arrival::Untold,
                })
            });
            let lost = sighting.origin == Origin::History && sighting.path.is_none();
            let location = Location {
                origin: sighting.origin,
                path: sighting.path,
                place: sighting.place,
                blob: sighting.object,
                reachable: lost.then_some(Reachable::None),
                attribution: None,
                tracked: None,
                context: sighting.told.context,
                notes: sighting.told.notes,
                allowed: sighting.told.allowed,
                site,
                names_issuer: sighting.told.names_issuer,
                encoding: sighting.told.encoding,
                member: sighting.member,
                cell: sighting.told.cell,
            };
            let seen = sighting.seen;
            located
                .entry((key, at))
                .or_insert(Placed { seen, location });
        }
        located
    }
}
