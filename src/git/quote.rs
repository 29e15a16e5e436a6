//! Single quotes as a POSIX shell reads them, and as git writes them in `GIT_CONFIG_PARAMETERS`.

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
    fn what_is_not_quoted_is_no_word() {
        for text in ["", "a", " 'a'", "'a", "'a'\\''b"] {
            assert_eq!(word(text.as_bytes()), None, "{text}");
        }
        assert_eq!(word(b"'a'b"), Some((b"a".to_vec(), &b"b"[..])));
    }
}
