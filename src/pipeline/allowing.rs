//! Applies what a configuration allows, and tells which of its entries are stale.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Options;
use crate::model::{Allowed, AllowedBy, Key, Location, Problem};
use crate::rules::Policy;
use crate::rules::policy::{EntryPlace, has_expired};

/// The policy of a run, and which of its entries allowed something.
pub(super) struct Allowing<'a> {
    policy: &'a Policy,
    /// In UTC, so that a day ends everywhere at once.
    today: Date,
    used: Vec<bool>,
}

impl<'a> Allowing<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self {
            policy: &options.policy,
            today: options.now().to_zoned(TimeZone::UTC).date(),
            used: vec![false; options.policy.allow.len()],
        }
    }

    /// Says at each place of a key who allows it. What a marker in the file itself says is known already, and told first;
    /// entries are asked all the same, so that none of them seems to be of no use.
    pub(super) fn judge(&mut self, key: &mut Key) {
        let mut locations = std::mem::take(&mut key.locations);
        for location in &mut locations {
            let by_entry = self.by_entry(key, location);
            let by_rule = self.policy.disabled.contains(&key.rule).then_some(Allowed {
                by: AllowedBy::DisabledRule,
                reason: None,
            });
            location.allowed = location.allowed.take().or(by_entry).or(by_rule);
        }
        key.locations = locations;
    }

    fn by_entry(&mut self, key: &Key, location: &Location) -> Option<Allowed> {
        let mut found = None;
        for (entry, used) in self.policy.allow.iter().zip(&mut self.used) {
            let holds = !has_expired(entry.expires, self.today);
            if holds && entry.covers(&key.rule, location.path.as_deref(), &key.secret) {
                *used = true;
                found = found.or_else(|| {
                    Some(Allowed {
                        by: AllowedBy::Config,
                        reason: Some(entry.reason.clone()),
                    })
                });
            }
        }
        found
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
        for (entry, used) in self.policy.allow.iter().zip(&self.used) {
            if let Some(day) = entry
                .expires
                .filter(|_| has_expired(entry.expires, self.today))
            {
                let text = format!(
                    "this [[allow]] entry has expired on {day} and allows nothing any more; remove it, or give it a later day"
                );
                stale.push((&entry.source, text));
            } else if everything && entry.expected && !used {
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
