//! The same where there is a remote, as there nearly always is.

use std::path::PathBuf;

use super::super::support::{Repo, git, key, run};
use super::{Desk, filter_repo, holds};

/// A repository and a remote that it was pushed to.
fn pushed(desk: &Desk, text: &str) -> (Repo, PathBuf) {
    let (repo, remote) = (Repo::new(), desk.0.path().join("server"));
    let name = remote.to_str().expect("text");
    repo.git(&["init", "-q", "--bare", "-b", "main", name]);
    repo.git(&["remote", "add", "origin", name]);
    repo.write("README", "begin\n").commit("Begin");
    repo.write("a.py", text).commit("Add");
    repo.git(&["tag", "v1"]);
    repo.git(&["push", "-q", "-u", "origin", "main", "v1"]);
    (repo, remote)
}

#[test]
fn the_remote_and_the_clone_are_rewritten_alike() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    // What only one of both has.
    git(&remote, &["branch", "theirs", "main"]);
    git(
        &remote,
        &["notes", "add", "-m", &format!("of {key}"), "main"],
    );
    repo.git(&["checkout", "-q", "-b", "mine"]);
    repo.write("b.py", "b\n").commit("Mine");

    let plan = desk.plan(repo.path(), &[], &[&key]);
    plan.told(
        1,
        &[
            "branches: 2 (main, mine)",
            "tags: 1 (v1)",
            "remote-tracking branches: 1 (origin/main)",
            "remotes, to rewrite, too: 1 (origin)",
            "The remote origin: rewrite a fresh copy.",
            "push --force --mirror origin",
            "Every other clone: delete it and clone anew.",
            "refs/pull/",
            "rm -rf -- ",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    // What nobody leads to any more, a server drops in its own time.
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    assert_eq!(
        git(&remote, &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main\nrefs/heads/theirs\nrefs/notes/commits\nrefs/tags/v1"
    );
    assert_eq!(git(&remote, &["notes", "show", "main"]), "of ***REMOVED***");
    let ids = |name: &str| repo.git(&["rev-parse", name]);
    assert_eq!(ids("main"), ids("origin/main"), "the same commits in both");
    assert_eq!(ids("mine~1"), ids("main"));
    assert_eq!(ids("v1"), ids("main"));
    assert_eq!(ids("origin/theirs"), ids("main"));
    assert_eq!(
        repo.git(&["branch", "--format=%(refname:short)"]),
        "main\nmine"
    );
    assert_eq!(run(repo.path(), &["git", "."]).code, 0);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[test]
fn nothing_is_rewritten_where_something_is_not_committed() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (repo, desk, key) = (Repo::new(), Desk::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("Add");
    repo.write("a.py", "my work\n");
    let head = repo.git(&["rev-parse", "HEAD"]);
    let plan = desk.plan(repo.path(), &[], &[&key]);
    let followed = plan.follow(&filter_repo);
    assert_eq!(followed.code, 1, "{}\n{}", followed.stdout, followed.stderr);
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    let text = std::fs::read_to_string(repo.join("a.py")).expect("read");
    assert_eq!(text, "my work\n");
}

#[test]
fn of_a_shallow_clone_only_the_remote_is_rewritten() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let shallow = desk.0.path().join("shallow");
    let address = format!("file://{}", remote.display());
    let name = shallow.to_str().expect("text");
    repo.git(&["clone", "-q", "--depth", "1", &address, name]);
    let plan = desk.plan(&shallow, &[], &[&key]);
    plan.told(
        1,
        &[
            "Not read",
            "git fetch --unshallow",
            "Delete this clone, of which a part",
        ],
    );
    assert!(!plan.commands().contains("backup.git"));
    plan.done(&desk, &filter_repo);
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    // Nothing was found, and not everything read.
    let clean = desk.plan(&shallow, &["--key", "sha256:0000000000"], &[&key]);
    clean.told(3, &["None of these keys is in the history"]);
}
