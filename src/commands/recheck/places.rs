//! What a report says of keys and their places, as whoever reads them again takes it, and why a key was not asked about.

use std::collections::HashMap;

use crate::commands::reported::{self, KEYED, Key, Kind, Place, decoded, is_plain};
use crate::detect::Detector;
use crate::model::{Mask, Origin, Secret, TargetKind};
use crate::pipeline::{Reread, Sought, Spot, SpotKind};

/// What was scanned.
pub(super) fn target(target: &reported::Target) -> (Option<TargetKind>, String) {
    let kind = match target.kind {
        Kind::Files => Some(TargetKind::Files),
        Kind::Git => Some(TargetKind::Git),
        Kind::Staged => Some(TargetKind::Staged),
        Kind::Message => Some(TargetKind::Message),
        Kind::Stdin => Some(TargetKind::Stdin),
        Kind::Other => None,
    };
    (kind, target.path.clone())
}

/// The keys that can be read again, each fingerprint once.
pub(super) fn sought(keys: &[Key]) -> Vec<Sought> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Sought> = Vec::new();
    for key in keys.iter().filter(|key| is_plain(&key.fingerprint)) {
        let number = *numbers.entry(&key.fingerprint).or_insert(all.len());
        if number == all.len() {
            all.push(Sought {
                fingerprint: key.fingerprint.clone(),
                ..Sought::default()
            });
        }
        let Some(sought) = all.get_mut(number) else {
            continue;
        };
        sought.places.extend(key.locations.iter().map(spot));
        let told = key.secret.as_deref().map(Secret::new);
        let told = told.filter(|told| told.fingerprint() == key.fingerprint);
        sought.told = sought.told.take().or(told);
    }
    all
}

fn spot(place: &Place) -> Spot {
    let exact = place.path_bytes.as_deref().and_then(decoded);
    let shown = || place.path.as_deref().map(|path| path.as_bytes().to_vec());
    Spot {
        kind: match place.origin {
            Some(Origin::PathName) => SpotKind::PathName,
            Some(Origin::RefName) => SpotKind::RefName,
            Some(Origin::Stdin) => SpotKind::Stream,
            _ => SpotKind::Contents,
        },
        path: exact.or_else(shown),
        object: place.blob,
        commit: place.introduced.as_ref().and_then(|it| it.commit),
    }
}

/// Why AIsa was not asked about a key. A run that was ended has not looked everywhere.
pub(super) fn unasked(
    key: &Key,
    again: Option<&Reread>,
    detector: &Detector,
    was_ended: bool,
) -> String {
    let Some(again) = again else {
        return match key.fingerprint.starts_with(KEYED) {
            true => "a rule that was brought found it: only AIsa's own keys can be checked; check it where it was issued",
            false => "its fingerprint is none that this version knows; scan again",
        }
        .to_owned();
    };
    let total = key.locations.len();
    if was_ended || again.secret.is_some() {
        return "the run was interrupted before AIsa was asked".to_owned();
    }
    match &again.unread {
        Some((number, reason)) => {
            let reason = detector.mask_name(reason);
            let places = match (total, number) {
                (1, _) => "its place cannot be read".to_owned(),
                (_, 1) => format!("of its {total} places one cannot be read"),
                (_, number) => {
                    format!("of its {total} places {number} cannot be read, the first because")
                }
            };
            format!("{places}: {reason}; mend that, or check it in the console")
        }
        None if total == 0 => "the report names no place of it; scan again".to_owned(),
        None => {
            let places = match total {
                1 => "at its place".to_owned(),
                total => format!("at any of its {total} places"),
            };
            format!(
                "it is not {places} any more, neither on disk nor in the object database; scan again, or check it in the console"
            )
        }
    }
}
