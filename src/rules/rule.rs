//! A rule, built in or brought.

use std::sync::Arc;

use super::condition::Condition;
use super::lazy_regex::LazyRegex;
use crate::model::{Confidence, PREFIX};

/// What the body of a key decodes to. It moves confidence and never drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// 43 characters that are the canonical base64url of 32 bytes.
    Base64Url32,
}

/// What has to stand near by for a candidate to be a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextNeed {
    /// An assigned name with `aisa` in it, or `aisa.one` or `AISA_` near by.
    Aisa,
}

/// The literal that a built-in rule's candidates start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `sk-aisa-`, and a body of base64url's characters.
    Aisa,
    /// `sk-`, and a body of letters and digits.
    Plain,
}

/// One kind of secret.
#[derive(Debug)]
pub struct Rule {
    /// Stable name, which reports and configuration use.
    pub id: Arc<str>,
    /// One line for people.
    pub description: String,
    /// Free words for reports.
    pub tags: Vec<String>,
    /// How sure a match is if nothing about it is unusual.
    pub confidence: Confidence,
    /// Texts that hold such a secret: of a built-in rule, as templates.
    pub examples: Vec<String>,
    /// Texts that hold none.
    pub counter_examples: Vec<String>,
    /// Where it came from.
    pub source: Source,
    /// How it is found.
    pub kind: Kind,
}

/// Where a rule came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program carries it.
    BuiltIn,
    /// A file, as it was named, and the line on which the rule begins, from 1.
    File(String, usize),
}

/// How a rule's secrets are found.
#[derive(Debug)]
pub enum Kind {
    /// By an anchor and a shape, with everything that is known about AIsa's keys.
    Aisa(AisaKey),
    /// By an expression that somebody brought.
    Brought(Box<Brought>),
}

/// The shape of an AIsa key.
#[derive(Debug)]
pub struct AisaKey {
    /// The shape of a key, from its first character.
    pub regex: LazyRegex,
    /// What a candidate starts with.
    pub anchor: Anchor,
    /// What the body has to decode to for full confidence.
    pub structure: Option<Structure>,
    /// What has to stand near by.
    pub context: Option<ContextNeed>,
}

/// A rule in the format of gitleaks or betterleaks. Expressions are in the syntax of the `regex` crate, translated and
/// known to be valid.
#[derive(Debug, Default)]
pub struct Brought {
    /// What a match looks like; `None` for a rule about paths alone.
    pub regex: Option<String>,
    /// What the path must match for there to be a finding, if anything.
    pub path: Option<String>,
    /// The group that is the secret; 0 is the first one that is not empty, or else the whole match.
    pub secret_group: usize,
    /// In lower case. One of them must stand in the same bytes, in any case, for the rule to be looked at; no keywords:
    /// always.
    pub keywords: Vec<String>,
    /// Where two findings overlap, that of the rule with the higher number stays.
    pub specificity: i64,
    /// It finds nothing by itself and only helps rules that require it.
    pub helper: bool,
    /// What the secret has to decode to for full confidence.
    pub structure: Option<Structure>,
    /// A match for which one of these is true is no finding.
    pub drops: Vec<Arc<Condition>>,
    /// What else must be found near a match.
    pub required: Vec<Required>,
}

/// Another rule that must match near by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The id of the other rule.
    pub id: Arc<str>,
    /// How many lines the begin of its match may be before that of this rule's; `None`: any number.
    pub lines_before: Option<u64>,
    /// How many lines behind.
    pub lines_after: Option<u64>,
    /// How many columns the begins of both may be apart; `None`: any number.
    pub columns: Option<u64>,
    /// It may be missing.
    pub optional: bool,
}

impl Rule {
    /// The AIsa shape of a built-in rule.
    pub fn aisa(&self) -> Option<&AisaKey> {
        match &self.kind {
            Kind::Aisa(key) => Some(key),
            Kind::Brought(_) => None,
        }
    }

    /// The text that a built-in rule's candidates start with.
    pub fn anchor(&self) -> Option<&'static str> {
        self.aisa().map(|key| match key.anchor {
            Anchor::Aisa => PREFIX,
            Anchor::Plain => "sk-",
        })
    }

    /// What was brought.
    pub fn brought(&self) -> Option<&Brought> {
        match &self.kind {
            Kind::Aisa(_) => None,
            Kind::Brought(brought) => Some(brought),
        }
    }

    /// Whether the program carries it.
    pub fn is_built_in(&self) -> bool {
        self.source == Source::BuiltIn
    }
}
