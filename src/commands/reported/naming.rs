//! How a report writes fingerprints, redacted keys and paths.

use crate::model::PREFIX;

/// Before the digits of a key of AIsa's, and of anything else; see [`Secret::fingerprint`](crate::model::Secret::fingerprint).
const PLAIN: &str = "sha256:";
pub(in crate::commands) const KEYED: &str = "hmac-sha256:";
/// The digits.
const DIGITS: usize = 64;

/// The bytes of a path that was percent-encoded; `None` if it was not.
pub(in crate::commands) fn decoded(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? << 4 | digit(rest.next())?).ok()?,
            byte => byte,
        });
    }
    Some(bytes)
}

/// Whether a text is the fingerprint of an AIsa key.
pub(in crate::commands) fn is_plain(fingerprint: &str) -> bool {
    fingerprint.strip_prefix(PLAIN).is_some_and(are_digits)
}

/// Whether a text is one of the fingerprints that this version knows.
pub(in crate::commands) fn is_known(fingerprint: &str) -> bool {
    is_plain(fingerprint) || fingerprint.strip_prefix(KEYED).is_some_and(are_digits)
}

fn are_digits(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the report shows of a key that is not here, if it is what reports show.
pub(in crate::commands) fn redacted(text: &str) -> &str {
    let tail = text.strip_prefix(PREFIX).or(text.strip_prefix("sk-"));
    let tail = tail.and_then(|tail| tail.strip_prefix('…'));
    let is_body = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match tail {
        Some(tail) if tail.len() == 3 && tail.chars().all(is_body) => text,
        _ => "(not shown)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::percent_encoded;

    #[test]
    fn exact_paths_come_back() {
        for path in [&b"a/b.py"[..], b"\xff \x00%\n", "é…/x".as_bytes(), b""] {
            assert_eq!(decoded(&percent_encoded(path)).as_deref(), Some(path));
        }
        for text in ["%", "%4", "%4g", "a%zz"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn fingerprints_are_whole() {
        let digits = "0123456789abcdef".repeat(4);
        assert!(is_plain(&format!("sha256:{digits}")));
        for other in [
            format!("hmac-sha256:{digits}"),
            format!("sha256:{digits}0"),
            format!("sha512:{digits}"),
            "sha256:".to_owned(),
            format!("sha256:{}g", &digits[1..]),
        ] {
            assert!(!is_plain(&other), "{other}");
        }
        assert!(is_known(&format!("hmac-sha256:{digits}")));
    }
}
