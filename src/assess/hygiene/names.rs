//! Names of variables that hold AIsa keys: `AISA_API_KEY`, `aisaToken`, but not `AISA_BASE_URL`.

use std::sync::OnceLock;

use aho_corasick::packed::Searcher;

/// A name is not longer.
const LONGEST: usize = 64;

/// So many names of one window are looked at: nobody writes more, but somebody may generate them.
const MOST: usize = 2000;

/// Words that say that a variable holds a key.
const KEYS: [&str; 10] = [
    "key",
    "keys",
    "apikey",
    "token",
    "tokens",
    "secret",
    "secrets",
    "credential",
    "credentials",
    "bearer",
];

/// Words in one with the vendor's.
const JOINED: [&str; 4] = ["aisakey", "aisaapikey", "aisatoken", "aisasecret"];

/// Last words that say that it holds something else, about a key.
const ABOUT: [&str; 49] = [
    "file",
    "path",
    "dir",
    "id",
    "ids",
    "name",
    "names",
    "url",
    "uri",
    "host",
    "env",
    "var",
    "variable",
    "header",
    "prefix",
    "suffix",
    "length",
    "len",
    "regex",
    "regexp",
    "pattern",
    "format",
    "type",
    "schema",
    "placeholder",
    "example",
    "label",
    "hint",
    "help",
    "error",
    "missing",
    "count",
    "ttl",
    "index",
    "arn",
    "ref",
    "version",
    "set",
    "required",
    "valid",
    "enabled",
    "sha",
    "sha256",
    "hash",
    "digest",
    "fingerprint",
    "docs",
    "link",
    "provider",
];

/// A name in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Its first byte.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
    /// The name.
    pub(super) text: &'a str,
}

/// Whether any name can be in these bytes. Nearly every file of a walk is searched for this, and hardly one has it.
pub(super) fn may_be_in(bytes: &[u8]) -> bool {
    const WORDS: [&str; 4] = ["AISA", "aisa", "Aisa", "AIsa"];
    static SEARCHER: OnceLock<Option<Searcher>> = OnceLock::new();
    match SEARCHER.get_or_init(|| Searcher::new(WORDS)) {
        Some(searcher) => searcher.find(bytes).is_some(),
        // Not every processor has what it takes.
        None => WORDS
            .iter()
            .any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some()),
    }
}

/// The names that start in `own`, in their order.
pub(super) fn all(bytes: &[u8], own: Option<(usize, usize)>) -> Vec<Name<'_>> {
    let mut names: Vec<Name<'_>> = Vec::new();
    for at in memchr::memchr2_iter(b'A', b'a', bytes) {
        let word = bytes.get(at..at + 4).unwrap_or_default();
        if !word.eq_ignore_ascii_case(b"aisa") {
            continue;
        }
        if names.len() == MOST {
            break;
        }
        let is_known = names.last().is_some_and(|last| at < last.end);
        if let Some(name) = around(bytes, at).filter(|_| !is_known)
            && own.is_none_or(|(from, to)| (from..to).contains(&name.start))
        {
            names.push(name);
        }
    }
    names
}

/// The name around a place, if it is one of a variable that holds a key.
fn around(bytes: &[u8], at: usize) -> Option<Name<'_>> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    // Names with hyphens stand in settings; in code a hyphen takes one thing from another.
    let is_hyphened = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-';
    [span(bytes, at, is_part), span(bytes, at, is_hyphened)]
        .into_iter()
        .flatten()
        .find(|name| holds_a_key(name.text))
}

fn span<'a>(bytes: &'a [u8], at: usize, is_part: impl Fn(&u8) -> bool) -> Option<Name<'a>> {
    let before = bytes.get(at.saturating_sub(LONGEST)..at)?;
    let behind = bytes.get(at..bytes.len().min(at + LONGEST))?;
    let before = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let behind = behind.iter().take_while(|byte| is_part(byte)).count();
    let (start, end) = (at - before, at + behind);
    let text = std::str::from_utf8(bytes.get(start..end)?).ok()?;
    (text.len() <= LONGEST).then_some(Name { start, end, text })
}

/// Whether a variable of this name holds an AIsa key.
fn holds_a_key(name: &str) -> bool {
    // What begins like a key is no name.
    if name.starts_with("sk-") || name.starts_with('-') {
        return false;
    }
    let words = words(name);
    let is = |known: &[&str], word: &String| known.contains(&word.as_str());
    let joined = words.iter().any(|word| is(&JOINED, word));
    let both = words.iter().any(|word| word == "aisa") && words.iter().any(|word| is(&KEYS, word));
    (joined || both) && !words.last().is_some_and(|word| is(&ABOUT, word))
}

/// The words of a name in lower case: of `AISA_API_KEY`, `aisaApiKey`, `AIsaAPIKey`.
fn words(name: &str) -> Vec<String> {
    // The vendor's own spelling would be two words.
    let name = name.replace("AIsa", "Aisa");
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let is_lower = |letter: Option<&char>| letter.is_some_and(char::is_ascii_lowercase);
        let is_upper = |letter: Option<&char>| letter.is_some_and(char::is_ascii_uppercase);
        let begins = letter.is_ascii_uppercase()
            && (is_lower(before) || (is_upper(before) && is_lower(letters.get(at + 1))));
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_keys() {
        for (text, expected) in [
            ("AISA_API_KEY=1", &["AISA_API_KEY"][..]),
            ("process.env.VITE_AISA_KEY,", &["VITE_AISA_KEY"]),
            ("myAIsaToken aisaApiKey", &["myAIsaToken", "aisaApiKey"]),
            ("aisa-api-key: x", &["aisa-api-key"]),
            ("AisaAPIKey aisakey", &["AisaAPIKey", "aisakey"]),
            ("$AISA_API_KEY", &["AISA_API_KEY"]),
            ("AISA_API_KEY_PROD", &["AISA_API_KEY_PROD"]),
            ("AISA_BASE_URL AISA_MODEL aisa", &[]),
            ("AISALEAKS_KEY aisaleaks_token", &[]),
            ("AISA_API_KEY_FILE AISA_KEY_ID aisaKeyPrefix", &[]),
            ("sk-aisa-your-key-here", &[]),
            ("OPENAI_API_KEY", &[]),
            ("paisa_key", &[]),
        ] {
            let found: Vec<&str> = all(text.as_bytes(), None)
                .iter()
                .map(|name| name.text)
                .collect();
            assert_eq!(found, expected, "{text}");
            assert!(expected.is_empty() || may_be_in(text.as_bytes()), "{text}");
        }
        assert!(!may_be_in(b"nothing of the kind"));
        assert_eq!(all(&b"AISA".repeat(100_000), None), []);
    }

    #[test]
    fn what_starts_in_another_window_is_not_told() {
        let text = b"AISA_API_KEY AISA_API_KEY";
        assert_eq!(all(text, Some((5, 25))).len(), 1);
        assert_eq!(all(text, Some((0, 13))).len(), 1);
    }
}
