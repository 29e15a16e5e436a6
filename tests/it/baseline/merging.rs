//! Two branches that both accept something: what git makes of it is a baseline.

use std::collections::BTreeSet;
use std::process::Command;

use super::{NAME, NONE, baseline, create, new, paths, text};
use crate::support::{Repo, git, key, run};

/// Two branches that each accepted some keys more; their number and whether git's attributes join lines.
fn branches(more: usize, union: bool) -> (Repo, Vec<String>) {
    let repo = Repo::new();
    let keys: Vec<String> = (0..2 * more + 1).map(|_| key()).collect();
    if union {
        repo.write(".gitattributes", format!("{NAME} merge=union\n"));
    }
    repo.write("first.py", &keys[0]);
    create(&repo);
    repo.commit("one");
    // In two clones: what a branch of the same repository holds would be found, and accepted, too.
    let other = tempfile::tempdir().expect("a folder");
    let clone = other.path().join("c");
    git(
        repo.path(),
        &["clone", "-q", ".", &clone.display().to_string()],
    );
    let places = [("left", &*clone), ("right", repo.path())];
    for ((branch, folder), keys) in places.into_iter().zip(keys[1..].chunks(more)) {
        git(folder, &["checkout", "-q", "-b", branch]);
        for (at, key) in keys.iter().enumerate() {
            std::fs::write(folder.join(format!("{branch}{at}.py")), key).expect("written");
        }
        let run = run(folder, &["baseline", "update", "--reason", branch]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        git(folder, &["add", "-A"]);
        git(folder, &["commit", "-q", "-m", branch]);
    }
    repo.git(&["fetch", "-q", &clone.display().to_string(), "left:left"]);
    (repo, keys)
}

/// Merges `left` into `right`; whether git had nothing to ask.
fn merges(repo: &Repo) -> bool {
    let output = Command::new("git")
        .current_dir(repo.path())
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
            "merge",
            "-q",
            "-m",
            "joined",
            "left",
        ])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    output.status.success()
}

#[test]
fn with_union_a_merge_is_always_a_baseline() {
    for more in [1, 2, 7] {
        let (repo, keys) = branches(more, true);
        assert!(merges(&repo), "{more}");
        for key in &keys {
            assert_eq!(new(repo.path(), &["scan"], key), NONE);
        }
        let merged = text(&repo);
        let run = baseline(&repo, &["update"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        // In order, each line once, and nothing else was to do.
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(lines(&merged), lines(&text(&repo)));
        assert_eq!(lines(&merged).len(), text(&repo).lines().count());
        assert_eq!(paths(&repo).len(), keys.len());
    }
}

#[test]
fn without_union_a_merge_says_so_and_is_put_right_by_hand() {
    // So many in a file of so few that some stand beside each other.
    let (repo, keys) = branches(7, false);
    assert!(!merges(&repo));
    let told = run(repo.path(), &["staged"]);
    assert!(
        told.code == 2 && told.stderr.contains("git left a conflict here"),
        "{}",
        told.stderr
    );
    let marks = ["<<<<<<<", "=======", ">>>>>>>"];
    let is_mark = |line: &&str| marks.iter().any(|mark| line.starts_with(mark));
    let text = text(&repo);
    let kept: Vec<&str> = text.lines().filter(|line| !is_mark(line)).collect();
    repo.write(NAME, kept.join("\n"));
    repo.commit("joined by hand");
    for key in &keys {
        assert_eq!(new(repo.path(), &["scan"], key), NONE);
    }
    assert_eq!(baseline(&repo, &["update"]).code, 0);
}

#[test]
fn what_both_branches_accept_is_there_once_after_an_update() {
    let (repo, key) = (Repo::new(), key());
    repo.write(".gitattributes", format!("{NAME} merge=union\n"));
    create(&repo);
    repo.commit("one");
    for (branch, expires) in [("left", "2998-01-31"), ("right", "2999-01-31")] {
        repo.git(&["checkout", "-q", "-b", branch, "main"]);
        repo.write("a.py", &key);
        let args = ["update", "--reason", branch, "--expires", expires];
        assert_eq!(baseline(&repo, &args).code, 0);
        repo.commit(branch);
    }
    assert!(merges(&repo));
    assert_eq!(text(&repo).lines().count(), 3);
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    let (_, report) = crate::support::report(repo.path(), &["scan"]);
    assert_eq!(report["stale"], serde_json::json!([]));
    assert_eq!(baseline(&repo, &["update"]).code, 0);
    assert!(
        text(&repo).lines().count() == 2 && text(&repo).contains("2999-01-31"),
        "{}",
        text(&repo)
    );
}
