//! GitLab's reports, each held against GitLab's schema and against what its reader makes of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{limits, schema};
use crate::model::{
    Allowed, AllowedBy, Confidence, Context, FingerprintKey, Hygiene, Key, Location, Note,
    ObjectId, Origin, Outcome, Place, Problem, ProblemKind, Secret, Severity,
};
use crate::report::history_tests::{attribution, leaky};
use crate::report::tests::{at, key_text, outcome, report};
use crate::report::{Format, Options};

/// 2026-01-02T03:04:05Z.
const NOW: i64 = 1_767_323_045;

fn options() -> Options<'static> {
    Options {
        now: jiff::Timestamp::from_second(NOW).expect("a date"),
        ..Options::default()
    }
}

/// The report, which is held against the schema first, and against what must be so in every one.
fn told_with(outcome: &Outcome, options: &Options<'_>) -> Value {
    let text = report(Format::Gitlab, outcome, options);
    assert!(!text.contains("Zq8Lr2Tw"), "{text}");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(schema::errors(&told), [""; 0], "{text}");
    assert_eq!(told["scan"]["type"], "secret_detection");
    let ids: BTreeSet<&str> = list(&told)
        .iter()
        .filter_map(|at| at["id"].as_str())
        .collect();
    assert_eq!(ids.len(), list(&told).len(), "ids are unique");
    for one in list(&told) {
        assert_eq!(one.get("raw_source_code_extract"), None);
        let lines = &one["location"];
        assert!(lines["start_line"].as_u64() >= Some(1));
        assert!(lines["end_line"].as_u64() >= lines["start_line"].as_u64());
        assert_eq!(one["identifiers"][0]["type"], "aisaleaks_fingerprint");
    }
    told
}

pub(in crate::report) fn told(outcome: &Outcome) -> Value {
    told_with(outcome, &options())
}

