//! A control key: shaped like a real one, random, and issued by nobody. What lets it in, or treats it as it treats a real key,
//! proves nothing.

use crate::model::{PREFIX, Secret};

/// The shape of a key, which a server may look at before it looks the key up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `sk-aisa-` and 43 characters of base64url.
    Current,
    /// `sk-` and 48 letters and digits.
    Legacy,
}

/// What is known of the form of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// The shape that it is most like.
    pub(super) shape: Shape,
    /// Whether it has that shape, and no other.
    pub(super) is_documented: bool,
}

impl Form {
    /// The form of a key.
    pub(super) fn of(secret: &Secret) -> Self {
        let text = secret.expose();
        let (shape, length) = match text.starts_with(PREFIX) {
            true => (Shape::Current, PREFIX.len() + 43),
            false => (Shape::Legacy, "sk-".len() + 48),
        };
        Self {
            shape,
            is_documented: text.len() == length,
        }
    }
}

impl Shape {
    /// Every shape, in their order.
    pub(super) const ALL: [Self; 2] = [Self::Current, Self::Legacy];

    /// A new key of this shape; `None` if the system gives no random bytes.
    pub(super) fn control_key(self) -> Option<Secret> {
        const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        const ALNUM: usize = 62;
        // 43 characters are 32 bytes: the last one has but 4 bits of them (RFC 4648, section 5).
        const LAST_BITS: usize = 2;
        let mut random = [0; 64];
        getrandom::fill(&mut random).ok()?;
        let pick = |byte: &u8, of: usize| char::from(URL[usize::from(*byte) % of]);
        let text: String = match self {
            Self::Current => {
                let last = (usize::from(random[42]) % 64) >> LAST_BITS << LAST_BITS;
                let body = random.iter().take(42).map(|byte| pick(byte, URL.len()));
                let body: String = body.chain([char::from(URL[last])]).collect();
                format!("{PREFIX}{body}")
            }
            Self::Legacy => {
                let body: String = random
                    .iter()
                    .take(48)
                    .map(|byte| pick(byte, ALNUM))
                    .collect();
                format!("sk-{body}")
            }
        };
        Some(Secret::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Confidence;

    #[test]
    fn control_keys_have_the_shape_of_real_ones() {
        let detector = crate::detect::Detector::new(crate::rules::builtin().expect("rules"));
        for shape in Shape::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..200 {
                let key = shape.control_key().expect("random bytes");
                let is_documented = true;
                assert_eq!(
                    Form::of(&key),
                    Form {
                        shape,
                        is_documented
                    }
                );
                let text = format!("AISA_API_KEY={}\n", key.expose());
                let mut found = Vec::new();
                detector.search(text.as_bytes(), None, &mut found);
                let found = found.first().expect("it looks like a key");
                assert_eq!(found.confidence, Some(Confidence::High));
                assert_eq!(found.end - found.start, key.expose().len());
                assert!(seen.insert(key.fingerprint()));
            }
        }
    }
}
