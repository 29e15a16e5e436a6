//! Looks for AIsa near a candidate that other vendors' keys look like.

use memchr::{memchr, memchr_iter, memmem, memrchr};

use crate::rules::ContextNeed;

/// How far "near by" is.
pub(super) const NEAR: usize = 2000;

/// How far before a candidate an assigned name may begin.
const STATEMENT: usize = 256;

/// Whether what a rule needs stands near `start..end`.
pub(super) fn holds(need: ContextNeed, bytes: &[u8], start: usize, end: usize) -> bool {
    match need {
        ContextNeed::Aisa => assigned_to_aisa(bytes, start) || mentions_aisa(bytes, start, end),
    }
}

/// Whether what stands at `start` is assigned to a name that says what a rule needs.
pub(super) fn is_assigned(need: ContextNeed, bytes: &[u8], start: usize) -> bool {
    match need {
        ContextNeed::Aisa => assigned_to_aisa(bytes, start),
    }
}

fn mentions_aisa(bytes: &[u8], start: usize, end: usize) -> bool {
    let near = &bytes[start.saturating_sub(NEAR)..bytes.len().min(end + NEAR)];
    if memmem::find(near, b"AISA_").is_some() {
        return true;
    }
    memmem::find_iter(near, b".").any(|dot| {
        near[dot..].len() >= 4
            && near[dot + 1..dot + 4].eq_ignore_ascii_case(b"one")
            && dot >= 4
            && near[dot - 4..dot].eq_ignore_ascii_case(b"aisa")
    })
}

/// Whether a name with `aisa` in it stands left of a `=` or `:` before `start`, on its line or on the line before if
/// that one is not finished.
fn assigned_to_aisa(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[start.saturating_sub(STATEMENT)..start];
    let mut from = memrchr(b'\n', before).map_or(0, |at| at + 1);
    if from > 0 {
        let earlier = before[..from].trim_ascii_end();
        if matches!(earlier.last(), Some(b'=' | b':' | b'(' | b'\\' | b',')) {
            from = memrchr(b'\n', earlier).map_or(0, |at| at + 1);
        }
    }
    let statement = &before[from..];
    let equals = memchr_iter(b'=', statement);
    let colons = memchr_iter(b':', statement);
    equals
        .chain(colons)
        .any(|at| has_aisa(name_before(&statement[..at])))
}

/// The identifier at the end of `text`, past spaces, quotes and brackets.
pub(super) fn name_before(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|byte| {
            !matches!(
                byte,
                b' ' | b'\t' | b'"' | b'\'' | b'`' | b']' | b')' | b'?' | b':' | b'\\'
            )
        })
        .map_or(0, |at| at + 1);
    let begin = text[..end]
        .iter()
        .rposition(|byte| {
            !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$'))
        })
        .map_or(0, |at| at + 1);
    &text[begin..end]
}

fn has_aisa(name: &[u8]) -> bool {
    memchr(b'i', name).or_else(|| memchr(b'I', name)).is_some()
        && name
            .windows(4)
            .any(|four| four.eq_ignore_ascii_case(b"aisa"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(before: &str, after: &str) -> bool {
        let text = format!("{before}KEY{after}");
        holds(
            ContextNeed::Aisa,
            text.as_bytes(),
            before.len(),
            before.len() + 3,
        )
    }

    #[test]
    fn names_and_hosts_count() {
        for before in [
            "aisaKey = '",
            "\"aisa_key\": \"",
            "myAIsaToken: string = '",
            "aisa =\n  '",
            "aisa:\n  key: ",
            "cfg['aisa'] = '",
        ] {
            assert!(ok(before, "'"), "{before}");
        }
        for before in [
            "key = '",
            "aisa = 1\nkey = '",
            "raisa was here '",
            "aisa\nkey: ",
        ] {
            assert!(!ok(before, "'"), "{before}");
        }
        assert!(ok("", " https://api.AIsa.one/v1"));
    }

    #[test]
    fn near_by_ends_at_2000_bytes() {
        let at = |gap: usize| ok(&format!("AISA_{}", " ".repeat(gap)), "");
        assert!(at(NEAR - 5));
        assert!(!at(NEAR - 4));
        assert!(ok("", &format!("{}AISA_", " ".repeat(NEAR - 5))));
        assert!(!ok("", &format!("{}AISA_", " ".repeat(NEAR - 4))));
    }
}
