//! Finds what every match of an expression must hold: a few short literals, at a place in the expression that divides it
//! into a head and a tail. Where such a literal stands the tail is tried, which fails at once nearly everywhere.

use regex_syntax::hir::{Class, Hir, HirKind};

/// One way in which an expression can match.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// In lower case: one of these begins the tail. They are looked for in any case, and the tail decides.
    pub(super) literals: Vec<Vec<u8>>,
    /// How long what stands before the literal in a match can be; `None`: there is no bound.
    pub(super) head: Option<usize>,
    /// The expression from the literal on.
    pub(super) tail: Hir,
}

/// Literals of one split: more are not worth the look-ups.
const MOST: usize = 64;
/// Bytes of a literal: longer ones make the searcher larger and the hits no rarer.
const LONGEST: usize = 8;
/// Different bytes at one place of a literal.
const CHOICES: usize = 4;
/// A literal is worth looking for if it stands by chance less often than once in so many bytes.
const RARE: f64 = 1.0 / 400.0;

/// The splits of an expression, one for each of its alternatives; `None` if one of them has no literal that is rare enough.
pub(super) fn splits(hir: &Hir) -> Option<Vec<Split>> {
    let hir = without_captures(hir);
    if let HirKind::Alternation(ways) = hir.kind() {
        let whole = best(std::slice::from_ref(&hir));
        let each = || {
            let splits: Option<Vec<_>> = ways.iter().map(splits).collect();
            Some(splits?.into_iter().flatten().collect())
        };
        return match whole {
            Some(split) => Some(vec![split]),
            None => each(),
        };
    }
    let mut parts = Vec::new();
    flatten(&hir, &mut parts);
    if let Some(split) = best(&parts) {
        return Some(vec![split]);
    }
    // An alternation somewhere in it may have literals in each of its ways, each with another head.
    let (at, ways) = parts
        .iter()
        .enumerate()
        .find_map(|(at, part)| match part.kind() {
            HirKind::Alternation(ways) => Some((at, ways)),
            _ => None,
        })?;
    let spread = ways.iter().map(|way| {
        let (before, behind) = (parts.get(..at)?, parts.get(at + 1..)?);
        let parts = [before, std::slice::from_ref(way), behind].concat();
        let mut flat = Vec::new();
        parts.iter().for_each(|part| flatten(part, &mut flat));
        best(&flat)
    });
    spread.collect()
}

/// The same expression without groups, which only matter for what is cut out of a match.
pub(super) fn without_captures(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => without_captures(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_captures).collect()),
        HirKind::Alternation(ways) => Hir::alternation(ways.iter().map(without_captures).collect()),
        HirKind::Repetition(repetition) => {
            let mut same = repetition.clone();
            same.sub = Box::new(without_captures(&repetition.sub));
            Hir::repetition(same)
        }
        _ => hir.clone(),
    }
}

fn flatten(hir: &Hir, parts: &mut Vec<Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        // What comes at least once is a literal's place as well, if it is followed by its rest.
        _ => parts.push(hir.clone()),
    }
}

/// The split of a sequence whose literals are the rarest.
fn best(parts: &[Hir]) -> Option<Split> {
    let mut head = Some(0_usize);
    let mut best: Option<(f64, usize, Vec<Vec<u8>>, Option<usize>)> = None;
    for (at, part) in parts.iter().enumerate() {
        let literals = beginnings(parts.get(at..)?);
        if let Some(literals) = literals {
            // A head without a bound is looked at less far than it may reach.
            let penalty = if head.is_some() { 1.0 } else { 50.0 };
            let often: f64 = literals.iter().map(|literal| chance(literal)).sum::<f64>() * penalty;
            let better = best.as_ref().is_none_or(|best| often < best.0 * 0.5);
            if often < RARE * penalty && better {
                best = Some((often, at, literals, head));
            }
        }
        let longest = part.properties().maximum_len();
        head = head
            .zip(longest)
            .and_then(|(head, more)| head.checked_add(more));
    }
    let (_, at, literals, head) = best?;
    Some(Split {
        literals,
        head,
        tail: Hir::concat(parts.get(at..)?.to_vec()),
    })
}

