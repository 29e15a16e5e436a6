//! Bytes as a piece of a URI (RFC 3986), which reports and baselines need for paths that are not UTF-8.

use std::fmt::Write as _;

/// RFC 3986's unreserved characters and `/` as they are, every other byte as `%NN`.
pub fn percent_encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("because a String takes any text");
        }
    }
    out
}
