//! What is staged.

use std::fs;
use std::path::Path;

use super::{add, attempt, hook, install, passes, stops};
use crate::support::{Repo, command, feed, key, run};

#[test]
fn a_commit_with_a_key_is_stopped_and_told_the_way_on() {
    let (repo, key) = (Repo::new(), key());
    install(&repo.join(".git"), "pre-commit", "");
    repo.write("src/a.py", "import os\n");
    repo.git(&["add", "."]);
    let made = attempt(repo.path(), &["commit", "-q", "-m", "begin"]);
    passes(&made);
    let line = format!("KEY = os.getenv('AISA_API_KEY', '{key}')\n");
    repo.write("src/a.py", format!("import os\n{line}"));
    repo.git(&["add", "."]);
    let stopped = attempt(repo.path(), &["commit", "-q", "-m", "more"]);
    let tail = &key[key.len() - 3..];
    stops(
        &stopped,
        &[&key],
        &[
            "aisaleaks stopped this commit: it would leak 1 key.",
            &format!("sk-aisa-…{tail}  src/a.py:2"),
            &format!("KEY = os.getenv('AISA_API_KEY', 'sk-aisa-…{tail}')"),
            "env-fallback: used wherever the variable is not set",
            "spends from its wallet",
            "AISA_API_KEY",
            ".gitignore",
            "https://console.aisa.one",
            "aisaleaks:allow REASON",
        ],
    );
    // The way on works: a reason on the line.
    let line = line.replace('\n', "  # aisaleaks:allow revoked years ago\n");
    repo.write("src/a.py", format!("import os\n{line}"));
    repo.git(&["add", "."]);
    passes(&attempt(repo.path(), &["commit", "-q", "-m", "more"]));
}

#[test]
fn what_is_told_fits_on_a_screen_whatever_there_is() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..40).map(|_| key()).collect();
    for (nth, key) in keys.iter().enumerate() {
        let folder = "deep/".repeat(nth);
        repo.write(
            &format!("{folder}.env"),
            format!("{}\nKEY={key}\n", "x".repeat(900)),
        );
    }
    repo.git(&["add", "."]);
    let known: Vec<&str> = keys.iter().map(String::as_str).collect();
    let stopped = hook(repo.path(), &["pre-commit"], "");
    assert_eq!(stopped.code, 1);
    assert!(stopped.stderr.lines().count() <= 24, "{}", stopped.stderr);
    assert!(stopped.stderr.contains("it would leak 40 keys."));
    assert!(
        stopped
            .stderr
            .contains("and 37 more; `aisaleaks staged` lists all")
    );
    assert!(
        stopped.stderr.contains("git rm --cached"),
        "a dotenv file is not for git"
    );
    assert!(
        known
            .iter()
            .all(|key| !stopped.stderr.contains(&key[8..30]))
    );
}

#[test]
fn nothing_staged_passes_without_a_word() {
    let repo = Repo::new();
    passes(&hook(repo.path(), &["pre-commit"], ""));
    repo.write("a", key());
    passes(&hook(repo.path(), &["pre-commit"], ""));
    add(&repo, "leak");
    // An old key, and stale entries of the configuration, are for others to tell.
    repo.write(".aisaleaks.toml", "disable = [\"no-such-rule\"]\n[[allow]]\nreason = \"r\"\nexpires = 2020-01-01\npaths = [\"x\"]\n");
    repo.write("b", "text");
    repo.git(&["add", "b"]);
    passes(&hook(repo.path(), &["pre-commit"], ""));
}

