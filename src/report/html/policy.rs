//! What the page may do: nothing but its own style and its own script, each by the hash of its text (Content Security Policy
//! Level 3, 6.7.3). It loads nothing, and sends nothing anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// How the page looks.
pub(super) const STYLE: &str = include_str!("style.css");
/// Its filter and its links to keys; without it everything is there to be read.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// The policy for a `meta` element.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    )
}

/// What stands in an element, as a policy names it.
fn source(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_hash_of_its_text() {
        // As `printf 'alert(1)' | openssl dgst -sha256 -binary | base64` has it.
        assert_eq!(
            source("alert(1)"),
            "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
        );
    }

    #[test]
    fn what_is_hashed_is_what_a_parser_sees() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains('\r') && !text.contains("</") && !text.contains("<!--"));
            // Nothing is loaded.
            assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("http"));
        }
    }
}
