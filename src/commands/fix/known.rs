//! Looks for the keys of a run in a text that is to be written: none may be in it, not even in pieces.

use aho_corasick::AhoCorasick;

use super::gathering::Found;
use crate::detect::Detector;
use crate::model::PREFIX;

/// The keys that were found, allowed ones too, all at once.
pub(super) struct Known {
    /// What is behind the prefix of each; none if they are too many for that.
    bodies: Option<AhoCorasick>,
}

impl Known {
    pub(super) fn new(found: &Found) -> Self {
        let secrets = found.all.iter().filter(|secret| secret.is_aisa());
        let bodies = secrets.map(|secret| {
            let key = secret.expose();
            key.strip_prefix(PREFIX).unwrap_or(key)
        });
        Self {
            bodies: AhoCorasick::new(bodies).ok(),
        }
    }

    /// Whether a text has a key, be it one that was not found before, or one in pieces.
    pub(super) fn is_in(&self, text: &str, detector: &Detector) -> bool {
        let mut matches = Vec::new();
        detector.search(text.as_bytes(), None, &mut matches);
        matches.iter().any(|found| found.confidence.is_some()) || self.is_joined_in(text)
    }

    /// Whether a text has one of the keys in pieces, which the program that it is puts together. Whole ones may be in it.
    pub(super) fn is_in_pieces_in(&self, text: &str) -> bool {
        let Some(bodies) = &self.bodies else {
            return true;
        };
        let mut rest = String::with_capacity(text.len());
        let mut from = 0;
        for found in bodies.find_iter(text) {
            let before = text.get(from..found.start()).unwrap_or_default();
            rest.push_str(before);
            from = found.end();
            match before.ends_with(PREFIX) {
                // So that what was before it and what is behind it are no pieces of one.
                true => rest.push('\0'),
                false => rest.push_str(text.get(found.range()).unwrap_or_default()),
            }
        }
        rest.push_str(text.get(from..).unwrap_or_default());
        self.is_joined_in(&rest)
    }

    /// Whether a text has a key once all is gone that can be between its pieces: quotes, signs that put strings together, line ends.
    pub(super) fn is_joined_in(&self, text: &str) -> bool {
        let is_glue = |c: char| c.is_whitespace() || "\"'`+,.\\".contains(c);
        let joined: String = text.chars().filter(|c| !is_glue(*c)).collect();
        match &self.bodies {
            Some(bodies) => bodies.is_match(&joined),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::Rng;
    use crate::model::Secret;

    #[test]
    fn pieces_are_told_from_whole_keys() {
        let mut rng = Rng::new(7);
        let [key, other] = [rng.key(true), rng.key(true)];
        let known = Known::new(&Found {
            secrets: Vec::new(),
            all: vec![Secret::new(&key), Secret::new(&other)],
            files: Default::default(),
            elsewhere: Vec::new(),
        });
        let (head, tail) = key.split_at(25);
        let body = &key[PREFIX.len()..];
        for (text, is_joined, is_in_pieces) in [
            ("nothing".to_owned(), false, false),
            (format!("a = '{key}' + '{other}'"), true, false),
            (format!("a = '{head}' + \"{tail}\""), true, true),
            (
                format!("a = '{head}' \\\n  '{tail}'; b = '{other}'"),
                true,
                true,
            ),
            (format!("a = 'sk-aisa-' + '{body}'"), true, true),
            (format!("a = '{head}{other}{tail}'"), true, false),
            (format!("a = '{head}'; b = '{tail}'"), false, false),
        ] {
            assert_eq!(known.is_joined_in(&text), is_joined);
            assert_eq!(known.is_in_pieces_in(&text), is_in_pieces);
        }
    }
}
