//! The other services, of which variables tell what a run is about.

use std::fs;

use super::{Checkout, Hub};
use crate::support::key;

const REPORT: &str = "aisaleaks-junit.xml";

/// The files that the report for people names, of those in `Seen::new`.
fn files(checkout: &Checkout, args: &[&str], variables: &[(&str, &str)]) -> Vec<&'static str> {
    let run = checkout.run(args, variables);
    assert_eq!(run.code, 1, "{variables:?}: {}{}", run.stdout, run.stderr);
    let report = fs::read_to_string(checkout.folder.join(REPORT)).expect("written");
    assert!(report.starts_with("<?xml"), "{report}");
    let mut seen = vec!["new.py", "newer.py", "old.py"];
    seen.retain(|name| run.stdout.contains(&format!("  {name}:")));
    seen
}

#[test]
fn each_service_is_known_by_its_variables() {
    let hub = Hub::new();
    let base = hub.commit("main", "old.py", &key());
    let head = hub.commit("feature", "new.py", &key());
    let newer = hub.commit("main", "newer.py", &key());
    let merge = hub.merge(&newer, &head);
    let checkout = hub.checkout("job", &merge, "refs/pull/7/merge", 0);
    let (change, all) = (&["new.py"][..], &["new.py", "newer.py", "old.py"][..]);
    let bitbucket = ("BITBUCKET_BUILD_NUMBER", "3");
    let azure = ("TF_BUILD", "True");
    let jenkins = ("JENKINS_URL", "https://ci.example.org/");
    let buildkite = ("BUILDKITE", "true");
    let commit = ("BUILDKITE_COMMIT", &*head);
    for (variables, expected) in [
        (&[("CI", "true")][..], all),
        (&[("CI", "true"), ("GITHUB_ACTIONS", "false")], all),
        (&[("CIRCLECI", "true"), ("CIRCLE_SHA1", &head)], all),
        (
            &[
                bitbucket,
                ("BITBUCKET_PR_ID", "7"),
                ("BITBUCKET_COMMIT", &head),
                ("BITBUCKET_PR_DESTINATION_COMMIT", &newer),
            ],
            change,
        ),
        (
            &[
                bitbucket,
                ("BITBUCKET_PR_ID", "7"),
                ("BITBUCKET_COMMIT", &head),
                ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ],
            change,
        ),
        (&[bitbucket, ("BITBUCKET_COMMIT", &head)], all),
        (
            &[
                azure,
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", &merge),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &head),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ],
            change,
        ),
        (
            &[
                azure,
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", &merge),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
            ],
            change,
        ),
        (&[azure, ("BUILD_REASON", "Schedule")], all),
        (
            &[
                jenkins,
                ("CHANGE_ID", "7"),
                ("CHANGE_TARGET", "main"),
                ("GIT_COMMIT", &head),
            ],
            change,
        ),
        (
            &[
                jenkins,
                ("GIT_COMMIT", &head),
                ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &base),
            ],
            change,
        ),
        (&[jenkins, ("GIT_COMMIT", &head)], all),
        (
            &[
                buildkite,
                commit,
                ("BUILDKITE_PULL_REQUEST", "7"),
                ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
            ],
            change,
        ),
        (
            &[
                buildkite,
                commit,
                ("BUILDKITE_PULL_REQUEST", "false"),
                ("BUILDKITE_BRANCH", "feature"),
                ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
            ],
            change,
        ),
        (&[buildkite, commit, ("BUILDKITE_SOURCE", "schedule")], all),
    ] {
        assert_eq!(files(&checkout, &[], variables), expected, "{variables:?}");
    }
    let named = ["--base", "origin/main", "--head", "origin/feature"];
    assert_eq!(files(&checkout, &named, &[("CI", "1")]), change);
    assert_eq!(files(&checkout, &named, &[]), change, "by hand");
    assert_eq!(files(&checkout, &["--mode", "all"], &[]), all, "by hand");
    // What CircleCI says of a branch that is new.
    let named = ["--base", "", "--head", &head];
    assert_eq!(
        files(&checkout, &named, &[("CIRCLECI", "true")]),
        ["new.py", "old.py"]
    );
}

#[test]
fn a_clean_run_has_a_report_of_a_test_that_passes() {
    let hub = Hub::new();
    let head = hub.server.git(&["rev-parse", "HEAD"]);
    let checkout = hub.checkout("job", &head, "refs/heads/main", 0);
    let run = checkout.run(&[], &[("CI", "true")]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = fs::read_to_string(checkout.folder.join(REPORT)).expect("written");
    assert!(
        report.contains("tests=\"1\"") && report.contains("failures=\"0\""),
        "{report}"
    );
}

#[test]
fn a_tag_that_is_named_like_the_beginning_of_an_id_is_not_taken_for_it() {
    let hub = Hub::new();
    let base = hub.commit("main", "old.py", &key());
    let head = hub.commit("feature", "new.py", &key());
    hub.server.git(&["tag", &base[..12], &head]);
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let variables = [
        ("BITBUCKET_BUILD_NUMBER", "3"),
        ("BITBUCKET_PR_ID", "7"),
        ("BITBUCKET_COMMIT", &head[..12]),
        ("BITBUCKET_PR_DESTINATION_COMMIT", &base[..12]),
    ];
    assert_eq!(files(&checkout, &[], &variables), ["new.py"]);
}
