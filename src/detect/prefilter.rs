//! Finds the few places where a key may start, at the speed of memory.
//!
//! Every second pair of bytes is looked up in a table of the pairs that are rare and stand in a literal, one at an even and one at
//! an odd place of it: wherever a literal starts, one of the two is looked at. That takes any number of literals, and any
//! processor: measured with 77 literals on source code, it is more than twice as fast as Teddy, which takes 64 at most and
//! gets slower with each, and as fast as Teddy is with three or four.

use super::gates::{self, Gate};

/// So many bytes are looked at before one asks whether anything was there.
const BLOCK: usize = 32;
/// How many pairs there are.
const PAIRS: usize = 1 << 16;

/// A searcher for the literals of all gates.
#[derive(Debug)]
pub(super) struct Prefilter {
    literals: Vec<(Vec<u8>, Gate)>,
    /// For each pair, 0 or one more than its number in `probes`.
    table: Box<[u8; PAIRS]>,
    /// For each pair that counts, the literals that it stands in, ...
    probes: Vec<Vec<Probe>>,
    /// ... and the bytes that stand before and behind it in them: nearly always they tell that none is there.
    beside: Vec<[Bytes; 2]>,
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes([u64; 4]);

impl Bytes {
    const ALL: Self = Self([u64::MAX; 4]);

    fn add(&mut self, byte: Option<&u8>) {
        match byte {
            Some(&byte) => self.0[usize::from(byte >> 6)] |= 1 << (byte & 63),
            None => *self = Self::ALL,
        }
    }

    fn has(&self, byte: Option<&u8>) -> bool {
        byte.is_none_or(|&byte| self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0)
    }
}

/// A literal in which a pair stands.
#[derive(Debug)]
struct Probe {
    literal: usize,
    /// Where in it the pair stands.
    place: usize,
    /// Its first three bytes: nearly always they tell that it is not there.
    first: [u8; 3],
}

impl Prefilter {
    /// A searcher for everything that leads to a key.
    pub fn new() -> Self {
        let mut this = Self {
            literals: gates::all(),
            table: Box::new([0; PAIRS]),
            probes: Vec::new(),
            beside: Vec::new(),
        };
        for number in 0..this.literals.len() {
            let (literal, _) = &this.literals[number];
            for parity in 0..2 {
                let places = (parity..literal.len() - 1).step_by(2);
                let weight = |place: &usize| weight([literal[*place], literal[place + 1]]);
                if let Some(place) = places.min_by_key(weight) {
                    let pair = pair([literal[place], literal[place + 1]]);
                    let known = usize::from(this.table[pair]);
                    if known == 0 {
                        this.probes.push(Vec::new());
                        this.beside.push(Default::default());
                        this.table[pair] = this.probes.len() as u8;
                    }
                    let probe = known.checked_sub(1).unwrap_or(this.probes.len() - 1);
                    let [before, behind] = &mut this.beside[probe];
                    before.add(place.checked_sub(1).and_then(|at| literal.get(at)));
                    behind.add(literal.get(place + 2));
                    if let Some(&first) = literal.first_chunk() {
                        this.probes[probe].push(Probe {
                            literal: number,
                            place,
                            first,
                        });
                    }
                }
            }
        }
        this
    }

    /// Whether any pair of a block is in the table. Four pairs are read at a time.
    #[inline]
    fn any(&self, block: &[u8; BLOCK]) -> bool {
        let (words, _) = block.as_chunks::<8>();
        let known = |pair: u64| self.table[pair as usize & (PAIRS - 1)];
        let any = words.iter().fold(0, |any, word| {
            let word = u64::from_le_bytes(*word);
            any | known(word) | known(word >> 16) | known(word >> 32) | known(word >> 48)
        });
        any != 0
    }

    /// Which pairs of the block at `at` stand there as they do in a literal. It is not inlined: what it needs would be kept
    /// at hand in every other block.
    #[cold]
    #[inline(never)]
    fn hits(&self, bytes: &[u8], at: usize) -> u32 {
        let block = bytes.get(at..).and_then(|rest| rest.first_chunk::<BLOCK>());
        let Some((pairs, _)) = block.map(|block| block.as_chunks::<2>()) else {
            return 0;
        };
        // First which are in the table at all, without a branch; they are few.
        let known = |two: &[u8; 2]| u32::from(self.table[pair(*two)] != 0);
        let numbered = pairs.iter().enumerate();
        let mut hits = numbered.fold(0, |hits, (nth, two)| hits | known(two) << nth);
        let mut left = hits;
        while left != 0 {
            let nth = left.trailing_zeros() as usize;
            left &= left - 1;
            let at = at + 2 * nth;
            let probe = pairs.get(nth).map_or(0, |two| self.table[pair(*two)]);
            let beside = usize::from(probe).checked_sub(1);
            let beside = beside.and_then(|probe| self.beside.get(probe));
            let fits = beside.is_some_and(|[before, behind]| {
                behind.has(bytes.get(at + 2))
                    && before.has(at.checked_sub(1).and_then(|at| bytes.get(at)))
            });
            hits &= !(u32::from(!fits) << nth);
        }
        hits
    }

