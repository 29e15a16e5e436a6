//! The time that every timeline of a report shares: from the first commit to the report.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _, civil};

use crate::model::{Attribution, Outcome};

/// Ticks at most.
const TICKS: usize = 7;
const DAY: i64 = 24 * 60 * 60;

/// A span of time, drawn from left to right.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Axis {
    from: i64,
    to: i64,
}

/// A date that the axis names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Tick {
    /// Where it is.
    pub(in crate::report) at: String,
    /// `2024`, `2024-03` or `2024-03-01`.
    pub(in crate::report) text: String,
}

impl Axis {
    /// The axis of a report; `None` if nothing in it has a date.
    pub(in crate::report) fn of(outcome: &Outcome, now: Timestamp) -> Option<Self> {
        let places = outcome.keys.iter().flat_map(|key| &key.locations);
        let told = places.filter_map(|at| at.attribution.as_deref());
        let first = told.flat_map(dates).min()?;
        let first = outcome.first_commit.map_or(first, |date| date.min(first));
        let to = now.as_second();
        // Even a repository of one commit has a day, and no calendar begins before this one.
        let from = first.min(to.saturating_sub(DAY));
        let from = from.max(Timestamp::MIN.as_second());
        Some(Self { from, to })
    }

    /// The date of its beginning, in seconds of Unix time.
    pub(in crate::report) fn from(&self) -> i64 {
        self.from
    }

    /// Where a date is, in percent of the width. What is in the future is at its end.
    pub(in crate::report) fn at(&self, date: i64) -> f64 {
        let whole = self.to.saturating_sub(self.from).max(1) as f64;
        let part = date.clamp(self.from, self.to).saturating_sub(self.from) as f64;
        part / whole * 100.0
    }

    /// Round dates, no more of them than can be read.
    pub(in crate::report) fn ticks(&self) -> Vec<Tick> {
        let days = self.to.saturating_sub(self.from) / DAY;
        let steps = [1_i64, 2, 7, 14].map(|days| (days, days.days(), "%Y-%m-%d", 4));
        let months = [1_i64, 2, 3, 6].map(|months| (months * 28, months.months(), "%Y-%m", 6));
        let years = [1_i64, 2, 5, 10, 20, 50, 100, 500, 2000];
        let years = years.map(|years| (years * 365, years.years(), "%Y", TICKS as i64));
        let mut steps = steps.into_iter().chain(months).chain(years);
        // The longer what is written, the fewer fit.
        let fits = |(length, _, _, most): &(i64, Span, &str, i64)| days / length < *most;
        let Some((length, step, form, _)) = steps.find(fits) else {
            return Vec::new();
        };
        let Some(first) = self.round(length) else {
            return Vec::new();
        };
        let dates = first.series(step).take(4 * TICKS);
        let ticks = dates.filter_map(|date| {
            let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            (self.from..=self.to).contains(&at).then(|| Tick {
                at: percent(self.at(at)),
                text: date.strftime(form).to_string(),
            })
        });
        ticks.take(TICKS).collect()
    }

    /// The last round date before the axis begins, for steps of so many days.
    fn round(&self, length: i64) -> Option<civil::Date> {
        let from = Timestamp::from_second(self.from).ok()?;
        let date = from.to_zoned(TimeZone::UTC).date();
        match length {
            ..28 => Some(date),
            28..365 => {
                let months = i8::try_from(length / 28).ok()?;
                let month = (date.month() - 1) / months * months + 1;
                civil::Date::new(date.year(), month, 1).ok()
            }
            _ => {
                let years = i16::try_from(length / 365).ok()?;
                civil::Date::new(date.year().div_euclid(years) * years, 1, 1).ok()
            }
        }
    }
}

/// Every date that a place has.
fn dates(history: &Attribution) -> impl Iterator<Item = i64> {
    let commits = history.introduced.iter().chain(&history.removed);
    let commits = commits.filter_map(|commit| commit.date);
    commits.chain(history.events.iter().filter_map(|event| event.date))
}

/// As a coordinate.
pub(in crate::report) fn percent(at: f64) -> String {
    format!("{at:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(from: &str, to: &str) -> Axis {
        let second = |text: &str| text.parse::<Timestamp>().expect("a date").as_second();
        Axis {
            from: second(from),
            to: second(to),
        }
    }

    #[test]
    fn ticks_are_round_and_few() {
        for (from, to, expected) in [
            (
                "2019-05-06T00:00:00Z",
                "2024-02-01T00:00:00Z",
                "2020 2021 2022 2023 2024",
            ),
            (
                "2023-11-20T00:00:00Z",
                "2024-02-20T00:00:00Z",
                "2023-12 2024-01 2024-02",
            ),
            (
                "2024-02-01T08:00:00Z",
                "2024-02-04T09:00:00Z",
                "2024-02-02 2024-02-03 2024-02-04",
            ),
            (
                "1970-01-01T00:00:01Z",
                "2026-01-02T00:00:00Z",
                "1980 1990 2000 2010 2020",
            ),
        ] {
            let ticks = axis(from, to).ticks();
            let told: Vec<&str> = ticks.iter().map(|tick| tick.text.as_str()).collect();
            assert_eq!(told.join(" "), expected);
        }
    }

    #[test]
    fn any_span_has_few_ticks_and_every_date_a_place() {
        let now = "2026-01-02T00:00:00Z".parse::<Timestamp>().expect("a date");
        let to = now.as_second();
        for days in (1..4000).chain([36_500, 365_000, 720_000]) {
            let axis = Axis {
                from: (to - days * DAY).max(Timestamp::MIN.as_second()),
                to,
            };
            let ticks = axis.ticks();
            assert!((1..=TICKS).contains(&ticks.len()), "{days}: {ticks:?}");
            for date in [i64::MIN, axis.from, 0, to, i64::MAX] {
                assert!((0.0..=100.0).contains(&axis.at(date)), "{days} {date}");
            }
        }
    }
}
