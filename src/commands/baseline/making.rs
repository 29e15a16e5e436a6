//! From findings and problems to entries.

use crate::baseline::{Accepted, Entry, Print, Source, Spot, Terms};
use crate::detect::Detector;
use crate::error::Result;
use crate::model::{Key, Mask, Problem, Secret};

use super::wrong;

/// Makes the entries of one file.
pub(super) struct Maker<'a> {
    pub(super) source: &'a Source,
    pub(super) detector: &'a Detector,
}

impl Maker<'_> {
    /// A key that is accepted at a place.
    ///
    /// # Errors
    /// A fingerprint that has to be keyed, and nobody gave a key that is there tomorrow.
    pub(super) fn entry(&self, key: &Key, spot: Spot, terms: &Terms) -> Result<Entry> {
        let print = self.print(&key.secret)?;
        let shown = (!print.is_keyed()).then(|| key.secret.redacted());
        Ok(Entry {
            print,
            rule: Some(self.detector.mask_name(&key.rule).into()),
            shown,
            spot,
            terms: terms.clone(),
            line: 0,
        })
    }

    fn print(&self, secret: &Secret) -> Result<Print> {
        let listing = &self.source.listing;
        let text = match &self.source.key {
            _ if secret.is_aisa() && !listing.keyed => secret.fingerprint(),
            Some(key) => secret.keyed_fingerprint(key),
            None => {
                let reason = "what brought rules find can be guessed, so that its fingerprints are keyed: set \
                              AISALEAKS_FINGERPRINT_KEY to a secret text of your own, the same wherever this baseline is used, \
                              or accept only what a built-in rule finds with --only-rule";
                return Err(wrong(&listing.name, reason));
            }
        };
        Print::parse(&text).ok_or_else(|| wrong(&listing.name, "a fingerprint cannot be made"))
    }

    /// A problem that is accepted.
    pub(super) fn problem(&self, problem: &Problem, terms: &Terms) -> Option<Accepted> {
        Some(Accepted {
            print: Print::parse(&problem.fingerprint())?,
            kind: Some(problem.kind.name().to_owned()),
            place: Some(self.detector.mask_name(&problem.place)),
            terms: terms.clone(),
            line: 0,
        })
    }
}

/// Puts what tells the key of keyed fingerprints into the head of a file, if it has any.
pub(super) fn lock(source: &mut Source) {
    let listing = &mut source.listing;
    let check = source
        .key
        .as_ref()
        .and_then(|key| Print::parse(&key.check()));
    let needs = listing.keyed || listing.keyed_entries() > 0;
    if let Some(check) = check.filter(|check| needs && !listing.checks.contains(check)) {
        listing.checks.push(check);
    }
}

/// A place in words for people.
pub(super) fn place(spot: &Spot) -> String {
    match (&spot.path, spot.origin) {
        (Some(path), None) => path.text.clone(),
        (Some(path), Some(origin)) => format!("{} ({})", path.text, origin.name()),
        (None, origin) => format!("({})", origin.map_or("nowhere", |origin| origin.name())),
    }
}

/// What has to be done all the same about keys that are accepted; nothing if there are none.
pub(super) fn still_live<'k>(keys: impl Iterator<Item = &'k Key>) -> String {
    let (mut is_aisa, mut is_other) = (false, false);
    for key in keys {
        is_aisa |= key.secret.is_aisa();
        is_other |= !key.secret.is_aisa();
    }
    let place = match (is_aisa, is_other) {
        (false, false) => return String::new(),
        (true, false) => "https://console.aisa.one, API Keys",
        (false, true) => "where it was issued",
        (true, true) => "https://console.aisa.one, API Keys, or where it was issued",
    };
    format!("an accepted key is live until it is revoked: {place}\n")
}
