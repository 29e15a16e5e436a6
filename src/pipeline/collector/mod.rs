//! Groups what the detector sees by key and location, in an order that does not depend on threads.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::sightings::{Direct, Located, Placed, Seen, Stored, Where};
use crate::control::Control;
use crate::detect::{self, Detector, Match};
use crate::git::{Repository, header, plain, tree};
use crate::model::{
    Chunk, Fresh, Key, Location, Mark, ObjectId, Origin, Problem, Secret, Sink, Worker,
};
use crate::source::history::{Head, History};

pub(super) struct Collector<'a> {
    detector: &'a Detector,
    show_secrets: bool,
    seen: Mutex<SeenSet>,
    direct: Mutex<Vec<Direct>>,
    stored: Mutex<Vec<Stored>>,
    problems: Mutex<Vec<Problem>>,
}

#[derive(Default)]
struct SeenSet {
    ids: HashMap<Seen, u32>,
    all: Vec<Seen>,
    /// The number of the secret of each, whatever the confidence with which it was seen.
    keys: Vec<u32>,
    by_secret: HashMap<Secret, u32>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SeenSet {
    fn id(&mut self, seen: Seen) -> u32 {
        if let Some(&id) = self.ids.get(&seen) {
            return id;
        }
        let id = self.all.len() as u32;
        let next = self.by_secret.len() as u32;
        self.keys
            .push(*self.by_secret.entry(seen.secret.clone()).or_insert(next));
        self.ids.insert(seen.clone(), id);
        self.all.push(seen);
        id
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(detector: &'a Detector, show_secrets: bool) -> Self {
        Self {
            detector,
            show_secrets,
            seen: Mutex::default(),
            direct: Mutex::default(),
            stored: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// The number of the secret that was seen.
    fn key_of(&self, seen: u32) -> u32 {
        lock(&self.seen)
            .keys
            .get(seen as usize)
            .copied()
            .unwrap_or(seen)
    }

    /// Locations of what was seen outside object databases. Paths of files count from `base`.
    pub(super) fn file_locations(&self, base: &Path) -> Located {
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
                reachable: lost.then_some("none"),
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
    pub(super) fn history_locations(
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
            let location = self.stored_location(&at.1, &sighting, bytes, history, base);
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
            Origin::History if known.is_some_and(is_note) => Origin::Note,
            origin => origin,
        };
        let is_text = origin != Origin::PathName && end <= bytes.len();
        let lost = matches!(seen.origin, Origin::History | Origin::PathName) && known.is_none();
        Location {
            origin,
            path,
            place: is_text.then(|| detect::place(bytes, start, end, Default::default())),
            blob: Some(seen.object),
            reachable: lost.then_some("none"),
            tracked: None,
            context: is_text
                .then(|| detect::context(self.detector, bytes, start, end, self.show_secrets)),
        }
    }

    /// The keys, worst first, and the problems.
    pub(super) fn finish(self, located: Located) -> (Vec<Key>, Vec<Problem>) {
        let mut keys: BTreeMap<String, Key> = BTreeMap::new();
        let seen = std::mem::take(&mut *lock(&self.seen)).all;
        for (_, placed) in located {
            let Some(Seen {
                secret,
                rule,
                confidence: Some(confidence),
            }) = seen.get(placed.seen as usize).cloned()
            else {
                continue;
            };
            let name = self
                .detector
                .rules()
                .get(usize::from(rule))
                .map(|rule| rule.id.to_string())
                .unwrap_or_default();
            let key = keys.entry(secret.fingerprint()).or_insert_with(|| Key {
                secret,
                rule: name,
                confidence,
                locations: Vec::new(),
            });
            key.confidence = key.confidence.max(confidence);
            key.locations.push(placed.location);
        }
        let mut keys: Vec<(String, Key)> = keys.into_iter().collect();
        for (_, key) in &mut keys {
            key.locations.sort();
            key.locations.dedup();
        }
        keys.sort_by(|(one_name, one), (other_name, other)| {
            let worst = other.confidence.cmp(&one.confidence);
            worst
                .then(other.locations.len().cmp(&one.locations.len()))
                .then(one_name.cmp(other_name))
        });
        let problems = self
            .problems
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        (keys.into_iter().map(|(_, key)| key).collect(), problems)
    }
}

/// A note's path is the id of what it annotates, with a slash here and there (git-notes).
fn is_note(path: &[u8]) -> bool {
    let digits = path.iter().filter(|&&byte| byte != b'/');
    matches!(digits.clone().count(), 40 | 64) && digits.clone().all(u8::is_ascii_hexdigit)
}

impl Sink for Collector<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Collecting {
            collector: self,
            matches: Vec::new(),
            stored: Vec::new(),
        })
    }

    fn problem(&self, problem: Problem) {
        lock(&self.problems).push(problem);
    }
}

struct Collecting<'a> {
    collector: &'a Collector<'a>,
    matches: Vec<Match>,
    stored: Vec<Stored>,
}

