//! Finds the keys that stand encoded in text that is about to be shown: in base64, in hex, percent-encoded, or in one of
//! these inside another. A file can be named so, and whoever reads the name has the key.

use std::ops::Range;

use super::mask;

/// How many encodings inside each other are undone.
const DEPTH: usize = 2;
/// What the shortest key that is masked takes in base64 and in hex: shorter runs are not looked into.
const SHORTEST_BASE64: usize = 38;
const SHORTEST_HEX: usize = 56;

/// Decoded bytes, and for each of them where it was written.
#[derive(Default)]
struct Decoded {
    bytes: Vec<u8>,
    written: Vec<Range<usize>>,
}

impl Decoded {
    fn push(&mut self, byte: u8, written: Range<usize>) {
        self.bytes.push(byte);
        self.written.push(written);
    }

    /// Where these decoded bytes were written.
    fn written(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let first = self.written.get(span.start)?;
        let last = self.written.get(span.end.checked_sub(1)?)?;
        Some(first.start..last.end)
    }
}

/// Where encoded keys stand, sorted; they do not overlap.
pub(super) fn spans(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    find(text, DEPTH, &mut found);
    found.sort_unstable_by_key(|span| span.start);
    found.dedup_by(|later, earlier| {
        let overlaps = later.start < earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    found
}

fn find(text: &[u8], depth: usize, found: &mut Vec<Range<usize>>) {
    for_each_decoding(text, |decoded| {
        let mut inner = mask::spans(&decoded.bytes);
        if depth > 1 {
            find(&decoded.bytes, depth - 1, &mut inner);
        }
        for span in inner {
            let Some(written) = decoded.written(&span) else {
                continue;
            };
            // What was not encoded is masked with its last characters shown.
            if text[written.clone()] != decoded.bytes[span] {
                found.push(written);
            }
        }
    });
}

fn for_each_decoding(text: &[u8], mut each: impl FnMut(&Decoded)) {
    if let Some(decoded) = percent(text) {
        each(&decoded);
    }
    // Where the text was cut and what stands before it may shift what is encoded: every alignment is tried.
    for run in runs(text, SHORTEST_BASE64, |byte| sextet(byte).is_some()) {
        (0..4).for_each(|skip| each(&base64(text, run.start + skip..run.end)));
    }
    for run in runs(text, SHORTEST_HEX, |byte| byte.is_ascii_hexdigit()) {
        (0..2).for_each(|skip| each(&hex(text, run.start + skip..run.end)));
    }
}

/// Runs of such bytes that are at least so long.
fn runs(text: &[u8], least: usize, is: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 0..=text.len() {
        if text.get(at).is_some_and(|&byte| is(byte)) {
            continue;
        }
        if at - start >= least {
            runs.push(start..at);
        }
        start = at + 1;
    }
    runs
}

/// The value of a digit of base64, in its usual alphabet or the one for URLs.
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn base64(text: &[u8], run: Range<usize>) -> Decoded {
    let mut decoded = Decoded::default();
    let (mut bits, mut held) = (0u32, 0);
    for at in run {
        bits = bits << 6 | u32::from(text.get(at).copied().and_then(sextet).unwrap_or_default());
        held += 6;
        if held >= 8 {
            held -= 8;
            // The byte began in this digit or the one before.
            decoded.push((bits >> held) as u8, at.saturating_sub(1)..at + 1);
        }
    }
    decoded
}

/// The value of two hexadecimal digits.
fn pair(digits: Option<&[u8]>) -> Option<u8> {
    let [high, low] = digits? else {
        return None;
    };
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    u8::try_from(value(high)? << 4 | value(low)?).ok()
}

fn hex(text: &[u8], run: Range<usize>) -> Decoded {
    let mut decoded = Decoded::default();
    for at in run.step_by(2) {
        if let Some(byte) = pair(text.get(at..at + 2)) {
            decoded.push(byte, at..at + 2);
        }
    }
    decoded
}

/// The text without its percent-encoding; `None` if it has none.
fn percent(text: &[u8]) -> Option<Decoded> {
    memchr::memchr(b'%', text)?;
    let mut decoded = Decoded::default();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (byte, length) = match pair(text.get(at + 1..at + 3)) {
            Some(value) if byte == b'%' => (value, 3),
            _ => (byte, 1),
        };
        decoded.push(byte, at..at + length);
        at += length;
    }
    (decoded.bytes.len() < text.len()).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{BASE64URL, Rng};

    fn to_base64(text: &str) -> String {
        let mut digits = String::new();
        for three in text.as_bytes().chunks(3) {
            let mut padded = [0; 4];
            padded[1..=three.len()].copy_from_slice(three);
            let bits = u32::from_be_bytes(padded);
            for digit in 0..=three.len() {
                let value = bits >> (18 - 6 * digit) & 63;
                digits.push(char::from(BASE64URL[value as usize]));
            }
        }
        digits
    }

    fn to_hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02X}")).collect()
    }

    fn to_percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    type Encoder = fn(&str) -> String;

    const ENCODERS: [Encoder; 7] = [
        to_base64,
        |text| to_base64(text).replace('-', "+").replace('_', "/"),
        to_hex,
        |text| to_hex(text).to_lowercase(),
        to_percent,
        |text| text.replace('-', "%2D"),
        |text| text.replace('s', "%73"),
    ];

    #[test]
    fn every_encoding_is_found_in_every_alignment() {
        let mut rng = Rng::new(31);
        for around in ["", "a", "ab", "abc", "abcd/", "e=", "名"] {
            for outer in 0..=ENCODERS.len() {
                for inner in ENCODERS {
                    for key in [rng.key(true), format!("sk-{}", "aB3dE6gH".repeat(6))] {
                        let text = inner(&format!("{around}{key}{around}"));
                        let text = match ENCODERS.get(outer) {
                            Some(encode) => encode(&format!("{around}{text}")),
                            None => text,
                        };
                        let text = format!("{around}{text}{around}");
                        let found = spans(text.as_bytes());
                        // Escaping the dashes of base64 or of hex changes nothing but the lengths.
                        assert_eq!(found.len(), 1, "{text}");
                        let left = [&text[..found[0].start], &text[found[0].end..]].concat();
                        assert!(left.len() <= 90, "{text}: {left}");
                        assert!(spans(left.as_bytes()).is_empty(), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_else_is_taken_for_a_key() {
        let mut rng = Rng::new(32);
        let key = rng.key(true);
        assert!(spans(key.as_bytes()).is_empty(), "it is not encoded");
        for _ in 0..2000 {
            let text = rng.body(300, BASE64URL);
            for text in [to_hex(&text), to_percent(&text), to_base64(&text), text] {
                assert!(spans(text.as_bytes()).is_empty());
            }
        }
    }
}
