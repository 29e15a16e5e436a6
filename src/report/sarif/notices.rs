//! What could not be read or was left out, as SARIF's notifications: a run with one must not look like a clean one.

use serde_json::{Value, json};
use serde_sarif::sarif::{
    Invocation, Message, Notification, ReportingDescriptor, ReportingDescriptorReference,
};

use super::rules::{pascal, sentence};
use super::{Cut, Page, bag, limits};
use crate::model::{Outcome, Problem};
use crate::report::{liveness, summary};

/// The kind of a notification about this report, beside the kinds of problems.
const TRUNCATED: &str = "truncated";
/// The kind of one about the configuration.
const STALE: &str = "stale-configuration";

/// The kind of one about keys that are no results.
const HIDDEN: &str = "hidden-keys";

/// The run: successful only if everything was read.
pub(super) fn invocation(outcome: &Outcome, notifications: Vec<Notification>) -> Invocation {
    Invocation::builder()
        .execution_successful(outcome.complete())
        .tool_execution_notifications(notifications)
        .build()
}

/// A notification for each problem and each kind of truncation, and a descriptor for each kind.
pub(super) fn of(
    outcome: &Outcome,
    cut: &Cut,
    page: Page<'_>,
) -> (Vec<Notification>, Vec<ReportingDescriptor>) {
    let mut notices = Notices::default();
    for problem in &outcome.problems {
        notices.problem(problem, page);
    }
    for text in outcome.stale.iter().take(limits::STALE) {
        notices.push(STALE, page.shown.text(text), "note", []);
    }
    if let Some(text) = liveness::hidden(outcome) {
        // They have no result, and may work.
        let level = match liveness::worst_hidden(outcome) {
            Some(_) => "warning",
            None => "note",
        };
        notices.push(HIDDEN, format!("{text}."), level, []);
    }
    for (left, noun) in [(cut.results, "key"), (cut.habits, "bad habit")] {
        if left > 0 {
            let (left, limit) = (summary::count(left as u64, noun), limits::RESULTS);
            let text = format!(
                "{left} left out: code scanning takes at most {limit} results in a run. -f json has them all."
            );
            notices.push(TRUNCATED, text, "warning", []);
        }
    }
    if cut.places > 0 {
        let left = summary::count(cut.places as u64, "place");
        let (one, all) = (limits::PLACES, limits::RELATED);
        let text = format!(
            "{left} left out: at most {one} of a key and {all} of all keys are listed here. -f json has them all."
        );
        notices.push(TRUNCATED, text, "warning", []);
    }
    (notices.notifications, notices.descriptors)
}

#[derive(Default)]
struct Notices {
    notifications: Vec<Notification>,
    descriptors: Vec<ReportingDescriptor>,
}

impl Notices {
    fn problem(&mut self, problem: &Problem, page: Page<'_>) {
        let shown = page.shown;
        let (place, message) = (shown.name(&problem.place), shown.text(&problem.message));
        let accepted = problem.accepted.as_deref().map(|text| shown.text(text));
        let level = if accepted.is_some() { "note" } else { "error" };
        let parted = if place.is_empty() { "" } else { ": " };
        let text = format!("{place}{parted}{message}");
        let properties = [
            ("fingerprint", json!(problem.fingerprint())),
            ("accepted", json!(accepted)),
        ];
        self.push(problem.kind.name(), text, level, properties);
    }

    fn push<const N: usize>(
        &mut self,
        kind: &str,
        text: String,
        level: &str,
        properties: [(&str, Value); N],
    ) {
        let known = self.descriptors.iter().position(|at| at.id == kind);
        let index = known.unwrap_or_else(|| {
            self.descriptors.push(descriptor(kind));
            self.descriptors.len() - 1
        });
        let reference = ReportingDescriptorReference::builder()
            .id(kind)
            .index(index as i64)
            .build();
        let notification = Notification::builder()
            .descriptor(reference)
            .level(level)
            .message(Message::builder().text(text).build())
            .properties(bag(properties));
        self.notifications.push(notification.build());
    }
}

/// The kind of a notification, with the texts that GitHub asks of every descriptor.
fn descriptor(kind: &str) -> ReportingDescriptor {
    let (text, help) = match kind {
        TRUNCATED => (
            "Something was found that this report has no room for",
            "Write the report with `-f json` as well: it has no limits.",
        ),
        STALE => (
            "An entry of the configuration has expired or allows nothing any more",
            "Remove the entry, correct it, or give it a later day.",
        ),
        HIDDEN => (
            "Keys are left out because only those that work were asked for",
            "Leave `--only-active` out to see where they stand.",
        ),
        _ => (
            "Something could not be read or finished, so that keys in it may have been missed",
            "The message says what to do. To accept it, put its fingerprint and a reason into `.aisaleaks.toml`.",
        ),
    };
    let text = format!("{text} ({kind})");
    ReportingDescriptor::builder()
        .id(kind)
        .name(pascal(kind))
        .short_description(sentence(&text))
        .full_description(sentence(&text))
        .help(sentence(help))
        .build()
}
