//! Random numbers, keys made of them, and text that compresses and changes as source does.

use std::hash::{BuildHasher, RandomState};

/// xorshift64*: the same texts in every run, so that runs can be compared.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Never the same twice: a key that could be made again would be a key in this repository.
    pub fn unpredictable() -> Self {
        Self::new(RandomState::new().hash_one(0))
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize * end) >> 32
    }

    /// A current key: 42 characters and one that ends 32 bytes of base64url.
    pub fn key(&mut self) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut key = String::from("sk-aisa-");
        key.extend((0..42).map(|_| char::from(ALPHABET[self.below(64)])));
        key.push(char::from(b"AEIMQUYcgkosw048"[self.below(16)]));
        key
    }
}

/// Makes lines of a language that does not exist.
pub struct Writer {
    pub rng: Rng,
    words: Vec<String>,
}

impl Writer {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let word = |rng: &mut Rng| {
            let letters = 2 + rng.below(9);
            (0..letters)
                .map(|_| char::from(b'a' + rng.below(26) as u8))
                .collect()
        };
        let words = (0..3000).map(|_| word(&mut rng)).collect();
        Self { rng, words }
    }

    fn word(&mut self) -> &str {
        // Squared, so that some words are far more frequent than others, as in any text.
        let (one, other) = (self.rng.below(3000), self.rng.below(3000));
        &self.words[one * other / 3000]
    }

    pub fn line(&mut self) -> String {
        let mut line = " ".repeat(4 * self.rng.below(4));
        for (at, end) in [" = ", ".", "(", ", "].iter().enumerate() {
            line.push_str(self.word());
            line.push_str(end);
            if at > 0 && self.rng.below(3) == 0 {
                break;
            }
        }
        line.push_str(self.word());
        line.push_str(");\n");
        line
    }

    pub fn lines(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }
}
