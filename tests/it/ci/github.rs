//! Pull requests and merge queues on GitHub, and runs that are about everything.

use serde_json::json;

use super::{Hub, pull};
use crate::support::key;

/// A base with an old key that moves on, and a change that adds a key, takes it away, and adds another.
fn change(hub: &Hub) -> [String; 2] {
    let base = hub.commit("main", "old.py", &key());
    hub.commit("feature", "gone.py", &key());
    hub.server.git(&["rm", "-q", "gone.py"]);
    hub.server.commit("away");
    let head = hub.commit("feature", "new.py", &key());
    [base, head]
}

#[test]
fn a_pull_request_from_a_fork_is_what_its_commits_add() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let merge = hub.merge(&base, &head);
    let checkout = hub.checkout("job", &merge, "refs/pull/7/merge", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request", &event, &merge, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
    assert_eq!(job.paths(), ["gone.py", "new.py"], "{}", job.said());
    assert_eq!(
        job.commits(),
        checkout.count(&[&format!("{base}..{merge}")])
    );
    let explained = checkout.github("pull_request", &event, &merge, &["--explain"]);
    assert!(explained.run.stdout.contains("from the fork bob/app"));
}

#[test]
fn what_the_base_got_meanwhile_is_not_the_change() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let newer = hub.commit("main", "newer.py", &key());
    let merge = hub.merge(&newer, &head);
    let checkout = hub.checkout("job", &merge, "refs/pull/7/merge", 0);
    // The event is older than the merge.
    let event = hub.event(pull(&base, &head, "ada/app"));
    let job = checkout.github("pull_request", &event, &merge, &[]);
    assert_eq!(job.paths(), ["gone.py", "new.py"], "{}", job.said());
    assert_eq!(job.commits(), checkout.count(&[&merge, "--not", &newer]));
}

#[test]
fn the_head_itself_may_be_checked_out() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let merge = hub.merge(&base, &head);
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    // The runner names the merge, which is not here.
    let job = checkout.github("pull_request", &event, &merge, &[]);
    assert_eq!(job.paths(), ["gone.py", "new.py"], "{}", job.said());
}

#[test]
fn a_merge_that_brings_more_than_its_parents_counts() {
    let hub = Hub::new();
    let base = hub.commit("main", "main.py", "x\n");
    hub.commit("feature", "feature.py", "y\n");
    hub.commit("main", "late.py", "z\n");
    hub.server.git(&["checkout", "-q", "feature"]);
    hub.server
        .git(&["merge", "-q", "--no-ff", "--no-commit", "main"]);
    let head = hub.server.write("evil.py", key()).commit("merge");
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "ada/app"));
    let job = checkout.github("pull_request", &event, &head, &[]);
    assert_eq!(job.paths(), ["evil.py"], "{}", job.said());
}

/// Whoever makes a change can make its head a merge: of what they call the base nothing is believed.
#[test]
fn a_head_that_looks_like_a_merge_of_the_service_hides_nothing() {
    let hub = Hub::new();
    let base = hub.commit("main", "main.py", "x\n");
    hub.commit("hidden", "hidden.py", &key());
    hub.server.git(&["checkout", "-q", "main"]);
    let good = hub.commit("good", "good.py", "y\n");
    let head = hub.merge("hidden", &good);
    let checkout = hub.checkout("job", &head, "refs/pull/7/head", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request", &event, &head, &[]);
    assert_eq!(job.paths(), ["hidden.py"], "{}", job.said());
}

#[test]
fn the_target_of_a_pull_request_has_to_fetch_its_head() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    hub.server.git(&["checkout", "-q", "main"]);
    hub.server.git(&["branch", "-q", "-D", "feature"]);
    let checkout = hub.checkout("job", &base, "refs/heads/main", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request_target", &event, &base, &[]);
    assert_eq!(job.run.code, 2, "{}", job.said());
    let stderr = &job.run.stderr;
    assert!(
        stderr.contains(&format!("git fetch origin {head}")),
        "{stderr}"
    );
    crate::support::git(&checkout.folder, &["fetch", "-q", "origin", &head]);
    let job = checkout.github("pull_request_target", &event, &base, &[]);
    assert_eq!(job.paths(), ["gone.py", "new.py"], "{}", job.said());
}

#[test]
fn a_merge_queue_is_what_it_would_merge() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let checkout = hub.checkout("job", &head, "refs/heads/queue", 0);
    let event = hub.event(json!({"merge_group": {"base_sha": base, "head_sha": head}}));
    let job = checkout.github("merge_group", &event, &head, &[]);
    assert_eq!(job.paths(), ["gone.py", "new.py"], "{}", job.said());
}

#[test]
fn the_name_of_the_branch_of_a_pull_request_counts_once() {
    let hub = Hub::new();
    let base = hub.server.git(&["rev-parse", "main"]);
    let head = hub.commit("feature", "new.py", "x\n");
    let merge = hub.merge(&base, &head);
    let checkout = hub.checkout("job", &merge, "refs/pull/7/merge", 0);
    let mut event = pull(&base, &head, "bob/app");
    let name = key();
    event["pull_request"]["head"]["ref"] = json!(name);
    let job = checkout.github("pull_request", &hub.event(event), &merge, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
    let keys = job.report["keys"].as_array().expect("keys");
    let places = keys[0]["locations"].as_array().expect("locations");
    assert_eq!((keys.len(), places.len()), (1, 1), "{}", job.said());
    assert_eq!(places[0]["origin"], "ref-name");
    let all = format!("{}{}", job.said(), job.summary);
    assert!(!all.contains(&name), "the name is a key");
}

#[test]
fn other_events_are_about_everything() {
    let hub = Hub::new();
    change(&hub);
    let head = hub.server.git(&["rev-parse", "main"]);
    for name in ["schedule", "workflow_dispatch", "release"] {
        let checkout = hub.checkout(name, &head, "refs/heads/main", 0);
        let event = hub.event(json!({"schedule": "0 3 * * *"}));
        let job = checkout.github(name, &event, &head, &[]);
        assert_eq!(job.run.code, 1, "{}", job.said());
        let paths = ["gone.py", "new.py", "old.py"];
        assert_eq!(job.paths(), paths, "{name}: {}", job.said());
        assert!(job.report["stats"]["files"].as_u64() > Some(0));
    }
}

#[test]
fn everything_can_be_asked_for() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let merge = hub.merge(&base, &head);
    let checkout = hub.checkout("job", &merge, "refs/pull/7/merge", 0);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request", &event, &merge, &["--mode", "all"]);
    assert_eq!(
        job.paths(),
        ["gone.py", "new.py", "old.py"],
        "{}",
        job.said()
    );
}

#[test]
fn what_is_named_comes_before_the_event() {
    let hub = Hub::new();
    let [base, head] = change(&hub);
    let checkout = hub.checkout("job", &head, "refs/heads/feature", 0);
    let event = hub.event(json!({}));
    let args = ["--base", &base, "--head", "HEAD~1"];
    let job = checkout.github("schedule", &event, &head, &args);
    assert_eq!(job.paths(), ["gone.py"], "{}", job.said());
}
