//! The lines of the replacement file, and what git-filter-repo makes of a text with them.
//!
//! As git-filter-repo 2.47 reads it (`get_replace_text`): a line is `literal:TEXT==>NEW` or `regex:EXPRESSION==>NEW`, cut at the
//! last `==>`; literals are replaced before expressions, each in the order of the file, in the bytes of whole files and messages.
//! The expressions are Python's, of bytes; what is written here means the same to it and to the `regex` crate.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use crate::model::{PREFIX, Secret};

/// What comes in the place of a key.
const NEW: &str = "***REMOVED***";
/// Characters at the beginning of whose kinds a pattern tells.
const KINDS: usize = 12;
/// Characters at the end that a pattern, as every report, shows.
const SHOWN: usize = 3;
/// What any other character of a key is.
const ANY: &str = "[A-Za-z0-9_-]";

/// What is to be replaced.
#[derive(Default)]
pub(super) struct Lines {
    /// Longest first, so that none takes a piece of another one. They hold keys.
    literals: BTreeSet<(Reverse<usize>, Vec<u8>)>,
    patterns: Vec<Pattern>,
}

/// What names one key.
pub(super) struct Pattern {
    /// The key's number.
    key: u32,
    /// How long the key is.
    length: usize,
    /// As it is written.
    text: String,
    compiled: Regex,
}

impl Lines {
    /// Has what these patterns name replaced.
    pub(super) fn add_patterns(&mut self, patterns: Vec<Pattern>) {
        self.patterns.extend(patterns);
        // The longer one first: a key may begin with another one.
        self.patterns
            .sort_by(|one, other| (other.length, &one.text).cmp(&(one.length, &other.text)));
    }

    /// Has a text replaced as it stands.
    pub(super) fn add_literal(&mut self, text: &[u8]) {
        if !text.is_empty() {
            let length = Reverse(text.len());
            self.literals.insert((length, text.to_vec()));
        }
    }

    /// Whether nothing is replaced.
    pub(super) fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.patterns.is_empty()
    }

    /// Whether a key, or what it can be made from, is in the file.
    pub(super) fn has_literals(&self) -> bool {
        !self.literals.is_empty()
    }

    /// The file.
    pub(super) fn file(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (_, text) in &self.literals {
            match text.iter().any(|byte| b"\r\n".contains(byte)) {
                true => {
                    out.extend_from_slice(b"regex:");
                    out.extend_from_slice(escaped(text).as_bytes());
                }
                false => {
                    out.extend_from_slice(b"literal:");
                    out.extend_from_slice(text);
                }
            }
            out.extend_from_slice(format!("==>{NEW}\n").as_bytes());
        }
        for pattern in &self.patterns {
            out.extend_from_slice(format!("regex:{}==>{NEW}\n", pattern.text).as_bytes());
        }
        out
    }

    /// A script for `sed -E` (POSIX) that does the same to lines. What has a line break, or bytes that a script cannot hold, is left out.
    pub(super) fn sed(&self) -> Vec<u8> {
        let literals = self.literals.iter().map(|(_, text)| text);
        let is_plain = |text: &&Vec<u8>| text.iter().all(|byte| (b' '..=b'~').contains(byte));
        let literals = literals.filter(is_plain).map(|text| for_sed(text));
        let patterns = self.patterns.iter().map(|pattern| pattern.text.clone());
        let lines = literals
            .chain(patterns)
            .map(|text| format!("s/{text}/{NEW}/g\n"));
        lines.collect::<String>().into_bytes()
    }

    /// What becomes of a text that has these keys, as far as they are concerned.
    pub(super) fn replaced(&self, text: &[u8], keys: &BTreeSet<u32>) -> Vec<u8> {
        let mut text = text.to_vec();
        // Literals with a line break are expressions, which come after the others.
        let (broken, whole): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) =
            (self.literals.iter().map(|(_, text)| text))
                .partition(|text| text.iter().any(|byte| b"\r\n".contains(byte)));
        for literal in whole.into_iter().chain(broken) {
            text = without(&text, literal);
        }
        let own = self.patterns.iter();
        for pattern in own.filter(|pattern| keys.contains(&pattern.key)) {
            let new = regex::bytes::NoExpand(NEW.as_bytes());
            if let Cow::Owned(after) = pattern.compiled.replace_all(&text, new) {
                text = after;
            }
        }
        text
    }
}

impl Pattern {
    /// Whether another key fits, too.
    pub(super) fn fits(&self, secret: &Secret) -> bool {
        self.compiled.is_match(secret.expose().as_bytes())
    }
}

fn without(text: &[u8], literal: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in memmem::find_iter(text, literal) {
        out.extend_from_slice(text.get(from..at).unwrap_or_default());
        out.extend_from_slice(NEW.as_bytes());
        from = at + literal.len();
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out
}

/// Bytes as an expression that matches them alone.
fn escaped(text: &[u8]) -> String {
    let byte = |&byte: &u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("\\x{byte:02x}"),
    };
    text.iter().map(byte).collect()
}

/// Printable text as an extended expression that matches it alone.
fn for_sed(text: &[u8]) -> String {
    let byte = |&byte: &u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false if b"/\\^]".contains(&byte) => format!("\\{}", char::from(byte)),
        false => format!("[{}]", char::from(byte)),
    };
    text.iter().map(byte).collect()
}

