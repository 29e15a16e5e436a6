//! The head of the page: the outcome in words and in a few numbers, and what was scanned.

use maud::{Markup, html};

use super::Page;
use crate::model::{Key, Outcome, Target, TargetKind};
use crate::report::human::SHORT_ID;
use crate::report::{headline, liveness, summary, when};

/// Targets that are named.
const TARGETS: usize = 5;

impl Page<'_> {
    /// The outcome, what was scanned, and what weakens it.
    pub(super) fn overview(&self, outcome: &Outcome) -> Markup {
        let hidden = liveness::hidden(outcome);
        let is_urgent = liveness::worst_hidden(outcome).is_some();
        html! {
            a.skip href="#main" { "Skip to the findings" }
            header {
                p.brand { "aisaleaks" }
                h1 { (first_up(&headline::of(outcome))) }
                @if self.shown.show_secrets {
                    p.banner { "This file has the keys in full: it is itself a leak. Delete it when you are done." }
                }
                @if let Some(verdict) = summary::verdict(outcome) { p.banner { (verdict) } }
                @if let Some(line) = &hidden { p.banner[is_urgent] { (line) "." } }
                (self.numbers(outcome))
                p { (summary::scanned(outcome)) "." }
                @if let Some(line) = liveness::checked(outcome, |base| self.name(base)) { p { (line) "." } }
                (self.targets(&outcome.targets))
                @for note in &outcome.notes { p { "Note: " (self.text(note)) "." } }
            }
        }
    }

    /// What a manager asks first.
    fn numbers(&self, outcome: &Outcome) -> Markup {
        let keys = &outcome.keys;
        let count = |is: fn(&Key) -> bool| keys.iter().filter(|key| is(key)).count();
        let is_asked = keys.iter().any(|key| liveness::is_told(&key.verdict));
        let pushed = count(|key| key.pushed() == Some(true));
        let oldest = keys.iter().filter_map(Key::first_seen).min();
        let number = |name: &str, number: usize, is_bad: bool| {
            html! { div { dt { (name) } dd.bad[is_bad && number > 0] { (summary::grouped(number as u64)) } } }
        };
        html! {
            @if !keys.is_empty() {
                dl.numbers {
                    (number(if keys.len() == 1 { "key" } else { "keys" }, keys.len(), false))
                    @if is_asked { (number("live", liveness::live(keys), true)) }
                    (number("pushed", pushed, true))
                    (number("still at HEAD", count(Key::at_head), true))
                    @if let Some(oldest) = oldest {
                        div { dt { "oldest" } dd { (when::age(oldest, self.options.now)) } }
                    }
                }
            }
        }
    }

    fn targets(&self, targets: &[Target]) -> Markup {
        let more = targets.len().saturating_sub(TARGETS) as u64;
        html! {
            @if !targets.is_empty() {
                p {
                    "In "
                    @for (target, nth) in targets.iter().take(TARGETS).zip(0..) {
                        @if nth > 0 { ", " }
                        (self.target(target))
                    }
                    @if more > 0 { " and " (summary::grouped(more)) " more" }
                    "."
                }
            }
        }
    }

    fn target(&self, target: &Target) -> Markup {
        let kind = match target.kind {
            TargetKind::Files => "files",
            TargetKind::Git => "git history",
            TargetKind::Staged => "staged changes",
            TargetKind::Message => "a commit's message",
            TargetKind::Stdin => return html! { "standard input" },
        };
        html! {
            code { (self.name(&target.path)) } " (" (kind)
            @if let Some(head) = target.head { " at " (self.commit(head)) }
            @if target.shallow { ", shallow" }
            ")"
        }
    }

    /// A commit by the beginning of its id, as a link if it is known where it is on the web.
    pub(super) fn commit(&self, id: crate::model::ObjectId) -> Markup {
        let short: String = id.to_string().chars().take(SHORT_ID).collect();
        html! {
            @match self.links.commit_address(id) {
                Some(address) => { a href=(address) rel="noreferrer" { code { (short) } } }
                None => { code { (short) } }
            }
        }
    }
}

/// With a capital letter.
fn first_up(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
