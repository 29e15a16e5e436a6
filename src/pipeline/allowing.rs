//! Applies what a configuration allows, and tells which of its entries are stale.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Options;
use crate::model::{Allowed, AllowedBy, Key, Problem};
use crate::rules::policy::{EntryPlace, has_expired};
use crate::rules::{AllowEntry, Policy};

/// The policy of a run.
pub(super) struct Allowing<'a> {
    policy: &'a Policy,
    /// In UTC, so that a day ends everywhere at once.
    today: Date,
    /// The numbers of those that allowed something.
    used: BTreeSet<usize>,
}

impl<'a> Allowing<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self {
            policy: &options.policy,
            today: options.now().to_zoned(TimeZone::UTC).date(),
            used: BTreeSet::new(),
        }
    }

    /// Says at each place of a key who allows it. What a marker in the file itself says is known already, and told first;
    /// entries are asked all the same, so that none of them seems to be of no use.
    pub(super) fn judge(&mut self, key: &mut Key) {
        let about: Vec<(usize, &AllowEntry)> = (self.policy.about(&key.rule, &key.secret))
            .filter(|(_, entry)| !has_expired(entry.expires, self.today))
            .collect();
        let is_disabled = self.policy.disabled.contains(&key.rule);
        for location in &mut key.locations {
            let mut by_entry = None;
            for (at, entry) in &about {
                if entry.is_at(location.path.as_deref()) {
                    self.used.insert(*at);
                    by_entry = by_entry.or_else(|| {
                        Some(Allowed {
                            by: AllowedBy::Config,
                            reason: Some(entry.reason.clone()),
                        })
                    });
                }
            }
            let by_rule = is_disabled.then_some(Allowed {
                by: AllowedBy::DisabledRule,
                reason: None,
            });
            location.allowed = location.allowed.take().or(by_entry).or(by_rule);
        }
    }

    /// Says why a problem is accepted, if it is.
    pub(super) fn accept(&self, problem: &mut Problem) {
        let entry = self.policy.accepted.get(&problem.fingerprint());
        let holds = entry.filter(|entry| !has_expired(entry.expires, self.today));
        problem.accepted = holds.map(|entry| entry.reason.clone());
    }

    /// What is stale: entries that have expired and, if `everything` was read, those that allowed nothing.
    pub(super) fn stale(&self, everything: bool) -> Vec<String> {
        let mut stale: Vec<(&EntryPlace, String)> = Vec::new();
        for (at, entry) in self.policy.allow.iter().enumerate() {
            if let Some(day) = entry
                .expires
                .filter(|_| has_expired(entry.expires, self.today))
            {
                let text = format!(
                    "this [[allow]] entry has expired on {day} and allows nothing any more; remove it, or give it a later day"
                );
                stale.push((&entry.source, text));
            } else if everything && entry.expected && !self.used.contains(&at) {
                let text =
                    "this [[allow]] entry allows nothing that was found; remove it, or correct it";
                stale.push((&entry.source, text.to_owned()));
            }
        }
        for entry in self.policy.accepted.values() {
            if let Some(day) = entry
                .expires
                .filter(|_| has_expired(entry.expires, self.today))
            {
                let text = format!(
                    "this [[accept]] entry has expired on {day}, and its problem counts again; remove it, or give it a later day"
                );
                stale.push((&entry.source, text));
            }
        }
        stale.sort();
        stale.dedup();
        stale
            .into_iter()
            .map(|(place, text)| format!("{place}: {text}"))
            .collect()
    }
}
