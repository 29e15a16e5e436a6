//! Expressions that cost nothing until a candidate needs them.

use std::sync::OnceLock;

use regex::bytes::Regex;

/// A regular expression that is compiled when it is first needed, anchored at the start of a candidate.
#[derive(Debug)]
pub struct LazyRegex {
    pattern: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    pub(super) fn new(pattern: &str) -> Self {
        Self {
            pattern: pattern.into(),
            compiled: OnceLock::new(),
        }
    }

    /// The pattern as the rules file has it.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// The compiled expression; `None` if the pattern is not valid, which [`super::load`] and a test rule out.
    pub fn get(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| Regex::new(&format!(r"\A(?:{})", self.pattern)).ok())
            .as_ref()
    }
}
