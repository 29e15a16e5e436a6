//! A verdict as JSON reports have it.

use jiff::{Timestamp, Unit};
use serde::Serialize;

use crate::model::{Balance, Verdict};

/// A verdict, schema `aisaleaks/1`.
#[derive(Clone, Serialize)]
pub(super) struct WireVerdict {
    state: &'static str,
    detail: Option<String>,
    checked_at: Option<String>,
    balance: Option<Balance>,
}

/// What is said of a verdict. Its words are ours.
pub(super) fn wire(verdict: &Verdict) -> WireVerdict {
    // Nobody needs the nanosecond.
    let second = |at: Timestamp| at.round(Unit::Second).unwrap_or(at).to_string();
    WireVerdict {
        state: verdict.state.name(),
        detail: verdict.detail.clone(),
        checked_at: verdict.checked_at.map(second),
        balance: verdict.balance.clone(),
    }
}
