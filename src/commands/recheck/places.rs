//! What a report says of keys and their places, as whoever reads them again takes it, and why a key was not asked about.

use std::collections::HashMap;

use super::reading::{self, Key, Kind, Origin, Place};
use crate::detect::Detector;
use crate::model::{Mask, Secret, TargetKind};
use crate::pipeline::{Reread, Sought, Spot, SpotKind};

/// Before the digits of a key of AIsa's, and of anything else; see [`Secret::fingerprint`].
const PLAIN: &str = "sha256:";
const KEYED: &str = "hmac-sha256:";
/// The digits.
const DIGITS: usize = 64;

/// What was scanned.
pub(super) fn target(target: &reading::Target) -> (Option<TargetKind>, String) {
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
            Origin::PathName => SpotKind::PathName,
            Origin::RefName => SpotKind::RefName,
            Origin::Stdin => SpotKind::Stream,
            _ => SpotKind::Contents,
        },
        path: exact.or_else(shown),
        object: place.blob,
        commit: place.introduced.as_ref().and_then(|it| it.commit),
    }
}

/// The bytes of a path that was percent-encoded; `None` if it was not.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? << 4 | digit(rest.next())?).ok()?,
            byte => byte,
        });
    }
    Some(bytes)
}

/// Whether a text is the fingerprint of an AIsa key.
pub(super) fn is_plain(fingerprint: &str) -> bool {
    fingerprint.strip_prefix(PLAIN).is_some_and(are_digits)
}

/// Whether a text is one of the fingerprints that this version knows.
pub(super) fn is_known(fingerprint: &str) -> bool {
    is_plain(fingerprint) || fingerprint.strip_prefix(KEYED).is_some_and(are_digits)
}

fn are_digits(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::percent_encoded;

    #[test]
    fn exact_paths_come_back() {
        for path in [&b"a/b.py"[..], b"\xff \x00%\n", "é…/x".as_bytes(), b""] {
            assert_eq!(decoded(&percent_encoded(path)).as_deref(), Some(path));
        }
        for text in ["%", "%4", "%4g", "a%zz"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn fingerprints_are_whole() {
        let digits = "0123456789abcdef".repeat(4);
        assert!(is_plain(&format!("sha256:{digits}")));
        for other in [
            format!("hmac-sha256:{digits}"),
            format!("sha256:{digits}0"),
            format!("sha512:{digits}"),
            "sha256:".to_owned(),
            format!("sha256:{}g", &digits[1..]),
        ] {
            assert!(!is_plain(&other), "{other}");
        }
        assert!(is_known(&format!("hmac-sha256:{digits}")));
    }
}
