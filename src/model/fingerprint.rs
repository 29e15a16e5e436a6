//! The beginning of a fingerprint, as a person types it.

/// What fingerprints begin with: the longer one first, as it ends with the other.
const SCHEMES: [&str; 2] = ["hmac-sha256:", "sha256:"];
/// The digits of a whole fingerprint.
const DIGITS: usize = 64;

/// The beginning of a fingerprint: of a key, of what a brought rule found, or of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintStart {
    scheme: Option<&'static str>,
    digits: String,
}

impl FingerprintStart {
    /// With fewer digits two fingerprints of one report could begin alike by chance.
    pub const FEWEST: usize = 8;

    /// From its text: hexadecimal digits, 8 or more, with or without `sha256:` or `hmac-sha256:` before them. `None` if it is
    /// something else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let scheme = SCHEMES.into_iter().find(|scheme| text.starts_with(scheme));
        let digits = text.strip_prefix(scheme.unwrap_or_default())?;
        let is_one = (Self::FEWEST..=DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| Self {
            scheme,
            digits: digits.to_owned(),
        })
    }

    /// Whether a text can only be meant as one, right or wrong.
    pub fn is_meant(text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }

    /// Whether a fingerprint begins so.
    pub fn fits(&self, fingerprint: &str) -> bool {
        let schemes = SCHEMES.into_iter();
        let mut parts =
            schemes.filter_map(|scheme| Some((scheme, fingerprint.strip_prefix(scheme)?)));
        parts.next().is_some_and(|(scheme, digits)| {
            self.scheme.is_none_or(|asked| asked == scheme) && digits.starts_with(&self.digits)
        })
    }

    /// Whether it can be that of what a brought rule found, which is keyed.
    pub fn may_be_keyed(&self) -> bool {
        self.scheme.is_none_or(|scheme| scheme.starts_with("hmac"))
    }
}

impl std::fmt::Display for FingerprintStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.scheme.unwrap_or_default(), self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FingerprintKey, Secret};

    #[test]
    fn digits_with_or_without_what_stands_before_them() {
        let plain = Secret::new("one").fingerprint();
        let keyed = Secret::foreign("one", &"r".into(), &FingerprintKey::new(b"k")).fingerprint();
        let digits =
            |of: &str, many: usize| of.rsplit(':').next().expect("digits")[..many].to_owned();
        for (text, expected) in [
            (plain.clone(), [true, false]),
            (digits(&plain, 8), [true, false]),
            (digits(&plain, 64).to_uppercase(), [true, false]),
            (format!("SHA256:{}", digits(&plain, 9)), [true, false]),
            (format!("hmac-sha256:{}", digits(&plain, 9)), [false, false]),
            (keyed.clone(), [false, true]),
            (digits(&keyed, 12), [false, true]),
            (format!("sha256:{}", digits(&keyed, 12)), [false, false]),
        ] {
            let start = FingerprintStart::parse(&text).expect("a fingerprint");
            assert_eq!([start.fits(&plain), start.fits(&keyed)], expected, "{text}");
        }
        for (text, expected) in [
            ("sha256:00000000", false),
            ("hmac-sha256:00000000", true),
            ("00000000", true),
        ] {
            let start = FingerprintStart::parse(text).expect("a fingerprint");
            assert_eq!(
                (start.may_be_keyed(), start.to_string()),
                (expected, text.to_owned())
            );
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "sha256:",
            "1234567",
            "sha256:1234567",
            "md5:12345678",
            "1234567g",
            "a.py:12",
            "sha256:é2345678",
        ] {
            assert_eq!(FingerprintStart::parse(text), None, "{text}");
        }
        assert_eq!(FingerprintStart::parse(&"0".repeat(65)), None);
        assert!(FingerprintStart::is_meant("SHA256:x") && !FingerprintStart::is_meant("sha256"));
    }
}
