//! Judges what stands directly before a candidate, after decoding an escape or a colour code.

/// What the edge of a candidate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// Nothing unusual.
    Clean,
    /// A character that may belong to a longer name.
    Unusual,
    /// A letter: this is the end of a longer word.
    Inside,
}

/// The longest colour code that is looked for, without its introducer.
const COLOUR: usize = 32;

/// Judges what stands directly before `start`.
pub(super) fn left(bytes: &[u8], start: usize) -> Edge {
    let before = &bytes[start.saturating_sub(64)..start];
    let Some(&last) = before.last() else {
        return Edge::Clean;
    };
    if let Some(code) = escaped(before, last) {
        return of_code(code);
    }
    if last.is_ascii_alphabetic()
        && let Some(edge) = colour(before)
    {
        return edge;
    }
    of_code(u32::from(last))
}

/// Judges a decoded character. Only ASCII letters are letters: no token has others.
fn of_code(code: u32) -> Edge {
    match u8::try_from(code) {
        Ok(byte) if byte.is_ascii_alphabetic() => Edge::Inside,
        Ok(byte) if byte.is_ascii_digit() || byte == b'_' || byte == b'-' => Edge::Unusual,
        _ => Edge::Clean,
    }
}

/// The character that an escape at the end of `before` stands for.
fn escaped(before: &[u8], last: u8) -> Option<u32> {
    match last {
        b';' => entity(before),
        b'}' => braced(before),
        _ if last.is_ascii_alphanumeric() => fixed(before).or_else(|| named(before, last)),
        _ => None,
    }
}

/// `\n` and its like.
fn named(before: &[u8], last: u8) -> Option<u32> {
    if before.len() < 2 || before[before.len() - 2] != b'\\' {
        return None;
    }
    match last {
        b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'a' | b'e' => Some(u32::from(b' ')),
        _ => None,
    }
}

/// Escapes of a fixed length: `\uXXXX`, `\UXXXXXXXX`, `\xXX`, octal, `%XX`, `%25XX`, `=XX`.
fn fixed(before: &[u8]) -> Option<u32> {
    for (introducer, digits) in [
        (&b"\\u"[..], 4),
        (b"\\U", 8),
        (b"\\x", 2),
        (b"%25", 2),
        (b"%", 2),
    ] {
        if let Some(code) = after(before, introducer, digits, 16) {
            return Some(code);
        }
    }
    for digits in 1..=3 {
        if let Some(code) = after(before, b"\\", digits, 8) {
            return Some(code);
        }
    }
    // Quoted-printable never escapes a letter or a digit, but `id=61` is written every day.
    after(before, b"=", 2, 16).filter(|&code| of_code(code) == Edge::Clean && upper(before))
}

fn upper(before: &[u8]) -> bool {
    before[before.len() - 2..]
        .iter()
        .all(|byte| !byte.is_ascii_lowercase())
}

/// The number in the last `digits` characters, if `introducer` stands before them.
fn after(before: &[u8], introducer: &[u8], digits: usize, radix: u32) -> Option<u32> {
    let split = before.len().checked_sub(digits)?;
    if !before[..split].ends_with(introducer) {
        return None;
    }
    number(&before[split..], radix)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    digits.iter().try_fold(0u32, |sum, &digit| {
        let value = char::from(digit).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(value)
    })
}

/// `\u{..}` and `\x{..}`.
fn braced(before: &[u8]) -> Option<u32> {
    let inner = &before[..before.len() - 1];
    let open = inner.iter().rposition(|&byte| byte == b'{')?;
    let introduced = inner[..open].ends_with(b"\\u") || inner[..open].ends_with(b"\\x");
    if introduced {
        number(&inner[open + 1..], 16)
    } else {
        None
    }
}

/// `&#61;`, `&#x3d;` and `&quot;`.
fn entity(before: &[u8]) -> Option<u32> {
    let inner = &before[..before.len() - 1];
    let open = inner.iter().rposition(|&byte| byte == b'&')?;
    match &inner[open + 1..] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

/// A colour code at the end of `before`; one whose introducer was lost is unusual.
fn colour(before: &[u8]) -> Option<Edge> {
    let inner = &before[..before.len() - 1];
    let parameters = inner
        .iter()
        .rev()
        .take(COLOUR)
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':' | b'?'))
        .count();
    let lead = inner[..inner.len() - parameters].strip_suffix(b"[");
    let Some(lead) = lead else {
        let raw = &inner[..inner.len() - parameters];
        let single =
            raw.ends_with(b"\xc2\x9b") || raw.ends_with(b"\\x9b") || raw.ends_with(b"\\u009b");
        return single.then_some(Edge::Clean);
    };
    let written: [&[u8]; 11] = [
        b"\x1b", b"\\033", b"\\33", b"\\x1b", b"\\x1B", b"\\e", b"\\E", b"\\u001b", b"\\u001B",
        b"\\u{1b}", b"\\u{1B}",
    ];
    let others: [&[u8]; 5] = [b"^[", b"%1b", b"%1B", b"&#27;", b"&#x1b;"];
    if written
        .iter()
        .chain(&others)
        .any(|form| lead.ends_with(form))
    {
        return Some(Edge::Clean);
    }
    (parameters > 0).then_some(Edge::Unusual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoded_character_counts() {
        let clean: [&[u8]; 33] = [
            b"",
            b" ",
            b"\"",
            b"=",
            b"\\n",
            b"\\t",
            b"\\r",
            b"\\\"",
            b"\\\\",
            b"x\\\\n",
            b"\\u003d",
            b"\\u003D",
            b"\\x3d",
            b"\\u{3d}",
            b"\\033",
            b"\\0",
            b"%3D",
            b"%253D",
            b"%0a",
            b"=3D",
            b"&#61;",
            b"&#x3d;",
            b"&quot;",
            b"\x1b[31m",
            b"a\x1b[1;38;5;12m",
            b"\\033[0m",
            b"\\x1b[31m",
            b"\\e[31m",
            b"\\u001b[31m",
            b"\\\\u001b[m",
            "é".as_bytes(),
            "钥".as_bytes(),
            b"\n",
        ];
        for text in clean {
            assert_eq!(
                left(text, text.len()),
                Edge::Clean,
                "{:?}",
                text.escape_ascii().to_string()
            );
        }
        for text in [
            &b"_"[..],
            b"-",
            b"7",
            b"x_",
            b"id=61",
            b"[31m",
            b"%5F",
            b"\\u002d",
        ] {
            assert_eq!(
                left(text, text.len()),
                Edge::Unusual,
                "{:?}",
                text.escape_ascii().to_string()
            );
        }
        for text in [
            &b"a"[..],
            b"ta",
            b"xn",
            b"%61",
            b"\\u0061",
            b"&#97;",
            b"\\u{61}",
            b"m",
            b"1m",
            b"=AAx",
        ] {
            assert_eq!(
                left(text, text.len()),
                Edge::Inside,
                "{:?}",
                text.escape_ascii().to_string()
            );
        }
    }
}
