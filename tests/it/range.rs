//! What the commits of a range add, compared with what git says is in it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::support::{Repo, git, has, key, locations, problems, report, run};

fn range(repo: &Repo, range: &str) -> (i32, Value) {
    report(repo.path(), &["git", "--range", range])
}

/// Writes an object whatever it says, and returns its id.
fn raw_object(repo: &Repo, kind: &str, bytes: &[u8]) -> String {
    let mut command = Command::new("git");
    command.current_dir(repo.path()).args([
        "hash-object",
        "-w",
        "--literally",
        "--stdin",
        "-t",
        kind,
    ]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(bytes)
        .expect("written");
    let output = child.wait_with_output().expect("git ends");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Two branches that were merged back and forth, and tags on the way.
fn woven() -> Repo {
    let repo = Repo::new();
    repo.write("main.txt", "0\n");
    repo.commit("begin");
    repo.git(&["tag", "-a", "v0", "-m", "v0"]);
    repo.git(&["branch", "side"]);
    for round in 1..6 {
        for branch in ["main", "side"] {
            repo.git(&["checkout", "-q", branch]);
            repo.write(&format!("{branch}.txt"), format!("{round}\n"));
            repo.commit(&format!("{branch} {round}"));
        }
        if round % 2 == 0 {
            repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "main"]);
        }
        repo.git(&["tag", &format!("v{round}")]);
    }
    repo.git(&["checkout", "-q", "main"]);
    repo
}

#[test]
fn a_range_has_the_commits_that_git_names() {
    let repo = woven();
    let abbreviated = &repo.git(&["rev-parse", "side~2"])[..9];
    for text in [
        "v0..main",
        "v0..side",
        "main..side",
        "side..main",
        "main...side",
        "side...v0",
        "v2..v5",
        "v2...main",
        "v0..",
        "side..HEAD",
        "main~3..@",
        "side^..side",
        "side~1^2..side",
        "refs/tags/v1..heads/side",
        "v0^{}..v1^{commit}",
        "v3^0..side",
        &format!("{abbreviated}..side"),
    ] {
        let commits = repo.git(&["log", "--format=%H", text]).lines().count();
        let (code, report) = range(&repo, text);
        assert_eq!((code, problems(&report)), (0, vec![]), "{text}: {report:#}");
        assert_eq!(report["stats"]["commits"], commits, "{text}");
        assert!(commits > 0, "{text}");
    }
    let (_, since) = report(repo.path(), &["git", "--since-ref", "v0"]);
    assert_eq!(
        since["stats"]["commits"],
        repo.git(&["rev-list", "--count", "v0..HEAD"])
            .parse::<u64>()
            .expect("a number")
    );
}

#[test]
fn what_was_added_is_found_though_it_was_removed_again() {
    let (repo, old, new) = (Repo::new(), key(), key());
    repo.write("old.txt", format!("key={old}\nx\n"));
    repo.commit("begin");
    repo.write("a/new.txt", format!("key={new}\n"));
    let adding = repo.commit("add");
    fs::remove_file(repo.join("a/new.txt")).expect("removed");
    repo.write("old.txt", format!("key={old}\ny\n"));
    repo.commit("remove");
    repo.git(&["gc", "-q"]);
    let (code, report) = range(&repo, "HEAD~2..HEAD");
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    assert_eq!(report["stats"]["excluded"]["already-there"], 1);
    assert!(!has(&report, &old), "{report:#}");
    let places = locations(&report, &new);
    assert_eq!(places.len(), 1, "{report:#}");
    assert_eq!(places[0]["origin"], "history");
    assert_eq!(places[0]["path"], "a/new.txt");
    assert_eq!(
        places[0]["blob"],
        repo.git(&["rev-parse", &format!("{adding}:a/new.txt")])
    );
    assert_eq!(range(&repo, "HEAD~1..HEAD").0, 0);
}

