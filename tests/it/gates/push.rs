//! What a push would send, and the remote lacks.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{NONE, add, attempt, hook, install, passes, stops, with_server};
use crate::support::{Repo, command, feed, git_command, key};

/// The fingerprints of the keys that a push with these lines would leak.
fn leaked(repo: &Repo, remote: &str, lines: &str) -> BTreeSet<String> {
    let args = ["pre-push", remote, "address", "-f", "json"];
    let run = hook(repo.path(), &args, lines);
    let report = run.json();
    assert_eq!(
        report["problems"].as_array().map(Vec::len),
        Some(0),
        "{report:#}"
    );
    let keys = report["keys"].as_array().expect("keys");
    let found = keys
        .iter()
        .map(|key| key["fingerprint"].as_str().expect("text").to_owned());
    found.collect()
}

fn prints<'a>(keys: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    let print = |key: &String| aisaleaks::model::Secret::new(key).fingerprint();
    keys.into_iter().map(print).collect()
}

#[test]
fn a_push_is_stopped_before_it_leaves() {
    let (repo, _) = with_server();
    install(&repo.join(".git"), "pre-push", "");
    repo.write("b.txt", "fine\n");
    add(&repo, "fine");
    passes(&attempt(repo.path(), &["push", "-q", "origin", "main"]));
    let (key, other) = (key(), key());
    repo.write("c.txt", format!("AISA_API_KEY={key}\n"));
    let leak = add(&repo, "leak");
    repo.git(&["rm", "-q", "c.txt"]);
    add(&repo, "gone again");
    let stopped = attempt(repo.path(), &["push", "-q", "origin", "main"]);
    let says = [
        "stopped this push: it would leak 1 key",
        &format!("c.txt:1  in {}", &leak[..12]),
        &format!("git rebase -i {}^", &leak[..12]),
        "One more commit that removes it does not help",
        "https://console.aisa.one",
    ];
    stops(&with_status(stopped), &[&key], &says);
    // A new branch, and a tag whose message has a key.
    let stopped = attempt(
        repo.path(),
        &[
            "push",
            "-q",
            "origin",
            "main~2:refs/heads/new",
            "main:refs/heads/x",
        ],
    );
    stops(&with_status(stopped), &[&key], &["c.txt:1"]);
    repo.git(&["tag", "-a", "v1", "-m", &format!("key {other}"), "main~2"]);
    let stopped = attempt(repo.path(), &["push", "-q", "origin", "v1"]);
    stops(
        &with_status(stopped),
        &[&other],
        &["(tag-message)", "git tag -f"],
    );
    // What the remote has already, and a deletion, pass.
    passes(&attempt(
        repo.path(),
        &["push", "-q", "origin", "main~2:refs/heads/new"],
    ));
    passes(&attempt(
        repo.path(),
        &["push", "-q", "origin", ":refs/heads/new"],
    ));
}

/// Git's own last line and status, taken off.
fn with_status(mut run: crate::support::Run) -> crate::support::Run {
    let at = run
        .stderr
        .find("error: failed to push")
        .unwrap_or(run.stderr.len());
    run.stderr.truncate(at);
    run
}

#[test]
fn every_kind_of_object_is_scanned() {
    let (repo, _) = with_server();
    let [blob, tree, tag, name, note] = [(); 5].map(|()| key());
    let write = |text: &str| {
        let run = feed(
            &mut git_command(repo.path(), &["hash-object", "-w", "--stdin"]),
            text.as_bytes(),
        );
        run.stdout.trim().to_owned()
    };
    let make_tag = |kind: &str, id: &str, text: &str| {
        let tag = format!("object {id}\ntype {kind}\ntag t\ntagger A <a@b> 1 +0000\n\n{text}\n");
        let run = feed(
            &mut git_command(repo.path(), &["hash-object", "-w", "-t", "tag", "--stdin"]),
            tag.as_bytes(),
        );
        run.stdout.trim().to_owned()
    };
    let lone = write(&format!("key {blob}\n"));
    let inner = write(&format!("key {tree}\n"));
    let run = feed(
        &mut git_command(repo.path(), &["mktree"]),
        format!("100644 blob {inner}\tf\n").as_bytes(),
    );
    let lone_tree = run.stdout.trim().to_owned();
    let tagged = make_tag("blob", &lone, "fine");
    let outer = make_tag("tag", &tagged, &format!("key {tag}"));
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["notes", "add", "-m", &format!("key {note}")]);
    let notes = repo.git(&["rev-parse", "refs/notes/commits"]);
    let line = |id: &str, name: &str| format!("x {id} {name} {NONE}\n");
    for (lines, expected) in [
        (line(&lone, "refs/tags/blob"), vec![&blob]),
        (line(&lone_tree, "refs/tags/tree"), vec![&tree]),
        (line(&outer, "refs/tags/tag"), vec![&blob, &tag]),
        (line(&notes, "refs/notes/commits"), vec![&note]),
        (line(&head, &format!("refs/heads/{name}")), vec![&name]),
        (line(&head, "refs/heads/fine"), vec![]),
    ] {
        assert_eq!(leaked(&repo, "origin", &lines), prints(expected), "{lines}");
    }
    // An object that is not there is no reason to pass.
    let gone = line(&"12".repeat(20), "refs/heads/gone");
    let stopped = hook(repo.path(), &["pre-push", "origin", "address"], &gone);
    assert_eq!(stopped.code, 3);
    assert!(
        stopped.stderr.contains("absent-object"),
        "{}",
        stopped.stderr
    );
}

