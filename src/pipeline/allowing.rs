//! Applies what a configuration allows and what a baseline accepts, and tells which of their entries are stale.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Options;
use super::accepting::{Accepted, Accepting};
use crate::detect::Detector;
use crate::model::{Allowed, AllowedBy, Key, Problem};
use crate::rules::policy::{EntryPlace, has_expired};
use crate::rules::{AllowEntry, Policy};

/// The policy of a run.
pub(super) struct Allowing<'a> {
    policy: &'a Policy,
    today: Date,
    /// The numbers of those that allowed something.
    used: BTreeSet<usize>,
    accepting: Accepting<'a>,
    /// Whether everything that was asked for was read.
    whole: bool,
}

impl<'a> Allowing<'a> {
    pub(super) fn new(options: &'a Options, detector: &'a Detector) -> Self {
        let today = options.today();
        Self {
            policy: &options.policy,
            today,
            used: BTreeSet::new(),
            accepting: Accepting::new(&options.baseline, detector, Some(today)),
            whole: false,
        }
    }

    /// Says at each place of a key who allows it. What a marker in the file itself says is known already, and told first,
    /// and what a baseline says last; all are asked all the same, so that no entry seems to be of no use.
    pub(super) fn judge(&mut self, key: &mut Key) {
        let about: Vec<(usize, &AllowEntry)> = (self.policy.about(&key.rule, &key.secret))
            .filter(|(_, entry)| !has_expired(entry.expires, self.today))
            .collect();
        let is_disabled = self.policy.disabled.contains(&key.rule);
        let mut accepted = self.accepting.judge(key, self.whole).into_iter();
        for location in &mut key.locations {
            let by_baseline = accepted.next().flatten().map(by_baseline);
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
            let allowed = location.allowed.take().or(by_entry).or(by_rule);
            location.allowed = allowed.or(by_baseline);
        }
    }

    /// Says of problems why they are accepted, if they are.
    pub(super) fn accept(&mut self, problems: &mut [Problem]) {
        for problem in problems.iter_mut() {
            let entry = self.policy.accepted.get(&problem.fingerprint());
            let holds = entry.filter(|entry| !has_expired(entry.expires, self.today));
            let by_entry = holds.map(|entry| entry.reason.as_str());
            let accepted = by_entry.or_else(|| self.accepting.accept(problem));
            problem.accepted = accepted.map(str::to_owned);
        }
        self.whole = problems.iter().all(|problem| problem.accepted.is_some());
    }

    /// What is stale: entries that have expired and, if `everything` was read, those that allowed nothing.
    pub(super) fn stale(&mut self, everything: bool) -> Vec<String> {
        let mut stale: Vec<(EntryPlace, String)> = self.accepting.stale(everything);
        for (at, entry) in self.policy.allow.iter().enumerate() {
            if let Some(day) = entry
                .expires
                .filter(|_| has_expired(entry.expires, self.today))
            {
                let text = format!(
                    "this [[allow]] entry has expired on {day} and allows nothing any more; remove it, or give it a later day"
                );
                stale.push((entry.source.clone(), text));
            } else if everything && entry.expected && !self.used.contains(&at) {
                let text =
                    "this [[allow]] entry allows nothing that was found; remove it, or correct it";
                stale.push((entry.source.clone(), text.to_owned()));
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
                stale.push((entry.source.clone(), text));
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

fn by_baseline(accepted: Accepted<'_>) -> Allowed {
    Allowed {
        by: AllowedBy::Baseline,
        reason: Some(accepted.entry.terms.reason.to_string()),
    }
}
