//! Markers by which whoever wrote a line allows what is found on it.
//!
//! A marker is `aisaleaks:allow` or `gitleaks:allow`, as a word of its own. Ids of rules in brackets directly behind it, as
//! in `aisaleaks:allow[aisa-api-key]`, are the only rules that it is for. The rest of its line is the reason.
//!
//! It counts on each line of a finding, and on the line above if nothing but what begins a comment stands before it there
//! and no key stands on that line: one marker must not allow two lines by accident.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::excerpt::{drop_partial_tail, hide_runs, printable};
use super::{Detector, mask};
use crate::model::{Allowed, AllowedBy, Mask};

/// How many bytes before and behind a finding are looked at, and how many of the line above. Minified code has lines of
/// megabytes, and as many findings in them; what stands further away allows nothing.
const NEAR: usize = 4096;
/// How many characters of a reason are kept.
const REASON: usize = 200;
/// What all markers end with; behind it a name of a program comes in front.
const TAIL: &[u8] = b"leaks:allow";
/// The programs whose markers count.
const PROGRAMS: [&[u8]; 2] = [b"aisa", b"git"];
/// Words that begin a comment, where signs do not.
const COMMENT: [&str; 2] = ["rem", "dnl"];
/// What ends a comment: what follows on the line is no reason.
const CLOSERS: [&str; 5] = ["-->", "*/", "#}", "%>", "?>"];
/// What else can end a comment, or a text that stands for one.
const ENDS: [&str; 7] = ["}}", "-}", "*)", "\"\"\"", "'''", "\",", "\""];

/// What a marker on a line of `start..end`, or on the line above, says of a finding of this rule. The reason is masked like
/// everything else around a finding, unless `show_secrets`.
pub fn inline_allow(
    detector: &Detector,
    bytes: &[u8],
    (start, end): (usize, usize),
    rule: &str,
    show_secrets: bool,
) -> Option<Allowed> {
    let end = end.min(bytes.len());
    let start = start.min(end);
    let low = line_start(bytes, start);
    let high = line_end(bytes, end);
    // The middle of a finding that is longer than that is not looked at.
    let (head, tail) = (start.saturating_add(NEAR), end.saturating_sub(NEAR));
    let near = match head < tail {
        true => [low..head, tail..high],
        false => [low..high, high..high],
    };
    let own = near.into_iter().flat_map(|range| markers(bytes, range));
    let mut all = own.chain(above(bytes, low));
    let marker = all.find(|marker| marker.is_for(rule))?;
    Some(Allowed {
        by: AllowedBy::Inline,
        reason: reason(detector, bytes, &marker, start, show_secrets),
    })
}

/// Whether something that may be meant as a marker stands in these bytes, whether it counts for anything or not.
pub fn has_marker(bytes: &[u8]) -> bool {
    memmem::find(bytes, TAIL).is_some()
}

/// A marker.
struct Marker<'a> {
    /// Where its first letter is.
    start: usize,
    /// Where the reason begins.
    end: usize,
    /// The rules that it names.
    rules: Option<&'a str>,
}

impl Marker<'_> {
    fn is_for(&self, rule: &str) -> bool {
        self.rules
            .is_none_or(|rules| rules.split(',').any(|id| id.trim() == rule))
    }
}

/// The markers whose last letters are in the range.
fn markers(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Marker<'_>> {
    let piece = bytes.get(range.clone()).unwrap_or_default();
    let found = memmem::find_iter(piece, TAIL);
    found.filter_map(move |at| marker(bytes, range.start + at))
}

/// The marker whose [`TAIL`] begins here.
fn marker(bytes: &[u8], tail: usize) -> Option<Marker<'_>> {
    let before = bytes.get(..tail)?;
    let program = PROGRAMS.iter().find(|name| before.ends_with(name))?;
    let start = tail - program.len();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    // A dash belongs to a word only if there is one: comments begin and end with dashes too, and a reason may.
    let follows = match before.get(..start)? {
        [.., last, b'-'] => is_word(last),
        [.., last] => is_word(last),
        [] => false,
    };
    if follows {
        return None;
    }
    let mut end = tail + TAIL.len();
    let rest = bytes.get(end..line_end(bytes, end))?;
    let goes_on = match rest {
        [b'-', next, ..] => is_word(next),
        [next, ..] => is_word(next),
        [] => false,
    };
    if goes_on {
        return None;
    }
    let mut rules = None;
    if let Some(list) = rest.strip_prefix(b"[") {
        // Without its other bracket nobody knows which rules were meant: it allows nothing.
        let close = memchr(b']', list)?;
        rules = Some(std::str::from_utf8(list.get(..close)?).ok()?);
        end += close + 2;
    }
    Some(Marker { start, end, rules })
}

