//! Keys in what commits and tags say, and in notes: they come with the object and leave with what leads to it.

use super::{facts, history, only, refs};
use crate::support::{Repo, key};

#[test]
fn a_commit_message_is_led_to_by_the_refs_that_lead_to_the_commit() {
    let (repo, said) = (Repo::new(), key());
    repo.commit("first");
    let second = repo.commit(&format!("a key: {said}"));
    repo.git(&["branch", "old"]);
    repo.commit("third");
    repo.git(&["tag", "v1"]);
    repo.git(&["branch", "before", "HEAD~2"]);
    let report = history(&repo);
    let location = only(&report, &said);
    assert_eq!(location["origin"], "commit-message");
    assert_eq!(location["introduced"]["commit"], second);
    assert!(location["removed"].is_null());
    assert_eq!(
        refs(location),
        ["refs/heads/main", "refs/heads/old", "refs/tags/v1"]
    );
    assert_eq!(location["reachable"], "refs");
    assert_eq!(location["events_total"], 1);
}

#[test]
fn an_amended_message_is_in_the_reflog() {
    let (repo, said) = (Repo::new(), key());
    repo.commit(&format!("a key: {said}"));
    repo.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "better"]);
    let report = history(&repo);
    assert_eq!(only(&report, &said)["reachable"], "reflog");
    assert!(refs(only(&report, &said)).is_empty());
}

#[test]
fn an_author_is_led_to_as_the_message_is() {
    let (repo, who) = (Repo::new(), key());
    repo.commit("first");
    let author = format!("--author={who} <a@b.c>");
    repo.git(&["commit", "-q", "--allow-empty", &author, "-m", "second"]);
    let report = history(&repo);
    let location = only(&report, &who);
    assert_eq!(location["origin"], "author");
    assert_eq!(refs(location), ["refs/heads/main"]);
    assert_eq!(location["introduced"]["summary"], "second");
}

#[test]
fn a_tag_message_is_led_to_by_its_tag() {
    let (repo, said, inner) = (Repo::new(), key(), key());
    repo.commit("first");
    repo.git(&["tag", "-a", "-m", &format!("a key: {inner}"), "inner"]);
    repo.git(&[
        "tag",
        "-a",
        "-m",
        &format!("a key: {said}"),
        "outer",
        "inner",
    ]);
    let tag = repo.git(&["rev-parse", "refs/tags/outer"]);
    let report = history(&repo);
    let location = only(&report, &said);
    assert_eq!(location["origin"], "tag-message");
    assert_eq!(location["introduced"]["commit"], tag);
    assert_eq!(location["introduced"]["author"], "Ada");
    assert_eq!(location["reachable"], "refs");
    assert_eq!(refs(location), ["refs/tags/outer"]);
    assert_eq!(
        refs(only(&report, &inner)),
        ["refs/tags/inner", "refs/tags/outer"]
    );
    repo.git(&["tag", "-d", "outer"]);
    let report = history(&repo);
    assert_eq!(only(&report, &said)["reachable"], "none");
    assert_eq!(refs(only(&report, &inner)), ["refs/tags/inner"]);
}

#[test]
fn a_note_is_introduced_by_the_commit_that_wrote_it() {
    let (repo, noted) = (Repo::new(), key());
    repo.commit("first");
    repo.git(&["notes", "add", "-m", &format!("a key: {noted}")]);
    let wrote = repo.git(&["rev-parse", "refs/notes/commits"]);
    let report = history(&repo);
    let location = only(&report, &noted);
    assert_eq!(location["origin"], "note");
    assert_eq!(location["introduced"]["commit"], wrote);
    assert_eq!(refs(location), ["refs/notes/commits"]);
    assert_eq!(facts(&report, &noted)["at_head"], false);
    repo.git(&["notes", "remove"]);
    let removed = repo.git(&["rev-parse", "refs/notes/commits"]);
    let report = history(&repo);
    assert_eq!(only(&report, &noted)["removed"]["commit"], removed);
    assert_eq!(only(&report, &noted)["origin"], "note");
}
