//! The literals that tell where a key may start, however it is written: plain, in another encoding, or in pieces. A literal is
//! a gate and no more: what stands there is decoded and judged by itself.

use super::matching::PREFIX;

/// What every key starts with that stands there as it is.
pub(super) const ANCHOR: &[u8] = b"sk-";

/// The longest literal.
pub(super) const LONGEST: usize = 8;

/// What a literal says about how the key around it may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// As it is.
    Plain,
    /// In digits of six bits; the place of the literal's first digit in its group of four.
    Base64(u8),
    /// In pairs of digits, of which one begins here.
    Hex,
    /// With some characters escaped, one of them here.
    Escaped(Escape),
    /// In two or four bytes a character.
    Wide(u8),
    /// In pieces, one of which begins or ends here.
    Split,
}

/// A way of escaping single characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// `%XX`.
    Percent,
    /// `\uXXXX`, `\u{X}`, `\UXXXXXXXX`.
    Unicode,
    /// `\xXX`, `\x{X}`.
    Hex,
    /// `&#1;`, `&#x1;`, `&hyphen;`.
    Entity,
    /// `=XX`, and `=` at the end of a line.
    Quoted,
}

/// A literal, and what it says.
pub(super) type Literal = (Vec<u8>, Gate);

/// Every literal.
pub(super) fn all() -> Vec<Literal> {
    let each = |(gate, all): &(Gate, &'static [&'static [u8]])| {
        let gate = *gate;
        all.iter().map(move |literal| (literal.to_vec(), gate))
    };
    let mut all: Vec<Literal> = WRITTEN.iter().flat_map(each).collect();
    all.extend(heads(ANCHOR, 8 * ANCHOR.len(), 4));
    all.extend(tails());
    // Base64 of base64: behind `sk-` follows a letter or a digit, whose first bits are told in part by the digits that it
    // has a share in.
    all.extend(heads(b"c2st", 32, 4));
    for head in heads(b"NrLT", 28, 4) {
        match &head.0[..] {
            // The last digit that is not known whole: `ck` alone would be told by every block and every check.
            b"Ockx" => all.extend(DIGITS[16..32].iter().map(|&last| {
                let digits = [&head.0[..], &[last]].concat();
                (digits, head.1)
            })),
            _ => all.push(head),
        }
    }
    for (nth, head) in heads(b"zay0", 31, 4).enumerate() {
        // `pheT`, where two letters and what may follow them are rarer.
        match nth {
            1 => all.extend(
                [b"eTA", b"eTB", b"eTE", b"eTF"].map(|digits| (digits.to_vec(), Gate::Base64(0))),
            ),
            _ => all.push(head),
        }
    }
    // Of UTF-16, whichever byte is first, and of JSON that escapes.
    all.extend(heads(b"s\0k\0-", 40, 6));
    all.extend(heads(b"i\0s\0a", 40, 6));
    all.extend(heads(b"\\u00", 32, 5));
    // Of gzip (RFC 1952), of its base64, and of zip (APPNOTE 4.3.7), each from its beginning.
    for start in [&b"\x1f\x8b\x08"[..], b"H4sI", b"PK\x03"] {
        all.extend(heads(start, 8 * start.len(), 5).take(1));
    }
    all
}

