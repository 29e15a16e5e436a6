//! Finds what every match of an expression must hold: a few short sequences of bytes, at a place in the expression that
//! divides it into a head and a tail. Where such a sequence stands the tail is tried, which fails at once nearly everywhere.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::bytes::{Bytes, Sequence};
use super::sieve;

/// One way in which an expression can match.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// One of these begins the tail.
    pub(super) sequences: Vec<Sequence>,
    /// How long what stands before the sequence in a match can be; `None`: there is no bound.
    pub(super) head: Option<usize>,
    /// The expression from the sequence on.
    pub(super) tail: Hir,
}

/// Sequences of one split: more are not worth the look-ups.
const MOST: usize = 64;
/// Places of a sequence: longer ones make no hit rarer.
const LONGEST: usize = 8;
/// How deep groups in groups are looked into.
const DEPTH: usize = 16;
/// Sequences are worth looking for if the sieve lets less than this share of all places pass.
pub(super) const RARE: f64 = 0.012;
/// What is taken for how rare a sequence is if the head before it has no bound: it is looked at less far than it may reach.
const UNBOUNDED: f64 = 50.0;
/// How many parts an expression may have, over all its ways, so that it is split: each of them is looked at from each.
const PARTS: usize = 20_000;
/// From how many parts on, without ways, the same takes too long.
const LINE: usize = 1_000;

/// The splits of an expression, one for each of its alternatives; `None` if one of them has no sequence that is rare
/// enough.
pub(super) fn splits(hir: &Hir) -> Option<Vec<Split>> {
    let mut parts = Vec::new();
    flatten(&without_captures(hir), &mut parts);
    if parts.len() > LINE {
        return None;
    }
    if let Some(split) = best(&parts) {
        return Some(vec![split]);
    }
    // An alternation may have sequences in each of its ways, each with another head.
    let (at, ways) = parts
        .iter()
        .enumerate()
        .find_map(|(at, part)| match part.kind() {
            HirKind::Alternation(ways) => Some((at, ways)),
            _ => None,
        })?;
    // Each way keeps all that follows it.
    if ways.len().saturating_mul(parts.len()) > PARTS {
        return None;
    }
    let spread = ways.iter().map(|way| {
        let (before, behind) = (parts.get(..at)?, parts.get(at + 1..)?);
        let mut flat = before.to_vec();
        flatten(way, &mut flat);
        flat.extend_from_slice(behind);
        (flat.len() <= LINE).then(|| best(&flat))?
    });
    spread.collect()
}

/// The same expression without groups, which only matter for what is cut out of a match.
fn without_captures(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => without_captures(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_captures).collect()),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(without_captures).collect()),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(without_captures(&repetition.sub)),
            ..repetition.clone()
        }),
        _ => hir.clone(),
    }
}

fn flatten(hir: &Hir, parts: &mut Vec<Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir.clone()),
    }
}

/// The split of a sequence of parts whose sequences of bytes are the rarest.
fn best(parts: &[Hir]) -> Option<Split> {
    let mut head = Some(0_usize);
    let mut best: Option<(f64, usize, Vec<Sequence>, Option<usize>)> = None;
    for (at, part) in parts.iter().enumerate() {
        if let Some((cost, sequences)) = beginnings(parts.get(at..)?) {
            let cost = cost * if head.is_some() { 1.0 } else { UNBOUNDED };
            // An earlier one is as good as one that is not much rarer: its tail says more.
            if best.as_ref().is_none_or(|best| cost < best.0 * 0.5) {
                best = Some((cost, at, sequences, head));
            }
        }
        let longest = part.properties().maximum_len();
        head = head
            .zip(longest)
            .and_then(|(head, more)| head.checked_add(more));
    }
    let (_, at, sequences, head) = best?;
    Some(Split {
        sequences,
        head,
        tail: Hir::concat(parts.get(at..)?.to_vec()),
    })
}

/// Sequences of which one begins every match of these parts, and what looking for them costs: of those that more and more
/// parts give, the cheapest.
fn beginnings(parts: &[Hir]) -> Option<(f64, Vec<Sequence>)> {
    let mut all = vec![Beginning::default()];
    let mut best: Option<(f64, Vec<Sequence>)> = None;
    for part in parts {
        let goes_on = extend(&mut all, part, 0);
        let mut sequences: Vec<Sequence> = all.iter().map(|begun| begun.sequence.clone()).collect();
        sequences.sort();
        // What begins with another sequence stands only where that one does.
        sequences.dedup_by(|later, earlier| later.starts_with(earlier));
        let cost: f64 = sequences.iter().map(|sequence| sieve::cost(sequence)).sum();
        // More of them have to be much rarer; longer ones are as good, and save looks at the tail.
        let better = best.as_ref().is_none_or(|best| {
            let most = if sequences.len() > best.1.len() {
                0.5
            } else {
                1.001
            };
            cost < best.0 * most
        });
        if cost < RARE && better && sequences.len() <= MOST {
            best = Some((cost, sequences));
        }
        if !goes_on {
            break;
        }
    }
    best
}

