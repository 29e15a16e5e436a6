//! Rules that need another rule's match near by.

use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr_iter, memrchr, memrchr_iter};

use super::examining::{self, Matched};
use super::looking::Look;
use super::scratch::Scratch;
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
        let Some(others) = self.required_matches(number, scratch) else {
            return false;
        };
        let bytes = self.text.bytes;
        let region = region(bytes, found.whole.start, required);
        let first = others.partition_point(|(start, _)| *start < region.start);
        let mut near = others.get(first..).unwrap_or_default().iter();
        let own = column(bytes, found.whole.start);
        match required.columns {
            None => near.next().is_some_and(|(start, _)| *start < region.end),
            Some(most) => near
                .take_while(|(start, _)| *start < region.end)
                .take_while(|_| scratch.about.may_follow(1))
                .any(|(_, column)| column.abs_diff(own) <= most),
        }
    }

    /// Where the matches of a rule begin that others require, and their columns: looked for once.
    fn required_matches(
        &self,
        number: usize,
        scratch: &mut Scratch,
    ) -> Option<Arc<[(usize, u64)]>> {
        if let Some(known) = scratch.about.required.get(&number) {
            return Some(known.clone());
        }
        let (_, helper) = self.rule(number)?;
        let program = self.engine.program(number)?;
        let bytes = self.text.bytes;
        let range = (self.text.from, bytes.len());
        let matches = examining::matches_in(program, helper, scratch.caches(number)?, bytes, range);
        let counts =
            |found: &&Matched| examining::drops(helper, bytes, found, self.text.path) != Some(true);
        let place = |found: &Matched| (found.whole.start, column(bytes, found.whole.start));
        let places: Arc<[(usize, u64)]> = matches.iter().filter(counts).map(place).collect();
        scratch.about.required.insert(number, places.clone());
        Some(places)
    }
}

/// How far lines are counted, and columns: a minified file is one line.
const FAR: usize = 256 << 10;

/// The lines on which the other match may begin.
fn region(bytes: &[u8], at: usize, required: &Required) -> Range<usize> {
    let low = at.saturating_sub(FAR);
    let high = bytes.len().min(at.saturating_add(FAR));
    let before = bytes.get(low..at).unwrap_or_default();
    let behind = bytes.get(at..high).unwrap_or_default();
    let count = |lines: u64| usize::try_from(lines).unwrap_or(usize::MAX);
    let start = required.lines_before.map_or(0, |lines| {
        let nth = memrchr_iter(b'\n', before).nth(count(lines));
        nth.map_or(low, |line| low + line + 1)
    });
    let end = required.lines_after.map_or(bytes.len(), |lines| {
        let nth = memchr_iter(b'\n', behind).nth(count(lines));
        nth.map_or(high, |line| at + line)
    });
    start..end
}

/// Bytes before a place on its line.
fn column(bytes: &[u8], at: usize) -> u64 {
    let low = at.saturating_sub(FAR);
    let before = bytes.get(low..at).unwrap_or_default();
    (before.len() - memrchr(b'\n', before).map_or(0, |line| line + 1)) as u64
}