#[test]
fn messages_authors_and_names_belong_to_a_range() {
    let (repo, keys) = (Repo::new(), [(); 4].map(|()| key()));
    repo.write("a.txt", "a\n");
    repo.commit(&format!("begin {}", keys[3]));
    repo.write(&format!("deep/{}/x.txt", keys[0]), "x\n");
    repo.commit(&format!("subject\n\nthe key is {}", keys[1]));
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
        &format!("--author={} <a@b>", keys[2]),
    ]);
    let (code, report) = range(&repo, "HEAD~2..HEAD");
    assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
    for (key, origin) in keys.iter().zip(["path-name", "commit-message", "author"]) {
        let places = locations(&report, key);
        assert_eq!(
            (places.len(), &places[0]["origin"]),
            (1, &origin.into()),
            "{report:#}"
        );
    }
    assert!(!has(&report, &keys[3]), "{report:#}");
    // A file more in the folder, and a move of the folder, add no key.
    repo.write(&format!("deep/{}/y.txt", keys[0]), "y\n");
    repo.commit("beside");
    assert_eq!(range(&repo, "HEAD~1..HEAD").0, 0);
    repo.git(&["mv", "deep", "deeper"]);
    repo.commit("move");
    assert_eq!(range(&repo, "HEAD~1..HEAD").0, 0);
}

#[test]
fn a_merge_adds_what_none_of_its_parents_has() {
    let (repo, theirs, evil) = (Repo::new(), key(), key());
    repo.write("a.txt", "a\n");
    repo.commit("begin");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side.txt", format!("key={theirs}\n"));
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("b.txt", "b\n");
    repo.commit("main");
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.write("b.txt", format!("b\n{evil}\n"));
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "merge"]);
    let (code, report) = range(&repo, "side..main");
    assert_eq!(code, 1, "{report:#}");
    assert!(has(&report, &evil) && !has(&report, &theirs), "{report:#}");
    let (_, report) = range(&repo, "main~1..main");
    assert!(has(&report, &evil) && has(&report, &theirs), "{report:#}");
}

#[test]
fn what_cannot_be_used_is_refused_with_a_reason() {
    let repo = woven();
    let blob = repo.git(&["rev-parse", "HEAD:main.txt"]);
    for (args, reason) in [
        (["--range", "nope..main"], "there is no such"),
        (["--range", "main..deadbeef"], "there is no such"),
        (["--range", "main"], "a range is A..B"),
        (["--range", "main..v0"], "wrong way round"),
        (["--range", "v0..main~99"], "too far back"),
        (["--range", "v0..side^3"], "no such parent"),
        (["--range", &format!("{blob}..main")], "not a commit"),
        (["--range", "main@{1}..main"], "not understood"),
        (["--range", "main:a..main"], "not understood"),
        (["--range", "../../etc/passwd..main"], ""),
        (["--range", "main~x..main"], "no way from a commit"),
        (["--since-ref", "nope"], "there is no such"),
        (["--since-ref", "v0..main"], "one revision"),
        (["--since", "last summer"], "it is none"),
        (["--since", "2026-02-30"], "it is none"),
    ] {
        let run = run(repo.path(), &["git", args[0], args[1]]);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(
            run.stderr.contains(reason) && run.stdout.is_empty(),
            "{args:?}: {}",
            run.stderr
        );
    }
    let secret = key();
    let said = run(repo.path(), &["git", "--range", &format!("{secret}..main")]);
    assert_eq!(
        (said.code, said.stderr.contains(&secret)),
        (2, false),
        "{}",
        said.stderr
    );
    let empty = run(repo.path(), &["git", "--range", "main..main"]);
    assert_eq!(empty.code, 0);
    assert!(empty.stderr.contains("is empty"), "{}", empty.stderr);
    // A branch that is behind has added nothing.
    repo.git(&["checkout", "-q", "v0"]);
    let behind = run(repo.path(), &["git", "--since-ref", "main"]);
    assert_eq!(
        (behind.code, behind.stderr.contains("is empty")),
        (0, true),
        "{}",
        behind.stderr
    );
    let unborn = run(Repo::new().path(), &["git", "--range", "HEAD~1..HEAD"]);
    assert_eq!(unborn.code, 2);
    assert!(unborn.stderr.contains("unborn"), "{}", unborn.stderr);
}

#[test]
fn a_new_branch_has_no_commit_before() {
    let repo = woven();
    let (code, report) = range(&repo, &format!("{}..side", "0".repeat(40)));
    assert_eq!((code, problems(&report)), (0, vec![]));
    assert_eq!(
        report["stats"]["commits"],
        repo.git(&["rev-list", "--count", "side"])
            .parse::<u64>()
            .expect("a number")
    );
}

fn shallow(repo: &Repo, depth: &str) -> Repo {
    let clone = Repo::new();
    let url = format!("file://{}", repo.path().display());
    git(
        clone.path(),
        &["clone", "-q", "--depth", depth, &url, "clone"],
    );
    clone
}

