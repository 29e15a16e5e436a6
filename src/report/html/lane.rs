//! A timeline: when a key came, where it stands since, and when it was taken away. It is drawn in percent of its width, so that it
//! fits any screen; words beside it say the same.

use maud::{Markup, html};

use super::axis::{Axis, percent};
use crate::model::{Attribution, EventKind, Key, Location};

/// Where the line of a timeline is, in pixels from the top.
const MIDDLE: &str = "11";
/// Marks that are nearer than this to one of their kind are one, in hundredths of a percent.
const NEAR: i64 = 60;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lane {
    /// From the first commit that holds it: until it is revoked, it is exposed.
    since: Option<f64>,
    /// While the files of a branch, of a tag or of HEAD hold it.
    held: Vec<(f64, f64)>,
    /// When a commit brought it to a place.
    introduced: Vec<f64>,
    /// When a commit took it away from one.
    removed: Vec<f64>,
    /// Whether it is at HEAD.
    at_head: bool,
    /// Whether it is known to have left the machine; nobody knows when.
    pushed: bool,
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

    /// The drawing; `label` says what it shows, where no words beside it do.
    pub(super) fn drawn(&self, label: Option<&str>) -> Markup {
        let role = label.map(|_| "img");
        let is_decoration = label.is_none().then_some("true");
        html! {
            svg.lane role=[role] aria-label=[label] aria-hidden=[is_decoration] {
                use href="#grid" {}
                @if let Some(since) = self.since {
                    line.past x1=(percent(since)) x2="100%" y1=(MIDDLE) y2=(MIDDLE) {}
                }
                @for (from, to) in &self.held {
                    line.held x1=(percent(*from)) x2=(percent(*to)) y1=(MIDDLE) y2=(MIDDLE) {}
                }
                @for at in &self.removed { use href="#removed" x=(percent(*at)) y=(MIDDLE) {} }
                @for at in &self.introduced { use href="#introduced" x=(percent(*at)) y=(MIDDLE) {} }
                @if self.at_head { use href="#head" x="100%" y=(MIDDLE) {} }
                @if self.pushed { use href="#pushed" x="100%" y=(MIDDLE) {} }
            }
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

/// The grid behind every timeline, and its marks, once for the page.
pub(super) fn defined(axis: &Axis) -> Markup {
    let ticks = axis.ticks();
    html! {
        svg.defs aria-hidden="true" width="0" height="0" {
            defs {
                g #grid {
                    @for tick in &ticks {
                        line.grid x1=(tick.at) x2=(tick.at) y1="0" y2="22" {}
                    }
                    line.base x1="0" x2="100%" y1=(MIDDLE) y2=(MIDDLE) {}
                }
                g #introduced { circle.introduced r="4" {} }
                g #removed { circle.removed r="4" {} }
                g #head { path.head d="M0-5L5 0 0 5-5 0z" {} }
                g #pushed { path.pushed d="M14-5L19 4H9z" {} }
            }
        }
    }
}

/// The dates, above the timelines.
pub(super) fn dates(axis: &Axis) -> Markup {
    let ticks = axis.ticks();
    html! {
        svg.dates aria-hidden="true" {
            @for tick in &ticks {
                text x=(tick.at) y="12" { (tick.text) }
            }
        }
    }
}

/// What the marks mean.
pub(super) fn legend() -> Markup {
    let mark =
        |name: &str| html! { svg.mark aria-hidden="true" { use href=(name) x="6" y=(MIDDLE) {} } };
    html! {
        ul.legend aria-label="What the timelines show" {
            li { (mark("#introduced")) "introduced" }
            li { (mark("#removed")) "removed" }
            li { (mark("#head")) "at HEAD" }
            li { svg.mark aria-hidden="true" { use href="#pushed" x="-8" y=(MIDDLE) {} } "pushed" }
            li { svg.mark.long aria-hidden="true" { line.held x1="2" x2="26" y1=(MIDDLE) y2=(MIDDLE) {} } "in files" }
            li { svg.mark.long aria-hidden="true" { line.past x1="0" x2="28" y1=(MIDDLE) y2=(MIDDLE) {} } "in history only" }
        }
    }
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
