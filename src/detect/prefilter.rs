//! Finds the few places where a key may start, at the speed of memory.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::gates::{self, Gate};

/// What every key starts with that stands there as it is. One literal: `sk-aisa-` would never be reached behind it, and
/// what follows is checked faster than a second literal is searched.
pub(super) const ANCHOR: &[u8] = b"sk-";

/// So many bytes are searched for one group of literals before the same are searched for the other: they are still near.
const BLOCK: usize = 32 << 10;

/// A searcher for each group of the literals of all gates.
#[derive(Debug)]
pub(super) struct Prefilter {
    groups: [Group; 2],
}

#[derive(Debug)]
struct Group {
    searcher: Searcher,
    gates: Vec<Gate>,
}

impl Prefilter {
    /// The fastest searchers that this processor has.
    pub fn new() -> Self {
        let groups = gates::groups().map(|group| {
            let (literals, gates): (Vec<_>, Vec<_>) = group.into_iter().unzip();
            let teddy = packed::Config::new()
                .match_kind(packed::MatchKind::LeftmostFirst)
                .builder()
                .extend(&literals)
                .build();
            let searcher = teddy.map_or_else(|| Searcher::fallback(literals), Searcher::Teddy);
            Group { searcher, gates }
        });
        Self { groups }
    }

    /// The searchers of processors without the instructions that Teddy needs.
    #[cfg(test)]
    pub fn fallback() -> Self {
        let groups = gates::groups().map(|group| {
            let (literals, gates) = group.into_iter().unzip();
            let searcher = Searcher::fallback(literals);
            Group { searcher, gates }
        });
        Self { groups }
    }

    /// Calls `each` with every place from `from` on and before `to` at which a literal starts, and what it says. The plain
    /// anchors come in their order, and so does everything of one gate.
    pub fn each(&self, bytes: &[u8], from: usize, to: usize, mut each: impl FnMut(usize, Gate)) {
        let mut from = from;
        while from < to {
            let end = to.min(from + BLOCK);
            let high = bytes.len().min(end + gates::LONGEST - 1);
            for group in &self.groups {
                let mut at = from;
                while let Some((start, literal)) = group.searcher.next(bytes, at, high) {
                    if start >= end {
                        break;
                    }
                    at = start + 1;
                    if let Some(&gate) = group.gates.get(literal) {
                        each(start, gate);
                    }
                }
            }
            from = end;
        }
    }
}

#[derive(Debug)]
enum Searcher {
    /// Vectorised; not on every processor.
    Teddy(packed::Searcher),
    /// Where Teddy cannot be built.
    Automaton(AhoCorasick),
    /// Where nothing else can be.
    Naive(Vec<Vec<u8>>),
}

impl Searcher {
    /// The searcher of processors without the instructions that Teddy needs.
    fn fallback(literals: Vec<Vec<u8>>) -> Self {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(&literals);
        automaton.map_or(Self::Naive(literals), Self::Automaton)
    }

    /// Where the next literal starts, and its number.
    fn next(&self, bytes: &[u8], from: usize, to: usize) -> Option<(usize, usize)> {
        if from >= to {
            return None;
        }
        match self {
            Self::Teddy(searcher) => searcher
                .find_in(bytes, aho_corasick::Span::from(from..to))
                .map(|found| (found.start(), found.pattern().as_usize())),
            Self::Automaton(searcher) => searcher
                .find(Input::new(bytes).range(from..to))
                .map(|found| (found.start(), found.pattern().as_usize())),
            Self::Naive(literals) => (from..to).find_map(|at| {
                let rest = bytes.get(at..to)?;
                let literal = literals.iter().position(|text| rest.starts_with(text))?;
                Some((at, literal))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;

    fn all(searcher: &Searcher, bytes: &[u8], from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = from;
        while let Some(hit) = searcher.next(bytes, at, to) {
            found.push(hit);
            at = hit.0 + 1;
        }
        found
    }

    #[test]
    fn every_searcher_finds_the_same() {
        for group in gates::groups() {
            let literals: Vec<Vec<u8>> = group.into_iter().map(|(text, _)| text).collect();
            let mut rng = Rng::new(7);
            let mut text = Vec::new();
            while text.len() < 20_000 {
                // Literals, pieces of them, and what lies between.
                let literal = &literals[rng.below(literals.len())];
                let cut = rng.below(literal.len() + 1);
                text.extend_from_slice(&literal[cut..]);
                text.extend_from_slice(&b"s k-\0="[..rng.below(7)]);
            }
            let teddy = packed::Config::new()
                .match_kind(packed::MatchKind::LeftmostFirst)
                .builder()
                .extend(&literals)
                .build();
            let automaton = Searcher::fallback(literals.clone());
            assert!(matches!(automaton, Searcher::Automaton(_)));
            let naive = Searcher::Naive(literals);
            for from in [0, 1, 17, 19_990] {
                for to in [from, from + 2, from + 10, 4000, 20_000] {
                    let expected = all(&naive, &text, from, to);
                    assert_eq!(all(&automaton, &text, from, to), expected);
                    if let Some(teddy) = &teddy {
                        let teddy = Searcher::Teddy(teddy.clone());
                        assert_eq!(all(&teddy, &text, from, to), expected);
                    }
                }
            }
            assert!(all(&naive, &text, 0, 20_000).len() > 300);
        }
    }

    #[test]
    fn blocks_lose_nothing() {
        let prefilter = Prefilter::new();
        for start in BLOCK - 10..BLOCK + 10 {
            let mut text = vec![b' '; 2 * BLOCK];
            text[start..start + 8].copy_from_slice(b"&hyphen;");
            let mut found = Vec::new();
            prefilter.each(&text, 5, text.len(), |at, _| found.push(at));
            assert_eq!(found, [start]);
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn teddy_takes_all_literals() {
        // It takes 64 at most, and an automaton in its place is eight times slower.
        if std::arch::is_x86_feature_detected!("ssse3") {
            let groups = Prefilter::new().groups;
            assert!(
                groups
                    .iter()
                    .all(|group| matches!(group.searcher, Searcher::Teddy(_)))
            );
        }
    }
}
