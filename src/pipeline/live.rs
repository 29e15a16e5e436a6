//! Gives each key its verdict, and puts what works first.

use std::collections::HashMap;

use super::settling;
use crate::control::Control;
use crate::model::{Key, LiveCheck, Outcome, Secret, Verdict};
use crate::verify::{Asked, Live};

/// Asks whether the keys of an outcome work, each of them once; those that are allowed only if they are shown, too.
pub fn verify(outcome: &mut Outcome, live: &mut Live, with_suppressed: bool, control: &Control) {
    let base = live.base().as_str().to_owned();
    let mut check = LiveCheck {
        base,
        ..LiveCheck::default()
    };
    if !control.is_cancelled() {
        let shown = with_suppressed.then_some(&outcome.suppressed);
        let keys = || outcome.keys.iter().chain(shown.into_iter().flatten());
        let asked = distinct(keys());
        let checked = live.check(&asked, control);
        let secrets = asked.iter().map(|key| key.secret.clone());
        let verdicts: HashMap<Secret, Verdict> = secrets.zip(checked.verdicts).collect();
        check.requests = checked.requests;
        outcome.notes.extend(checked.notes);
        for key in outcome.keys.iter_mut().chain(&mut outcome.suppressed) {
            if let Some(verdict) = verdicts.get(&key.secret) {
                key.verdict = verdict.clone();
            }
        }
        check.interrupted = control.is_cancelled() && !control.is_out_of_time();
    }
    outcome.live = Some(check);
    settling::worst_first(&mut outcome.keys);
    settling::worst_first(&mut outcome.suppressed);
}

/// Each secret once, in the order of the keys. What names its issuer at one place is known to be his everywhere.
fn distinct<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<Asked<'a>> {
    let mut asked: Vec<Asked<'a>> = Vec::new();
    let mut known: HashMap<&Secret, usize> = HashMap::new();
    for key in keys {
        let names_issuer = key.locations.iter().any(|at| at.names_issuer);
        let nth = *known.entry(&key.secret).or_insert(asked.len());
        match asked.get_mut(nth) {
            Some(again) => again.names_issuer |= names_issuer,
            None => asked.push(Asked {
                secret: &key.secret,
                names_issuer,
            }),
        }
    }
    asked
}

/// Leaves only keys that work in the lists of an outcome.
pub fn hide_all_but_live(outcome: &mut Outcome) {
    let works = |key: &Key| key.verdict.state.is_live();
    let (live, hidden) = std::mem::take(&mut outcome.keys)
        .into_iter()
        .partition(works);
    outcome.keys = live;
    outcome.hidden = hidden;
}
