//! Pipelines on GitLab.

use std::fs;

use serde_json::Value;

use super::{Checkout, Hub, NONE};
use crate::support::{Run, key};

const REPORT: &str = "gl-secret-detection-report.json";

/// A run in GitLab, and the files in its report.
fn run(checkout: &Checkout, variables: &[(&str, &str)]) -> (Run, Vec<String>) {
    let folder = checkout.folder.to_str().expect("UTF-8");
    let own = [
        ("GITLAB_CI", "true"),
        ("CI", "true"),
        ("CI_PROJECT_DIR", folder),
    ];
    let run = checkout.run(&[], &[&own, variables].concat());
    let text = fs::read_to_string(checkout.folder.join(REPORT)).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_default();
    let found = report["vulnerabilities"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let file = |found: &Value| found["location"]["file"].as_str().map(str::to_owned);
    let mut files: Vec<String> = found.iter().filter_map(file).collect();
    files.sort();
    (run, files)
}

#[test]
fn a_merge_request_is_what_its_commits_add() {
    let hub = Hub::new();
    let base = hub.commit("main", "old.py", &key());
    let head = hub.commit("feature", "new.py", &key());
    let checkout = hub.checkout("job", &head, "refs/merge-requests/7/head", 0);
    let (run, files) = run(
        &checkout,
        &[
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", &head),
            ("CI_COMMIT_BEFORE_SHA", NONE),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
        ],
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(files, ["new.py"], "{}", run.stdout);
    assert!(checkout.folder.join("aisaleaks.sarif").exists());
}

#[test]
fn of_merged_results_counts_what_was_merged() {
    let hub = Hub::new();
    let base = hub.commit("main", "old.py", &key());
    let head = hub.commit("feature", "new.py", &key());
    let newer = hub.commit("main", "newer.py", &key());
    let merge = hub.merge(&newer, &head);
    let checkout = hub.checkout("job", &merge, "refs/merge-requests/7/merge", 0);
    let (run, files) = run(
        &checkout,
        &[
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_COMMIT_SHA", &merge),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &head),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &newer),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
        ],
    );
    assert_eq!(files, ["new.py"], "{} {}", run.stdout, run.stderr);
}

#[test]
fn pushes_and_schedules() {
    let hub = Hub::new();
    let before = hub.commit("main", "old.py", &key());
    let after = hub.commit("main", "new.py", &key());
    let feature = hub.commit("feature", "feature.py", &key());
    let push = |sha, before, name| {
        [
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_SHA", sha),
            ("CI_COMMIT_BEFORE_SHA", before),
            ("CI_COMMIT_REF_NAME", name),
            ("CI_DEFAULT_BRANCH", "main"),
        ]
    };
    let main = hub.checkout("main", &after, "refs/heads/main", 0);
    assert_eq!(run(&main, &push(&after, &before, "main")).1, ["new.py"]);
    assert_eq!(
        run(&main, &push(&after, NONE, "main")).1,
        ["new.py", "old.py"]
    );
    let branch = hub.checkout("branch", &feature, "refs/heads/feature", 0);
    assert_eq!(
        run(&branch, &push(&feature, NONE, "feature")).1,
        ["feature.py"]
    );
    let (all, files) = run(&main, &[("CI_PIPELINE_SOURCE", "schedule")]);
    assert_eq!(all.code, 1);
    assert_eq!(files, ["feature.py", "new.py", "old.py"]);
}

#[test]
fn a_shallow_clone_is_told_with_the_line_that_mends_it() {
    let hub = Hub::new();
    let before = hub.commit("main", "old.py", "x\n");
    let after = hub.commit("main", "new.py", "y\n");
    let checkout = hub.checkout("job", &after, "refs/heads/main", 1);
    let (run, _) = run(
        &checkout,
        &[
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_SHA", &after),
            ("CI_COMMIT_BEFORE_SHA", &before),
            ("CI_COMMIT_REF_NAME", "main"),
        ],
    );
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("GIT_DEPTH: \"0\""), "{}", run.stderr);
}

#[test]
fn a_variable_that_is_missing_is_told() {
    let hub = Hub::new();
    let head = hub.server.git(&["rev-parse", "HEAD"]);
    let checkout = hub.checkout("job", &head, "refs/heads/main", 0);
    for (source, hint) in [
        ("merge_request_event", "CI_COMMIT_SHA is not set"),
        ("push", "CI_COMMIT_REF_NAME is not set"),
    ] {
        let (run, _) = run(&checkout, &[("CI_PIPELINE_SOURCE", source)]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(hint), "{}", run.stderr);
    }
}

/// It has the request's variables, and another source; a request for GitHub has others.
#[test]
fn every_pipeline_of_a_request_trusts_its_base() {
    let hub = Hub::new();
    let base = hub.commit("main", "old.py", &key());
    let allow = "[[allow]]\nreason = \"mine\"\npaths = [\"*\"]\n";
    hub.commit("feature", ".aisaleaks.toml", allow);
    let head = hub.commit("feature", "new.py", &key());
    let checkout = hub.checkout("job", &head, "refs/merge-requests/7/head", 0);
    for variables in [
        [
            ("CI_PIPELINE_SOURCE", "parent_pipeline"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", &*head),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*base),
        ],
        [
            ("CI_PIPELINE_SOURCE", "external_pull_request_event"),
            ("CI_EXTERNAL_PULL_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", &*head),
            ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA", &*base),
        ],
    ] {
        let (run, files) = run(&checkout, &variables);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert_eq!(files, ["new.py"], "{}", run.stdout);
    }
}

/// Whoever asks chooses where the branch starts.
#[test]
fn an_old_base_is_not_trusted_where_the_target_branch_is_here() {
    let hub = Hub::new();
    let allow = "[[allow]]\nreason = \"old\"\npaths = [\"*\"]\n";
    let old = hub.commit("main", ".aisaleaks.toml", allow);
    let head = hub.commit("feature", "new.py", &key());
    hub.commit("main", ".aisaleaks.toml", "");
    let checkout = hub.checkout("job", &head, "refs/merge-requests/7/head", 0);
    let told = [
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_PROJECT_PATH", "ada/app"),
        ("CI_MERGE_REQUEST_PROJECT_PATH", "ada/app"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_SHA", &head),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &old),
    ];
    let (run, files) = run(&checkout, &told);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert_eq!(files, ["new.py"], "{}", run.stdout);
}
