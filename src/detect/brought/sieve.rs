//! Finds hundreds of short sequences at once, several times faster than an automaton, which waits a load for each byte.
//!
//! Three neighbouring bytes of each sequence, the rarest ones, and the three that begin one byte later are put into a
//! table of bits by their hash. Every second place of a text is looked up there, three places for each load and branch;
//! one of the two triples of a sequence always begins at such a place. What passes is compared with the sequences.

use std::ops::Range;

use super::bytes::{Bytes, Sequence};

/// A sequence has at least so many bytes.
const SHORTEST: usize = 2;
/// Bits of the hash: the table of bits is 32 KiB and stays in the first-level cache.
const BITS: u32 = 18;
const TRIPLE: u64 = 0xff_ffff;
/// Triples that one place of a sequence may stand for, but for what is beside it.
const SPREAD: usize = 128;

/// Sequences, made ready.
#[derive(Debug)]
pub(super) struct Sieve {
    bits: Box<[u64]>,
    mixer: u32,
    /// Where the entries of each hash begin; one more than there are hashes.
    starts: Box<[u32]>,
    entries: Box<[Entry]>,
    sequences: Vec<Sequence>,
    /// The last place at which a triple begins, counted from the begin of its sequence.
    furthest: usize,
}

/// A sequence that has a triple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    sequence: u32,
    /// Where in the sequence the triple begins; -1 is one byte before it.
    at: i8,
}

