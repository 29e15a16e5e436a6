//! Pushes to branches and tags on GitHub.

use super::{Hub, NONE, pushed};
use crate::support::key;

#[test]
fn a_push_is_what_came_since_the_one_before() {
    let hub = Hub::new();
    let before = hub.commit("main", "old.py", &key());
    let after = hub.commit("main", "new.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
    assert_eq!(job.paths(), ["new.py"], "{}", job.said());
    assert_eq!(job.commits(), 1);
}

#[test]
fn a_new_branch_is_what_the_default_branch_lacks() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let after = hub.commit("feature", "new.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/feature", 0);
    let event = hub.event(pushed("refs/heads/feature", NONE, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.paths(), ["new.py"], "{}", job.said());
}

#[test]
fn the_first_push_of_the_default_branch_is_all_of_it() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let after = hub.commit("main", "new.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", NONE, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.paths(), ["new.py", "old.py"], "{}", job.said());
}

#[test]
fn a_branch_that_was_written_anew_is_compared_with_the_default_branch() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let before = hub.commit("feature", "first.py", "x\n");
    hub.server.git(&["reset", "-q", "--hard", "main"]);
    let after = hub.commit("feature", "second.py", &key());
    hub.server
        .git(&["reflog", "expire", "--expire=now", "--all"]);
    let checkout = hub.checkout("job", &after, "refs/heads/feature", 0);
    let event = hub.event(pushed("refs/heads/feature", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.paths(), ["second.py"], "{}", job.said());
    let explained = checkout.github("push", &event, &after, &["--explain"]);
    assert!(
        explained.run.stdout.contains("written anew"),
        "{}",
        explained.said()
    );
}

#[test]
fn a_default_branch_that_was_written_anew_is_all_of_it() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let before = hub.commit("main", "first.py", "x\n");
    hub.server.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let after = hub.commit("main", "second.py", &key());
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.paths(), ["old.py", "second.py"], "{}", job.said());
}

#[test]
fn a_tag_is_its_message_its_name_and_what_the_default_branch_lacks() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let commit = hub.commit("release", "new.py", &key());
    let name = format!("refs/tags/v1-{}", key());
    let short = name.trim_start_matches("refs/tags/");
    hub.server.git(&["tag", "-a", "-m", &key(), short]);
    let tag = hub.server.git(&["rev-parse", &name]);
    // GitHub names the tag; others may name its commit.
    for after in [&tag, &commit] {
        let checkout = hub.checkout(&after[..7], &commit, &name, 0);
        let event = hub.event(pushed(&name, NONE, after));
        let job = checkout.github("push", &event, &commit, &[]);
        assert_eq!(job.run.code, 1, "{}", job.said());
        let keys = job.report["keys"].as_array().expect("keys");
        assert_eq!(keys.len(), 3, "{}", job.said());
        let origins: Vec<&str> = keys
            .iter()
            .flat_map(|key| key["locations"].as_array().expect("locations"))
            .map(|at| at["origin"].as_str().expect("an origin"))
            .collect();
        for origin in ["history", "tag-message", "ref-name"] {
            assert!(origins.contains(&origin), "{origins:?}");
        }
    }
}

#[test]
fn the_name_of_a_new_branch_counts() {
    let hub = Hub::new();
    let name = format!("refs/heads/{}", key());
    let after = hub.server.git(&["rev-parse", "main"]);
    let checkout = hub.checkout("job", &after, &name, 0);
    let event = hub.event(pushed(&name, NONE, &after));
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.run.code, 1, "{}", job.said());
    let key = name.trim_start_matches("refs/heads/");
    let said = format!("{}{}{}", job.said(), job.summary, job.report);
    assert!(!said.contains(key), "the name is a key");
}

#[test]
fn what_was_deleted_leaves_the_checkout() {
    let hub = Hub::new();
    let head = hub.commit("main", "old.py", &key());
    let checkout = hub.checkout("job", &head, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/gone", &head, NONE));
    let job = checkout.github("push", &event, &head, &[]);
    assert_eq!(job.paths(), ["old.py"], "{}", job.said());
}
