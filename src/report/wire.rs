//! What the JSON formats say of a key, a location and a problem, schema `aisaleaks/1`: types of its own, so that a
//! change of the model cannot change the formats.

mod verdict;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Shown, when};
use crate::model::{
    AllowedBy, Attribution, Commit, Confidence, Encoding, Event, EventKind, Hygiene, Key, Location,
    Note, Origin, Outcome, Problem, ProblemKind, Reachable, Severity, Target, TargetKind,
    percent_encoded,
};

pub(super) use verdict::{WireLive, WireVerdict, hidden, live, live_check, verdict};

/// Changes only when a reader of the old format would break.
pub(super) const SCHEMA: &str = "aisaleaks/1";

/// What wrote the report.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// This program.
pub(super) const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
};

#[derive(Serialize)]
pub(super) struct WireTarget {
    path: String,
    kind: TargetKind,
    head: Option<String>,
    shallow: bool,
}

#[derive(Serialize)]
pub(super) struct WireProblem {
    kind: ProblemKind,
    #[serde(rename = "where")]
    place: String,
    message: String,
    fingerprint: String,
    accepted: Option<String>,
}

#[derive(Serialize)]
pub(super) struct WireStats {
    files: u64,
    blobs: u64,
    commits: u64,
    bytes: u64,
    excluded: BTreeMap<&'static str, u64>,
    duration_ms: u64,
}

