//! Keys that do not stand there as they are: encoded, escaped, in wide characters, or in pieces. What stands around a gate is
//! decoded, and what it says is judged as any other text is: by the same rules, with the context that was decoded with it.
//!
//! How much is decoded does not depend on how the bytes are cut into windows, so that all sources find the same.

mod compressed;
mod decoded;
mod digits;
mod effort;
mod escapes;
mod joined;
mod promise;
mod settling;
#[cfg(test)]
mod tests;
mod wide;

use memchr::memmem;

use super::gates::ANCHOR;
use super::gates::Gate;
use super::matching::{self, Body, CURRENT, PREFIX};
use super::{Detector, context, issuer, steps};
use crate::model::{Confidence, Encoding, Step};
use crate::rules::Anchor;
use decoded::Decoded;
use digits::Digits;
pub(super) use effort::Effort;
pub(super) use settling::settle;

/// So many encodings may lie in each other.
const DEPTH: usize = 4;
/// What a whole key takes, in either form.
const WHOLE: usize = PREFIX.len() + CURRENT;
/// So many keys are told of one compressed text.
const KEYS: usize = 100;
/// How far from what a gate stands for the key may begin: a gate may stand for the end of the prefix.
const BESIDE: usize = 16;
/// By so many bytes from its first one on it is told whether a literal promises anything: what may be decoded of it, and the
/// escape or character at the end of that.
pub(super) const PROMISES: usize = Region::PEEK.forward + 32;

/// How far around a gate bytes are decoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    back: usize,
    forward: usize,
}

impl Region {
    /// To see whether a gate promises anything. Where a delta changes any of it, it is looked at again, so that it is no more
    /// than a piece of a key takes, and what parts it from the next one.
    const PEEK: Self = Self {
        back: 100,
        forward: joined::SEAM + 64,
    };
    /// Enough for most keys.
    const NEAR: Self = Self {
        back: 256,
        forward: 2048,
    };
    /// Enough for the longest key in the widest encoding, and for the context of one that needs it.
    const FAR: Self = Self {
        back: 8 << 10,
        forward: 8 << 10,
    };
    /// What is compressed is decoded from its begin, so far.
    const COMPRESSED: Self = Self {
        back: 0,
        forward: 256 << 10,
    };

    /// What of `bytes` it is, around `hit`.
    fn around(self, bytes: &[u8], hit: usize) -> (usize, usize) {
        let high = hit.saturating_add(self.forward).min(bytes.len());
        (hit.saturating_sub(self.back), high)
    }
}

/// How far around a gate the bytes lie that decide about it.
pub(super) const REACH: usize = Region::COMPRESSED.forward;
/// How far behind its first byte the gate of a key may stand.
pub(super) const INSIDE: usize = Region::FAR.back;
/// How many bytes from a gate on decide whether it promises anything.
pub(super) const PEEK: usize = Region::PEEK.forward;

/// A key, how it is written, and where.
// No `Debug`: it holds a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wrapped {
    /// First byte of the encoded text.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    pub(super) secret: String,
    pub(super) rule: usize,
    pub(super) confidence: Option<Confidence>,
    /// Outermost first.
    pub(super) encoding: Vec<Encoding>,
    /// Whether what was decoded with it, or what it is assigned to, says who issued it.
    pub(super) names_issuer: bool,
    /// What was decided, if somebody asked.
    pub(super) steps: Vec<Step>,
}

impl Detector {
    /// The keys that a gate leads to.
    pub(super) fn unwrap(
        &self,
        bytes: &[u8],
        hit: usize,
        gate: Gate,
        effort: &Effort,
    ) -> Vec<Wrapped> {
        let mut found = Vec::new();
        self.unwrap_into(bytes, (hit, gate), DEPTH, effort, &mut found);
        // What stands beside it has gates of its own. One gate stands two bytes before what it leads to (`0x`).
        found.retain(|wrapped| wrapped.start <= hit + 2 && hit < wrapped.end);
        found
    }

    fn unwrap_into(
        &self,
        bytes: &[u8],
        (hit, gate): (usize, Gate),
        depth: usize,
        effort: &Effort,
        found: &mut Vec<Wrapped>,
    ) {
        let first = found.len();
        for region in [Region::NEAR, Region::FAR] {
            let Some(decoded) = decode(bytes, hit, gate, region, effort) else {
                return;
            };
            found.truncate(first);
            let mut inner = Vec::new();
            let settled = self.read(&decoded, depth, effort, &mut inner);
            for wrapped in inner {
                found.extend(outward(&decoded, wrapped));
            }
            if settled || decoded.is_all_of(bytes) {
                break;
            }
        }
        if gate == Gate::Split {
            // Pieces have to make up a whole key, also where what they make up is an encoding.
            let whole = |wrapped: &Wrapped| wrapped.secret.len() == WHOLE;
            let mut inner = found.split_off(first);
            inner.retain(whole);
            found.append(&mut inner);
        }
        for wrapped in &mut found[first..] {
            self.name(bytes, wrapped);
        }
        let text = bytes.get(hit..).unwrap_or_default();
        if matches!(gate, Gate::Base64(0)) && depth > 1 && compressed::begins_in_base64(text) {
            self.inflate(bytes, hit, depth, effort, found);
        }
    }

