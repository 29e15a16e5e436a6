//! Holds rules to their examples and counter-examples.

use regex::bytes::Regex;

use super::templates::{Filled, Rng, fill};
use super::{Detector, Scratch, Text};
use crate::model::PREFIX;
use crate::rules::{Brought, Rule};

/// Templates are filled with the same keys each time, so that a check is reproducible.
const SEED: u64 = 21;

impl Detector {
    /// Whether one of this detector's rules finds something in an example, or nothing in a counter-example. A built-in
    /// rule's are templates, of which it has to find each key exactly; a brought rule's are texts as they are, and paths
    /// where the rule is about paths alone.
    pub fn bears_out(&self, rule: &Rule, example: &str, is_hit: bool) -> bool {
        let number = self.rules.iter().position(|other| other.id == rule.id);
        let Some(number) = number else {
            return false;
        };
        let Some(brought) = rule.brought() else {
            let filled = fill(example, &mut Rng::new(SEED));
            return match is_hit {
                true => self.finds_keys(number, &filled),
                false => self.found_by(number, filled.text.as_bytes()).is_empty(),
            };
        };
        self.finds_brought(number, brought, example) == is_hit
    }

    /// Whether a built-in rule finds those keys that have its shape, and nothing else.
    pub(super) fn finds_keys(&self, rule: usize, filled: &Filled) -> bool {
        let id = self.rules.get(rule).map_or("", |rule| &rule.id);
        let fits = |key: &str| match id {
            "aisa-api-key" => key.len() == 51 && key.starts_with(PREFIX),
            "aisa-api-key-legacy" => !key.starts_with(PREFIX),
            _ => key.len() != 51,
        };
        let keys = filled.keys.iter().filter(|(_, key)| fits(key));
        let expected: Vec<_> = keys.map(|(at, key)| (*at, at + key.len())).collect();
        !expected.is_empty() && self.found_by(rule, filled.text.as_bytes()) == expected
    }

    /// The spans that one rule reports.
    fn found_by(&self, rule: usize, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        self.search(bytes, None, &mut found);
        let own = found
            .iter()
            .filter(|found| found.confidence.is_some() && usize::from(found.rule) == rule);
        own.map(|found| (found.start, found.end)).collect()
    }

    fn finds_brought(&self, rule: usize, brought: &Brought, example: &str) -> bool {
        let matches = |pattern: &Option<String>| {
            let regex = pattern
                .as_deref()
                .and_then(|pattern| Regex::new(pattern).ok());
            regex.is_some_and(|regex| regex.is_match(example.as_bytes()))
        };
        if brought.regex.is_none() {
            return matches(&brought.path);
        }
        // What only helps other rules is never searched for alone.
        if brought.helper {
            return matches(&brought.regex);
        }
        let text = Text {
            path: None,
            ..Text::whole(example.as_bytes())
        };
        let mut found = Vec::new();
        self.search_brought(text, &[], &mut Scratch::default(), &mut found);
        found
            .iter()
            .any(|found| found.confidence.is_some() && usize::from(found.rule) == rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::read::{File, read};

    #[test]
    fn a_brought_rule_finds_its_examples_and_not_its_counter_examples() {
        let text = "[[rules]]\nid = 'acme'\nregex = 'acme_([0-9a-f]{8})'\nentropy = 1.5\nkeywords = ['acme_']\n\
                    [[rules]]\nid = 'key-file'\npath = 'id_rsa$'\n[[rules]]\nid = 'user'\nregex = 'user=(\\w+)'\nskipReport = true\n";
        let file = File {
            name: "f".into(),
            identity: "f".into(),
            text: text.into(),
        };
        let mut rules = crate::rules::builtin().expect("valid");
        rules.extend(read(&file, &|_, _| Err(String::new()), &[]).rules);
        let detector = Detector::new(rules);
        for (id, example, is_hit) in [
            ("acme", "token: acme_0123abcd;", true),
            ("acme", "token: ACME_0123abcd;", false),
            ("acme", "token: acme_00000000;", false),
            ("key-file", "home/id_rsa", true),
            ("key-file", "home/id_rsa.pub", false),
            ("user", "user=ada", true),
            ("user", "user=", false),
        ] {
            let rule = detector.rules().iter().find(|rule| &*rule.id == id);
            let rule = rule.expect("a rule");
            assert!(detector.bears_out(rule, example, is_hit), "{id}: {example}");
            assert!(
                !detector.bears_out(rule, example, !is_hit),
                "{id}: {example}"
            );
        }
    }
}
