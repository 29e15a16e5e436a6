//! A secret that cannot be printed by accident.

use std::fmt;

use sha2::{Digest, Sha256};

/// The bytes of a leaked key. `Debug` and `Display` redact; [`Secret::expose`] is the one way to the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps the text of a key.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself. Every caller answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The prefix and the last three characters: enough to find the key in the console, too little to use it.
    pub fn redacted(&self) -> String {
        let prefix = if self.0.starts_with("sk-aisa-") {
            "sk-aisa-"
        } else {
            "sk-"
        };
        let tail = self
            .0
            .char_indices()
            .rev()
            .nth(2)
            .map_or("", |(at, _)| &self.0[at..]);
        format!("{prefix}…{tail}")
    }

    /// `sha256:` and 64 hexadecimal digits: of 32 random bytes, so that it tells nothing about the key.
    pub fn fingerprint(&self) -> String {
        // By hand: a report of very many keys spent a fifth of its time in formatting these.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(7 + 64);
        text.push_str("sha256:");
        for byte in Sha256::digest(self.0.as_bytes()) {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
        text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.redacted())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// Takes keys out of text that is about to be shown.
pub trait Mask: Sync {
    /// The text with every key in it redacted.
    fn mask(&self, text: &str) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_itself() {
        let body = "Zq8Lr2Tw".repeat(6);
        let secret = Secret::new(&format!("sk-aisa-{body}"));
        for shown in [
            format!("{secret}"),
            format!("{secret:?}"),
            format!("{:?}", Some(&secret)),
        ] {
            assert!(!shown.contains("Zq8Lr2Tw"), "{shown}");
            assert!(shown.contains("sk-aisa-…2Tw"), "{shown}");
        }
        assert!(!secret.fingerprint().contains("Zq8"));
    }
}
