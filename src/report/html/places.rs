//! The places of a key, in the order in which it came to them, each with its timeline and what history says of it.

use maud::{Markup, html};

use super::{Page, QUOTED};
use crate::model::{Attribution, Context, EventKind, Key, Location};
use crate::report::timeline::Lane;
use crate::report::{human, provenance, snippet, summary, when, whereabouts};

/// Places of one key that are listed; the JSON report has them all.
const PLACES: usize = 50;
/// Changes of one place that are listed.
const CHANGES: usize = 12;
/// Columns of the line that a key stands in.
const COLUMNS: usize = 160;

impl Page<'_> {
    pub(super) fn places(&self, key: &Key) -> Markup {
        let more = key.locations.len().saturating_sub(PLACES) as u64;
        html! {
            ol.places {
                @for at in listed(key) { (self.place(at)) }
            }
            @if more > 0 { p { "And " (summary::count(more, "more place")) "; see -f json." } }
        }
    }

    fn place(&self, at: &Location) -> Markup {
        let history = at.attribution.as_deref();
        let mut facts = human::facts(at);
        if history.is_some_and(|history| history.pushed == Some(true)) && !facts.contains("pushed")
        {
            facts = format!("pushed, {facts}").trim_end_matches(", ").to_owned();
        }
        let lane = self.axis.as_ref().filter(|_| history.is_some());
        html! {
            li {
                p.where {
                    (self.linked(at))
                    @if !facts.is_empty() { " " span.aside { (facts) } }
                }
                @if let Some(axis) = lane { (Lane::of(at, axis).drawn(None)) }
                div.told {
                    @for line in provenance::lines(at, self.shown, &self.options) { p { (line) } }
                    @if let Some(history) = history { (self.changes(history)) (self.commits(history)) }
                }
                @if let Some(context) = &at.context { (quoted(context)) }
            }
        }
    }

    /// Where it is, in words.
    pub(super) fn told(&self, at: &Location) -> String {
        snippet::end(&self.shown.told_exactly(at, b""), QUOTED)
    }

    fn linked(&self, at: &Location) -> Markup {
        let text = html! { code { (self.told(at)) } };
        match self.links.address(at, self.shown) {
            Some(address) => html! { a href=(address) rel="noreferrer" { (text) } },
            None => text,
        }
    }

    /// The changes between the first and the last, if there are any: what came back after it was removed.
    fn changes(&self, history: &Attribution) -> Markup {
        let told =
            usize::from(history.introduced.is_some()) + usize::from(history.removed.is_some());
        let more = history.events_total.saturating_sub(CHANGES as u64);
        html! {
            @if history.events_total > told as u64 {
                p {
                    "all changes: "
                    @for (event, nth) in history.events.iter().take(CHANGES).zip(0..) {
                        @if nth > 0 { ", " }
                        (match event.kind { EventKind::Introduced => "introduced ", EventKind::Removed => "removed " })
                        @if let Some(day) = event.date.and_then(when::day) { (day) " " }
                        "in " (self.commit(event.commit))
                    }
                    @if more > 0 { " and " (summary::grouped(more)) " more" }
                }
            }
        }
    }

    /// The commits as links, if it is known where they are on the web.
    fn commits(&self, history: &Attribution) -> Markup {
        let both = [&history.introduced, &history.removed];
        let linked = both.into_iter().flatten();
        let linked: Vec<_> = linked
            .filter(|commit| self.links.commit_address(commit.id).is_some())
            .collect();
        html! {
            @if !linked.is_empty() {
                p { "see " @for (commit, nth) in linked.iter().zip(0..) {
                    @if nth > 0 { " and " }
                    (self.commit(commit.id))
                } }
            }
        }
    }
}

/// The places that are listed, the best one among them, in the order in which the key came to them.
fn listed(key: &Key) -> Vec<&Location> {
    let best = whereabouts::best(key);
    let places = key.locations.iter().enumerate();
    let others = places
        .filter(|(nth, _)| Some(*nth) != best)
        .map(|(_, at)| at);
    let best = best.and_then(|nth| key.locations.get(nth));
    let mut listed: Vec<&Location> = best.into_iter().chain(others).take(PLACES).collect();
    let came = |at: &&Location| at.attribution.as_ref()?.introduced.as_ref()?.date;
    listed.sort_by_key(|at| (came(at).is_none(), came(at)));
    listed
}

/// The line that it stands in.
fn quoted(context: &Context) -> Markup {
    let snippet = snippet::of(context, COLUMNS);
    let (text, marked) = (snippet.text.as_str(), snippet.marked);
    let part = |range: Option<&str>| range.unwrap_or_default().to_owned();
    html! {
        pre { code {
            (part(text.get(..marked.start)))
            mark { (part(text.get(marked.clone()))) }
            (part(text.get(marked.end..)))
        } }
    }
}
