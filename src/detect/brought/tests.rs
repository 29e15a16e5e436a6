//! Holds the search of brought rules to what their expressions find in whole texts.

use std::ops::Range;
use std::sync::Arc;

use crate::detect::{Detector, Match, Scratch, Text};
use crate::model::{Confidence, Judgement};
use crate::rules::{
    Brought, Comparison, Condition, Field, Kind, Patterns, Required, Rule, Source, Words,
};

fn rule(id: &str, brought: Brought) -> Rule {
    Rule {
        id: id.into(),
        description: String::new(),
        tags: Vec::new(),
        confidence: Confidence::Medium,
        examples: Vec::new(),
        counter_examples: Vec::new(),
        source: Source::File("rules.toml".into(), 1),
        kind: Kind::Brought(Box::new(brought)),
    }
}

fn plain(regex: &str) -> Brought {
    Brought {
        regex: Some(regex.to_owned()),
        specificity: 100,
        ..Brought::default()
    }
}

fn detector(rules: Vec<Rule>) -> Detector {
    let built_in = crate::rules::builtin().expect("valid rules");
    Detector::new(built_in.into_iter().chain(rules).collect())
}

/// The findings in a text: rule and secret.
fn found(detector: &Detector, text: &str, path: Option<&str>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    detector.search(text.as_bytes(), None, &mut out);
    let searched = Text {
        path: path.map(str::as_bytes),
        ..Text::whole(text.as_bytes())
    };
    detector.search_brought(searched, &[], &mut Scratch::default(), &mut out);
    detector.settle(&[], &mut out);
    let told = |found: &Match| {
        let rule = detector.rules()[usize::from(found.rule)].id.to_string();
        (rule, text[found.start..found.end].to_owned())
    };
    out.iter()
        .filter(|found| found.confidence.is_some())
        .map(told)
        .collect()
}

/// Where the matches are that the explanation calls findings.
fn explained(
    detector: &Detector,
    text: &str,
    windows: Option<&[Range<usize>]>,
) -> Vec<(usize, usize)> {
    let text = Text {
        windows,
        ..Text::whole(text.as_bytes())
    };
    let mut judged: Vec<Judgement> = Vec::new();
    detector.explain_brought(text, |judgement| judged.push(judgement));
    judged.retain(|judged| judged.confidence.is_some());
    judged
        .iter()
        .map(|judged| (judged.start, judged.end))
        .collect()
}

fn secrets(rule_: Brought, text: &str) -> Vec<String> {
    let detector = detector(vec![rule("r", rule_)]);
    found(&detector, text, None)
        .into_iter()
        .map(|(_, secret)| secret)
        .collect()
}

#[test]
fn the_secret_is_the_group_that_was_asked_for() {
    let text = "token = 'abcd-1234';\ntoken=efgh-5678\n";
    let regex = r"(?i)token\s*=\s*'?(([a-z]{4})-([0-9]{4}))";
    assert_eq!(secrets(plain(regex), text), ["abcd-1234", "efgh-5678"]);
    let third = Brought {
        secret_group: 3,
        ..plain(regex)
    };
    assert_eq!(secrets(third, text), ["1234", "5678"]);
    assert_eq!(
        secrets(plain("token ?= ?'?[a-z]+"), text),
        ["token = 'abcd", "token=efgh"]
    );
    // Context that is not in the match itself is not there when the groups are looked for.
    assert_eq!(secrets(plain(r"\btoken=(\w+)-"), text), ["efgh"]);
}

#[test]
fn every_way_of_searching_finds_the_same() {
    // Literals, alternatives with literals each, keywords without literals, neither.
    let text = "x secret_key: 0123456789abcdef0123 y\nkey2=0123456789abcdef0123\nsecret 0000\n";
    let digits = "0123456789abcdef0123".to_owned();
    for (regex, keywords) in [
        (r"(?i)secret_key: ([0-9a-f]{20})", vec![]),
        (
            r"(?i)[\w.]{0,50}?(?:secret|token)(?:[ \w]{0,20}): ([0-9a-f]{20})",
            vec!["secret"],
        ),
        (r"(?:secret_key: |passwords: )([0-9a-f]{20})", vec![]),
        (r"[ :]([0-9a-f]{20})\b", vec!["SECRET"]),
        (r"[ :]([0-9a-f]{20})\b", vec![]),
    ] {
        let keywords: Vec<String> = keywords.iter().map(|word| word.to_lowercase()).collect();
        let brought = Brought {
            keywords,
            ..plain(regex)
        };
        let detector = detector(vec![rule("r", brought)]);
        let expected = [("r".to_owned(), digits.clone())];
        assert_eq!(found(&detector, text, None), expected, "{regex}");
        // And what is found is explained; where no literal leads there, by where it begins.
        let at = text.find(&digits).expect("it is there");
        let span = (at, at + digits.len());
        assert_eq!(explained(&detector, text, None), [span], "{regex}");
        if !regex.contains("secret") {
            let (before, there) = ([0..1, 1..at], [0..1, at..at + 1]);
            assert_eq!(explained(&detector, text, Some(&before)), []);
            assert_eq!(explained(&detector, text, Some(&there)), [span]);
        }
    }
    let absent = Brought {
        keywords: vec!["nowhere".into()],
        ..plain(r"secret_key: ([0-9a-f]{20})")
    };
    assert_eq!(secrets(absent, text), [""; 0]);
}

