//! Whether what the prefilter hit may be the begin of a key: most of it is something else, and is told by the bytes beside it.

use super::decoded::Decoded;
use super::{BESIDE, DEPTH, Effort, Region, compressed, decode, joined, plain_anchors};
use crate::detect::Detector;
use crate::detect::edges::Edge;
use crate::detect::gates::ANCHOR;
use crate::detect::gates::{Escape, Gate};
use crate::detect::matching::{self, CURRENT, PREFIX};

/// A candidate with fewer characters of a body is not looked at any further.
const PROMISE: usize = 17;

impl Detector {
    /// What a place of the prefilter may be the begin of, but for a key that stands there as it is.
    pub(in crate::detect) fn gate(
        &self,
        bytes: &[u8],
        start: usize,
        gate: Gate,
        effort: &Effort,
    ) -> Option<Gate> {
        let gate = match gate {
            // The end of a word, and the next line: `task-…`.
            Gate::Plain => {
                opened(bytes, start).filter(|_| matching::edge(bytes, start) != Edge::Inside)?
            }
            gate if is_likely(bytes, start, gate) => gate,
            _ => return None,
        };
        let decoded = decode(bytes, start, gate, Region::PEEK, effort)?;
        self.promises(&decoded, DEPTH, effort).then_some(gate)
    }

    /// Whether there may be a key at a plain anchor, as it stands there, if only what follows it were different. Names like
    /// `task-…` are told by what stands before it.
    pub(in crate::detect) fn is_promising(bytes: &[u8], start: usize) -> bool {
        let text = bytes.get(start..).unwrap_or_default();
        let is_body = match text.starts_with(PREFIX) {
            true => matching::is_body,
            false => |byte: u8| byte.is_ascii_alphanumeric(),
        };
        let body = text.iter().skip(ANCHOR.len()).take(PROMISE);
        body.take_while(|&&byte| is_body(byte)).count() == PROMISE
            && matching::edge(bytes, start) != Edge::Inside
    }

    /// Whether there may be a key where a gate stands.
    fn promises(&self, decoded: &Decoded, depth: usize, effort: &Effort) -> bool {
        let text = &decoded.bytes;
        let is_long = |start: usize| {
            let body = text[start + ANCHOR.len()..].iter();
            let length = body.take_while(|&&byte| matching::is_body(byte)).count();
            length >= PROMISE || start + ANCHOR.len() + length == text.len()
        };
        plain_anchors(decoded).any(is_long)
            || compressed::begins(&text[decoded.focus..])
            || depth > 1
                && self.inner_gates(decoded).into_iter().any(|(at, gate)| {
                    decode(text, at, gate, Region::PEEK, effort)
                        .is_some_and(|inner| self.promises(&inner, depth - 1, effort))
                })
    }

    /// The gates in decoded text that may be about the same key.
    pub(super) fn inner_gates(&self, decoded: &Decoded) -> Vec<(usize, Gate)> {
        let text = &decoded.bytes;
        let from = decoded.focus.saturating_sub(BESIDE);
        let to = text.len().min(decoded.focus + 2 * BESIDE);
        let mut gates = Vec::new();
        self.prefilter.each(text, from, to, |at, gate| {
            let gate = match gate {
                Gate::Plain => opened(text, at),
                gate => is_likely(text, at, gate).then_some(gate),
            };
            gates.extend(gate.map(|gate| (at, gate)));
        });
        gates
    }
}

/// Whether it is worth a closer look: what most gates are comes to nothing, and is told by the bytes beside it.
fn is_likely(bytes: &[u8], hit: usize, gate: Gate) -> bool {
    match gate {
        Gate::Escaped(escape) => {
            let letter = usize::from(bytes[hit..].starts_with(b"k"));
            escape.is_likely(bytes, hit + letter)
        }
        Gate::Split if bytes[hit..].starts_with(b"sk") => {
            let behind = &bytes[hit + 2..];
            joined::seam(behind).is_some_and(|length| behind.get(length) == Some(&b'-'))
        }
        // Behind `sk` it is a part of a plain anchor.
        Gate::Split if bytes[hit..].starts_with(b"-") => {
            !bytes[..hit].ends_with(b"sk") && joined::follows(bytes, hit, Escape::ENDS_OF_K)
        }
        Gate::Split => joined::follows(bytes, hit, Escape::ENDS_OF_S),
        _ => true,
    }
}

/// What a plain anchor opens, if a key that begins there does not go on as it is.
fn opened(bytes: &[u8], start: usize) -> Option<Gate> {
    let body = bytes.get(start + ANCHOR.len()..)?;
    let most = PREFIX.len() + CURRENT;
    let length = body
        .iter()
        .take(most)
        .take_while(|&&byte| matching::is_body(byte))
        .count();
    if length + ANCHOR.len() >= most {
        return None;
    }
    let rest = &body[length..];
    let escape = match rest.first()? {
        b'%' => Some(Escape::Percent),
        b'&' => Some(Escape::Entity),
        b'=' => Some(Escape::Quoted),
        b'\\' if rest.starts_with(b"\\x") => Some(Escape::Hex),
        b'\\' if rest.starts_with(b"\\u") || rest.starts_with(b"\\U") => Some(Escape::Unicode),
        _ => None,
    };
    match escape {
        Some(escape) => escape.read(rest).map(|_| Gate::Escaped(escape)),
        None => joined::seam(rest).map(|_| Gate::Split),
    }
}