/// A pattern that names a key without holding it: how long it is, of what kinds its first characters are, and the last ones,
/// which every report shows. `None` for a key without AIsa's prefix, whose place alone says what it is.
///
/// Of each of the first characters it tells whether it is a capital letter, a small one, a digit or another one: with the end,
/// another random key fits once in some ten thousand million cases, and of 43 characters' 256 bits about 220 stay unknown.
pub(super) fn pattern(key: u32, secret: &Secret) -> Option<Pattern> {
    if !secret.is_aisa() {
        return None;
    }
    let body = secret.expose().strip_prefix(PREFIX)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let hidden = body.len().checked_sub(SHOWN + KINDS)?;
    if !body.bytes().all(is_plain) {
        return None;
    }
    let (begin, rest) = body.split_at_checked(KINDS)?;
    let mut pattern = PREFIX.to_owned();
    let kinds: Vec<&str> = begin.bytes().map(kind).collect();
    for same in kinds.chunk_by(|one, next| one == next) {
        let times = same.len();
        pattern.push_str(same.first().copied().unwrap_or_default());
        if times > 1 {
            pattern.push_str(&format!("{{{times}}}"));
        }
    }
    pattern.push_str(&format!("{ANY}{{{hidden}}}"));
    pattern.push_str(rest.get(hidden..)?);
    let compiled = RegexBuilder::new(&pattern).unicode(false).build().ok()?;
    Some(Pattern {
        key,
        length: body.len(),
        text: pattern,
        compiled,
    })
}

fn kind(byte: u8) -> &'static str {
    match byte {
        b'A'..=b'Z' => "[A-Z]",
        b'a'..=b'z' => "[a-z]",
        b'0'..=b'9' => "[0-9]",
        _ => "[_-]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;

    fn secret(rng: &mut Rng) -> Secret {
        Secret::new(&rng.key(true))
    }

    fn lines(secrets: &[&Secret]) -> Lines {
        let mut lines = Lines::default();
        let patterns = (0..).zip(secrets);
        let patterns = patterns.map(|(key, secret)| pattern(key, secret).expect("a pattern"));
        lines.add_patterns(patterns.collect());
        lines
    }

    #[test]
    fn a_pattern_takes_its_key_and_nothing_like_it() {
        let mut rng = Rng::new(1);
        for _ in 0..200 {
            let (own, other) = (secret(&mut rng), secret(&mut rng));
            let text = own.expose();
            let tail = &text[text.len() - SHOWN..];
            let filler = format!("{PREFIX}{}{tail}", "x".repeat(40));
            let mixed = format!("{PREFIX}{}{tail}", &"your-KEY-here-1".repeat(3)[..40]);
            let all = format!("a={text} b={} c={filler} {mixed} \\n{text}", other.expose());
            let after = lines(&[&own]).replaced(all.as_bytes(), &BTreeSet::from([0]));
            let after = String::from_utf8(after).expect("text");
            assert_eq!(after, all.replace(text, NEW));
        }
    }

    #[test]
    fn a_pattern_holds_no_piece_of_its_key() {
        let mut rng = Rng::new(2);
        let own = secret(&mut rng);
        let body = own.expose().strip_prefix(PREFIX).expect("a key");
        let file = String::from_utf8(lines(&[&own]).file()).expect("text");
        assert!(file.starts_with(&format!("regex:{PREFIX}[")), "{file}");
        assert!(file.ends_with(&format!("{}==>{NEW}\n", &body[40..])));
        for at in 0..body.len() - 4 {
            assert!(!file.contains(&body[at..at + 4]), "{file}");
        }
    }

    #[test]
    fn what_has_no_prefix_or_is_too_short_has_no_pattern() {
        for text in [
            format!("sk-{}", "aB3".repeat(16)),
            format!("{PREFIX}{}", "a".repeat(14)),
            format!("{PREFIX}{}é", "aB3".repeat(16)),
        ] {
            assert!(pattern(0, &Secret::new(&text)).is_none(), "{text}");
        }
        assert!(pattern(0, &Secret::new(&format!("{PREFIX}{}", "a".repeat(20)))).is_some());
    }

    #[test]
    fn of_two_keys_that_begin_alike_both_go() {
        let mut rng = Rng::new(3);
        let short = secret(&mut rng);
        let long = Secret::new(&format!("{}-production", short.expose()));
        for order in [[&short, &long], [&long, &short]] {
            let text = format!("{} {}", short.expose(), long.expose());
            let after = lines(&order).replaced(text.as_bytes(), &BTreeSet::from([0, 1]));
            assert_eq!(after, format!("{NEW} {NEW}").as_bytes());
        }
    }

    #[test]
    fn literals_are_written_so_that_they_are_read_as_they_are() {
        let mut lines = Lines::default();
        for text in [&b"regex:a==>b"[..], b"two\nlines", b"\xff(", b"", b"a"] {
            lines.add_literal(text);
        }
        let expected = [
            &b"literal:regex:a==>b==>***REMOVED***\n"[..],
            b"regex:two\\x0alines==>***REMOVED***\n",
            b"literal:\xff(==>***REMOVED***\n",
            b"literal:a==>***REMOVED***\n",
        ];
        assert_eq!(lines.file(), expected.concat());
        assert!(lines.has_literals() && !lines.is_empty());
        assert_eq!(
            lines.replaced(b"two\nlines \xff(", &BTreeSet::new()),
            b"***REMOVED*** ***REMOVED***"
        );
    }
}
