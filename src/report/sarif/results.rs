//! A key as a SARIF result. What is allowed is a result too, with suppressions that say by whom and why: the standard wants
//! them of every result of a run or of none (3.27.23), so that all others have an empty list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use serde_sarif::sarif::{
    Location as SarifLocation, Message, Result, ResultKind, ResultLevel, Suppression,
};

use super::{Cut, Page, Rules, bag, fixes, limits};
use crate::model::{Allowed, AllowedBy, Key, Location, Note, Outcome, Severity};
use crate::report::advice::{self, Advice};
use crate::report::liveness::Words;
use crate::report::{steps, summary, when, whereabouts, wire};

/// The results, those that count first, worst first as the keys are, and no more than may be.
pub(super) fn of(outcome: &Outcome, rules: &Rules, page: Page<'_>, cut: &mut Cut) -> Vec<Result> {
    let all = outcome.keys.len() + outcome.suppressed.len();
    cut.results = all.saturating_sub(limits::RESULTS);
    let keys = outcome.keys.iter().chain(&outcome.suppressed);
    let results = keys.take(limits::RESULTS).enumerate();
    results
        .map(|(at, key)| {
            let mut result = result(key, rules, page, cut);
            let is_suppressed = at >= outcome.keys.len();
            result.partial_fingerprints = Some(fingerprints(key, is_suppressed));
            let suppressions = is_suppressed.then(|| suppressions(key, page));
            result.suppressions = Some(suppressions.unwrap_or_default());
            if !is_suppressed {
                result.fixes = fixes::of(outcome, key, page);
            }
            result
        })
        .collect()
}

/// Who allowed the places of a key, and why, each once.
fn suppressions(key: &Key, page: Page<'_>) -> Vec<Suppression> {
    let allowed: BTreeSet<&Allowed> = key
        .locations
        .iter()
        .filter_map(|at| at.allowed.as_ref())
        .collect();
    let suppression = |allowed: &Allowed| {
        let kind = match allowed.by {
            AllowedBy::Inline => "inSource",
            AllowedBy::Config | AllowedBy::DisabledRule | AllowedBy::Baseline => "external",
        };
        let reason = match (&allowed.reason, allowed.by) {
            (Some(reason), _) => page.shown.text(reason),
            (None, AllowedBy::Inline) => "A marker allows it, without a reason.".to_owned(),
            (None, AllowedBy::Config) => "The configuration allows it.".to_owned(),
            (None, AllowedBy::Baseline) => "The baseline accepts it.".to_owned(),
            (None, AllowedBy::DisabledRule) => "The configuration disables its rule.".to_owned(),
        };
        Suppression::builder()
            .kind(kind)
            .status("accepted")
            .justification(reason)
            .build()
    };
    allowed
        .into_iter()
        .take(limits::SUPPRESSIONS)
        .map(suppression)
        .collect()
}

fn result(key: &Key, rules: &Rules, page: Page<'_>, cut: &mut Cut) -> Result {
    let first = whereabouts::best(key);
    let others = key.locations.iter().enumerate();
    let others = others.filter(|(at, _)| Some(*at) != first);
    let related: Vec<&Location> = others
        .map(|(_, other)| other)
        .take((limits::PLACES - 1).min(limits::RELATED - cut.related))
        .collect();
    cut.related += related.len();
    let listed = related.len() + usize::from(first.is_some());
    cut.places += key.locations.len() - listed;

    let first = first.and_then(|at| key.locations.get(at));
    let numbered = related.iter().zip(1..);
    let places: Vec<SarifLocation> = numbered
        .map(|(at, id)| {
            let mut place = page.place(key, at);
            place.id = Some(id);
            place.message = Some(message(page.shown.told(at, b"")));
            place
        })
        .collect();
    let mut result = Result::builder()
        .rule_id(page.shown.name(&key.rule))
        .kind(ResultKind::Fail)
        .level(match key.severity() {
            Severity::Error => ResultLevel::Error,
            Severity::Warning => ResultLevel::Warning,
            Severity::Note => ResultLevel::Note,
        })
        .message(message(text(key, rules, first, &related, page)))
        .locations(
            first
                .map(|at| page.place(key, at))
                .into_iter()
                .collect::<Vec<_>>(),
        )
        .properties(facts(key, page))
        .build();
    result.rule_index = rules.index(&key.rule);
    if !places.is_empty() {
        result.related_locations = Some(places);
    }
    result
}

fn message(text: String) -> Message {
    Message::builder().text(text).build()
}

