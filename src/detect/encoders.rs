//! Writes test texts in other ways: the inverse of what the detector undoes, written apart from it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::templates::Rng;

/// A text, written as `name` says. Some leave it to chance which characters they escape, or where they cut.
pub(crate) fn encode(name: &str, text: &[u8], rng: &mut Rng) -> Vec<u8> {
    let (name, argument) = name.split_once('=').unwrap_or((name, ""));
    let number = |otherwise: usize| argument.parse().unwrap_or(otherwise);
    match name {
        "base64" => base64(text, b"+/", true),
        "base64-bare" => base64(text, b"+/", false),
        "base64url" => base64(text, b"-_", false),
        "wrap" => wrap(text, number(64), "\n"),
        "wrap-crlf" => wrap(text, number(76), "\r\n"),
        "wrap-indent" => wrap(text, number(60), "\n        "),
        "wrap-quoted" => wrap(text, number(64), "\"\n    \""),
        "wrap-escaped" => wrap(text, number(64), "\\n"),
        "wrap-mail" => wrap(text, number(72), "\n> "),
        "wrap-yaml" => wrap(text, number(64), "\n      "),
        "wrap-code" => wrap(text, number(64), "\" +\n    \""),
        "hex" => each(text, |byte| format!("{byte:02x}")),
        "HEX" => each(text, |byte| format!("{byte:02X}")),
        "hex-spaced" => joined(text, " ", |byte| format!("{byte:02x}")),
        "HEX-spaced" => joined(text, " ", |byte| format!("{byte:02X}")),
        "hex-colons" => joined(text, ":", |byte| format!("{byte:02x}")),
        "HEX-colons" => joined(text, ":", |byte| format!("{byte:02X}")),
        "HEX-dashes" => joined(text, "-", |byte| format!("{byte:02X}")),
        "hex-c" => joined(text, ", ", |byte| format!("0x{byte:02x}")),
        "x" => each(text, |byte| format!("\\x{byte:02x}")),
        "X" => each(text, |byte| format!("\\x{byte:02X}")),
        "x-some" => some(text, rng, |byte| format!("\\x{byte:02x}")),
        "x-braced" => some(text, rng, |byte| format!("\\x{{{byte:x}}}")),
        "u" => each(text, |byte| format!("\\u{byte:04x}")),
        "U" => each(text, |byte| format!("\\u{byte:04X}")),
        "u-some" => some(text, rng, |byte| format!("\\u{byte:04x}")),
        "u-braced" => some(text, rng, |byte| format!("\\u{{{byte:x}}}")),
        "u-long" => some(text, rng, |byte| format!("\\U{byte:08x}")),
        "percent" => each(text, |byte| format!("%{byte:02X}")),
        "percent-low" => each(text, |byte| format!("%{byte:02x}")),
        "percent-some" => some(text, rng, |byte| format!("%{byte:02X}")),
        "percent-signs" => signs(text, |byte| format!("%{byte:02X}")),
        "entity" => each(text, |byte| format!("&#{byte};")),
        "entity-hex" => each(text, |byte| format!("&#x{byte:x};")),
        "entity-HEX" => each(text, |byte| format!("&#X{byte:02X};")),
        "entity-zeros" => each(text, |byte| format!("&#0{byte};")),
        "entity-some" => some(text, rng, |byte| format!("&#{byte};")),
        "entity-named" => each(text, |byte| match byte {
            b'-' => "&hyphen;".to_owned(),
            b'_' => "&lowbar;".to_owned(),
            _ => char::from(byte).to_string(),
        }),
        "quoted" => some(text, rng, |byte| format!("={byte:02X}")),
        "quoted-soft" => wrap(text, number(20), "=\r\n"),
        "utf-16le" => wide(text, u32::to_le_bytes, 0..2),
        "utf-16be" => wide(text, u32::to_be_bytes, 2..4),
        "utf-16le-bom" => [b"\xff\xfe".to_vec(), wide(text, u32::to_le_bytes, 0..2)].concat(),
        "utf-16be-bom" => [b"\xfe\xff".to_vec(), wide(text, u32::to_be_bytes, 2..4)].concat(),
        "utf-32le" => wide(text, u32::to_le_bytes, 0..4),
        "utf-32be" => wide(text, u32::to_be_bytes, 0..4),
        "gzip" => {
            let mut out = GzEncoder::new(Vec::new(), Compression::default());
            out.write_all(text).expect("written");
            out.finish().expect("written")
        }
        "zip" => zip(text),
        "cut" => cut(text, argument, rng),
        _ => panic!("no such encoder: {name}"),
    }
}

fn each(text: &[u8], write: impl Fn(u8) -> String) -> Vec<u8> {
    text.iter()
        .flat_map(|&byte| write(byte).into_bytes())
        .collect()
}

fn joined(text: &[u8], between: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    let written: Vec<String> = text.iter().map(|&byte| write(byte)).collect();
    written.join(between).into_bytes()
}