impl Worker for Collecting<'_> {
    fn chunk(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        self.matches.clear();
        let windows = match chunk.fresh {
            Fresh::All => None,
            Fresh::Only(ranges) => Some(ranges),
        };
        self.collector
            .detector
            .search(chunk.bytes, windows, &mut self.matches);
        if self.matches.is_empty() && chunk.inherited.is_empty() {
            return;
        }
        self.collect(chunk, marks);
    }
}

impl Collecting<'_> {
    fn collect(&mut self, chunk: &Chunk<'_>, marks: &mut Vec<Mark>) {
        let detector = self.collector.detector;
        let mut seen = lock(&self.collector.seen);
        let searched = self.matches.len();
        for mark in chunk.inherited {
            let found = self.matches.get(..searched).unwrap_or_default();
            if found
                .binary_search_by_key(&mark.start, |found| found.start)
                .is_ok()
            {
                continue;
            }
            let Some(rule) = seen.all.get(mark.id as usize).map(|seen| seen.rule) else {
                continue;
            };
            let confidence = detector.judge(chunk.bytes, mark.start, mark.end, rule);
            self.matches.push(Match {
                start: mark.start,
                end: mark.end,
                rule,
                confidence,
            });
        }
        self.matches
            .sort_unstable_by_key(|found| (found.start, found.end));
        self.matches.retain(|found| {
            chunk
                .own
                .is_none_or(|(from, to)| (from..to).contains(&found.start))
        });
        let first = marks.len();
        for found in &self.matches {
            let text = chunk.bytes.get(found.start..found.end).unwrap_or_default();
            let secret = Secret::new(&String::from_utf8_lossy(text));
            let id = seen.id(Seen {
                secret,
                rule: found.rule,
                confidence: found.confidence,
            });
            marks.push(Mark {
                start: found.start,
                end: found.end,
                id,
            });
        }
        drop(seen);
        let matches = std::mem::take(&mut self.matches);
        for (found, mark) in matches.iter().zip(marks.get(first..).unwrap_or_default()) {
            if found.confidence.is_some() {
                self.record(chunk, mark);
            }
        }
        self.matches = matches;
    }

    fn record(&mut self, chunk: &Chunk<'_>, mark: &Mark) {
        let positions = (u32::try_from(mark.start), u32::try_from(mark.end));
        if let (Some(object), None, (Ok(start), Ok(end))) = (chunk.object, chunk.own, positions) {
            self.stored.push(Stored {
                seen: mark.id,
                object,
                start,
                end,
                origin: chunk.origin,
            });
            return;
        }
        let is_name = matches!(chunk.origin, Origin::PathName | Origin::RefName);
        let (start, end) = (mark.start, mark.end);
        let collector = self.collector;
        let context = || {
            detect::context(
                collector.detector,
                chunk.bytes,
                start,
                end,
                collector.show_secrets,
            )
        };
        lock(&collector.direct).push(Direct {
            seen: mark.id,
            origin: chunk.origin,
            path: chunk.path.map(<[u8]>::to_vec),
            object: chunk.object,
            place: (!is_name).then(|| detect::place(chunk.bytes, start, end, chunk.position)),
            context: (!is_name).then(context),
        });
    }
}

impl Drop for Collecting<'_> {
    fn drop(&mut self) {
        lock(&self.collector.stored).append(&mut self.stored);
    }
}
