//! What the action makes of each event: the real program, on checkouts as actions/checkout leaves them.

use std::path::Path;

use serde_json::Value;

use super::runner::{Runner, Used};
use crate::ci::{Hub, NONE, pull, pushed};
use crate::support::{git, key};

/// A runner that has the program already, about an event.
fn runner(checkout: &Path, name: &str, event: &Path, sha: &str, refname: &str) -> Runner {
    let mut runner = Runner::new(checkout.to_owned());
    let binary = env!("CARGO_BIN_EXE_aisaleaks");
    runner.program("aisaleaks", &format!("exec '{binary}' \"$@\""));
    let built = runner.join("bin/aisaleaks");
    runner.program(
        "cargo",
        &format!(
            "mkdir -p \"$CARGO_TARGET_DIR/release\"\ncp {} \"$CARGO_TARGET_DIR/release/aisaleaks\"",
            built.display()
        ),
    );
    runner.reference = "main".to_owned();
    let event = event.to_str().expect("a path");
    for (variable, value) in [
        ("GITHUB_EVENT_NAME", name),
        ("GITHUB_EVENT_PATH", event),
        ("GITHUB_SHA", sha),
        ("GITHUB_REF", refname),
    ] {
        runner
            .variables
            .insert(variable.to_owned(), value.to_owned());
    }
    runner
}

impl Used {
    fn scan(&self) -> i32 {
        let code = self.codes.get("Scan").copied();
        code.unwrap_or_else(|| panic!("no scan\n{}", self.log))
    }

    /// Demands what a scan with a finding leaves.
    #[track_caller]
    fn found(&self, keys: &str, secret: &str) {
        assert_eq!(self.scan(), 1, "{}", self.log);
        assert!(self.failed);
        let outputs = ["found", "keys", "complete"].map(|name| &*self.outputs[name]);
        assert_eq!(outputs, ["true", keys, "true"], "{}", self.log);
        assert!(self.log.contains("\n::error "), "{}", self.log);
        for text in [&self.log, &self.summary] {
            assert!(
                text.contains("sk-aisa-…") && !text.contains(secret),
                "{text}"
            );
        }
    }

    /// Demands what a scan without one leaves.
    #[track_caller]
    fn clean(&self) {
        assert_eq!(self.scan(), 0, "{}", self.log);
        assert!(!self.failed);
        let outputs = ["found", "keys", "complete"].map(|name| &*self.outputs[name]);
        assert_eq!(outputs, ["false", "0", "true"], "{}", self.log);
        assert!(!self.log.contains("::error"), "{}", self.log);
    }
}

fn sarif(workspace: &Path, used: &Used) -> Value {
    let path = workspace.join(&used.outputs["sarif"]);
    serde_json::from_slice(&std::fs::read(path).expect("a report")).expect("JSON")
}

/// A pull request whose first commit adds a key, and whose second takes it out again; and its checkout.
fn pull_request(hub: &Hub, secret: &str, from: &str, depth: u32) -> Runner {
    hub.commit("feature", "app.env", &format!("AISA_API_KEY={secret}\n"));
    let head = hub.commit("feature", "app.env", "AISA_API_KEY=\n");
    let base = hub.commit("main", "other", "moved on\n");
    let merge = hub.merge("main", "feature");
    let checkout = hub.checkout("pull", &merge, "refs/pull/7/merge", depth);
    let event = hub.event(pull(&base, &head, from));
    runner(
        &checkout.folder,
        "pull_request",
        &event,
        &merge,
        "refs/pull/7/merge",
    )
}

