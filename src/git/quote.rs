//! Quotes that git writes: single ones, as a POSIX shell reads them and as `GIT_CONFIG_PARAMETERS` has them, and double ones, in which
//! it names paths.

/// The text as one word of a shell, whatever is in it.
pub fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'\'');
    for &byte in text {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

/// The path in double quotes, as git names one in a patch if it has more than plain characters: every byte that is not one as an
/// escape of C (quote.c; git-config, `core.quotePath`).
pub fn c_style(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len() + 2);
    out.push('"');
    for &byte in path {
        let letter = match byte {
            0x07 => 'a',
            0x08 => 'b',
            b'\t' => 't',
            b'\n' => 'n',
            0x0b => 'v',
            0x0c => 'f',
            b'\r' => 'r',
            b'"' => '"',
            b'\\' => '\\',
            b' '..=b'~' => {
                out.push(char::from(byte));
                continue;
            }
            _ => {
                out.push_str(&format!("\\{byte:03o}"));
                continue;
            }
        };
        out.extend(['\\', letter]);
    }
    out.push('"');
    out
}

/// The word that begins the text, every part of it in single quotes or behind a backslash, and what follows it; `None`
/// if it is anything else.
pub fn word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\'', inside @ ..] => {
                let end = memchr::memchr(b'\'', inside)?;
                out.extend_from_slice(inside.get(..end)?);
                inside.get(end + 1..)?
            }
            [b'\\', byte, after @ ..] => {
                out.push(*byte);
                after
            }
            // Not even an empty pair of quotes was there.
            _ if rest.len() == text.len() => return None,
            _ => return Some((out, rest)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back() {
        for text in [
            &b""[..],
            b"a b",
            b"it's",
            b"'",
            b"''",
            b"$(x) `y` \\ \"z\" !",
            b"two\nlines",
            b"\xff\x81'",
        ] {
            let quoted = [&quoted(text)[..], b" more"].concat();
            let (word, rest) = word(&quoted).expect("a word");
            assert_eq!((&word[..], rest), (text, &b" more"[..]));
        }
        // Git writes an exclamation mark behind a backslash, too.
        assert_eq!(word(b"'a'\\!'b'"), Some((b"a!b".to_vec(), &b""[..])));
    }

    #[test]
    fn paths_are_quoted_as_git_does() {
        for (path, expected) in [
            (&b"a b/c"[..], "\"a b/c\""),
            ("caf\u{e9}".as_bytes(), "\"caf\\303\\251\""),
            (b"\xe9\x01\x7f", "\"\\351\\001\\177\""),
            (b"\x07\x08\t\n\x0b\x0c\r", "\"\\a\\b\\t\\n\\v\\f\\r\""),
            (b"\"\\'", "\"\\\"\\\\'\""),
        ] {
            assert_eq!(c_style(path), expected);
        }
    }

    #[test]
    fn what_is_not_quoted_is_no_word() {
        for text in ["", "a", " 'a'", "'a", "'a'\\''b"] {
            assert_eq!(word(text.as_bytes()), None, "{text}");
        }
        assert_eq!(word(b"'a'b"), Some((b"a".to_vec(), &b"b"[..])));
    }
}
