//! A key: what is said of it at a glance, and what is there when it is opened.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::Page;
use super::lane;
use crate::model::{Commit, Key, Location, Origin, Reachable, Severity, State};
use crate::report::advice::{self, Advice};
use crate::report::liveness::{self, Words};
use crate::report::timeline::Lane;
use crate::report::{summary, when, whereabouts};

impl Page<'_> {
    /// What stands above the keys: the filter, which the script shows, and the dates of the timelines. It opens a section.
    pub(super) fn before_keys(&self, keys: &[Key]) -> Markup {
        let states: BTreeSet<State> = keys.iter().map(|key| key.verdict.state).collect();
        let severities: BTreeSet<Severity> = keys.iter().map(Key::severity).collect();
        let is_pushed = keys.iter().any(|key| key.pushed() == Some(true));
        let option = |value: &str, name: &str| html! { option value=(value) { (name) } };
        let choice = |name: &str, label: &str, options: Markup| {
            html! { label { span { (label) } select name=(name) { option value="" { "any" } (options) } } }
        };
        html! {
            (maud::PreEscaped("<section aria-labelledby=\"keys\">"))
            h2 #keys { "Keys, the worst first" }
            @if keys.len() > 1 {
                div #filter role="search" aria-label="Filter the keys" hidden {
                    label.wide { span { "Search" } input type="search" name="q" autocomplete="off" spellcheck="false"; }
                    @if states.len() > 1 {
                        (choice("verdict", "Verdict", html! {
                            @for state in &states { (option(state.name(), liveness::called(*state))) }
                        }))
                    }
                    @if severities.len() > 1 {
                        (choice("severity", "Severity", html! {
                            @for one in severities.iter().rev() { (option(severity(*one), severity(*one))) }
                        }))
                    }
                    label.tick { input type="checkbox" name="head"; span { "still at HEAD" } }
                    @if is_pushed { label.tick { input type="checkbox" name="pushed"; span { "pushed" } } }
                    button type="button" { "Show all" }
                    output { }
                }
            }
            @if let Some(axis) = &self.axis {
                (lane::defined(axis))
                div.scale { (lane::legend()) (lane::dates(axis)) }
            }
        }
    }

    /// One key; the first is open.
    pub(super) fn key(&self, key: &Key, is_open: bool) -> Markup {
        let fingerprint = key.secret.fingerprint();
        let severity = severity(key.severity());
        let state = key.verdict.state;
        html! {
            details.key.(severity).dead[state.is_dead()] id=(fingerprint) open[is_open]
                data-verdict=(state.name()) data-severity=(severity)
                data-head[key.at_head()] data-pushed[key.pushed() == Some(true)] {
                (self.glance(key))
                div.body {
                    (self.facts(key, &fingerprint))
                    h4 { "Where it stands, and since when" }
                    (self.places(key))
                    h4 { "What to do" }
                    (self.steps(key))
                }
            }
        }
    }

    /// What is there without opening it.
    fn glance(&self, key: &Key) -> Markup {
        let best = whereabouts::best(key).and_then(|at| key.locations.get(at));
        let more = key.locations.len().saturating_sub(1) as u64;
        let badge = liveness::badge(key, |text| self.text(text));
        let exposure = exposure(key);
        html! {
            summary {
                span.called {
                    h3 { code { (self.called(key)) } }
                    span.badge.severity { (severity(key.severity())) }
                    @if let Some((state, balance)) = badge {
                        span.badge.state.live[key.verdict.state.is_live()] { (state) (balance) }
                    }
                }
                span.best {
                    @if let Some(at) = best { code { (self.told(at)) } }
                    @if more > 0 { " and " (summary::count(more, "more place")) }
                }
                span.who { @if let Some(commit) = first(key) { (self.who(commit)) } }
                @if let Some(axis) = &self.axis {
                    (Lane::of_key(key, axis).drawn(Some(&drawn(key, &exposure))))
                }
                span.exposure { (exposure.join(", ")) }
            }
        }
    }

    /// What it is called: nothing of what a brought rule finds is shown.
    pub(super) fn called(&self, key: &Key) -> String {
        match key.secret.is_aisa() {
            true => key.secret.redacted(),
            false => format!("{} (not shown)", self.name(&key.rule)),
        }
    }

    fn facts(&self, key: &Key, fingerprint: &str) -> Markup {
        let rule = self.options.rules.iter().find(|rule| *rule.id == *key.rule);
        let rule = rule.filter(|_| !key.secret.is_aisa());
        let confidence = format!("{:?} confidence", key.confidence).to_lowercase();
        html! {
            @if let Some(words) = Words::of(key, |text| self.text(text)) {
                p.verdict { "Verdict: " strong { (words.state) } (words.rest()) "." }
                @if let Some(spends) = &words.spends { p.verdict.urgent { "It is " (spends) "." } }
            }
            p.facts {
                code.print { (fingerprint) } " "
                a href={ "#" (fingerprint) } { "link to this key" }
                br; (confidence) ", rule " code { (self.name(&key.rule)) }
                @if let Some(rule) = rule { ": " (self.text(&rule.description)) }
            }
            @if self.shown.show_secrets {
                p.facts { "The key: " code { (crate::report::sanitize::visible(key.secret.expose())) } }
            }
            @let advice: Vec<_> = advice::of_key(key).collect();
            @if !advice.is_empty() {
                ul.notes {
                    @for (name, Advice { means, advice }) in advice {
                        li { strong { (name) } ": " (means) "; " (advice) "." }
                    }
                }
            }
        }
    }
}