#[test]
fn a_pull_request_is_scanned_and_uploaded_and_fails() {
    let (hub, secret) = (Hub::new(), key());
    let mut runner = pull_request(&hub, &secret, "ada/app", 0);
    let used = runner.run();
    used.found("1", &secret);
    assert_eq!(used.uploaded, None);
    runner.inputs.insert("upload", "true".to_owned());
    runner.inputs.insert("sarif-file", "out.sarif".to_owned());
    let used = runner.run();
    used.found("1", &secret);
    let uploaded = used
        .uploaded
        .as_ref()
        .expect("an upload, though the scan failed");
    assert_eq!(uploaded["sarif_file"], "out.sarif");
    assert_eq!(uploaded["checkout_path"], ".");
    let report = sarif(&runner.workspace, &used);
    assert_eq!(
        report["runs"][0]["results"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn the_token_of_a_fork_may_only_read_and_nothing_is_uploaded() {
    let (hub, secret) = (Hub::new(), key());
    let mut runner = pull_request(&hub, &secret, "mallory/app", 0);
    runner.inputs.insert("upload", "true".to_owned());
    let used = runner.run();
    used.found("1", &secret);
    assert_eq!(used.uploaded, None, "{}", used.log);
}

#[test]
fn a_shallow_checkout_is_no_clean_one() {
    let (hub, secret) = (Hub::new(), key());
    let mut runner = pull_request(&hub, &secret, "ada/app", 1);
    let used = runner.run();
    assert!(used.failed && used.scan() != 0, "{}", used.log);
    assert!(used.log.contains("fetch-depth: 0"), "{}", used.log);
    assert_ne!(used.outputs["complete"], "true");
}

#[test]
fn a_push_is_scanned_from_where_the_branch_was() {
    let (hub, secret) = (Hub::new(), key());
    let old = hub.commit("main", "old.env", &format!("AISA_API_KEY={}\n", key()));
    let fine = hub.commit("main", "fine", "fine\n");
    let leak = hub.commit("main", "new.env", &format!("AISA_API_KEY={secret}\n"));
    // Pushed anew: without the commit that had the key, and with another.
    let anew = hub.commit("topic", "topic", "topic\n");
    let [name, head] = ["refs/heads/main", "refs/heads/topic"];
    for (place, before, after, refname, keys) in [
        ("fine", &*old, &fine, name, "0"),
        ("leak", &*fine, &leak, name, "1"),
        ("new", NONE, &anew, head, "0"),
        ("forced", &*leak, &fine, name, "0"),
    ] {
        let checkout = hub.checkout(place, after, refname, 0);
        let event = hub.event(pushed(refname, before, after));
        let used = runner(&checkout.folder, "push", &event, after, refname).run();
        match keys {
            "0" => used.clean(),
            _ => used.found(keys, &secret),
        }
    }
}

#[test]
fn a_tag_is_scanned_with_its_message() {
    let (hub, secret) = (Hub::new(), key());
    let head = git(hub.server.path(), &["rev-parse", "main"]);
    hub.server
        .git(&["tag", "-a", "-m", &format!("for {secret}"), "v1"]);
    let tag = hub.server.git(&["rev-parse", "v1"]);
    let checkout = hub.checkout("tag", &head, "refs/tags/v1", 0);
    let event = hub.event(pushed("refs/tags/v1", NONE, &tag));
    let used = runner(&checkout.folder, "push", &event, &head, "refs/tags/v1").run();
    used.found("1", &secret);
}

#[test]
fn on_a_schedule_and_by_hand_everything_is_scanned() {
    let (hub, secret) = (Hub::new(), key());
    hub.commit("main", "old.env", &format!("AISA_API_KEY={secret}\n"));
    hub.commit("main", "old.env", "AISA_API_KEY=\n");
    let head = hub.commit("main", "fine", "fine\n");
    for (name, event) in [
        ("schedule", serde_json::json!({"schedule": "0 3 * * *"})),
        (
            "workflow_dispatch",
            serde_json::json!({"ref": "refs/heads/main", "inputs": null}),
        ),
    ] {
        let checkout = hub.checkout(name, &head, "refs/heads/main", 0);
        let event = hub.event(event);
        let mut runner = runner(&checkout.folder, name, &event, &head, "refs/heads/main");
        runner.run().found("1", &secret);
    }
    // A push is asked to look at everything, too.
    let checkout = hub.checkout("push", &head, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &head, &head));
    let mut runner = runner(&checkout.folder, "push", &event, &head, "refs/heads/main");
    runner.run().clean();
    runner.inputs.insert("mode", "all".to_owned());
    runner.run().found("1", &secret);
}

#[test]
fn inputs_reach_the_scan() {
    let (hub, secret) = (Hub::new(), key());
    let mut runner = pull_request(&hub, &secret, "ada/app", 0);
    runner.inputs.insert("fail-on", "never".to_owned());
    let used = runner.run();
    assert_eq!(
        (used.scan(), &*used.outputs["found"]),
        (0, "false"),
        "{}",
        used.log
    );
    runner.inputs.insert("fail-on", "sometimes".to_owned());
    assert_eq!(runner.run().scan(), 2);
    runner.inputs.remove("fail-on");
    // A checkout below the workspace; where the report lies is not its matter.
    let folder = runner.workspace.file_name().expect("a name").to_owned();
    runner.workspace.pop();
    let folder = folder.into_string().expect("text");
    runner.inputs.insert("path", folder.clone());
    runner.inputs.insert("upload", "true".to_owned());
    let used = runner.run();
    used.found("1", &secret);
    assert_eq!(used.uploaded.expect("an upload")["checkout_path"], folder);
    assert!(runner.workspace.join("aisaleaks.sarif").is_file());
}

#[test]
fn an_upload_without_a_token_fails_a_clean_run() {
    let hub = Hub::new();
    let head = hub.commit("main", "fine", "fine\n");
    let checkout = hub.checkout("push", &head, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", NONE, &head));
    let mut runner = runner(&checkout.folder, "push", &event, &head, "refs/heads/main");
    runner.inputs.insert("upload", "true".to_owned());
    let used = runner.run();
    used.clean();
    assert!(used.uploaded.is_some(), "{}", used.log);
    runner.token.clear();
    let used = runner.run();
    assert!(used.failed && used.uploaded.is_none(), "{}", used.log);
}

#[test]
fn keys_are_checked_only_where_a_workflow_says_so() {
    for (input, said, code) in [
        (None, false, 0),
        (Some(""), false, 0),
        (Some("false"), false, 0),
        (Some("true"), true, 0),
        (Some("yes"), false, 2),
    ] {
        let hub = Hub::new();
        let mut runner = pull_request(&hub, &key(), "ada/app", 0);
        runner.program("aisaleaks", "printf 'given: %s\\n' \"$@\"");
        if let Some(input) = input {
            runner.inputs.insert("verify", input.to_owned());
        }
        let used = runner.run();
        assert_eq!(used.scan(), code, "{}", used.log);
        assert_eq!(used.log.contains("given: --verify"), said, "{}", used.log);
        assert_eq!(used.log.contains("::error"), code == 2, "{}", used.log);
    }
}
