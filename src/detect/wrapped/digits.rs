//! Base64 and hexadecimal: text in digits, wrapped over lines, with or without something between them.

use super::Region;
use super::decoded::Decoded;
use crate::model::Encoding;

/// So many bytes may lie between two digits: a line's end, and what the next line begins with.
const GAP: usize = 200;

/// How bytes are written in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    Base64,
    Hex,
}

/// A digit, and where it is written.
struct Digit {
    value: u8,
    start: usize,
    end: usize,
}

impl Digits {
    fn bits(self) -> usize {
        match self {
            Self::Base64 => 6,
            Self::Hex => 4,
        }
    }

    /// How many digits are a whole number of bytes.
    fn group(self) -> usize {
        match self {
            Self::Base64 => 4,
            Self::Hex => 2,
        }
    }

    /// So many digits without a gap are a line, or something that stands by itself.
    fn run(self) -> usize {
        match self {
            Self::Base64 => 1,
            Self::Hex => 5,
        }
    }

    /// The value of a digit, of either alphabet (RFC 4648).
    fn value(self, byte: u8) -> Option<u8> {
        match self {
            Self::Hex => char::from(byte).to_digit(16).map(|value| value as u8),
            Self::Base64 => Some(match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            }),
        }
    }

    /// What the digits around `hit` say; the one at `hit` is at `phase` in its group.
    pub(super) fn decode(
        self,
        bytes: &[u8],
        hit: usize,
        phase: usize,
        region: Region,
    ) -> Option<Decoded> {
        let (low, high) = region.around(bytes, hit);
        let hit = match bytes.get(hit..)? {
            [b'0', b'x', ..] if self == Self::Hex => hit + 2,
            _ => hit,
        };
        let mut digits = Vec::new();
        let mut at = hit;
        while let Some(digit) = self.before(bytes, at, low) {
            at = digit.start;
            digits.push(digit);
        }
        digits.reverse();
        let before = digits.len();
        at = hit;
        while let Some(digit) = self.behind(bytes, at, high) {
            at = digit.end;
            digits.push(digit);
        }
        // Groups are counted from the hit: what stands before it may begin in the middle of one.
        let group = self.group();
        let skipped = (before + group - phase % group) % group;
        let digits = digits.get(skipped..)?;
        let encoding = match self {
            Self::Base64 => Encoding::Base64,
            Self::Hex => Encoding::Hex,
        };
        let mut decoded = Decoded::new(encoding, low, digits.len());
        let bits = self.bits();
        let mut last_gap = 0;
        for nth in 0..digits.len() * bits / 8 {
            let (first, last) = (8 * nth / bits, (8 * nth + 7) / bits);
            let value = digits[first..=last]
                .iter()
                .fold(0u32, |value, digit| value << bits | u32::from(digit.value));
            let behind = bits * (last + 1) - 8 * (nth + 1);
            let start = digits[first].start;
            let parts = |two: &[Digit]| two[0].end < two[1].start;
            let around = digits.get((8 * nth / bits).saturating_sub(1)..=first);
            // Signs between all bytes are none that part anything.
            if 8 * nth % bits == 0 && around.is_some_and(|two| two.len() == 2 && parts(two)) {
                if first - last_gap >= self.run() {
                    decoded.push_gap();
                }
                last_gap = first;
            }
            let is_marked = self == Self::Hex && bytes[low..start].ends_with(b"0x");
            let written = start - if is_marked { 2 } else { 0 }..digits[last].end;
            decoded.push((value >> behind) as u8, written);
        }
        decoded.focus = (before.checked_sub(skipped)? * bits).div_ceil(8);
        decoded.cut = high < bytes.len() && high - at <= GAP;
        (decoded.focus < decoded.bytes.len()).then_some(decoded)
    }

    /// The digit at `at`, or behind what may lie between two.
    fn behind(self, bytes: &[u8], at: usize, high: usize) -> Option<Digit> {
        self.digit(bytes, at, high).or_else(|| {
            let next = self.past_gap(bytes, at, high)?;
            self.digit(bytes, next, high)
        })
    }

    /// The digit that is written at `at`.
    fn digit(self, bytes: &[u8], at: usize, high: usize) -> Option<Digit> {
        let rest = bytes.get(at..high)?;
        let &first = rest.first()?;
        let (value, length) = match self.value(first) {
            Some(value) => (value, 1),
            None if self == Self::Hex => return None,
            None => escaped(rest)?,
        };
        Some(Digit {
            value,
            start: at,
            end: at + length,
        })
    }

    /// Where the text goes on behind what lies between two digits, from `at` on.
    fn past_gap(self, bytes: &[u8], at: usize, high: usize) -> Option<usize> {
        let (mut to, mut wraps, mut quoted) = (at, false, false);
        loop {
            let rest = bytes.get(to..high.min(at + GAP))?;
            to += match rest {
                [b'\n', ..] => {
                    wraps = true;
                    1
                }
                [b'\\', b'n' | b'r', ..] => {
                    wraps = true;
                    2
                }
                [b'"' | b'\'' | b'`', ..] => {
                    quoted = true;
                    1
                }
                [b'+', ..] if quoted => 1,
                [b'0', b'x' | b'X', ..] if self == Self::Hex && to > at => {
                    return Some(to + 2);
                }
                [byte, ..] if self.is_gap(*byte) => 1,
                _ => break,
            };
        }
        let inline = self == Self::Hex && to <= at + 4;
        (to > at && (wraps || inline)).then_some(to)
    }

    /// The digit that ends at `at`, or before what may lie between two.
    fn before(self, bytes: &[u8], at: usize, low: usize) -> Option<Digit> {
        self.digit_before(bytes, at, low).or_else(|| {
            let end = self.before_gap(bytes, at, low)?;
            self.digit_before(bytes, end, low)
        })
    }

    fn digit_before(self, bytes: &[u8], end: usize, low: usize) -> Option<Digit> {
        let text = bytes.get(low..end)?;
        let (value, length) = match text {
            // A line feed, as it is written in strings.
            [.., b'\\', b'n' | b'r'] => return None,
            [.., b'%', _, _] if self == Self::Base64 => escaped(&text[text.len() - 3..])?,
            [.., b'\\', b'/'] => (63, 2),
            [.., last] => (self.value(*last)?, 1),
            [] => return None,
        };
        Some(Digit {
            value,
            start: end - length,
            end,
        })
    }

    /// What a line may end or begin with, and what may lie between two digits of hexadecimal; but for quotes and line feeds.
    fn is_gap(self, byte: u8) -> bool {
        match byte {
            b' ' | b'\t' | b'\r' | b'\\' | b',' | b';' | b':' | b'.' | b'>' | b'#' | b'*'
            | b'|' => true,
            // In the alphabet for addresses it is a digit.
            b'-' => self == Self::Hex,
            _ => false,
        }
    }

    /// Where the text ends before what lies between two digits, which ends at `at`.
    fn before_gap(self, bytes: &[u8], at: usize, low: usize) -> Option<usize> {
        let low = low.max(at.saturating_sub(GAP));
        let (mut to, mut wraps, mut quoted) = (at, false, false);
        if self == Self::Hex && bytes.get(low..at)?.ends_with(b"0x") {
            to -= 2;
        }
        loop {
            to -= match bytes.get(low..to)? {
                [.., b'\n'] => {
                    wraps = true;
                    1
                }
                [.., b'\\', b'n' | b'r'] => {
                    wraps = true;
                    2
                }
                [.., b'"' | b'\'' | b'`'] => {
                    quoted = true;
                    1
                }
                [.., b'+'] if quoted => 1,
                [.., byte] if self.is_gap(*byte) => 1,
                _ => break,
            };
        }
        let inline = self == Self::Hex && at - to <= 6;
        (to < at && (wraps || inline)).then_some(to)
    }
}

/// The last two digits of base64, as addresses and JSON escape them.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'/', ..] => Some((63, 2)),
        [b'%', b'2', b'B' | b'b', ..] => Some((62, 3)),
        [b'%', b'2', b'F' | b'f', ..] => Some((63, 3)),
        _ => None,
    }
}
