//! Searches bytes for keys: what the prefilter hits is decided as it stands there, and decoded if it may be written otherwise.

use std::ops::Range;

use super::gates::Gate;
use super::wrapped::{self, Effort, Wrapped};
use super::{Detector, Match, Wrapping};
use crate::model::Secret;

/// So many gates are kept of one text, to be looked at again where a delta copies it.
const GATES: usize = 4096;

impl Detector {
    /// Appends what is found to `out`, sorted by start. With `windows`, only candidates that start inside one of these
    /// sorted disjoint ranges are looked at; bytes outside them still decide about those.
    pub fn search(&self, bytes: &[u8], windows: Option<&[Range<usize>]>, out: &mut Vec<Match>) {
        self.search_on(bytes, windows, &[], out, &mut Vec::new());
    }

    /// The same in bytes that have much in common with others that were searched: `known` are places, sorted, at which gates or
    /// candidates were found there, and of which at least the first bytes stand here too. The gates of this search are appended to
    /// `gates`, and with them candidates that are none for what follows them: what becomes of them depends on bytes far
    /// around them, so that it is decided again wherever they are copied. Returns whether every gate was followed: there may
    /// be too many.
    pub fn search_on(
        &self,
        bytes: &[u8],
        windows: Option<&[Range<usize>]>,
        known: &[usize],
        out: &mut Vec<Match>,
        gates: &mut Vec<Range<usize>>,
    ) -> bool {
        let searched = windows.map_or(bytes.len(), |windows| windows.iter().map(Range::len).sum());
        let effort = Effort::of(searched);
        let (first, first_gate) = (out.len(), gates.len());
        let (mut wrapped, mut lost) = (Vec::new(), false);
        let mut look = |start: usize, gate: Gate| {
            let mut promises = false;
            if gate == Gate::Plain {
                let found = self.decide(bytes, start);
                promises = found.is_none() && Self::is_promising(bytes, start);
                out.extend(found);
            }
            let gate = self.gate(bytes, start, gate, &effort);
            if promises || gate.is_some() {
                match gates.len() - first_gate < GATES {
                    true => gates.push(start..bytes.len().min(start + wrapped::PEEK)),
                    false => lost = true,
                }
            }
            if let Some(gate) = gate {
                wrapped.extend(self.unwrap(bytes, start, gate, &effort));
            }
        };
        self.literals(bytes, windows, &mut look);
        let windows = windows.unwrap_or_default();
        let mut last = None;
        for &start in known {
            if last.replace(start) == Some(start) {
                continue;
            }
            let window = windows.partition_point(|window| window.end <= start);
            let is_fresh = windows
                .get(window)
                .is_some_and(|window| window.start <= start);
            if !is_fresh {
                self.prefilter.each(bytes, start, start + 1, &mut look);
            }
        }
        if !known.is_empty() {
            out[first..].sort_by_key(|found| (found.start, found.end));
        }
        if gates.len() > first_gate && !known.is_empty() {
            gates[first_gate..].sort_by_key(|gate| gate.start);
        }
        let followed = !effort.is_exhausted() && !lost;
        if wrapped.is_empty() {
            return followed;
        }
        out.extend(numbered(wrapped));
        out[first..].sort_by_key(|found| (found.start, found.end, found.wrapped));
        yield_to_wrapped(&mut out[first..]);
        followed
    }

    /// Calls `each` with every literal of the prefilter that starts inside the windows.
    pub(super) fn literals(
        &self,
        bytes: &[u8],
        windows: Option<&[Range<usize>]>,
        mut each: impl FnMut(usize, Gate),
    ) {
        let whole = 0..bytes.len();
        for window in windows.unwrap_or(std::slice::from_ref(&whole)) {
            let to = bytes.len().min(window.end);
            self.prefilter.each(bytes, window.start, to, &mut each);
        }
    }

