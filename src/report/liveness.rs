//! What a verdict of the live check says in words: the same in every report.

use std::collections::BTreeMap;

use super::{summary, when};
use crate::model::{Key, Outcome, Severity, State, Verdict};

/// What is said of whether a key works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// What the state is called.
    pub(super) state: &'static str,
    /// `2026-11-27 22:10 UTC`: a report is read later, too.
    asked: Option<String>,
    /// Why it is so, as a report quotes it.
    why: Option<String>,
    /// What a key that works can do.
    pub(super) spends: Option<String>,
    is_unclear: bool,
}

impl Words {
    /// What is said of a key; `None` if nobody asked for a check. `quote` makes of texts what the report may have of them.
    pub(super) fn of(key: &Key, quote: impl Fn(&str) -> String) -> Option<Self> {
        let verdict = &key.verdict;
        let state = verdict.state;
        let balance = verdict.balance.as_ref();
        let balance = balance.map(|balance| quote(&balance.to_string()));
        is_told(verdict).then(|| Self {
            state: called(state),
            asked: verdict.checked_at.map(when::minute),
            why: verdict.detail.as_deref().map(quote),
            spends: state.is_live().then(|| spends(state, balance)),
            is_unclear: state == State::Unknown,
        })
    }

    /// What stands behind the state: `, asked 2026-11-27 22:10 UTC: the API says that it was revoked`.
    pub(super) fn rest(&self) -> String {
        let asked = self.asked.as_ref();
        let asked = asked.map_or_else(String::new, |asked| format!(", asked {asked}"));
        format!("{asked}{}", self.undated())
    }

    /// The same without a time.
    fn undated(&self) -> String {
        let advice = if self.is_unclear {
            ", treat it as live"
        } else {
            ""
        };
        let why = self.why.as_ref();
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        format!("{advice}{why}")
    }

    /// One sentence, and of a key that works another one. Without a time, so that what is shown twice is the same.
    pub(super) fn sentences(&self) -> String {
        let mut text = format!("Live check: {}{}.", self.state, self.undated());
        if let Some(spends) = &self.spends {
            text.push_str(&format!(" It is {spends}."));
        }
        text
    }
}

/// Whether anybody asked for a check of the key.
pub(super) fn is_told(verdict: &Verdict) -> bool {
    verdict.state != State::Unchecked || verdict.detail.is_some()
}

/// What a state is called; the names in reports for programs are its own.
pub fn called(state: State) -> &'static str {
    match state {
        State::OverQuota => "over quota",
        State::Unchecked => "not checked",
        state => state.name(),
    }
}

/// What a key that works can do. What the answer says of an amount is shown as such: it may be that of the wallet.
pub fn spends(state: State, balance: Option<String>) -> String {
    let amount = balance.map_or_else(String::new, |balance| {
        format!(" ({balance}, as the answer has it)")
    });
    let unless = match state {
        State::Restricted => ", within its limits",
        State::OverQuota => ", once its cap lets it",
        _ => "",
    };
    format!("spend authority: whoever has it can spend from its wallet{amount}{unless}")
}

/// `active`, `active, 12.50 USD`: for where there is no room for more.
pub(super) fn badge(key: &Key, quote: impl Fn(&str) -> String) -> Option<(&'static str, String)> {
    is_told(&key.verdict).then(|| {
        let balance = key.verdict.balance.as_ref();
        let balance = balance.filter(|_| key.verdict.state.is_live());
        let balance = balance.map(|balance| format!(", {}", quote(&balance.to_string())));
        (called(key.verdict.state), balance.unwrap_or_default())
    })
}

/// How many of the keys work.
pub(super) fn live(keys: &[Key]) -> usize {
    let live = keys.iter().filter(|key| key.verdict.state.is_live());
    live.count()
}

/// `Live check at https://api.aisa.one/v1: 1 active, 2 revoked, 1 unknown (6 requests)`, if one was asked for. Each key counts
/// once.
pub(super) fn checked(outcome: &Outcome, quote: impl Fn(&str) -> String) -> Option<String> {
    let live = outcome.live.as_ref()?;
    let listed = outcome.keys.iter().chain(&outcome.hidden);
    // What is allowed may have been left out of the check.
    let allowed = outcome.suppressed.iter();
    let allowed = allowed.filter(|key| is_told(&key.verdict));
    let mut states = BTreeMap::new();
    for key in listed.chain(allowed) {
        let state = states.entry(key.secret.fingerprint());
        state.or_insert(key.verdict.state);
    }
    let counts = match counts(states.values().copied()) {
        counts if counts.is_empty() => "no keys".to_owned(),
        counts => counts,
    };
    let requests = summary::count(live.requests, "request");
    let end = match live.interrupted {
        true => "; it was interrupted, run it again",
        false => "",
    };
    Some(format!(
        "Live check at {}: {counts} ({requests}){end}",
        quote(&live.base)
    ))
}

/// `Hidden by --only-active: 2 revoked`, and of what may work, that it does not count as safe; `None` if nothing is hidden.
pub(super) fn hidden(outcome: &Outcome) -> Option<String> {
    let states = outcome.hidden.iter().map(|key| key.verdict.state);
    let counts = counts(states.clone());
    let open = State::ALL.into_iter().filter(|state| !state.is_dead());
    let open = open.filter(|state| states.clone().any(|other| other == *state));
    let open: Vec<&str> = open.map(called).collect();
    let mut text = format!("Hidden by --only-active: {counts}");
    if !open.is_empty() {
        let open = open.join(" or ");
        text.push_str(&format!(
            "; what is {open} is not known to be safe, and counts for the exit status"
        ));
    }
    (!outcome.hidden.is_empty()).then_some(text)
}

/// The worst that a key may be that is hidden although it may work; `None` if there is none.
pub(super) fn worst_hidden(outcome: &Outcome) -> Option<Severity> {
    let open = outcome.hidden.iter();
    let open = open.filter(|key| !key.verdict.state.is_dead());
    open.map(Key::severity).max()
}

/// `1 active, 2 revoked`, the most urgent first.
fn counts(states: impl Iterator<Item = State> + Clone) -> String {
    let number = |state: State| states.clone().filter(|other| *other == state).count();
    let counts = State::ALL.into_iter().map(|state| (number(state), state));
    let counts: Vec<String> = counts
        .filter(|(number, _)| *number > 0)
        .map(|(number, state)| format!("{} {}", summary::grouped(number as u64), called(state)))
        .collect();
    counts.join(", ")
}
