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

/// In which way a secret was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Manner {
    /// The rule that found it.
    pub(super) rule: u16,
    /// Whether it did not stand there as it is.
    pub(super) wrapped: bool,
}

impl From<u16> for Manner {
    /// As it is, by this rule.
    fn from(rule: u16) -> Self {
        Self {
            rule,
            wrapped: false,
        }
    }
}

/// The secrets seen so far. The numbers depend on which thread came first; nothing that is reported may.
#[derive(Default)]
pub(super) struct Known {
    /// The number of each in the manner in which it was seen first.
    first: HashMap<Secret, u32>,
    /// The few that were seen in another manner too, by that number and the manner.
    others: HashMap<(u32, Manner), u32>,
    all: Vec<Entry>,
}

struct Entry {
    first: u32,
    manner: Manner,
    /// Of what did not stand there as it is: nobody can read it there.
    secret: Option<Secret>,
}

impl Known {
    /// The number of a secret seen in this manner.
    pub(super) fn find(&self, secret: &Secret, manner: impl Into<Manner>) -> Option<u32> {
        let (first, manner) = (*self.first.get(secret)?, manner.into());
        if self.manner(first) == Some(manner) {
            return Some(first);
        }
        self.others.get(&(first, manner)).copied()
    }

    /// The number of a secret seen in this manner, a new one if it has none.
    pub(super) fn add(&mut self, secret: Secret, manner: impl Into<Manner>) -> u32 {
        let (next, manner) = (self.all.len() as u32, manner.into());
        let kept = manner.wrapped.then(|| secret.clone());
        let first = *self.first.entry(secret).or_insert(next);
        if self.manner(first) == Some(manner) {
            return first;
        }
        let number = match first == next {
            true => next,
            false => *self.others.entry((first, manner)).or_insert(next),
        };
        if number == next {
            self.all.push(Entry {
                first,
                manner,
                secret: kept,
            });
        }
        number
    }

    /// The manner of a number.
    pub(super) fn manner(&self, number: u32) -> Option<Manner> {
        self.all.get(number as usize).map(|entry| entry.manner)
    }

    /// One number for a secret, whatever the manner.
    pub(super) fn key(&self, number: u32) -> Option<u32> {
        self.all.get(number as usize).map(|entry| entry.first)
    }

    /// Appends the manners of the numbers that are not in `manners` yet.
    pub(super) fn manners_into(&self, manners: &mut Vec<Manner>) {
        let more = self.all.get(manners.len()..).unwrap_or_default();
        manners.extend(more.iter().map(|entry| entry.manner));
    }

    /// The secret of a number under which it did not stand as it is.
    pub(super) fn secret(&self, number: u32) -> Option<&Secret> {
        self.all.get(number as usize)?.secret.as_ref()
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
            [0, 1, 2, 3, 4].map(|n| known.manner(n).map(|manner| manner.rule)),
            [Some(0), Some(0), Some(1), Some(2), None]
        );
        assert_eq!(
            [0, 1, 2, 3, 4].map(|n| known.key(n)),
            [Some(0), Some(1), Some(0), Some(0), None]
        );
        assert_eq!(known.find(&secret(0), 2), Some(3));
        assert_eq!(known.find(&secret(1), 2), None);
        assert_eq!(known.find(&secret(2), 0), None);
        let mut manners = vec![Manner::from(0); 2];
        known.manners_into(&mut manners);
        assert_eq!(manners, [0, 0, 1, 2].map(Manner::from));
        let wrapped = Manner {
            rule: 0,
            wrapped: true,
        };
        assert_eq!(known.find(&secret(1), wrapped), None);
        assert_eq!(known.add(secret(1), wrapped), 4);
        assert_eq!((known.manner(4), known.key(4)), (Some(wrapped), Some(1)));
        let secrets = known.secrets();
        assert_eq!(secrets.len(), 2);
        assert_eq!(secrets.get(&1), Some(&&secret(1)));
    }
}
