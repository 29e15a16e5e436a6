//! What leads to a key.

use std::fs;

use super::{facts, history, only, refs};
use crate::support::{Repo, git, key, report};

#[test]
fn a_stash_holds_its_index_and_untracked_files_too() {
    let (repo, edited, staged, untracked) = (Repo::new(), key(), key(), key());
    repo.write("a", "a").write("b", "b").commit("first");
    repo.write("a", &staged).git(&["add", "a"]);
    repo.write("a", &edited).write("new", &untracked);
    repo.git(&["stash", "push", "-q", "--include-untracked"]);
    let report = history(&repo);
    for key in [&edited, &staged, &untracked] {
        assert_eq!(only(&report, key)["reachable"], "stash");
        assert_eq!(facts(&report, key)["at_head"], false);
    }
    // The ref's own tree holds only what was edited.
    assert_eq!(refs(only(&report, &edited)), ["refs/stash"]);
    assert!(refs(only(&report, &staged)).is_empty());
    // A stash below the top is led to by the reflog of stashes alone.
    repo.write("b", "other").git(&["stash", "push", "-q"]);
    assert_eq!(only(&history(&repo), &edited)["reachable"], "stash");
}

#[test]
fn an_amended_commit_is_in_the_reflog_until_it_expires() {
    let (repo, held) = (Repo::new(), key());
    repo.write("a", "a").commit("first");
    repo.write("a", &held).commit("oops");
    repo.write("a", "clean").git(&["add", "a"]);
    repo.git(&["commit", "-q", "--amend", "-m", "better"]);
    let report = history(&repo);
    assert_eq!(only(&report, &held)["reachable"], "reflog");
    assert_eq!(only(&report, &held)["introduced"]["summary"], "oops");
    assert!(only(&report, &held)["removed"].is_null());
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    assert_eq!(only(&history(&repo), &held)["reachable"], "none");
}

#[test]
fn a_dropped_branch_leaves_commits_to_which_nothing_leads() {
    let (repo, held) = (Repo::new(), key());
    repo.write("a", "a").commit("first");
    repo.git(&["checkout", "-q", "-b", "side"]);
    let lost = repo.write("a", &held).commit("second");
    repo.git(&["checkout", "-q", "main"]);
    assert_eq!(refs(only(&history(&repo), &held)), ["refs/heads/side"]);
    repo.git(&["branch", "-q", "-D", "side"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let report = history(&repo);
    let location = only(&report, &held);
    assert_eq!(location["reachable"], "none");
    assert_eq!(location["introduced"]["commit"], lost);
    assert!(refs(location).is_empty());
}

#[test]
fn pushed_is_what_a_remote_tracking_ref_leads_to() {
    let (repo, local, sent) = (Repo::new(), key(), key());
    let first = repo.write("sent", &sent).commit("first");
    repo.write("sent", "clean")
        .write("local", &local)
        .commit("second");
    let report = history(&repo);
    assert!(facts(&report, &sent)["pushed"].is_null());
    repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
    let report = history(&repo);
    assert_eq!(facts(&report, &sent)["pushed"], true);
    assert_eq!(facts(&report, &local)["pushed"], false);
    assert_eq!(refs(only(&report, &sent)), ["refs/remotes/origin/main"]);
}

#[test]
fn what_was_pushed_once_stays_pushed() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a", "a").commit("first");
    let second = repo.write("a", &held).commit("second");
    let remote = "refs/remotes/origin/main";
    for id in [&second, &first] {
        repo.git(&["update-ref", "--create-reflog", "-m", "push", remote, id]);
    }
    repo.git(&["reset", "-q", "--hard", &first]);
    let report = history(&repo);
    assert_eq!(facts(&report, &held)["pushed"], true);
    assert_eq!(only(&report, &held)["reachable"], "reflog");
}

/// A tag can point at anything: who clones gets it.
#[test]
fn refs_may_lead_to_blobs_and_trees_without_a_commit() {
    let (repo, blob, tree, signed) = (Repo::new(), key(), key(), key());
    repo.write("seed", "seed").commit("first");
    fs::write(repo.join(".git/x"), &blob).expect("written");
    let id = repo.git(&["hash-object", "-w", ".git/x"]);
    repo.git(&["tag", "of-blob", &id]);
    fs::write(repo.join(".git/x"), &signed).expect("written");
    let id = repo.git(&["hash-object", "-w", ".git/x"]);
    repo.git(&["tag", "-a", "-m", "signed", "of-signed", &id]);
    repo.write("d/k", &tree).git(&["add", "d"]);
    let id = repo.git(&["write-tree"]);
    repo.git(&["tag", "of-tree", &id]);
    repo.git(&["reset", "-q", "--hard"]);
    let report = history(&repo);
    for (key, name) in [(&blob, "blob"), (&tree, "tree"), (&signed, "signed")] {
        let location = only(&report, key);
        assert_eq!(location["reachable"], "refs", "{location:#}");
        assert_eq!(refs(location), [format!("refs/tags/of-{name}")]);
        assert_eq!(location["refs_total"], 1);
        assert!(location["introduced"].is_null());
    }
}

#[test]
fn a_detached_head_leads_to_what_it_holds() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a", "a").commit("first");
    let second = repo.write("a", &held).commit("second");
    repo.git(&["checkout", "-q", "--detach", &second]);
    repo.git(&["update-ref", "refs/heads/main", &first]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let report = history(&repo);
    assert_eq!(only(&report, &held)["reachable"], "refs");
    assert_eq!(facts(&report, &held)["at_head"], true);
    assert!(only(&report, &held)["removed"].is_null());
}

#[test]
fn a_linked_work_tree_has_the_same_history() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a", &held).commit("first");
    let folder = tempfile::tempdir().expect("a folder");
    let linked = folder.path().join("linked");
    let place = linked.display().to_string();
    repo.git(&["worktree", "add", "-q", "-b", "linked", &place]);
    fs::write(linked.join("a"), "clean").expect("written");
    git(&linked, &["commit", "-q", "-am", "second"]);
    let (_, report) = report(&linked, &["git"]);
    let location = only(&report, &held);
    assert_eq!(location["introduced"]["commit"], first);
    assert_eq!(refs(location), ["refs/heads/main"]);
    assert_eq!(facts(&report, &held)["at_head"], false);
}