impl Sieve {
    /// A sieve for these sequences, each of [`SHORTEST`] bytes at least and with a [`cost`] that is finite.
    pub(super) fn new(sequences: Vec<Sequence>) -> Self {
        let mut all: Vec<(u64, Entry)> = Vec::new();
        let mut furthest = 0;
        for (number, sequence) in sequences.iter().enumerate() {
            let (first, _) = rarest(sequence);
            for at in [first, first + 1] {
                furthest = furthest.max(usize::try_from(at).unwrap_or(0));
                let entry = Entry {
                    sequence: number as u32,
                    at,
                };
                triples(sequence, at, |triple| all.push((triple, entry)));
            }
        }
        let mixer = mixer(&all);
        let hashed = all
            .into_iter()
            .map(|(triple, entry)| (hash(triple, mixer), entry));
        let mut all: Vec<(usize, Entry)> = hashed.collect();
        all.sort_unstable();
        all.dedup();
        let mut bits = vec![0_u64; 1 << (BITS - 6)].into_boxed_slice();
        let mut starts = vec![0_u32; (1 << BITS) + 1].into_boxed_slice();
        for &(hash, _) in &all {
            if let Some(word) = bits.get_mut(hash >> 6) {
                *word |= 1 << (hash & 63);
            }
            if let Some(count) = starts.get_mut(hash + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        Self {
            bits,
            mixer,
            starts,
            entries: all.into_iter().map(|(_, entry)| entry).collect(),
            sequences,
            furthest,
        }
    }

    /// Calls `each` with the number of every sequence that begins in the window, and where it stands.
    pub(super) fn search(
        &self,
        bytes: &[u8],
        window: Range<usize>,
        mut each: impl FnMut(usize, Range<usize>),
    ) {
        let end = bytes.len().min(window.end.saturating_add(self.furthest));
        let mut at = window.start;
        while at < end {
            let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else {
                break;
            };
            let word = u64::from_le_bytes(*word);
            let hashes = [word, word >> 16, word >> 32].map(|word| hash(word & TRIPLE, self.mixer));
            let [one, two, three] = hashes.map(|hash| self.bit(hash));
            if one | two | three != 0 {
                for (place, hash) in hashes.into_iter().enumerate() {
                    if self.bit(hash) != 0 {
                        self.compare(bytes, &window, at + 2 * place, hash, &mut each);
                    }
                }
            }
            at += 6;
        }
        // The last places, where fewer than eight bytes are left: what is not there is as good as anything.
        while at < end {
            let mut word = [0; 8];
            let rest = bytes.get(at..).unwrap_or_default();
            for (byte, &from) in word.iter_mut().zip(rest.iter().take(3)) {
                *byte = from;
            }
            let hash = hash(u64::from_le_bytes(word), self.mixer);
            self.compare(bytes, &window, at, hash, &mut each);
            at += 2;
        }
    }

    fn bit(&self, hash: usize) -> u64 {
        // The mask tells the compiler that the place is always there.
        let word = self.bits[(hash >> 6) & ((1 << (BITS - 6)) - 1)];
        word >> (hash & 63) & 1
    }

    /// Compares the sequences that have a triple of this hash.
    fn compare(
        &self,
        bytes: &[u8],
        window: &Range<usize>,
        place: usize,
        hash: usize,
        each: &mut impl FnMut(usize, Range<usize>),
    ) {
        let (Some(&from), Some(&to)) = (self.starts.get(hash), self.starts.get(hash + 1)) else {
            return;
        };
        let entries = self.entries.get(from as usize..to as usize);
        for entry in entries.unwrap_or_default() {
            let number = entry.sequence as usize;
            let Some(sequence) = self.sequences.get(number) else {
                continue;
            };
            let Some(start) = place.checked_add_signed(-isize::from(entry.at)) else {
                continue;
            };
            let stands = start..start + sequence.len();
            if window.contains(&start) && stands_at(sequence, bytes.get(stands.clone())) {
                each(number, stands);
            }
        }
    }
}

/// Whether these bytes are such a sequence.
pub(super) fn stands_at(sequence: &[Bytes], here: Option<&[u8]>) -> bool {
    let fits = |here: &[u8]| here.iter().zip(sequence).all(|(&byte, set)| set.has(byte));
    here.is_some_and(|here| here.len() == sequence.len() && fits(here))
}

/// The share of all places that the sieve lets pass because of this sequence; infinite if it cannot be sieved.
pub(super) fn cost(sequence: &[Bytes]) -> f64 {
    match sequence.len() >= SHORTEST {
        true => rarest(sequence).1,
        false => f64::INFINITY,
    }
}

/// Of a few multipliers, that by which the fewest of the commonest triples look like one of these.
fn mixer(triples: &[(u64, Entry)]) -> u32 {
    /// They stand in source code most often.
    const COMMON: &[u8] = b"\t\t\t   \n\t\t, \tif (\n\tst); ;\n\tretur_ er = interro, nil) {\n} { the ing ter re str con in at func ret = e\
        st.tes(t, :=ent = string ion pre t_ de ptr->_size, &*/\n/* is toto a_s 0;e (!end struct const char f (r re.E an for t.r";
    let common: Vec<u64> = COMMON
        .windows(3)
        .map(|three| u64::from_le_bytes([three[0], three[1], three[2], 0, 0, 0, 0, 0]))
        .filter(|triple| triples.iter().all(|(other, _)| other != triple))
        .collect();
    let clashes = |mixer: &u32| {
        let taken: std::collections::HashSet<usize> = triples
            .iter()
            .map(|&(triple, _)| hash(triple, *mixer))
            .collect();
        let clash = |triple: &&u64| taken.contains(&hash(**triple, *mixer));
        common.iter().filter(clash).count()
    };
    let mixers = (0..16_u32).map(|nth| 0x9e37_79b1_u32.wrapping_add(nth.wrapping_mul(0x1234_5678)));
    mixers.min_by_key(clashes).unwrap_or(0x9e37_79b1)
}

fn hash(triple: u64, mixer: u32) -> usize {
    let mixed = (triple as u32).wrapping_mul(mixer | 1);
    (mixed >> (32 - BITS)) as usize
}

/// Where in a sequence the two triples begin that stand by chance least often, the first of them, and how often.
fn rarest(sequence: &[Bytes]) -> (i8, f64) {
    // Each place once: a rules file has thousands of sequences to choose from.
    let beside = (1.0, None);
    let place = |set: &Bytes| match *set == Bytes::ALL {
        true => beside,
        false => (set.chance(), Some(set.len())),
    };
    let inner = sequence.iter().map(place);
    let places: Vec<(f64, Option<usize>)> =
        [beside].into_iter().chain(inner).chain([beside]).collect();
    let chance = |triple: &[(f64, Option<usize>)]| -> f64 {
        let known = triple.iter().filter_map(|(_, len)| *len);
        let spread: usize = known.clone().product();
        match spread <= SPREAD && known.count() >= 2 {
            true => triple.iter().map(|(chance, _)| chance).product(),
            false => f64::INFINITY,
        }
    };
    let triples: Vec<f64> = places.windows(3).map(chance).collect();
    let both = triples.windows(2).zip(-1..=100);
    both.map(|(two, at)| (at, two.iter().sum()))
        .min_by(|one: &(i8, f64), other| one.1.total_cmp(&other.1))
        .unwrap_or((-1, f64::INFINITY))
}

/// What stands at a place of a sequence; anything beside it.
fn set(sequence: &[Bytes], at: i8) -> Bytes {
    let place = usize::try_from(at).ok();
    let set = place.and_then(|at| sequence.get(at));
    set.copied().unwrap_or(Bytes::ALL)
}

/// Calls `each` with the triples that begin at `at` in a sequence, whatever stands beside it.
fn triples(sequence: &[Bytes], at: i8, mut each: impl FnMut(u64)) {
    let [first, second, third] = [at, at + 1, at + 2].map(|at| set(sequence, at));
    for first in first.each() {
        for second in second.each() {
            for third in third.each() {
                each(u64::from_le_bytes([first, second, third, 0, 0, 0, 0, 0]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One place and sequence after the other, as the definition says it.
    fn naive(sequences: &[Sequence], bytes: &[u8], window: &Range<usize>) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for start in window.clone() {
            for (number, sequence) in sequences.iter().enumerate() {
                if stands_at(sequence, bytes.get(start..start + sequence.len())) {
                    all.push((start, number));
                }
            }
        }
        all
    }

    /// Letters stand for themselves in both cases, `*` for a few bytes.
    fn sequence(text: &str) -> Sequence {
        let place = |byte: u8| {
            let mut set = Bytes::one(byte);
            match byte {
                b'*' => b"abK_\n".iter().for_each(|&byte| set.add(byte)),
                _ => set.add(byte.to_ascii_uppercase()),
            }
            set
        };
        text.bytes().map(place).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn finds_every_sequence_at_every_place(
            texts in prop::collection::btree_set("[a-dk_*-]{2,8}", 1..20),
            pieces in prop::collection::vec("[a-dA-DkK_\n-]{0,9}", 0..30),
            window in (0usize..120, 0usize..120),
        ) {
            let sequences: Vec<Sequence> = texts.iter().map(|text| sequence(text)).collect();
            let mut text = pieces.concat().into_bytes();
            for (at, planted) in texts.iter().enumerate().filter(|(at, _)| at % 3 == 0) {
                let place = (at * 7) % (text.len() + 1);
                text.splice(place..place, planted.bytes());
            }
            let edge = |at: usize| at.min(text.len());
            let window = edge(window.0.min(window.1))..edge(window.0.max(window.1));
            let sieve = Sieve::new(sequences.clone());
            for window in [window, 0..text.len()] {
                let mut found = Vec::new();
                sieve.search(&text, window.clone(), |number, at| {
                    assert_eq!(at.len(), sequences[number].len());
                    found.push((at.start, number));
                });
                found.sort_unstable();
                prop_assert_eq!(&found, &naive(&sequences, &text, &window));
            }
        }
    }

    #[test]
    fn what_stands_everywhere_costs_more() {
        let cost = |text: &str| cost(&sequence(text));
        assert!(cost("adafruit") < cost("key") && cost("key") < cost("ey"));
        assert!(super::cost(&[Bytes::ALL; 8]).is_infinite());
    }
}