#[test]
fn a_shallow_boundary_matters_only_if_it_is_crossed() {
    let (repo, old) = (Repo::new(), key());
    repo.write("a.txt", format!("{old}\n"));
    for at in 0..6 {
        repo.write("b.txt", format!("{at}\n"));
        repo.commit(&format!("commit {at}"));
    }
    let folder = shallow(&repo, "3");
    let clone = folder.join("clone");
    let scan = |text: &str| report(&clone, &["git", "--range", text]);
    let (code, inside) = scan("HEAD~2..HEAD");
    assert_eq!((code, problems(&inside)), (0, vec![]), "{inside:#}");
    assert_eq!(inside["targets"][0]["shallow"], true);
    // All that the last commit holds counts, because nobody can tell what is older.
    let (code, across) = scan(&format!("{}..HEAD", "0".repeat(40)));
    assert_eq!(
        (code, problems(&across)),
        (1, vec!["shallow"]),
        "{across:#}"
    );
    assert!(has(&across, &old));
    let beyond = run(&clone, &["git", "--range", "HEAD~3..HEAD"]);
    assert_eq!(beyond.code, 2);
    assert!(beyond.stderr.contains("--unshallow"), "{}", beyond.stderr);
    let unknown = run(
        &clone,
        &[
            "git",
            "--range",
            &format!("{}..HEAD", repo.git(&["rev-parse", "HEAD~4"])),
        ],
    );
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("--unshallow"), "{}", unknown.stderr);
}

#[test]
fn a_commit_without_its_parent_is_named() {
    let repo = Repo::new();
    let (old, new) = (key(), key());
    repo.write("a.txt", format!("{old}\n"));
    repo.commit("begin");
    repo.write("b.txt", "b\n");
    let middle = repo.commit("middle");
    repo.write("c.txt", format!("{new}\n"));
    repo.commit("end");
    fs::remove_file(repo.join(&format!(".git/objects/{}/{}", &middle[..2], &middle[2..])))
        .expect("removed");
    let (code, report) = report(repo.path(), &["git", "--since", "2000-01-01"]);
    assert_eq!(code, 1, "{report:#}");
    assert!(problems(&report).contains(&"absent-object"), "{report:#}");
    assert!(has(&report, &new), "{report:#}");
    let refused = run(repo.path(), &["git", "--range", "HEAD~1..HEAD"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}

#[test]
fn odd_author_lines_keep_nothing_from_being_scanned() {
    let repo = Repo::new();
    repo.write("a.txt", "a\n");
    let parent = repo.commit("begin");
    let key = key();
    repo.write("b.txt", format!("{key}\n"));
    repo.git(&["add", "."]);
    let tree = repo.git(&["write-tree"]);
    for lines in [
        &b"author \xff\xfe <\xff> 1700000000 +0000\ncommitter \xff <\xff> 1700000000 +0000\n"[..],
        b"author A <a@b>\ncommitter A <a@b>\n",
        b"author A <a@b> 99999999999999999999999 +0000\ncommitter A <a@b> -5 nonsense\n",
        b"author\ncommitter\n",
        b"",
    ] {
        let mut text = format!("tree {tree}\nparent {parent}\n").into_bytes();
        text.extend_from_slice(lines);
        text.extend_from_slice(b"\nodd\n");
        let commit = raw_object(&repo, "commit", &text);
        let (code, report) = range(&repo, &format!("{parent}..{commit}"));
        assert_eq!((code, problems(&report)), (1, vec![]), "{report:#}");
        assert!(has(&report, &key), "{report:#}");
    }
}

#[test]
fn a_date_narrows_history() {
    let repo = Repo::new();
    let (early, late) = (key(), key());
    for (name, key, date) in [
        ("early.txt", &early, "2020-05-01T00:00:00Z"),
        ("late.txt", &late, "2024-05-01T00:00:00Z"),
    ] {
        repo.write(name, key);
        repo.git(&["add", "."]);
        let mut commit = Command::new("git");
        commit.current_dir(repo.path()).args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "commit",
            "-q",
            "-m",
            name,
        ]);
        commit
            .env("GIT_COMMITTER_DATE", date)
            .env("GIT_AUTHOR_DATE", date);
        assert!(commit.status().expect("git runs").success());
    }
    for (since, keys) in [
        ("2019-01-01", 2),
        ("2022-01-01", 1),
        ("2024-05-01T00:00:01Z", 0),
        ("1714521600", 1),
        ("2 days ago", 0),
    ] {
        let (code, report) = report(repo.path(), &["git", "--since", since]);
        assert_eq!(
            (code, report["keys"].as_array().map(Vec::len)),
            (i32::from(keys > 0), Some(keys)),
            "{since}"
        );
        assert_eq!(report["stats"]["commits"], keys, "{since}");
    }
    // Both limits hold.
    let (code, _) = report(
        repo.path(),
        &["git", "--range", "HEAD~1..HEAD", "--since", "2025-01-01"],
    );
    assert_eq!(code, 0);
}

