//! Finds keys in bytes: prefilter, shape, edges, structure, placeholder test, context.

mod allow;
mod brought;
mod context;
mod edges;
mod encoded;
#[cfg(test)]
pub(crate) mod encoders;
mod examples;
mod excerpt;
mod explain;
mod gates;
mod issuer;
mod lines;
mod mask;
mod matching;
mod placeholder;
mod prefilter;
mod steps;
mod structure;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
mod wrapped;

use std::ops::Range;

use crate::model::{Confidence, Encoding, FingerprintKey, Reach, Secret};
use crate::rules::Rule;
use brought::Engine;
use gates::Gate;
use matching::Body;
use prefilter::{ANCHOR, Prefilter};
use wrapped::{Effort, Wrapped};

#[cfg(test)]
pub(crate) use steps::all as all_steps;
#[cfg(test)]
pub(crate) use templates as testing;

pub use allow::{has_marker, inline_allow};
pub use brought::{Scratch, Text};
pub use excerpt::context;
pub use explain::{has_beginning, has_encoded_key};
pub use lines::{Cursor, place};

/// So many gates are kept of one text, to be looked at again where a delta copies it.
const GATES: usize = 4096;

/// A key in the bytes that were searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Which of [`Detector::rules`] found it.
    pub rule: u16,
    /// How sure it is; `None`: shaped like a key, but the context that its rule needs is missing here.
    pub confidence: Option<Confidence>,
    /// Of a key that does not stand there as it is, its number among those of the same span.
    pub wrapped: Option<u16>,
}

/// How a key is written that does not stand there as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wrapping {
    /// Outermost first.
    pub encoding: Vec<Encoding>,
    /// Whether it says who issued the key, as [`Detector::names_issuer`] tells.
    pub names_issuer: bool,
}

/// Finds keys. It is immutable, so that all threads share one.
#[derive(Debug)]
pub struct Detector {
    rules: Vec<Rule>,
    prefilter: Prefilter,
    key: FingerprintKey,
    brought: Option<Engine>,
}