pub(in crate::report) fn list(told: &Value) -> &[Value] {
    told["vulnerabilities"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

pub(in crate::report) fn messages(told: &Value) -> Vec<(&str, &str)> {
    let messages = told["scan"]["messages"].as_array().expect("messages");
    let text = |value: &Value| -> Option<&'static str> { Some(value.as_str()?.to_owned().leak()) };
    let pairs = messages.iter();
    pairs
        .map(|at| {
            (
                text(&at["level"]).expect("a level"),
                text(&at["value"]).expect("text"),
            )
        })
        .collect()
}

fn only(locations: Vec<Location>) -> Outcome {
    let mut one = outcome();
    one.problems.clear();
    one.keys[0].locations = locations;
    one
}

#[test]
fn a_report_as_a_whole() {
    let mut place = at(Origin::Worktree, Some(b"src/app.py"));
    place.context = outcome().keys[0].locations[0].context.clone();
    place.attribution = Some(Box::new(attribution()));
    place.notes = vec![Note::CiLiteral];
    let mut one = only(vec![place]);
    one.keys[0].notes = vec![Note::Pushed, Note::CiLiteral];
    let fingerprint = one.keys[0].secret.fingerprint();
    let told = told(&one);
    let id = list(&told)[0]["id"].as_str().expect("an id");
    let expected = json!({
        "version": "15.0.4",
        "schema": super::SCHEMA,
        "scan": {
            "analyzer": {
                "id": "aisaleaks", "name": "aisaleaks", "vendor": {"name": "aisaleaks"},
                "version": env!("CARGO_PKG_VERSION"),
            },
            "scanner": {
                "id": "aisaleaks", "name": "aisaleaks", "vendor": {"name": "aisaleaks"},
                "version": env!("CARGO_PKG_VERSION"),
            },
            "type": "secret_detection",
            "start_time": "2026-01-02T03:04:04",
            "end_time": "2026-01-02T03:04:05",
            "status": "success",
            "messages": [{"level": "info", "value": "Left out: 4 ignored"}],
        },
        "vulnerabilities": [{
            "id": id,
            "name": "Leaked AIsa API key",
            "description": "The AIsa API key `sk-aisa-…Q9k` stands in `src/app.py:3:8` (found by `aisa-api-key`). \
                Whoever has it spends from its wallet until it is revoked. It was pushed: treat it as public. \
                First committed on 2023-04-05.\n\nci-literal: a literal in CI; use its secret store and a ci-tests key \
                with a low spend cap.",
            "severity": "Critical",
            "solution": "1. Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect \
                at once.\n2. Create a new key with the same label and a version suffix (prod-web-app-v2).\n3. Put the \
                new key in your secret manager and deploy it; code reads it from AISA_API_KEY.\n4. Check the usage \
                logs, filtered by the old key.\n5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).",
            "identifiers": [
                {"type": "aisaleaks_fingerprint", "name": format!("Key {fingerprint}"), "value": fingerprint},
                {"type": "aisaleaks_rule_id", "name": "Rule aisa-api-key", "value": "aisa-api-key"},
            ],
            "links": [{"name": "AIsa console, API Keys", "url": "https://console.aisa.one"}],
            "location": {
                "file": "src/app.py", "start_line": 3, "end_line": 3,
                "commit": {"sha": "1".repeat(40), "date": "2023-04-05T06:07:08Z"},
            },
            "details": {
                "redacted": {"name": "Key", "type": "text", "value": "sk-aisa-…Q9k"},
                "place": {"name": "Place", "type": "text", "value": "src/app.py:3:8"},
                "line": {"name": "Line", "type": "code", "value": "    key = \"sk-aisa-…Q9k\""},
                "refs": {"name": "Still in", "type": "text", "value": "refs/heads/main, refs/tags/v1"},
                "notes": {"name": "Notes", "type": "text", "value": "ci-literal"},
            },
            "tracking": {"type": "source", "items": [{
                "file": "src/app.py", "start_line": 3, "end_line": 3,
                "signatures": [{"algorithm": "hash", "value": id}],
            }]},
        }],
    });
    assert_eq!(told, expected, "{told:#}");
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert!(parts == [8, 4, 4, 4, 12] && &id[14..15] == "8", "{id}");
}

#[test]
fn nothing_found_is_a_success_with_an_empty_list() {
    let told = told(&Outcome::default());
    assert_eq!(told["vulnerabilities"], json!([]));
    assert_eq!(told["scan"]["status"], "success");
    assert_eq!(messages(&told), []);
}

#[test]
fn what_could_not_be_read_is_a_failure_and_said() {
    let mut partial = outcome();
    partial.keys.clear();
    partial.stats.excluded.clear();
    let first = told(&partial);
    assert_eq!(first["scan"]["status"], "failure");
    let verdict = "No keys in what could be read, but not everything could be read.";
    let problem = "damaged-pack: pack-sk-aisa-…Q9k: it is cut off at sk-aisa-…Q9k\\x07";
    assert_eq!(messages(&first), [("warn", verdict), ("warn", problem)]);

    partial.problems[0].accepted = Some("test data".to_owned());
    let accepted = told(&partial);
    assert_eq!(accepted["scan"]["status"], "success");
    let said = format!("Accepted (test data): {problem}");
    assert_eq!(messages(&accepted), [("info", said.as_str())]);

    partial.interrupted = true;
    let cut = told(&partial);
    assert_eq!(cut["scan"]["status"], "failure");
    assert_eq!(messages(&cut)[0].0, "fatal");

    let many = (0..1000).map(|nth| Problem::new(ProblemKind::Unreadable, format!("{nth}"), "no"));
    partial.problems = many.collect();
    let many = told(&partial);
    assert_eq!(messages(&many).len(), limits::MESSAGES + 2);
    let last = messages(&many)[limits::MESSAGES + 1].1;
    assert_eq!(last, "and 900 more; see -f json");
}

#[test]
fn ids_stay_when_lines_move_and_differ_between_places_and_keys() {
    let ids = |line: u64, blob: u8| {
        let mut one = at(Origin::Worktree, Some(b"a.py"));
        one.place = Some(Place {
            line,
            column: 1,
            end_line: line,
            end_column: 52,
        });
        one.blob = ObjectId::from_hex(&[blob; 40]);
        let mut history = one.clone();
        history.origin = Origin::History;
        let mut message = at(Origin::CommitMessage, None);
        message.blob = ObjectId::from_hex(&[b'1'; 40]);
        let mut other = message.clone();
        other.blob = ObjectId::from_hex(&[b'2'; 40]);
        let places = vec![one.clone(), one.clone(), history, message, other];
        let mut both = only(places);
        both.keys.push(Key {
            secret: Secret::new(&key_text().replace("Q9k", "R8j")),
            locations: vec![one],
            ..both.keys[0].clone()
        });
        let told = told(&both);
        let ids = list(&told).iter().map(|at| at["id"].to_string());
        ids.collect::<Vec<String>>()
    };
    assert_eq!(ids(1, b'a'), ids(900, b'b'));
    assert_eq!(ids(1, b'a').len(), 6);
}

#[test]
fn two_keys_in_a_line_have_no_identifier_in_common() {
    let place = at(Origin::Worktree, Some(b"a.py"));
    let mut both = only(vec![place.clone()]);
    both.keys.push(Key {
        secret: Secret::new(&key_text().replace("Q9k", "R8j")),
        ..both.keys[0].clone()
    });
    let told = told(&both);
    let values = |at: usize| {
        let identifiers = list(&told)[at]["identifiers"].as_array().cloned();
        let values = identifiers.into_iter().flatten();
        values
            .map(|at| at["value"].to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!((values(0).len(), values(1).len()), (2, 1));
    assert!(values(0).is_disjoint(&values(1)));
}

#[test]
fn severities_follow_confidence() {
    for (confidence, severity) in [
        (Confidence::High, "Critical"),
        (Confidence::Medium, "High"),
        (Confidence::Low, "Low"),
    ] {
        let mut one = only(vec![at(Origin::Worktree, Some(b"a.py"))]);
        one.keys[0].confidence = confidence;
        assert_eq!(list(&told(&one))[0]["severity"], severity);
    }
}

#[test]
fn paths_count_from_the_checkout_and_the_rest_stands_in_git() {
    let options = Options {
        below: b"sub dir/x",
        ..options()
    };
    let mut message = at(Origin::CommitMessage, None);
    message.context = outcome().keys[0].locations[0].context.clone();
    let places = vec![
        at(Origin::Worktree, Some(b"a\nb`@all`\x1b\xff.py")),
        at(Origin::Worktree, Some(b"/abs.py")),
        message,
        at(Origin::RefName, Some(b"refs/heads/x")),
        at(Origin::Stdin, None),
    ];
    let told = told_with(&only(places), &options);
    let files: Vec<&Value> = list(&told)
        .iter()
        .map(|at| &at["location"]["file"])
        .collect();
    let odd = "sub dir/x/a\\nb`@all`\\x1b\\xff.py";
    assert_eq!(files, [odd, "/abs.py", ".git", ".git", ".git"]);
    let text = list(&told)[0]["description"].as_str().expect("a text");
    assert!(
        text.contains("`sub dir/x/a\\nb'@all'\\x1b\\xff.py:3:8`"),
        "{text}"
    );
    let message = &list(&told)[2];
    assert_eq!(message["location"]["start_line"], 1);
    assert_eq!(message["details"].get("line"), None);
    assert_eq!(message["location"]["commit"]["sha"], "b".repeat(40), "HEAD");
    let mut nowhere = only(vec![at(Origin::Stdin, None)]);
    nowhere.targets.clear();
    let told = super::tests::told(&nowhere);
    assert_eq!(list(&told)[0]["location"]["commit"]["sha"], "0000000");
}

#[test]
fn people_are_named_only_on_request() {
    let mut place = at(Origin::History, Some(b"a.py"));
    place.attribution = Some(Box::new(attribution()));
    let mut reflog = at(Origin::Config, Some(b".git/logs/HEAD"));
    reflog.context = Some(Context {
        text: "Ada <ada@example.org> Add the client".to_owned(),
        start: 0,
        end: 3,
    });
    let outcome = only(vec![place, reflog]);
    let asked = Options {
        sarif_authors: true,
        ..options()
    };
    let (without, with) = (told(&outcome), told_with(&outcome, &asked));
    for personal in ["Ada", "ada@example.org", "Add the client"] {
        assert!(!without.to_string().contains(personal), "{personal}");
        assert!(with.to_string().contains(personal), "{personal}");
    }
    let commit = &list(&with)[0]["location"]["commit"];
    assert_eq!(commit["author"], "Ada <ada@example.org>");
    told_with(&leaky(), &asked);
}

#[test]
fn what_is_left_out_is_said() {
    let mut outcome = only(vec![
        at(Origin::Worktree, Some(b"a.py"));
        limits::PLACES + 30
    ]);
    outcome.stats.excluded.clear();
    let mut allowed = at(Origin::Worktree, Some(b"a.py"));
    allowed.allowed = Some(Allowed {
        by: AllowedBy::Config,
        reason: None,
    });
    outcome.suppressed = vec![Key {
        locations: vec![allowed],
        ..outcome.keys[0].clone()
    }];
    outcome.hygiene = vec![Hygiene {
        path: b".env".to_vec(),
        line: None,
        rule: "dotenv-tracked",
        severity: Severity::Warning,
        message: "git tracks it".to_owned(),
        example: "git rm --cached .env",
    }];
    outcome.stale = vec![format!("f:1: {}", key_text())];
    let told = told(&outcome);
    assert_eq!(list(&told).len(), limits::PLACES);
    assert_eq!(told["scan"]["status"], "success");
    let expected = [
        (
            "warn",
            "30 places left out: at most 1,000 of a key are listed. -f json has them all.",
        ),
        (
            "info",
            "1 bad habit left out, as this report is about secrets. -f human has them.",
        ),
        (
            "info",
            "Suppressed: 1 by the configuration; left out of this report",
        ),
        ("info", "Stale: f:1: sk-aisa-…Q9k"),
    ];
    assert_eq!(messages(&told), expected);
}

#[test]
fn thousands_of_keys_stay_below_what_gitlab_takes() {
    let mut outcome = only(Vec::new());
    let one = outcome.keys[0].clone();
    let long = vec![b'a'; 10_000];
    outcome.keys = (0..2000)
        .map(|nth| Key {
            secret: Secret::new(&format!("sk-aisa-{nth:043}")),
            locations: vec![at(Origin::Worktree, Some(&long))],
            ..one.clone()
        })
        .collect();
    let text = report(Format::Gitlab, &outcome, &options());
    assert!(text.len() < limits::BYTES + (1 << 20), "{}", text.len());
    let told = told(&outcome);
    assert_eq!(list(&told).len(), 2000);
}

#[test]
fn a_brought_rules_secret_shows_no_character_and_nothing_of_aisa() {
    let rule: Arc<str> = Arc::from("acme-token");
    let mut one = only(vec![at(Origin::Worktree, Some(b"a.py"))]);
    one.keys[0] = Key {
        secret: Secret::foreign("hunter2", &rule, &FingerprintKey::new(b"one")),
        rule: rule.to_string(),
        ..one.keys[0].clone()
    };
    let text = told(&one).to_string();
    assert!(
        !text.contains("hunter2") && !text.contains("console.aisa.one"),
        "{text}"
    );
    assert!(text.contains("Leaked secret: acme-token"), "{text}");
    assert!(text.contains("where it was issued"), "{text}");
}