#[test]
fn a_range_is_one_repository() {
    let repo = woven();
    let run = run(
        Path::new(repo.path()),
        &["git", ".", ".", "--range", "v0..main"],
    );
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("one repository"), "{}", run.stderr);
}

/// Commits in a random order of dates, each with up to three parents among the earlier ones.
fn tangle(repo: &Repo, commits: usize) -> Vec<(String, Vec<usize>)> {
    let tree = repo.git(&["mktree", "--missing"]);
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let mut made: Vec<(String, Vec<usize>)> = Vec::new();
    for at in 0..commits {
        let mut parents: Vec<usize> = (0..random(3) + 1)
            .filter(|_| at > 0)
            .map(|_| random(at.clamp(1, 8)))
            .map(|back| at - 1 - back)
            .collect();
        parents.sort_unstable();
        parents.dedup();
        let mut text = format!("tree {tree}\n");
        for parent in &parents {
            text += &format!("parent {}\n", made[*parent].0);
        }
        let date = 1_000_000_000 + random(100_000);
        text += &format!(
            "author A <a@b> {date} +0000\ncommitter A <a@b> {date} +0000\n\ncommit {at}\n"
        );
        made.push((raw_object(repo, "commit", text.as_bytes()), parents));
    }
    made
}

#[test]
fn commits_are_told_apart_though_their_dates_lie() {
    let repo = Repo::new();
    let made = tangle(&repo, 60);
    let reached = |from: usize| {
        let mut reached = std::collections::BTreeSet::new();
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            if reached.insert(at) {
                next.extend(&made[at].1);
            }
        }
        reached
    };
    for (left, right) in [
        (10, 59),
        (40, 59),
        (58, 59),
        (30, 31),
        (57, 45),
        (5, 55),
        (50, 33),
    ] {
        let (one, other) = (reached(left), reached(right));
        let (a, b) = (&made[left].0, &made[right].0);
        let count = |text: String| {
            let run = run(repo.path(), &["git", "-f", "json", "--range", &text]);
            (run.code == 0)
                .then(|| run.json()["stats"]["commits"].as_u64().expect("a number") as usize)
        };
        let expected = other.difference(&one).count();
        assert_eq!(
            count(format!("{a}..{b}")),
            (expected > 0).then_some(expected),
            "{left}..{right}"
        );
        let expected = other.symmetric_difference(&one).count();
        assert_eq!(
            count(format!("{a}...{b}")),
            Some(expected),
            "{left}...{right}"
        );
    }
}

#[test]
fn a_push_is_judged_before_it_is_accepted() {
    let repo = Repo::new();
    let (old, new) = (key(), key());
    repo.git(&["init", "-q", "--bare", "server.git"]);
    repo.write("a.txt", format!("{old}\n"));
    repo.git(&["add", "a.txt"]);
    repo.git(&["commit", "-q", "-m", "begin"]);
    repo.git(&["remote", "add", "server", "server.git"]);
    repo.git(&["push", "-q", "server", "main"]);
    let hook = repo.join("server.git/hooks/pre-receive");
    fs::create_dir_all(hook.parent().expect("a parent")).expect("created");
    let binary = env!("CARGO_BIN_EXE_aisaleaks");
    let text = format!(
        "#!/bin/sh\nwhile read old new ref; do '{binary}' git --range \"$old..$new\" || exit 1; done\n"
    );
    fs::write(&hook, text).expect("written");
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    let push = || {
        let mut push = Command::new("git");
        push.current_dir(repo.path())
            .args(["push", "-q", "server", "main"]);
        let output = push.output().expect("git runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    repo.write("a.txt", format!("{old}\nmore\n"));
    repo.git(&["add", "a.txt"]);
    repo.git(&["commit", "-q", "-m", "more"]);
    let (accepted, said) = push();
    assert!(accepted, "{said}");
    repo.write("b.txt", format!("{new}\n"));
    repo.git(&["add", "b.txt"]);
    repo.git(&["commit", "-q", "-m", "key"]);
    let (accepted, said) = push();
    assert!(!accepted && said.contains("high confidence"), "{said}");
}