/// What is said of a key, but for where it stands.
#[derive(Clone, Serialize)]
pub(super) struct KeyFacts {
    fingerprint: String,
    redacted: String,
    secret: Option<String>,
    rule: String,
    confidence: Confidence,
    severity: Severity,
    verdict: WireVerdict,
    first_seen: Option<String>,
    age_days: Option<u64>,
    at_head: bool,
    pushed: Option<bool>,
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct WireCommit {
    commit: String,
    author: String,
    email: String,
    date: Option<String>,
    summary: String,
    /// Only where a shallow clone is cut off: the key came with this commit or an earlier one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    at_or_before: bool,
}

#[derive(Serialize)]
struct WireEvent {
    kind: EventKind,
    commit: String,
    date: Option<String>,
}

#[derive(Serialize)]
pub(super) struct WireLocation {
    origin: Origin,
    path: Option<String>,
    path_bytes: Option<String>,
    renamed_from: Option<String>,
    /// Of what came out of containers alone.
    member: Option<Vec<String>>,
    /// Only where the names in `member` are not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_bytes: Option<Vec<String>>,
    /// Only in notebooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<u32>,
    line: Option<u64>,
    column: Option<u64>,
    end_line: Option<u64>,
    end_column: Option<u64>,
    encoding: Vec<Encoding>,
    blob: Option<String>,
    introduced: Option<WireCommit>,
    removed: Option<WireCommit>,
    events: Vec<WireEvent>,
    events_total: u64,
    refs: Vec<String>,
    refs_total: u64,
    reachable: Option<Reachable>,
    tracked: Option<bool>,
    /// Only of a place that somebody allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<WireAllowed>,
}

#[derive(Serialize)]
struct WireAllowed {
    by: AllowedBy,
    reason: Option<String>,
}

/// A bad habit around keys.
#[derive(Serialize)]
pub(super) struct WireHygiene {
    rule: &'static str,
    severity: Severity,
    path: String,
    line: Option<u64>,
    message: String,
    example: &'static str,
}

pub(super) fn hygiene(habit: &Hygiene, shown: Shown<'_>) -> WireHygiene {
    WireHygiene {
        rule: habit.rule,
        severity: habit.severity,
        path: shown.path(&habit.path).0,
        line: habit.line,
        message: shown.text(&habit.message),
        example: habit.example,
    }
}

pub(super) fn target(target: &Target, shown: Shown<'_>) -> WireTarget {
    WireTarget {
        path: shown.name(&target.path),
        kind: target.kind,
        head: target.head.map(|id| id.to_string()),
        shallow: target.shallow,
    }
}

pub(super) fn problem(problem: &Problem, shown: Shown<'_>) -> WireProblem {
    WireProblem {
        kind: problem.kind,
        place: shown.name(&problem.place),
        message: shown.text(&problem.message),
        fingerprint: problem.fingerprint(),
        accepted: problem.accepted.as_deref().map(|text| shown.text(text)),
    }
}

pub(super) fn stats(outcome: &Outcome) -> WireStats {
    let stats = &outcome.stats;
    WireStats {
        files: stats.files,
        blobs: stats.blobs,
        commits: stats.commits,
        bytes: stats.bytes,
        excluded: stats.excluded.clone(),
        duration_ms: stats.duration_ms,
    }
}

pub(super) fn key(key: &Key, shown: Shown<'_>, now: Timestamp) -> KeyFacts {
    let first_seen = key.first_seen();
    KeyFacts {
        fingerprint: key.secret.fingerprint(),
        redacted: key.secret.redacted(),
        secret: shown.show_secrets.then(|| key.secret.expose().to_owned()),
        rule: shown.name(&key.rule),
        confidence: key.confidence,
        severity: key.severity(),
        verdict: verdict(&key.verdict, shown),
        first_seen: first_seen.and_then(when::rfc3339),
        age_days: first_seen.map(|then| when::age_days(then, now)),
        at_head: key.at_head(),
        pushed: key.pushed(),
        notes: key.notes.clone(),
    }
}

pub(super) fn location(location: &Location, shown: Shown<'_>) -> WireLocation {
    let (path, path_bytes) = match location.path.as_deref() {
        Some(raw) => name(raw, shown),
        None => (None, None),
    };
    let (member, member_bytes) = members(&location.member, shown);
    let place = location.place;
    let history = location.attribution.as_deref();
    let commit = |commit: &Commit, at_or_before| wire_commit(commit, at_or_before, shown);
    WireLocation {
        origin: location.origin,
        path,
        path_bytes,
        renamed_from: history
            .and_then(|at| at.renamed_from.as_deref())
            .map(|raw| shown.path(raw).0),
        member,
        member_bytes,
        cell: location.cell,
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        end_line: place.map(|place| place.end_line),
        end_column: place.map(|place| place.end_column),
        encoding: location.encoding.clone(),
        blob: location.blob.map(|id| id.to_string()),
        introduced: history.and_then(|at| Some(commit(at.introduced.as_ref()?, at.at_or_before))),
        removed: history.and_then(|at| Some(commit(at.removed.as_ref()?, false))),
        events: history.map(events).unwrap_or_default(),
        events_total: history.map_or(0, |at| at.events_total),
        refs: history.map(|at| refs(at, shown)).unwrap_or_default(),
        refs_total: history.map_or(0, |at| at.refs_total),
        reachable: location.reachable,
        tracked: location.tracked,
        allowed: location.allowed.as_ref().map(|allowed| WireAllowed {
            by: allowed.by,
            reason: allowed.reason.as_deref().map(|text| shown.text(text)),
        }),
    }
}

/// A name as it is shown, and its exact bytes, percent-encoded, if it does not show them, and no key is in them.
fn name(raw: &[u8], shown: Shown<'_>) -> (Option<String>, Option<String>) {
    let (text, intact) = shown.path(raw);
    let exact = !intact || std::str::from_utf8(raw).is_ok();
    (Some(text), (!exact).then(|| percent_encoded(raw)))
}

/// The names of members, and all of them percent-encoded, if one is not exact.
fn members(member: &[Vec<u8>], shown: Shown<'_>) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let told: Vec<_> = member.iter().map(|raw| name(raw, shown)).collect();
    let texts: Vec<String> = told.iter().filter_map(|(text, _)| text.clone()).collect();
    let is_exact = told.iter().all(|(_, bytes)| bytes.is_none());
    let bytes = told
        .into_iter()
        .filter_map(|(text, bytes)| bytes.or_else(|| Some(percent_encoded(text?.as_bytes()))));
    let bytes = (!is_exact).then(|| bytes.collect());
    ((!texts.is_empty()).then_some(texts), bytes)
}

pub(super) fn stale(outcome: &Outcome, shown: Shown<'_>) -> Vec<String> {
    outcome.stale.iter().map(|text| shown.text(text)).collect()
}

fn wire_commit(commit: &Commit, at_or_before: bool, shown: Shown<'_>) -> WireCommit {
    WireCommit {
        commit: commit.id.to_string(),
        author: shown.text(&commit.author),
        email: shown.text(&commit.email),
        date: commit.date.and_then(when::rfc3339),
        summary: shown.text(&commit.summary),
        at_or_before,
    }
}

fn events(history: &Attribution) -> Vec<WireEvent> {
    let event = |event: &Event| WireEvent {
        kind: event.kind,
        commit: event.commit.to_string(),
        date: event.date.and_then(when::rfc3339),
    };
    let shown = history.events.iter().take(Attribution::SHOWN);
    shown.map(event).collect()
}

fn refs(history: &Attribution, shown: Shown<'_>) -> Vec<String> {
    let names = history.refs.iter().take(Attribution::SHOWN);
    names.map(|name| shown.path(name).0).collect()
}
