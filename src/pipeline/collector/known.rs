//! What marks stand for: the distinct secrets, numbered as they are first seen.

use std::collections::HashMap;

use crate::model::{Confidence, Secret};

/// What the id of a mark tells: the number of a secret under a rule, and how sure the detector was of it there. Both are
/// in the id, so that another confidence is another id without a look at any table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sighted {
    /// What [`Known::add`] returned.
    pub(super) number: u32,
    /// `None`: shaped like a key, but its context was missing.
    pub(super) confidence: Option<Confidence>,
}

impl Sighted {
    /// The id. Two bits are left for the confidence: 2^30 secrets would not fit into any memory.
    pub(super) fn id(self) -> u32 {
        let confidence = match self.confidence {
            None => 0,
            Some(Confidence::Low) => 1,
            Some(Confidence::Medium) => 2,
            Some(Confidence::High) => 3,
        };
        self.number << 2 | confidence
    }

    /// What the id tells.
    pub(super) fn of(id: u32) -> Self {
        let confidence = match id & 3 {
            0 => None,
            1 => Some(Confidence::Low),
            2 => Some(Confidence::Medium),
            _ => Some(Confidence::High),
        };
        Self {
            number: id >> 2,
            confidence,
        }
    }
}

/// The secrets seen so far. The numbers depend on which thread came first; nothing that is reported may.
#[derive(Default)]
pub(super) struct Known {
    /// The number of each under the rule that found it first.
    first: HashMap<Secret, u32>,
    /// The few that another rule found too, by that number and the rule.
    others: HashMap<(u32, u16), u32>,
    all: Vec<Entry>,
}

struct Entry {
    first: u32,
    rule: u16,
}

impl Known {
    /// The number of a secret under a rule.
    pub(super) fn find(&self, secret: &Secret, rule: u16) -> Option<u32> {
        let first = *self.first.get(secret)?;
        if self.rule(first) == Some(rule) {
            return Some(first);
        }
        self.others.get(&(first, rule)).copied()
    }

    /// The number of a secret under a rule, a new one if it has none.
    pub(super) fn add(&mut self, secret: Secret, rule: u16) -> u32 {
        let next = self.all.len() as u32;
        let first = *self.first.entry(secret).or_insert(next);
        if self.rule(first) == Some(rule) {
            return first;
        }
        let number = match first == next {
            true => next,
            false => *self.others.entry((first, rule)).or_insert(next),
        };
        if number == next {
            self.all.push(Entry { first, rule });
        }
        number
    }

    /// The rule of a number.
    pub(super) fn rule(&self, number: u32) -> Option<u16> {
        self.all.get(number as usize).map(|entry| entry.rule)
    }

    /// One number for a secret, whatever the rule.
    pub(super) fn key(&self, number: u32) -> Option<u32> {
        self.all.get(number as usize).map(|entry| entry.first)
    }

    /// Appends the rules of the numbers that are not in `rules` yet.
    pub(super) fn rules_into(&self, rules: &mut Vec<u16>) {
        let more = self.all.get(rules.len()..).unwrap_or_default();
        rules.extend(more.iter().map(|entry| entry.rule));
    }

    /// The secrets under what [`Known::key`] tells.
    pub(super) fn secrets(&self) -> HashMap<u32, &Secret> {
        let numbered = self.first.iter();
        numbered.map(|(secret, &first)| (first, secret)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_parts() {
        let sure = [Confidence::Low, Confidence::Medium, Confidence::High];
        for confidence in sure.into_iter().map(Some).chain([None]) {
            for number in [0, 1, 77, (1 << 30) - 1] {
                let sighted = Sighted { number, confidence };
                assert_eq!(Sighted::of(sighted.id()), sighted);
            }
        }
    }

    #[test]
    fn a_secret_is_one_key_under_every_rule() {
        let mut known = Known::default();
        let secret = |n: usize| Secret::new(&format!("secret {n}"));
        let numbers = [(0, 0), (1, 0), (0, 1), (1, 0), (0, 2), (0, 1), (0, 0)];
        let numbers = numbers.map(|(n, rule)| known.add(secret(n), rule));
        assert_eq!(numbers, [0, 1, 2, 1, 3, 2, 0]);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|n| known.rule(n)),
            [Some(0), Some(0), Some(1), Some(2), None]
        );
        assert_eq!(
            [0, 1, 2, 3, 4].map(|n| known.key(n)),
            [Some(0), Some(1), Some(0), Some(0), None]
        );
        assert_eq!(known.find(&secret(0), 2), Some(3));
        assert_eq!(known.find(&secret(1), 2), None);
        assert_eq!(known.find(&secret(2), 0), None);
        let mut rules = vec![0, 0];
        known.rules_into(&mut rules);
        assert_eq!(rules, [0, 0, 1, 2]);
        let secrets = known.secrets();
        assert_eq!(secrets.len(), 2);
        assert_eq!(secrets.get(&1), Some(&&secret(1)));
    }
}
