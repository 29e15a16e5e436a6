//! What history says about a location, in the reports for people, as JSON and as JSON lines.

use serde_json::{Value, json};

use super::tests::{at, key_text, outcome, report};
use super::{Format, Options};
use crate::model::{
    Attribution, Commit, Event, EventKind, Key, Location, ObjectId, Origin, Outcome, Reachable,
};

/// 2023-04-05T06:07:08Z.
const THEN: i64 = 1_680_674_828;
const YEAR: i64 = 365 * 24 * 60 * 60;

pub(super) fn id(digit: u8) -> ObjectId {
    ObjectId::from_hex(&[digit; 40]).expect("an id")
}

fn commit(digit: u8, date: i64) -> Commit {
    Commit {
        id: id(digit),
        author: "Ada".to_owned(),
        email: "ada@example.org".to_owned(),
        date: Some(date),
        summary: "Add the client".to_owned(),
    }
}

pub(super) fn attribution() -> Attribution {
    Attribution {
        introduced: Some(commit(b'1', THEN)),
        at_or_before: false,
        removed: None,
        events: vec![Event {
            date: Some(THEN),
            commit: id(b'1'),
            kind: EventKind::Introduced,
        }],
        events_total: 1,
        refs: vec![b"refs/heads/main".to_vec(), b"refs/tags/v1".to_vec()],
        refs_total: 2,
        at_head: true,
        pushed: Some(true),
        renamed_from: None,
    }
}

fn now() -> Options<'static> {
    Options {
        now: jiff::Timestamp::from_second(THEN + 3 * YEAR + 2 * 24 * 60 * 60).expect("a date"),
        ..Options::default()
    }
}

/// An outcome with one key in one place.
fn with(attribution: Attribution, reachable: Option<Reachable>) -> Outcome {
    let mut location: Location = at(Origin::History, Some(b"src/app.py"));
    location.blob = Some(id(b'a'));
    location.reachable = reachable;
    location.attribution = Some(Box::new(attribution));
    let mut one = outcome();
    one.keys[0].locations = vec![location];
    one
}