#[test]
fn what_could_not_be_looked_at_stops_a_commit_unless_somebody_chose_otherwise() {
    let repo = Repo::new();
    repo.write("a", "a\n");
    let first = add(&repo, "a");
    repo.write("a", "b\n");
    add(&repo, "b");
    repo.git(&["checkout", "-q", "-b", "other", &first]);
    repo.write("a", "c\n");
    add(&repo, "c");
    assert_ne!(attempt(repo.path(), &["merge", "-q", "main"]).code, 0);
    let stopped = hook(repo.path(), &["pre-commit"], "");
    assert_eq!((stopped.code, &*stopped.stdout), (3, ""));
    for text in [
        "stopped this commit: it could not read all of it",
        "unmerged: a",
        "this path is in conflict",
        "`aisaleaks staged` shows how to accept a problem",
        "--on-incomplete pass",
    ] {
        assert!(stopped.stderr.contains(text), "{}", stopped.stderr);
    }
    let chosen = ["pre-commit", "--on-incomplete", "pass"];
    let passed = hook(repo.path(), &chosen, "");
    assert_eq!((passed.code, &*passed.stdout), (0, ""));
    for text in [
        "let this commit through (--on-incomplete pass)",
        "unmerged: a",
    ] {
        assert!(passed.stderr.contains(text), "{}", passed.stderr);
    }
    // A key counts all the same.
    let key = key();
    repo.write("b", &key);
    repo.git(&["add", "b"]);
    let found = hook(repo.path(), &chosen, "");
    stops(
        &found,
        &[&key],
        &["b:1", "not everything could be read: 1 problem"],
    );
}

#[test]
fn a_hook_without_a_repository_says_so_and_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["pre-commit", "pre-push", "pre-receive"] {
        let stopped = hook(folder.path(), &[name], "");
        assert_eq!(stopped.code, 2, "{name}");
        assert!(
            stopped.stderr.contains("is not a git repository"),
            "{}",
            stopped.stderr
        );
    }
}

#[test]
fn reports_for_programs_and_thresholds_are_those_of_other_commands() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a", format!("one\n{key}\n"));
    repo.git(&["add", "."]);
    let json = hook(repo.path(), &["pre-commit", "-f", "json"], "");
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["keys"][0]["locations"][0]["line"], 2);
    let never = hook(repo.path(), &["pre-commit", "--fail-on", "never"], "");
    passes(&never);
    let shown = hook(repo.path(), &["pre-commit", "--show-secrets"], "");
    assert!(shown.stderr.contains(&key));
}

/// Runs the gate as a hook manager does.
fn managed(folder: &Path, more: &[(&str, &str)]) -> crate::support::Run {
    let mut command = command(folder, &["hook", "run", "pre-commit"]);
    command.env("PRE_COMMIT", "1").envs(more.iter().copied());
    feed(&mut command, b"")
}

#[test]
fn a_hook_manager_that_checks_all_files_gets_all_of_them_checked() {
    let (repo, old, new) = (Repo::new(), key(), key());
    repo.write("old", &old);
    let first = add(&repo, "old");
    passes(&hook(repo.path(), &["pre-commit"], ""));
    stops(&managed(repo.path(), &[]), &[&old], &["old:1"]);
    // While something is staged, that is what it is about.
    repo.write("fine", "text");
    repo.git(&["add", "fine"]);
    passes(&managed(repo.path(), &[]));
    repo.write("new", &new);
    add(&repo, "new");
    let range = [
        ("PRE_COMMIT_FROM_REF", &*first),
        ("PRE_COMMIT_TO_REF", "HEAD"),
    ];
    let stopped = managed(repo.path(), &range);
    stops(&stopped, &[&old, &new], &["it would leak 1 key", "new:1"]);
    let range = [
        ("PRE_COMMIT_FROM_REF", "HEAD"),
        ("PRE_COMMIT_TO_REF", "HEAD"),
    ];
    passes(&managed(repo.path(), &range));
}

#[test]
fn the_gate_tells_what_staged_tells() {
    let repo = Repo::new();
    repo.write("a", format!("{}\n{}\n", key(), key()));
    repo.git(&["add", "."]);
    let staged = run(repo.path(), &["staged", "-f", "json"]).json();
    let gate = hook(repo.path(), &["pre-commit", "-f", "json"], "").json();
    assert_eq!(staged["keys"], gate["keys"]);
    assert_eq!(staged["keys"].as_array().map(Vec::len), Some(2));
    // What is in the way of git's own file is no reason to pass.
    fs::write(repo.join(".git/index"), "nonsense").expect("written");
    assert_eq!(hook(repo.path(), &["pre-commit"], "").code, 3);
}
