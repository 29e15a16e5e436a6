//! The JSON report, schema `aisaleaks/1`: types of its own, so that a change of the model cannot change the format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::Shown;
use crate::model::{
    Confidence, Key, Location, Origin, Outcome, Problem, ProblemKind, Reachable, Severity, Target,
    TargetKind,
};

/// Changes only when a reader of the old format would break.
const SCHEMA: &str = "aisaleaks/1";

#[derive(Serialize)]
struct WireReport {
    schema: &'static str,
    tool: WireTool,
    complete: bool,
    targets: Vec<WireTarget>,
    problems: Vec<WireProblem>,
    stats: WireStats,
    keys: Vec<WireKey>,
    suppressed: u64,
    hygiene: [(); 0],
}

#[derive(Serialize)]
struct WireTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct WireTarget {
    path: String,
    kind: TargetKind,
    head: Option<String>,
    shallow: bool,
}

#[derive(Serialize)]
struct WireProblem {
    kind: ProblemKind,
    #[serde(rename = "where")]
    place: String,
    message: String,
    fingerprint: String,
    accepted: Option<String>,
}

#[derive(Serialize)]
struct WireStats {
    files: u64,
    blobs: u64,
    commits: u64,
    bytes: u64,
    excluded: BTreeMap<&'static str, u64>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct WireVerdict {
    state: &'static str,
    detail: Option<()>,
    checked_at: Option<()>,
}

/// A field of type `Option<()>` or `[(); 0]` here and below is one whose stage does not exist yet: always null or empty.
#[derive(Serialize)]
struct WireKey {
    fingerprint: String,
    redacted: String,
    secret: Option<String>,
    rule: String,
    confidence: Confidence,
    severity: Severity,
    verdict: WireVerdict,
    first_seen: Option<()>,
    age_days: Option<()>,
    at_head: bool,
    pushed: Option<bool>,
    notes: [(); 0],
    locations: Vec<WireLocation>,
}

#[derive(Serialize)]
struct WireLocation {
    origin: Origin,
    path: Option<String>,
    path_bytes: Option<String>,
    member: Option<()>,
    line: Option<u64>,
    column: Option<u64>,
    end_line: Option<u64>,
    end_column: Option<u64>,
    encoding: [(); 0],
    blob: Option<String>,
    introduced: Option<()>,
    removed: Option<()>,
    events: [(); 0],
    events_total: u64,
    refs: [(); 0],
    refs_total: u64,
    reachable: Option<Reachable>,
    tracked: Option<bool>,
}

/// Writes the report as one object and a newline.
pub(super) fn write(outcome: &Outcome, shown: Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let stats = &outcome.stats;
    let report = WireReport {
        schema: SCHEMA,
        tool: WireTool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        complete: outcome.complete(),
        targets: outcome.targets.iter().map(|t| target(t, shown)).collect(),
        problems: outcome.problems.iter().map(|p| problem(p, shown)).collect(),
        stats: WireStats {
            files: stats.files,
            blobs: stats.blobs,
            commits: stats.commits,
            bytes: stats.bytes,
            excluded: stats.excluded.clone(),
            duration_ms: stats.duration_ms,
        },
        keys: outcome.keys.iter().map(|k| key(k, shown)).collect(),
        suppressed: outcome.suppressed,
        hygiene: [],
    };
    // The conversion keeps the kind of an I/O error, which tells the caller of a broken pipe.
    serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

fn target(target: &Target, shown: Shown<'_>) -> WireTarget {
    WireTarget {
        path: shown.text(&target.path),
        kind: target.kind,
        head: target.head.map(|id| id.to_string()),
        shallow: target.shallow,
    }
}

fn problem(problem: &Problem, shown: Shown<'_>) -> WireProblem {
    WireProblem {
        kind: problem.kind,
        place: shown.text(&problem.place),
        message: shown.text(&problem.message),
        fingerprint: problem.fingerprint(),
        accepted: problem.accepted.as_deref().map(|text| shown.text(text)),
    }
}

fn key(key: &Key, shown: Shown<'_>) -> WireKey {
    WireKey {
        fingerprint: key.secret.fingerprint(),
        redacted: key.secret.redacted(),
        secret: shown.show_secrets.then(|| key.secret.expose().to_owned()),
        rule: key.rule.clone(),
        confidence: key.confidence,
        severity: key.severity(),
        verdict: WireVerdict {
            state: "unchecked",
            detail: None,
            checked_at: None,
        },
        first_seen: None,
        age_days: None,
        at_head: key.at_head(),
        pushed: key.pushed(),
        notes: [],
        locations: key.locations.iter().map(|at| location(at, shown)).collect(),
    }
}

fn location(location: &Location, shown: Shown<'_>) -> WireLocation {
    let (path, path_bytes) = match location.path.as_deref() {
        Some(raw) => {
            let (text, intact) = shown.path(raw);
            let exact = !intact || std::str::from_utf8(raw).is_ok();
            (Some(text), (!exact).then(|| percent_encoded(raw)))
        }
        None => (None, None),
    };
    let place = location.place;
    WireLocation {
        origin: location.origin,
        path,
        path_bytes,
        member: None,
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        end_line: place.map(|place| place.end_line),
        end_column: place.map(|place| place.end_column),
        encoding: [],
        blob: location.blob.map(|id| id.to_string()),
        introduced: None,
        removed: None,
        events: [],
        events_total: 0,
        refs: [],
        refs_total: 0,
        reachable: location.reachable,
        tracked: location.tracked,
    }
}

/// RFC 3986's unreserved characters and `/` as they are, every other byte as `%NN`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("because a String takes any text");
        }
    }
    out
}
