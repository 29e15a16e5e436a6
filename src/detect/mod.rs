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
mod searching;
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
use gates::ANCHOR;
use matching::Body;
use prefilter::Prefilter;

#[cfg(test)]
pub(crate) use steps::all as all_steps;
#[cfg(test)]
pub(crate) use templates as testing;

pub use allow::{has_marker, inline_allow};
pub use brought::{Scratch, Text};
pub use excerpt::context;
pub use explain::{has_beginning, has_encoded_key};
pub use lines::{Cursor, place};
pub use searching::yield_to_wrapped;

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