/// Of the key alone, so that they stay when lines move and differ for two keys on a line. GitHub knows an alert by its
/// rule, its path and `primaryLocationLineHash`, in the form `hash:occurrence`, and ignores other names. What is suppressed
/// counts as another occurrence: an alert that was dismissed for it must not hide the key where it is not allowed.
fn fingerprints(key: &Key, is_suppressed: bool) -> BTreeMap<String, String> {
    let occurrence = if is_suppressed { 2 } else { 1 };
    let fingerprint = key.secret.fingerprint();
    // `sha256:…`, or `hmac-sha256:…` of what a brought rule found.
    let digits = fingerprint.rsplit(':').next().unwrap_or_default();
    let short: String = digits.chars().take(16).collect();
    [
        ("aisaleaks/v1".to_owned(), fingerprint.clone()),
        (
            "primaryLocationLineHash".to_owned(),
            format!("{short}:{occurrence}"),
        ),
    ]
    .into()
}

/// What it is, how urgent it is, and where else it stands; a number in parentheses links to a related location.
fn text(
    key: &Key,
    rules: &Rules,
    first: Option<&Location>,
    related: &[&Location],
    page: Page<'_>,
) -> String {
    let place = first.map(|at| format!(" ({})", escaped(&page.shown.told(at, b""))));
    let place = place.unwrap_or_default();
    let mut text = match key.secret.is_aisa() {
        true => format!("AIsa API key {} leaked{place}.", key.secret.redacted()),
        // Nothing of it is shown, so that its rule has to say what it is.
        false => {
            let description = escaped(rules.description(&key.rule));
            let rule = escaped(&page.shown.name(&key.rule));
            format!("{description} Leaked{place}, found by {rule}.")
        }
    };
    let words = Words::of(key, |text| escaped(&page.shown.text(text)));
    if let Some(words) = words {
        text.push_str(&format!(" {}", words.sentences()));
    }
    text.push_str(&format!(" {}", steps::revoke(key)));
    if key.pushed() == Some(true) {
        text.push_str(" It was pushed: treat it as public.");
    }
    if let Some(day) = key.first_seen().and_then(when::day) {
        text.push_str(&format!(" First committed on {day}."));
    }
    // That it was pushed was just said.
    let notes = key.notes.iter().filter(|note| **note != Note::Pushed);
    let notes = notes.map(|note| (note.name(), advice::of(*note)));
    let hiding = advice::of_hiding(&key.locations);
    for (name, Advice { means, advice }) in notes.take(limits::NOTES).chain(hiding) {
        text.push_str(&format!(" {name}: {means}; {advice}."));
    }
    if !related.is_empty() {
        let links = related.iter().zip(1..).take(limits::LINKS);
        let links: Vec<String> = links
            .map(|(at, id)| format!("[{}]({id})", escaped(&page.shown.told(at, b""))))
            .collect();
        text.push_str(&format!(" It also stands in {}", links.join(", ")));
        let more = key.locations.len() - 1 - links.len();
        if more > 0 {
            text.push_str(&format!(" and {} more", summary::grouped(more as u64)));
        }
        text.push('.');
    }
    text
}

/// Brackets mean a link in a message (SARIF 3.11.6), and a backslash takes that meaning from them.
fn escaped(text: &str) -> String {
    let special = |c: &char| matches!(c, '\\' | '[' | ']');
    text.chars()
        .flat_map(|c| special(&c).then_some('\\').into_iter().chain([c]))
        .collect()
}

fn facts(key: &Key, page: Page<'_>) -> serde_sarif::sarif::PropertyBag {
    let first_seen = key.first_seen();
    let secret = page.shown.show_secrets.then(|| key.secret.expose());
    let notes: Vec<String> = key
        .notes
        .iter()
        .map(|note| note.name().to_owned())
        .collect();
    let mut facts = bag([
        ("redacted", json!(key.secret.redacted())),
        ("secret", json!(secret)),
        ("confidence", json!(key.confidence)),
        ("verdict", json!(wire::verdict(&key.verdict, page.shown))),
        ("firstSeen", json!(first_seen.and_then(when::rfc3339))),
        (
            "ageDays",
            json!(first_seen.map(|then| when::age_days(then, page.options.now))),
        ),
        ("atHead", json!(key.at_head())),
        ("pushed", json!(key.pushed())),
        ("places", json!(key.locations.len())),
        ("notes", json!(&notes)),
    ]);
    facts.tags =
        (!notes.is_empty()).then(|| notes.into_iter().take(limits::TAGS).collect::<Vec<_>>());
    facts
}
