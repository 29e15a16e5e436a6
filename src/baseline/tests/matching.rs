//! What is a move and what is a copy, place by place.

use std::collections::HashMap;

use super::super::Spot;
use super::super::matching::{Known, Run, Standing, accept};
use super::file;
use crate::model::Origin;

/// A place of a key.
struct At(Standing);

fn at(path: &str) -> At {
    At(Standing {
        spot: file(path),
        from: None,
        known: Known::Nothing,
        in_refs: false,
        on_disk: false,
    })
}

impl At {
    /// In a file on disk.
    fn disk(mut self) -> Self {
        self.0.on_disk = true;
        self
    }

    /// In a commit that a ref leads to; HEAD holds it if `at_head`.
    fn told(mut self, at_head: bool) -> Self {
        self.0.known = Known::Told {
            cut: false,
            at_head,
        };
        self.0.in_refs = true;
        self
    }

    fn cut(mut self) -> Self {
        self.0.known = Known::Told {
            cut: true,
            at_head: true,
        };
        self.0.in_refs = true;
        self
    }

    fn unreferenced(mut self) -> Self {
        self.0.in_refs = false;
        self
    }

    fn from(mut self, path: &str) -> Self {
        self.0.from = Some(file(path));
        self
    }

    fn change(mut self) -> Self {
        self.0.known = Known::Change;
        self
    }
}

