//! What a baseline says: which keys are accepted where, which problems are, by whom and why.

use std::sync::Arc;

use jiff::civil::Date;

use super::print::Print;
use super::spot::Spot;

/// Under what terms something is accepted. Most entries share their words with others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// Why.
    pub reason: Arc<str>,
    /// By whom.
    pub author: Option<Arc<str>>,
    /// On which day, in UTC.
    pub added: Option<Date>,
    /// The last day on which it holds, in UTC.
    pub expires: Option<Date>,
}

impl Terms {
    /// Whether it holds no more.
    pub fn has_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Of two terms for one thing, those that hold longer come first, then the newer ones.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let lasts = self.expires.unwrap_or(Date::MAX);
        std::cmp::Reverse((lasts, self.added))
    }
}

/// A key that is accepted at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The fingerprint of the key.
    pub print: Print,
    /// The rule that found it, for whoever reads the file.
    pub rule: Option<Arc<str>>,
    /// The key, redacted, for whoever reads the file.
    pub shown: Option<String>,
    /// Where.
    pub spot: Spot,
    /// Why, and how long.
    pub terms: Terms,
    /// The line on which the entry stands, from 1.
    pub line: usize,
}

/// A problem that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The fingerprint of the problem.
    pub print: Print,
    /// What kind of problem, for whoever reads the file.
    pub kind: Option<String>,
    /// What it is about, for whoever reads the file.
    pub place: Option<String>,
    /// Why, and how long.
    pub terms: Terms,
    /// The line on which the entry stands, from 1.
    pub line: usize,
}

/// What one file says.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The file, as diagnostics name it.
    pub name: String,
    /// Whether fingerprints of AIsa keys are keyed, too.
    pub keyed: bool,
    /// What tells the keys of keyed fingerprints from others; several only after a merge.
    pub checks: Vec<Print>,
    /// The keys.
    pub entries: Vec<Entry>,
    /// The problems.
    pub problems: Vec<Accepted>,
}

impl Listing {
    /// How many entries have keyed fingerprints.
    pub fn keyed_entries(&self) -> usize {
        let keyed = self.entries.iter().filter(|entry| entry.print.is_keyed());
        keyed.count()
    }
}