/// Literals as they stand in the bytes. `s`, `k` and `-` are 73, 6b and 2d; or 115, 107 and 45. If none of the three is escaped,
/// the key has its plain anchor.
type Written = &'static [(Gate, &'static [&'static [u8]])];

const WRITTEN: Written = &[
    (Gate::Plain, &[ANCHOR]),
    (
        Gate::Escaped(Escape::Percent),
        &[b"%73", b"%6b", b"%6B", b"%2d", b"%2D", b"%25"],
    ),
    (
        Gate::Escaped(Escape::Hex),
        &[b"\\x7", b"\\x6", b"\\x2", b"\\x{"],
    ),
    (
        Gate::Escaped(Escape::Entity),
        &[
            b"&#1",
            b"&#4",
            b"&#x",
            b"&#X",
            b"&#0",
            // Only one that follows an escape has no `k` before it. Alone, the second one is told by pairs that every text has.
            b"k&hyphen",
            b"k&dash;",
            b"&amp;#",
        ],
    ),
    // Two neighbours of three: a line break between two of them leaves the other two.
    (
        Gate::Hex,
        &[
            b"736b", b"736B", b"6b2d", b"6B2D", b"73 6b", b"73 6B", b"6b 2d", b"6B 2D", b"73:6b",
            b"73:6B", b"6b:2d", b"6B:2D", b"73-6B", b"6B-2D", b"0x73",
        ],
    ),
    (Gate::Wide(2), &[b"s\0k\0-"]),
    (Gate::Wide(4), &[b"s\0\0\0k"]),
    // Behind a seam within `sk-`; those with quotes are for keys that have nothing else to be told by.
    (Gate::Split, &[b"-aisa", b"sk\"", b"sk'", b"\"k-", b"'k-"]),
    (
        Gate::Escaped(Escape::Unicode),
        &[b"\\u00", b"\\u{", b"\\U000"],
    ),
    (
        Gate::Escaped(Escape::Quoted),
        &[b"=73", b"=6B", b"=6b", b"=2D", b"=2d"],
    ),
];

/// What base64 makes of the first bits of a text in each of the three alignments, cut to a length.
fn heads(text: &'static [u8], bits: usize, most: usize) -> impl Iterator<Item = Literal> {
    (0..3).map(move |before| {
        let (mut digits, phase) = digits(text, bits, before);
        digits.truncate(most);
        (digits, Gate::Base64(phase))
    })
}

/// What base64 makes of the end of the prefix: a line break within its head leaves this whole.
fn tails() -> impl Iterator<Item = Literal> {
    (0..3).map(|before| {
        let (mut digits, phase) = digits(PREFIX, 8 * PREFIX.len(), before);
        let cut = digits.len() - 5;
        (digits.split_off(cut), Gate::Base64((phase + cut as u8) % 4))
    })
}

/// The digits of base64 (RFC 4648, table 1).
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The digits of base64 that the first `bits` bits of a text decide alone, `before` bytes behind the begin of a group, and the place
/// of the first of them in its group.
fn digits(text: &[u8], bits: usize, before: usize) -> (Vec<u8>, u8) {
    let first = (8 * before).div_ceil(6);
    let last = (8 * before + bits) / 6;
    let bit = |at: usize| {
        let at = at - 8 * before;
        text[at / 8] >> (7 - at % 8) & 1
    };
    let digit = |nth: usize| {
        let value = (6 * nth..6 * nth + 6).fold(0, |value, at| value << 1 | bit(at));
        DIGITS[usize::from(value)]
    };
    ((first..last).map(digit).collect(), (first % 4) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_longer_than_the_longest() {
        let longest = all().iter().map(|literal| literal.0.len()).max();
        assert_eq!(longest, Some(LONGEST));
    }

    #[test]
    fn digits_are_those_of_base64() {
        let known = |text: &'static [u8], bits, before| {
            let (digits, phase) = digits(text, bits, before);
            (String::from_utf8(digits).expect("ASCII"), phase)
        };
        // By `printf sk-aisa- | base64` and its like.
        assert_eq!(known(b"sk-aisa-", 64, 0), ("c2stYWlzYS".to_owned(), 0));
        assert_eq!(known(b"sk-aisa-", 64, 1), ("NrLWFpc2Et".to_owned(), 2));
        assert_eq!(known(b"sk-aisa-", 64, 2), ("zay1haXNhL".to_owned(), 3));
        assert_eq!(known(b"\x1f\x8b\x08", 24, 0), ("H4sI".to_owned(), 0));
        assert_eq!(known(b"PK\x03", 24, 0), ("UEsD".to_owned(), 0));
        // The first digit of `eT` begins a group.
        assert_eq!(known(b"zay0", 31, 1), ("pheT".to_owned(), 2));
    }
}