#[test]
fn what_another_remote_has_is_sent_and_what_this_one_has_is_not() {
    let (repo, _) = with_server();
    let key = key();
    repo.write("b.txt", &key);
    let leak = add(&repo, "leak");
    repo.write("b.txt", "gone");
    let head = add(&repo, "gone");
    let ahead = "34".repeat(20);
    let update = |old: &str| format!("refs/heads/main {head} refs/heads/main {old}\n");
    assert_eq!(leaked(&repo, "origin", &update(NONE)), prints([&key]));
    assert_eq!(leaked(&repo, "origin", &update(&leak)), prints([]));
    // The remote is ahead of what was fetched: what is known of it counts, and the rest is looked at.
    assert_eq!(leaked(&repo, "origin", &update(&ahead)), prints([&key]));
    repo.git(&["update-ref", "refs/remotes/other/main", &head]);
    assert_eq!(leaked(&repo, "origin", &update(NONE)), prints([&key]));
    assert_eq!(leaked(&repo, "other", &update(NONE)), prints([]));
    repo.git(&["tag", "-a", "v", "-m", "m", &head]);
    let tag = repo.git(&["rev-parse", "v"]);
    let line = format!("refs/tags/v {tag} refs/tags/v {NONE}\n");
    assert_eq!(
        leaked(&repo, "https://example.org/x.git", &line),
        prints([&key])
    );
    assert_eq!(leaked(&repo, "other", &line), prints([]));
}

#[test]
fn what_is_not_gits_is_refused() {
    let (repo, _) = with_server();
    let head = repo.git(&["rev-parse", "HEAD"]);
    for (name, lines) in [
        (
            "pre-push",
            format!("a {head} refs/heads/a {NONE}\nnonsense\n"),
        ),
        (
            "pre-receive",
            format!("{NONE} {head} refs/heads/a\n{head}\n"),
        ),
    ] {
        let refused = hook(repo.path(), &[name], &lines);
        assert_eq!(refused.code, 2);
        assert!(
            refused.stderr.contains("line 2 of its standard input"),
            "{}",
            refused.stderr
        );
    }
    passes(&hook(repo.path(), &["pre-push", "origin", "address"], ""));
    let zero = hook(repo.path(), &["pre-push", "--time-limit", "0"], "");
    assert_eq!(zero.code, 2);
    assert!(
        zero.stderr.contains("a number of seconds"),
        "{}",
        zero.stderr
    );
}

#[test]
fn a_hook_manager_tells_of_one_ref() {
    let (repo, _) = with_server();
    let (one, two) = (key(), key());
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.write("b.txt", &one);
    let second = add(&repo, "one");
    repo.write("c.txt", &two);
    add(&repo, "two");
    let managed = |variables: &[(&str, &str)]| {
        let mut command = command(repo.path(), &["hook", "run", "pre-push"]);
        command
            .env("PRE_COMMIT", "1")
            .env("PRE_COMMIT_REMOTE_NAME", "nowhere");
        feed(command.envs(variables.iter().copied()), b"")
    };
    let range = |from| [("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", "HEAD")];
    stops(&managed(&range(&first)), &[&one, &two], &["leak 2 keys"]);
    stops(
        &managed(&range(&second)),
        &[&one, &two],
        &["leak 1 key", "c.txt:1"],
    );
    passes(&managed(&range("HEAD")));
    // The whole branch, as when its first commit is pushed.
    let whole = [("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")];
    stops(&managed(&whole), &[&one, &two], &["leak 2 keys"]);
}

