//! What a change adds under an accepted key: only the change is looked at.

use super::{NONE, accepting, new};
use crate::support::{Repo, key, report};

/// Text that is like no other text of this kind.
fn filler(name: &str) -> String {
    format!("{name}: a line of its own\n").repeat(30)
}

#[test]
fn an_accepted_file_may_get_the_key_again() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", "x").commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.write("a.py", &key).git(&["add", "a.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), NONE);
    repo.commit("two");
    repo.write("a.py", format!("{key}\n{key}\n"))
        .commit("three");
    let range = ["git", "--range", "HEAD~2..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), NONE);
    let (_, all) = report(repo.path(), &[&range[..], &["--show-suppressed"]].concat());
    let by = &all["suppressed_keys"][0]["locations"][0]["allowed"];
    assert_eq!(
        (&by["by"], &by["reason"]),
        (&"baseline".into(), &"known".into())
    );
}

#[test]
fn a_commit_can_go_on_with_what_another_one_moved() {
    let (repo, key) = (Repo::new(), key());
    let with = |name: &str| format!("{}{key}\n", filler(name));
    repo.write("a.py", with("a"))
        .write("b.py", filler("b"))
        .write("c.py", filler("c"));
    repo.commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.write("a.py", filler("a"))
        .write("b.py", with("b"))
        .commit("two");
    repo.write("b.py", filler("b"))
        .write("c.py", with("c"))
        .commit("three");
    for range in ["HEAD~2..HEAD", "HEAD~2..HEAD~1"] {
        assert_eq!(
            new(repo.path(), &["git", "--range", range], &key),
            NONE,
            "{range}"
        );
    }
    // The last step alone comes from a place that the baseline does not know.
    let last = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &last, &key), ["c.py"]);
}

#[test]
fn a_file_that_moves_may_get_the_key_again_on_its_way() {
    let (repo, key) = (Repo::new(), key());
    let text = format!("{}{key}\n", filler("a"));
    repo.write("a.py", &text).commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.git(&["mv", "a.py", "b.py"]);
    repo.write("b.py", format!("{text}again {key}\n"))
        .git(&["add", "b.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), NONE);
    repo.commit("two");
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), NONE);
}

#[test]
fn each_place_that_a_change_leaves_stands_for_one() {
    let (repo, key) = (Repo::new(), key());
    let with = |name: &str| format!("{}{key}\n", filler(name));
    repo.write("a.py", with("a"))
        .write("b.py", with("b"))
        .commit("one");
    accepting(&repo, &[(&key, "a.py"), (&key, "b.py")]);
    repo.git(&["rm", "-q", "a.py", "b.py"]);
    repo.write("x/b.py", with("x")).write("y.py", with("y"));
    repo.git(&["add", "x", "y.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), NONE);
    repo.write("z.py", with("z")).git(&["add", "z.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), ["z.py"]);
    repo.commit("two");
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), ["z.py"]);
    assert_eq!(new(repo.path(), &["git"], &key), ["z.py"]);
}

#[test]
fn a_merge_is_compared_with_all_its_parents() {
    let (repo, key) = (Repo::new(), key());
    repo.write("a.py", &key).write("x", "x").commit("one");
    accepting(&repo, &[(&key, "a.py")]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("y", "y").commit("two");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("z", "z").commit("three");
    // The merge itself moves the key.
    repo.git(&["merge", "-q", "--no-commit", "topic"]);
    repo.git(&["rm", "-q", "a.py"]);
    repo.write("b.py", format!("{}{key}\n", filler("b")))
        .git(&["add", "b.py"]);
    assert_eq!(new(repo.path(), &["staged"], &key), NONE);
    repo.write("c.py", &key).git(&["add", "c.py"]);
    repo.commit("joined");
    let range = ["git", "--range", "main~1..main"];
    let found = new(repo.path(), &range, &key);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn messages_are_accepted_by_their_kind() {
    let (repo, key) = (Repo::new(), key());
    repo.commit("one");
    let print = super::fingerprint(&key);
    repo.write(
        super::NAME,
        format!("{{\"aisaleaks-baseline\":1}}\n{{\"key\":\"{print}\",\"origin\":\"commit-message\",\"reason\":\"r\"}}\n"),
    );
    repo.commit(&format!("like {key}"));
    let range = ["git", "--range", "HEAD~1..HEAD"];
    assert_eq!(new(repo.path(), &range, &key), NONE);
    repo.write("a.py", &key).commit("two");
    assert_eq!(
        new(repo.path(), &["git", "--range", "HEAD~2..HEAD"], &key),
        ["a.py"]
    );
}
