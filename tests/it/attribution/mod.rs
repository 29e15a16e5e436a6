//! Who put a key where it stands in history, who removed it, and what leads to it.

mod attacks;
mod cases;
mod generator;
mod messages;
mod oracle;
mod packings;
mod random;
mod reach;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Repo, locations, report};

/// The report on a repository's history.
fn history(repo: &Repo) -> Value {
    report(repo.path(), &["git", "--show-secrets"]).1
}

/// The only location of a key in a report.
fn only<'a>(report: &'a Value, key: &str) -> &'a Value {
    let all = locations(report, key);
    let [only] = all[..] else {
        panic!("{} locations: {all:#?}", all.len())
    };
    only
}

/// The location of a key at this path.
fn at<'a>(report: &'a Value, key: &str, path: &str) -> &'a Value {
    let all = locations(report, key);
    let found = all.iter().find(|location| location["path"] == path);
    found.unwrap_or_else(|| panic!("nothing at {path}: {all:#?}"))
}

/// The commits that a location's events of this kind name.
fn events(location: &Value, kind: &str) -> BTreeSet<String> {
    let all = location["events"].as_array().expect("events");
    let kept = all.iter().filter(|event| event["kind"] == kind);
    kept.map(|event| text(&event["commit"])).collect()
}

/// The refs of a location.
fn refs(location: &Value) -> Vec<String> {
    let all = location["refs"].as_array().expect("refs");
    all.iter().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The facts of a key in a report.
fn facts<'a>(report: &'a Value, key: &str) -> &'a Value {
    let fingerprint = aisaleaks::model::Secret::new(key).fingerprint();
    let keys = report["keys"].as_array().expect("keys");
    let found = keys
        .iter()
        .find(|found| found["fingerprint"] == fingerprint);
    found.expect("the key is reported")
}
