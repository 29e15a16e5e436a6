//! Living with findings: what a baseline accepts, what is new all the same, and the commands that keep one.

mod changes;
mod commands;
mod files;
mod import;
mod keyed;
mod merging;
mod moves;
mod places;
mod problems;

use std::path::Path;

use serde_json::Value;

use crate::support::{Repo, Run, locations, report, run};

/// The name of a repository's own file.
const NAME: &str = ".aisaleaks-baseline.jsonl";

fn fingerprint(key: &str) -> String {
    aisaleaks::model::Secret::new(key).fingerprint()
}

/// A baseline with these entries: a key and a path.
fn listing(entries: &[(&str, &str)]) -> String {
    let mut text = "{\"aisaleaks-baseline\":1}\n".to_owned();
    for (key, path) in entries {
        let print = fingerprint(key);
        text.push_str(&format!(
            "{{\"key\":\"{print}\",\"path\":\"{path}\",\"reason\":\"known\"}}\n"
        ));
    }
    text
}

/// A repository that accepts keys at paths; nobody has committed that.
fn accepting(repo: &Repo, entries: &[(&str, &str)]) {
    repo.write(NAME, listing(entries));
}

/// The paths at which a key counts, each once.
fn new_at(report: &Value, key: &str) -> Vec<String> {
    let places = locations(report, key).into_iter();
    let mut paths: Vec<String> = places
        .map(|at| at["path"].as_str().unwrap_or("-").to_owned())
        .collect();
    paths.dedup();
    paths
}

/// The paths at which a key counts, for a command; demands the exit status that goes with them.
fn new(folder: &Path, args: &[&str], key: &str) -> Vec<String> {
    let (code, report) = report(folder, args);
    let paths = new_at(&report, key);
    assert_eq!(code, i32::from(!paths.is_empty()), "{args:?}: {report:#}");
    paths
}

const NONE: [&str; 0] = [];

/// A run of `baseline`.
fn baseline(repo: &Repo, args: &[&str]) -> Run {
    run(repo.path(), &[&["baseline"], args].concat())
}

/// Makes a baseline of all there is.
fn create(repo: &Repo) -> String {
    let run = baseline(repo, &["create", "--reason", "known"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    text(repo)
}

/// The own baseline as it is.
fn text(repo: &Repo) -> String {
    std::fs::read_to_string(repo.join(NAME)).expect("a baseline")
}

/// The paths in the own baseline, in their order.
fn paths(repo: &Repo) -> Vec<String> {
    let text = text(repo);
    let lines = text.lines().skip(1);
    let path = |line: &str| -> Option<String> {
        let entry: Value = serde_json::from_str(line).expect("JSON");
        let path = entry["path"].as_str().or(entry["origin"].as_str());
        path.map(str::to_owned)
    };
    let mut paths: Vec<String> = lines.filter_map(path).collect();
    paths.sort();
    paths
}
