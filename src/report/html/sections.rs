//! What stands below the keys: what could not be read, bad habits, and what is suppressed, stale or left out.

use maud::{Markup, html};

use super::Page;
use crate::model::{Hygiene, Key, Location, Outcome, Problem, Severity};
use crate::report::habits::by_habit;
use crate::report::summary;

/// Problems, stale lines and bad habits that are listed.
const LISTED: usize = 500;
/// Places of one habit that are listed.
const HABIT_PLACES: usize = 20;
/// Allowed places of one key that are listed.
const ALLOWED_PLACES: usize = 50;

impl Page<'_> {
    pub(super) fn sections(&self, outcome: &Outcome) -> Markup {
        html! {
            (self.problems(&outcome.problems))
            (self.habits(&outcome.hygiene))
            (self.suppressed(outcome))
            (self.stale(&outcome.stale))
            @for line in [summary::old_keys(outcome), summary::left_out(outcome)].into_iter().flatten() {
                p.aside { (line) "." }
            }
        }
    }

    fn problems(&self, problems: &[Problem]) -> Markup {
        let (accepted, open): (Vec<&Problem>, Vec<&Problem>) = problems
            .iter()
            .partition(|problem| problem.accepted.is_some());
        let number = summary::count(open.len() as u64, "problem");
        html! {
            @if !open.is_empty() {
                section {
                    h2 { "Not everything could be read: " (number) }
                    ul.list {
                        @for problem in open.iter().take(LISTED) {
                            li {
                                (self.problem(problem))
                                p { (self.text(&problem.message)) }
                                p.aside { code { (problem.fingerprint()) } }
                            }
                        }
                    }
                    (rest(open.len()))
                    p { "To accept one, add to " code { ".aisaleaks.toml" } ": " code { "[[accept]] problem = \"sha256:…\" reason = \"…\"" } }
                }
            }
            @if !accepted.is_empty() {
                details.more {
                    summary { h2 { (summary::count(accepted.len() as u64, "accepted problem")) } }
                    ul.list {
                        @for problem in accepted.iter().take(LISTED) {
                            li {
                                (self.problem(problem))
                                p { (self.text(problem.accepted.as_deref().unwrap_or_default())) }
                            }
                        }
                    }
                    (rest(accepted.len()))
                }
            }
        }
    }

    fn problem(&self, problem: &Problem) -> Markup {
        html! {
            p {
                strong { (problem.kind.name()) }
                @if !problem.place.is_empty() { ": " code { (self.name(&problem.place)) } }
            }
        }
    }

    fn habits(&self, all: &[Hygiene]) -> Markup {
        let habits = by_habit(all);
        html! {
            @if !habits.is_empty() {
                section {
                    h2 { "Habits that will leak a key" }
                    ul.list { @for places in habits.iter().take(LISTED) { (self.habit(places)) } }
                    (rest(habits.len()))
                }
            }
        }
    }

    fn habit(&self, places: &[&Hygiene]) -> Markup {
        let more = places.len().saturating_sub(HABIT_PLACES) as u64;
        let severity = |severity| match severity {
            Severity::Note => "note",
            Severity::Warning | Severity::Error => "warning",
        };
        html! {
            @if let Some(first) = places.first() {
                li {
                    p {
                        span.badge.{ (severity(first.severity)) } { (severity(first.severity)) } " "
                        (self.text(&first.message)) " (" (first.rule) ")"
                    }
                    p {
                        @for (at, nth) in places.iter().take(HABIT_PLACES).zip(0..) {
                            @if nth > 0 { ", " }
                            code { (self.path(&at.path)) @if let Some(line) = at.line { ":" (line) } }
                        }
                        @if more > 0 { " and " (summary::grouped(more)) " more" }
                    }
                    p { "The right way: " code { (first.example) } }
                }
            }
        }
    }

    fn suppressed(&self, outcome: &Outcome) -> Markup {
        let number = summary::grouped(outcome.suppressed_count());
        html! {
            @match summary::suppressed(outcome) {
                Some(_) if self.options.show_suppressed => {
                    details.more {
                        summary { h2 { (number) " suppressed" } }
                        ul.list { @for key in &outcome.suppressed { (self.allowed(key)) } }
                    }
                }
                Some(line) => { p.aside { (line) "." } }
                None => {}
            }
        }
    }

    fn allowed(&self, key: &Key) -> Markup {
        let more = key.locations.len().saturating_sub(ALLOWED_PLACES) as u64;
        let words = crate::report::liveness::badge(key, |text| self.text(text));
        html! {
            li {
                p { code { (self.called(key)) } @if let Some((state, balance)) = words { ", " (state) (balance) } }
                ul {
                    @for at in key.locations.iter().take(ALLOWED_PLACES) { li { (self.allowed_at(at)) } }
                }
                @if more > 0 { p { "and " (summary::grouped(more)) " more; see -f json" } }
            }
        }
    }

    fn allowed_at(&self, at: &Location) -> Markup {
        html! {
            code { (self.told(at)) }
            @if let Some(allowed) = &at.allowed {
                ": " (allowed.by.name())
                @if let Some(reason) = &allowed.reason { ", " (self.text(reason)) }
            }
        }
    }

    fn stale(&self, stale: &[String]) -> Markup {
        let number = match stale.len() {
            1 => "1 stale entry".to_owned(),
            more => format!("{} stale entries", summary::grouped(more as u64)),
        };
        html! {
            @if !stale.is_empty() {
                details.more {
                    summary { h2 { (number) } }
                    ul.list { @for text in stale.iter().take(LISTED) { li { (self.text(text)) } } }
                    (rest(stale.len()))
                }
            }
        }
    }
}

/// How many are not listed.
fn rest(total: usize) -> Markup {
    let more = total.saturating_sub(LISTED) as u64;
    html! { @if more > 0 { p { "And " (summary::grouped(more)) " more; see -f json." } } }
}
