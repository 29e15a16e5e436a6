//! A key that moves is not new, and a copy is, whatever command looks.

use super::{NONE, accepting, new};
use crate::support::{Repo, git, key};

/// Where the key is new for each way to look at all there is. `dir` knows no history, and is not asked where that matters.
fn everywhere(repo: &Repo, key: &str) -> Vec<String> {
    let ways: [&[&str]; 4] = [
        &["scan"],
        &["git"],
        &["scan", "--no-attribution"],
        &["git", "--no-attribution"],
    ];
    let mut found = ways.map(|args| new(repo.path(), args, key));
    for (args, other) in ways.iter().zip(&found).skip(1) {
        assert_eq!(*other, found[0], "{args:?}");
    }
    std::mem::take(&mut found[0])
}

#[test]
fn reformatting_changes_nothing() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", format!("k = '{key}'\n")).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    let text = format!("\n\n# more\nclass A:\n    key = (\n        \"{key}\"\n    )\n");
    repo.write("a.py", &text);
    assert_eq!(new(repo.path(), &["dir"], &key), NONE);
    assert_eq!(everywhere(&repo, &key), NONE);
    // A second time in the same file.
    repo.write("a.py", format!("{text}other = '{key}'\n"))
        .commit("two");
    assert_eq!(new(repo.path(), &["dir"], &key), NONE);
    assert_eq!(everywhere(&repo, &key), NONE);
}

#[test]
fn a_rename_is_followed_before_and_after_its_commit() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    for (from, to) in [("a.py", "b.py"), ("b.py", "deep/down/c.py")] {
        std::fs::create_dir_all(repo.join("deep/down")).expect("created");
        repo.git(&["mv", from, to]);
        assert_eq!(new(repo.path(), &["dir"], &key), NONE);
        assert_eq!(new(repo.path(), &["scan"], &key), NONE);
        assert_eq!(new(repo.path(), &["staged"], &key), NONE);
        repo.git(&["commit", "-q", "-m", "moved"]);
        assert_eq!(everywhere(&repo, &key), NONE);
        assert_eq!(new(repo.path(), &["dir"], &key), NONE);
    }
}

#[test]
fn a_copy_is_new_before_and_after_its_commit() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.write("b.py", &key);
    for args in [&["dir"][..], &["scan"]] {
        assert_eq!(new(repo.path(), args, &key), ["b.py"], "{args:?}");
    }
    repo.git(&["add", "b.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), ["b.py"]);
    repo.commit("two");
    assert_eq!(new(repo.path(), &["dir"], &key), ["b.py"]);
    assert_eq!(everywhere(&repo, &key), ["b.py"]);
    // The first one leaves; the second one was not made of it.
    repo.git(&["rm", "-q", "a.py"]);
    repo.commit("three");
    assert_eq!(everywhere(&repo, &key), ["b.py"]);
}

#[test]
fn a_key_that_moves_and_is_copied_is_new_in_the_copy() {
    let (repo, key) = (Repo::new(), key());
    repo.write("in/a.py", &key).commit("one");
    accepting(&repo, &[(&key, "in/a.py")]);
    repo.git(&["mv", "in", "out"]);
    repo.write("copy.py", &key);
    assert_eq!(new(repo.path(), &["dir"], &key), ["copy.py"]);
    assert_eq!(new(repo.path(), &["scan"], &key), ["copy.py"]);
    repo.git(&["add", "copy.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), ["copy.py"]);
    repo.commit("two");
    assert_eq!(everywhere(&repo, &key), ["copy.py"]);
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), ["copy.py"]);
    assert_eq!(new(repo.path(), &["dir"], &key), ["copy.py"]);
}

#[test]
fn a_folder_moves_with_the_same_key_in_many_files() {
    let (repo, key) = (Repo::new(), key());
    let names: Vec<String> = (0..5).map(|at| format!("old/f{at}.py")).collect();
    for name in &names {
        repo.write(name, format!("{name} {key}\n{name} {key}\n"));
    }
    repo.commit("one");
    let entries: Vec<(&str, &str)> = names.iter().map(|name| (&*key, &**name)).collect();
    accepting(&repo, &entries);
    repo.git(&["mv", "old", "new"]);
    for args in [&["dir"][..], &["scan"], &["staged"]] {
        assert_eq!(new(repo.path(), args, &key), NONE, "{args:?}");
    }
    repo.commit("two");
    assert_eq!(everywhere(&repo, &key), NONE);
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), NONE);
}

