//! Rules that need another rule's match near by.

use std::ops::Range;

use memchr::{memchr_iter, memrchr, memrchr_iter};

use super::examining::{self, Matched};
use super::{FORWARD, Look, Scratch};
use crate::rules::{Brought, Required};

impl Look<'_> {
    /// Whether everything that the rule needs stands near the match.
    pub(super) fn has_required(
        &self,
        brought: &Brought,
        found: &Matched,
        scratch: &mut Scratch,
    ) -> bool {
        let needed = brought
            .required
            .iter()
            .filter(|required| !required.optional);
        let mut met = needed.map(|required| self.stands_near(required, found, scratch));
        met.all(|is_near| is_near)
    }

    fn stands_near(&self, required: &Required, found: &Matched, scratch: &mut Scratch) -> bool {
        let Some(&number) = self.engine.by_id.get(&*required.id) else {
            return false;
        };
        let (Some((_, helper)), Some(program)) = (self.rule(number), self.engine.program(number))
        else {
            return false;
        };
        let Some(caches) = scratch.caches(number) else {
            return false;
        };
        let bytes = self.text.bytes;
        let region = region(bytes, found.whole.start, required);
        let more = program
            .longest
            .map_or(FORWARD, |longest| longest.min(FORWARD));
        let range = (
            region.start.max(self.text.from),
            region.end.saturating_add(more),
        );
        let matches = examining::matches_in(program, helper, caches, bytes, range);
        matches.iter().any(|other| {
            let starts = other.whole.start;
            region.contains(&starts)
                && required.columns.is_none_or(|most| {
                    column(bytes, starts).abs_diff(column(bytes, found.whole.start)) <= most
                })
                && examining::drops(helper, bytes, other, self.text.path) != Some(true)
        })
    }
}

/// The lines on which the other match may begin.
fn region(bytes: &[u8], at: usize, required: &Required) -> Range<usize> {
    let before = bytes.get(..at).unwrap_or_default();
    let behind = bytes.get(at..).unwrap_or_default();
    let count = |lines: u64| usize::try_from(lines).unwrap_or(usize::MAX);
    let start = required.lines_before.map_or(0, |lines| {
        let nth = memrchr_iter(b'\n', before).nth(count(lines));
        nth.map_or(0, |line| line + 1)
    });
    let end = required.lines_after.map_or(bytes.len(), |lines| {
        let nth = memchr_iter(b'\n', behind).nth(count(lines));
        nth.map_or(bytes.len(), |line| at + line)
    });
    start..end
}

/// Bytes before a place on its line.
fn column(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or_default();
    (at - memrchr(b'\n', before).map_or(0, |line| line + 1)) as u64
}
