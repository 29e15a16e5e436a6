//! What somebody allowed, and what is stale in the configuration, in every format.

use serde_json::{Value, json};

use super::tests::{at, key_text, outcome, report};
use super::{Format, Options};
use crate::model::{Allowed, AllowedBy, Origin, Outcome};

/// A key that counts at one place, and is allowed at four others.
fn partly() -> Outcome {
    let mut outcome = outcome();
    outcome.problems.clear();
    outcome.keys.truncate(1);
    outcome.keys[0].locations.truncate(1);
    let mut suppressed = outcome.keys[0].clone();
    let reasons = [
        (
            AllowedBy::Inline,
            Some(format!("like \u{1b}[2J{}", key_text())),
        ),
        (AllowedBy::Config, Some("test data".to_owned())),
        (AllowedBy::DisabledRule, None),
        (AllowedBy::Baseline, Some("known".to_owned())),
    ];
    suppressed.locations = reasons
        .map(|(by, reason)| {
            let mut place = at(Origin::Worktree, Some(b"tests/a.py"));
            place.allowed = Some(Allowed { by, reason });
            place
        })
        .to_vec();
    outcome.suppressed = vec![suppressed];
    outcome.stale = vec![format!(".aisaleaks.toml:3: {} is stale", key_text())];
    outcome
}

fn listed() -> Options<'static> {
    Options {
        show_suppressed: true,
        ..Options::default()
    }
}

#[test]
fn people_read_who_allowed_what_only_on_request() {
    let short = report(Format::Human, &partly(), &Options::default());
    assert!(short.contains("1 key in 1 place, 4 suppressed"), "{short}");
    assert!(!short.contains("tests/a.py"), "{short}");
    let long = report(Format::Human, &partly(), &listed());
    for line in [
        "Suppressed: sk-aisa-…Q9k  aisa-api-key, 4 places",
        "  tests/a.py:3:8  inline: like \\x1b[2Jsk-aisa-…Q9k",
        "  tests/a.py:3:8  config: test data",
        "  tests/a.py:3:8  disabled-rule",
        "  tests/a.py:3:8  baseline: known",
        "Stale: .aisaleaks.toml:3: sk-aisa-…Q9k is stale",
    ] {
        assert!(long.lines().any(|found| found == line), "{line} in\n{long}");
    }
}

#[test]
fn programs_read_it_only_on_request() {
    let json = |options: &Options<'_>| -> Value {
        let text = report(Format::Json, &partly(), options);
        assert!(!text.contains(&key_text()));
        serde_json::from_str(&text).expect("JSON")
    };
    let short = json(&Options::default());
    assert_eq!(short.get("suppressed_keys"), None);
    assert_eq!(short["suppressed"], 4);
    assert_eq!(
        short["stale"],
        json!([".aisaleaks.toml:3: sk-aisa-…Q9k is stale"])
    );
    let long = json(&listed());
    let places = &long["suppressed_keys"][0]["locations"];
    assert_eq!(
        places[1]["allowed"],
        json!({"by": "config", "reason": "test data"})
    );
    assert_eq!(
        places[2]["allowed"],
        json!({"by": "disabled-rule", "reason": null})
    );
    assert_eq!(
        places[3]["allowed"],
        json!({"by": "baseline", "reason": "known"})
    );
    assert_eq!(long["keys"][0]["locations"][0].get("allowed"), None);

    let lines = |options: &Options<'_>| -> Vec<Value> {
        let text = report(Format::Jsonl, &partly(), options);
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect()
    };
    let kinds = |lines: &[Value]| -> Vec<String> {
        lines
            .iter()
            .map(|line| line["type"].as_str().expect("a type").to_owned())
            .collect()
    };
    assert_eq!(kinds(&lines(&Options::default())), ["location", "summary"]);
    let long = lines(&listed());
    assert_eq!(
        kinds(&long),
        [
            "location",
            "suppressed",
            "suppressed",
            "suppressed",
            "suppressed",
            "summary"
        ]
    );
    assert_eq!(long[2]["allowed"]["by"], "config");
    assert_eq!(
        (&long[5]["suppressed"], &long[5]["keys"]),
        (&4.into(), &1.into())
    );
    assert_eq!(
        long[5]["stale"][0],
        ".aisaleaks.toml:3: sk-aisa-…Q9k is stale"
    );
}
