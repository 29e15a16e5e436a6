//! Whether the line of a key says whose it is. A key that may be another issuer's is reported, but nobody but its issuer may
//! be shown it: that AIsa is spoken of somewhere in the same file is not enough.

use memchr::{memchr, memmem, memrchr};

use crate::rules::ContextNeed;

/// How far from the key what names its issuer may be, on its line.
const NEAR: usize = 256;

/// Whether what a rule needs is said of the key at `start..end` itself: it is assigned to a name of AIsa's, or sent to AIsa's
/// own host.
pub(super) fn is_named(need: ContextNeed, bytes: &[u8], (start, end): (usize, usize)) -> bool {
    match need {
        ContextNeed::Aisa => {
            let (before, after) = line(bytes, start, end);
            is_assigned(before) || is_sent(before, after)
        }
    }
}

/// What stands on the line before the key, and behind it. A line that ends where a value is expected goes on with the next.
fn line(bytes: &[u8], start: usize, end: usize) -> (&[u8], &[u8]) {
    let before = bytes
        .get(start.saturating_sub(NEAR)..start)
        .unwrap_or_default();
    let after = bytes
        .get(end..bytes.len().min(end.saturating_add(NEAR)))
        .unwrap_or_default();
    let after = &after[..memchr(b'\n', after).unwrap_or(after.len())];
    let begin = memrchr(b'\n', before).map_or(0, |at| at + 1);
    let earlier = before[..begin].trim_ascii_end();
    let goes_on = before[begin..]
        .iter()
        .all(|byte| !byte.is_ascii_alphanumeric())
        && matches!(earlier.last(), Some(b'=' | b':' | b'(' | b'\\' | b','));
    let begin = match goes_on && !is_comment(earlier) {
        true => memrchr(b'\n', earlier).map_or(0, |at| at + 1),
        false => begin,
    };
    (&before[begin..], after)
}

/// Whether the last line of a text is a comment: what it says is not said of the key.
fn is_comment(text: &[u8]) -> bool {
    let begin = memrchr(b'\n', text).map_or(0, |at| at + 1);
    let line = text[begin..].trim_ascii_start();
    [&b"#"[..], b"//", b"--", b"*", b";", b"<!--"]
        .iter()
        .any(|sign| line.starts_with(sign))
}

/// Whether the word before the key is a name of AIsa's: between the two are signs, and at most one word that is the name of a
/// type or of a scheme, as in `aisaKey: string = "…"`, `aisa_auth: "Bearer …"` and `getenv("AISA_API_KEY", "…")`.
fn is_assigned(before: &[u8]) -> bool {
    const BETWEEN: [&[u8]; 5] = [b"string", b"str", b"String", b"bearer", b"Bearer"];
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    let mut words = before
        .split(|byte| !is_word(byte))
        .rev()
        .filter(|word| word.iter().any(u8::is_ascii_alphanumeric));
    let name = match words.next() {
        Some(word) if BETWEEN.contains(&word) => words.next(),
        word => word,
    };
    name.is_some_and(is_name_of_aisa)
}

/// Whether a name has `aisa` as a word of its own, and nothing of another vendor: neither `faisal_key` nor `AISA_OPENAI_KEY` is
/// meant, nor a key, which is no name.
fn is_name_of_aisa(name: &[u8]) -> bool {
    // Those whose keys begin with `sk-`, or that gateways with such keys stand for.
    const OTHERS: [&str; 14] = [
        "openai",
        "anthropic",
        "claude",
        "gemini",
        "google",
        "mistral",
        "moonshot",
        "kimi",
        "deepseek",
        "qwen",
        "azure",
        "groq",
        "oneapi",
        "openrouter",
    ];
    if name.starts_with(b"sk-") {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let is_other = |other: &&str| memmem::find(&lower, other.as_bytes()).is_some();
    let is_word = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| name.get(before));
        let (first, last) = (name.get(at), name.get(at + 3));
        let after = name.get(at + 4);
        // A hump begins with a capital behind a small letter, or ends before a capital; the rest is bounded by no letters.
        let begins = before.is_none_or(|before| {
            !before.is_ascii_alphabetic()
                || before.is_ascii_lowercase() && first.is_some_and(u8::is_ascii_uppercase)
        });
        let ends = after.is_none_or(|after| {
            !after.is_ascii_alphabetic()
                || after.is_ascii_uppercase() && last.is_some_and(u8::is_ascii_lowercase)
        });
        begins && ends
    };
    !OTHERS.iter().any(is_other) && memmem::find_iter(&lower, b"aisa").any(is_word)
}

