//! Everything in a text that is about to be shown which a brought rule would take for a secret.

use std::ops::Range;

use super::looking::Look;
use super::program::Way;
use super::{Engine, Scratch, Text, examining, merged};
use crate::rules::Rule;

impl Engine {
    /// Every secret that an expression cuts out, whatever its rule's conditions say, sorted and disjoint.
    pub(in crate::detect) fn spans(&self, rules: &[Rule], bytes: &[u8]) -> Vec<Range<usize>> {
        let look = Look {
            engine: self,
            rules,
            text: Text::whole(bytes),
        };
        let mut hits = Vec::new();
        if let Some(sieve) = &self.plan.sieve {
            sieve.search(bytes, 0..bytes.len(), |sequence, at| {
                let owners = self.plan.owners.get(sequence).into_iter().flatten();
                hits.extend(owners.map(|owner| (*owner, at.start)));
            });
        }
        let spans = self.with_spare(|scratch| {
            scratch.begin(bytes.len());
            look.secrets(hits, scratch)
        });
        let on_characters = |range: Range<usize>| whole_characters(bytes, range);
        merged(spans.into_iter().map(on_characters).collect())
    }
}

impl Look<'_> {
    /// What expressions cut out at these hits, and everywhere where no hit leads to them.
    fn secrets(
        &self,
        hits: Vec<((usize, Option<usize>), usize)>,
        scratch: &mut Scratch,
    ) -> Vec<Range<usize>> {
        let bytes = self.text.bytes;
        let mut spans = Vec::new();
        for ((number, tail), at) in hits {
            let found = tail.and_then(|tail| self.match_of(number, tail, at, scratch));
            spans.extend(found.map(|found| found.secret));
        }
        let others = self.engine.programs.iter().enumerate();
        let others =
            others.filter(|(_, program)| matches!(program.way, Way::Keywords | Way::Everywhere));
        for (number, program) in others {
            let rule = self.rule(number).map(|(_, brought)| brought);
            if let (Some(rule), Some(caches)) = (rule, scratch.caches(number)) {
                let all = examining::matches_in(program, rule, caches, bytes, (0, bytes.len()));
                spans.extend(all.into_iter().map(|found| found.secret));
            }
        }
        spans
    }
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
