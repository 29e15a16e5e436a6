//! Finds what rules that somebody brought describe.
//!
//! A searcher for a few literals that every match must hold goes over the bytes; where it hits, the rest of the
//! expression is tried there and fails at once nearly everywhere; what is left is looked at closely. What is decided at
//! a hit depends on the bytes near it, so that a delta's copies need no second look; where more than those had a say,
//! the hit becomes a match without confidence, an *anchor*, which is carried along and looked at again in every version.

mod bytes;
mod conditions;
mod examining;
mod literals;
mod overlaps;
mod program;
mod required;
mod sieve;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Match;
use crate::rules::{Brought, Rule};
use bytes::{Bytes, Sequence};
use examining::Matched;
use program::{Caches, Program, Tail, Way};
use sieve::Sieve;

pub(super) use overlaps::settle;
pub(super) use program::FORWARD;

/// Bytes that are looked at from a hit on before it becomes an anchor.
pub(super) const AHEAD: usize = 512;
/// Bytes that may be looked at before a hit.
pub(super) const BEFORE: usize = 128;

/// What one thread needs to search: automata grow while they are used.
#[derive(Debug, Default)]
pub struct Scratch {
    caches: Vec<Caches>,
    /// Programs of [`Way::Keywords`] whose keyword was met.
    whole: Vec<usize>,
}

impl Scratch {
    fn caches(&mut self, program: usize) -> Option<&mut Caches> {
        if self.caches.len() <= program {
            self.caches.resize_with(program + 1, Caches::default);
        }
        self.caches.get_mut(program)
    }
}

/// Bytes, and which of them to search.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// All of them; those outside the windows still decide.
    pub bytes: &'a [u8],
    /// Sorted disjoint ranges in which a candidate may start; `None`: anywhere.
    pub windows: Option<&'a [Range<usize>]>,
    /// The path, if it is known here: conditions about it are left open without.
    pub path: Option<&'a [u8]>,
    /// Where the contents begin: what stands before is neither searched nor asked for keywords.
    pub from: usize,
}

impl<'a> Text<'a> {
    /// All of these bytes.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            windows: None,
            path: None,
            from: 0,
        }
    }

    fn contents(&self) -> &'a [u8] {
        self.bytes.get(self.from..).unwrap_or_default()
    }
}

/// The brought rules, made ready.
#[derive(Debug)]
pub(super) struct Engine {
    /// The number of the first brought rule; they are the last ones.
    first: usize,
    programs: Vec<Program>,
    by_id: HashMap<String, usize>,
    sieve: Option<Sieve>,
    /// For each sequence of the sieve, the programs and tails that it belongs to; `None` is a keyword.
    hits: Vec<Vec<(usize, Option<usize>)>>,
    everywhere: Vec<usize>,
}

impl Engine {
    /// Makes the brought ones of these rules ready; `None` if there are none.
    pub(super) fn new(rules: &[Rule]) -> Option<Self> {
        let first = rules.iter().position(|rule| rule.brought().is_some())?;
        let brought = || rules.iter().skip(first);
        let programs: Vec<Program> = brought()
            .map(|rule| rule.brought().map_or_else(Program::nothing, Program::new))
            .collect();
        let by_id = brought()
            .zip(0..)
            .map(|(rule, at)| (rule.id.to_string(), at))
            .collect();
        let mut numbers: HashMap<Sequence, usize> = HashMap::new();
        let mut hits: Vec<Vec<(usize, Option<usize>)>> = Vec::new();
        let mut sequences: Vec<Sequence> = Vec::new();
        let mut add = |sequence: &Sequence, hit| {
            let at = *numbers.entry(sequence.clone()).or_insert_with(|| {
                hits.push(Vec::new());
                sequences.push(sequence.clone());
                sequences.len() - 1
            });
            if let Some(hits) = hits.get_mut(at) {
                hits.push(hit);
            }
        };
        let mut everywhere = Vec::new();
        for (number, (program, rule)) in programs.iter().zip(brought()).enumerate() {
            let rule = rule.brought().filter(|rule| !rule.helper);
            match (&program.way, rule) {
                (Way::Splits(tails), Some(_)) => {
                    for (tail, sequence) in tails.iter().enumerate().flat_map(each_sequence) {
                        add(sequence, (number, Some(tail)));
                    }
                }
                (Way::Keywords, Some(rule)) => {
                    rule.keywords
                        .iter()
                        .for_each(|word| add(&in_any_case(word), (number, None)));
                }
                (Way::Everywhere, Some(_)) => everywhere.push(number),
                (Way::Nowhere, _) | (_, None) => {}
            }
        }
        Some(Self {
            first,
            programs,
            by_id,
            sieve: (!sequences.is_empty()).then(|| Sieve::new(sequences)),
            hits,
            everywhere,
        })
    }

