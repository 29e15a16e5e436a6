//! What a language is asked about, and what it answers.

use std::cell::OnceCell;
use std::ops::Range;

use super::languages::Runner;
use super::{Edit, Home, Names, Surroundings};

/// A key's place, as languages see it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) key: usize,
    pub(super) surroundings: Surroundings,
    /// What the file says of what runs it, once a language asked that.
    pub(super) runner: &'a OnceCell<Runner>,
}

impl<'a> Place<'a> {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The text before the key.
    pub(super) fn before(&self) -> &'a str {
        self.text.get(..self.start).unwrap_or_default()
    }

    /// The text behind the key.
    pub(super) fn behind(&self) -> &'a str {
        self.text.get(self.end..).unwrap_or_default()
    }

    /// The bytes of the key's line, without its end.
    pub(super) fn line(&self) -> Range<usize> {
        let start = self.before().rfind('\n').map_or(0, |at| at + 1);
        let behind = self.behind();
        let end = self.end + behind.find('\n').unwrap_or(behind.len());
        let line = self.text.get(start..end).unwrap_or_default();
        start..start + line.trim_end_matches('\r').len()
    }

    /// An edit that puts a text in the place of the key alone.
    pub(super) fn with(&self, text: impl Into<String>) -> Edit {
        Edit::replace(self.range(), text)
    }

    /// The answer for a key in a comment or in documentation, which nothing reads: the variable's name, so that the text goes on
    /// saying what was there.
    pub(super) fn in_prose(&self, names: &mut Names) -> Fix {
        let variable = names.any(self.key);
        Fix {
            edits: vec![self.with(variable.clone())],
            variable,
            home: Home::Nowhere,
            then: None,
        }
    }
}

/// What a language puts in the place of a key.
#[derive(Clone, Debug)]
pub(super) struct Fix {
    pub(super) edits: Vec<Edit>,
    pub(super) variable: String,
    pub(super) home: Home,
    pub(super) then: Option<String>,
}

impl Fix {
    /// Reads a variable of the environment.
    pub(super) fn environment(variable: String, edits: Vec<Edit>) -> Self {
        Self {
            edits,
            variable,
            home: Home::Environment,
            then: None,
        }
    }
}
