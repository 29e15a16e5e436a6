//! The few bytes around a key that decide what its place means: they are bounded, however long the lines are.

/// Bytes before a key, and line breaks among them, in which the statement that it belongs to begins.
const BEFORE: (usize, usize) = (400, 3);
/// Bytes behind it, and line breaks among them.
const BEHIND: (usize, usize) = (200, 3);
/// Bytes before and behind it in which the document says what it is.
const AROUND: (usize, usize) = (1024, 512);

/// How far from the key anything can matter.
#[cfg(test)]
pub(super) const REACH: usize = AROUND.0;

/// What stands around a key.
pub(super) struct Window<'a> {
    /// Right before it, without its quotes, the prefix of a string and `Bearer`.
    pub(super) before: &'a [u8],
    /// Right behind it, without its quotes.
    pub(super) behind: &'a [u8],
    /// On both sides, within one YAML document; the key itself is in it.
    pub(super) around: &'a [u8],
}

impl<'a> Window<'a> {
    /// Around the key at `start..end`; empty where that lies outside of the bytes.
    pub(super) fn new(bytes: &'a [u8], start: usize, end: usize) -> Self {
        let all_before = bytes.get(..start).unwrap_or_default();
        let all_behind = bytes.get(end..).unwrap_or_default();
        let before = last(all_before, BEFORE.0);
        let from = memchr::memrchr_iter(b'\n', before).nth(BEFORE.1);
        let before = before.get(from.map_or(0, |at| at + 1)..);
        let behind = first(all_behind, BEHIND.0);
        let to = memchr::memchr_iter(b'\n', behind).nth(BEHIND.1);
        let behind = behind.get(..to.unwrap_or(behind.len()));
        Self {
            before: unquoted(before.unwrap_or_default()),
            behind: without_quotes(behind.unwrap_or_default()),
            around: document(bytes, all_before.len(), end),
        }
    }
}

fn last(bytes: &[u8], most: usize) -> &[u8] {
    let from = bytes.len().saturating_sub(most);
    bytes.get(from..).unwrap_or_default()
}

fn first(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(..most).unwrap_or(bytes)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\')
}

fn without_quotes(behind: &[u8]) -> &[u8] {
    let from = behind.iter().position(|&byte| !is_quote(byte));
    behind
        .get(from.unwrap_or(behind.len())..)
        .unwrap_or_default()
}

/// Without what opens a string at its end, and without `Bearer`, which stands before a key in a header.
fn unquoted(before: &[u8]) -> &[u8] {
    const BEARER: &[u8] = b"bearer";
    let mut rest = before;
    let trimmed = rest.trim_ascii_end();
    let word = last(trimmed, BEARER.len());
    if trimmed.len() < rest.len() && word.eq_ignore_ascii_case(BEARER) {
        rest = trimmed
            .get(..trimmed.len() - word.len())
            .unwrap_or_default();
    }
    let quoted = rest.len();
    let to = rest.iter().rposition(|&byte| !is_quote(byte));
    rest = rest.get(..to.map_or(0, |at| at + 1)).unwrap_or_default();
    if rest.len() == quoted {
        return rest;
    }
    // `f"`, `rb'`, `r#"`, `@"`, but not the end of a word.
    let prefix =
        |byte: u8| matches!(byte | 32, b'f' | b'r' | b'b' | b'u') || b"@$#".contains(&byte);
    let to = rest.iter().rposition(|&byte| !prefix(byte));
    let bare = rest.get(..to.map_or(0, |at| at + 1)).unwrap_or_default();
    let in_word = bare
        .last()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match rest.len() - bare.len() {
        1..=3 if !in_word => bare,
        _ => rest,
    }
}

/// What stands around the key, up to the lines that part YAML documents.
fn document(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    const PARTED: &[u8] = b"\n---";
    let low = start.saturating_sub(AROUND.0);
    let high = bytes.len().min(end.saturating_add(AROUND.1)).max(start);
    let before = bytes.get(low..start).unwrap_or_default();
    let behind = bytes.get(end.min(high)..high).unwrap_or_default();
    let low = memchr::memmem::rfind(before, PARTED).map_or(low, |at| low + at + PARTED.len());
    let high = memchr::memmem::find(behind, PARTED).map_or(high, |at| end.min(high) + at);
    // The key has a bound of its own, but whoever calls this may not know it.
    let most = AROUND.0 + AROUND.1 + 1024;
    first(bytes.get(low..high).unwrap_or_default(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(text: &str) -> String {
        String::from_utf8_lossy(Window::new(text.as_bytes(), text.len(), text.len()).before)
            .into_owned()
    }

    #[test]
    fn quotes_prefixes_and_bearer_are_taken_off() {
        for (text, expected) in [
            ("k = \"", "k = "),
            ("k = f'", "k = "),
            ("k = r#\"", "k = "),
            ("k = \\\"", "k = "),
            ("k = 'Bearer ", "k = "),
            ("k = ", "k = "),
            ("proof'", "proof"),
            ("a_f'", "a_f"),
            ("Bearer ", ""),
            ("'", ""),
        ] {
            assert_eq!(before(text), expected, "{text}");
        }
    }

    #[test]
    fn bytes_and_lines_are_bounded() {
        assert_eq!(before("1\n2\n3\n4\n5"), "2\n3\n4\n5");
        assert_eq!(before(&"x".repeat(5000)).len(), BEFORE.0);
        let text = "x".repeat(5000);
        let window = Window::new(text.as_bytes(), 2000, 2050);
        assert_eq!(window.behind.len(), BEHIND.0);
        assert_eq!(window.around.len(), AROUND.0 + 50 + AROUND.1);
        for (start, end) in [(9999, 10_000), (10, 5), (0, 0), (5000, usize::MAX)] {
            let window = Window::new(text.as_bytes(), start, end);
            assert!(window.around.len() <= 5000);
        }
    }

    #[test]
    fn documents_are_parted() {
        let text = b"kind: Secret\n---\nk: KEY\n---\nkind: Pod\n";
        let window = Window::new(text, 20, 23);
        assert_eq!(window.around, b"\nk: KEY");
    }
}