    /// Appends what the brought rules find, anchors among it, in no order.
    pub(super) fn search(
        &self,
        rules: &[Rule],
        text: Text<'_>,
        anchors: &[Match],
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        let look = Look {
            engine: self,
            rules,
            text,
        };
        scratch.whole.clear();
        let first = out.len();
        let all = 0..text.bytes.len();
        let windows = text.windows.unwrap_or(std::slice::from_ref(&all));
        for window in windows {
            look.window(window.clone(), scratch, out);
        }
        let mut lines = Vec::new();
        if !anchors.is_empty() {
            let fresh = out
                .iter()
                .skip(first)
                .filter(|found| found.confidence.is_none());
            let fresh: HashSet<(usize, u16)> =
                fresh.map(|found| (found.start, found.rule)).collect();
            let old = anchors
                .iter()
                .filter(|at| at.start >= text.from && !fresh.contains(&(at.start, at.rule)));
            old.for_each(|anchor| look.again(anchor, &mut lines, scratch, out));
        }
        lines.extend_from_slice(windows);
        look.rest(&merged(lines), scratch, out);
    }

    /// Every secret that an expression cuts out, whatever its rule's conditions say, sorted and disjoint.
    pub(super) fn spans(&self, rules: &[Rule], bytes: &[u8]) -> Vec<Range<usize>> {
        let look = Look {
            engine: self,
            rules,
            text: Text::whole(bytes),
        };
        let mut scratch = Scratch::default();
        let mut spans = Vec::new();
        let mut hits = Vec::new();
        if let Some(sieve) = &self.sieve {
            sieve.search(bytes, 0..bytes.len(), |sequence, at| {
                hits.extend(
                    self.hits
                        .get(sequence)
                        .into_iter()
                        .flatten()
                        .map(|hit| (*hit, at.start)),
                );
            });
        }
        for ((number, tail), at) in hits {
            spans.extend(tail.and_then(|tail| look.secret_at(number, tail, at, &mut scratch)));
        }
        let others = self.programs.iter().enumerate();
        let others =
            others.filter(|(_, program)| matches!(program.way, Way::Keywords | Way::Everywhere));
        for (number, program) in others {
            let rule = look.rule(number).map(|(_, brought)| brought);
            if let (Some(rule), Some(caches)) = (rule, scratch.caches(number)) {
                let all = examining::matches_in(program, rule, caches, bytes, (0, bytes.len()));
                spans.extend(all.into_iter().map(|found| found.secret));
            }
        }
        let on_characters = |range: Range<usize>| whole_characters(bytes, range);
        merged(spans.into_iter().map(on_characters).collect())
    }

    /// Whether conditions about the path keep the match that holds this secret from being a finding.
    pub(super) fn drops_at(
        &self,
        rules: &[Rule],
        rule: u16,
        bytes: &[u8],
        (start, end): (usize, usize),
        path: &[u8],
    ) -> bool {
        let number = usize::from(rule).checked_sub(self.first);
        let rule = rules.get(usize::from(rule)).and_then(Rule::brought);
        let program = number.and_then(|number| self.programs.get(number));
        let (Some(rule), Some(program)) = (rule, program) else {
            return false;
        };
        program.path_drops(Some(path)) == Some(true)
            || examining::drops_at(program, rule, bytes, start..end, path)
    }

    /// The same by what is known at the end: the path, and the commits.
    pub(super) fn drops_finally(
        &self,
        rules: &[Rule],
        id: &str,
        secret: &[u8],
        path: &[u8],
        commits: &[String],
    ) -> bool {
        let Some((number, rule)) = self.by_id.get(id).and_then(|&number| {
            let rule = rules.get(self.first + number)?;
            Some((number, rule.brought()?))
        }) else {
            return false;
        };
        let program = self.programs.get(number);
        program.is_some_and(|program| program.path_drops(Some(path)) == Some(true))
            || examining::drops_finally(rule, secret, path, commits)
    }

