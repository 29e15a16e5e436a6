//! Words of a shell: what a command names.

use crate::detect::Detector;
use crate::git::quote;
use crate::model::Mask;
use crate::report::sanitize::visible;

/// A text as one word of a shell; `None` if it cannot be shown as it is.
pub(in crate::commands) fn word(text: &[u8], detector: &Detector) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if text.is_empty() || visible(text) != text || detector.mask_name(text) != text {
        return None;
    }
    match text.bytes().all(is_plain) && !text.starts_with('-') {
        true => Some(text.to_owned()),
        false => String::from_utf8(quote::quoted(text.as_bytes())).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_or_refused() {
        let detector = Detector::new(Vec::new());
        for (text, expected) in [
            (&b"/a/b-1.git"[..], Some("/a/b-1.git")),
            (b"a b", Some("'a b'")),
            (b"$(x)'", Some("'$(x)'\\'''")),
            (b"-x", Some("'-x'")),
            (b"", None),
            (b"a\nb", None),
            (b"\xff", None),
            ("a\u{202e}b".as_bytes(), None),
        ] {
            assert_eq!(word(text, &detector).as_deref(), expected, "{text:?}");
        }
    }
}