/// The paths of the places that are new. What is `there` is on disk with the key in it.
fn new(listed: &[&str], there: &[&str], whole: bool, places: Vec<At>) -> Vec<String> {
    let listed: Vec<Spot> = listed.iter().map(|path| file(path)).collect();
    let map: HashMap<&Spot, usize> = listed
        .iter()
        .enumerate()
        .map(|(at, spot)| (spot, at))
        .collect();
    let places: Vec<Standing> = places.into_iter().map(|at| at.0).collect();
    let mut gone = |spot: &Spot| there.iter().all(|path| file(path) != *spot);
    let run = Run {
        whole,
        gone: &mut gone,
    };
    let accepted = accept(&map, &places, run);
    let open = places
        .iter()
        .zip(accepted)
        .filter(|(_, accepted)| accepted.is_none());
    open.map(|(place, _)| {
        place
            .spot
            .path
            .as_ref()
            .map_or_else(String::new, |path| path.text.clone())
    })
    .collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_listed_path_is_accepted_and_another_one_is_new() {
    let places = || vec![at("a").disk().told(true), at("a").disk(), at("b").disk()];
    assert_eq!(new(&["a"], &["a", "b"], true, places()), ["b"]);
    assert_eq!(new(&["a", "b"], &["a", "b"], true, places()), NONE);
    assert_eq!(new(&[], &["a", "b"], true, places()), ["a", "a", "b"]);
}

#[test]
fn history_leads_back_from_move_to_move() {
    let moved = || {
        vec![
            at("a").told(false),
            at("b").told(false).from("a"),
            at("c").told(true).from("b"),
        ]
    };
    assert_eq!(new(&["a"], &["c"], true, moved()), NONE);
    // Nobody has to have read the first place.
    assert_eq!(new(&["a"], &["c"], true, moved().split_off(1)), NONE);
    assert_eq!(new(&["b"], &["c"], true, moved()), ["a"]);
    // A circle leads nowhere.
    let circle = vec![at("b").told(true).from("c"), at("c").told(true).from("b")];
    assert_eq!(new(&["a"], &["b", "c", "a"], true, circle), ["b", "c"]);
}

#[test]
fn a_copy_is_new_wherever_it_is() {
    // Not committed yet.
    assert_eq!(
        new(
            &["a"],
            &["a", "b"],
            true,
            vec![at("a").told(true), at("b").disk()]
        ),
        ["b"]
    );
    // Committed.
    assert_eq!(
        new(
            &["a"],
            &["a", "b"],
            true,
            vec![at("a").told(true), at("b").told(true).disk()]
        ),
        ["b"]
    );
    // The place was left long ago, and the key came back elsewhere: history says that it did not move.
    assert_eq!(
        new(
            &["a"],
            &["b"],
            true,
            vec![at("a").told(false), at("b").told(true).disk()]
        ),
        ["b"]
    );
    assert_eq!(
        new(
            &["a"],
            &["b"],
            true,
            vec![at("a").told(false), at("b").disk()]
        ),
        ["b"]
    );
    // One place went to one place only.
    let moved = vec![at("a").told(true), at("b").disk(), at("c").disk()];
    assert_eq!(new(&["a"], &["b", "c"], true, moved), ["c"]);
    let moved = vec![
        at("a").told(false),
        at("b").told(true).disk().from("a"),
        at("c").disk(),
    ];
    assert_eq!(new(&["a"], &["b", "c"], true, moved), ["c"]);
}

#[test]
fn what_is_gone_from_disk_stands_for_what_nobody_committed() {
    assert_eq!(
        new(
            &["a"],
            &["b"],
            true,
            vec![at("a").told(true), at("b").disk()]
        ),
        NONE
    );
    assert_eq!(
        new(
            &["a"],
            &["b"],
            false,
            vec![at("a").told(true), at("b").disk()]
        ),
        NONE
    );
    // Without any history.
    assert_eq!(new(&["a"], &["b"], true, vec![at("b").disk()]), NONE);
    // After a committed move, one that is not.
    let twice = vec![
        at("a").told(false),
        at("b").told(true).from("a"),
        at("c").disk(),
    ];
    assert_eq!(new(&["a"], &["c"], true, twice), NONE);
    // On another branch the key is elsewhere, which does not matter here.
    let branch = vec![
        at("a").told(true),
        at("b").told(false).from("a"),
        at("c").disk(),
    ];
    assert_eq!(new(&["a"], &["c"], true, branch), NONE);
}

#[test]
fn a_file_that_keeps_its_name_comes_first() {
    let places = || vec![at("new/x").disk(), at("other/y").disk()];
    assert_eq!(
        new(&["old/x"], &["new/x", "other/y"], true, places()),
        ["other/y"]
    );
    assert_eq!(
        new(&["old/y"], &["new/x", "other/y"], true, places()),
        ["new/x"]
    );
    assert_eq!(
        new(&["old/y", "old/z"], &["new/x", "other/y"], true, places()),
        NONE
    );
}

#[test]
fn history_that_was_rewritten_or_cut_off_cannot_tell() {
    // Squashed or amended: no ref leads to the old place any more.
    let places = || {
        vec![
            at("a").told(false).unreferenced(),
            at("b").told(true).disk(),
        ]
    };
    assert_eq!(new(&["a"], &["b"], true, places()), NONE);
    assert_eq!(new(&["a"], &["b"], true, places().split_off(1)), NONE);
    // Unless something was not read: then it may be there.
    assert_eq!(new(&["a"], &["b"], false, places()), ["b"]);
    // A shallow clone begins with the new place.
    assert_eq!(new(&["a"], &["b"], false, vec![at("b").cut().disk()]), NONE);
    assert_eq!(
        new(&["a"], &[], false, vec![at("a").cut(), at("b").cut()]),
        ["b"]
    );
}

#[test]
fn of_a_change_only_what_it_says_counts() {
    assert_eq!(new(&["a"], &[], true, vec![at("b").change()]), ["b"]);
    assert_eq!(
        new(&["a"], &["a"], true, vec![at("b").change().from("a")]),
        NONE
    );
    let chain = vec![at("c").change().from("b"), at("b").change().from("a")];
    assert_eq!(new(&["a"], &["a"], true, chain), NONE);
}

#[test]
fn what_no_path_leads_to_is_accepted_with_its_key() {
    let lost = || {
        let mut lost = at("");
        lost.0.spot = Spot {
            path: None,
            origin: Some(Origin::History),
        };
        lost
    };
    assert_eq!(new(&["a"], &[], true, vec![lost()]), NONE);
    assert_eq!(new(&[], &[], true, vec![lost()]), [""]);
    let mut message = lost();
    message.0.spot.origin = Some(Origin::CommitMessage);
    assert_eq!(new(&["a"], &[], true, vec![message]), [""]);
}
