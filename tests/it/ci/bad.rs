//! Events, checkouts and paths that are not what they should be.

use std::fs;

use serde_json::json;

use super::{Checkout, Hub, NONE, pull, pushed};
use crate::support::{ended, git, key};

/// A push that adds a key.
fn leak(hub: &Hub) -> [String; 2] {
    let before = hub.commit("main", "old.py", "x\n");
    let after = hub.commit("main", "new.py", &key());
    [before, after]
}

#[test]
fn an_event_that_is_not_what_it_should_be_is_told() {
    let hub = Hub::new();
    let [before, after] = leak(&hub);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let push = pushed("refs/heads/main", &before, &after);
    let mut other = push.clone();
    other["repository"] = json!({"full_name": "eve/other"});
    let mut number = push.clone();
    number["before"] = json!(7);
    for (name, event, hint) in [
        ("push", json!({}).to_string(), "has no `ref`"),
        (
            "push",
            json!({"ref": "refs/heads/main", "after": after}).to_string(),
            "has no `before`",
        ),
        (
            "push",
            pull(&before, &after, "ada/app").to_string(),
            "has no `ref`",
        ),
        ("pull_request", push.to_string(), "has no `pull_request`"),
        ("merge_group", push.to_string(), "has no `merge_group`"),
        ("push", "{\"ref\": ".to_owned(), "is not JSON at line 1"),
        ("push", String::new(), "is not JSON"),
        ("push", "[]".to_owned(), "is not what GitHub sends"),
        ("push", "\u{0}\u{1}".to_owned(), "is not JSON"),
        ("push", number.to_string(), "is not what GitHub sends"),
        (
            "pull_request",
            json!({"pull_request": {"number": 7}}).to_string(),
            "is not what GitHub sends",
        ),
        ("push", other.to_string(), "is about eve/other"),
    ] {
        let file = hub.beside("event.json");
        fs::write(&file, &event).expect("written");
        told(&checkout, name, &file, &after, hint);
    }
    let absent = hub.beside("absent.json");
    told(&checkout, "push", &absent, &after, "cannot be read");
    told(&checkout, "push", hub.jobs.path(), &after, "cannot be read");
}

fn told(checkout: &Checkout, name: &str, file: &std::path::Path, after: &str, hint: &str) {
    let job = checkout.github(name, file, after, &[]);
    assert_eq!(job.run.code, 2, "{hint}: {}", job.said());
    let stderr = &job.run.stderr;
    assert!(stderr.contains(hint), "{hint}: {}", job.said());
    assert!(
        stderr.contains("--base REV --head REV"),
        "what to do: {stderr}"
    );
    assert!(
        job.run
            .stdout
            .starts_with("::error title=aisaleaks did not scan::"),
        "{}",
        job.said()
    );
}

