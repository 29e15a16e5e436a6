//! What a configuration says about findings: which are allowed, which rules are disabled, which problems are accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Patterns, Words};

/// What a configuration says about findings.
#[derive(Debug, Default)]
pub struct Policy {
    /// Findings that are allowed.
    pub allow: Vec<AllowEntry>,
    /// Ids of rules whose findings are suppressed.
    pub disabled: BTreeSet<String>,
    /// Problems that somebody accepted: fingerprint and reason.
    pub accepted: BTreeMap<String, String>,
}

/// One `[[allow]]` entry. A finding is allowed if every criterion that the entry has holds.
#[derive(Debug)]
pub struct AllowEntry {
    /// Where it stands, as `file:line`.
    pub source: String,
    /// In its author's words.
    pub reason: Option<String>,
    /// The last day on which it holds, in UTC.
    pub expires: Option<jiff::civil::Date>,
    /// Only findings of these rules.
    pub rules: Vec<String>,
    /// The path matches one of these globs.
    pub paths: Option<ignore::gitignore::Gitignore>,
    /// One of these expressions matches in the secret.
    pub regexes: Option<Patterns>,
    /// One of these words is in the secret.
    pub stop_words: Option<Words>,
    /// The fingerprint of the secret is one of these.
    pub fingerprints: BTreeSet<String>,
}
