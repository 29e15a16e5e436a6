//! Groups what the detector sees by key and location, in an order that does not depend on threads.

mod collecting;
mod history;
mod keeping;
mod known;
mod placing;
mod standing;

use std::collections::HashMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Options;
use super::sightings::{Decompressed, Direct, InFull, Located, Placed, Seen, Stored, Where};
use super::telling::Teller;
use super::tracing::Sighting;
use crate::detect::Detector;
use crate::model::{Attribution, Key, Location, Problem, Secret, Sink, Verdict, Worker};
use collecting::Collecting;
use known::{Known, Manner, Sighted};

pub(super) struct Collector<'a> {
    teller: Teller<'a>,
    /// Whether locations say what history says about them.
    attributes: bool,
    known: RwLock<Known>,
    direct: Mutex<Vec<Direct>>,
    decompressed: Mutex<HashMap<InFull, Vec<Decompressed>>>,
    stored: Mutex<Vec<Stored>>,
    problems: Mutex<Vec<Problem>>,
    /// Every sighting in an object; `None` unless somebody wants them.
    kept: Option<Mutex<Vec<Sighting>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(shared: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Collector<'a> {
    pub(super) fn new(detector: &'a Detector, options: &Options) -> Self {
        Self {
            teller: Teller {
                detector,
                show_secrets: options.show_secrets,
            },
            attributes: !options.no_attribution,
            known: RwLock::default(),
            direct: Mutex::default(),
            decompressed: Mutex::default(),
            stored: Mutex::default(),
            problems: Mutex::default(),
            kept: None,
        }
    }

    /// Adds a location of what was not seen through this sink. Where there is one already, it was first, and what
    /// history says of the other is added to it.
    pub(super) fn add(&self, located: &mut Located, seen: Seen, at: Where, location: Location) {
        let Seen {
            secret,
            rule,
            confidence,
        } = seen;
        let number = write(&self.known).add(secret, rule);
        let seen = Sighted { number, confidence }.id();
        match located.entry((self.key_of(seen), at)) {
            Entry::Vacant(entry) => drop(entry.insert(Placed { seen, location })),
            Entry::Occupied(mut entry) => {
                let known = &mut entry.get_mut().location.attribution;
                if let (Some(known), Some(more)) = (known, location.attribution) {
                    known.events_total += more.events_total;
                    known.events.extend(more.events);
                    known.events.truncate(Attribution::SHOWN);
                    known.pushed = known.pushed.max(more.pushed);
                }
            }
        }
    }

    /// What decided about what was seen.
    pub(super) fn detector(&self) -> &'a Detector {
        self.teller.detector
    }

    /// How something was seen: by which rule, and the secret if it did not stand there as it is.
    fn manner(&self, seen: u32) -> (u16, Option<Secret>) {
        let known = read(&self.known);
        let number = Sighted::of(seen).number;
        match known.manner(number) {
            Some(Manner {
                rule,
                wrapped: false,
            }) => (rule, None),
            Some(Manner { rule, .. }) => (rule, known.secret(number).cloned()),
            None => (u16::MAX, None),
        }
    }

    /// The secrets under the numbers that locations have.
    pub(super) fn secrets(&self) -> HashMap<u32, Secret> {
        let known = read(&self.known);
        let secrets = known.secrets().into_iter();
        secrets
            .map(|(number, secret)| (number, secret.clone()))
            .collect()
    }

    /// The number of the secret that was seen.
    fn key_of(&self, seen: u32) -> u32 {
        let number = Sighted::of(seen).number;
        read(&self.known).key(number).unwrap_or(number)
    }

    /// The keys and the problems.
    pub(super) fn finish(self, located: Located) -> (Vec<Key>, Vec<Problem>) {
        let known = self
            .known
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let rules = self.teller.detector.rules();
        let rule = |number| {
            let rule = rules.get(usize::from(known.manner(number)?.rule))?;
            Some(rule.id.to_string())
        };
        // Locations come sorted by secret: those of one key follow each other.
        let mut keys: Vec<(u32, Key)> = Vec::new();
        let secrets = known.secrets();
        for ((at, _), mut placed) in located {
            if !self.attributes {
                placed.location.attribution = None;
            }
            let Sighted { number, confidence } = Sighted::of(placed.seen);
            let (Some(confidence), Some(secret)) = (confidence, secrets.get(&at)) else {
                continue;
            };
            match keys.last_mut() {
                Some((last, key)) if *last == at => {
                    key.confidence = key.confidence.max(confidence);
                    key.locations.push(placed.location);
                }
                _ => {
                    let key = Key {
                        secret: (*secret).clone(),
                        rule: rule(number).unwrap_or_default(),
                        confidence,
                        locations: vec![placed.location],
                        notes: Vec::new(),
                        verdict: Verdict::default(),
                    };
                    keys.push((at, key));
                }
            }
        }
        drop(secrets);
        drop(known);
        for (_, key) in &mut keys {
            key.locations.sort();
            key.locations.dedup();
        }
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
