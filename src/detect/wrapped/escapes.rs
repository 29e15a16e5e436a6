//! Text with some or all of its characters escaped.

use super::Region;
use super::decoded::Decoded;
use crate::detect::gates::Escape;
use crate::model::Encoding;

/// What the text around an escape at `hit` says.
pub(super) fn decode(bytes: &[u8], hit: usize, escape: Escape, region: Region) -> Option<Decoded> {
    let (low, high) = region.around(bytes, hit);
    let mut decoded = Decoded::new(escape.encoding(), low, high - low);
    let mut at = low;
    while at < high {
        if at <= hit {
            decoded.focus = decoded.bytes.len();
        }
        let rest = bytes.get(at..high)?;
        let first = *rest.first()?;
        let read = (first == escape.introducer()).then(|| escape.read(rest));
        match read.flatten() {
            // What seems to be an escape before the hit, and would swallow it, is none.
            Some((code, length)) if at >= hit || at + length <= hit => {
                if let Some(code) = code {
                    decoded.push_char(code, at..at + length);
                }
                at += length;
            }
            _ => {
                decoded.push(first, at..at + 1);
                at += 1;
            }
        }
    }
    decoded.cut = high < bytes.len();
    (decoded.focus < decoded.bytes.len()).then_some(decoded)
}

impl Escape {
    /// What `s` ends with, as it is or in any escape: it is 73, or 115.
    pub(super) const ENDS_OF_S: &[u8] = b"s35;}";
    /// What `k` does: it is 6b, or 107.
    pub(super) const ENDS_OF_K: &[u8] = b"kbB7;}";

    /// Whether the escape at `hit` may be a character of `sk-`, or one that escapes another: most are something else.
    pub(super) fn is_likely(self, bytes: &[u8], hit: usize) -> bool {
        let Some((Some(code), length)) = bytes.get(hit..).and_then(|text| self.read(text)) else {
            return false;
        };
        let before = hit.checked_sub(1).and_then(|at| bytes.get(at));
        let follows = |ends: &[u8]| before.is_some_and(|byte| ends.contains(byte));
        let text = bytes.get(hit + length..).unwrap_or_default();
        let behind = |may: &[u8]| {
            text.first()
                .is_some_and(|byte| may.contains(byte) || begins(byte))
        };
        match char::from_u32(code) {
            Some('s') => behind(b"k"),
            Some('k') => follows(Self::ENDS_OF_S) && behind(b"-"),
            Some('-') => follows(Self::ENDS_OF_K),
            // What it escapes is one of those, or escapes another one.
            Some('%') => is_percent(text),
            Some('&') => behind(b"#hda"),
            Some('\\') => behind(b"uUx"),
            _ => false,
        }
    }

    /// What every escape begins with.
    fn introducer(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Unicode | Self::Hex => b'\\',
            Self::Entity => b'&',
            Self::Quoted => b'=',
        }
    }

    fn encoding(self) -> Encoding {
        match self {
            Self::Percent => Encoding::Percent,
            Self::Unicode => Encoding::UnicodeEscape,
            Self::Hex => Encoding::HexEscape,
            Self::Entity => Encoding::HtmlEntity,
            Self::Quoted => Encoding::QuotedPrintable,
        }
    }

    /// The escape that `text` begins with: the character, if it stands for one, and its length.
    pub(super) fn read(self, text: &[u8]) -> Option<(Option<u32>, usize)> {
        match self {
            Self::Percent => fixed(text, b"%", 2),
            Self::Unicode => fixed(text, b"\\u", 4)
                .or_else(|| fixed(text, b"\\U", 8))
                .or_else(|| braced(text, b"\\u{")),
            Self::Hex => fixed(text, b"\\x", 2).or_else(|| braced(text, b"\\x{")),
            Self::Entity => entity(text),
            Self::Quoted => match text {
                [b'=', b'\r', b'\n', ..] => Some((None, 3)),
                [b'=', b'\n', ..] => Some((None, 2)),
                _ => fixed(text, b"=", 2),
            },
        }
    }
}

/// Whether an escape may begin with it.
fn begins(byte: &u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | b'=')
}

/// Whether `text` may go on a percent sign with the digits of a character of `sk-` or of another sign, in any way of writing them.
fn is_percent(text: &[u8]) -> bool {
    match text {
        [first, ..] if begins(first) => true,
        [first, second, ..] => {
            matches!(first, b'2' | b'6' | b'7') && (begins(second) || b"35bBdD".contains(second))
        }
        _ => false,
    }
}

/// An introducer and so many hexadecimal digits.
fn fixed(text: &[u8], introducer: &[u8], digits: usize) -> Option<(Option<u32>, usize)> {
    let text = text.strip_prefix(introducer)?.get(..digits)?;
    Some((Some(number(text, 16)?), introducer.len() + digits))
}

/// An introducer, hexadecimal digits, and a brace.
fn braced(text: &[u8], introducer: &[u8]) -> Option<(Option<u32>, usize)> {
    let rest = text.strip_prefix(introducer)?;
    let digits = rest.iter().take(9).position(|&byte| byte == b'}')?;
    let code = number(&rest[..digits], 16)?;
    Some((Some(code), introducer.len() + digits + 1))
}

/// A character reference of HTML, with or without its semicolon; the names are those of characters that a key can have, and
/// of the one that begins a reference.
fn entity(text: &[u8]) -> Option<(Option<u32>, usize)> {
    const NAMES: [(&[u8], u8); 6] = [
        (b"&hyphen;", b'-'),
        (b"&dash;", b'-'),
        (b"&lowbar;", b'_'),
        (b"&UnderBar;", b'_'),
        (b"&amp;", b'&'),
        (b"&quot;", b'"'),
    ];
    let Some(rest) = text.strip_prefix(b"&#") else {
        let (name, byte) = NAMES.iter().find(|(name, _)| text.starts_with(name))?;
        return Some((Some(u32::from(*byte)), name.len()));
    };
    let (rest, radix, introducer) = match rest {
        [b'x' | b'X', rest @ ..] => (rest, 16, 3),
        _ => (rest, 10, 2),
    };
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let digits = rest.iter().take(8).take_while(is_digit).count();
    let code = number(rest.get(..digits)?, radix)?;
    let closed = usize::from(rest.get(digits) == Some(&b';'));
    Some((Some(code), introducer + digits + closed))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |sum, &digit| {
        let value = char::from(digit).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(value)
    })
}