#[test]
fn an_event_that_no_variable_names_is_told() {
    let hub = Hub::new();
    let [_, after] = leak(&hub);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let run = checkout.run(
        &[],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")],
    );
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("GITHUB_EVENT_PATH is not set"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_shallow_checkout_is_told_with_the_line_that_mends_it() {
    let hub = Hub::new();
    let [before, after] = leak(&hub);
    let head = hub.commit("feature", "more.py", &key());
    let merge = hub.merge(&after, &head);
    let depth = "fetch-depth: 0";
    for (nth, (name, event, commit, refname, fetched, codes)) in [
        (
            "push",
            pushed("refs/heads/main", &before, &after),
            &after,
            "refs/heads/main",
            1,
            [2, 2],
        ),
        (
            "push",
            pushed("refs/heads/main", NONE, &after),
            &after,
            "refs/heads/main",
            1,
            [1, 1],
        ),
        (
            "pull_request",
            pull(&after, &head, "bob/app"),
            &merge,
            "refs/pull/7/merge",
            1,
            [2, 2],
        ),
        (
            "pull_request",
            pull(&after, &head, "bob/app"),
            &head,
            "refs/pull/7/head",
            1,
            [2, 2],
        ),
        // Base and head are there, and what the head is made of is not.
        (
            "pull_request",
            pull(&after, &head, "bob/app"),
            &merge,
            "refs/pull/7/merge",
            2,
            [1, 1],
        ),
        ("schedule", json!({}), &before, "refs/heads/main", 1, [3, 3]),
    ]
    .into_iter()
    .enumerate()
    {
        let checkout = hub.checkout(&format!("job{nth}"), commit, refname, fetched);
        let event = hub.event(event);
        for (args, code) in [&[][..], &["--fail-on", "error"]].into_iter().zip(codes) {
            let job = checkout.github(name, &event, commit, args);
            assert_eq!(job.run.code, code, "{nth} {name}: {}", job.said());
            let said = format!("{}{}", job.run.stdout, job.run.stderr);
            assert!(said.contains(depth), "{nth} {name}: {}", job.said());
            assert!(
                code == 2 || job.outputs.contains("complete=false"),
                "{}",
                job.outputs
            );
        }
    }
}

/// As the checkout of a base is, into which the head is fetched.
#[test]
fn a_shallow_base_makes_old_commits_look_new_which_is_told() {
    let hub = Hub::new();
    hub.commit("main", "old.py", &key());
    let head = hub.commit("feature", "new.py", "x\n");
    let base = hub.commit("main", "newer.py", "y\n");
    let checkout = hub.checkout("job", &base, "refs/heads/main", 1);
    git(&checkout.folder, &["fetch", "-q", "origin", &head]);
    let event = hub.event(pull(&base, &head, "bob/app"));
    let job = checkout.github("pull_request_target", &event, &base, &[]);
    assert!(job.outputs.contains("complete=false"), "{}", job.said());
    assert!(job.run.stdout.contains("fetch-depth: 0"), "{}", job.said());
}

#[test]
fn a_base_that_no_fetch_brought_is_told() {
    let hub = Hub::new();
    let [_, after] = leak(&hub);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let absent = "1234567890123456789012345678901234567890";
    let event = hub.event(pull(absent, &after, "ada/app"));
    let job = checkout.github("pull_request", &event, &after, &[]);
    assert_eq!(job.run.code, 2, "{}", job.said());
    assert!(
        job.run
            .stderr
            .contains(&format!("git fetch origin {absent}")),
        "{}",
        job.said()
    );
}

#[test]
fn no_repository_and_no_service_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkout = Checkout {
        folder: folder.path().to_path_buf(),
    };
    let run = checkout.run(&[], &[("CI", "true")]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("not a git repository"),
        "{}",
        run.stderr
    );
    git(folder.path(), &["init", "-q"]);
    let run = checkout.run(&[], &[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("nothing here says that this is a CI service"),
        "{}",
        run.stderr
    );
    let run = checkout.run(&["--head", "HEAD"], &[("CI", "true")]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("--base"), "{}", run.stderr);
}

/// Git refuses to read it; this program runs nothing that a repository names, and reads it.
#[cfg(target_os = "linux")]
#[test]
fn a_checkout_of_another_user_is_scanned() {
    use std::os::unix::fs::{MetadataExt, chown};
    let hub = Hub::new();
    let [before, after] = leak(&hub);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    let owner = fs::metadata(&checkout.folder).expect("there").uid();
    let other = Some(12345);
    // Only root can give files away.
    if owner == 0 {
        for name in [
            "",
            ".git",
            ".git/HEAD",
            ".git/config",
            ".git/objects",
            "new.py",
        ] {
            chown(checkout.folder.join(name), other, other).expect("given away");
        }
    }
    let job = checkout.github("push", &event, &after, &[]);
    assert_eq!(job.paths(), ["new.py"], "{}", job.said());
}

/// How the runner reads a line of the log: `::` behind white space, or `##[` anywhere, begins a command
/// (actions/runner, ActionCommand).
fn commands(text: &str) -> Vec<&str> {
    let is_command = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    text.lines().filter(is_command).collect()
}

#[test]
fn nothing_in_a_repository_becomes_a_command() {
    let hub = Hub::new();
    let before = hub.server.git(&["rev-parse", "main"]);
    let nasty = "::stop-commands::x\n::error::y %0A::warning::z ##[add-mask]a ##vso[task.complete]";
    hub.server.git(&["config", "user.name", nasty]);
    hub.server.write(
        "::error file=a::%0A::b, ##[error]\n::c.py",
        format!(
            "::set-env name=A::b\n\t::add-mask::{}\n##[error]x {}\n",
            key(),
            key()
        ),
    );
    hub.server
        .write(".env", format!("AISA_API_KEY={}\n", key()));
    hub.server.git(&["add", "-A", "-f"]);
    let author = "--author=::error::ada <::error::@##[error]>";
    hub.server.git(&[
        "commit",
        "-q",
        author,
        "-m",
        &format!("{nasty}\n\n::debug::{}", key()),
    ]);
    let after = hub.server.git(&["rev-parse", "HEAD"]);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    for (name, event) in [
        ("push", pushed("refs/heads/main", &before, &after)),
        ("schedule", json!({})),
        (
            "push",
            pushed(
                "::error::x\n::error::y",
                "::error::b\n##[error]c",
                "::error::a\n##[error]z",
            ),
        ),
    ] {
        let event = hub.event(event);
        for args in [
            &[][..],
            &["-v", "-v"],
            &["--explain"],
            &["-f", "json"],
            &["-f", "jsonl"],
            &["-f", "sarif=-"],
            &["-f", "gitlab"],
            &["-f", "junit"],
        ] {
            let job = checkout.github(name, &event, &after, args);
            for text in [&job.run.stdout, &job.run.stderr] {
                for command in commands(text) {
                    let own = ["::error ", "::warning ", "::notice "];
                    assert!(own.iter().any(|own| command.starts_with(own)), "{command}");
                    assert!(!command.contains("##["), "{command}");
                    // Properties end at the first `::`: what comes before has no other of ours, and no text of theirs.
                    let properties = command.split("::").nth(1).expect("properties");
                    assert!(
                        !properties.contains("set-env") && !properties.contains("stop"),
                        "{command}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_name_of_a_report_that_outputs_cannot_tell_is_refused() {
    let hub = Hub::new();
    let before = hub.server.git(&["rev-parse", "main"]);
    let after = hub.commit("main", "a", "clean\n");
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let event = hub.event(pushed("refs/heads/main", &before, &after));
    let job = checkout.github("push", &event, &after, &["--sarif", "a\nkeys=0"]);
    assert_eq!(job.run.code, 2, "{}", job.said());
    assert!(job.run.stderr.contains("line break"), "{}", job.said());
    assert!(job.outputs.is_empty(), "{}", job.outputs);
}

#[test]
fn a_key_in_what_the_service_says_is_masked() {
    let hub = Hub::new();
    let [_, after] = leak(&hub);
    let checkout = hub.checkout("job", &after, "refs/heads/main", 0);
    let secret = key();
    let run = |variables: &[(&str, &str)], args: &[&str]| {
        ended(checkout.job(args, variables).output().expect("it runs"))
    };
    for run in [
        run(
            &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", &secret)],
            &["--explain"],
        ),
        run(&[("CI", "true")], &["--explain", "--base", &secret]),
        run(
            &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", &secret)],
            &["--explain"],
        ),
    ] {
        assert!(
            !format!("{}{}", run.stdout, run.stderr).contains(&secret),
            "{}",
            run.code
        );
    }
}
