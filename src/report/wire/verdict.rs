//! What the JSON formats and SARIF say of the live check.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{LiveCheck, Outcome, Verdict};
use crate::report::{Shown, when};

/// What the live check said of a key.
#[derive(Clone, Serialize)]
pub(in crate::report) struct WireVerdict {
    state: &'static str,
    detail: Option<String>,
    checked_at: Option<String>,
    balance: Option<WireBalance>,
}

#[derive(Clone, Serialize)]
struct WireBalance {
    amount: String,
    currency: Option<String>,
}

/// What the live check did.
#[derive(Serialize)]
pub(in crate::report) struct WireLive {
    base: String,
    requests: u64,
    interrupted: bool,
}

pub(in crate::report) fn verdict(verdict: &Verdict, shown: Shown<'_>) -> WireVerdict {
    WireVerdict {
        state: verdict.state.name(),
        detail: verdict.detail.as_deref().map(|text| shown.text(text)),
        checked_at: (verdict.checked_at).and_then(|at| when::rfc3339(at.as_second())),
        balance: verdict.balance.as_ref().map(|balance| WireBalance {
            amount: shown.text(&balance.amount),
            currency: balance.currency.as_deref().map(|text| shown.text(text)),
        }),
    }
}

/// What the live check did; `None` if nobody asked for one.
pub(in crate::report) fn live(outcome: &Outcome, shown: Shown<'_>) -> Option<WireLive> {
    let live = outcome.live.as_ref();
    live.map(|live| live_check(live, shown))
}

pub(in crate::report) fn live_check(live: &LiveCheck, shown: Shown<'_>) -> WireLive {
    WireLive {
        base: shown.name(&live.base),
        requests: live.requests,
        interrupted: live.interrupted,
    }
}

/// How many keys are in no list, because only those that work were asked for, by what is known of them.
pub(in crate::report) fn hidden(outcome: &Outcome) -> BTreeMap<&'static str, u64> {
    let mut hidden = BTreeMap::new();
    for key in &outcome.hidden {
        *hidden.entry(key.verdict.state.name()).or_default() += 1;
    }
    hidden
}
