//! Looks closely where a brought rule may match: runs the whole expression, cuts the secret out and asks the conditions.

use std::ops::Range;

use memchr::{memchr, memrchr};
use regex_automata::Input;
use regex_automata::meta::Regex;

use super::AHEAD;
use super::conditions::{self, Facts};
use super::program::{Caches, FORWARD, Program, Tried};
use crate::detect::structure;
use crate::model::Confidence;
use crate::rules::{Brought, Rule};

/// How far lines around a match are read: a minified file is one line, and each of its matches would be asked about all of it.
const LINE: usize = 4 << 10;

/// A match of a rule's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    /// All of it, without line feeds at its ends.
    pub(super) whole: Range<usize>,
    /// The secret in it.
    pub(super) secret: Range<usize>,
}

/// The first match in `from..to` that holds the byte at `at`, as the expression finds them one after the other.
pub(super) fn match_at(
    program: &Program,
    rule: &Brought,
    caches: &mut Caches,
    bytes: &[u8],
    (from, to): (usize, usize),
    at: usize,
) -> Option<Matched> {
    let regex = program.regex()?;
    let mut found = None;
    each_match(regex, caches, bytes, (from, to), |whole| {
        if whole.end <= at {
            return true;
        }
        if whole.start <= at {
            found = Some(whole);
        }
        false
    });
    matched(regex, rule, caches, bytes, found?)
}

/// All matches in a range, one after the other.
pub(super) fn matches_in(
    program: &Program,
    rule: &Brought,
    caches: &mut Caches,
    bytes: &[u8],
    (from, to): (usize, usize),
) -> Vec<Matched> {
    let Some(regex) = program.regex() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    each_match(regex, caches, bytes, (from, to), |whole| {
        all.push(whole);
        true
    });
    let cut = |whole| matched(regex, rule, caches, bytes, whole);
    all.into_iter().filter_map(cut).collect()
}

/// Calls `each` with every match that is not empty, until it returns `false`.
fn each_match(
    regex: &Regex,
    caches: &mut Caches,
    bytes: &[u8],
    (mut from, to): (usize, usize),
    mut each: impl FnMut(Range<usize>) -> bool,
) {
    let cache = caches.regex.get_or_insert_with(|| regex.create_cache());
    let to = to.min(bytes.len());
    while from < to {
        let input = Input::new(bytes).range(from..to);
        let Some(found) = regex.search_with(cache, &input) else {
            return;
        };
        from = found.end().max(found.start() + 1);
        if !found.is_empty() && !each(found.range()) {
            return;
        }
    }
}

/// Cuts the secret out of a match as gitleaks does: line feeds at the ends go, the expression runs once more on what is
/// left, and the group that was asked for is the secret, or else the first one that is not empty.
fn matched(
    regex: &Regex,
    rule: &Brought,
    caches: &mut Caches,
    bytes: &[u8],
    whole: Range<usize>,
) -> Option<Matched> {
    let text = bytes.get(whole.clone())?;
    let first = text.iter().position(|&byte| byte != b'\n')?;
    let last = text.iter().rposition(|&byte| byte != b'\n')?;
    let whole = whole.start + first..whole.start + last + 1;
    let text = bytes.get(whole.clone())?;
    let groups = regex.group_info().group_len(Default::default());
    let mut secret = 0..text.len();
    if groups > 1 {
        let cache = caches.regex.get_or_insert_with(|| regex.create_cache());
        let mut captures = regex.create_captures();
        regex.search_captures_with(cache, &Input::new(text), &mut captures);
        let group = |number| captures.get_group(number).map(|span| span.range());
        if !captures.is_match() {
            // What stood around it was needed: the whole match is the secret then.
        } else if rule.secret_group > 0 {
            secret = group(rule.secret_group)?;
        } else if let Some(first) = (1..groups).filter_map(group).find(|span| !span.is_empty()) {
            secret = first;
        }
    }
    (!secret.is_empty()).then(|| Matched {
        secret: whole.start + secret.start..whole.start + secret.end,
        whole,
    })
}