/// Literals of which one begins every match of a sequence.
fn beginnings(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut all = vec![Beginning::default()];
    for part in parts {
        if !extend(&mut all, part) {
            break;
        }
    }
    let mut literals: Vec<Vec<u8>> = all.into_iter().map(|beginning| beginning.bytes).collect();
    literals.sort();
    // What begins with another literal stands only where that one does.
    literals.dedup_by(|later, earlier| later.starts_with(earlier));
    let usable = literals.iter().all(|literal| literal.len() >= 2);
    (usable && literals.len() <= MOST).then_some(literals)
}

/// What a match can begin with, and whether what follows it in the expression follows it here too.
#[derive(Clone, Default)]
struct Beginning {
    bytes: Vec<u8>,
    cut: bool,
}

/// Adds what one more part can begin with; `false` if nothing can be added any more.
fn extend(all: &mut Vec<Beginning>, part: &Hir) -> bool {
    let choices = choices(part, 0);
    let open = all.iter().filter(|beginning| !beginning.cut).count();
    let total = all.len() - open + open.saturating_mul(choices.len());
    if total > MOST {
        all.iter_mut().for_each(|beginning| beginning.cut = true);
        return false;
    }
    let mut longer = Vec::with_capacity(total);
    for beginning in all.drain(..) {
        if beginning.cut {
            longer.push(beginning);
            continue;
        }
        for choice in &choices {
            let mut bytes = beginning.bytes.clone();
            bytes.extend_from_slice(&choice.bytes);
            let long = bytes.len() >= LONGEST;
            bytes.truncate(LONGEST);
            longer.push(Beginning {
                bytes,
                cut: choice.cut || long,
            });
        }
    }
    *all = longer;
    all.iter().any(|beginning| !beginning.cut)
}

/// What a part can begin with.
fn choices(part: &Hir, depth: usize) -> Vec<Beginning> {
    let anything = || {
        vec![Beginning {
            bytes: Vec::new(),
            cut: true,
        }]
    };
    if depth > 16 {
        return anything();
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Beginning::default()],
        HirKind::Literal(literal) => vec![Beginning {
            bytes: literal.0.to_ascii_lowercase(),
            cut: false,
        }],
        HirKind::Class(class) => bytes_of(class).map_or_else(anything, |bytes| {
            let one = |byte| Beginning {
                bytes: vec![byte],
                cut: false,
            };
            bytes.into_iter().map(one).collect()
        }),
        HirKind::Capture(capture) => choices(&capture.sub, depth + 1),
        HirKind::Concat(parts) => {
            let mut all = vec![Beginning::default()];
            for part in parts {
                let choices = Hir::clone(part);
                if !extend(&mut all, &choices) {
                    break;
                }
            }
            all
        }
        HirKind::Alternation(ways) => {
            let all: Vec<Beginning> = ways
                .iter()
                .flat_map(|way| choices(way, depth + 1))
                .collect();
            if all.len() > MOST { anything() } else { all }
        }
        HirKind::Repetition(repetition) => {
            let mut all = choices(&repetition.sub, depth + 1);
            if repetition.max != Some(1) {
                all.iter_mut().for_each(|beginning| beginning.cut = true);
            }
            if repetition.min == 0 {
                all.push(Beginning::default());
            }
            all
        }
    }
}

/// The few different bytes of a class, in lower case.
fn bytes_of(class: &Class) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = match class {
        Class::Bytes(class) => class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .map(|byte| byte.to_ascii_lowercase())
            .collect(),
        Class::Unicode(class) => {
            if !class.iter().all(|range| range.end().is_ascii()) {
                return None;
            }
            class
                .iter()
                .flat_map(|range| range.start() as u8..=range.end() as u8)
                .map(|byte| byte.to_ascii_lowercase())
                .collect()
        }
    };
    bytes.sort_unstable();
    bytes.dedup();
    (!bytes.is_empty() && bytes.len() <= CHOICES).then_some(bytes)
}

/// How often a literal stands in source code by chance, very roughly.
fn chance(literal: &[u8]) -> f64 {
    literal.iter().map(|&byte| frequency(byte)).product()
}

fn frequency(byte: u8) -> f64 {
    match byte {
        b'e' | b't' | b' ' => 0.09,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 0.065,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' | b'f' | b'h' => 0.035,
        b'b' | b'g' | b'k' | b'v' | b'w' | b'y' | b'x' => 0.02,
        b'-' | b'_' | b'=' | b'"' | b'.' | b',' | b'(' | b')' | b':' | b';' | b'\n' => 0.02,
        b'0'..=b'9' => 0.015,
        _ => 0.008,
    }
}