    fn program(&self, number: usize) -> Option<&Program> {
        self.programs.get(number)
    }
}

fn each_sequence((number, tail): (usize, &Tail)) -> impl Iterator<Item = (usize, &Sequence)> {
    tail.sequences()
        .iter()
        .map(move |sequence| (number, sequence))
}

fn in_any_case(word: &str) -> Sequence {
    let both = |byte: u8| {
        let mut set = Bytes::one(byte.to_ascii_lowercase());
        set.add(byte.to_ascii_uppercase());
        set
    };
    word.bytes().map(both).collect()
}

/// The range with the rest of the characters that it cuts: it has to be taken out of a text.
fn whole_characters(bytes: &[u8], mut range: Range<usize>) -> Range<usize> {
    let inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    while range.start > 0 && inside(range.start) {
        range.start -= 1;
    }
    while inside(range.end) {
        range.end += 1;
    }
    range
}

/// Sorts ranges and joins those that overlap.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|later, earlier| {
        let overlaps = later.start <= earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    ranges
}

/// One look at some bytes.
#[derive(Clone, Copy)]
struct Look<'a> {
    engine: &'a Engine,
    rules: &'a [Rule],
    text: Text<'a>,
}

impl Look<'_> {
    fn window(&self, window: Range<usize>, scratch: &mut Scratch, out: &mut Vec<Match>) {
        let Some(sieve) = &self.engine.sieve else {
            return;
        };
        let window = window.start.max(self.text.from)..window.end;
        sieve.search(self.text.bytes, window, |sequence, at| {
            let owners = self.engine.hits.get(sequence);
            for &(number, tail) in owners.into_iter().flatten() {
                match tail {
                    Some(tail) => self.hit(number, tail, at.clone(), scratch, out),
                    None => {
                        out.push(self.anchor(number, at.clone()));
                        if !scratch.whole.contains(&number) {
                            scratch.whole.push(number);
                        }
                    }
                }
            }
        });
    }

    /// Looks again at an anchor that a delta copied.
    fn again(
        &self,
        anchor: &Match,
        lines: &mut Vec<Range<usize>>,
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        let Some(number) = usize::from(anchor.rule).checked_sub(self.engine.first) else {
            return;
        };
        match self.engine.program(number).map(|program| &program.way) {
            Some(Way::Splits(tails)) => {
                let here = self
                    .text
                    .bytes
                    .get(anchor.start..anchor.end)
                    .unwrap_or_default();
                for (tail, sequence) in tails.iter().enumerate().flat_map(each_sequence) {
                    if sieve::stands_at(sequence, Some(here)) {
                        self.hit(number, tail, anchor.start..anchor.end, scratch, out);
                    }
                }
            }
            Some(Way::Keywords) => {
                out.push(*anchor);
                scratch.whole.push(number);
            }
            Some(Way::Everywhere) => {
                lines.push(examining::lines(
                    self.text.bytes,
                    &(anchor.start..anchor.end),
                ));
            }
            Some(Way::Nowhere) | None => {}
        }
    }

    /// Runs what no literal leads to.
    fn rest(&self, windows: &[Range<usize>], scratch: &mut Scratch, out: &mut Vec<Match>) {
        scratch.whole.sort_unstable();
        scratch.whole.dedup();
        for number in std::mem::take(&mut scratch.whole) {
            self.all(
                number,
                self.text.from..self.text.bytes.len(),
                false,
                scratch,
                out,
            );
        }
        for &number in &self.engine.everywhere {
            let around = windows.iter().map(|window| {
                let line = examining::lines(self.text.bytes, window);
                let longest = self
                    .engine
                    .program(number)
                    .and_then(|program| program.longest);
                let more = longest.unwrap_or(AHEAD).min(FORWARD);
                line.start.min(window.start.saturating_sub(more))..line.end.saturating_add(more)
            });
            for window in merged(around.collect()) {
                self.all(number, window, true, scratch, out);
            }
        }
    }

    /// Every match of a program in a range.
    fn all(
        &self,
        number: usize,
        range: Range<usize>,
        anchored: bool,
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        let Some((rule, brought)) = self.rule(number) else {
            return;
        };
        let (Some(program), Some(caches)) = (self.engine.program(number), scratch.caches(number))
        else {
            return;
        };
        let range = (range.start.max(self.text.from), range.end);
        for found in examining::matches_in(program, brought, caches, self.text.bytes, range) {
            if anchored {
                out.push(self.anchor(number, found.secret.clone()));
            }
            if self.is_finding(number, brought, &found, scratch) {
                out.push(self.finding(number, rule, brought, &found));
            }
        }
    }

    /// Decides about a hit.
    fn hit(
        &self,
        number: usize,
        tail: usize,
        at: Range<usize>,
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        let bytes = self.text.bytes;
        let Some((rule, brought)) = self.rule(number) else {
            return;
        };
        let (Some(program), Some(caches)) = (self.engine.program(number), scratch.caches(number))
        else {
            return;
        };
        let Some(way) = program.tails().get(tail) else {
            return;
        };
        let tried = way.try_at(caches, tail, bytes, at.start, AHEAD);
        if !tried.fits && !tried.open {
            return;
        }
        let (low, high) = examining::window(program, way.head(), at.start, bytes.len());
        let window = (low.max(self.text.from), high);
        let found = examining::match_at(program, brought, caches, bytes, window, at.start);
        let mut near = !tried.open && way.head() < BEFORE;
        if let Some(found) = found {
            if self.is_finding(number, brought, &found, scratch) {
                out.push(self.finding(number, rule, brought, &found));
                near = false;
            } else {
                near &= self.is_near(brought, &found, at.start);
            }
        }
        if !near {
            out.push(self.anchor(number, at));
        }
    }

    /// What the expression cuts out at a hit.
    fn secret_at(
        &self,
        number: usize,
        tail: usize,
        at: usize,
        scratch: &mut Scratch,
    ) -> Option<Range<usize>> {
        let bytes = self.text.bytes;
        let program = self.engine.program(number)?;
        let way = program.tails().get(tail)?;
        let caches = scratch.caches(number)?;
        let tried = way.try_at(caches, tail, bytes, at, AHEAD);
        if !tried.fits && !tried.open {
            return None;
        }
        let window = examining::window(program, way.head(), at, bytes.len());
        let (_, brought) = self.rule(number)?;
        examining::match_at(program, brought, caches, bytes, window, at).map(|found| found.secret)
    }

    /// Whether a match that is no finding is none because of the bytes near the hit alone.
    fn is_near(&self, brought: &Brought, found: &Matched, at: usize) -> bool {
        let dropped = examining::drops(brought, self.text.bytes, found, None) == Some(true);
        let line = || examining::lines(self.text.bytes, &found.whole);
        let looks_at_line = brought
            .drops
            .iter()
            .any(|drop| conditions::looks_at_lines(drop));
        dropped
            && (!looks_at_line || {
                let line = line();
                line.start + BEFORE > at && line.end < at + AHEAD
            })
    }

    fn is_finding(
        &self,
        number: usize,
        brought: &Brought,
        found: &Matched,
        scratch: &mut Scratch,
    ) -> bool {
        let bytes = self.text.bytes;
        let Some(program) = self.engine.program(number) else {
            return false;
        };
        if program.path_drops(self.text.path) == Some(true)
            || examining::drops(brought, bytes, found, self.text.path) == Some(true)
        {
            return false;
        }
        let has_keyword = program.keywords.as_ref().is_none_or(|words| {
            let whole = bytes.get(found.whole.clone()).unwrap_or_default();
            words.stand_in(whole) || words.stand_in(self.text.contents())
        });
        has_keyword && self.has_required(brought, found, scratch)
    }

    fn rule(&self, number: usize) -> Option<(&Rule, &Brought)> {
        let rule = self.rules.get(self.engine.first + number)?;
        Some((rule, rule.brought()?))
    }

    fn finding(&self, number: usize, rule: &Rule, brought: &Brought, found: &Matched) -> Match {
        let secret = self
            .text
            .bytes
            .get(found.secret.clone())
            .unwrap_or_default();
        let confidence = examining::confidence(rule, brought, secret);
        Match {
            confidence: Some(confidence),
            ..self.anchor(number, found.secret.clone())
        }
    }

    fn anchor(&self, number: usize, at: Range<usize>) -> Match {
        Match {
            start: at.start,
            end: at.end,
            rule: u16::try_from(self.engine.first + number).unwrap_or(u16::MAX),
            confidence: None,
        }
    }
}
