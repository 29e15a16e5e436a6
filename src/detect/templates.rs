//! Fills the templates in the built-in rules' examples, and in tests, with random keys, so that no file holds one.

use super::structure;
use crate::model::PREFIX;
use crate::rules::Structure;

/// Base64url's characters.
pub(crate) const BASE64URL: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters and digits; the last two do not count.
pub(crate) const ALNUM: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AA";

/// SplitMix64.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[cfg(test)]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Random characters out of the first `of` of the alphabet.
    pub(crate) fn fill(&mut self, body: &mut [u8], alphabet: &[u8; 64], of: u64) {
        for part in body.chunks_mut(7) {
            let mut bits = self.next();
            for byte in part {
                *byte = alphabet[(((bits & 0xff) * of) >> 8) as usize];
                bits >>= 8;
            }
        }
    }

    pub(crate) fn body(&mut self, length: usize, alphabet: &[u8; 64]) -> String {
        let mut body = vec![0; length];
        let of = if alphabet == ALNUM { 62 } else { 64 };
        self.fill(&mut body, alphabet, of);
        String::from_utf8(body).expect("ASCII")
    }

    /// A current key whose last character is canonical, or is not.
    pub(crate) fn key(&mut self, canonical: bool) -> String {
        loop {
            let body = self.body(43, BASE64URL);
            let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            if structure::holds(Structure::Base64Url32, body.as_bytes()) == canonical
                && edge(body.as_bytes().last())
            {
                return format!("{PREFIX}{body}");
            }
        }
    }
}

/// A filled template: the text, and the keys in it in their order.
pub(crate) struct Filled {
    pub(crate) text: String,
    pub(crate) keys: Vec<(usize, String)>,
}

/// Fills `{key}`, `{key-odd}`, `{legacy}`, `{openai}`, `{future:N}`, `{future-body:N}`, `{esc}`, `{nl}` and `{far}`
/// (3,000 bytes of prose); other braces stand for themselves.
pub(crate) fn fill(template: &str, rng: &mut Rng) -> Filled {
    let mut filled = Filled {
        text: String::new(),
        keys: Vec::new(),
    };
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.text.push_str(&rest[..open]);
        rest = &rest[open..];
        let close = rest.find('}').unwrap_or(0);
        let name = rest.get(1..close).unwrap_or("");
        let Some((value, is_key)) = value(name, rng) else {
            filled.text.push('{');
            rest = &rest[1..];
            continue;
        };
        if is_key {
            filled.keys.push((filled.text.len(), value.clone()));
        }
        filled.text.push_str(&value);
        rest = &rest[close + 1..];
    }
    filled.text.push_str(rest);
    filled
}

fn value(name: &str, rng: &mut Rng) -> Option<(String, bool)> {
    Some(match name {
        "key" => (rng.key(true), true),
        "key-odd" => (rng.key(false), true),
        "legacy" => (format!("sk-{}", rng.body(48, ALNUM)), true),
        "openai" => (
            format!("sk-{}T3BlbkFJ{}", rng.body(20, ALNUM), rng.body(20, ALNUM)),
            false,
        ),
        // Keeps placeholders as long as keys out of the files, where other scanners would stumble over them.
        "prefix" => (PREFIX.to_owned(), false),
        "esc" => ("\x1b".to_owned(), false),
        "nl" => ("\n".to_owned(), false),
        "far" => ("prose ".repeat(500), false),
        _ => {
            if let Some(length) = name.strip_prefix("future:") {
                let body = rng.body(length.parse::<usize>().ok()?.checked_sub(1)?, BASE64URL);
                (format!("{PREFIX}{body}7"), true)
            } else {
                let length = name.strip_prefix("future-body:")?;
                (rng.body(length.parse().ok()?, BASE64URL), false)
            }
        }
    })
}