/// The lines about the place, without the line of the place itself.
fn told(attribution: Attribution, reachable: Option<Reachable>) -> Vec<String> {
    let text = report(Format::Human, &with(attribution, reachable), &now());
    let behind = text
        .lines()
        .skip_while(|line| !line.starts_with("  src/app.py:"));
    let lines = behind.skip(1).take_while(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn the_human_report_draws_when_a_key_came_and_went() {
    let event = |kind, date| Event {
        date: Some(date),
        commit: id(b'1'),
        kind,
    };
    let removed = Attribution {
        refs: Vec::new(),
        refs_total: 0,
        at_head: false,
        events: vec![
            event(EventKind::Introduced, THEN),
            event(EventKind::Removed, THEN + YEAR),
        ],
        ..attribution()
    };
    let drawn = |attribution, keys: usize, width| {
        let mut one = with(attribution, Some(Reachable::Refs));
        one.keys = vec![one.keys[0].clone(); keys];
        let options = Options { width, ..now() };
        let text = report(Format::Human, &one, &options);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("  2023-04-05 ") || line.contains("+ intro"));
        lines
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    let legend = "  + introduced, x removed, = in files of a branch or tag, - in history only";
    let past = "  2023-04-05 +===============x------------------------------- now";
    assert_eq!(drawn(removed.clone(), 2, 0), [past, legend, past]);
    assert_eq!(
        drawn(removed.clone(), 1, 40),
        ["  2023-04-05 +===x--------- now", legend]
    );
    assert_eq!(drawn(removed, 1, 30), [""; 0]);
    let there = drawn(attribution(), 1, 0);
    assert!(there[0].ends_with("= now, at HEAD"), "{there:?}");
    let nobody_knows = Attribution {
        introduced: None,
        events: Vec::new(),
        ..attribution()
    };
    assert_eq!(drawn(nobody_knows, 1, 0), [""; 0]);
}

#[test]
fn the_human_report_says_who_and_when_and_whether_it_is_still_there() {
    assert_eq!(
        told(attribution(), Some(Reachable::Refs)),
        [
            "    introduced 2023-04-05 (3 years ago) by Ada <ada@example.org> in 111111111111: Add the client",
            "    still at HEAD, in main, tags/v1",
        ]
    );
    let removed = Attribution {
        removed: Some(commit(b'2', THEN + YEAR)),
        refs: Vec::new(),
        refs_total: 0,
        at_head: false,
        ..attribution()
    };
    assert_eq!(
        told(removed, None)[1],
        "    removed 2024-04-04 (2 years ago) by Ada <ada@example.org> in 222222222222: Add the client"
    );
    let moved = Attribution {
        renamed_from: Some(b"old.py".to_vec()),
        refs: vec![b"refs/heads/a".to_vec(); 100],
        refs_total: 1015,
        at_head: false,
        ..attribution()
    };
    assert_eq!(
        told(moved, None),
        [
            "    moved from old.py, 2023-04-05 (3 years ago) by Ada <ada@example.org> in 111111111111: Add the c…",
            "    in a, a, a and 1,012 more",
        ]
    );
    let cut = Attribution {
        at_or_before: true,
        ..attribution()
    };
    assert!(told(cut, None)[0].starts_with("    introduced at or before 2023-04-05"));
}

#[test]
fn what_no_ref_holds_says_what_does() {
    let lost = Attribution {
        refs: Vec::new(),
        refs_total: 0,
        at_head: false,
        ..attribution()
    };
    for (reachable, text) in [
        (Reachable::Stash, "    only a stash leads to it"),
        (Reachable::Reflog, "    only a reflog leads to it"),
        (
            Reachable::None,
            "    no ref leads to it any more; it is there until git collects it",
        ),
    ] {
        assert_eq!(told(lost.clone(), Some(reachable))[1], text);
    }
    let nothing = Attribution {
        introduced: None,
        ..lost
    };
    assert_eq!(told(nothing, Some(Reachable::None)), [""; 0]);
}

#[test]
fn that_a_key_was_pushed_stands_in_its_first_line() {
    let first = |pushed| {
        let attribution = Attribution {
            pushed,
            ..attribution()
        };
        let text = report(Format::Human, &with(attribution, None), &now());
        text.lines().next().unwrap_or_default().to_owned()
    };
    let rest = "high confidence, aisa-api-key, 1 place";
    assert_eq!(
        first(Some(true)),
        format!("error: sk-aisa-…Q9k  pushed: treat it as public  {rest}")
    );
    assert_eq!(first(Some(false)), format!("error: sk-aisa-…Q9k  {rest}"));
}

#[test]
fn two_lines_of_at_most_100_columns_whatever_stands_in_the_commits() {
    let long = "long \u{1b}[2J\n".repeat(60);
    let commit = Commit {
        author: long.clone(),
        email: long.clone(),
        summary: long.clone(),
        ..commit(b'1', THEN)
    };
    let both = [None, Some(commit.clone())].map(|removed| Attribution {
        introduced: Some(commit.clone()),
        removed,
        renamed_from: Some(long.clone().into_bytes()),
        refs: vec![long.clone().into_bytes(); 100],
        refs_total: 999_999,
        ..attribution()
    });
    for attribution in both {
        let lines = told(attribution, Some(Reachable::Refs));
        assert_eq!(lines.len(), 2);
        for line in lines {
            assert!(line.chars().count() <= 100, "{line}");
            assert!(!line.contains('\u{1b}'), "{line}");
        }
    }
}

fn json_of(outcome: &Outcome) -> Value {
    serde_json::from_str(&report(Format::Json, outcome, &now())).expect("JSON")
}

#[test]
fn json_has_dates_in_utc_ages_in_days_and_commits() {
    let history = Attribution {
        removed: Some(commit(b'2', i64::MAX)),
        events_total: 7,
        refs_total: 2,
        renamed_from: Some(b"old.py".to_vec()),
        ..attribution()
    };
    let report = json_of(&with(history, Some(Reachable::Stash)));
    let key = &report["keys"][0];
    assert_eq!(key["first_seen"], "2023-04-05T06:07:08Z");
    assert_eq!(key["age_days"], 3 * 365 + 2);
    assert_eq!(
        (&key["pushed"], &key["at_head"]),
        (&json!(true), &json!(true))
    );
    let place = &key["locations"][0];
    let expected = json!({
        "commit": "1".repeat(40),
        "author": "Ada",
        "email": "ada@example.org",
        "date": "2023-04-05T06:07:08Z",
        "summary": "Add the client",
    });
    assert_eq!(place["introduced"], expected);
    // A date that no calendar has.
    assert_eq!(place["removed"]["date"], Value::Null);
    assert_eq!(
        place["events"],
        json!([{"kind": "introduced", "commit": "1".repeat(40), "date": "2023-04-05T06:07:08Z"}])
    );
    assert_eq!(place["refs"], json!(["refs/heads/main", "refs/tags/v1"]));
    assert_eq!(
        (&place["events_total"], &place["refs_total"]),
        (&json!(7), &json!(2))
    );
    assert_eq!(
        (&place["renamed_from"], &place["reachable"]),
        (&json!("old.py"), &json!("stash"))
    );
    let cut = Attribution {
        at_or_before: true,
        ..attribution()
    };
    let report = json_of(&with(cut, None));
    let introduced = &report["keys"][0]["locations"][0]["introduced"];
    assert_eq!(introduced["at_or_before"], true);
}

#[test]
fn json_lines_repeat_the_key_and_end_with_a_summary() {
    let mut outcome = with(attribution(), None);
    outcome.keys[0]
        .locations
        .push(at(Origin::CommitMessage, None));
    outcome.keys.push(Key {
        rule: "other".to_owned(),
        ..outcome.keys[0].clone()
    });
    let text = report(Format::Jsonl, &outcome, &now());
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let types: Vec<&Value> = lines.iter().map(|line| &line["type"]).collect();
    let expected = [
        "location", "location", "location", "location", "problem", "summary",
    ];
    assert_eq!(types, expected);
    let whole = json_of(&outcome);
    for (line, key, place) in [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1)] {
        let line = lines[line].as_object().expect("an object");
        let key = whole["keys"][key].as_object().expect("an object");
        let place = key["locations"][place].as_object().expect("an object");
        let facts = key.iter().filter(|(name, _)| *name != "locations");
        let place = place.iter().map(|(name, value)| match name.as_str() {
            "notes" => ("location_notes", value),
            name => (name, value),
        });
        let facts = facts.map(|(name, value)| (name.as_str(), value));
        for (name, value) in facts.clone().chain(place.clone()) {
            assert_eq!(line.get(name), Some(value), "{name}");
        }
        // No name is in both, or a fact would be hidden by another; `type` and `schema` are a line's own.
        assert_eq!(line.len(), facts.count() + place.count() + 2);
    }
    assert_eq!(lines[4]["kind"], "damaged-pack");
    let summary = &lines[5];
    assert_eq!(summary["complete"], false);
    assert_eq!(
        (&summary["keys"], &summary["locations"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(
        (&summary["problems"], &summary["suppressed"]),
        (&json!(1), &json!(0))
    );
    assert!(lines.iter().all(|line| line["schema"] == "aisaleaks/1"));

    let clean = report(Format::Jsonl, &Outcome::default(), &now());
    assert_eq!(clean.lines().count(), 1);
    assert!(clean.contains("\"type\":\"summary\"") && clean.contains("\"complete\":true"));
}

/// A history with a key wherever text from the input goes.
pub(super) fn leaky() -> Outcome {
    let key = key_text();
    let leaky = Commit {
        author: key.clone(),
        email: format!("{key}@example.org"),
        summary: format!("add {key}"),
        ..commit(b'1', THEN)
    };
    let history = Attribution {
        introduced: Some(leaky.clone()),
        removed: Some(leaky),
        refs: vec![format!("refs/heads/{key}").into_bytes()],
        refs_total: 1,
        renamed_from: Some(format!("old/{key}").into_bytes()),
        ..attribution()
    };
    with(history, None)
}

#[test]
fn no_report_shows_a_key_in_names_of_refs_commits_and_people() {
    for removed in [true, false] {
        let mut outcome = leaky();
        if let (false, Some(history)) = (removed, &mut outcome.keys[0].locations[0].attribution) {
            history.removed = None;
        }
        for format in Format::ALL {
            let options = Options {
                sarif_authors: true,
                ..now()
            };
            let text = report(format, &outcome, &options);
            assert!(!text.contains("Zq8Lr2Tw"), "{text}");
        }
    }
}
