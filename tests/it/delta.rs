//! Searching only what a delta adds finds what searching the whole result finds, over generations of deltas.

use std::ops::Range;

use aisaleaks::detect::{Detector, Match};
use aisaleaks::git::delta;
use aisaleaks::model::Mark;
use aisaleaks::rules;
use proptest::prelude::*;

use super::support::{key, legacy_key};

/// What a generation does to its base.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Copies a part of the base: both ends in thousandths of it.
    Copy(usize, usize),
    /// Inserts these pieces.
    Insert(Vec<u8>),
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let copy = (0..=1000usize, 0..=1000usize).prop_map(|(a, b)| Step::Copy(a.min(b), a.max(b)));
    let whole = Just(Step::Copy(0, 1000));
    let insert = prop::collection::vec(any::<u8>(), 0..5).prop_map(Step::Insert);
    prop::collection::vec(prop_oneof![3 => copy, 1 => whole, 2 => insert], 0..6)
}

/// Text near what the detector decides about: keys, halves of keys, edges, contexts, and filler.
fn piece(kind: u8, keys: &[String]) -> Vec<u8> {
    let key = &keys[usize::from(kind) % keys.len()];
    match kind % 13 {
        0..=2 => key.clone(),
        3 => key[..key.len() / 2].to_owned(),
        4 => key[key.len() / 2..].to_owned(),
        5 => "sk-aisa-".to_owned(),
        6 => " AISA_API_KEY = ".to_owned(),
        7 => "aisa.one".to_owned(),
        8 => "\\n".to_owned(),
        9 => "x".to_owned(),
        10 => "filler of words\n".repeat(usize::from(kind) + 1),
        11 => "\u{1b}[31m".to_owned(),
        _ => "_".to_owned(),
    }
    .into_bytes()
}

/// The encoding of one delta, as git writes it; `piece` makes what is inserted.
pub(super) fn encode(
    base: &[u8],
    steps: &[Step],
    piece: impl Fn(u8) -> Vec<u8>,
) -> (Vec<u8>, usize) {
    let mut delta = Vec::new();
    let mut made = 0;
    for step in steps {
        match step {
            Step::Copy(from, to) => {
                let (from, to) = (from * base.len() / 1000, to * base.len() / 1000);
                for start in (from..to).step_by(0xffff) {
                    let len = (to - start).min(0xffff);
                    delta.push(0x80 | 0x0f | 0x30);
                    delta.extend((start as u32).to_le_bytes());
                    delta.extend((len as u16).to_le_bytes());
                    made += len;
                }
            }
            Step::Insert(kinds) => {
                let text: Vec<u8> = kinds.iter().flat_map(|&kind| piece(kind)).collect();
                for part in text.chunks(127) {
                    delta.push(part.len() as u8);
                    delta.extend(part);
                    made += part.len();
                }
            }
        }
    }
    (delta, made)
}

fn search(detector: &Detector, bytes: &[u8], windows: Option<&[Range<usize>]>) -> Vec<Match> {
    let mut found = Vec::new();
    detector.search(bytes, windows, &mut found);
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fresh_ranges_and_carried_marks_find_what_a_whole_search_finds(
        first in prop::collection::vec(any::<u8>(), 0..30),
        generations in prop::collection::vec(steps(), 1..5),
    ) {
        let detector = Detector::new(rules::builtin().expect("the built-in rules are valid"));
        let keys: Vec<String> = (0..5).map(|n| if n % 2 == 0 { key() } else { legacy_key() }).collect();
        let mut base: Vec<u8> = first.iter().flat_map(|&kind| piece(kind, &keys)).collect();
        let mark = |found: &Match| Mark { start: found.start, end: found.end, id: u32::from(found.rule), counts: true };
        let mut marks: Vec<Mark> = search(&detector, &base, None).iter().map(mark).collect();
        for steps in &generations {
            let (encoded, len) = encode(&base, steps, |kind| piece(kind, &keys));
            let mut result = vec![0; len];
            let (mut copies, mut windows, mut carried) = (Vec::new(), Vec::new(), Vec::new());
            delta::apply(&base, &encoded, 0, &mut result, &mut copies).expect("a valid delta");
            delta::fresh(&copies, base.len(), len, detector.reach(), &mut windows);
            delta::carry(&marks, &copies, base.len(), len, detector.reach(), &mut carried);
            let mut found = search(&detector, &result, Some(&windows));
            for mark in carried {
                if !found.iter().any(|found| found.start == mark.start) {
                    let rule = mark.id as u16;
                    let confidence = detector.judge(&result, mark.start, mark.end, rule);
                    found.push(Match { start: mark.start, end: mark.end, rule, confidence, wrapped: None });
                }
            }
            found.sort_by_key(|found| found.start);
            prop_assert_eq!(&found, &search(&detector, &result, None));
            marks = found.iter().map(mark).collect();
            base = result;
        }
    }
}
