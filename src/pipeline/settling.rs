//! Decides what counts: takes out what somebody allowed, says what the places of each key mean together, and puts the
//! worst first.

use super::Options;
use super::allowing::Allowing;
use crate::assess;
use crate::detect::Detector;
use crate::model::{EventKind, Key, Location, Outcome};

/// Divides the keys into those that count and those that are allowed.
pub(super) fn settle(
    keys: Vec<Key>,
    detector: &Detector,
    options: &Options,
    allowing: &mut Allowing<'_>,
    outcome: &mut Outcome,
) {
    let now = options.now();
    for mut key in keys {
        if !key.secret.is_aisa() {
            drop_what_does_not_count(&mut key, detector);
        }
        allowing.judge(&mut key);
        let (allowed, open): (Vec<_>, Vec<_>) = std::mem::take(&mut key.locations)
            .into_iter()
            .partition(|at| at.allowed.is_some());
        for (locations, list) in [
            (open, &mut outcome.keys),
            (allowed, &mut outcome.suppressed),
        ] {
            if !locations.is_empty() {
                let mut part = Key {
                    locations,
                    ..key.clone()
                };
                part.notes = assess::key(&part, now);
                list.push(part);
            }
        }
    }
    worst_first(&mut outcome.keys);
    worst_first(&mut outcome.suppressed);
}

/// Takes out what a brought rule does not count under its path, or in its commits.
fn drop_what_does_not_count(key: &mut Key, detector: &Detector) {
    let introducing = |at: &Location| -> Vec<String> {
        let events = at.attribution.iter().flat_map(|history| &history.events);
        let introduced = events.filter(|event| event.kind == EventKind::Introduced);
        introduced.map(|event| event.commit.to_string()).collect()
    };
    let Key {
        secret,
        rule,
        locations,
        ..
    } = key;
    let secret = secret.expose().as_bytes();
    locations.retain(|at| {
        let path = at.path.as_deref().unwrap_or_default();
        !detector.drops_finally(rule, secret, path, &introducing(at))
    });
}

/// Puts the worst first, as far as it is known by now: again, when it is known whether they work.
///
/// The fingerprints of what brought rules found may be of this run only: where they stand comes first there.
pub(super) fn worst_first(keys: &mut [Key]) {
    keys.sort_by_cached_key(|key| {
        let first = key.locations.first();
        let place = (!key.secret.is_aisa()).then(|| {
            let at = first.map(|at| (at.path.clone(), at.place, at.origin, at.blob));
            (key.rule.clone(), at)
        });
        (assess::exposure(key), place, key.secret.fingerprint())
    });
}
