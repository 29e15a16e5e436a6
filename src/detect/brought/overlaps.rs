//! Decides between findings that overlap.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::detect::Match;
use crate::rules::Rule;

/// Sorts matches and takes out what another one says better: a brought rule's finding that lies in one of a rule with
/// a higher specificity, that overlaps an AIsa key (which may stand in `keys`, sorted spans from elsewhere, too), or an
/// earlier one of its own rule. What is the same twice stays once. Matches without confidence stay as they are.
pub(in crate::detect) fn settle(rules: &[Rule], keys: &[(usize, usize)], matches: &mut Vec<Match>) {
    let specificity = |found: &Match| {
        let rule = rules.get(usize::from(found.rule));
        rule.and_then(Rule::brought)
            .map_or(i64::MAX, |rule| rule.specificity)
    };
    let mut spans: Vec<(usize, usize)> = keys.to_vec();
    let found = matches.iter().filter(|found| found.confidence.is_some());
    spans.extend(
        found
            .filter(|found| specificity(found) == i64::MAX)
            .map(|found| (found.start, found.end)),
    );
    spans.sort_unstable();
    matches.sort_by_key(|found| {
        let sure = Reverse(found.confidence);
        (
            found.start,
            Reverse(found.end),
            Reverse(specificity(found)),
            found.rule,
            sure,
        )
    });
    matches.dedup();
    // How far the findings so far reach, by specificity, and by rule.
    let mut reach: BTreeMap<i64, usize> = BTreeMap::new();
    let mut own: HashMap<u16, usize> = HashMap::new();
    matches.retain(|found| {
        let specific = specificity(found);
        if found.confidence.is_none() || specific == i64::MAX {
            return true;
        }
        let after = spans.partition_point(|&(start, _)| start < found.end);
        let overlaps = spans
            .get(..after)
            .and_then(<[_]>::last)
            .is_some_and(|&(_, end)| end > found.start);
        let inside = reach
            .range(specific.saturating_add(1)..)
            .any(|(_, &end)| end >= found.end);
        let end = own.entry(found.rule).or_insert(0);
        let again = *end > found.start;
        if overlaps || inside || again {
            return false;
        }
        *end = found.end;
        let end = reach.entry(specific).or_insert(0);
        *end = found.end.max(*end);
        true
    });
    matches.dedup_by_key(|found| {
        (
            found.start,
            found.end,
            found.rule,
            found.confidence.is_some(),
        )
    });
}