/// Whether the key is a bearer token on a line with one address, which is AIsa's.
fn is_sent(before: &[u8], after: &[u8]) -> bool {
    let is_bearer = before
        .trim_ascii_end()
        .last_chunk::<6>()
        .is_some_and(|word| word.eq_ignore_ascii_case(b"bearer"));
    let mut hosts = [before, after].into_iter().flat_map(hosts);
    is_bearer && hosts.next().is_some_and(is_aisa) && hosts.next().is_none()
}

/// What follows each `://`.
fn hosts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    memmem::find_iter(text, b"://").map(|at| {
        let host = &text[at + 3..];
        let end = host
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')));
        &host[..end.unwrap_or(host.len())]
    })
}

/// Whether a host is `aisa.one` or below it.
fn is_aisa(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    host == b"aisa.one" || host.ends_with(b".aisa.one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(before: &str, after: &str) -> bool {
        let text = format!("{before}KEY{after}");
        let span = (before.len(), before.len() + 3);
        is_named(ContextNeed::Aisa, text.as_bytes(), span)
    }

    #[test]
    fn a_name_of_its_own_or_the_host_that_it_is_sent_to() {
        for (before, after) in [
            ("AISA_API_KEY=", ""),
            ("first = 1\nAISA_API_KEY = \"", "\"\n"),
            ("const myAIsaToken: string = '", "';"),
            ("os.getenv(\"AISA_API_KEY\", \"", "\")"),
            ("process.env.AISA_API_KEY || '", "'"),
            ("{\"OPENAI_API_KEY\": \"x\", \"AISA_API_KEY\": \"", "\"}"),
            ("aisa_key =\n    \"", "\""),
            ("aisa-auth: Bearer ", ""),
            ("keys.aisa = ", ""),
            ("AISA=", ""),
            ("aisa2_key: ", ""),
            ("theAIsaKey = '", "'"),
            ("aisaAPIKey: '", "'"),
            (
                "curl -H 'Authorization: Bearer ",
                "' https://api.aisa.one/v1/models",
            ),
            (
                "curl https://api.aisa.one/v1/models -H 'authorization: bearer ",
                "'",
            ),
        ] {
            assert!(named(before, after), "{before}KEY{after}");
        }
    }

    #[test]
    fn what_may_be_said_of_another_key_does_not_count() {
        for (before, after) in [
            ("", ""),
            ("key = '", "' # aisa"),
            ("AISA_API_KEY=x\nOPENAI_API_KEY=", "\n"),
            ("{\"AISA_API_KEY\": \"x\", \"OPENAI_API_KEY\": \"", "\"}"),
            ("base = 'https://api.aisa.one/v1', key = '", "'"),
            (
                "Authorization: Bearer ",
                "' https://api.openai.com # not https://api.aisa.one",
            ),
            ("a https://api.aisa.one/v1\nb Bearer ", ""),
            ("Bearer ", " https://api.aisa.one.example/v1"),
            ("Bearer ", " https://raisa.one/"),
            ("aisa is not this:\nkey = ", ""),
            ("# other vendors, not AIsa:\n", ""),
            ("  // not AIsa,\n\"", "\""),
            ("FAISAL_MOONSHOT_KEY=\"", "\""),
            ("raisa_key: ", ""),
            ("maisaKey = ", ""),
            ("AISA_OPENAI_KEY=", ""),
            ("AISA_KEYS=sk-aisa-0123456789abcdef,", ""),
            ("[\"sk-aisa-0123456789abcdef\", \"", "\"]"),
            ("  \"sk-aisa-0123456789abcdef\",\n  \"", "\""),
        ] {
            assert!(!named(before, after), "{before}KEY{after}");
        }
    }

    #[test]
    fn near_by_is_on_the_line() {
        let far = |gap: usize| named(&format!("AISA{}'", " ".repeat(gap)), "'");
        assert!(far(NEAR - 5));
        assert!(!far(NEAR - 4));
    }
}
