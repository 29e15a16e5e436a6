//! Text in pieces: strings that a program puts together, words that a shell does, and lines that are one line to whoever reads
//! them.

use super::Region;
use super::decoded::Decoded;
use crate::model::Encoding;

/// So many bytes may lie between two pieces: as deep as any line is indented.
pub(super) const SEAM: usize = 128;

/// The text around `hit` without what lies between its pieces.
pub(super) fn decode(bytes: &[u8], hit: usize, region: Region) -> Option<Decoded> {
    let (low, high) = region.around(bytes, hit);
    let mut decoded = Decoded::new(Encoding::Concatenation, low, high - low);
    let mut at = low;
    while at < high {
        let length = match decoded.bytes.last() {
            Some(&last) if is_word(last) => seam(bytes.get(at..high)?)
                .filter(|&length| length > 1 || !says_kind(&decoded.bytes))
                .unwrap_or(0),
            _ => 0,
        };
        if length > 0 {
            decoded.push_gap();
        }
        at += length;
        if at <= hit {
            decoded.focus = decoded.bytes.len();
        }
        decoded.push(*bytes.get(at)?, at..at + 1);
        at += 1;
    }
    decoded.cut = high < bytes.len();
    (decoded.focus < decoded.bytes.len()).then_some(decoded)
}

/// Whether a text ends with the letters that say what kind of string begins behind them, as in `f"…"`.
fn says_kind(text: &[u8]) -> bool {
    let letters = text.iter().rev().take_while(|&&byte| is_word(byte));
    let word = &text[text.len() - letters.count()..];
    word.len() <= 2 && word.iter().all(|byte| b"bfrulBFRUL8".contains(byte))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The length of what parts two pieces, if `text` begins with it and the next piece follows.
pub(super) fn seam(text: &[u8]) -> Option<usize> {
    let text = &text[..text.len().min(SEAM)];
    if text.first().is_none_or(|&byte| is_word(byte)) {
        return None;
    }
    let closed = quote(text);
    let mut at = closed + blank(&text[closed..]);
    let continues = text[at..].starts_with(b"\\\n") || text[at..].starts_with(b"\\\r\n");
    // One that joins, and one that goes on with the next line.
    let mut operators = 0;
    for _ in 0..2 {
        let signs = operator(&text[at..]);
        operators += signs;
        at += signs;
        at += blank(&text[at..]);
    }
    let opened = opening(&text[at..], closed > 0 && at > closed);
    at += opened;
    let joins = match (closed > 0, opened > 0) {
        (true, true) => true,
        // A shell goes on before a quote and behind one, if nothing else lies between.
        (true, false) => at == closed,
        (false, true) => at == opened,
        // What a program reads as one line.
        (false, false) => {
            text[..at].contains(&b'\n') && (operators == 0 || continues && operators == 1)
        }
    };
    (joins && text.get(at).is_some_and(|&byte| is_word(byte))).then_some(at)
}

/// Whether what stands before `hit` may be a piece that ends with one of `last`, and what parts it from the next one. `hit` is where
/// the next piece begins, or its quote does.
pub(super) fn follows(bytes: &[u8], hit: usize, last: &[u8]) -> bool {
    let before = bytes.get(hit.saturating_sub(SEAM)..hit).unwrap_or_default();
    let parts = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`\\+.&|<>~_".contains(byte);
    let ends = |text: &[u8]| {
        let found = text.iter().rev().find(|byte| !parts(byte));
        found.is_some_and(|byte| last.contains(byte))
    };
    let quotes = before.iter().rev().take(2);
    let quotes = quotes.take_while(|byte| b"\"'`\\".contains(byte)).count();
    // Letters before a quote may say what kind of string it begins.
    let kind = before[..before.len() - quotes].iter().rev().take(2);
    let kind = kind.take_while(|byte| byte.is_ascii_alphabetic()).count();
    ends(before) || (1..=kind).any(|letters| ends(&before[..before.len() - quotes - letters]))
}

fn blank(text: &[u8]) -> usize {
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace());
    blank.count()
}

/// The length of what joins strings in one language or another; a backslash goes on with the line in most.
fn operator(text: &[u8]) -> usize {
    if quote(text) > 0 {
        return 0;
    }
    // A low line goes on with the next one where nothing follows it; else it begins a piece.
    let is_sign = |&at: &usize| match text.get(at) {
        Some(b'_') => text.get(at + 1).is_none_or(u8::is_ascii_whitespace),
        Some(byte) => b"+.&|<>~\\".contains(byte),
        None => false,
    };
    (0..3).take_while(is_sign).count()
}

/// The length of the begin of a string; if it may have one, with the letters that say what kind of string it is.
fn opening(text: &[u8], may_have_kind: bool) -> usize {
    let letters = text.iter().take(2);
    let letters = letters
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let kind = if may_have_kind { letters } else { 0 };
    match quote(&text[kind..]) {
        0 => 0,
        length => kind + length,
    }
}

/// The length of the quote that `text` begins with, which may be escaped.
fn quote(text: &[u8]) -> usize {
    match text {
        [b'"' | b'\'' | b'`', ..] => 1,
        [b'\\', b'"' | b'\'' | b'`', ..] => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::follows;

    #[test]
    fn a_piece_follows_what_its_seam_parts_it_from() {
        for (before, last, expected) in [
            (&b"x = \"sk\" + \""[..], &b"k"[..], true),
            (b"x = \"s\\x6b\" + \"", b"kb", true),
            (b"sk\\\n  ", b"k", true),
            (b"'sk' 'k' rb'", b"k", true),
            (b"\\\"sk\\\" . \\\"", b"k", true),
            (b"\"s\" + f", b"s", true),
            (b"export K=s", b"s", true),
            (b"(\"s\"\n     ", b"s", true),
            (b"uses ", b"s", true),
            (b"the \"", b"s", false),
            (b"x", b"k", false),
            (b"", b"k", false),
        ] {
            let told = follows(before, before.len(), last);
            assert_eq!(told, expected, "{}", before.escape_ascii());
        }
    }
}
