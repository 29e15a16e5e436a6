//! Where what was seen in files, names and streams stands: sightings become locations.

use std::collections::HashMap;
use std::path::Path;

use super::super::sightings::{Direct, Located, Placed, Where};
use super::{Collector, lock};
use crate::git::plain;
use crate::model::{Arrival, Location, Origin, Reachable, Site};

impl Collector<'_> {
    /// Locations of what was seen in what has no id. Paths of files count from `base`.
    pub(in crate::pipeline) fn file_locations(&self, base: &Path) -> Located {
        let mut located = Located::new();
        let mut direct = std::mem::take(&mut *lock(&self.direct));
        direct.sort_by(|one, other| {
            let order = |seen: &Direct| (seen.origin, seen.object, seen.place);
            (order(one), &one.path).cmp(&(order(other), &other.path))
        });
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
                member: Vec::new(),
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