/// The lines on which a range stands, without the last line feed, as far as they are read.
pub(super) fn lines(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let low = range.start.saturating_sub(LINE);
    let high = bytes.len().min(range.end.saturating_add(LINE));
    let before = bytes.get(low..range.start).unwrap_or_default();
    let behind = bytes.get(range.end..high).unwrap_or_default();
    let start = memrchr(b'\n', before).map_or(low, |at| low + at + 1);
    let end = memchr(b'\n', behind).map_or(high, |at| range.end + at);
    start..end
}

/// Whether a condition drops the match; `None` if that depends on a path or commit that is not known.
pub(super) fn drops(
    rule: &Brought,
    bytes: &[u8],
    found: &Matched,
    path: Option<&[u8]>,
) -> Option<bool> {
    let line = lines(bytes, &found.whole);
    let facts = Facts {
        secret: bytes.get(found.secret.clone()).unwrap_or_default(),
        matched: bytes.get(found.whole.clone()),
        line: bytes.get(line),
        path,
        commits: None,
    };
    let mut open = false;
    for condition in &rule.drops {
        match conditions::holds(condition, &facts) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

/// The same for a secret that was found before, now that the path is known. What it was matched with is looked for again
/// only if a condition about the path is open without it.
pub(super) fn drops_at(
    program: &Program,
    rule: &Brought,
    caches: &mut Caches,
    bytes: &[u8],
    secret: Range<usize>,
    path: &[u8],
) -> bool {
    let mut facts = Facts {
        secret: bytes.get(secret.clone()).unwrap_or_default(),
        matched: None,
        line: None,
        path: None,
        commits: None,
    };
    let depends = |facts: &Facts<'_>| {
        let mut open = rule.drops.iter().map(|drop| conditions::holds(drop, facts));
        open.any(|holds| holds != Some(false))
    };
    facts.path = Some(path);
    if !depends(&facts) {
        return false;
    }
    let line = lines(bytes, &secret);
    // A match that holds the secret cannot reach further.
    let longest = program
        .longest
        .map_or(FORWARD, |longest| longest.min(FORWARD));
    let from = line.start.max(secret.end.saturating_sub(longest));
    let range = (from, secret.end.saturating_add(longest));
    let same = match_at(program, rule, caches, bytes, range, secret.start);
    let same = same.filter(|found| found.secret == secret);
    let found = same.unwrap_or(Matched {
        whole: secret.clone(),
        secret,
    });
    drops(rule, bytes, &found, Some(path)) == Some(true)
}

/// Whether a condition drops a secret of which no more is known than its path and its commits.
pub(super) fn drops_finally(
    rule: &Brought,
    secret: &[u8],
    path: &[u8],
    commits: &[String],
) -> bool {
    let facts = Facts {
        secret,
        matched: None,
        line: None,
        path: Some(path),
        commits: Some(commits),
    };
    rule.drops
        .iter()
        .any(|drop| conditions::holds(drop, &facts) == Some(true))
}

/// How sure a match of the rule is.
pub(super) fn confidence(rule: &Rule, brought: &Brought, secret: &[u8]) -> Confidence {
    match brought.structure {
        Some(wanted) if !structure::holds(wanted, secret) => {
            rule.confidence.min(Confidence::Medium)
        }
        _ => rule.confidence,
    }
}

/// Where a match that holds the byte at `at` can begin and end. If the tail cannot go on beyond the bytes that were tried,
/// the match is not looked for beyond them either.
pub(super) fn window(
    program: &Program,
    head: usize,
    tried: Tried,
    at: usize,
    length: usize,
) -> (usize, usize) {
    let most = if tried.open { FORWARD } else { AHEAD };
    let ahead = program.longest.map_or(most, |longest| longest.min(most));
    let to = at.saturating_add(ahead.max(1)).min(length);
    (at.saturating_sub(head), to)
}
