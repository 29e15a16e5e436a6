//! Fingerprints in a form that is quick to compare.

use std::fmt;

/// How a plain fingerprint begins.
const PLAIN: &str = "sha256:";
/// How a keyed one begins.
const KEYED: &str = "hmac-sha256:";

/// The fingerprint of a key or of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Print {
    keyed: bool,
    hash: [u8; 32],
}

impl Print {
    /// The fingerprint that a text is; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (keyed, digits) = match text.strip_prefix(PLAIN) {
            Some(digits) => (false, digits),
            None => (true, text.strip_prefix(KEYED)?),
        };
        let digits = digits.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() {
            return None;
        }
        let value = |digit: u8| DIGITS.get(usize::from(digit)).copied().unwrap_or(NONE);
        let mut all = 0;
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let &[high, low] = pair else { return None };
            let (high, low) = (value(high), value(low));
            all |= high | low;
            *byte = high << 4 | low & 15;
        }
        (all < 16).then_some(Self { keyed, hash })
    }

    /// Whether it takes a key to make it again.
    pub fn is_keyed(&self) -> bool {
        self.keyed
    }
}

/// What is no digit.
const NONE: u8 = 0xff;

/// The value of each hexadecimal digit, as reports write it. A table, as a baseline has a million of them.
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.keyed { KEYED } else { PLAIN })?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FingerprintKey, Secret};

    #[test]
    fn fingerprints_of_reports_are_read_and_nothing_else() {
        let secret = Secret::new("sk-aisa-OneTwo");
        let keyed = secret.keyed_fingerprint(&FingerprintKey::new(b"one"));
        for text in [secret.fingerprint(), keyed] {
            let print = Print::parse(&text).expect("a fingerprint");
            assert_eq!(print.to_string(), text);
            assert_eq!(print.is_keyed(), text.starts_with("hmac-"));
            for wrong in [&text[1..], &text[..text.len() - 1], &text.to_uppercase()] {
                assert_eq!(Print::parse(wrong), None, "{wrong}");
            }
            assert_eq!(Print::parse(&format!("{text}0")), None);
            assert_eq!(
                Print::parse(&text.replace(':', ":é").replacen("é", "", 0)),
                None
            );
        }
        assert_eq!(Print::parse(""), None);
    }
}