    /// What decoded text says near its focus; whether more text could not say anything else.
    fn read(
        &self,
        decoded: &Decoded,
        depth: usize,
        effort: &Effort,
        found: &mut Vec<Wrapped>,
    ) -> bool {
        let mut settled = true;
        for start in plain_anchors(decoded) {
            let wrapped = self.decide_decoded(decoded, start);
            let is_sure = wrapped.as_ref().is_some_and(|wrapped| {
                wrapped.confidence.is_some() && wrapped.end < decoded.bytes.len()
            });
            settled &= is_sure || !decoded.cut;
            found.extend(wrapped);
        }
        if depth > 1 {
            for (at, gate) in self.inner_gates(decoded) {
                self.unwrap_into(&decoded.bytes, (at, gate), depth - 1, effort, found);
                settled &= !decoded.cut;
            }
        }
        settled
    }

    /// Decides about the candidate at `start` of decoded text; one that is dropped has no confidence.
    fn decide_decoded(&self, decoded: &Decoded, start: usize) -> Option<Wrapped> {
        // What stands behind a line break is the rest of a line, or the next thing: where the key is whole at one, it ends there.
        // What is joined before it on purpose is a part of the same word.
        let in_digits = matches!(decoded.encoding, Encoding::Base64 | Encoding::Hex);
        let (parted, begins) = decoded.parted_at(start, WHOLE, in_digits);
        let (text, start) = (&parted[..], start + usize::from(begins));
        let shape = matching::shape(self.built_in(), text, start, |_| {})?;
        let (end, rule) = (shape.end, self.rules.get(shape.rule)?);
        let key = rule.aisa()?;
        let shift = usize::from(begins);
        let written = decoded.written(start - shift..end - shift)?;
        let in_pieces = decoded.encoding == Encoding::Concatenation;
        // What stands there as it is, is found as it is.
        if written.len() == end - start || in_pieces && !is_whole(key.anchor, end - start) {
            return None;
        }
        let (confidence, steps) = match self.judge_decoded(text, start) {
            // A letter before the key is none if it came out of other data.
            (None, _) if in_digits && decoded.is_noise_before(start) => {
                let (confidence, steps) = self.judge_decoded(&text[start..], 0);
                let least = |confidence: Confidence| confidence.min(Confidence::Medium);
                (confidence.map(least), steps)
            }
            judged => judged,
        };
        let span = (start, end);
        Some(Wrapped {
            start: start - shift,
            end: end - shift,
            secret: String::from_utf8_lossy(&text[start..end]).into_owned(),
            rule: shape.rule,
            confidence,
            encoding: Vec::new(),
            names_issuer: (key.context).is_none_or(|need| issuer::is_named(need, text, span)),
            steps,
        })
    }

    /// How sure the detector is of a candidate, and what it decided.
    fn judge_decoded(&self, text: &[u8], start: usize) -> (Option<Confidence>, Vec<Step>) {
        let mut steps = Vec::new();
        let shape = matching::shape(self.built_in(), text, start, |step| steps.push(step));
        let confidence = shape.and_then(|shape| {
            let rule = self.rules.get(shape.rule)?;
            matching::decide(rule, text, start, shape, Body::New, |step| steps.push(step))?
        });
        (confidence, steps)
    }

    /// What the key is assigned to where it is encoded counts, too.
    fn name(&self, bytes: &[u8], wrapped: &mut Wrapped) {
        let rule = self.rules.get(wrapped.rule);
        let need = rule.and_then(|rule| rule.aisa()?.context);
        let Some(need) = need else { return };
        wrapped.names_issuer |= issuer::is_named(need, bytes, (wrapped.start, wrapped.end));
        let is_assigned = wrapped.names_issuer || context::is_assigned(need, bytes, wrapped.start);
        if is_assigned && wrapped.steps.last() == Some(&steps::OUT_OF_CONTEXT) {
            wrapped.steps.pop();
            wrapped.steps.push(steps::IN_CONTEXT);
            wrapped.confidence = rule.map(|rule| rule.confidence);
        }
    }