#[test]
fn a_key_that_moves_into_another_file_is_followed_too() {
    let (repo, key) = (Repo::new(), key());
    let filler =
        |name: &str| format!("{name} is long, and is not made of the other one\n").repeat(20);
    repo.write("a.py", format!("{}k = '{key}'\n", filler("a")));
    repo.write("b.py", filler("b")).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.write("a.py", filler("a"));
    repo.write("b.py", format!("{}k = '{key}'\n", filler("b")));
    assert_eq!(new(repo.path(), &["dir"], &key), NONE);
    assert_eq!(new(repo.path(), &["scan"], &key), NONE);
    repo.git(&["add", "b.py"]);
    // Only half of it is staged: the next commit would hold it twice.
    assert_eq!(new(repo.path(), &["staged"], &key), ["b.py"]);
    repo.git(&["add", "a.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), NONE);
    repo.commit("two");
    assert_eq!(everywhere(&repo, &key), NONE);
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), NONE);
}

#[test]
fn a_key_that_comes_back_elsewhere_is_new() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.git(&["rm", "-q", "a.py"]);
    repo.commit("gone");
    assert_eq!(everywhere(&repo, &key), NONE);
    repo.write("b.py", &key);
    assert_eq!(new(repo.path(), &["scan"], &key), ["b.py"]);
    repo.git(&["add", "b.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), ["b.py"]);
    repo.commit("back");
    assert_eq!(everywhere(&repo, &key), ["b.py"]);
    // Where it was accepted it may come back.
    repo.git(&["mv", "b.py", "a.py"]);
    repo.commit("home");
    assert_eq!(everywhere(&repo, &key), ["b.py"]);
    assert_eq!(new(repo.path(), &["dir"], &key), NONE);
}

/// A branch on which the file with the key was renamed, beside a main branch that went on.
fn branched(key: &str) -> Repo {
    let repo = Repo::new();
    repo.write("a.py", format!("k = '{key}'\n")).commit("one");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.git(&["mv", "a.py", "b.py"]);
    repo.commit("moved");
    repo.write("b.py", format!("# formatted\nk = \"{key}\"\n"))
        .commit("formatted");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("other", "x").commit("main went on");
    accepting(&repo, &[(key, "a.py")]);
    repo
}

#[test]
fn rebases_merges_and_squashes_change_nothing() {
    for join in [
        &[&["checkout", "-q", "topic"][..], &["rebase", "-q", "main"]][..],
        &[&["merge", "-q", "-m", "joined", "topic"]],
        &[
            &["merge", "-q", "--squash", "topic"],
            &["commit", "-q", "-m", "squashed"],
        ],
        &[&["cherry-pick", "topic~1", "topic"]],
    ] {
        let key = key();
        let repo = branched(&key);
        join.iter().for_each(|args| drop(repo.git(args)));
        assert!(repo.join("b.py").exists());
        assert_eq!(everywhere(&repo, &key), NONE, "{join:?}");
        // Nor do they for whoever has only what the branch leads to.
        repo.commit("the baseline");
        repo.git(&["checkout", "-q", "-B", "only"]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("file://{}", repo.path().display());
        git(
            folder.path(),
            &["clone", "-q", "--single-branch", "-b", "only", &url, "c"],
        );
        let clone = folder.path().join("c");
        for args in [&["scan"][..], &["git"], &["dir"]] {
            assert_eq!(new(&clone, args, &key), NONE, "{join:?} {args:?}");
        }
    }
}

#[test]
fn history_that_was_rewritten_knows_no_move() {
    let (repo, key) = (Repo::new(), key());
    repo.write("x", "x").commit("begin");
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.git(&["add", "-A"]);
    // As if it had been there from the start: only the reflog still leads to a.py.
    repo.git(&["mv", "a.py", "b.py"]);
    repo.git(&["commit", "-q", "--amend", "-m", "one"]);
    assert_eq!(everywhere(&repo, &key), NONE);
    let clone = repo.join("clone");
    git(repo.path(), &["clone", "-q", ".", "clone"]);
    for args in [&["scan"][..], &["git"]] {
        assert_eq!(new(&clone, args, &key), NONE, "{args:?}");
    }
    // One place stands for one only.
    std::fs::write(clone.join("c.py"), &key).expect("written");
    assert_eq!(new(&clone, &["scan"], &key), ["c.py"]);
}

#[test]
fn a_shallow_clone_cannot_know_the_move() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.git(&["mv", "a.py", "b.py"]);
    repo.commit("two");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("file://{}", repo.path().display());
    git(folder.path(), &["clone", "-q", "--depth", "1", &url, "c"]);
    let clone = folder.path().join("c");
    for args in [
        &["scan", "--on-incomplete", "pass"][..],
        &["git", "--on-incomplete", "pass"],
        &["dir"],
    ] {
        assert_eq!(new(&clone, args, &key), NONE, "{args:?}");
    }
    std::fs::write(clone.join("a.py"), &key).expect("written");
    assert_eq!(new(&clone, &["dir"], &key), ["b.py"]);
}
