//! Finds the few places where a key may start, at the speed of memory.

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind};
use memchr::memmem;

/// What every key starts with. One literal: `sk-aisa-` would never be reached behind it, and what follows is checked
/// faster than a second literal is searched.
pub(super) const ANCHOR: &[u8] = b"sk-";

/// A searcher for [`ANCHOR`].
#[derive(Debug)]
pub(super) enum Prefilter {
    /// Vectorised; not on every processor.
    Teddy(packed::Searcher),
    /// Where Teddy cannot be built.
    Automaton(AhoCorasick),
    /// Where nothing else can be.
    Single,
}

impl Prefilter {
    /// The fastest searcher that this processor has.
    pub fn new() -> Self {
        packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostFirst)
            .builder()
            .add(ANCHOR)
            .build()
            .map_or_else(Self::fallback, Self::Teddy)
    }

    /// The searcher of processors without the instructions that Teddy needs.
    pub fn fallback() -> Self {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build([ANCHOR])
            .map_or(Self::Single, Self::Automaton)
    }

    /// Where the next anchor within `from..to` starts.
    pub fn next(&self, bytes: &[u8], from: usize, to: usize) -> Option<usize> {
        if from >= to {
            return None;
        }
        match self {
            Self::Teddy(searcher) => searcher
                .find_in(bytes, aho_corasick::Span::from(from..to))
                .map(|found| found.start()),
            Self::Automaton(searcher) => searcher
                .find(Input::new(bytes).range(from..to))
                .map(|found| found.start()),
            Self::Single => memmem::find(&bytes[from..to], ANCHOR).map(|at| from + at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(filter: &Prefilter, bytes: &[u8], from: usize, to: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = from;
        while let Some(hit) = filter.next(bytes, at, to) {
            found.push(hit);
            at = hit + 1;
        }
        found
    }

    #[test]
    fn every_searcher_finds_the_same() {
        let mut rng = crate::detect::testing::Rng::new(7);
        let text: Vec<u8> = (0..4000).map(|_| b"sk-aX"[rng.below(5)]).collect();
        for from in [0, 1, 17, 3990] {
            for to in [from, from + 2, from + 10, 4000].map(|to| to.min(4000)) {
                let teddy = all(&Prefilter::new(), &text, from, to);
                assert_eq!(teddy, all(&Prefilter::fallback(), &text, from, to));
                assert_eq!(teddy, all(&Prefilter::Single, &text, from, to));
            }
        }
        assert!(matches!(Prefilter::fallback(), Prefilter::Automaton(_)));
    }
}
