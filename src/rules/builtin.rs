//! The rules that the program carries.

use super::compile::parse;
use super::rule::Rule;
use crate::error::Result;

const TEXT: &str = include_str!("../../rules/aisa.toml");

/// The built-in rules, in the order in which they win. Expressions are compiled when a candidate needs them.
pub fn builtin() -> Result<Vec<Rule>> {
    parse(TEXT, "rules/aisa.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_is_valid_and_every_rule_has_examples() {
        let rules = super::super::load(TEXT, "built-in").expect("valid rules");
        assert_eq!(rules.len(), 3);
        for rule in &rules {
            assert!(rule.examples.len() >= 4, "{}", rule.id);
            assert!(rule.counter_examples.len() >= 6, "{}", rule.id);
        }
        assert_eq!(builtin().expect("valid rules").len(), 3);
    }
}
