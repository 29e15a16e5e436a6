//! Finds the keys that stand encoded in text that is about to be shown: in base64, in hex, percent-encoded, or in one of
//! these inside another. A file can be named so, and whoever reads the name has the key.

use std::ops::Range;

use super::mask;

/// How many encodings inside each other are undone.
const DEPTH: usize = 2;
/// What the shortest key that is masked takes in base64 and in hex: shorter runs are not looked into.
const SHORTEST_BASE64: usize = 38;
const SHORTEST_HEX: usize = 56;

/// Decoded bytes, and where they were written.
struct Decoded<'a> {
    bytes: &'a [u8],
    written: Written<'a>,
}

/// Where each decoded byte was written. Every long word of a line is decoded in six ways: what can be computed is not
/// stored.
enum Written<'a> {
    /// In digits of base64 from here on.
    Base64(usize),
    /// In pairs of digits from here on.
    Hex(usize),
    /// Some in three characters, some in one.
    Percent(&'a [Range<usize>]),
}

impl Written<'_> {
    fn byte(&self, nth: usize) -> Option<Range<usize>> {
        match self {
            Self::Base64(from) => {
                // A byte begins in one digit and ends in the next.
                let second = from + (4 * (nth + 1)).div_ceil(3) - 1;
                Some(second - 1..second + 1)
            }
            Self::Hex(from) => Some(from + 2 * nth..from + 2 * nth + 2),
            Self::Percent(written) => written.get(nth).cloned(),
        }
    }
}

impl Decoded<'_> {
    /// Where these decoded bytes were written.
    fn written(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let first = self.written.byte(span.start)?;
        let last = self.written.byte(span.end.checked_sub(1)?)?;
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
        let mut inner = mask::spans(decoded.bytes);
        if depth > 1 {
            find(decoded.bytes, depth - 1, &mut inner);
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

fn for_each_decoding(text: &[u8], mut each: impl FnMut(&Decoded<'_>)) {
    let mut bytes = Vec::new();
    if has_percent(text) {
        let mut written = Vec::new();
        percent(text, &mut bytes, &mut written);
        let written = Written::Percent(&written);
        let bytes = &bytes;
        each(&Decoded { bytes, written });
    }
    // Where the text was cut and what stands before it may shift what is encoded: every alignment is tried.
    for run in runs(text, SHORTEST_BASE64, |byte| {
        SEXTETS[usize::from(byte)] < 64
    }) {
        for from in run.start..run.start + 4 {
            base64(&text[from..run.end], &mut bytes);
            let written = Written::Base64(from);
            let bytes = &bytes;
            each(&Decoded { bytes, written });
        }
    }
    for run in runs(text, SHORTEST_HEX, |byte| byte.is_ascii_hexdigit()) {
        for from in run.start..run.start + 2 {
            hex(&text[from..run.end], &mut bytes);
            let written = Written::Hex(from);
            let bytes = &bytes;
            each(&Decoded { bytes, written });
        }
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

/// The values of base64's digits, in its usual alphabet and the one for URLs; 64 for anything else.
static SEXTETS: [u8; 256] = sextets();

const fn sextets() -> [u8; 256] {
    let mut table = [64; 256];
    let mut at = 0;
    while at < 26 {
        table[b'A' as usize + at] = at as u8;
        table[b'a' as usize + at] = at as u8 + 26;
        at += 1;
    }
    at = 0;
    while at < 10 {
        table[b'0' as usize + at] = at as u8 + 52;
        at += 1;
    }
    table[b'+' as usize] = 62;
    table[b'-' as usize] = 62;
    table[b'/' as usize] = 63;
    table[b'_' as usize] = 63;
    table
}

/// The bytes that these digits are.
fn base64(digits: &[u8], decoded: &mut Vec<u8>) {
    let value = |bits: u32, digit: &u8| bits << 6 | u32::from(SEXTETS[usize::from(*digit)]);
    let (fours, rest) = digits.as_chunks::<4>();
    decoded.clear();
    decoded.extend(fours.iter().flat_map(|four| {
        let [_, first, second, third] = four.iter().fold(0, value).to_be_bytes();
        [first, second, third]
    }));
    let bits = rest.iter().fold(0, value) << (24 - 6 * rest.len());
    let [_, first, second, _] = bits.to_be_bytes();
    decoded.extend([first, second].iter().take(rest.len() * 6 / 8));
}

/// The value of two hexadecimal digits.
fn pair(digits: Option<&[u8]>) -> Option<u8> {
    let [high, low] = digits? else {
        return None;
    };
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    u8::try_from(value(high)? << 4 | value(low)?).ok()
}

/// The bytes that these digits are.
fn hex(digits: &[u8], decoded: &mut Vec<u8>) {
    decoded.clear();
    let (pairs, _) = digits.as_chunks::<2>();
    decoded.extend(pairs.iter().filter_map(|two| pair(Some(two))));
}

/// Whether anything is percent-encoded.
fn has_percent(text: &[u8]) -> bool {
    memchr::memchr_iter(b'%', text).any(|at| pair(text.get(at + 1..at + 3)).is_some())
}

/// The text without its percent-encoding, and where each byte was written.
fn percent(text: &[u8], decoded: &mut Vec<u8>, written: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (byte, length) = match pair(text.get(at + 1..at + 3)) {
            Some(value) if byte == b'%' => (value, 3),
            _ => (byte, 1),
        };
        decoded.push(byte);
        written.push(at..at + length);
        at += length;
    }
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
    fn what_is_decoded_knows_where_it_was_written() {
        let mut rng = Rng::new(33);
        for length in 38..140 {
            let text = [rng.body(3, BASE64URL), to_hex(&rng.body(length, BASE64URL))].join("%41.");
            let mut count = 0;
            for_each_decoding(text.as_bytes(), |decoded| {
                for nth in 0..decoded.bytes.len() {
                    let written = decoded.written(&(nth..nth + 1)).expect("it was written");
                    let digits = &text[written.clone()];
                    let byte = decoded.bytes[nth];
                    count += 1;
                    match decoded.written {
                        Written::Hex(_) => assert_eq!(digits, format!("{byte:02X}")),
                        Written::Percent(_) if digits.len() == 3 => assert_eq!(digits, "%41"),
                        Written::Percent(_) => assert_eq!(digits.as_bytes(), [byte]),
                        // Two digits hold twelve bits; where the byte begins in them goes round.
                        Written::Base64(_) => {
                            let bits = digits.bytes().fold(0u32, |bits, digit| {
                                bits << 6 | u32::from(SEXTETS[usize::from(digit)])
                            });
                            assert_eq!((bits >> (4 - 2 * (nth % 3))) as u8, byte);
                        }
                    }
                }
            });
            assert!(count > 6 * length, "every decoding was looked at");
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