/// What the timeline shows, in words.
fn drawn(key: &Key, exposure: &[&str]) -> String {
    let since = key.first_seen().and_then(when::day);
    let mut words: Vec<String> = since
        .map(|day| format!("since {day}"))
        .into_iter()
        .collect();
    words.push(summary::count(key.locations.len() as u64, "place"));
    words.extend(exposure.iter().map(|text| (*text).to_owned()));
    format!("Timeline: {}", words.join(", "))
}

/// The commit that brought it first.
pub(super) fn first(key: &Key) -> Option<&Commit> {
    let told = key
        .locations
        .iter()
        .filter_map(|at| at.attribution.as_deref());
    let commits = told.filter_map(|history| history.introduced.as_ref());
    commits.min_by_key(|commit| (commit.date.is_none(), commit.date))
}

/// How far it is out, in words.
fn exposure(key: &Key) -> Vec<&'static str> {
    let mut words = Vec::new();
    if key.pushed() == Some(true) {
        words.push("pushed: treat it as public");
    }
    let any = |is: fn(&Location) -> bool| key.locations.iter().any(is);
    let held = |at: &Location| {
        at.attribution
            .as_ref()
            .is_some_and(|history| history.refs_total > 0)
    };
    let removed = |at: &Location| {
        at.attribution
            .as_ref()
            .is_some_and(|history| history.removed.is_some())
    };
    let reached = key.locations.iter().filter_map(|at| at.reachable).min();
    words.extend(match reached {
        _ if key.at_head() => Some("still at HEAD"),
        _ if any(|at| at.origin == Origin::Staged) => Some("to be committed"),
        _ if any(|at| at.tracked == Some(false)) => Some("in a file that git does not track"),
        _ if any(|at| at.origin == Origin::Config) => Some("in git's own files"),
        _ if any(held) => Some("not at HEAD, but a ref leads to it"),
        _ if any(removed) => Some("removed, but still in history"),
        Some(Reachable::Refs) => Some("in history"),
        Some(Reachable::Stash) => Some("only a stash leads to it"),
        Some(Reachable::Reflog) => Some("only a reflog leads to it"),
        Some(Reachable::None) => Some("no ref leads to it any more"),
        None => None,
    });
    words
}

/// The name of a severity.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
