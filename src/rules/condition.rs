//! When a match of a brought rule is no finding: entropy, allowlists and filters of a rules file as one kind of expression.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::bytes::{RegexSet, RegexSetBuilder};

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The secret.
    Secret,
    /// Everything that the rule's expression matched.
    Match,
    /// The lines that the match stands on.
    Line,
    /// The path of the file, with slashes; empty where there is none.
    Path,
}

/// An expression that is true where a match is no finding.
#[derive(Debug)]
pub enum Condition {
    /// At least one of these.
    Any(Vec<Condition>),
    /// All of these.
    All(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// One of the expressions matches somewhere in the field.
    Matches(Field, Patterns),
    /// One of the words stands somewhere in the field.
    Contains(Field, Words),
    /// The Shannon entropy of the field, in bits a character, compared with a number.
    Entropy(Field, Comparison, f64),
    /// The commit that introduced it has one of these ids, in lower-case hexadecimal, sorted.
    Commit(Vec<String>),
    /// Never true: what cannot be evaluated and must not drop anything.
    Never,
}

/// How a number is compared: `Comparison::Less` is true if the measured number is less than the given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Expressions that are compiled when they are first needed.
#[derive(Debug)]
pub struct Patterns {
    patterns: Vec<String>,
    compiled: OnceLock<Option<RegexSet>>,
}

impl Patterns {
    /// These expressions, in the syntax of the `regex` crate. Whoever makes it has seen that each one is valid.
    pub fn new(patterns: Vec<String>) -> Self {
        Self {
            patterns,
            compiled: OnceLock::new(),
        }
    }

    /// The expressions.
    pub fn texts(&self) -> &[String] {
        &self.patterns
    }

    /// Whether one of them matches somewhere. What cannot be compiled matches nothing: more is reported, not less.
    pub fn match_in(&self, text: &[u8]) -> bool {
        let build = || {
            let mut builder = RegexSetBuilder::new(&self.patterns);
            builder.unicode(false).size_limit(64 << 20).build().ok()
        };
        let set = self.compiled.get_or_init(build);
        set.as_ref().is_some_and(|set| set.is_match(text))
    }
}

/// Words that are looked for at once, whatever their case.
#[derive(Debug)]
pub struct Words {
    words: Vec<String>,
    ignore_case: bool,
    compiled: OnceLock<Option<AhoCorasick>>,
}

impl Words {
    /// These words.
    pub fn new(words: Vec<String>, ignore_case: bool) -> Self {
        Self {
            words,
            ignore_case,
            compiled: OnceLock::new(),
        }
    }

    /// Whether one of them stands somewhere.
    pub fn stand_in(&self, text: &[u8]) -> bool {
        let build = || {
            AhoCorasick::builder()
                .ascii_case_insensitive(self.ignore_case)
                .build(&self.words)
                .ok()
        };
        let searcher = self.compiled.get_or_init(build);
        searcher
            .as_ref()
            .is_some_and(|searcher| searcher.is_match(text))
    }
}