impl Detector {
    /// A detector for these rules; where two fit one place, the first wins.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self::with_key(rules, FingerprintKey::new(&[]))
    }

    /// The same, with a key for the fingerprints of what brought rules find.
    pub fn with_key(rules: Vec<Rule>, key: FingerprintKey) -> Self {
        Self {
            prefilter: Prefilter::new(),
            key,
            brought: Engine::new(&rules),
            rules,
        }
    }

    /// Whether there are rules that somebody brought.
    pub fn has_brought(&self) -> bool {
        self.brought.is_some()
    }

    /// Whether a rule was brought.
    pub fn is_brought(&self, rule: u16) -> bool {
        let rule = self.rules.get(usize::from(rule));
        rule.is_some_and(|rule| rule.brought().is_some())
    }

    /// Appends what the brought rules find in a text, in no order: in its windows, and at anchors that were found in other
    /// bytes and stand here too. Matches without confidence are anchors: places that have to be looked at again wherever a
    /// delta copies them.
    pub fn search_brought(
        &self,
        text: Text<'_>,
        anchors: &[Match],
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        if let Some(engine) = &self.brought {
            engine.search(&self.rules, text, anchors, scratch, out);
        }
    }

    /// Appends what rules about paths alone find: in a name, if its path is given, or in a tree with ids of `hash` bytes.
    pub fn search_names(&self, text: Text<'_>, hash: usize, out: &mut Vec<Match>) {
        if let Some(engine) = &self.brought {
            engine.search_names(&self.rules, text, hash, out);
        }
    }

    /// Sorts the matches of one text, and takes out what another one says better; `keys` are spans of AIsa keys that are
    /// known from elsewhere, sorted.
    pub fn settle(&self, keys: &[(usize, usize)], matches: &mut Vec<Match>) {
        brought::settle(&self.rules, keys, matches);
    }

    /// Whether what a brought rule says of paths keeps a match from being a finding under this path; empty where there is
    /// none.
    pub fn drops_at(&self, rule: u16, bytes: &[u8], span: (usize, usize), path: &[u8]) -> bool {
        let engine = self.brought.as_ref();
        engine.is_some_and(|engine| engine.drops_at(&self.rules, rule, bytes, span, path))
    }

    /// Whether the rule of this id does not count a secret under this path that only these commits introduced, in
    /// hexadecimal.
    pub fn drops_finally(
        &self,
        rule: &str,
        secret: &[u8],
        path: &[u8],
        commits: &[String],
    ) -> bool {
        let engine = self.brought.as_ref();
        engine.is_some_and(|engine| engine.drops_finally(&self.rules, rule, secret, path, commits))
    }

    /// Everything that a brought rule's expression matches, whatever else the rule demands, sorted and disjoint.
    fn brought_spans(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let engine = self.brought.as_ref();
        engine.map_or_else(Vec::new, |engine| engine.spans(&self.rules, bytes))
    }

    /// The rules that the program carries: the first ones.
    fn built_in(&self) -> &[Rule] {
        let brought = self.rules.iter().position(|rule| rule.brought().is_some());
        self.rules
            .get(..brought.unwrap_or(self.rules.len()))
            .unwrap_or_default()
    }

    /// The secret of a match in these bytes.
    pub fn secret(&self, bytes: &[u8], found: &Match) -> Secret {
        if found.wrapped.is_some() {
            let wrapped = self.wrapped_match(bytes, found);
            return Secret::new(&wrapped.map_or_else(String::new, |wrapped| wrapped.secret));
        }
        let text = bytes.get(found.start..found.end).unwrap_or_default();
        let text = String::from_utf8_lossy(text);
        match self.rules.get(usize::from(found.rule)) {
            Some(rule) if !rule.is_built_in() => Secret::foreign(&text, &rule.id, &self.key),
            _ => Secret::new(&text),
        }
    }

    /// Whether what stands around a key that stands there as it is says who issued it. The prefix of AIsa's own keys does; a
    /// shape that other issuers' keys have, too, takes a name or an address that is this key's and no other's.
    pub fn names_issuer(&self, bytes: &[u8], span: (usize, usize), rule: u16) -> bool {
        let rule = self.rules.get(usize::from(rule));
        rule.and_then(Rule::aisa)
            .is_some_and(|key| match key.context {
                None => true,
                Some(need) => issuer::is_named(need, bytes, span),
            })
    }

    /// Whether a value looks random, and is not shaped like anything that a rule finds.
    pub fn is_unknown_but_random(&self, value: &[u8]) -> bool {
        let mut found = Vec::new();
        self.search(value, None, &mut found);
        found.is_empty() && placeholder::made_up(value).is_none()
    }

    /// How far behind the first byte of an encoded key there may be what leads to it: whoever asks for what begins in a window
    /// has to search so much more.
    pub const INSIDE: usize = wrapped::INSIDE;

    /// The rules, in the order that [`Match::rule`] counts.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// How far around the start of a candidate its bytes, its edges and its context lie.
    pub fn reach(&self) -> Reach {
        let (longest, after) = (ANCHOR.len() + matching::LONGEST + 8, 64);
        Reach {
            before: matching::JOINED,
            longest,
            after,
            // Of what brought rules find, only that is known which is found again.
            promise: (self.brought.as_ref()).map_or(wrapped::PROMISES, |_| longest + after),
            context: context::NEAR + 64,
            stretch: (self.brought.as_ref())
                .map_or(wrapped::REACH, |_| brought::FORWARD.max(wrapped::REACH)),
            // What is known about brought expressions does not go so far.
            names: self.brought.is_none(),
        }
    }

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
        wrapped.retain(|wrapped| wrapped.confidence.is_some());
        wrapped::settle(&mut wrapped);
        let mut last = (0..0, 0u16);
        for wrapped in wrapped {
            let span = wrapped.start..wrapped.end;
            last = (
                span.clone(),
                if last.0 == span {
                    last.1.saturating_add(1)
                } else {
                    0
                },
            );
            out.push(Match {
                start: wrapped.start,
                end: wrapped.end,
                rule: wrapped.rule as u16,
                confidence: wrapped.confidence,
                wrapped: Some(last.1),
            });
        }
        out[first..].sort_by_key(|found| (found.start, found.end, found.wrapped));
        yield_to_wrapped(&mut out[first..]);
        followed
    }

    /// Calls `each` with every literal of the prefilter that starts inside the windows.
    fn literals(
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
    fn wrapped_spans(&self, text: &[u8]) -> Vec<Range<usize>> {
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
    fn may_hold_encoded(&self, piece: &[u8]) -> bool {
        let (mut may, effort) = (piece.contains(&0), Effort::of(piece.len()));
        self.literals(piece, None, |at, gate| {
            may |= self.gate(piece, at, gate, &effort).is_some();
        });
        may || effort.is_exhausted()
    }

    /// The encoded keys at a span, in the order that [`Match::wrapped`] counts.
    fn wrapped_at(&self, bytes: &[u8], (start, end): (usize, usize)) -> Vec<Wrapped> {
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

    fn wrapped_match(&self, bytes: &[u8], found: &Match) -> Option<Wrapped> {
        let nth = usize::from(found.wrapped?);
        let mut all = self.wrapped_at(bytes, (found.start, found.end));
        (nth < all.len()).then(|| all.swap_remove(nth))
    }

    fn decide(&self, bytes: &[u8], start: usize) -> Option<Match> {
        let shape = matching::shape(self.built_in(), bytes, start, |_| {})?;
        let rule = &self.rules[shape.rule];
        let confidence = matching::decide(rule, bytes, start, shape, Body::New, |_| {})?;
        Some(Match {
            start,
            end: shape.end,
            rule: shape.rule as u16,
            confidence,
            wrapped: None,
        })
    }

    /// Decides again about a match that was found in other bytes and stands here too: its own bytes are the same, what
    /// is around them may not be. `None` if it is no finding here.
    pub fn judge(&self, bytes: &[u8], start: usize, end: usize, rule: u16) -> Option<Confidence> {
        if !bytes.get(start..end)?.starts_with(ANCHOR) {
            return None;
        }
        let shape = matching::shape(self.built_in(), bytes, start, |_| {})?;
        if shape.end != end || shape.rule != usize::from(rule) {
            return None;
        }
        matching::decide(
            &self.rules[shape.rule],
            bytes,
            start,
            shape,
            Body::Known,
            |_| {},
        )?
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
