//! The same for rules that somebody brought: what their anchors carry along is enough to find what searching every version
//! whole finds.

use std::sync::Arc;

use aisaleaks::detect::{Detector, Match, Scratch, Text};
use aisaleaks::git::delta;
use aisaleaks::model::{Confidence, Mark};
use aisaleaks::rules::{
    self, Brought, Comparison, Condition, Field, Kind, Patterns, Required, Rule, Source,
};
use proptest::prelude::*;

use super::delta::{encode, steps};
use super::support::key;

fn rule(id: &str, regex: &str, more: Brought) -> Rule {
    Rule {
        id: id.into(),
        description: String::new(),
        tags: Vec::new(),
        confidence: Confidence::Medium,
        examples: Vec::new(),
        counter_examples: Vec::new(),
        source: Source::File("rules.toml".into(), 1),
        kind: Kind::Brought(Box::new(Brought {
            regex: Some(regex.to_owned()),
            specificity: if id == "generic" { 50 } else { 100 },
            ..more
        })),
    }
}

/// One rule for each way of searching, and for each kind of condition that looks beyond the match.
fn detector() -> Detector {
    let none = Brought::default;
    let low = Condition::Entropy(Field::Secret, Comparison::AtMost, 1.5);
    let line = Condition::Matches(Field::Line, Patterns::new(vec!["public".into()]));
    let required = Required {
        id: "user".into(),
        lines_before: Some(1),
        lines_after: Some(1),
        columns: None,
        optional: false,
    };
    let brought = [
        rule(
            "generic",
            r#"(?i)[\w.-]{0,50}?(?:key|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}[=:]{1,2}[\s'"]{0,3}([\w.=-]{8,150})(?:[\s'";]|$)"#,
            Brought {
                drops: vec![Arc::new(low)],
                ..none()
            },
        ),
        rule("vendor", r"\b(vendor_[a-z0-9]{8})\b", none()),
        rule(
            "line",
            r"open_sesame_(\d{4})",
            Brought {
                drops: vec![Arc::new(line)],
                ..none()
            },
        ),
        rule(
            "gated",
            r"gate[0-9]{4}",
            Brought {
                keywords: vec!["elsewhere".into()],
                ..none()
            },
        ),
        rule(
            "keyword",
            r"\b[a-f0-9]{12}\b",
            Brought {
                keywords: vec!["digest".into()],
                ..none()
            },
        ),
        rule("block", r"BEGIN BLOCK\n[\s\S]{20,}?END BLOCK", none()),
        rule(
            "user",
            r"user=(\w+)",
            Brought {
                helper: true,
                ..none()
            },
        ),
        rule(
            "pair",
            r"pass=(\w{6,})",
            Brought {
                required: vec![required],
                ..none()
            },
        ),
    ];
    let built_in = rules::builtin().expect("the built-in rules are valid");
    Detector::new(built_in.into_iter().chain(brought).collect())
}

fn piece(kind: u8, key: &str) -> Vec<u8> {
    match kind % 29 {
        0 => key.to_owned(),
        1 => "my_secret_key = ".to_owned(),
        2 => "token: \"".to_owned(),
        3 => "\"\n".to_owned(),
        4 => "Zq8Lr2Tw".to_owned(),
        5 => "vendor_abcd1234".to_owned(),
        6 => " ".to_owned(),
        7 => "open_sesame_1234".to_owned(),
        8 => "public".to_owned(),
        9 => "gate0123".to_owned(),
        10 => "elsewhere".to_owned(),
        11 => "0123456789ab".to_owned(),
        12 => "digest".to_owned(),
        13 => "BEGIN BLOCK\n".to_owned(),
        14 => "END BLOCK".to_owned(),
        15 => "user=ada\n".to_owned(),
        16 => "pass=lovelace\n".to_owned(),
        17 | 18 => "filler of words\n".repeat(usize::from(kind)),
        19 => "unbroken".repeat(usize::from(kind)),
        20 => "key".to_owned(),
        21 => "=".to_owned(),
        22 => "aaaaaaaaaa".to_owned(),
        _ => "\n".to_owned(),
    }
    .into_bytes()
}

/// What stands in a text: in its windows, and at anchors.
fn search(
    detector: &Detector,
    bytes: &[u8],
    windows: Option<&[std::ops::Range<usize>]>,
    anchors: &[Match],
) -> Vec<Match> {
    let mut found = Vec::new();
    detector.search(bytes, windows, &mut found);
    let text = Text {
        windows,
        ..Text::whole(bytes)
    };
    detector.search_brought(text, anchors, &mut Scratch::default(), &mut found);
    found
}

/// The findings among them, after those that overlap are settled.
fn findings(detector: &Detector, keys: &[(usize, usize)], mut found: Vec<Match>) -> Vec<Match> {
    detector.settle(keys, &mut found);
    let brought = |found: &Match| found.confidence.is_some() && detector.is_brought(found.rule);
    found.retain(brought);
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anchors_carry_what_a_whole_search_finds(
        first in prop::collection::vec(any::<u8>(), 0..40),
        generations in prop::collection::vec(steps(), 1..5),
    ) {
        let detector = detector();
        let key = key();
        let reach = detector.reach();
        let mut base: Vec<u8> = first.iter().flat_map(|&kind| piece(kind, &key)).collect();
        let mut found = search(&detector, &base, None, &[]);
        for steps in &generations {
            let mark = |at: usize, found: &Match| Mark {
                start: found.start,
                end: found.end,
                id: at as u32,
                counts: found.confidence.is_some(),
                whole: true,
            };
            let mut marks: Vec<Mark> = found.iter().enumerate().map(|(at, found)| mark(at, found)).collect();
            marks.sort();
            let (encoded, len) = encode(&base, steps, |kind| piece(kind, &key));
            let mut result = vec![0; len];
            let (mut copies, mut windows, mut carried) = (Vec::new(), Vec::new(), Vec::new());
            delta::apply(&base, &encoded, 0, &mut result, &mut copies).expect("a valid delta");
            delta::fresh(&copies, base.len(), len, reach, &mut windows);
            delta::carry(&marks, &copies, base.len(), len, reach, &mut carried);
            let moved = carried.iter().map(|mark| Match {
                start: mark.start,
                end: mark.end,
                ..found[mark.id as usize]
            });
            let anchors: Vec<Match> = moved
                .filter(|found| found.confidence.is_none() && detector.is_brought(found.rule))
                .collect();
            let again = search(&detector, &result, Some(&windows), &anchors);
            let whole = search(&detector, &result, None, &[]);
            // AIsa keys that were copied are known from elsewhere.
            let keys = whole.iter().filter(|found| found.confidence.is_some() && !detector.is_brought(found.rule));
            let keys: Vec<(usize, usize)> = keys.map(|found| (found.start, found.end)).collect();
            prop_assert_eq!(
                findings(&detector, &keys, again.clone()),
                findings(&detector, &[], whole)
            );
            found = again;
            base = result;
        }
    }
}
