//! What places mean and bad habits, in every report.

use serde_json::{Value, json};

use super::tests::{at, key_text, outcome, report};
use super::{Format, Options};
use crate::model::{Hygiene, Key, Note, Origin, Outcome, Secret, Severity};

fn habit(path: &[u8], line: Option<u64>, severity: Severity) -> Hygiene {
    Hygiene {
        path: path.to_vec(),
        line,
        rule: "dotenv-not-ignored",
        severity,
        message: format!("no rule covers [it] {}", key_text()),
        example: "echo .env >> .gitignore",
    }
}

/// A key with notes in two places, another one with some of them, and habits.
fn noted() -> Outcome {
    let mut outcome = outcome();
    outcome.problems.clear();
    outcome.stats.excluded.clear();
    let mut one = at(Origin::Worktree, Some(b"dist/app.js"));
    one.notes = vec![Note::ClientExposed, Note::EnvFallback];
    let mut other = at(Origin::Worktree, Some(b"tests/a.py"));
    other.notes = vec![Note::InTest];
    outcome.keys[0].notes = vec![
        Note::Pushed,
        Note::ClientExposed,
        Note::EnvFallback,
        Note::InTest,
    ];
    outcome.keys[0].locations = vec![one.clone(), other];
    outcome.keys.push(Key {
        secret: Secret::new(&key_text().replace("Q9k", "R8j")),
        notes: vec![Note::EnvFallback, Note::RotationDue],
        locations: vec![one],
        ..outcome.keys[0].clone()
    });
    outcome.hygiene = vec![
        habit(b".env", Some(2), Severity::Warning),
        habit(b"a/.env\x1b", None, Severity::Warning),
        Hygiene {
            rule: "dotenv-tracked",
            message: "git tracks it".to_owned(),
            ..habit(b"b/.env", None, Severity::Note)
        },
    ];
    outcome
}

fn of(format: Format) -> String {
    report(format, &noted(), &Options::default())
}

#[test]
fn each_note_is_explained_once_and_habits_have_a_section() {
    let expected = r#"error: sk-aisa-…Q9k  high confidence, aisa-api-key, 2 places
  client-exposed: browsers or phones download it; keep the key on a server of yours
  env-fallback: used wherever the variable is not set; read the variable, and fail without it
  in-test: tests are code that everybody has; make a key up, or read a variable
  dist/app.js:3:8  client-exposed, env-fallback
  tests/a.py:3:8  in-test

error: sk-aisa-…R8j  high confidence, aisa-api-key, 1 place
  rotation-due: first committed over 90 days ago, and still there; rotate every 90 days
  see above: env-fallback
  dist/app.js:3:8  client-exposed, env-fallback

What to do now
  1. Revoke each key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.
  2. Create a new key with the same label and a version suffix (prod-web-app-v2).
  3. Put the new key in your secret manager and deploy it; code reads it from AISA_API_KEY.
  4. Check the usage logs, filtered by the old key.
  5. Only then clean the files (aisaleaks fix) and the git history (aisaleaks purge-plan).

Habits that will leak a key
  warning: no rule covers [it] sk-aisa-…Q9k (dotenv-not-ignored)
    .env:2
    a/.env\x1b
    the right way: echo .env >> .gitignore
  note: git tracks it (dotenv-tracked)
    b/.env
    the right way: echo .env >> .gitignore

Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 2 keys in 3 places, 3 bad habits
"#;
    assert_eq!(of(Format::Human), expected);
}

#[test]
fn very_many_habits_are_counted() {
    let mut many = noted();
    let habits = (0..1030).map(|nth| habit(b"a", Some(nth + 1), Severity::Warning));
    many.hygiene = habits.collect();
    let text = report(Format::Human, &many, &Options::default());
    assert!(text.contains("    and 1,025 more; see -f json"), "{text}");
    let habits = (0..25).map(|nth| Hygiene {
        message: format!("number {nth:02}"),
        ..habit(b"a", None, Severity::Warning)
    });
    many.hygiene = habits.collect();
    let text = report(Format::Human, &many, &Options::default());
    assert!(
        text.contains("number 19") && !text.contains("number 20"),
        "{text}"
    );
    assert!(text.contains("  and 5 more; see -f json"), "{text}");
}

#[test]
fn json_has_notes_of_keys_and_of_places_and_habits() {
    let report: Value = serde_json::from_str(&of(Format::Json)).expect("JSON");
    let key = &report["keys"][0];
    assert_eq!(
        key["notes"],
        json!(["pushed", "client-exposed", "env-fallback", "in-test"])
    );
    let places = ["client-exposed", "env-fallback"];
    assert_eq!(key["locations"][0]["notes"], json!(places));
    assert_eq!(key["locations"][1]["notes"], json!(["in-test"]));
    let habit = json!({
        "rule": "dotenv-not-ignored",
        "severity": "warning",
        "path": ".env",
        "line": 2,
        "message": "no rule covers [it] sk-aisa-…Q9k",
        "example": "echo .env >> .gitignore",
    });
    assert_eq!(report["hygiene"][0], habit);
    assert_eq!(report["hygiene"][2]["severity"], "note");

    let jsonl = of(Format::Jsonl);
    let lines = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let lines: Vec<Value> = lines.collect();
    assert_eq!(lines[0]["notes"], key["notes"]);
    assert_eq!(lines[0]["location_notes"], json!(places));
    let types: Vec<&Value> = lines.iter().map(|line| &line["type"]).collect();
    let expected = [
        "location", "location", "location", "hygiene", "hygiene", "hygiene", "summary",
    ];
    assert_eq!(types, expected);
    assert_eq!(
        (&lines[3]["line"], &lines[3]["schema"]),
        (&json!(2), &json!("aisaleaks/1"))
    );
    assert_eq!(lines[6]["hygiene"], 3);
}

#[test]
fn no_report_shows_a_key_in_a_habit() {
    let mut outcome = noted();
    outcome.hygiene[0].path = key_text().into_bytes();
    for format in Format::ALL {
        let text = report(format, &outcome, &Options::default());
        assert!(!text.contains("Zq8Lr2Tw"), "{text}");
    }
}