    /// The keys in what is compressed and begins, in base64, at `hit`.
    fn inflate(
        &self,
        bytes: &[u8],
        hit: usize,
        depth: usize,
        effort: &Effort,
        found: &mut Vec<Wrapped>,
    ) {
        let region = Region::COMPRESSED;
        let Some(decoded) = decode(bytes, hit, Gate::Base64(0), region, effort) else {
            return;
        };
        let most = compressed::MOST.min(effort.left() as u64);
        compressed::each(&decoded.bytes, most, |encoding, text, taken| {
            if !effort.spend(text.len()) || (most < compressed::MOST && effort.left() == 0) {
                return effort.exhaust();
            }
            let mut inner = Vec::new();
            self.search_at_depth(text, depth - 2, effort, &mut inner);
            let Some(written) = decoded.written(0..taken) else {
                return;
            };
            // They all stand at the same place: one of each is enough.
            inner.sort_by(|one, other| {
                (&one.secret, one.confidence).cmp(&(&other.secret, other.confidence))
            });
            inner.dedup_by(|later, earlier| {
                let same = later.secret == earlier.secret;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
            if inner.len() > KEYS {
                effort.exhaust();
                inner.truncate(KEYS);
            }
            found.extend(inner.into_iter().map(|mut wrapped| {
                wrapped.encoding.splice(..0, [Encoding::Base64, encoding]);
                (wrapped.start, wrapped.end) = (written.start, written.end);
                wrapped
            }));
        });
    }

    /// All keys in a text that was inflated, plain ones too.
    fn search_at_depth(
        &self,
        text: &[u8],
        depth: usize,
        effort: &Effort,
        found: &mut Vec<Wrapped>,
    ) {
        self.prefilter.each(text, 0, text.len(), |at, gate| {
            if gate == Gate::Plain
                && let Some(plain) = self.decide(text, at)
            {
                let span = (plain.start, plain.end);
                found.push(Wrapped {
                    start: plain.start,
                    end: plain.end,
                    secret: String::from_utf8_lossy(&text[plain.start..plain.end]).into_owned(),
                    rule: usize::from(plain.rule),
                    confidence: plain.confidence,
                    encoding: Vec::new(),
                    names_issuer: self.names_issuer(text, span, plain.rule),
                    steps: self.judge_decoded(text, at).1,
                });
            }
            if depth > 0
                && let Some(gate) = self.gate(text, at, gate, effort)
            {
                self.unwrap_into(text, (at, gate), depth, effort, found);
            }
        });
    }
}

impl Decoded {
    /// Whether it holds all that there is, so that no wider region would hold more.
    fn is_all_of(&self, bytes: &[u8]) -> bool {
        bytes.len() <= Region::NEAR.back
    }
}

/// What was found in decoded text, where it is written.
fn outward(decoded: &Decoded, mut wrapped: Wrapped) -> Option<Wrapped> {
    let written = decoded.written(wrapped.start..wrapped.end)?;
    (wrapped.start, wrapped.end) = (written.start, written.end);
    wrapped.encoding.insert(0, decoded.encoding);
    wrapped.steps.insert(0, steps::encoded(decoded.encoding));
    Some(wrapped)
}

/// Where a key may start in decoded text, near what its gate stands for.
fn plain_anchors(decoded: &Decoded) -> impl Iterator<Item = usize> {
    let from = decoded.focus.saturating_sub(BESIDE);
    let to = decoded
        .bytes
        .len()
        .min(decoded.focus + BESIDE + ANCHOR.len());
    memmem::find_iter(&decoded.bytes[from..to], ANCHOR).map(move |at| from + at)
}

/// Whether a key of this length is whole. Pieces have to make up a whole key: something else would only be a piece and what
/// happens to follow it.
fn is_whole(anchor: Anchor, length: usize) -> bool {
    match anchor {
        Anchor::Aisa => length == PREFIX.len() + CURRENT,
        Anchor::Plain => true,
    }
}

/// What the text around a gate says; nothing if too much was decoded already.
fn decode(
    bytes: &[u8],
    hit: usize,
    gate: Gate,
    region: Region,
    effort: &Effort,
) -> Option<Decoded> {
    let (low, high) = region.around(bytes, hit);
    if !effort.spend(high - low) {
        return None;
    }
    match gate {
        Gate::Plain => None,
        Gate::Base64(phase) => Digits::Base64.decode(bytes, hit, usize::from(phase), region),
        Gate::Hex => Digits::Hex.decode(bytes, hit, 0, region),
        Gate::Escaped(escape) => escapes::decode(bytes, hit, escape, region),
        Gate::Wide(width) => wide::decode(bytes, hit, usize::from(width), region),
        Gate::Split => joined::decode(bytes, hit, region),
    }
}
