//! Which sequences are looked for, and which rules a hit is for.

use std::collections::HashMap;

use super::bytes::{Sequence, in_any_case};
use super::program::{Program, Tail, Way};
use super::sieve::Sieve;
use crate::rules::Rule;

/// What one pass over some bytes looks for.
#[derive(Debug)]
pub(super) struct Plan {
    /// `None` if there is nothing to sieve for.
    pub(super) sieve: Option<Sieve>,
    /// For each sequence of the sieve, the programs and tails that it belongs to; `None` is a keyword.
    pub(super) owners: Vec<Vec<(usize, Option<usize>)>>,
    /// The programs that run over everything.
    pub(super) everywhere: Vec<usize>,
}

impl Plan {
    /// For these programs, which are those of these rules.
    pub(super) fn new(programs: &[Program], rules: &[Rule]) -> Self {
        let mut sequences = Sequences::default();
        let mut everywhere = Vec::new();
        for (number, (program, rule)) in programs.iter().zip(rules).enumerate() {
            let rule = rule.brought().filter(|rule| !rule.helper);
            match (&program.way, rule) {
                (Way::Splits(tails), Some(_)) => {
                    for (tail, sequence) in tails.iter().enumerate().flat_map(each_sequence) {
                        sequences.add(sequence.clone(), (number, Some(tail)));
                    }
                }
                (Way::Keywords, Some(rule)) => {
                    let words = rule.keywords.iter().map(|word| in_any_case(word));
                    words.for_each(|word| sequences.add(word, (number, None)));
                }
                (Way::Everywhere, Some(_)) => everywhere.push(number),
                (Way::Nowhere, _) | (_, None) => {}
            }
        }
        let Sequences { all, owners, .. } = sequences;
        Self {
            sieve: (!all.is_empty()).then(|| Sieve::new(all)),
            owners,
            everywhere,
        }
    }
}

/// Sequences, each once.
#[derive(Default)]
struct Sequences {
    numbers: HashMap<Sequence, usize>,
    all: Vec<Sequence>,
    owners: Vec<Vec<(usize, Option<usize>)>>,
}

impl Sequences {
    fn add(&mut self, sequence: Sequence, owner: (usize, Option<usize>)) {
        let next = self.all.len();
        let number = *self.numbers.entry(sequence.clone()).or_insert(next);
        if number == next {
            self.all.push(sequence);
            self.owners.push(Vec::new());
        }
        if let Some(owners) = self.owners.get_mut(number) {
            owners.push(owner);
        }
    }
}

/// The sequences of a tail, each with the tail's number.
pub(super) fn each_sequence(
    (number, tail): (usize, &Tail),
) -> impl Iterator<Item = (usize, &Sequence)> {
    tail.sequences()
        .iter()
        .map(move |sequence| (number, sequence))
}
