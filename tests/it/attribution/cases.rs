//! What happened to a key at a path, case by case.

use std::fmt::Write as _;
use std::fs;

use super::oracle::feed;
use super::{at, events, facts, history, only, refs, text};
use crate::support::files::{object as file, replace};
use crate::support::{Repo, git, key, locations, problems, report};

/// Writes an object of git as it is.
fn object(repo: &Repo, kind: &str, bytes: &[u8]) -> String {
    let args = ["hash-object", "-t", kind, "-w", "--stdin", "--literally"];
    let id = feed(repo.path(), &args, bytes);
    String::from_utf8(id).expect("an id").trim().to_owned()
}

fn written(repo: &Repo, parent: Option<&str>, people: &[u8]) -> String {
    let tree = repo.git(&["write-tree"]);
    let parent = parent.map_or(String::new(), |id| format!("parent {id}\n"));
    let start = format!("tree {tree}\n{parent}");
    object(
        repo,
        "commit",
        &[start.as_bytes(), people, b"\nwritten by hand\n"].concat(),
    )
}

#[test]
fn a_rename_says_where_the_key_stood() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a.txt", &held).commit("first");
    repo.git(&["mv", "a.txt", "b.txt"]);
    let second = repo.commit("second");
    let report = history(&repo);
    let (old, new) = (at(&report, &held, "a.txt"), at(&report, &held, "b.txt"));
    assert_eq!(locations(&report, &held).len(), 2);
    assert_eq!(old["introduced"]["commit"], first);
    assert_eq!(old["removed"]["commit"], second);
    assert_eq!(new["introduced"]["commit"], second);
    assert_eq!(new["renamed_from"], "a.txt");
    assert!(new["removed"].is_null() && old["renamed_from"].is_null());
    assert_eq!(new["introduced"]["summary"], "second");
    assert_eq!(new["introduced"]["author"], "Ada");
    assert_eq!(new["introduced"]["email"], "ada@example.org");
    assert_eq!(new["introduced"]["date"], "2026-01-02T03:04:05Z");
}

#[test]
fn a_place_that_a_commit_leaves_went_to_one_path() {
    let (repo, held) = (Repo::new(), key());
    repo.write("in/a", &held)
        .write("in/b", format!("{held}\n{held}"));
    repo.commit("first");
    fs::rename(repo.join("in"), repo.join("out")).expect("moved");
    repo.write("out/copy", &held).commit("moved, and copied");
    let report = history(&repo);
    let from = |path: &str| {
        let of_path = locations(&report, &held).into_iter();
        let of_path = of_path.filter(|at| at["path"] == path);
        let from = of_path.map(|at| text(&at["renamed_from"]));
        from.collect::<Vec<_>>()
    };
    assert_eq!(from("out/a"), ["in/a"]);
    assert_eq!(from("out/b"), ["in/b", "in/b"]);
    assert!(at(&report, &held, "out/copy")["renamed_from"].is_null());
}

#[test]
fn two_occurrences_are_two_locations_and_the_second_leaves_first() {
    let (repo, held) = (Repo::new(), key());
    repo.write("a", format!("{held}\n{held}\n")).commit("two");
    let second = repo.write("a", format!("only {held}\n")).commit("one");
    let report = history(&repo);
    let all = locations(&report, &held);
    assert_eq!(all.len(), 2);
    let gone = all.iter().find(|at| !at["removed"].is_null());
    assert_eq!(gone.expect("one is gone")["removed"]["commit"], second);
    let kept = all.iter().find(|at| at["removed"].is_null());
    assert_eq!(kept.expect("one is left")["column"], 6);
}

#[test]
fn a_file_edited_in_a_thousand_commits_is_introduced_once() {
    let (repo, held) = (Repo::new(), key());
    let mut stream = String::new();
    for at in 0..1000 {
        let text = format!("line {at}\nkey = {held}\n");
        write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@b> {} +0000\ndata 1\nx\nM 644 inline d/f\ndata {}\n{text}\n",
            1_000_000 + at,
            text.len()
        )
        .expect("text");
    }
    feed(repo.path(), &["fast-import", "--quiet"], stream.as_bytes());
    let first = repo.git(&["rev-list", "--max-parents=0", "main"]);
    for _ in ["loose or as it came", "packed"] {
        let report = history(&repo);
        let location = only(&report, &held);
        assert_eq!(location["events_total"], 1);
        assert_eq!(location["introduced"]["commit"], first);
        assert_eq!(location["blob"], repo.git(&["rev-parse", "main:d/f"]));
        repo.git(&["repack", "-adfq", "--depth=50"]);
    }
}

#[test]
fn a_file_on_disk_and_in_history_is_one_location() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("src/a.txt", format!("k={held}")).commit("first");
    let (_, report) = report(repo.path(), &["."]);
    let location = only(&report, &held);
    assert_eq!(location["origin"], "worktree");
    assert_eq!(location["path"], "src/a.txt");
    assert_eq!(location["introduced"]["commit"], first);
    assert_eq!(location["blob"], repo.git(&["rev-parse", "HEAD:src/a.txt"]));
    assert_eq!(refs(location), ["refs/heads/main"]);
    assert_eq!(facts(&report, &held)["at_head"], true);
}

