//! The keys of a response: those of a report, or those of the scan.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::evidence::Evidence;
use super::naming::Naming;
use crate::commands::reported::{Key, Told, Was, is_known, is_plain, redacted};
use crate::model::{Outcome, State, Verdict};
use crate::report::response::LeakedKey;

/// The keys of a report, each once.
pub(super) fn of_report(
    told: &Told,
    outcome: &Outcome,
    evidence: &Evidence<'_>,
    naming: &Naming<'_>,
) -> Vec<LeakedKey> {
    let fresh = fresh(outcome);
    let mut seen = HashSet::new();
    let keys = told.keys.iter();
    let keys = keys.filter(|key| {
        // Of those that cannot be told apart, none is left out.
        !is_known(&key.fingerprint) || seen.insert(key.fingerprint.to_ascii_lowercase())
    });
    keys.map(|key| of_reported(key, &fresh, evidence, naming))
        .collect()
}

/// What came of asking AIsa in this run, by fingerprint.
fn fresh(outcome: &Outcome) -> HashMap<String, &Verdict> {
    let keys = outcome.keys.iter().chain(&outcome.suppressed);
    let asked = keys.filter(|key| key.verdict.state != State::Unchecked);
    asked
        .map(|key| (key.secret.fingerprint(), &key.verdict))
        .collect()
}

/// Whether a state is one of which AIsa said so.
fn is_answer(state: State) -> bool {
    !matches!(state, State::Unchecked | State::Unknown)
}

fn of_reported(
    key: &Key,
    fresh: &HashMap<String, &Verdict>,
    evidence: &Evidence<'_>,
    naming: &Naming<'_>,
) -> LeakedKey {
    let fingerprint = match is_known(&key.fingerprint) {
        true => key.fingerprint.to_ascii_lowercase(),
        false => String::new(),
    };
    let was: Was = key.verdict.clone().unwrap_or_default();
    let was_answered = was.state.is_some_and(is_answer);
    // To have asked in vain takes nothing away from what was answered before.
    let fresh = fresh.get(&fingerprint).copied();
    let fresh = fresh.filter(|verdict| is_answer(verdict.state) || !was_answered);
    let verdict = fresh.cloned().unwrap_or(Verdict {
        state: was.state.unwrap_or_default(),
        detail: None,
        checked_at: was.checked_at,
        balance: was.balance,
    });
    let dates = key.locations.iter();
    let dates = dates.filter_map(|at| at.introduced.as_ref()?.date);
    let dates = dates.chain(evidence.since(&fingerprint).and_then(moment));
    LeakedKey {
        redacted: redacted(&key.redacted).to_owned(),
        rule: naming.name(&key.rule),
        // What has no fingerprint that is known may be anything.
        is_aisa: is_plain(&fingerprint),
        state: verdict.state,
        is_fresh: fresh.is_some(),
        detail: verdict.detail,
        checked_at: verdict.checked_at,
        balance: verdict.balance,
        since: dates.min(),
        in_archive: key.locations.iter().any(|at| at.member.is_some()),
        files: evidence.files(&fingerprint),
        head: evidence.head(&fingerprint),
        history: evidence.history(&fingerprint),
        fingerprint,
    }
}

/// The keys of the scan.
pub(super) fn of_scan(
    outcome: &Outcome,
    evidence: &Evidence<'_>,
    naming: &Naming<'_>,
) -> Vec<LeakedKey> {
    let keys = outcome.keys.iter().map(|key| {
        let fingerprint = key.secret.fingerprint();
        let Verdict {
            state,
            detail,
            checked_at,
            balance,
        } = key.verdict.clone();
        LeakedKey {
            redacted: match key.secret.is_aisa() {
                true => key.secret.redacted(),
                false => "(not shown)".to_owned(),
            },
            rule: naming.name(&key.rule),
            is_aisa: key.secret.is_aisa(),
            state,
            is_fresh: true,
            detail,
            checked_at,
            balance,
            since: evidence.since(&fingerprint).and_then(moment),
            in_archive: key.locations.iter().any(|at| !at.member.is_empty()),
            files: evidence.files(&fingerprint),
            head: evidence.head(&fingerprint),
            history: evidence.history(&fingerprint),
            fingerprint,
        }
    });
    keys.collect()
}

fn moment(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}
