//! The same where there is a remote, as there nearly always is.

use std::path::PathBuf;

use super::super::support::{Repo, git, key, run, submodule};
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
            "remotes: 1 (origin)",
            "The remote origin: rewrite a fresh copy of where it is pushed to.",
            "push --force origin",
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
fn nothing_is_rewritten_where_something_would_be_lost() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    type Change = fn(&Repo);
    let changes: [(&str, Change); 9] = [
        ("work that is not committed", |repo| {
            repo.write("a.py", "my work\n");
        }),
        ("a status that cannot be told", |repo| {
            repo.git(&["config", "status.showUntrackedFiles", "bogus"]);
        }),
        ("a file whose changes are hidden", |repo| {
            repo.git(&["update-index", "--skip-worktree", "a.py"]);
        }),
        ("files that are not checked out", |repo| {
            repo.git(&["sparse-checkout", "set", "--no-cone", "/README"]);
        }),
        ("a pack that is kept", |repo| {
            repo.git(&["repack", "-q", "-a", "-d"]);
            let pack = crate::support::files::pack_of(repo);
            std::fs::write(pack.with_extension("keep"), "").expect("written");
        }),
        ("large packs that are kept", |repo| {
            repo.git(&["config", "gc.bigPackThreshold", "1g"]);
        }),
        ("a merge under way", |repo| {
            repo.write(".git/MERGE_HEAD", "");
        }),
        ("a commit that is replaced", |repo| {
            repo.git(&["replace", "main", "main~1"]);
        }),
        ("a branch that the remote has not any more", |repo| {
            repo.git(&["update-ref", "refs/remotes/origin/gone", "main"]);
        }),
    ];
    for (what, change) in changes {
        let (desk, key) = (Desk::new(), key());
        let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
        change(&repo);
        let refs = |folder: &std::path::Path| git(folder, &["for-each-ref"]);
        let before = (refs(repo.path()), refs(&remote));
        let followed = desk.plan(repo.path(), &[], &[&key]).follow(&filter_repo);
        assert_ne!(followed.code, 0, "{what}: {}", followed.stdout);
        assert!(before == (refs(repo.path()), refs(&remote)), "{what}");
    }
}

#[test]
fn a_commit_that_only_changes_the_key_stays_and_a_host_may_reject_its_own_refs() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, old, new) = (Desk::new(), key(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{old}'\n"));
    repo.write("a.py", format!("k = '{new}'\n"))
        .commit("Rotate the key");
    repo.git(&["push", "-q", "origin", "main"]);
    git(&remote, &["update-ref", "refs/pull/1/head", "main"]);
    git(&remote, &["config", "receive.hideRefs", "refs/pull"]);
    let plan = desk.plan(repo.path(), &[], &[&old, &new]);
    plan.done(&desk, &filter_repo);
    for folder in [repo.path(), &remote] {
        let log = git(folder, &["log", "--format=%s", "main"]);
        assert_eq!(log, "Rotate the key\nAdd\nBegin");
        let text = git(folder, &["show", "main:a.py"]);
        assert_eq!(text, "k = '***REMOVED***'");
    }
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

#[test]
fn a_remote_that_is_skipped_stays_and_nothing_of_it_is_left_here() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let upstream = desk.0.path().join("upstream");
    git(
        &remote,
        &[
            "clone",
            "-q",
            "--mirror",
            ".",
            upstream.to_str().expect("text"),
        ],
    );
    git(&upstream, &["branch", "theirs", "main"]);
    repo.git(&[
        "remote",
        "add",
        "upstream",
        upstream.to_str().expect("text"),
    ]);
    repo.git(&["fetch", "-q", "upstream"]);
    let before = git(&upstream, &["for-each-ref"]);
    let plan = desk.plan(repo.path(), &["--skip-remote", "upstream"], &[&key]);
    plan.told(
        1,
        &[
            "remotes: 2 (origin, upstream)",
            "Left as they are: upstream. Tell whoever owns them.",
        ],
    );
    plan.done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    assert_eq!(git(&upstream, &["for-each-ref"]), before);
    let left = repo.git(&["for-each-ref", "--format=%(refname)", "refs/remotes"]);
    assert_eq!(left, "refs/remotes/origin/main");
    let wrong = desk.plan(repo.path(), &["--skip-remote", "upstraem"], &[&key]);
    assert_eq!(wrong.0.code, 2);
    assert!(
        wrong.0.stderr.contains("no remote is called so"),
        "{}",
        wrong.0.stderr
    );
}

#[test]
fn where_a_remote_is_pushed_to_is_rewritten() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key) = (Desk::new(), key());
    let (repo, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    // Another spelling of the same place, as those who fetch by https and push by ssh have it.
    let address = format!("file://{}", remote.display());
    repo.git(&["config", "remote.origin.pushurl", &address]);
    desk.plan(repo.path(), &[], &[&key])
        .done(&desk, &filter_repo);
    assert!(!holds(repo.path(), &key));
    git(&remote, &["gc", "-q", "--prune=now"]);
    assert!(!holds(&remote, &key));
    // Two places are one too many.
    repo.write("b.py", format!("k = '{key}'\n")).commit("Again");
    repo.git(&["config", "--add", "remote.origin.pushurl", "/elsewhere"]);
    let refs = || (repo.git(&["for-each-ref"]), git(&remote, &["for-each-ref"]));
    let before = refs();
    let followed = desk.plan(repo.path(), &[], &[&key]).follow(&filter_repo);
    assert_ne!(followed.code, 0);
    assert!(before == refs());
}

#[test]
fn of_a_submodule_the_repository_around_it_gets_the_new_commit() {
    let Some(filter_repo) = filter_repo() else {
        return;
    };
    let (desk, key, outer) = (Desk::new(), key(), Repo::new());
    let (_inner, remote) = pushed(&desk, &format!("k = '{key}'\n"));
    let from = remote.to_str().expect("text");
    outer.git(&submodule(from, "sub"));
    outer.commit("With a library");
    let old = outer.git(&["rev-parse", ":sub"]);
    let plan = desk.plan(&outer.join("sub"), &[], &[&key]);
    plan.told(1, &["This is a submodule", " add -- "]);
    plan.done(&desk, &filter_repo);
    assert!(!holds(&outer.join("sub"), &key));
    let new = outer.git(&["rev-parse", ":sub"]);
    assert_ne!(new, old);
    assert_eq!(git(&remote, &["rev-parse", "main"]), new);
    assert_eq!(run(outer.path(), &["scan", "--no-hygiene"]).code, 0);
}
