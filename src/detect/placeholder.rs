//! Tells a made-up body from a random one.
//!
//! The whole body is judged, never one word: three-letter words and runs of three occur in one random key of twenty.
//! What words, runs, sequences and repetitions cover has to be nearly half of it.

use std::sync::OnceLock;

/// Words that people write where a key belongs, in lower case, each of three letters or more.
const WORDS: &str = "aaa abc access account actual add admin aisa alpha and any api apikey app assistant auth awesome \
    backup bar baz bearer beispiel bericht beta bogus ceshi change changed changeit changeme check client code coffee \
    company config console copy correct create credential current dashboard data dead deadbeef dein deine demo deploy \
    dev development do docs does dummy einfuegen einsetzen enter env environment ersetzen example exist fake fill fixme \
    fixture foo for format from geheim generated get goes hello here hidden hier hunter ignore ihr insert \
    integration invalid issued keep key keys leaked legacy letmein live local long lorem ipsum dolor mask masked mima \
    miyao mock mustermann mykey name need never new nide none not nobody not null old only openai outdated own \
    passwort password paste personal platzhalter please prefix private prod production project provide public put \
    qing qwerty qwertz asdf zxcv random read real redacted remove removed replace replaced required rotate \
    rotated sample sandbox schluessel schlussel schema secret secrets service set shili shuru sample some something \
    staging string stub super temp template temporary test tested testing tests that the there this tihuan tianxie \
    todo token unit unused use used user valid value vault version web wert will with without works workspace world \
    xiugai your yours zheli zugang";

/// Longest body that is ever judged.
const LONGEST: usize = 512;

/// A body is made up if this share of its letters and digits is covered, in percent.
fn threshold(length: usize) -> usize {
    if length < 32 { 60 } else { 45 }
}

/// Words by their first letter, and the trigrams that occur in any of them.
struct Dictionary {
    words: [Vec<&'static [u8]>; 27],
    trigrams: Box<[bool]>,
}

impl Dictionary {
    fn get() -> &'static Self {
        static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
        DICTIONARY.get_or_init(Self::new)
    }

    fn new() -> Self {
        let mut words: [Vec<&'static [u8]>; 27] = Default::default();
        let mut trigrams = vec![false; 1 << 15].into_boxed_slice();
        for word in WORDS.split_ascii_whitespace().map(str::as_bytes) {
            if word.len() < 3 {
                continue;
            }
            words[usize::from(letter(word[0]))].push(word);
            for three in word.windows(3) {
                trigrams[trigram(fold(three[0]), fold(three[1]), fold(three[2]))] = true;
            }
        }
        Self { words, trigrams }
    }
}

/// Letters without their case from 1, digits from 33, anything else 48 and up.
fn fold(byte: u8) -> u8 {
    FOLD[usize::from(byte)]
}

static FOLD: [u8; 256] = fold_table();

const fn fold_table() -> [u8; 256] {
    let mut table = [60; 256];
    let mut at = 0;
    while at < 26 {
        table[b'a' as usize + at] = at as u8 + 1;
        table[b'A' as usize + at] = at as u8 + 1;
        at += 1;
    }
    at = 0;
    while at < 10 {
        table[b'0' as usize + at] = at as u8 + 33;
        at += 1;
    }
    table[b'-' as usize] = 50;
    table[b'_' as usize] = 55;
    table
}

/// A folded letter, or 0.
fn letter(byte: u8) -> u8 {
    match fold(byte) {
        code if code <= 26 => code,
        _ => 0,
    }
}

/// Where a trigram of letters stands in the table; anything with another character in it stands where nothing is.
fn trigram(a: u8, b: u8, c: u8) -> usize {
    if a > 26 || b > 26 || c > 26 {
        return 0;
    }
    usize::from(a) << 10 | usize::from(b) << 5 | usize::from(c)
}

/// What one pass over a body tells.
#[derive(Default)]
struct Traits {
    distinct: usize,
    separators: usize,
    digits: usize,
    lower: usize,
    upper: usize,
    turns: usize,
    hints: usize,
    strides: usize,
}

impl Traits {
    fn of(body: &[u8], dictionary: &Dictionary) -> Self {
        let mut traits = Self::default();
        let mut seen = 0u128;
        let (mut two, mut one) = (200u8, 100u8);
        let mut was_upper = None;
        for &byte in body {
            seen |= 1 << (byte & 127);
            match byte {
                b'a'..=b'z' => {
                    traits.lower += 1;
                    traits.turns += usize::from(was_upper == Some(true));
                    was_upper = Some(false);
                }
                b'A'..=b'Z' => {
                    traits.upper += 1;
                    traits.turns += usize::from(was_upper == Some(false));
                    was_upper = Some(true);
                }
                b'0'..=b'9' => traits.digits += 1,
                _ => traits.separators += 1,
            }
            let code = fold(byte);
            let step = code.wrapping_sub(one).wrapping_add(1);
            let even = step <= 2 && step == one.wrapping_sub(two).wrapping_add(1);
            traits.hints += usize::from(even || dictionary.trigrams[trigram(two, one, code)]);
            traits.strides += usize::from(code.wrapping_sub(two).wrapping_add(1) <= 2);
            (two, one) = (one, code);
        }
        traits.distinct = seen.count_ones() as usize;
        traits
    }
}

/// What gives a made-up body away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MadeUp {
    /// There is no body.
    Empty,
    /// A handful of characters makes up all of it.
    FewCharacters,
    /// No digits, and capitals as people set them.
    PlainText,
    /// Most of it repeats what stands a period before.
    Periodic,
    /// Words, runs, sequences and segments like words cover nearly half of it or more.
    Words,
}

