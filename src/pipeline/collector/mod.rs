//! Groups what the detector sees by key and location, in an order that does not depend on threads.

mod collecting;
mod standing;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::sightings::{Direct, Located, Placed, Seen, Stored, Where};
use crate::detect::Detector;
use crate::model::{Attribution, Key, Location, Problem, Secret, Sink, Worker};
use collecting::Collecting;

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

    /// Adds a location of what was not seen through this sink. Where there is one already, it was first, and what
    /// history says of the other is added to it.
    pub(super) fn add(&self, located: &mut Located, seen: Seen, at: Where, location: Location) {
        let seen = lock(&self.seen).id(seen);
        match located.entry((self.key_of(seen), at)) {
            Entry::Vacant(entry) => drop(entry.insert(Placed { seen, location })),
            Entry::Occupied(mut entry) => {
                let known = &mut entry.get_mut().location.attribution;
                if let (Some(known), Some(more)) = (known, location.attribution) {
                    known.events_total += more.events_total;
                    known.events.extend(more.events);
                    known.events.truncate(Attribution::SHOWN);
                    known.pushed |= more.pushed;
                }
            }
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

impl Sink for Collector<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Collecting::new(self))
    }

    fn problem(&self, problem: Problem) {
        lock(&self.problems).push(problem);
    }
}
