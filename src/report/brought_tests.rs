//! What brought rules find: no character of it, and nothing that is true of AIsa's keys alone.

use std::sync::Arc;

use serde_json::Value;

use super::tests::{at, outcome, report};
use super::{Format, Options};
use crate::model::{Allowed, AllowedBy, Confidence, FingerprintKey, Key, Origin, Outcome, Secret};
use crate::rules::{Kind, Rule, Source};

fn rule() -> Rule {
    Rule {
        id: Arc::from("acme-token"),
        description: "A token of [Acme]'s".to_owned(),
        tags: Vec::new(),
        confidence: Confidence::Medium,
        examples: Vec::new(),
        counter_examples: Vec::new(),
        source: Source::File("acme.toml".to_owned(), 1),
        kind: Kind::Brought(Box::default()),
    }
}

fn key(text: &str) -> Key {
    let rule: Arc<str> = Arc::from("acme-token");
    Key {
        secret: Secret::foreign(text, &rule, &FingerprintKey::new(b"one")),
        rule: rule.to_string(),
        confidence: Confidence::Medium,
        locations: vec![at(Origin::Worktree, Some(b"a.py"))],
        notes: Vec::new(),
        verdict: Default::default(),
    }
}

/// Two secrets of a brought rule, and nothing else.
fn brought() -> Outcome {
    let mut outcome = outcome();
    outcome.problems.clear();
    outcome.stats.excluded.clear();
    outcome.keys = vec![key("hunter2"), key("hunter3")];
    outcome
}

fn of(format: Format, outcome: &Outcome, show_suppressed: bool) -> String {
    let rules = [rule()];
    let options = Options {
        rules: &rules,
        show_suppressed,
        ..Options::default()
    };
    report(format, outcome, &options)
}

#[test]
fn a_person_reads_what_the_rule_is_about_once_and_nothing_of_aisa() {
    let expected = r"warning: acme-token (not shown)  medium confidence, 1 place
  acme-token: A token of [Acme]'s
  a.py:3:8

warning: acme-token (not shown)  medium confidence, 1 place
  a.py:3:8

What to do now
  1. Revoke each secret, before anything else, where it was issued: its rule says what it is.
  2. Create a new one.
  3. Put the new one in your secret manager and deploy it; code reads it from there.
  4. Check the issuer's logs for uses of the old one that were not yours.
  5. Only then clean the files and the git history.

Scanned 12 files and 3,401 blobs in 790 commits (12.3 MiB) in 0.9 s: 2 keys in 2 places
";
    assert_eq!(of(Format::Human, &brought(), false), expected);
}

#[test]
fn steps_for_both_name_the_console_for_aisas_keys_alone() {
    let mut both = brought();
    both.keys.extend(outcome().keys);
    let text = of(Format::Human, &both, false);
    for line in [
        "  1. Revoke each AIsa key, before anything else: https://console.aisa.one, API Keys. It takes effect at once.",
        "     Revoke each other secret where it was issued: its rule says what it is.",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

#[test]
fn what_is_suppressed_is_named_by_its_rule() {
    let mut outcome = brought();
    let mut allowed = outcome.keys.pop().expect("two");
    allowed.locations[0].allowed = Some(Allowed {
        by: AllowedBy::DisabledRule,
        reason: None,
    });
    outcome.suppressed = vec![allowed];
    let short = of(Format::Human, &outcome, false);
    let line = "Suppressed: 1 by a disabled rule; --show-suppressed lists them";
    assert!(short.lines().any(|found| found == line), "{short}");
    let long = of(Format::Human, &outcome, true);
    assert!(
        long.contains("Suppressed: acme-token (not shown)  1 place\n"),
        "{long}"
    );
    assert!(!long.contains("lists them"), "{long}");
}

#[test]
fn sarif_has_the_rules_description_and_no_words_about_aisa() {
    let log: Value = serde_json::from_str(&of(Format::Sarif, &brought(), false)).expect("JSON");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        result["message"]["text"],
        "A token of \\[Acme\\]'s. Leaked (a.py:3), found by acme-token. \
         Revoke it first, where it was issued."
    );
    let described = &run["tool"]["driver"]["rules"][0];
    assert_eq!(described["id"], "acme-token");
    assert_eq!(described.get("helpUri"), None);
    let help = described["help"]["markdown"].as_str().expect("help");
    assert!(help.contains("where it was issued"), "{help}");
    assert!(
        !help.contains("console.aisa.one") && !help.contains("AISA_API_KEY"),
        "{help}"
    );
}

#[test]
fn sarif_tells_two_secrets_on_a_line_apart() {
    let log: Value = serde_json::from_str(&of(Format::Sarif, &brought(), false)).expect("JSON");
    let hash = |at: usize| {
        let result = &log["runs"][0]["results"][at];
        let text = result["partialFingerprints"]["primaryLocationLineHash"].as_str();
        text.expect("a hash").to_owned()
    };
    assert_ne!(hash(0), hash(1));
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (digits, occurrence) = hash(0)
        .split_once(':')
        .map_or_else(Default::default, |(a, b)| (a.to_owned(), b.to_owned()));
    assert!(digits.len() == 16 && hexadecimal(&digits), "{digits}");
    assert_eq!(occurrence, "1");
}