/// A tangled history in which every commit brings one key, in a file or in its message. Tells the key of each commit.
fn tangle(repo: &Repo, seed: u64, commits: usize) -> Vec<(String, String)> {
    let mut state = seed;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let keys: Vec<String> = (0..commits).map(|_| key()).collect();
    let mut stream = String::new();
    for (nth, key) in keys.iter().enumerate() {
        let in_message = next(3) == 0;
        let message = if in_message { key.as_str() } else { "message" };
        let data = |text: &str| format!("data {}\n{text}\n", text.len());
        let time = 1_700_000_000 + next(100_000);
        write!(
            stream,
            "commit refs/heads/t{nth}\nmark :{}\ncommitter A <a@b> {time} +0000\n{}",
            nth + 1,
            data(message)
        )
        .expect("text");
        if nth > 0 && next(8) > 0 {
            let first = next(nth) + 1;
            writeln!(stream, "from :{first}").expect("text");
            let second = next(nth) + 1;
            if second != first && next(4) == 0 {
                writeln!(stream, "merge :{second}").expect("text");
            }
        }
        let file = if in_message { "fine" } else { key };
        write!(stream, "M 100644 inline f{nth}\n{}\n", data(file)).expect("text");
    }
    let marks = repo.join(".git/marks");
    let export = format!("--export-marks={}", marks.display());
    let made = feed(
        &mut git_command(repo.path(), &["fast-import", "--quiet", "--force", &export]),
        stream.as_bytes(),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    let marks = std::fs::read_to_string(marks).expect("marks");
    let mut ids = vec![String::new(); commits];
    for line in marks.lines() {
        let (mark, id) = line.split_once(' ').expect("a mark");
        ids[mark[1..].parse::<usize>().expect("a number") - 1] = id.to_owned();
    }
    ids.into_iter().zip(keys).collect()
}

#[test]
fn a_push_has_the_objects_that_git_names() {
    for seed in 1..6 {
        let repo = Repo::new();
        let commits = tangle(&repo, seed, 60);
        let pick = |nth: usize| &commits[(seed as usize * 31 + nth * 17) % commits.len()].0;
        for nth in 0..8 {
            let (old, tracked, one, two) = (pick(nth), pick(nth + 1), pick(nth + 2), pick(nth + 3));
            repo.git(&["update-ref", "refs/remotes/origin/t", tracked]);
            let lines = format!(
                "a {one} refs/heads/a {old}\nb {two} refs/heads/b {NONE}\n(delete) {NONE} refs/heads/c {old}\n"
            );
            let sent = repo.git(&["rev-list", one, two, "--not", old, tracked]);
            let sent: BTreeSet<&str> = sent.lines().collect();
            let expected = commits.iter().filter(|(id, _)| sent.contains(&**id));
            let expected = prints(expected.map(|(_, key)| key));
            assert_eq!(
                leaked(&repo, "origin", &lines),
                expected,
                "seed {seed}, push {nth}"
            );
        }
    }
}

#[test]
fn thousands_of_refs_and_commits_are_no_trouble() {
    let repo = Repo::new();
    let commits = tangle(&repo, 9, 1_000);
    let mut lines = String::new();
    for (nth, (id, _)) in commits.iter().cycle().take(5_000).enumerate() {
        writeln!(lines, "x {id} refs/heads/b{nth} {NONE}").expect("text");
    }
    let all = prints(commits.iter().map(|(_, key)| key));
    assert_eq!(leaked(&repo, "origin", &lines), all);
}

#[test]
fn what_hook_install_writes_stops_a_leak() {
    let (repo, server) = with_server();
    let installed = attempt_install(repo.path(), &["pre-commit", "pre-push", "commit-msg"]);
    assert_eq!(installed.code, 0, "{}", installed.stderr);
    let installed = attempt_install(&server, &["pre-receive"]);
    assert_eq!(installed.code, 0, "{}", installed.stderr);
    let key = key();
    repo.write("b.txt", &key);
    repo.git(&["add", "b.txt"]);
    let commit = ["commit", "-q", "-m", "leak"];
    stops(&attempt(repo.path(), &commit), &[&key], &["b.txt:1"]);
    let message = ["commit", "-q", "--allow-empty", "-m", &key];
    repo.git(&["reset", "-q"]);
    stops(
        &attempt(repo.path(), &message),
        &[&key],
        &["(commit-message):1"],
    );
    passes(&attempt(
        repo.path(),
        &["commit", "-q", "--allow-empty", "-m", "fine"],
    ));
    passes(&attempt(repo.path(), &["push", "-q", "origin", "main"]));
    add(&repo, "leak");
    let stopped = attempt(repo.path(), &["push", "-q", "origin", "main"]);
    stops(
        &with_status(stopped),
        &[&key],
        &["stopped this push", "b.txt:1"],
    );
    let refused = attempt(
        repo.path(),
        &["push", "-q", "--no-verify", "origin", "main"],
    );
    assert!(
        refused.stderr.contains("on this server stopped this push"),
        "{}",
        refused.stderr
    );
}

fn attempt_install(folder: &std::path::Path, hooks: &[&str]) -> crate::support::Run {
    crate::support::run(folder, &[&["hook", "install"], hooks].concat())
}
