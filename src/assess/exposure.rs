//! How exposed a key is: what ranks the keys of a report.

use std::cmp::Reverse;

use super::urgency;
use crate::model::{Confidence, Key, State};

/// How exposed a key is. The least is the worst, so that keys that are sorted by it are worst first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    /// What works is worst, what does not work is least. That a key was not asked about makes it no better than one that nothing
    /// is known of.
    state: State,
    confidence: Reverse<Confidence>,
    /// What its places mean; that it was pushed is the worst of that.
    urgency: Reverse<u32>,
    at_head: Reverse<bool>,
    /// Whether nobody knows how old it is, and since when it is there: an old one was read by more people.
    age: (bool, Option<i64>),
    places: Reverse<usize>,
}

/// How exposed a key is, as far as it is known.
pub fn exposure(key: &Key) -> Exposure {
    let first_seen = key.first_seen();
    Exposure {
        state: match key.verdict.state {
            State::Unchecked => State::Unknown,
            state => state,
        },
        confidence: Reverse(key.confidence),
        urgency: Reverse(urgency(key)),
        at_head: Reverse(key.at_head()),
        age: (first_seen.is_none(), first_seen),
        places: Reverse(key.locations.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::tests::{attribution, key, location};
    use crate::model::{Note, Origin};

    /// A key in so many places, which came at this second.
    fn of(
        state: State,
        confidence: Confidence,
        notes: &[Note],
        place: (bool, Option<i64>, usize),
    ) -> Key {
        let (at_head, second, places) = place;
        let mut history = attribution();
        history.at_head = at_head;
        if let Some(commit) = &mut history.introduced {
            commit.date = second;
        }
        let mut at = location(Origin::History, "a.py");
        at.attribution = Some(Box::new(history));
        let mut key = key(vec![at; places]);
        key.verdict.state = state;
        key.confidence = confidence;
        key.notes = notes.to_vec();
        key
    }

    #[test]
    fn each_thing_decides_where_those_before_it_are_alike() {
        use Confidence::{High, Low, Medium};
        use State::{Active, Invalid, OverQuota, Restricted, Revoked, Unchecked, Unknown};
        let old = (true, Some(5), 1);
        let gone = (false, None, 9);
        let order = [
            of(Active, Low, &[], gone),
            of(Restricted, Low, &[], gone),
            of(OverQuota, Low, &[], gone),
            of(Unknown, High, &[Note::Pushed], gone),
            of(Unchecked, High, &[Note::ClientExposed], gone),
            of(Unknown, High, &[Note::InTest], old),
            of(Unchecked, High, &[], (true, Some(6), 2)),
            of(Unknown, High, &[], (true, None, 9)),
            of(Unchecked, High, &[], (false, Some(5), 9)),
            of(Unknown, High, &[], (false, Some(5), 8)),
            of(Unchecked, High, &[], (false, Some(6), 9)),
            of(Unknown, Medium, &[Note::Pushed], old),
            of(Unchecked, Low, &[Note::Pushed], old),
            of(Invalid, High, &[Note::Pushed], old),
            of(Revoked, High, &[Note::Pushed], old),
        ];
        for two in order.windows(2) {
            assert!(exposure(&two[0]) < exposure(&two[1]), "{two:#?}");
        }
    }

    #[test]
    fn nobody_asking_is_no_better_than_no_answer() {
        let place = (true, Some(5), 1);
        let exposed = |state| exposure(&of(state, Confidence::High, &[], place));
        assert_eq!(exposed(State::Unchecked), exposed(State::Unknown));
    }
}