/// What a match can begin with, and whether what follows it in the expression does not follow it here.
#[derive(Clone, Default)]
struct Beginning {
    sequence: Sequence,
    cut: bool,
}

impl Beginning {
    /// Nothing, and nobody knows what follows.
    fn unknown() -> Vec<Self> {
        let cut = true;
        let sequence = Sequence::new();
        vec![Self { sequence, cut }]
    }

    fn of(sequence: Sequence) -> Self {
        Self {
            sequence,
            cut: false,
        }
    }
}

/// Adds what one more part can begin with; `false` if nothing can be added any more.
fn extend(all: &mut Vec<Beginning>, part: &Hir, depth: usize) -> bool {
    let choices = choices(part, depth);
    let open = all.iter().filter(|begun| !begun.cut).count();
    if all.len() - open + open.saturating_mul(choices.len()) > MOST {
        all.iter_mut().for_each(|begun| begun.cut = true);
        return false;
    }
    let mut longer = Vec::new();
    for begun in all.drain(..) {
        if begun.cut {
            longer.push(begun);
            continue;
        }
        for choice in &choices {
            let mut sequence = begun.sequence.clone();
            sequence.extend_from_slice(&choice.sequence);
            let cut = choice.cut || sequence.len() >= LONGEST;
            sequence.truncate(LONGEST);
            longer.push(Beginning { sequence, cut });
        }
    }
    *all = longer;
    all.iter().any(|begun| !begun.cut)
}

/// What a part can begin with.
fn choices(part: &Hir, depth: usize) -> Vec<Beginning> {
    if depth > DEPTH {
        return Beginning::unknown();
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Beginning::default()],
        HirKind::Literal(literal) => {
            let bytes = literal.0.iter().copied().map(Bytes::one);
            vec![Beginning::of(bytes.collect())]
        }
        HirKind::Class(class) => match bytes_of(class) {
            Some(bytes) => vec![Beginning::of(vec![bytes])],
            None => Beginning::unknown(),
        },
        HirKind::Capture(capture) => choices(&capture.sub, depth + 1),
        HirKind::Concat(parts) => {
            let mut all = vec![Beginning::default()];
            for part in parts {
                if !extend(&mut all, part, depth + 1) {
                    break;
                }
            }
            all
        }
        HirKind::Alternation(ways) => {
            let each = ways.iter().flat_map(|way| choices(way, depth + 1));
            let all: Vec<Beginning> = each.take(MOST + 1).collect();
            if all.len() > MOST {
                Beginning::unknown()
            } else {
                all
            }
        }
        HirKind::Repetition(repetition) => repeated(repetition, depth),
    }
}

/// What something that is repeated can begin with: as often as it must, and then who knows.
fn repeated(repetition: &Repetition, depth: usize) -> Vec<Beginning> {
    let mut all = vec![Beginning::default()];
    for _ in 0..repetition.min.min(LONGEST as u32) {
        if !extend(&mut all, &repetition.sub, depth + 1) {
            return all;
        }
    }
    if repetition.max == Some(repetition.min) {
        return all;
    }
    if (repetition.min, repetition.max) == (0, Some(1)) {
        all.extend(choices(&repetition.sub, depth + 1));
        return all;
    }
    // Once more, if it is there, or what follows, which nobody looks at then.
    all.iter_mut().for_each(|begun| begun.cut = true);
    if repetition.min == 0 {
        let mut some = choices(&repetition.sub, depth + 1);
        some.iter_mut().for_each(|begun| begun.cut = true);
        some.push(Beginning::default());
        return some;
    }
    all
}

/// The bytes of a class; `None` if characters of more bytes are in it.
fn bytes_of(class: &Class) -> Option<Bytes> {
    let mut bytes = Bytes::default();
    match class {
        Class::Bytes(class) => {
            for range in class.iter() {
                (range.start()..=range.end()).for_each(|byte| bytes.add(byte));
            }
        }
        Class::Unicode(class) => {
            for range in class.iter() {
                let (start, end) = (u8::try_from(range.start()), u8::try_from(range.end()));
                let (Ok(start), Ok(end @ ..=127)) = (start, end) else {
                    return None;
                };
                (start..=end).for_each(|byte| bytes.add(byte));
            }
        }
    }
    Some(bytes)
}
