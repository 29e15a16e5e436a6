//! Says what decided about each match of a brought rule's expression, for a person who asks why something was found or not.

use std::ops::Range;

use super::conditions::{self, Facts};
use super::examining::{self, Matched};
use super::looking::Look;
use super::program::Way;
use super::{AHEAD, Engine, Scratch, Text};
use crate::detect::steps;
use crate::model::{Judgement, Step};
use crate::rules::{Brought, Condition, Rule};

impl Engine {
    /// Judges every match that these windows lead to, in no order.
    pub(in crate::detect) fn explain(
        &self,
        rules: &[Rule],
        text: Text<'_>,
        each: &mut dyn FnMut(Judgement),
    ) {
        let look = Look {
            engine: self,
            rules,
            text,
        };
        let all = text.from..text.bytes.len();
        let windows = text.windows.unwrap_or(std::slice::from_ref(&all));
        self.with_spare(|scratch| {
            scratch.begin(text.bytes.len());
            look.at_hits(windows, scratch, each);
            look.without_hits(windows, scratch, each);
        });
    }
}

impl Look<'_> {
    /// Judges what literals lead to.
    fn at_hits(
        &self,
        windows: &[Range<usize>],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Judgement),
    ) {
        let plan = &self.engine.plan;
        let Some(sieve) = &plan.sieve else {
            return;
        };
        let mut hits = Vec::new();
        for window in windows {
            let window = window.start.max(self.text.from)..window.end;
            sieve.search(self.text.bytes, window, |sequence, at| {
                let owners = plan.owners.get(sequence).into_iter().flatten();
                hits.extend(owners.map(|&(number, tail)| (number, tail, at.start)));
            });
        }
        let mut last = None;
        for (number, tail, at) in hits {
            let found = tail.and_then(|tail| self.match_of(number, tail, at, scratch));
            // Several hits lead to one match.
            let known = found.as_ref().map(|found| (number, found.secret.clone()));
            if let Some(found) = found.filter(|_| known != last) {
                last = known;
                self.judge(number, &found, scratch)
                    .into_iter()
                    .for_each(&mut *each);
            }
        }
    }

    /// Judges the matches of expressions that no literal leads to. Without any of its keywords a rule is not looked for.
    fn without_hits(
        &self,
        windows: &[Range<usize>],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(Judgement),
    ) {
        let range = (self.text.from, self.text.bytes.len());
        for (number, program) in self.engine.programs.iter().enumerate() {
            let Some((_, brought)) = self.rule(number).filter(|(_, brought)| !brought.helper)
            else {
                continue;
            };
            let is_looked_for = match program.way {
                Way::Everywhere => true,
                Way::Keywords => (program.keywords.as_ref())
                    .is_none_or(|words| words.stand_in(self.text.contents())),
                Way::Splits(_) | Way::Nowhere => false,
            };
            let Some(caches) = scratch.caches(number).filter(|_| is_looked_for) else {
                continue;
            };
            let all = examining::matches_in(program, brought, caches, self.text.bytes, range);
            let is_here = |found: &Matched| {
                let start = found.secret.start;
                let after = windows.partition_point(|window| window.start <= start);
                let window = after.checked_sub(1).and_then(|at| windows.get(at));
                window.is_some_and(|window| window.contains(&start))
            };
            for found in all.into_iter().filter(is_here) {
                self.judge(number, &found, scratch)
                    .into_iter()
                    .for_each(&mut *each);
            }
        }
    }

    /// What the expression matches at a hit.
    pub(super) fn match_of(
        &self,
        number: usize,
        tail: usize,
        at: usize,
        scratch: &mut Scratch,
    ) -> Option<Matched> {
        let bytes = self.text.bytes;
        let program = self.engine.program(number)?;
        let way = program.tails().get(tail)?;
        let caches = scratch.caches(number)?;
        let tried = way.try_at(caches, tail, bytes, at, AHEAD);
        if !tried.fits && !tried.open {
            return None;
        }
        let (low, high) = examining::window(program, way.head(), tried, at, bytes.len());
        let window = (low.max(self.text.from), high);
        if tried.open && !scratch.about.may_follow(high - low) {
            return None;
        }
        let (_, brought) = self.rule(number)?;
        let caches = scratch.caches(number)?;
        examining::match_at(program, brought, caches, bytes, window, at)
    }

    fn judge(&self, number: usize, found: &Matched, scratch: &mut Scratch) -> Option<Judgement> {
        let (rule, brought) = self.rule(number)?;
        let mut told = vec![steps::FITS];
        let dropped = self.dropped(number, brought, found, scratch);
        told.extend(dropped);
        let secret = self.text.bytes.get(found.secret.clone())?;
        Some(Judgement {
            start: found.secret.start,
            end: found.secret.end,
            redacted: "…".to_owned(),
            rule: Some(rule.id.clone()),
            steps: told,
            wrapped: None,
            confidence: dropped
                .is_none()
                .then(|| examining::confidence(rule, brought, secret)),
        })
    }

    /// What keeps a match from being a finding, the first thing in the order in which they are asked.
    fn dropped(
        &self,
        number: usize,
        brought: &Brought,
        found: &Matched,
        scratch: &mut Scratch,
    ) -> Option<Step> {
        let bytes = self.text.bytes;
        let program = self.engine.program(number)?;
        if program.path_drops(self.text.path) == Some(true) {
            return Some(steps::OTHER_PATH);
        }
        let facts = Facts {
            secret: bytes.get(found.secret.clone()).unwrap_or_default(),
            matched: bytes.get(found.whole.clone()),
            line: bytes.get(examining::lines(bytes, &found.whole)),
            path: self.text.path,
            commits: None,
        };
        let drops = |drop: &&Condition| conditions::holds(drop, &facts) == Some(true);
        let conditions = brought.drops.iter().map(|drop| &**drop);
        match conditions.into_iter().find(drops) {
            Some(Condition::Entropy(..)) => return Some(steps::ENTROPY),
            Some(_) => return Some(steps::ALLOWED_BY_RULE),
            None => {}
        }
        if !self.has_keyword(number, program, found, scratch) {
            return Some(steps::NO_KEYWORD);
        }
        (!self.has_required(brought, found, scratch)).then_some(steps::NOT_NEAR)
    }
}