#[test]
fn attribution_can_be_left_out() {
    let (repo, held) = (Repo::new(), key());
    repo.write("src/a.txt", format!("k={held}")).commit("first");
    for command in [
        &["git", "--no-attribution"][..],
        &["git", "--no-attribution", "--since", "1970-01-01"],
    ] {
        let (code, report) = report(repo.path(), command);
        assert_eq!(code, 1, "{report:#}");
        let location = only(&report, &held);
        assert_eq!(
            (&location["path"], &location["line"]),
            (&"src/a.txt".into(), &1.into())
        );
        assert!(
            location["introduced"].is_null() && refs(location).is_empty(),
            "{location:#}"
        );
        assert!(facts(&report, &held)["first_seen"].is_null(), "{report:#}");
    }
}

#[test]
fn a_merge_can_introduce_and_remove() {
    let (repo, own, dropped, merged) = (Repo::new(), key(), key(), key());
    repo.write("base", "base").commit("base");
    repo.git(&["checkout", "-q", "-b", "side"]);
    let side = repo
        .write("side", &dropped)
        .write("m", &merged)
        .commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("other", "other").commit("other");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    fs::remove_file(repo.join("side")).expect("removed");
    let merge = repo.write("evil", &own).commit("merge");
    repo.git(&["branch", "-q", "-D", "side"]);
    let report = history(&repo);
    assert_eq!(only(&report, &own)["introduced"]["commit"], merge);
    // What a merge takes over, it did not introduce; what it drops, nobody else removed.
    assert_eq!(
        events(only(&report, &merged), "introduced"),
        [side.clone()].into()
    );
    assert_eq!(only(&report, &dropped)["introduced"]["commit"], side);
    assert_eq!(only(&report, &dropped)["removed"]["commit"], merge);
    assert_eq!(only(&report, &dropped)["reachable"], "refs");
    assert!(refs(only(&report, &dropped)).is_empty());
}

#[test]
fn a_key_that_came_back_has_every_event_and_is_not_removed() {
    let (repo, held) = (Repo::new(), key());
    let mut wanted = Vec::new();
    for at in 0..5 {
        let text = if at % 2 == 0 { held.as_str() } else { "clean" };
        wanted.push(repo.write("a", text).commit("next"));
    }
    let report = history(&repo);
    let location = only(&report, &held);
    assert_eq!(location["introduced"]["commit"], wanted[0]);
    assert!(location["removed"].is_null());
    let told = location["events"].as_array().expect("events").iter();
    let told: Vec<String> = told.map(|event| text(&event["commit"])).collect();
    // All have one date: then children come after their parents.
    assert_eq!(told, wanted);
}

#[test]
fn what_a_shallow_clone_begins_with_came_then_or_earlier() {
    let (repo, old, new) = (Repo::new(), key(), key());
    repo.write("old", &old).commit("one");
    repo.write("more", "more").commit("two");
    repo.write("new", &new).commit("three");
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", repo.path().display());
    git(folder.path(), &["clone", "-q", "--depth=2", &url, "clone"]);
    let (_, report) = report(&folder.path().join("clone"), &["git"]);
    assert_eq!(problems(&report), ["shallow"]);
    let at_or_before = |key: &str| only(&report, key)["introduced"]["at_or_before"] == true;
    assert!(at_or_before(&old) && !at_or_before(&new));
    assert_eq!(only(&report, &old)["introduced"]["summary"], "two");
    assert_eq!(facts(&report, &old)["pushed"], true);
}

#[test]
fn people_and_dates_may_be_anything() {
    let (repo, held, undated) = (Repo::new(), key(), key());
    repo.git(&["update-ref", "-d", "HEAD"]);
    repo.write("a", &held).git(&["add", "a"]);
    let people = b"author \xff\xfeJos\xe9 <\xe9@x> 12 +0000\ncommitter Bob <b@x> 100 +0000\n";
    let first = written(&repo, None, people);
    let none = b"author No Body\ncommitter No Body <no@body>\n";
    repo.write("b", &undated).git(&["add", "b"]);
    let second = written(&repo, Some(&first), none);
    repo.git(&["rm", "-q", "-f", "a", "b"]);
    let third = written(
        &repo,
        Some(&second),
        b"author X <x> 5 +0000\ncommitter X <x> 5 +0000\n",
    );
    repo.git(&["update-ref", "refs/heads/main", &third]);
    let report = history(&repo);
    let location = only(&report, &held);
    assert_eq!(
        location["introduced"]["author"],
        "\u{fffd}\u{fffd}Jos\u{fffd}"
    );
    assert_eq!(location["introduced"]["email"], "\u{fffd}@x");
    assert_eq!(location["introduced"]["date"], "1970-01-01T00:01:40Z");
    // The clock of who removed it was wrong: the child is older than its parent.
    assert_eq!(location["removed"]["commit"], third);
    assert_eq!(location["removed"]["date"], "1970-01-01T00:00:05Z");
    let location = only(&report, &undated);
    assert_eq!(location["introduced"]["commit"], second);
    assert_eq!(location["introduced"]["author"], "No Body");
    assert!(location["introduced"]["date"].is_null());
}