/// Whether the body of a key was made up by a person, and what gives it away.
pub(super) fn made_up(body: &[u8]) -> Option<MadeUp> {
    let body = &body[..body.len().min(LONGEST)];
    if body.is_empty() {
        return Some(MadeUp::Empty);
    }
    let dictionary = Dictionary::get();
    let traits = Traits::of(body, dictionary);
    let few = if body.len() < 32 { 6 } else { 8 };
    if traits.distinct <= few {
        return Some(MadeUp::FewCharacters);
    }
    if plain_text(&traits, body.len()) {
        return Some(MadeUp::PlainText);
    }
    if is_periodic(body, &traits) {
        return Some(MadeUp::Periodic);
    }
    let counted = body.len() - traits.separators;
    let need = (counted * threshold(body.len())).div_ceil(100);
    // A word or a sequence of n characters gives at least n / 3 hints, an interleaved sequence n / 2 strides.
    if traits.separators < 3 && 3 * traits.hints + 2 * traits.strides < need {
        return None;
    }
    (covered(body, dictionary) >= need).then_some(MadeUp::Words)
}

/// No digit, and one case only, or nearly never a change of case.
fn plain_text(traits: &Traits, length: usize) -> bool {
    traits.digits == 0
        && (traits.lower == 0 || traits.upper == 0 || (length >= 40 && traits.turns <= length / 7))
}

/// Whether most of the body repeats what stands a period before.
fn is_periodic(body: &[u8], traits: &Traits) -> bool {
    let half = body.len() / 2;
    if traits.distinct > half + 3 {
        return false;
    }
    (1..=half).any(|period| {
        let same = body
            .iter()
            .zip(&body[period..])
            .filter(|(a, b)| a == b)
            .count();
        same * 100 >= (body.len() - period) * 80
    })
}

/// How many letters and digits stand in words, runs, sequences, or segments that look like words.
fn covered(body: &[u8], dictionary: &Dictionary) -> usize {
    let mut cover = [false; LONGEST];
    cover_words(body, dictionary, &mut cover);
    cover_sequences(body, 1, 3, &mut cover);
    cover_sequences(body, 2, 5, &mut cover);
    cover_segments(body, &mut cover);
    body.iter()
        .zip(cover)
        .filter(|(byte, covered)| *covered && byte.is_ascii_alphanumeric())
        .count()
}

fn cover_words(body: &[u8], dictionary: &Dictionary, cover: &mut [bool]) {
    for at in 0..body.len() {
        let rest = &body[at..];
        for word in &dictionary.words[usize::from(letter(rest[0]))] {
            if rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word) {
                cover[at..at + word.len()].fill(true);
            }
        }
    }
}

/// Characters that go on by the same step (0, 1 or -1, round the end) from the one `stride` before, for at least
/// `least` characters.
fn cover_sequences(body: &[u8], stride: usize, least: usize, cover: &mut [bool]) {
    for step in [-1i8, 0, 1] {
        let mut start = 0;
        for at in stride..=body.len() {
            if at < body.len() && follows(body[at - stride], body[at], step) {
                continue;
            }
            // `start + stride..at` followed; the run begins a stride earlier.
            if at - start >= least.max(stride + 1) {
                cover[start..at].fill(true);
            }
            start = at + 1 - stride;
        }
    }
}

fn follows(before: u8, byte: u8, step: i8) -> bool {
    let (a, b) = (fold(before), fold(byte));
    match step {
        0 => a == b,
        1 => a < 50 && (b == a + 1 || (a == 26 && b == 1) || (a == 42 && b == 33)),
        _ => follows(byte, before, 1),
    }
}

