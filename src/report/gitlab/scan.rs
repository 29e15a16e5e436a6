//! What scanned, when, whether it read everything, and what the report leaves out.

use serde::Serialize;

use super::{Page, limits};
use crate::model::{Outcome, Problem};
use crate::report::human::rest;
use crate::report::sanitize::visible;
use crate::report::{liveness, summary, when};

#[derive(Serialize)]
pub(super) struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    vendor: Vendor,
    version: &'static str,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

/// Places that the report has no room for.
#[derive(Clone, Copy, Default)]
pub(super) struct Left {
    /// Of keys with too many.
    pub(super) places: usize,
    /// Behind the last one that there was room for.
    pub(super) others: usize,
}

const TOOL: Tool = Tool {
    id: env!("CARGO_PKG_NAME"),
    name: env!("CARGO_PKG_NAME"),
    vendor: Vendor { name: "aisaleaks" },
    version: env!("CARGO_PKG_VERSION"),
};

/// The scan, a failure unless everything was read.
pub(super) fn of(outcome: &Outcome, left: Left, page: Page<'_>) -> Scan {
    let now = page.options.now;
    let begun = when::begun(now, outcome.stats.duration_ms);
    Scan {
        analyzer: TOOL,
        scanner: TOOL,
        kind: "secret_detection",
        start_time: when::without_zone(begun),
        end_time: when::without_zone(now),
        status: match outcome.complete() {
            true => "success",
            false => "failure",
        },
        messages: messages(outcome, left, page),
    }
}

fn messages(outcome: &Outcome, left: Left, page: Page<'_>) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut say = |level, text: &str| {
        let value = limits::begin(&visible(text), limits::MESSAGE);
        messages.push(Message { level, value });
    };
    if let Some(verdict) = summary::verdict(outcome) {
        let level = if outcome.interrupted { "fatal" } else { "warn" };
        say(level, verdict);
    }
    let (open, accepted): (Vec<&Problem>, Vec<&Problem>) = outcome
        .problems
        .iter()
        .partition(|at| at.accepted.is_none());
    for (level, problems) in [("warn", open), ("info", accepted)] {
        for problem in problems.iter().take(limits::MESSAGES) {
            say(level, &page.problem(problem));
        }
        if let Some(more) = rest(problems.len(), limits::MESSAGES) {
            say(level, &format!("and {more} more; see -f json"));
        }
    }
    if let Some(text) = liveness::checked(outcome, |base| page.shown.name(base)) {
        say("info", &text);
    }
    if let Some(text) = liveness::hidden(outcome) {
        let is_open = liveness::worst_hidden(outcome).is_some();
        say(if is_open { "warn" } else { "info" }, &text);
    }
    if left.places > 0 {
        let count = summary::count(left.places as u64, "place");
        let most = summary::grouped(limits::PLACES as u64);
        say(
            "warn",
            &format!("{count} left out: at most {most} of a key are listed. -f json has them all."),
        );
    }
    if left.others > 0 {
        let count = summary::count(left.others as u64, "place");
        let most = summary::grouped(limits::VULNERABILITIES as u64);
        let text = format!(
            "{count} left out: GitLab takes at most {most} vulnerabilities and 100 MiB. -f json has them all."
        );
        say("warn", &text);
    }
    if !outcome.hygiene.is_empty() {
        let count = summary::count(outcome.hygiene.len() as u64, "bad habit");
        say(
            "info",
            &format!("{count} left out, as this report is about secrets. -f human has them."),
        );
    }
    if let Some(text) = summary::suppressed(outcome) {
        let text = text.replace(
            "; --show-suppressed lists them",
            "; left out of this report",
        );
        say("info", &text);
    }
    for text in outcome.stale.iter().take(limits::MESSAGES) {
        say("info", &format!("Stale: {}", page.shown.text(text)));
    }
    let said = [summary::left_out(outcome), summary::old_keys(outcome)];
    for text in said.iter().flatten() {
        say("info", text);
    }
    messages
}

impl Page<'_> {
    /// `damaged-pack: objects/pack/…: it is cut off`
    fn problem(&self, problem: &Problem) -> String {
        let (kind, place) = (problem.kind.name(), self.shown.name(&problem.place));
        let message = self.shown.text(&problem.message);
        let parted = if place.is_empty() { "" } else { ": " };
        let mut text = format!("{kind}: {place}{parted}{message}");
        if let Some(reason) = &problem.accepted {
            text = format!("Accepted ({}): {text}", self.shown.text(reason));
        }
        text
    }
}