#[test]
fn long_matches_and_many_lines() {
    let body = "MIIEvQ\n".repeat(400);
    let text = format!("a\n-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\nb");
    let regex = r"(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY-----[\s\S-]{64,}?KEY-----";
    let expected = text.trim_start_matches("a\n").trim_end_matches("\nb");
    assert_eq!(secrets(plain(regex), &text), [expected]);
}

#[test]
fn conditions_drop_and_paths_decide() {
    let low = Condition::Entropy(Field::Secret, Comparison::AtMost, 2.0);
    let words = Condition::Contains(Field::Secret, Words::new(vec!["example".into()], true));
    let vendored = Condition::Matches(Field::Path, Patterns::new(vec!["^vendor/".into()]));
    let line = Condition::Matches(Field::Line, Patterns::new(vec!["# no secret".into()]));
    let brought = Brought {
        drops: [low, words, vendored, line].map(Arc::new).into(),
        path: Some(r"\.py$".into()),
        ..plain(r"key=(\w+)")
    };
    let detector = detector(vec![rule("r", brought)]);
    let text = "key=aaaaaaaa\nkey=my_EXAMPLE_1\nkey=good_one_7\nkey=fine_two_8 # no secret";
    let good = [("r".to_owned(), "good_one_7".to_owned())];
    assert_eq!(found(&detector, text, None), good);
    assert_eq!(found(&detector, text, Some("src/a.py")), good);
    assert_eq!(found(&detector, text, Some("vendor/a.py")), []);
    assert_eq!(found(&detector, text, Some("src/a.go")), []);
    let at = text.find("good").expect("it is there");
    let number = detector.rules().len() as u16 - 1;
    let span = (at, at + 10);
    let drops = |path: &str| detector.drops_at(number, text.as_bytes(), span, path.as_bytes());
    assert!(drops("vendor/a.py") && drops("a.go") && drops("") && !drops("src/a.py"));
}

#[test]
fn required_rules_stand_near_by() {
    let required = |before, after, columns| Required {
        id: "id".into(),
        lines_before: before,
        lines_after: after,
        columns,
        optional: false,
    };
    let text = "id=one\n\nkey=two\n      id=three\n\n\nkey=four\n";
    for (needed, expected) in [
        (required(None, None, None), vec!["two", "four"]),
        (required(Some(1), Some(1), None), vec!["two"]),
        (required(Some(2), Some(0), None), vec!["two"]),
        (required(Some(3), Some(0), None), vec!["two", "four"]),
        (required(Some(1), Some(1), Some(2)), vec![]),
        (required(Some(1), Some(1), Some(6)), vec!["two"]),
    ] {
        let helper = Brought {
            helper: true,
            ..plain(r"id=(\w+)")
        };
        let main = Brought {
            required: vec![needed.clone()],
            ..plain(r"key=(\w+)")
        };
        let detector = detector(vec![rule("id", helper), rule("main", main)]);
        let found = found(&detector, text, None);
        let found: Vec<&str> = found.iter().map(|(_, secret)| secret.as_str()).collect();
        assert_eq!(found, expected, "{needed:?}");
    }
}

#[test]
fn the_more_specific_rule_wins_and_aisa_keys_first_of_all() {
    let generic = Brought {
        specificity: 50,
        ..plain(r"(?i)key\w*\s*=\s*'?([\w-]{10,})")
    };
    let special = plain(r"vendor_[a-z]{8}");
    let detector = detector(vec![rule("generic-key", generic), rule("vendor", special)]);
    let key = crate::detect::testing::Rng::new(3).key(true);
    let text = format!("key = 'vendor_abcdefgh'\nkey = 'something-else'\nAISA_API_KEY={key}\n");
    let expected = [
        ("vendor".to_owned(), "vendor_abcdefgh".to_owned()),
        ("generic-key".to_owned(), "something-else".to_owned()),
        ("aisa-api-key".to_owned(), key),
    ];
    assert_eq!(found(&detector, &text, None), expected);
}

#[test]
fn an_expression_of_very_many_parts_still_finds() {
    for regex in [
        format!("{}key=[0-9]+", "(?:a?)".repeat(1_100)),
        format!("{}key=[0-9]+", r"\b".repeat(1_100)),
        format!("(?:[a-z]|{})key=[0-9]+", r"\b".repeat(1_100)),
    ] {
        assert_eq!(secrets(plain(&regex), "x key=123 y"), ["key=123"]);
    }
}

#[test]
fn a_condition_about_the_line_is_asked_again_under_a_path() {
    let line = Condition::Matches(Field::Line, Patterns::new(vec!["# no secret".into()]));
    let rule_ = Brought {
        drops: vec![Arc::new(line)],
        ..plain("key=([0-9a-f]{4})")
    };
    let detector = detector(vec![rule("r", rule_)]);
    let number = detector.rules().len() as u16 - 1;
    for (text, expected) in [
        ("key=00aa key=01ab", false),
        ("key=00aa key=01ab # no secret", true),
    ] {
        for start in [4, 13] {
            let span = (start, start + 4);
            assert_eq!(
                detector.drops_at(number, text.as_bytes(), span, b"a"),
                expected
            );
        }
    }
}
