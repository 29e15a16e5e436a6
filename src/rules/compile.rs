//! Turns a rules file into rules.

use regex::bytes::Regex;

use super::lazy_regex::LazyRegex;
use super::rule::{AisaKey, Anchor, ContextNeed, Kind, Rule, Source, Structure};
use super::schema::{File, RawConfidence, RawContext, RawRule, RawStructure};
use crate::error::{Error, Result};
use crate::model::{Confidence, PREFIX};

/// The rules of a file's text; `name` says which file in errors. Every expression is compiled, so that a wrong one is
/// an error here and not a rule that finds nothing.
pub fn load(text: &str, name: &str) -> Result<Vec<Rule>> {
    let rules = parse(text, name)?;
    for rule in &rules {
        let Some(key) = rule.aisa() else {
            continue;
        };
        if let Err(error) = Regex::new(key.regex.as_str()) {
            return Err(invalid(
                &rule.id,
                format!("its regex is not valid: {error}"),
            ));
        }
        if key.regex.get().is_none() {
            return Err(invalid(&rule.id, "its regex is too large"));
        }
    }
    Ok(rules)
}

/// The rules of a file's text, with expressions that are not looked at yet.
pub(super) fn parse(text: &str, name: &str) -> Result<Vec<Rule>> {
    let file: File = toml::from_str(text).map_err(|error| invalid(name, error.to_string()))?;
    let rules = file
        .rules
        .into_iter()
        .map(compile)
        .collect::<Result<Vec<_>>>()?;
    if rules.len() > usize::from(u16::MAX) {
        return Err(invalid(name, "more than 65535 rules"));
    }
    for (at, rule) in rules.iter().enumerate() {
        if rules[..at].iter().any(|other| other.id == rule.id) {
            return Err(invalid(&rule.id, "two rules have this id"));
        }
    }
    Ok(rules)
}

fn compile(raw: RawRule) -> Result<Rule> {
    let anchor = match raw.keywords.as_slice() {
        [only] if only == PREFIX => Anchor::Aisa,
        [only] if only == "sk-" => Anchor::Plain,
        _ => {
            return Err(invalid(
                &raw.id,
                "keywords must be [\"sk-aisa-\"] or [\"sk-\"]: the text that every key of this rule starts with",
            ));
        }
    };
    Ok(Rule {
        id: raw.id.into(),
        description: raw.description,
        tags: raw.tags,
        confidence: match raw.confidence {
            RawConfidence::Low => Confidence::Low,
            RawConfidence::Medium => Confidence::Medium,
            RawConfidence::High => Confidence::High,
        },
        examples: raw.examples,
        counter_examples: raw.counter_examples,
        source: Source::BuiltIn,
        kind: Kind::Aisa(AisaKey {
            regex: LazyRegex::new(&raw.regex),
            anchor,
            structure: raw
                .structure
                .map(|RawStructure::Base64Url32| Structure::Base64Url32),
            context: raw.context.map(|RawContext::Aisa| ContextNeed::Aisa),
        }),
    })
}

fn invalid(rule: &str, reason: impl Into<String>) -> Error {
    Error::Rule {
        rule: rule.to_owned(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(extra: &str) -> String {
        format!("[[rules]]\nid = 'x'\ndescription = 'd'\n{extra}\n")
    }

    #[test]
    fn a_wrong_file_is_refused() {
        let good = one("regex = 'sk-a'\nkeywords = ['sk-']");
        assert_eq!(load(&good, "f").expect("a good file").len(), 1);
        for bad in [
            one("regex = 'sk-('\nkeywords = ['sk-']"),
            one("regex = 'sk-'\nkeywords = ['pk-']"),
            one("regex = 'sk-'\nkeywords = ['sk-']\nentropy = 3"),
            format!("{good}{good}"),
        ] {
            assert!(load(&bad, "f").is_err(), "{bad}");
        }
    }
}
