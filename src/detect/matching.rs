//! Cuts a candidate out of the bytes at an anchor and decides about it, from nearby bytes alone.

use memchr::memmem;

use super::edges::{self, Edge};
use super::{context, placeholder, steps, structure};
use crate::model::{Confidence, Step};
use crate::rules::{AisaKey, Anchor, Rule};

/// What a current key starts with.
pub(super) const PREFIX: &[u8] = crate::model::PREFIX.as_bytes();
/// The longest body that is looked at.
pub(super) const LONGEST: usize = 512;
/// A key that another runs into begins at most this far before it: every byte of it is searched again at every seam of
/// a delta, so it is no longer than two keys need.
pub(super) const JOINED: usize = 128;
/// The shortest body of a key of [`Anchor::Aisa`].
pub(super) const SHORTEST: usize = 20;
/// The body of a legacy key.
pub(super) const LEGACY: usize = 48;
/// The body of a current key.
pub(super) const CURRENT: usize = 43;

/// A span with the shape of a rule's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// One past its last byte.
    pub end: usize,
    /// The place of its rule.
    pub rule: usize,
    /// Whether nothing but the key stands in its run.
    pub clean: bool,
}

pub(super) fn is_body(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Whether `sk-` and 48 letters and digits start here, whatever follows.
fn is_legacy(bytes: &[u8], at: usize) -> bool {
    let Some(body) = bytes.get(at + 3..at + 3 + LEGACY) else {
        return false;
    };
    // The far end first: in `sk-learn` and its like it fails at once.
    body[LEGACY - 1].is_ascii_alphanumeric()
        && bytes[at..].starts_with(b"sk-")
        && body.iter().all(u8::is_ascii_alphanumeric)
}

/// Whether a key starts here, whatever stands before it.
pub(super) fn starts(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(PREFIX) || is_legacy(bytes, at)
}

/// The end of the run of body characters of a key that starts at `start`: cut before the next key, and after `most`
/// characters.
pub(super) fn run(bytes: &[u8], start: usize, most: usize) -> usize {
    let from = start + PREFIX.len();
    let limit = bytes.len().min(from.saturating_add(most));
    // One pass that ends at the next key: a text of nothing but prefixes costs no more than its length.
    (from..limit)
        .find(|&at| !is_body(bytes[at]) || (bytes[at] == b's' && starts(bytes, at)))
        .unwrap_or(limit)
}

/// The shape of a key at the anchor `start`, if there is one: the first rule that fits wins. `note` is told what was
/// decided, and nothing of an anchor that nobody would take for a key's.
pub(super) fn shape(
    rules: &[Rule],
    bytes: &[u8],
    start: usize,
    mut note: impl FnMut(Step),
) -> Option<Shape> {
    let (anchor, end) = if bytes[start..].starts_with(PREFIX) {
        let end = run(bytes, start, LONGEST);
        if end - start < PREFIX.len() + SHORTEST {
            note(steps::TOO_SHORT);
            return None;
        }
        (Anchor::Aisa, end)
    } else {
        let end = start + 3 + LEGACY;
        if !is_legacy(bytes, start) {
            return None;
        }
        let goes_on = bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if goes_on && !starts(bytes, end) {
            note(steps::GOES_ON);
            return None;
        }
        (Anchor::Plain, end)
    };
    let candidate = &bytes[start..end];
    let shape = rules.iter().enumerate().find_map(|(rule, entry)| {
        let key = entry.aisa().filter(|key| key.anchor == anchor)?;
        let found = key.regex.get()?.find(candidate)?.end();
        let rest = &candidate[found..];
        let emphasis = rest.iter().all(|byte| matches!(byte, b'_' | b'-'));
        emphasis.then_some(Shape {
            end: start + found,
            rule,
            clean: rest.is_empty(),
        })
    });
    note(match shape {
        Some(Shape { clean: true, .. }) => steps::FITS,
        Some(_) => steps::FITS_WITH_MORE,
        None => steps::NO_RULE,
    });
    shape
}

/// Whether the body of a candidate was judged before, under the same rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// It was not.
    New,
    /// It was found in other bytes, so that nobody made it up: of all that is decided about a key of a long history, only
    /// that would cost more than a look around it.
    Known,
}

/// Decides about a shape; the inner `None` is a key whose context is missing here. `note` is told what each step decided:
/// the same code decides and explains, so that the two cannot differ.
pub(super) fn decide(
    rule: &Rule,
    bytes: &[u8],
    start: usize,
    shape: Shape,
    known: Body,
    mut note: impl FnMut(Step),
) -> Option<Option<Confidence>> {
    let key = rule.aisa()?;
    let prefix = match key.anchor {
        Anchor::Aisa => PREFIX.len(),
        Anchor::Plain => 3,
    };
    let body = &bytes[start + prefix..shape.end];
    let edge = edge(bytes, start);
    note(steps::edge(edge));
    if edge == Edge::Inside {
        return None;
    }
    if is_foreign(key, body) {
        note(steps::FOREIGN);
        return None;
    }
    let canonical = key
        .structure
        .map(|wanted| structure::holds(wanted, body))
        .inspect(|&holds| {
            note(match holds {
                true => steps::CANONICAL,
                false => steps::NOT_CANONICAL,
            });
        });
    if known == Body::New
        && let Some(how) = placeholder::made_up(body)
    {
        note(steps::made_up(how));
        return None;
    }
    if key.anchor == Anchor::Aisa && body.len() < CURRENT && is_cut_short(&bytes[shape.end..]) {
        note(steps::CUT_SHORT);
        return None;
    }
    note(steps::NOT_MADE_UP);
    if let Some(need) = key.context {
        if !context::holds(need, bytes, start, shape.end) {
            note(steps::OUT_OF_CONTEXT);
            return Some(None);
        }
        note(steps::IN_CONTEXT);
    }
    let usual = shape.clean && edge == Edge::Clean && canonical != Some(false);
    Some(Some(if usual {
        rule.confidence
    } else {
        rule.confidence.min(Confidence::Medium)
    }))
}

/// What stands before a candidate.
pub(super) fn edge(bytes: &[u8], start: usize) -> Edge {
    match edges::left(bytes, start) {
        Edge::Clean => Edge::Clean,
        edge => joined(bytes, start).unwrap_or(edge),
    }
}

/// OpenAI's keys have this in their middle.
fn is_foreign(key: &AisaKey, body: &[u8]) -> bool {
    key.anchor == Anchor::Plain && memmem::find(body, b"T3BlbkFJ").is_some()
}

/// Whether somebody shortened the key on purpose: dots or stars where the rest was.
fn is_cut_short(after: &[u8]) -> bool {
    ["...", "…", "***", "••"]
        .iter()
        .any(|mark| after.starts_with(mark.as_bytes()))
}

/// The edge of a key that directly follows another one.
fn joined(bytes: &[u8], start: usize) -> Option<Edge> {
    let before = &bytes[start.saturating_sub(JOINED)..start];
    if before.len() >= 3 + LEGACY && is_legacy(bytes, start - 3 - LEGACY) {
        return Some(Edge::Clean);
    }
    let length = before
        .iter()
        .rev()
        .take_while(|&&byte| is_body(byte))
        .count();
    let run = &before[before.len() - length..];
    let body = run.len() - memmem::rfind(run, PREFIX)? - PREFIX.len();
    if body == CURRENT {
        Some(Edge::Clean)
    } else if body >= SHORTEST {
        Some(Edge::Unusual)
    } else {
        None
    }
}
