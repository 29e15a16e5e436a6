//! A timeline: when a key came, where it stands since, and when it was taken away. All that a report has share one axis, so that
//! they can be compared.

mod axis;
mod text;

use crate::model::{Attribution, EventKind, Key, Location};
pub(super) use axis::{Axis, percent};
pub(super) use text::LEGEND;

/// Marks that are nearer than this to one of their kind are one, in hundredths of a percent.
const NEAR: i64 = 60;

/// What is drawn, in percent of the axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lane {
    /// From the first commit that holds it: until it is revoked, it is exposed.
    pub(super) since: Option<f64>,
    /// While the files of a branch, of a tag or of HEAD hold it.
    pub(super) held: Vec<(f64, f64)>,
    /// When a commit brought it to a place.
    pub(super) introduced: Vec<f64>,
    /// When a commit took it away from one.
    pub(super) removed: Vec<f64>,
    /// Whether it is at HEAD.
    pub(super) at_head: bool,
    /// Whether it is known to have left the machine; nobody knows when.
    pub(super) pushed: bool,
}

impl Lane {
    /// Of one place.
    pub(super) fn of(at: &Location, axis: &Axis) -> Self {
        at.attribution
            .as_deref()
            .map_or_else(Self::default, |history| Self::told(history, axis))
    }

    /// Of all places of a key.
    pub(super) fn of_key(key: &Key, axis: &Axis) -> Self {
        let mut all = Self::default();
        for at in &key.locations {
            let lane = Self::of(at, axis);
            all.since = all.since.into_iter().chain(lane.since).reduce(f64::min);
            all.held.extend(lane.held);
            all.introduced.extend(lane.introduced);
            all.removed.extend(lane.removed);
            all.pushed |= lane.pushed;
        }
        all.at_head = key.at_head();
        all.held = joined(all.held);
        all.introduced = apart(all.introduced);
        all.removed = apart(all.removed);
        all
    }

    fn told(history: &Attribution, axis: &Axis) -> Self {
        let of = |wanted: EventKind| {
            let events = history.events.iter().filter(|event| event.kind == wanted);
            let dates = events.filter_map(|event| event.date);
            apart(dates.map(|date| axis.at(date)).collect())
        };
        Self {
            since: history
                .introduced
                .as_ref()
                .and_then(|commit| commit.date)
                .map(|date| axis.at(date)),
            held: held(history, axis),
            introduced: of(EventKind::Introduced),
            removed: of(EventKind::Removed),
            at_head: history.at_head,
            pushed: history.pushed == Some(true),
        }
    }
}

/// When the files of some branch, tag or HEAD had it: on branches beside each other that is told as if they were one.
fn held(history: &Attribution, axis: &Axis) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    let mut from: Option<f64> = None;
    for event in &history.events {
        let Some(at) = event.date.map(|date| axis.at(date)) else {
            continue;
        };
        match event.kind {
            EventKind::Introduced => from = from.or(Some(at)),
            EventKind::Removed => spans.extend(from.take().map(|from| (from, at))),
        }
    }
    if history.at_head || history.refs_total > 0 {
        let last = spans.last().map(|(_, to)| *to);
        spans.extend(from.or(last).map(|from| (from, 100.0)));
    }
    joined(spans)
}

/// The spans without overlaps, from left to right.
fn joined(mut spans: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match out.last_mut() {
            Some((_, end)) if from <= *end => *end = end.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// Marks that can be told from each other, from left to right.
fn apart(mut marks: Vec<f64>) -> Vec<f64> {
    marks.sort_by(f64::total_cmp);
    marks.dedup_by_key(|at| (*at * 100.0) as i64 / NEAR);
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Event, Origin, Outcome};
    use crate::report::history_tests::{attribution, id};
    use crate::report::tests::{at, outcome};

    const DAY: i64 = 24 * 60 * 60;
    /// 2023-04-05T06:07:08Z, as the tests of histories have it.
    const THEN: i64 = 1_680_674_828;

    fn events(all: &[(EventKind, i64)]) -> Attribution {
        let event = |(kind, days): &(EventKind, i64)| Event {
            date: Some(THEN + days * DAY),
            commit: id(b'1'),
            kind: *kind,
        };
        Attribution {
            events: all.iter().map(event).collect(),
            ..attribution()
        }
    }

    fn axis(outcome: &Outcome) -> Axis {
        let now = jiff::Timestamp::from_second(THEN + 100 * DAY).expect("a date");
        Axis::of(outcome, now).expect("dates")
    }

    fn with(histories: Vec<Attribution>) -> Outcome {
        let mut one = outcome();
        let place = |history| {
            let mut place = at(Origin::History, Some(b"a.py"));
            place.attribution = Some(Box::new(history));
            place
        };
        one.keys[0].locations = histories.into_iter().map(place).collect();
        one
    }

    fn rounded(spans: &[(f64, f64)]) -> Vec<(i64, i64)> {
        let round = |at: f64| at.round() as i64;
        spans
            .iter()
            .map(|&(from, to)| (round(from), round(to)))
            .collect()
    }

    #[test]
    fn files_hold_it_from_each_introduction_to_the_next_removal() {
        use EventKind::{Introduced, Removed};
        let back = [(Introduced, 0), (Removed, 20), (Introduced, 50)];
        for (history, held) in [
            (events(&back), vec![(0, 20), (50, 100)]),
            (
                Attribution {
                    at_head: false,
                    refs_total: 0,
                    ..events(&back[..2])
                },
                vec![(0, 20)],
            ),
            // A tag holds what the branch lost.
            (
                Attribution {
                    at_head: false,
                    ..events(&back[..2])
                },
                vec![(0, 100)],
            ),
            // No ref leads to it.
            (
                Attribution {
                    at_head: false,
                    refs_total: 0,
                    ..events(&back[..1])
                },
                vec![],
            ),
        ] {
            let one = with(vec![history]);
            let lane = Lane::of(&one.keys[0].locations[0], &axis(&one));
            assert_eq!(rounded(&lane.held), held);
        }
    }

    #[test]
    fn a_key_is_held_while_any_place_is_and_the_axis_is_that_of_the_repository() {
        use EventKind::{Introduced, Removed};
        let gone = Attribution {
            at_head: false,
            refs_total: 0,
            pushed: None,
            ..events(&[(Introduced, 0), (Removed, 30)])
        };
        let later = Attribution {
            at_head: false,
            refs_total: 0,
            ..events(&[(Introduced, 20), (Removed, 50)])
        };
        let mut one = with(vec![gone, later]);
        let lane = Lane::of_key(&one.keys[0], &axis(&one));
        assert_eq!(rounded(&lane.held), [(0, 50)]);
        assert_eq!((lane.introduced.len(), lane.removed.len()), (2, 2));
        assert!(lane.pushed && !lane.at_head);
        one.first_commit = Some(THEN - 100 * DAY);
        let lane = Lane::of_key(&one.keys[0], &axis(&one));
        assert_eq!(rounded(&lane.held), [(50, 75)]);
    }

    #[test]
    fn marks_that_would_cover_each_other_are_one() {
        assert_eq!(apart(vec![50.0, 10.1, 10.0]), [10.0, 50.0]);
        assert_eq!(apart((0..100_000).map(f64::from).collect()).len(), 100_000);
        let many = (0..100_000).map(|at| f64::from(at) / 1000.0).collect();
        assert!(apart(many).len() < 200);
    }
}
