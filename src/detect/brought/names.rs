//! Rules about paths alone. What they find is the name of a file, at a path.
//!
//! In files and changes the whole path is at hand. In the trees of a history only names are: one that holds what every
//! match must hold is kept, and judged once it is known which paths lead to it. A rule whose expression says nothing about
//! the name itself finds nothing there, and neither does one that matches a folder's name the files below it.

use std::ops::Range;

use super::bytes::Sequence;
use super::program::{Program, Way};
use super::sieve::Sieve;
use crate::detect::Match;
use crate::git::tree;
use crate::model::Confidence;
use crate::rules::{Brought, Rule};

/// The rules about paths alone, made ready.
#[derive(Debug, Default)]
pub(super) struct Names {
    programs: Vec<(usize, Program)>,
    /// For trees, and for each sequence of it the rule.
    sieve: Option<(Sieve, Vec<usize>)>,
}

impl Names {
    /// Those of the rules, which are numbered from `first` on, that are about paths alone.
    pub(super) fn new(rules: &[Rule], first: usize) -> Self {
        let numbered = rules.iter().enumerate().skip(first);
        let about_paths = |(number, rule): (usize, &Rule)| {
            let brought = rule.brought()?;
            (brought.regex.is_none() && !brought.helper).then(|| {
                // The path stands where contents would: what is known of expressions holds for it too.
                let of_path = Brought {
                    regex: brought.path.clone(),
                    ..Brought::default()
                };
                (number, Program::new(&of_path))
            })
        };
        let programs: Vec<(usize, Program)> = numbered.filter_map(about_paths).collect();
        let mut sequences: Vec<Sequence> = Vec::new();
        let mut owners = Vec::new();
        for (number, program) in &programs {
            if let Way::Splits(tails) = &program.way {
                for sequence in tails.iter().flat_map(|tail| tail.sequences()) {
                    sequences.push(sequence.clone());
                    owners.push(*number);
                }
            }
        }
        let sieve = (!sequences.is_empty()).then(|| (Sieve::new(sequences), owners));
        Self { programs, sieve }
    }

    /// Appends a match for each rule that the path fits: it spans the name, whose path it is.
    pub(super) fn at_path(&self, rules: &[Rule], name: &[u8], path: &[u8], out: &mut Vec<Match>) {
        for (number, program) in &self.programs {
            let fits = program.regex().is_some_and(|regex| regex.is_match(path));
            if fits {
                out.push(found(rules, *number, 0..name.len()));
            }
        }
    }

    /// Appends a match for each name in a tree that may be one of a path that fits.
    pub(super) fn in_tree(
        &self,
        rules: &[Rule],
        bytes: &[u8],
        windows: Option<&[Range<usize>]>,
        hash: usize,
        out: &mut Vec<Match>,
    ) {
        let Some((sieve, owners)) = &self.sieve else {
            return;
        };
        let all = 0..bytes.len();
        let mut hits = Vec::new();
        for window in windows.unwrap_or(std::slice::from_ref(&all)) {
            sieve.search(bytes, window.clone(), |sequence, at| {
                hits.extend(owners.get(sequence).map(|owner| (at.start, *owner)));
            });
        }
        hits.sort_unstable();
        let mut hits = hits.into_iter().peekable();
        let mut start = 0;
        // From the first entry on: an id may look like anything, so that an entry is known by the one before it alone.
        while hits.peek().is_some() {
            let Some(entry) = tree::entry(bytes, start, hash) else {
                return;
            };
            let name = start + entry.mode.len() + 1;
            let name = name..name + entry.name.len();
            while let Some((at, owner)) = hits.next_if(|(at, _)| *at < entry.end) {
                let known = out
                    .iter()
                    .rev()
                    .take_while(|found| found.start == name.start);
                let again = known.clone().any(|found| usize::from(found.rule) == owner);
                if name.contains(&at) && !entry.is_tree() && !again {
                    out.push(found(rules, owner, name.clone()));
                }
            }
            start = entry.end;
        }
    }
}

fn found(rules: &[Rule], number: usize, name: Range<usize>) -> Match {
    let confidence = rules.get(number).map(|rule| rule.confidence);
    Match {
        start: name.start,
        end: name.end,
        rule: u16::try_from(number).unwrap_or(u16::MAX),
        confidence: Some(confidence.unwrap_or(Confidence::Medium)),
        wrapped: None,
    }
}
