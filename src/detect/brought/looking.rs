//! One look at some bytes with all brought rules: at the hits of the sieve, at anchors that came with a delta, and through
//! everything for the few rules that no literal leads to.

use std::ops::Range;

use super::examining::{self, Matched};
use super::program::{Program, Way};
use super::{AHEAD, BEFORE, Engine, FORWARD, Scratch, Text, conditions, merged, plan, sieve};
use crate::detect::Match;
use crate::rules::{Brought, Rule};

/// One look at some bytes.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) engine: &'a Engine,
    pub(super) rules: &'a [Rule],
    pub(super) text: Text<'a>,
}

impl Look<'_> {
    /// Looks at what the sieve lets pass in a window.
    pub(super) fn window(&self, window: Range<usize>, scratch: &mut Scratch, out: &mut Vec<Match>) {
        let Some(sieve) = &self.engine.plan.sieve else {
            return;
        };
        let window = window.start.max(self.text.from)..window.end;
        sieve.search(self.text.bytes, window, |sequence, at| {
            let owners = self.engine.plan.owners.get(sequence);
            for &(number, tail) in owners.into_iter().flatten() {
                match tail {
                    Some(tail) => self.hit(number, tail, at.clone(), scratch, out),
                    None => {
                        if scratch.about.may_keep(out.len()) {
                            out.push(self.anchor(number, at.clone()));
                        }
                        if !scratch.about.whole.contains(&number) {
                            scratch.about.whole.push(number);
                        }
                    }
                }
            }
        });
    }

    /// Looks again at an anchor that a delta copied.
    pub(super) fn again(
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
                for (tail, sequence) in tails.iter().enumerate().flat_map(plan::each_sequence) {
                    if sieve::stands_at(sequence, Some(here)) {
                        self.hit(number, tail, anchor.start..anchor.end, scratch, out);
                    }
                }
            }
            Some(Way::Keywords) => {
                out.push(*anchor);
                scratch.about.whole.push(number);
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
    pub(super) fn rest(
        &self,
        windows: &[Range<usize>],
        scratch: &mut Scratch,
        out: &mut Vec<Match>,
    ) {
        scratch.about.whole.sort_unstable();
        scratch.about.whole.dedup();
        for number in std::mem::take(&mut scratch.about.whole) {
            self.all(
                number,
                self.text.from..self.text.bytes.len(),
                false,
                scratch,
                out,
            );
        }
        for &number in &self.engine.plan.everywhere {
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
        if program.regex().is_none() {
            return scratch.about.cannot_run();
        }
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
        if !scratch.about.may_keep(out.len()) {
            return;
        }
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
        let (low, high) = examining::window(program, way.head(), tried, at.start, bytes.len());
        let window = (low.max(self.text.from), high);
        if tried.open && !scratch.about.may_follow(high - low) {
            return;
        }
        if program.regex().is_none() {
            return scratch.about.cannot_run();
        }
        let Some(caches) = scratch.caches(number) else {
            return;
        };
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
        self.has_keyword(number, program, found, scratch)
            && self.has_required(brought, found, scratch)
    }

    /// Whether one of the rule's keywords stands in the match or elsewhere in the contents.
    pub(super) fn has_keyword(
        &self,
        number: usize,
        program: &Program,
        found: &Matched,
        scratch: &mut Scratch,
    ) -> bool {
        let whole = self.text.bytes.get(found.whole.clone());
        program.keywords.as_ref().is_none_or(|words| {
            let known = &mut scratch.about.keywords;
            words.stand_in(whole.unwrap_or_default())
                || *known
                    .entry(number)
                    .or_insert_with(|| words.stand_in(self.text.contents()))
        })
    }

    pub(super) fn rule(&self, number: usize) -> Option<(&Rule, &Brought)> {
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
            wrapped: None,
        }
    }
}
