//! Takes keys and passwords out of text that is about to be shown.

use std::ops::Range;

use memchr::memmem;

use super::Detector;
use super::encoded;
use super::gates::ANCHOR;
use super::matching::{self, PREFIX, SHORTEST};
use crate::model::{Mask, Secret};

/// What stands for something that is not shown.
pub(super) const HIDDEN: &str = "…";

impl Mask for Detector {
    fn mask(&self, text: &str) -> String {
        let text = keys(&encoded_keys(&wrapped_keys(self, text)));
        let brought = self.brought_spans(text.as_bytes());
        passwords(&replace(&text, brought, |_| HIDDEN.to_owned()))
    }

    fn mask_name(&self, name: &str) -> String {
        passwords(&keys(&encoded_keys(&wrapped_keys(self, name))))
    }
}

/// The text without keys that are found although they do not stand there as they are.
fn wrapped_keys(detector: &Detector, text: &str) -> String {
    let spans = detector.wrapped_spans(text.as_bytes());
    let whole = |span: Range<usize>| {
        let is_edge = |at: &usize| text.is_char_boundary(*at);
        let start = (0..=span.start).rev().find(is_edge).unwrap_or(0);
        start..(span.end..text.len()).find(is_edge).unwrap_or(text.len())
    };
    replace(text, spans.into_iter().map(whole).collect(), |_| {
        HIDDEN.to_owned()
    })
}

/// The text without encoded keys. They go first: half a percent-encoded key would be masked as a plain one, and its
/// other half shown.
fn encoded_keys(text: &str) -> String {
    replace(text, encoded::spans(text.as_bytes()), |_| HIDDEN.to_owned())
}

/// The text with everything that has the shape of a key redacted.
fn keys(text: &str) -> String {
    replace(text, spans(text.as_bytes()), |key| {
        Secret::new(key).redacted()
    })
}

fn replace(text: &str, spans: Vec<Range<usize>>, with: impl Fn(&str) -> String) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut shown = 0;
    for span in spans {
        masked.push_str(&text[shown..span.start]);
        masked.push_str(&with(&text[span.clone()]));
        shown = span.end;
    }
    masked.push_str(&text[shown..]);
    masked
}

/// Everything that has the shape of a key, sorted: edges, context and placeholder tests, which may drop a candidate as a
/// finding, do not count here.
pub(super) fn spans(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], ANCHOR) {
        let start = from + at;
        from = start + ANCHOR.len();
        if let Some(end) = key_end(bytes, start) {
            spans.push(start..end);
            from = end;
        }
    }
    spans
}

/// The end of what has the shape of a key and starts at `start`, however long it is.
fn key_end(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes[start..].starts_with(PREFIX) {
        let end = matching::run(bytes, start, usize::MAX);
        return (end - start >= PREFIX.len() + SHORTEST).then_some(end);
    }
    if !matching::starts(bytes, start) {
        return None;
    }
    let mut end = start + ANCHOR.len() + matching::LEGACY;
    while end < bytes.len() && bytes[end].is_ascii_alphanumeric() && !matching::starts(bytes, end) {
        end += 1;
    }
    Some(end)
}

/// The text with the passwords of URLs hidden: what stands between the first colon and the last `@` behind `://`.
fn passwords(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut shown = 0;
    let mut from = 0;
    // Where the last URL ends and its last `@` stands. What looks like another one in it has the same end: looked for
    // again, a name of nothing but `://` would take the square of its length.
    let mut url = 0..0;
    let mut last = None;
    while let Some(at) = text[from..].find("://") {
        let start = from + at + 3;
        if start > url.end {
            let end = text[start..]
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'));
            url = start..end.map_or(text.len(), |end| start + end);
            last = text[url.clone()].rfind('@').map(|at| start + at);
        }
        let colon = text[start..url.end].find(':').map(|colon| start + colon);
        from = match (colon, last) {
            (Some(colon), Some(last)) if colon < last => {
                masked.push_str(&text[shown..=colon]);
                masked.push_str(HIDDEN);
                shown = last;
                last
            }
            _ => start,
        };
    }
    masked.push_str(&text[shown..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Rng, fill};
    use proptest::prelude::*;

    #[test]
    fn every_shape_is_masked_whatever_is_around_it() {
        let detector = Detector::new(crate::rules::builtin().expect("valid rules"));
        let mut rng = Rng::new(1);
        for template in [
            "{key}",
            "task-{key}",
            "x{key}{key}y",
            "{legacy}",
            "{legacy}{key}",
            "{legacy}{legacy}",
            "{key}{legacy}",
            "{openai}",
            "{future:600}",
            "{future:20}",
            "sk-aisa-{future-body:43}",
            "钥{key}匙 {legacy}abc",
        ] {
            let filled = fill(template, &mut rng);
            let masked = detector.mask(&filled.text);
            for (_, key) in &filled.keys {
                let (head, tail) = key.split_at(key.len() - 4);
                assert!(!masked.contains(&head[8..16]), "{template}: {masked}");
                assert!(!masked.contains(tail), "{template}: {masked}");
            }
            assert!(masked.contains('…'), "{template}: {masked}");
            assert!(masked.len() < 60, "{template}: {masked}");
        }
    }

    #[test]
    fn passwords_are_hidden() {
        for (url, shown) in [
            ("x://u:p@h/ y", "x://u:…@h/ y"),
            ("x://u:p/a@s@h:80/x", "x://u:…@h:80/x"),
            ("x://:p@h y://a:b@c", "x://:…@h y://a:…@c"),
            ("https://host:80/path", "https://host:80/path"),
            ("https://host/a@b", "https://host/a@b"),
            ("a://b:c://d:e@f", "a://b:…@f"),
        ] {
            assert_eq!(passwords(url), shown);
        }
    }

    /// Each URL by itself, as the definition says it.
    fn naive(text: &str) -> String {
        let Some(at) = text.find("://") else {
            return text.to_owned();
        };
        let (before, rest) = text.split_at(at + 3);
        let end = rest.find([' ', '\n', '"', '\'', '<', '>', '`']);
        let url = &rest[..end.unwrap_or(rest.len())];
        match (url.find(':'), url.rfind('@')) {
            (Some(colon), Some(at)) if colon < at => {
                format!("{before}{}{HIDDEN}{}", &url[..=colon], naive(&rest[at..]))
            }
            _ => format!("{before}{}", naive(rest)),
        }
    }

    proptest! {
        #[test]
        fn passwords_are_hidden_in_any_text(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["://", ":", "@", "a", "é", " ", "\"", "/", "\n"]), 0..40),
        ) {
            let text = pieces.concat();
            prop_assert_eq!(passwords(&text), naive(&text));
        }
    }
}
