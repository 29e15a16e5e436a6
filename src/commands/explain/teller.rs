//! What became of candidates and places, as a scan has settled it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::request::Request;
use crate::model::{Allowed, AllowedBy, Judged, Key, Location, Outcome, Problem};
use crate::pipeline::{self, Reported};
use crate::report::explanation::{self, KeyAnswer, Told, Verdict};
use crate::rules::AllowEntry;
use crate::rules::policy::has_expired;

/// Says what became of candidates and places. Who allows them was settled by the scan.
pub(super) struct Teller<'a> {
    request: &'a Request,
    outcome: &'a Outcome,
    today: Date,
}

impl<'a> Teller<'a> {
    pub(super) fn new(request: &'a Request, outcome: &'a Outcome) -> Self {
        let now = request.options.now();
        Self {
            request,
            outcome,
            today: now.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// Of a candidate.
    pub(super) fn judged(&self, judged: &'a Judged) -> Told<'a> {
        match pipeline::reported(self.outcome, judged) {
            Reported::Counts(key, at) | Reported::Allowed(key, at) => {
                self.place(&self.entries(key), (key, at), Some(judged))
            }
            Reported::Dropped => no_place(judged, Verdict::Dropped),
            Reported::Covered(key) => no_place(judged, Verdict::Covered(key.rule.clone())),
            Reported::LeftOut => no_place(judged, Verdict::LeftOut),
        }
    }

    /// The entries that are about a key.
    fn entries(&self, key: &'a Key) -> Vec<&'a AllowEntry> {
        let entries = self.request.options.policy.about(&key.rule, &key.secret);
        entries.map(|(_, entry)| entry).collect()
    }

    /// Of a place that a scan reports. The entries are those about its key.
    fn place(
        &self,
        entries: &[&AllowEntry],
        (key, at): (&'a Key, &'a Location),
        judged: Option<&'a Judged>,
    ) -> Told<'a> {
        let here = entries
            .iter()
            .filter(|entry| entry.is_at(at.path.as_deref()));
        let (expired, holding): (Vec<&AllowEntry>, Vec<&AllowEntry>) =
            here.partition(|entry| has_expired(entry.expires, self.today));
        let by_entry = |allowed: &Allowed| {
            let first = holding.first().filter(|_| allowed.by == AllowedBy::Config);
            first.map(|entry| entry.source.to_string())
        };
        let only = &self.request.rules.only;
        let verdict = match &at.allowed {
            _ if !only.is_empty() && !only.contains(&key.rule) => Verdict::NotAsked,
            Some(allowed) => Verdict::Allowed(by_entry(allowed)),
            None => Verdict::Counts,
        };
        let last_day = |entry: &AllowEntry| entry.expires.map(|day| day.to_string());
        let expired = expired.iter().map(|entry| {
            (
                entry.source.to_string(),
                last_day(entry).unwrap_or_default(),
            )
        });
        Told {
            judged,
            place: Some((key, at)),
            verdict,
            expired: expired.collect(),
        }
    }

    /// Of everything with a fingerprint that is no problem's.
    pub(super) fn key(&self, fingerprint: &'a str) -> KeyAnswer<'a> {
        let with = |keys: &'a [Key]| {
            keys.iter()
                .find(|key| key.secret.fingerprint() == fingerprint)
        };
        let (open, allowed) = (with(&self.outcome.keys), with(&self.outcome.suppressed));
        let mut told = Vec::new();
        for key in open.into_iter().chain(allowed) {
            let entries = self.entries(key);
            for (nth, at) in key.locations.iter().enumerate() {
                // Of those that are not listed nobody reads the steps.
                let listed = (nth < explanation::LISTED).then_some(at);
                let judged = listed.and_then(|at| pipeline::judged_at(self.outcome, key, at));
                told.push(self.place(&entries, (key, at), judged));
            }
        }
        told.extend(self.others(fingerprint, &told));
        KeyAnswer {
            fingerprint,
            open,
            allowed,
            told,
        }
    }

    /// The candidates with a fingerprint that are none of these places.
    fn others(&self, fingerprint: &str, places: &[Told<'a>]) -> Vec<Told<'a>> {
        let known = places.iter().filter_map(|told| told.place);
        let known: BTreeSet<_> = known.map(|(_, at)| (&at.path, at.place)).collect();
        let mut others = Vec::new();
        let mut looked_up = 0;
        for judged in &self.outcome.judged {
            if judged.fingerprint.as_deref() != Some(fingerprint) {
                continue;
            }
            if judged.judgement.confidence.is_some() {
                // Other versions of a file hold the key as the one that is reported does. What became of the rest is looked up
                // among all that was found, so not of any number.
                let is_version = !known.is_empty() && judged.object.is_some();
                let is_known = is_version || known.contains(&(&judged.path, judged.place));
                if is_known || looked_up == explanation::LISTED {
                    continue;
                }
                looked_up += 1;
            }
            let told = self.judged(judged);
            if told.place.is_none() {
                others.push(told);
            }
        }
        others
    }

    /// Where the entry stands that accepts a problem.
    pub(super) fn accepting(&self, problem: &Problem) -> Option<String> {
        problem.accepted.as_ref()?;
        let entry = self
            .request
            .options
            .policy
            .accepted
            .get(&problem.fingerprint())?;
        Some(entry.source.to_string())
    }
}

/// Of a candidate that a scan does not report.
fn no_place(judged: &Judged, verdict: Verdict) -> Told<'_> {
    Told {
        judged: Some(judged),
        place: None,
        verdict,
        expired: Vec::new(),
    }
}