/// Some characters, and at least one of the first three.
fn some(text: &[u8], rng: &mut Rng, write: impl Fn(u8) -> String) -> Vec<u8> {
    let always = rng.below(3);
    let written =
        text.iter()
            .enumerate()
            .map(|(at, &byte)| match at == always || rng.below(3) == 0 {
                true => write(byte),
                false => char::from(byte).to_string(),
            });
    written.collect::<String>().into_bytes()
}

/// What is neither a letter nor a digit.
fn signs(text: &[u8], write: impl Fn(u8) -> String) -> Vec<u8> {
    each(text, |byte| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => write(byte),
    })
}

fn wrap(text: &[u8], width: usize, between: &str) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.chunks(width).collect();
    lines.join(between.as_bytes())
}

fn wide(text: &[u8], bytes: fn(u32) -> [u8; 4], of: std::ops::Range<usize>) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("UTF-8");
    text.chars()
        .flat_map(|c| bytes(u32::from(c))[of.clone()].to_vec())
        .collect()
}

/// Cut in two to four pieces, joined as a language does it.
fn cut(text: &[u8], language: &str, rng: &mut Rng) -> Vec<u8> {
    let between = match language {
        "plus" => "\" + \"",
        "tight" => "\"+\"",
        "js" => "' +\n    '",
        "lead" => "'\n    + '",
        "implicit" => "\" \"",
        "lines" => "\"\n        \"",
        "f" => "\" f\"",
        "dot" => "' . '",
        "lua" => "\" .. \"",
        "vb" => "\" & \"",
        "vb-line" => "\" & _\n    \"",
        "elixir" => "\" <> \"",
        "haskell" => "\" ++ \"",
        "sql" => "' || '",
        "python" => "\" \\\n    \"",
        "shell" => "\"\"",
        "shell-mixed" => "'\"",
        "open" => "'",
        "backslash" => "\\\n",
        "backslash-indent" => "\\\n      ",
        "fold" => "\n    ",
        "escaped" => "\\\" + \\\"",
        _ => panic!("no such language: {language}"),
    };
    // One anywhere, the others behind the prefix: broken twice, it has no piece left to be told by.
    let mut cuts = vec![1 + rng.below(text.len() - 1)];
    cuts.extend((0..rng.below(3)).map(|_| 8 + rng.below(text.len() - 8)));
    // Words touch a quote on one side only.
    if language == "open" {
        cuts.truncate(1);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([text.len()]) {
        pieces.push(&text[from..cut]);
        from = cut;
    }
    pieces.join(between.as_bytes())
}

/// An archive of one member that is not compressed (APPNOTE 4.3.6).
fn zip(text: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(text);
    let (name, len) = (b"in.txt", (text.len() as u32).to_le_bytes());
    let common = [
        &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &crc.sum().to_le_bytes(),
        &len,
        &len,
        &[6, 0, 0, 0],
    ]
    .concat();
    let local = [b"PK\x03\x04", &common[..], name, text].concat();
    let central = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], name].concat();
    let size = (central.len() as u32).to_le_bytes();
    let start = (local.len() as u32).to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &size,
        &start,
        &[0, 0],
    ]
    .concat();
    [local, central, end].concat()
}

fn base64(text: &[u8], last: &[u8; 2], padded: bool) -> Vec<u8> {
    let mut alphabet: Vec<u8> = (b'A'..=b'Z')
        .chain(b'a'..=b'z')
        .chain(b'0'..=b'9')
        .collect();
    alphabet.extend(last);
    let mut out = Vec::new();
    for three in text.chunks(3) {
        let bits = three
            .iter()
            .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (24 - 8 * three.len());
        for digit in 0..=three.len() {
            out.push(alphabet[(bits >> (18 - 6 * digit) & 63) as usize]);
        }
        if padded {
            out.extend(std::iter::repeat_n(b'=', 3 - three.len()));
        }
    }
    out
}

/// A filled template with everything between `⟦name ` and `⟧` encoded, from the inside out; the first word is the name.
pub(crate) fn encoded(text: &str, rng: &mut Rng) -> Vec<u8> {
    let mut stack: Vec<(String, Vec<u8>)> = vec![(String::new(), Vec::new())];
    let mut rest = text;
    while let Some(at) = rest.find(['⟦', '⟧']) {
        let (before, marker) = rest.split_at(at);
        stack.last_mut().expect("open").1.extend(before.as_bytes());
        if let Some(inner) = marker.strip_prefix('⟦') {
            let (name, inner) = inner.split_once(' ').expect("a name");
            stack.push((name.to_owned(), Vec::new()));
            rest = inner;
        } else {
            rest = &marker['⟧'.len_utf8()..];
            let (name, inner) = stack.pop().expect("open");
            let outer = stack.last_mut().expect("a bracket too many");
            outer.1.extend(encode(&name, &inner, rng));
        }
    }
    let (name, mut all) = stack.pop().expect("open");
    assert!(
        stack.is_empty() && name.is_empty(),
        "a bracket is open: {text}"
    );
    all.extend(rest.as_bytes());
    all
}
