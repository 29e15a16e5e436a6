//! Holds the whole detector to the corpus, to the rules' own examples, and to itself.

use std::path::Path;

use super::encoders::encoded;
use super::testing::{BASE64URL, Filled, Rng, fill};
use super::*;

fn detector() -> Detector {
    Detector::new(crate::rules::builtin().expect("valid rules"))
}

fn search(detector: &Detector, text: &str) -> Vec<Match> {
    let mut found = Vec::new();
    detector.search(text.as_bytes(), None, &mut found);
    found
}

/// The spans that one rule reports.
fn spans(detector: &Detector, text: &str, rule: &str) -> Vec<(usize, usize)> {
    search(detector, text)
        .iter()
        .filter(|found| {
            found.confidence.is_some() && &*detector.rules[usize::from(found.rule)].id == rule
        })
        .map(|found| (found.start, found.end))
        .collect()
}

fn is_hit(detector: &Detector, rule: &str, filled: &Filled) -> bool {
    let rules = detector.rules();
    let number = rules.iter().position(|found| &*found.id == rule);
    detector.finds_keys(number.expect("a rule"), filled)
}

#[test]
fn rules_do_as_their_examples_say() {
    let detector = detector();
    for rule in detector.rules() {
        for example in &rule.examples {
            assert!(
                detector.bears_out(rule, example, true),
                "{}: {example}",
                rule.id
            );
            assert!(
                !detector.bears_out(rule, example, false),
                "{}: {example}",
                rule.id
            );
        }
        for example in &rule.counter_examples {
            assert!(
                detector.bears_out(rule, example, false),
                "{}: {example}",
                rule.id
            );
        }
    }
}

#[test]
fn corpus() {
    let detector = detector();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let (mut hits, mut misses) = (0, 0);
    for rule in detector.rules() {
        let read = |file: &str| {
            std::fs::read_to_string(root.join(&*rule.id).join(file)).expect("a corpus file")
        };
        for seed in 0..20 {
            let mut rng = Rng::new(1000 + seed);
            for line in read("hit.txt")
                .lines()
                .filter(|line| !line.starts_with("# One case"))
            {
                hits += 1;
                assert!(
                    is_hit(&detector, &rule.id, &fill(line, &mut rng)),
                    "{}: {line}",
                    rule.id
                );
            }
            for line in read("miss.txt")
                .lines()
                .filter(|line| !line.starts_with("# One case"))
            {
                misses += 1;
                let text = fill(line, &mut rng).text;
                assert_eq!(spans(&detector, &text, &rule.id), [], "{}: {line}", rule.id);
            }
        }
    }
    assert!(hits >= 20 * 40 && misses >= 20 * 60, "{hits} {misses}");
}

