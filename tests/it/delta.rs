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
    // A form that nobody knows yet, whose end is far from its beginning.
    let long = || format!("sk-aisa-{}", keys.concat().replace(['-', '.'], ""));
    match kind % 24 {
        0..=2 => key.clone(),
        13 => key.replace('-', "%2D"),
        14 => key.bytes().map(|byte| format!("{byte:02x}")).collect(),
        15 => key.replace("k-", "k\\u002d"),
        16 => "\" + \"".to_owned(),
        17 => key.chars().flat_map(|c| [c, '\0']).collect(),
        18 => format!("{}\"\n    \"{}", &key[..20], &key[20..]),
        19 => long(),
        20 => long()[..150].to_owned(),
        21 => long()[150..].to_owned(),
        22 => " ".repeat(usize::from(kind)),
        23 => "sk-aisa-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
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

/// What stands for a gate among the marks.
const GATE: u32 = u32::MAX;

/// What a search finds, and the marks that a delta carries on from it.
fn search(
    detector: &Detector,
    bytes: &[u8],
    windows: Option<&[Range<usize>]>,
    carried: &[Mark],
) -> (Vec<Match>, Vec<Mark>) {
    let (mut found, mut gates) = (Vec::new(), Vec::new());
    let known = carried.iter().filter(|mark| mark.id == GATE || !mark.whole);
    let known: Vec<usize> = known.map(|mark| mark.start).collect();
    detector.search_on(bytes, windows, &known, &mut found, &mut gates);
    let wrapped = found.iter().filter(|found| found.wrapped.is_some());
    let wrapped: Vec<usize> = wrapped.map(|found| found.start).collect();
    let inherited = carried.iter().filter(|mark| mark.id != GATE && mark.whole);
    for mark in inherited {
        let again = |found: &Match| found.start == mark.start && found.wrapped.is_none();
        if !found.iter().any(again) {
            let rule = mark.id as u16;
            let confidence = detector.judge(bytes, mark.start, mark.end, rule);
            let confidence = confidence.filter(|_| !wrapped.contains(&mark.start));
            found.push(Match {
                start: mark.start,
                end: mark.end,
                rule,
                confidence,
                wrapped: None,
            });
        }
    }
    found.sort_by_key(|found| (found.start, found.end, found.wrapped));
    let plain = found.iter().filter(|found| found.wrapped.is_none());
    let mark = |start, end, id| Mark {
        start,
        end,
        id,
        counts: false,
        whole: true,
    };
    let mut marks: Vec<Mark> = plain
        .map(|found| mark(found.start, found.end, u32::from(found.rule)))
        .collect();
    marks.extend(gates.iter().map(|gate| mark(gate.start, gate.end, GATE)));
    marks.sort();
    (found, marks)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fresh_ranges_and_carried_marks_find_what_a_whole_search_finds(
        first in prop::collection::vec(any::<u8>(), 0..30),
        generations in prop::collection::vec(steps(), 1..5),
    ) {
        let detector = Detector::new(rules::builtin().expect("the built-in rules are valid"));
        let keys: Vec<String> = (0..5).map(|n| if n % 2 == 0 { key() } else { legacy_key() }).collect();
        let mut base: Vec<u8> = first.iter().flat_map(|&kind| piece(kind, &keys)).collect();
        let (_, mut marks) = search(&detector, &base, None, &[]);
        for steps in &generations {
            let (encoded, len) = encode(&base, steps, |kind| piece(kind, &keys));
            let mut result = vec![0; len];
            let (mut copies, mut windows, mut carried) = (Vec::new(), Vec::new(), Vec::new());
            delta::apply(&base, &encoded, 0, &mut result, &mut copies).expect("a valid delta");
            delta::fresh(&copies, base.len(), len, detector.reach(), &mut windows);
            delta::carry(&marks, &copies, base.len(), len, detector.reach(), &mut carried);
            let (found, carried) = search(&detector, &result, Some(&windows), &carried);
            let (whole, all) = search(&detector, &result, None, &[]);
            prop_assert_eq!(&found, &whole);
            prop_assert_eq!(&carried, &all);
            marks = carried;
            base = result;
        }
    }
}
