//! The message of a commit.

use super::{add, attempt, hook, install, passes, stops};
use crate::support::{Repo, key};

#[test]
fn a_message_with_a_key_is_stopped() {
    let (repo, key) = (Repo::new(), key());
    install(&repo.join(".git"), "commit-msg", "");
    let commit = ["commit", "-q", "--allow-empty", "-m", "Begin", "-m"];
    passes(&attempt(repo.path(), &[&commit[..], &["no key"]].concat()));
    let text = format!("Set AISA_API_KEY={key} first");
    let stopped = attempt(repo.path(), &[&commit[..], &[&text]].concat());
    let says = [
        "stopped this commit: it would leak 1 key",
        "(commit-message):3",
        "git commit -e -F .git/COMMIT_EDITMSG",
        "https://console.aisa.one",
    ];
    stops(&stopped, &[&key], &says);
    let text = format!("{text} aisaleaks:allow it was revoked");
    passes(&attempt(repo.path(), &[&commit[..], &[&text]].concat()));
}

#[test]
fn a_commit_that_removes_a_key_is_not_stopped_for_the_diff_below_its_message() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a", &key);
    add(&repo, "leak");
    repo.write("a", "gone\n");
    repo.git(&["add", "a"]);
    install(&repo.join(".git"), "commit-msg", "");
    let editor = "GIT_EDITOR=true";
    let made = std::process::Command::new("env")
        .arg(editor)
        .args(["git", "-c", "user.name=A", "-c", "user.email=a@b"])
        .args(["commit", "-q", "-v", "-e", "-m", "Remove it"])
        .current_dir(repo.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output();
    let made = crate::support::ended(made.expect("git runs"));
    passes(&made);
    let kept = std::fs::read_to_string(repo.join(".git/COMMIT_EDITMSG")).expect("a message");
    assert!(kept.contains(&key), "the diff was there: {kept}");
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]), "Remove it");
}

#[test]
fn without_a_message_it_says_what_is_missing() {
    let repo = Repo::new();
    let none = hook(repo.path(), &["commit-msg"], "");
    assert_eq!(none.code, 2);
    assert!(
        none.stderr.contains("aisaleaks hook run commit-msg FILE"),
        "{}",
        none.stderr
    );
    let absent = hook(repo.path(), &["commit-msg", "not-there"], "");
    assert_eq!(absent.code, 2);
    assert!(
        absent.stderr.contains("cannot scan not-there"),
        "{}",
        absent.stderr
    );
    crate::support::files::fifo(&repo.join("pipe"));
    assert_eq!(hook(repo.path(), &["commit-msg", "pipe"], "").code, 2);
}
