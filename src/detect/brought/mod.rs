//! Finds what rules that somebody brought describe.
//!
//! A searcher for a few literals that every match must hold goes over the bytes; where it hits, the rest of the
//! expression is tried there and fails at once nearly everywhere; what is left is looked at closely. What is decided at
//! a hit depends on the bytes near it, so that a delta's copies need no second look; where more than those had a say,
//! the hit becomes a match without confidence, an *anchor*, which is carried along and looked at again in every version.

mod bytes;
mod conditions;
mod examining;
mod explaining;
mod literals;
mod looking;
mod masking;
mod names;
mod overlaps;
mod plan;
mod program;
mod required;
mod scratch;
mod sieve;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::Match;
use crate::rules::Rule;
use looking::Look;
use names::Names;
use plan::Plan;
use program::Program;

pub(super) use overlaps::settle;
pub(super) use program::FORWARD;
pub use scratch::Scratch;

/// Bytes that are looked at from a hit on before it becomes an anchor.
pub(super) const AHEAD: usize = 512;
/// Bytes that may be looked at before a hit.
pub(super) const BEFORE: usize = 128;

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
    plan: Plan,
    names: Names,
    /// For whoever has no thread of his own: automata that grew are not thrown away.
    spare: Mutex<Vec<Scratch>>,
}

impl Engine {
    /// Makes the brought ones of these rules ready; `None` if there are none.
    pub(super) fn new(rules: &[Rule]) -> Option<Self> {
        let first = rules.iter().position(|rule| rule.brought().is_some())?;
        let brought = rules.get(first..)?;
        let program = |rule: &Rule| rule.brought().map_or_else(Program::nothing, Program::new);
        let programs: Vec<Program> = brought.iter().map(program).collect();
        let ids = brought.iter().zip(0..);
        Some(Self {
            first,
            by_id: ids.map(|(rule, at)| (rule.id.to_string(), at)).collect(),
            plan: Plan::new(&programs, brought),
            names: Names::new(rules, first),
            spare: Mutex::default(),
            programs,
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
        scratch.begin(text.bytes.len());
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

    /// Appends what rules about paths alone find: in a name whose path is known, or in a tree with ids of `hash` bytes.
    pub(super) fn search_names(
        &self,
        rules: &[Rule],
        text: Text<'_>,
        hash: usize,
        out: &mut Vec<Match>,
    ) {
        match text.path {
            Some(path) => self.names.at_path(rules, text.bytes, path, out),
            None => self
                .names
                .in_tree(rules, text.bytes, text.windows, hash, out),
        }
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
        let Some(number) = usize::from(rule).checked_sub(self.first) else {
            return false;
        };
        let rule = rules.get(usize::from(rule)).and_then(Rule::brought);
        let (Some(rule), Some(program)) = (rule, self.programs.get(number)) else {
            return false;
        };
        let by_match = |scratch: &mut Scratch| {
            let caches = scratch.caches(number);
            caches.is_some_and(|caches| {
                examining::drops_at(program, rule, caches, bytes, start..end, path)
            })
        };
        program.path_drops(Some(path)) == Some(true) || self.with_spare(by_match)
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

    /// Does something with a scratch that is kept for the next one.
    fn with_spare<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = spare().pop().unwrap_or_default();
        let result = work(&mut scratch);
        spare().push(scratch);
        result
    }

    fn program(&self, number: usize) -> Option<&Program> {
        self.programs.get(number)
    }
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