/// The marker on the line that ends where the line at `low` begins.
fn above(bytes: &[u8], low: usize) -> Option<Marker<'_>> {
    let last = low
        .checked_sub(1)
        .filter(|&at| bytes.get(at) == Some(&b'\n'))?;
    let first = line_start(bytes, last);
    let is_whole = first == 0 || bytes.get(first - 1) == Some(&b'\n');
    if !is_whole {
        return None;
    }
    let marker = markers(bytes, first..last).next()?;
    let before = bytes.get(first..marker.start)?;
    let is_comment = match std::str::from_utf8(before) {
        Ok(before) => {
            let words = before.split(|c: char| !c.is_alphanumeric());
            let mut words = words.filter(|word| !word.is_empty());
            words.all(|word| COMMENT.contains(&word.to_ascii_lowercase().as_str()))
        }
        Err(_) => false,
    };
    let has_key = || !mask::spans(bytes.get(first..last).unwrap_or_default()).is_empty();
    (is_comment && !has_key()).then_some(marker)
}

/// Where the line of `at` begins; not further back than is looked.
fn line_start(bytes: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(NEAR);
    let before = bytes.get(low..at).unwrap_or_default();
    memrchr(b'\n', before).map_or(low, |found| low + found + 1)
}

/// Where the line of `at` ends; not further on than is looked.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let high = bytes.len().min(at.saturating_add(NEAR));
    let behind = bytes.get(at..high).unwrap_or_default();
    memchr(b'\n', behind).map_or(high, |found| at + found)
}

