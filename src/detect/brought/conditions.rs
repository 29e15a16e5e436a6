//! Decides whether a condition of a brought rule drops a match. What is not known yet, such as the path that leads to a
//! blob, leaves the decision open.

use crate::rules::{Comparison, Condition, Field};

/// What is known of a match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) secret: &'a [u8],
    /// Everything that the expression matched; `None` if it is not at hand.
    pub(super) matched: Option<&'a [u8]>,
    /// The lines that it stands on; `None` if they are not at hand.
    pub(super) line: Option<&'a [u8]>,
    /// `None`: not known yet. Empty where there is no path.
    pub(super) path: Option<&'a [u8]>,
    /// The commits that introduced it, in hexadecimal; `None`: not known yet.
    pub(super) commits: Option<&'a [String]>,
}

impl Facts<'_> {
    fn field(&self, field: Field) -> Option<&[u8]> {
        match field {
            Field::Secret => Some(self.secret),
            Field::Match => self.matched,
            Field::Line => self.line,
            Field::Path => self.path,
        }
    }
}

/// Whether the condition is true; `None` if that depends on what is not known.
pub(super) fn holds(condition: &Condition, facts: &Facts<'_>) -> Option<bool> {
    match condition {
        Condition::Any(all) => any(all.iter().map(|one| holds(one, facts))),
        Condition::All(all) => {
            any(all.iter().map(|one| holds(one, facts).map(|is| !is))).map(|is| !is)
        }
        Condition::Not(one) => holds(one, facts).map(|is| !is),
        Condition::Matches(field, patterns) => {
            facts.field(*field).map(|text| patterns.match_in(text))
        }
        Condition::Contains(field, words) => facts.field(*field).map(|text| words.stand_in(text)),
        Condition::Entropy(field, comparison, bound) => facts.field(*field).map(|text| {
            let measured = entropy(text);
            match comparison {
                Comparison::Less => measured < *bound,
                Comparison::AtMost => measured <= *bound,
                Comparison::Greater => measured > *bound,
                Comparison::AtLeast => measured >= *bound,
            }
        }),
        Condition::Commit(ids) => facts.commits.map(|commits| {
            // What several commits introduced is only allowed if all of them are.
            !commits.is_empty() && commits.iter().all(|id| ids.binary_search(id).is_ok())
        }),
        Condition::Never => Some(false),
    }
}

/// One that is true decides; without one, one that is open leaves it open.
fn any(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for one in each {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

/// Whether a condition looks at the lines around a match.
pub(super) fn looks_at_lines(condition: &Condition) -> bool {
    match condition {
        Condition::Any(all) | Condition::All(all) => all.iter().any(looks_at_lines),
        Condition::Not(one) => looks_at_lines(one),
        Condition::Matches(field, _)
        | Condition::Contains(field, _)
        | Condition::Entropy(field, ..) => *field == Field::Line,
        Condition::Commit(_) | Condition::Never => false,
    }
}

/// The Shannon entropy as gitleaks counts it: of code points, but a share is one of bytes.
fn entropy(text: &[u8]) -> f64 {
    let mut counts = std::collections::HashMap::new();
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            *counts.entry(character).or_insert(0_u32) += 1;
        }
        // Go reads a byte that is no UTF-8 as the replacement character.
        for _ in chunk.invalid() {
            *counts.entry(char::REPLACEMENT_CHARACTER).or_insert(0) += 1;
        }
    }
    let share = |count: u32| f64::from(count) / text.len() as f64;
    counts
        .into_values()
        .map(|count| -share(count) * share(count).log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Patterns, Words};

    const FACTS: Facts<'_> = Facts {
        secret: b"abcd1234",
        matched: Some(b"key = abcd1234"),
        line: Some(b"  key = abcd1234 # test"),
        path: None,
        commits: None,
    };

    fn matches(field: Field, pattern: &str) -> Condition {
        Condition::Matches(field, Patterns::new(vec![pattern.to_owned()]))
    }

    #[test]
    fn what_is_not_known_leaves_the_decision_open() {
        let path = || matches(Field::Path, "^vendor/");
        let yes = || matches(Field::Line, "test");
        let no = || matches(Field::Secret, "key");
        let at = |path: &'static [u8]| Facts {
            path: Some(path),
            ..FACTS
        };
        for (condition, unknown, vendored, elsewhere) in [
            (path(), None, true, false),
            (Condition::Any(vec![no(), path()]), None, true, false),
            (Condition::Any(vec![path(), yes()]), Some(true), true, true),
            (
                Condition::All(vec![path(), no()]),
                Some(false),
                false,
                false,
            ),
            (Condition::All(vec![yes(), path()]), None, true, false),
            (Condition::Not(Box::new(path())), None, false, true),
            (Condition::Never, Some(false), false, false),
        ] {
            assert_eq!(holds(&condition, &FACTS), unknown, "{condition:?}");
            assert_eq!(holds(&condition, &at(b"vendor/a")), Some(vendored));
            assert_eq!(holds(&condition, &at(b"src/a")), Some(elsewhere));
        }
    }

    #[test]
    fn words_and_commits() {
        let words = |text: &str| {
            let words = Words::new(vec![text.to_owned()], true);
            holds(&Condition::Contains(Field::Secret, words), &FACTS)
        };
        assert_eq!(words("BCD1"), Some(true));
        assert_eq!(words("key"), Some(false));
        let commit = Condition::Commit(vec!["aa".to_owned(), "bb".to_owned()]);
        let by = |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
            let facts = Facts {
                commits: Some(&ids),
                ..FACTS
            };
            holds(&commit, &facts)
        };
        assert_eq!(holds(&commit, &FACTS), None);
        assert_eq!(by(&["aa"]), Some(true));
        assert_eq!(by(&["aa", "cc"]), Some(false));
        assert_eq!(by(&[]), Some(false));
    }

    #[test]
    fn entropy_is_gitleaks() {
        assert!((entropy(b"abcdabcd") - 2.0).abs() < 1e-9);
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert_eq!(entropy(b""), 0.0);
        // One code point of two bytes, counted once: a share of a half.
        assert!((entropy("é".as_bytes()) - 0.5).abs() < 1e-9);
        let low = Condition::Entropy(Field::Secret, Comparison::AtMost, 3.0);
        assert_eq!(holds(&low, &FACTS), Some(true));
    }
}
