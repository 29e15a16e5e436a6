//! The outcome in a few words, as the head of a page has it.

use super::{liveness, summary};
use crate::model::Outcome;

/// `3 leaked keys, 1 of them live`; never that nothing was found, if not everything was read.
pub(super) fn of(outcome: &Outcome) -> String {
    let live = liveness::live(&outcome.keys) as u64;
    let keys = match (outcome.keys.len(), outcome.hidden.len() as u64) {
        (0, 0) => None,
        (0, hidden) => Some(format!(
            "no key that is known to work, {} hidden",
            summary::grouped(hidden)
        )),
        (number, _) => Some(summary::count(number as u64, "leaked key")),
    };
    let keys = keys.map(|keys| match live {
        0 => keys,
        1 if outcome.keys.len() == 1 => format!("{keys}, live"),
        live => format!("{keys}, {} of them live", summary::grouped(live)),
    });
    let cut = match (outcome.interrupted, outcome.complete()) {
        (true, _) => Some("interrupted"),
        (false, false) => Some("not everything could be scanned"),
        (false, true) => None,
    };
    match (keys, cut) {
        (Some(keys), Some(cut)) => format!("{keys}, {cut}"),
        (Some(keys), None) => keys,
        (None, Some(cut)) => cut.to_owned(),
        (None, None) if outcome.hygiene.is_empty() => "nothing found".to_owned(),
        (None, None) => {
            let habits = summary::count(outcome.hygiene.len() as u64, "bad habit");
            format!("no leaked keys, {habits}")
        }
    }
}