/// What stands behind a marker on its line, up to the finding; `None` if nothing does.
fn reason(
    detector: &Detector,
    bytes: &[u8],
    marker: &Marker<'_>,
    finding: usize,
    show_secrets: bool,
) -> Option<String> {
    // Some characters take four bytes.
    let most = marker.end.saturating_add(4 * REASON);
    let line = line_end(bytes, marker.end);
    let mut last = line.min(most);
    if (marker.end..last).contains(&finding) {
        last = finding;
    }
    let raw = bytes.get(marker.end..last)?;
    let raw = drop_partial_tail(raw, last < line && last == most);
    let text = String::from_utf8_lossy(raw);
    let text = match show_secrets {
        true => text.into_owned(),
        false => hide_runs(&detector.mask(&text), None),
    };
    let text = printable(&text);
    let parts = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—');
    let closed = CLOSERS.iter().filter_map(|closer| text.find(closer)).min();
    let mut text = text.get(..closed.unwrap_or(text.len()))?.trim_end();
    while let Some(shorter) = ENDS.iter().find_map(|closer| text.strip_suffix(closer)) {
        text = shorter.trim_end();
    }
    let kept: String = text
        .trim_start_matches(parts)
        .chars()
        .take(REASON)
        .collect();
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;
    use proptest::prelude::*;

    fn detector() -> Detector {
        Detector::new(crate::rules::builtin().expect("the rules"))
    }

    /// What is said of the key that stands for `KEY` in the text.
    fn said(text: &str) -> Option<Allowed> {
        let key = Rng::new(7).key(true);
        let start = text.find("KEY").expect("the place of a key");
        let text = text.replace("KEY", &key);
        let span = (start, start + key.len());
        inline_allow(&detector(), text.as_bytes(), span, "some-rule", false)
    }

    fn reason_of(text: &str) -> Option<String> {
        said(text).expect("allowed").reason
    }

    #[test]
    fn a_marker_on_the_line_or_the_line_above_allows() {
        for text in [
            "KEY # aisaleaks:allow",
            "KEY # gitleaks:allow\r\n",
            "/* aisaleaks:allow */ k = 'KEY'",
            "x\n  # aisaleaks:allow\nKEY",
            "<!-- aisaleaks:allow -->\nKEY\n",
            "# aisaleaks:allow because\r\nk = KEY",
            "REM aisaleaks:allow\nset k=KEY",
            "  \"//\": \"aisaleaks:allow\",\n  \"k\": \"KEY\"",
            "KEY # aisaleaks:allow[other, some-rule]",
            "KEY # aisaleaks:allow[other] gitleaks:allow[some-rule]",
            "KEY # 测试aisaleaks:allow",
            "KEY <!--aisaleaks:allow-->",
            "--aisaleaks:allow\nKEY",
        ] {
            assert!(said(text).is_some(), "{text}");
            assert_eq!(said(text).map(|said| said.by), Some(AllowedBy::Inline));
        }
    }

    #[test]
    fn anything_else_does_not() {
        for text in [
            "KEY",
            "KEY # xaisaleaks:allow",
            "KEY # my-aisaleaks:allow",
            "KEY # aisaleaks:allowed",
            "KEY # aisaleaks:allow-all",
            "KEY # aisaleaks:allow_all",
            "KEY # leaks:allow",
            "KEY # Aisaleaks:allow",
            "KEY # aisaleaks: allow",
            "KEY # aisaleaks:allow[other-rule]",
            "KEY # aisaleaks:allow[some-rule",
            "KEY # aisaleaks:allow[]",
            "KEY\n# aisaleaks:allow",
            "# aisaleaks:allow\n\nKEY",
            "k = 1 # aisaleaks:allow\nKEY",
            "see aisaleaks:allow\nKEY",
            "# aisaleaks:allow\nx\nKEY",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
        let other = Rng::new(8).key(true);
        let above = format!("# aisaleaks:allow {other}\nKEY");
        assert_eq!(said(&above), None, "a marker allows its own line");
    }

    #[test]
    fn every_line_of_a_finding_counts() {
        let text = b"a\nbegin\nmiddle aisaleaks:allow\nend\nb";
        let all = |start, end| inline_allow(&detector(), text, (start, end), "r", false);
        assert!(all(2, 33).is_some());
        assert!(all(2, 5).is_none());
        assert!(all(35, 36).is_none());
    }

    #[test]
    fn a_reason_is_the_rest_of_the_line_without_what_ends_a_comment() {
        for (text, expected) in [
            ("KEY # aisaleaks:allow", None),
            ("KEY # aisaleaks:allow: - \n", None),
            ("KEY # aisaleaks:allow test data\nmore", Some("test data")),
            ("KEY # aisaleaks:allow[some-rule]: why\r\n", Some("why")),
            ("KEY <!-- aisaleaks:allow — a doc -->", Some("a doc")),
            ("KEY /* gitleaks:allow - a doc */", Some("a doc")),
            ("{# aisaleaks:allow a doc #}\nKEY", Some("a doc")),
            ("\"//\": \"aisaleaks:allow a doc\",\nKEY", Some("a doc")),
            ("/* aisaleaks:allow */ k = 'KEY'", None),
            ("/* aisaleaks:allow a doc */ k = 'KEY'", Some("a doc")),
            ("{{! aisaleaks:allow a \"doc\" }}\nKEY", Some("a \"doc")),
        ] {
            assert_eq!(reason_of(text).as_deref(), expected, "{text}");
        }
        let long = format!("KEY # aisaleaks:allow {}", "wor d".repeat(500));
        assert_eq!(
            reason_of(&long).map(|text| text.chars().count()),
            Some(REASON)
        );
    }

    #[test]
    fn a_reason_shows_no_secret() {
        let (key, token) = (
            Rng::new(9).key(true),
            Rng::new(10).body(40, super::super::testing::ALNUM),
        );
        let text = format!("KEY # aisaleaks:allow like {key} and \"t\": \"{token}\"");
        let reason = reason_of(&text).expect("a reason");
        assert!(
            !reason.contains(&key[8..]) && !reason.contains(&token[..16]),
            "{reason}"
        );
        assert!(reason.starts_with("like "), "{reason}");
    }

    #[test]
    fn what_is_far_away_allows_nothing() {
        for (gap, expected) in [(100, true), (NEAR - 100, true), (NEAR + 100, false)] {
            let gap = " ".repeat(gap);
            for text in [
                format!("aisaleaks:allow{gap}KEY"),
                format!("KEY{gap}aisaleaks:allow"),
                format!("# {gap}aisaleaks:allow\nKEY"),
            ] {
                assert_eq!(said(&text).is_some(), expected, "{} bytes", text.len());
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "aisaleaks:allow", "gitleaks:allow", "leaks:allow", "[", "]", "r", ",", "\n", "# ", "é", "-", " ", "-->",
                ]), 0..30),
            (one, other) in (0usize..300, 0usize..300),
        ) {
            let text = pieces.concat();
            let span = (one.min(other), one.max(other));
            drop(inline_allow(&detector(), text.as_bytes(), span, "r", false));
            for end in 0..text.len() {
                drop(inline_allow(&detector(), &text.as_bytes()[..end], span, "r", true));
            }
        }
    }
}