    /// Where encoded keys stand in a text, or what may be the beginning of one, sorted; they do not overlap.
    pub(super) fn wrapped_spans(&self, text: &[u8]) -> Vec<Range<usize>> {
        let (mut spans, effort) = (Vec::new(), Effort::of(text.len()));
        self.literals(text, None, |at, gate| {
            if let Some(gate) = self.gate(text, at, gate, &effort) {
                let found = self.unwrap(text, at, gate, &effort);
                spans.extend(found.iter().map(|wrapped| wrapped.start..wrapped.end));
            }
        });
        spans.sort_unstable_by_key(|span| span.start);
        spans.dedup_by(|later, earlier| {
            let overlaps = later.start < earlier.end;
            if overlaps {
                earlier.end = earlier.end.max(later.end);
            }
            overlaps
        });
        spans
    }

    /// Whether a piece of a line has what may lead to an encoded key, of which a part may stand here.
    pub(super) fn may_hold_encoded(&self, piece: &[u8]) -> bool {
        let (mut may, effort) = (piece.contains(&0), Effort::of(piece.len()));
        self.literals(piece, None, |at, gate| {
            may |= self.gate(piece, at, gate, &effort).is_some();
        });
        may || effort.is_exhausted()
    }

    /// The encoded keys at a span, in the order that [`Match::wrapped`] counts.
    pub(super) fn wrapped_at(&self, bytes: &[u8], (start, end): (usize, usize)) -> Vec<Wrapped> {
        let (mut found, effort) = (Vec::new(), Effort::of(end - start));
        // A gate may stand two bytes before what it leads to (`0x`).
        let window = start.saturating_sub(2)..end;
        self.literals(bytes, Some(&[window]), |at, gate| {
            if let Some(gate) = self.gate(bytes, at, gate, &effort) {
                found.extend(self.unwrap(bytes, at, gate, &effort));
            }
        });
        found.retain(|wrapped| wrapped.confidence.is_some());
        wrapped::settle(&mut found);
        found.retain(|wrapped| (wrapped.start, wrapped.end) == (start, end));
        found
    }

    /// How a secret is written at a span at which it was found, but not as it is.
    pub fn wrapping(&self, bytes: &[u8], span: (usize, usize), secret: &Secret) -> Wrapping {
        let all = self.wrapped_at(bytes, span).into_iter();
        let mut same = all.filter(|wrapped| wrapped.secret == secret.expose());
        let found = same.next().map(|wrapped| Wrapping {
            encoding: wrapped.encoding,
            names_issuer: wrapped.names_issuer,
        });
        found.unwrap_or_default()
    }

    pub(super) fn wrapped_match(&self, bytes: &[u8], found: &Match) -> Option<Wrapped> {
        let nth = usize::from(found.wrapped?);
        let mut all = self.wrapped_at(bytes, (found.start, found.end));
        (nth < all.len()).then(|| all.swap_remove(nth))
    }
}

/// Takes the confidence of what only seems to stand there as it is: the beginning of a key in pieces looks like a whole one of
/// another shape. The matches are sorted.
pub fn yield_to_wrapped(matches: &mut [Match]) {
    for same in matches.chunk_by_mut(|one, next| one.start == next.start) {
        if same
            .iter()
            .any(|found| found.wrapped.is_some() && found.confidence.is_some())
        {
            let plain = same.iter_mut().filter(|found| found.wrapped.is_none());
            plain.for_each(|found| found.confidence = None);
        }
    }
}

/// The matches of what does not stand there as it is, those of one span numbered.
fn numbered(mut found: Vec<Wrapped>) -> impl Iterator<Item = Match> {
    found.retain(|wrapped| wrapped.confidence.is_some());
    wrapped::settle(&mut found);
    let mut last = (0..0, 0u16);
    found.into_iter().map(move |wrapped| {
        let span = wrapped.start..wrapped.end;
        let nth = match last.0 == span {
            true => last.1.saturating_add(1),
            false => 0,
        };
        last = (span, nth);
        Match {
            start: wrapped.start,
            end: wrapped.end,
            rule: wrapped.rule as u16,
            confidence: wrapped.confidence,
            wrapped: Some(nth),
        }
    })
}