/// Every way in which a key hides, nested as files in the wild nest them, and what only looks like it.
#[test]
fn wrapped_corpus() {
    let detector = detector();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/wrapped");
    let mut failed = Vec::new();
    for (file, keys) in [("hit.txt", 1), ("miss.txt", 0)] {
        let lines = std::fs::read_to_string(root.join(file)).expect("a corpus file");
        let mut cases = 0;
        for line in (lines.lines()).filter(|line| !line.starts_with("# One case")) {
            cases += 1;
            let differs = |&seed: &u64| {
                let mut rng = Rng::new(2000 + seed);
                let filled = fill(line, &mut rng);
                let text = encoded(&filled.text, &mut rng);
                let mut found = Vec::new();
                detector.search(&text, None, &mut found);
                found.retain(|found| found.confidence.is_some());
                let secrets = found.iter().map(|found| detector.secret(&text, found));
                let expected = filled.keys.iter().take(keys).map(|(_, key)| &key[..]);
                assert!(keys == 0 || filled.keys.len() == 1, "{file}: {line}");
                !(secrets.collect::<Vec<_>>().iter().map(Secret::expose)).eq(expected)
            };
            let seeds = (0..5).filter(differs).count();
            if seeds > 0 {
                failed.push(format!("{file}: {seeds} of 5: {line}"));
            }
        }
        assert!(cases >= 310, "{file}: {cases}");
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn confidence_says_what_is_unusual() {
    let detector = detector();
    let mut rng = Rng::new(5);
    for (template, expected) in [
        ("{key}", Some(Confidence::High)),
        ("\\n{key}", Some(Confidence::High)),
        ("{esc}[31m{key}", Some(Confidence::High)),
        ("{key-odd}", Some(Confidence::Medium)),
        ("_{key}_", Some(Confidence::Medium)),
        ("{key}__", Some(Confidence::Medium)),
        ("a-{key}", Some(Confidence::Medium)),
        ("7{key}", Some(Confidence::Medium)),
        ("é{key}", Some(Confidence::High)),
        ("{future:60}", Some(Confidence::Medium)),
        ("AISA_API_KEY={legacy}", Some(Confidence::High)),
        ("AISA_API_KEY=_{legacy}", Some(Confidence::Medium)),
        ("KEY={legacy}", None),
    ] {
        let found = search(&detector, &fill(template, &mut rng).text);
        assert_eq!(found.len(), 1, "{template}");
        assert_eq!(found[0].confidence, expected, "{template}");
    }
    let found = search(&detector, &fill("{key}{key}", &mut rng).text);
    assert_eq!(
        found
            .iter()
            .map(|found| found.confidence)
            .collect::<Vec<_>>(),
        [Some(Confidence::High); 2]
    );
    let found = search(
        &detector,
        &fill("AISA_={legacy}{legacy}{key}{key}{legacy}", &mut rng).text,
    );
    assert_eq!(found.len(), 5);
    assert!(
        found
            .iter()
            .all(|found| found.confidence == Some(Confidence::High)),
        "{found:?}"
    );
}

/// A text full of keys, pieces of keys, edges and placeholders.
fn soup(rng: &mut Rng, pieces: usize) -> Vec<u8> {
    let parts = [
        "{key}",
        "{key-odd}",
        "{legacy}",
        "{openai}",
        "{future:60}",
        "{future:20}",
        "{future:530}",
        "sk-aisa-",
        "sk-",
        "AISA_",
        "aisa.one",
        "aisa = ",
        "ta",
        "_",
        "-",
        " ",
        "\n",
        "\\n",
        "{esc}[1m",
        "%3D",
        "{future-body:43}",
        "{future-body:5}",
        "é",
        "sk-aisa-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "...",
        "{far}",
    ];
    let mut text = Vec::new();
    for _ in 0..pieces {
        let part = parts[rng.below(parts.len())];
        text.extend(fill(part, rng).text.into_bytes());
    }
    text
}

#[test]
fn windows_that_cover_everything_find_everything() {
    let detector = detector();
    for seed in 0..300 {
        let mut rng = Rng::new(seed);
        let text = soup(&mut rng, 40);
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        detector.search(&text, None, &mut whole);
        let mut windows = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = text.len().min(at + 1 + rng.below(90));
            windows.push(at..end);
            at = end;
        }
        detector.search(&text, Some(&windows), &mut parts);
        assert_eq!(whole, parts, "{seed}");
        assert!(
            whole.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "{seed}"
        );
        for found in &whole {
            assert_eq!(
                detector.judge(&text, found.start, found.end, found.rule),
                found.confidence
            );
        }
        let odd: Vec<_> = windows.iter().skip(1).step_by(2).cloned().collect();
        parts.clear();
        detector.search(&text, Some(&odd), &mut parts);
        whole.retain(|found| odd.iter().any(|window| window.contains(&found.start)));
        assert_eq!(whole, parts, "{seed}");
    }
}

#[test]
fn a_decision_needs_no_more_than_the_reach() {
    let detector = detector();
    let reach = detector.reach();
    for seed in 0..200 {
        let mut rng = Rng::new(seed);
        let text = soup(&mut rng, 60);
        let mut whole = Vec::new();
        detector.search(&text, None, &mut whole);
        for anchor in memchr::memmem::find_iter(&text, b"sk-") {
            let here = whole.iter().find(|found| found.start == anchor);
            let rule = |found: &Match| detector.rules[usize::from(found.rule)].aisa();
            let needs_context =
                here.is_none_or(|found| rule(found).is_some_and(|key| key.context.is_some()));
            let context = if needs_context { reach.context } else { 0 };
            let low = anchor.saturating_sub(reach.before.max(context));
            let high = text
                .len()
                .min(anchor + reach.longest + reach.after.max(context));
            let mut cut = Vec::new();
            detector.search(
                &text[low..high],
                Some(std::slice::from_ref(&(anchor - low..anchor - low + 1))),
                &mut cut,
            );
            let expected = here.map(|found| (found.end, found.rule, found.confidence));
            assert_eq!(
                cut.first()
                    .map(|found| (found.end + low, found.rule, found.confidence)),
                expected
            );
        }
    }
}

#[test]
fn a_key_that_is_cut_off_is_no_current_key() {
    let detector = detector();
    let mut rng = Rng::new(9);
    let key = rng.key(true);
    for length in 0..key.len() {
        for found in search(&detector, &key[..length]) {
            assert_eq!(
                detector.rules[usize::from(found.rule)]
                    .aisa()
                    .map(|key| key.anchor),
                Some(crate::rules::Anchor::Aisa)
            );
            assert_ne!(found.rule, 0, "{length}");
        }
        assert_eq!(
            search(&detector, &key[..length]).len(),
            usize::from(length >= 28),
            "{length}"
        );
    }
    let mut seen = Vec::new();
    let long = format!("sk-aisa-{}", rng.body(2000, BASE64URL));
    detector.search(long.as_bytes(), None, &mut seen);
    assert_eq!((seen[0].start, seen[0].end), (0, 520));
}

#[test]
fn judging_other_bytes_never_panics() {
    let detector = detector();
    assert_eq!(detector.judge(b"sk-", 0, 3, 0), None);
    assert_eq!(detector.judge(b"sk-aisa-", 0, 99, 7), None);
    assert_eq!(detector.judge(b"", 5, 2, 0), None);
    let mut rng = Rng::new(2);
    let text = fill("KEY={legacy}", &mut rng).text;
    let near = format!("AISA_{text}");
    let found = search(&detector, &text)[0];
    assert_eq!(
        detector.judge(near.as_bytes(), found.start + 5, found.end + 5, found.rule),
        Some(Confidence::High)
    );
}

/// What was judged, as (start, end, confidence), and the step that decided.
fn explained(detector: &Detector, text: &str) -> Vec<crate::model::Judgement> {
    let mut found = Vec::new();
    detector.explain(text.as_bytes(), None, |judgement| found.push(judgement));
    found
}

#[test]
fn explains_the_deciding_step_and_shows_no_key() {
    let detector = detector();
    let mut rng = Rng::new(77);
    for (template, decided) in [
        ("k={key}", ("context", Some(Confidence::High))),
        ("k={key-odd}", ("context", Some(Confidence::Medium))),
        ("AISA_KEY={legacy}", ("context", Some(Confidence::High))),
        ("KEY={legacy}", ("context", None)),
        ("AISA_KEY={openai}", ("vendor", None)),
        ("x{key}", ("edges", None)),
        (
            "{prefix}your-api-key-goes-here-your-api-key-goes-he",
            ("placeholder", None),
        ),
        ("{prefix}{future-body:30}7...", ("placeholder", None)),
        ("{prefix}{future-body:9}", ("shape", None)),
        ("AISA_KEY={legacy}x7", ("shape", None)),
    ] {
        let filled = fill(template, &mut rng);
        let found = explained(&detector, &filled.text);
        assert_eq!(found.len(), 1, "{template}");
        let judgement = &found[0];
        let last = judgement.steps.last().expect("a step");
        let (step, confidence) = decided;
        let drops = last.effect == crate::model::Effect::Drops;
        assert_eq!(drops, confidence.is_none(), "{template}: {last:?}");
        assert_eq!(judgement.confidence, confidence, "{template}");
        if drops {
            assert_eq!(last.name, step, "{template}");
        }
        assert!(judgement.redacted.len() <= 15, "{template}");
    }
    assert_eq!(explained(&detector, "sk-learn, task-force, sk-"), []);
}

#[test]
fn explains_what_search_finds() {
    let detector = detector();
    let templates = [
        "{key}",
        "{legacy}",
        "{openai}",
        "x",
        "_",
        "\n",
        "AISA_",
        "{far}",
        "...",
        "{future:30}",
        "sk-",
        "{prefix}",
        "{key-odd}",
        " ",
    ];
    for seed in 0..300 {
        let mut rng = Rng::new(seed);
        let template: String = (0..12)
            .map(|_| templates[rng.below(templates.len())])
            .collect();
        let text = fill(&template, &mut rng).text;
        let windows = [10..text.len() / 3, text.len() / 2..text.len()];
        for windows in [None, Some(&windows[..]).filter(|_| text.len() > 60)] {
            let mut found = Vec::new();
            detector.search(text.as_bytes(), windows, &mut found);
            let mut judged = Vec::new();
            detector.explain(text.as_bytes(), windows, |judgement| judged.push(judgement));
            for found in found {
                let judgement = judged.iter().find(|judged| judged.start == found.start);
                let judgement = judgement.unwrap_or_else(|| panic!("{template}: not explained"));
                assert_eq!(
                    (judgement.end, judgement.confidence),
                    (found.end, found.confidence)
                );
                judged.retain(|judged| judged.start != found.start);
            }
            // What search does not give, a step dropped.
            assert!(
                judged.iter().all(|judged| judged.confidence.is_none()),
                "{template}"
            );
        }
    }
}

#[test]
fn names_that_only_look_like_keys_do_not_use_the_gates_up() {
    let detector = detector();
    let lines = (0..10_000)
        .map(|at| format!("task-scheduler-worker-{at:08x} flask-0123456789abcdef{at}\n"));
    let text: String = lines.collect();
    let (mut found, mut gates) = (Vec::new(), Vec::new());
    assert!(detector.search_on(text.as_bytes(), None, &[], &mut found, &mut gates));
    assert_eq!((found.len(), gates.len()), (0, 0));
}
