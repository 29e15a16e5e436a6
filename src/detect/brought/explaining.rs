//! Says what decided about each match of a brought rule's expression, for a person who asks why something was found or not.

use super::conditions::{self, Facts};
use super::examining::{self, Matched};
use super::looking::Look;
use super::{AHEAD, Engine, Scratch, Text};
use crate::detect::steps;
use crate::model::{Judgement, Step};
use crate::rules::{Brought, Condition, Rule};

impl Engine {
    /// Judges every match that a hit leads to in these windows, in no order.
    pub(in crate::detect) fn explain(
        &self,
        rules: &[Rule],
        text: Text<'_>,
        each: &mut dyn FnMut(Judgement),
    ) {
        let Some(sieve) = &self.plan.sieve else {
            return;
        };
        let look = Look {
            engine: self,
            rules,
            text,
        };
        let all = text.from..text.bytes.len();
        let windows = text.windows.unwrap_or(std::slice::from_ref(&all));
        let mut hits = Vec::new();
        for window in windows {
            let window = window.start.max(text.from)..window.end;
            sieve.search(text.bytes, window, |sequence, at| {
                let owners = self.plan.owners.get(sequence).into_iter().flatten();
                hits.extend(owners.map(|&(number, tail)| (number, tail, at.start)));
            });
        }
        self.with_spare(|scratch| {
            scratch.begin(text.bytes.len());
            let mut last = None;
            for (number, tail, at) in hits {
                let found = tail.and_then(|tail| look.match_of(number, tail, at, scratch));
                // Several hits lead to one match.
                let known = found.as_ref().map(|found| (number, found.secret.clone()));
                if let Some(found) = found.filter(|_| known != last) {
                    last = known;
                    look.judge(number, &found, scratch)
                        .into_iter()
                        .for_each(&mut *each);
                }
            }
        });
    }
}

impl Look<'_> {
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
        let window = examining::window(program, way.head(), tried, at, bytes.len());
        if tried.open && !scratch.about.may_follow(window.1 - window.0) {
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