#[test]
fn a_commit_without_a_date_is_the_earliest_only_if_no_other_has_one() {
    let (repo, held) = (Repo::new(), key());
    repo.write("a", &held).git(&["add", "a"]);
    let undated = written(&repo, None, b"author X <x>\ncommitter X <x>\n");
    let dated = written(
        &repo,
        None,
        b"author X <x> 9 +0000\ncommitter X <x> 9 +0000\n",
    );
    repo.git(&["update-ref", "refs/heads/one", &undated]);
    repo.git(&["update-ref", "refs/heads/two", &dated]);
    let report = history(&repo);
    assert_eq!(only(&report, &held)["introduced"]["commit"], dated);
    assert_eq!(only(&report, &held)["events_total"], 2);
}

/// Git shows another history where a ref replaces an object or a graft rewrites parents. What is reported is what the
/// objects say: who clones gets those, and replacements only if they ask for them.
#[test]
fn replacements_and_grafts_change_nothing() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a", &held).commit("first");
    let second = repo.write("b", "b").commit("second");
    let third = repo.write("a", "clean").commit("third");
    let before = history(&repo);
    fs::create_dir_all(repo.join(".git/info")).expect("created");
    fs::write(
        repo.join(".git/info/grafts"),
        format!("{third}\n{second}\n"),
    )
    .expect("written");
    let after = history(&repo);
    assert_eq!(only(&before, &held), only(&after, &held));
    fs::remove_file(repo.join(".git/info/grafts")).expect("removed");
    repo.git(&["replace", &second, &third]);
    let after = history(&repo);
    let location = only(&after, &held);
    assert_eq!(events(location, "introduced"), [first].into());
    assert_eq!(events(location, "removed"), [third].into());
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told_apart() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("x/in", &held).commit("a folder");
    fs::remove_dir_all(repo.join("x")).expect("removed");
    let second = repo.write("x", &held).commit("a file");
    fs::remove_file(repo.join("x")).expect("removed");
    let third = repo.write("x/in", &held).commit("a folder again");
    let report = history(&repo);
    let (inner, outer) = (at(&report, &held, "x/in"), at(&report, &held, "x"));
    assert_eq!(events(inner, "introduced"), [first, third.clone()].into());
    assert_eq!(events(inner, "removed"), [second.clone()].into());
    assert_eq!(events(outer, "introduced"), [second].into());
    assert_eq!(outer["removed"]["commit"], third);
    assert_eq!(outer["renamed_from"], "x/in");
}

/// What is not there is not evidence: neither that the key was gone, nor that it came with the next commit.
#[test]
fn what_cannot_be_read_neither_removes_nor_introduces() {
    let (repo, held) = (Repo::new(), key());
    let first = repo.write("a", &held).commit("first");
    let second = repo.write("b", "b").commit("second");
    let third = repo.write("c", "c").commit("third");
    let tree = file(&repo, &format!("{second}^{{tree}}"));
    let aside = repo.join(".git/aside");
    fs::rename(&tree, &aside).expect("moved");
    let report = history(&repo);
    let location = only(&report, &held);
    assert_eq!(events(location, "introduced"), [first].into());
    assert_eq!(location["events_total"], 1, "{location:#}");
    fs::rename(&aside, &tree).expect("moved");
    for name in [&second, "HEAD~2"] {
        let path = file(&repo, name);
        let bytes = fs::read(&path).expect("read");
        replace(&path, b"nonsense");
        let report = history(&repo);
        let location = only(&report, &held);
        let first = if *name == second { &third } else { &second };
        let introduced = &location["introduced"];
        let told = events(location, "introduced");
        assert!(told.contains(first), "{location:#}");
        if introduced["commit"] == **first {
            assert_eq!(introduced["at_or_before"], true, "{location:#}");
        }
        replace(&path, &bytes);
    }
}

#[test]
fn a_folder_with_permissions_is_a_folder() {
    let (repo, held) = (Repo::new(), key());
    repo.write("in", &held).git(&["add", "in"]);
    let inner = repo.git(&["write-tree"]);
    let raw: Vec<u8> = (0..inner.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&inner[at..at + 2], 16).expect("hexadecimal"))
        .collect();
    let outer = object(&repo, "tree", &[b"40755 d\0", &raw[..]].concat());
    let people = "author X <x> 5 +0000\ncommitter X <x> 5 +0000\n";
    let commit = format!("tree {outer}\n{people}\nby hand\n");
    let commit = object(&repo, "commit", commit.as_bytes());
    repo.git(&["update-ref", "refs/heads/main", &commit]);
    assert_eq!(only(&history(&repo), &held)["path"], "d/in");
}