    /// Calls `each` with every place from `from` on and before `to` at which a literal starts, and what it says. The plain
    /// anchors come in their order.
    pub fn each(&self, bytes: &[u8], from: usize, to: usize, mut each: impl FnMut(usize, Gate)) {
        if from >= to {
            return;
        }
        // The pair that tells of a literal lies within it. Whole blocks are searched, as long as there are bytes.
        let len = (to - from).saturating_add(gates::LONGEST - 1);
        let len = len.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX);
        let high = bytes.len().min(from.saturating_add(len));
        let Some(searched) = bytes.get(from..high) else {
            return;
        };
        let mut verify = |at: usize, probe: u8| {
            let probes = usize::from(probe).checked_sub(1);
            let probes = probes.and_then(|probe| self.probes.get(probe));
            for probe in probes.into_iter().flatten() {
                let start = at.wrapping_sub(probe.place);
                let Some(rest) = bytes.get(start..) else {
                    continue;
                };
                if rest.first_chunk() == Some(&probe.first)
                    && (from..to).contains(&start)
                    && let Some((literal, gate)) = self.literals.get(probe.literal)
                    && rest.starts_with(literal)
                {
                    each(start, *gate);
                }
            }
        };
        let mut at = from;
        let (blocks, rest) = searched.as_chunks::<BLOCK>();
        for block in blocks {
            if self.any(block) {
                let mut hits = self.hits(bytes, at);
                while hits != 0 {
                    let nth = hits.trailing_zeros() as usize;
                    hits &= hits - 1;
                    let two = [block[2 * nth], block[2 * nth + 1]];
                    verify(at + 2 * nth, self.table[pair(two)]);
                }
            }
            at += BLOCK;
        }
        let mut last = [0; BLOCK];
        last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
        if !self.any(&last) {
            return;
        }
        // The last byte alone begins no literal, and may end one.
        for (nth, two) in rest.as_chunks::<2>().0.iter().enumerate() {
            let probe = self.table[pair(*two)];
            if probe != 0 {
                verify(at + 2 * nth, probe);
            }
        }
    }
}

/// The number of a pair.
fn pair(two: [u8; 2]) -> usize {
    usize::from(u16::from_le_bytes(two))
}

/// About how often a pair stands in source code: a literal is told by its rarest.
fn weight(two: [u8; 2]) -> u32 {
    match &two {
        // `k` is rare, but not here.
        b"ck" => 100,
        [one, other] => often(*one) * often(*other),
    }
}

/// About how often a byte stands in source code.
fn often(byte: u8) -> u32 {
    match byte {
        b'i' | b'e' | b't' => 17,
        b'a' | b'o' | b'n' | b's' | b'r' | b' ' => 16,
        // It stands beside itself more often than beside anything else.
        0 => 20,
        b'l' | b'h' | b'd' | b'c' | b'u' | b'm' | b'p' | b'f' | b'g' => 8,
        b'y' | b'b' | b'w' | b'v' | b'0' | b'1' | b'2' | b'_' | b'"' | b'.' | b',' => 4,
        b'=' | b'-' | b'3'..=b'9' | b'(' | b')' | b';' | b':' | b'\'' | b'x' => 3,
        b'A'..=b'Z' | b'k' | b'/' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;

    /// Every place at which a literal starts, one after the other.
    fn naive(bytes: &[u8], from: usize, to: usize) -> Vec<(usize, Gate)> {
        let literals = gates::all();
        let at = |start: usize| {
            let rest = &bytes[start..];
            let here = literals
                .iter()
                .filter(move |(literal, _)| rest.starts_with(literal));
            here.map(move |(_, gate)| (start, *gate))
                .collect::<Vec<_>>()
        };
        (from..to.min(bytes.len())).flat_map(at).collect()
    }

    #[test]
    fn every_literal_is_found_wherever_it_starts() {
        let prefilter = Prefilter::new();
        let literals = gates::all();
        let mut rng = Rng::new(7);
        let mut text = Vec::new();
        while text.len() < 5_000 {
            // Literals, pieces of them, and what lies between.
            let (literal, _) = &literals[rng.below(literals.len())];
            let cut = rng.below(3).min(literal.len());
            text.extend_from_slice(&literal[cut..]);
            text.extend_from_slice(&b"s k-\0="[..rng.below(7)]);
        }
        for from in [0, 1, 2, 17, 31, 32, 4_980] {
            for to in [
                from,
                from + 1,
                from + 2,
                from + 10,
                2_000,
                5_000,
                text.len(),
                usize::MAX,
            ] {
                let mut found = Vec::new();
                prefilter.each(&text, from, to, |start, gate| found.push((start, gate)));
                let starts = found.iter().filter(|(_, gate)| *gate == Gate::Plain);
                assert!(starts.is_sorted_by_key(|(start, _)| *start));
                let order = |(start, gate): &(usize, Gate)| (*start, format!("{gate:?}"));
                found.sort_by_key(order);
                let mut expected = naive(&text, from, to);
                expected.sort_by_key(order);
                assert_eq!(found, expected, "{from} {to}");
            }
        }
        assert!(naive(&text, 0, text.len()).len() > 150);
    }

    #[test]
    fn a_number_fits_into_the_table() {
        let probes = Prefilter::new().probes.len();
        assert!(probes <= usize::from(u8::MAX), "{probes}");
    }
}
