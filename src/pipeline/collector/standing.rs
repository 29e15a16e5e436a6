//! Where what was seen stands: sightings become locations, of which one stands for each key and place.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::super::notes::Notes;
use super::super::sightings::{Direct, Located, Placed, Stored, Where};
use super::{Collector, lock};
use crate::control::Control;
use crate::detect;
use crate::git::{Repository, header, plain, tree};
use crate::model::{Location, ObjectId, Origin, Reachable};
use crate::source::history::{Head, History};

impl Collector<'_> {
    /// Locations of what was seen outside object databases. Paths of files count from `base`.
    pub(in crate::pipeline) fn file_locations(&self, base: &Path) -> Located {
        self.direct_locations(base, |_| None)
    }

    /// Locations of what was seen once and is not read again. `path` knows where objects stand.
    fn direct_locations(&self, base: &Path, path: impl Fn(ObjectId) -> Option<Vec<u8>>) -> Located {
        let mut located = Located::new();
        let mut direct = std::mem::take(&mut *lock(&self.direct));
        for sighting in &mut direct {
            sighting.path = sighting.path.take().or_else(|| path(sighting.object?));
        }
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
            let lost = sighting.origin == Origin::History && sighting.path.is_none();
            let location = Location {
                origin: sighting.origin,
                path: sighting.path,
                place: sighting.place,
                blob: sighting.object,
                reachable: lost.then_some(Reachable::None),
                attribution: None,
                tracked: None,
                context: sighting.context,
            };
            let seen = sighting.seen;
            located
                .entry((key, at))
                .or_insert(Placed { seen, location });
        }
        located
    }

    /// Adds the locations of what was seen in a repository's objects.
    pub(in crate::pipeline) fn history_locations(
        &self,
        repository: &Repository,
        history: &History,
        control: &Control,
        base: &Path,
        located: &mut Located,
    ) {
        let root = repository
            .name
            .canonicalize()
            .unwrap_or_else(|_| repository.name.clone());
        let streamed = self.direct_locations(&root, |id| history.paths.get(&id).cloned().flatten());
        for (at, placed) in streamed {
            let blob = placed.location.blob;
            let known = &mut located.entry(at).or_insert(placed).location;
            known.blob = known.blob.or(blob);
        }
        let mut notes = Notes::new(repository, history, control);
        let mut held: Option<(ObjectId, Vec<u8>)> = None;
        for (at, sighting) in self.choose(&root, history, control) {
            if let Some(known) = located.get_mut(&at) {
                known.location.blob = known.location.blob.or(Some(sighting.object));
                continue;
            }
            if held.as_ref().is_none_or(|(id, _)| *id != sighting.object) {
                held = history
                    .read(&sighting.object, control)
                    .map(|bytes| (sighting.object, bytes));
            }
            let bytes = held.as_ref().map_or(&[][..], |(_, bytes)| bytes);
            let location = self.stored_location(&at.1, &sighting, bytes, history, &mut notes, base);
            located.insert(
                at,
                Placed {
                    seen: sighting.seen,
                    location,
                },
            );
        }
    }

    /// For each location the sighting that stands for it: the one at HEAD if there is one, else that of the smallest
    /// id, so that the answer does not depend on threads. Sorted by object.
    fn choose(
        &self,
        root: &Path,
        history: &History,
        control: &Control,
    ) -> Vec<((u32, Where), Stored)> {
        let mut stored = std::mem::take(&mut *lock(&self.stored));
        stored.sort_unstable_by_key(|seen| (seen.object, seen.start, seen.origin));
        stored.dedup();
        let mut head = Head::new(history, control);
        let mut chosen: BTreeMap<(u32, Where), Stored> = BTreeMap::new();
        let mut nth: HashMap<(u32, ObjectId), usize> = HashMap::new();
        for sighting in stored {
            let key = self.key_of(sighting.seen);
            let count = nth.entry((key, sighting.object)).or_default();
            *count += 1;
            let mut at_head = false;
            let at = match (history.paths.get(&sighting.object), sighting.origin) {
                (Some(Some(path)), Origin::History) => {
                    at_head = head.find(path) == Some(sighting.object);
                    Where::File(root.join(plain::to_path(path)), *count - 1)
                }
                (Some(Some(_)), Origin::PathName) => {
                    let path = self.tree_path(&sighting, history, control);
                    Where::Named(Origin::PathName, path, None)
                }
                _ => Where::Object(sighting.origin, sighting.object, u64::from(sighting.start)),
            };
            if at_head {
                chosen.insert((key, at), sighting);
            } else {
                chosen.entry((key, at)).or_insert(sighting);
            }
        }
        let mut chosen: Vec<_> = chosen.into_iter().collect();
        chosen.sort_by_key(|(_, sighting)| sighting.object);
        chosen
    }

    /// The path of a name in a tree.
    fn tree_path(
        &self,
        sighting: &Stored,
        history: &History,
        control: &Control,
    ) -> Option<Vec<u8>> {
        let mut path = history.paths.get(&sighting.object)?.clone()?;
        let bytes = history.read(&sighting.object, control)?;
        let mut starts = Vec::new();
        tree::starts(&bytes, sighting.object.as_bytes().len(), &mut starts);
        let at = starts
            .partition_point(|&start| start <= sighting.start)
            .checked_sub(1)?;
        let entry = tree::entry(
            &bytes,
            *starts.get(at)? as usize,
            sighting.object.as_bytes().len(),
        )?;
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(entry.name);
        Some(path)
    }

    fn stored_location(
        &self,
        at: &Where,
        seen: &Stored,
        bytes: &[u8],
        history: &History,
        notes: &mut Notes<'_>,
        base: &Path,
    ) -> Location {
        let (start, end) = (seen.start as usize, seen.end as usize);
        let known = history.paths.get(&seen.object).and_then(Option::as_deref);
        let path = match at {
            Where::File(place, _) => match place.strip_prefix(base) {
                Ok(inside) => Some(inside.as_os_str().as_encoded_bytes().to_vec()),
                Err(_) => known.map(<[u8]>::to_vec),
            },
            Where::Named(_, path, _) => path.clone(),
            Where::Object(..) => None,
        };
        let origin = match seen.origin {
            Origin::CommitMessage | Origin::TagMessage if header::names_a_person(bytes, start) => {
                Origin::Author
            }
            Origin::History if known.is_some_and(|path| notes.has(&seen.object, path)) => {
                Origin::Note
            }
            origin => origin,
        };
        let is_text = origin != Origin::PathName && end <= bytes.len();
        let lost = matches!(seen.origin, Origin::History | Origin::PathName) && known.is_none();
        Location {
            origin,
            path,
            place: is_text.then(|| detect::place(bytes, start, end, Default::default())),
            blob: Some(seen.object),
            reachable: lost.then_some(Reachable::None),
            attribution: None,
            tracked: None,
            context: is_text
                .then(|| detect::context(self.detector, bytes, start, end, self.show_secrets)),
        }
    }
}
