//! A secret that cannot be printed by accident.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What every AIsa key of today's form begins with. A linker puts texts right behind each other, and together two could look like a
/// key: the program would then find one in itself. So a zero byte follows this one, and no other text of the program ends like it.
pub const PREFIX: &str = "sk-aisa-\0".split_at(8).0;

/// What fingerprints of guessable secrets are keyed with (HMAC, RFC 2104): without it, whoever has a report could try
/// guesses against the fingerprints.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FingerprintKey(Arc<[u8]>);

impl FingerprintKey {
    /// From these bytes, which the caller keeps to himself.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// `hmac-sha256:` and a keyed hash of a fixed text: it tells this key from another one, and nothing about it.
    pub fn check(&self) -> String {
        self.hash(&[CHECKED])
    }

    /// A keyed hash of these texts, each of which ends with a zero byte.
    pub fn seal(&self, texts: &[&str]) -> String {
        let parts = texts.iter().flat_map(|text| [text.as_bytes(), &[0]]);
        let parts: Vec<&[u8]> = [SEALED, &[0]].into_iter().chain(parts).collect();
        self.hash(&parts)
    }

    fn hash(&self, parts: &[&[u8]]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .expect("because HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        hex("hmac-sha256:", &mac.finalize().into_bytes())
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(…)")
    }
}

/// What the hash of a key alone is made of. Those of secrets have a zero byte in what they are made of.
const CHECKED: &[u8] = b"aisaleaks fingerprint key";

/// What is hashed before what is sealed, so that no fingerprint of a brought rule's finding is a seal: no rule has this id.
const SEALED: &[u8] = b"aisaleaks/seal";

/// The text of a leaked secret. `Debug` and `Display` redact; [`Secret::expose`] is the one way to the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret {
    text: Box<str>,
    /// `None` for an AIsa key.
    foreign: Option<Foreign>,
}

/// What a rule that somebody brought found: it can be guessable, so that nothing of it is shown. It is one secret under
/// each rule, as every rule names another vendor.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Foreign {
    rule: Arc<str>,
    key: FingerprintKey,
}

impl Secret {
    /// Wraps the text of an AIsa key: its 32 random bytes cannot be guessed.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            foreign: None,
        }
    }

    /// Wraps the text of what a rule that somebody brought found.
    pub fn foreign(text: &str, rule: &Arc<str>, key: &FingerprintKey) -> Self {
        Self {
            text: text.into(),
            foreign: Some(Foreign {
                rule: rule.clone(),
                key: key.clone(),
            }),
        }
    }

    /// Whether it is an AIsa key, and not what a rule that somebody brought found.
    pub fn is_aisa(&self) -> bool {
        self.foreign.is_none()
    }

    /// The text itself. Every caller answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Of an AIsa key, the prefix and the last three characters: enough to find it in the console, too little to use it.
    /// Of anything else, nothing.
    pub fn redacted(&self) -> String {
        if !self.is_aisa() {
            return "…".to_owned();
        }
        let prefix = if self.text.starts_with(PREFIX) {
            PREFIX
        } else {
            "sk-"
        };
        let tail = self
            .text
            .char_indices()
            .rev()
            .nth(2)
            .map_or("", |(at, _)| &self.text[at..]);
        format!("{prefix}…{tail}")
    }

    /// `sha256:` and 64 hexadecimal digits: of 32 random bytes, so that it tells nothing about the key. Of anything that
    /// can be guessed, `hmac-sha256:` and a keyed hash of it and its rule.
    pub fn fingerprint(&self) -> String {
        let Some(Foreign { rule, key }) = &self.foreign else {
            return hex("sha256:", &Sha256::digest(self.text.as_bytes()));
        };
        key.hash(&[rule.as_bytes(), &[0], self.text.as_bytes()])
    }

    /// `hmac-sha256:` and a hash with this key, of an AIsa key too. Of anything else it is the fingerprint that a run with
    /// this key tells.
    pub fn keyed_fingerprint(&self, key: &FingerprintKey) -> String {
        let rule = self.foreign.as_ref().map_or("", |foreign| &foreign.rule);
        key.hash(&[rule.as_bytes(), &[0], self.text.as_bytes()])
    }
}

/// By hand: a report of very many keys spent a fifth of its time in formatting these.
fn hex(prefix: &str, bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(prefix.len() + 2 * bytes.len());
    text.push_str(prefix);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
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
    /// The text with every key in it redacted, and whatever brought rules would take for a secret.
    fn mask(&self, text: &str) -> String;

    /// The same for a name, such as a path: only AIsa keys are redacted. A rule that a hostile repository brings must not hide
    /// where something stands.
    fn mask_name(&self, name: &str) -> String {
        self.mask(name)
    }
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

    #[test]
    fn what_can_be_guessed_shows_nothing_and_is_keyed() {
        let (rule, other) = (Arc::from("password"), Arc::from("token"));
        let key = FingerprintKey::new(b"one");
        let secret = Secret::foreign("hunter2", &rule, &key);
        assert_eq!(format!("{secret} {secret:?}"), "… Secret(…)");
        assert!(!format!("{key:?}").contains("one"));
        let same = Secret::foreign("hunter2", &rule, &key);
        assert_eq!(secret.fingerprint(), same.fingerprint());
        for differs in [
            Secret::foreign("hunter3", &rule, &key),
            Secret::foreign("hunter2", &other, &key),
            Secret::foreign("hunter2", &rule, &FingerprintKey::new(b"two")),
            Secret::new("hunter2"),
        ] {
            assert_ne!(secret.fingerprint(), differs.fingerprint());
            assert_ne!(secret, differs);
        }
    }

    #[test]
    fn a_keyed_fingerprint_takes_the_key() {
        let (one, two) = (FingerprintKey::new(b"one"), FingerprintKey::new(b"two"));
        let secret = Secret::new("sk-aisa-OneTwo");
        let keyed = secret.keyed_fingerprint(&one);
        assert!(
            keyed.starts_with("hmac-sha256:") && keyed.len() == 76,
            "{keyed}"
        );
        assert_ne!(keyed, secret.keyed_fingerprint(&two));
        assert_ne!(keyed, Secret::new("sk-aisa-OneTwe").keyed_fingerprint(&one));
        let foreign = Secret::foreign("hunter2", &Arc::from("password"), &one);
        assert_eq!(foreign.keyed_fingerprint(&one), foreign.fingerprint());
        assert_ne!(one.check(), two.check());
        assert_eq!(one.check(), FingerprintKey::new(b"one").check());
    }
}