/// Covers everything if segments that look like words, `some-words-like-these`, are three quarters of it. Less proves
/// nothing: two or three such segments stand in a few random keys of ten million.
fn cover_segments(body: &[u8], cover: &mut [bool]) {
    let segments = body.split(|byte| !byte.is_ascii_alphanumeric());
    let (mut all, mut words, mut count) = (0, 0, 0);
    for segment in segments {
        all += segment.len();
        if looks_like_a_word(segment) {
            words += segment.len();
            count += 1;
        }
    }
    if count >= 3 && words * 4 >= all * 3 {
        cover[..body.len()].fill(true);
    }
}

/// Two to fourteen letters of one case, or capitalised, a vowel among them.
fn looks_like_a_word(segment: &[u8]) -> bool {
    let vowel = |byte: &u8| {
        matches!(
            byte.to_ascii_lowercase(),
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y'
        )
    };
    let Some((first, tail)) = segment.split_first() else {
        return false;
    };
    let one_case =
        tail.iter().all(u8::is_ascii_lowercase) || segment.iter().all(u8::is_ascii_uppercase);
    first.is_ascii_alphabetic()
        && one_case
        && (2..=14).contains(&segment.len())
        && segment.iter().any(vowel)
}

/// Whether words make up nearly half of a name.
pub(super) fn is_wordy(name: &[u8]) -> bool {
    let name = &name[..name.len().min(LONGEST)];
    let mut cover = [false; LONGEST];
    cover_words(name, Dictionary::get(), &mut cover);
    cover.iter().filter(|covered| **covered).count() * 100 >= name.len() * 45
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ALNUM, BASE64URL, Rng};
    use super::*;

    fn is_placeholder(body: &[u8]) -> bool {
        made_up(body).is_some()
    }

    fn at_length(text: &str, length: usize) -> Vec<u8> {
        text.bytes().cycle().take(length).collect()
    }

    #[test]
    fn what_people_write_is_dropped() {
        for text in [
            "x",
            "X",
            "0",
            "EXAMPLE",
            "abcdefghijklmnopqrstuvwxyz",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "your-api-key-goes-here-",
            "your_aisa_api_key_here_",
            "0123456789abcdef",
            "1234567890",
            "CHANGE-ME-",
            "your-key-here-",
            "test-key-",
            "secret",
            "integration-fixture-",
            "AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQrrSSttUU",
            "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z6",
            "abc123def456ghi789jkl012mno345pqr678stu901vwx",
            "placeholder",
            "Platzhalter",
            "dein-schluessel-hier-",
            "nide-miyao-",
            "deadbeef",
            "xoxo",
            "REPLACE_WITH_YOUR_KEY_",
            "ThisIsNotARealKeyItIsOnlyAnExampleForTheDocs",
            "zyxwvutsrqponmlkjihgfedcba9876543210",
            "fake-key-for-unit-tests-do-not-use-1a2b3c-v2",
            "qwertyuiopasdfghjklzxcvbnm",
            "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
        ] {
            for length in [43, 48, 64] {
                let body = at_length(text, length);
                assert!(is_placeholder(&body), "{text} at {length}");
            }
        }
        for text in [
            "test-key-000000000000",
            "integration-fixture-1",
            "your-api-key-goes-here",
            "XXXXXXXXXXXXXXXXXXXX",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_masked_middle_is_dropped() {
        let mut rng = Rng::new(3);
        let mut body = rng.body(43, BASE64URL).into_bytes();
        body[5..38].fill(b'x');
        assert!(is_placeholder(&body));
    }

    fn lost(seed: u64, count: usize, length: usize, alphabet: &[u8; 64], of: u64) -> usize {
        let mut rng = Rng::new(seed);
        let mut body = vec![0; length];
        let mut lost = 0;
        for _ in 0..count {
            rng.fill(&mut body, alphabet, of);
            lost += usize::from(is_placeholder(&body));
        }
        lost
    }

    #[test]
    fn of_ten_million_random_keys_none_is_lost() {
        let halves: Vec<_> = [11, 12]
            .into_iter()
            .map(|seed| std::thread::spawn(move || lost(seed, 5_000_000, 43, BASE64URL, 64)))
            .collect();
        for half in halves {
            assert_eq!(half.join().expect("no panic"), 0);
        }
    }

    #[test]
    fn of_a_million_random_legacy_keys_none_is_lost() {
        assert_eq!(lost(13, 1_000_000, 48, ALNUM, 62), 0);
    }

    #[test]
    fn of_a_hundred_thousand_short_or_long_ones_none_is_lost() {
        for length in [20, 24, 31, 32, 60, 128] {
            assert_eq!(
                lost(length as u64, 100_000, length, BASE64URL, 64),
                0,
                "{length}"
            );
        }
    }
}
