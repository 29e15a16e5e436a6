//! Keys and the places where they stand.

use serde::Serialize;

use super::{
    Allowed, Attribution, Encoding, Note, ObjectId, Origin, Reachable, Secret, Site, Verdict,
};

/// How sure we are that it is an AIsa key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shown, but below the default threshold.
    Low,
    /// Something about the shape or the edges is unusual.
    Medium,
    /// The shape of a real key.
    High,
}

/// How loudly a report says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Low confidence and hygiene.
    Note,
    /// Medium confidence.
    Warning,
    /// High confidence.
    Error,
}

impl From<Confidence> for Severity {
    fn from(confidence: Confidence) -> Self {
        match confidence {
            Confidence::Low => Self::Note,
            Confidence::Medium => Self::Warning,
            Confidence::High => Self::Error,
        }
    }
}

/// Lines and columns from 1; columns are code points; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// First line.
    pub line: u64,
    /// First column.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// One past the last column.
    pub end_column: u64,
}

impl Place {
    /// The same place in a text whose characters take as many bytes as they do in its outermost encoding.
    pub fn of_encoding(self, encoding: &[Encoding]) -> Self {
        let width = encoding.first().map_or(1, |encoding| encoding.width());
        let column = |column: u64| column.saturating_sub(1) / width + 1;
        Self {
            column: column(self.column),
            end_column: column(self.end_column),
            ..self
        }
    }
}

/// A piece of the line around a finding, safe to print: every key in it is already masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context {
    /// The text.
    pub text: String,
    /// What to underline, in bytes of `text`.
    pub start: usize,
    /// One past the last byte to underline.
    pub end: usize,
}

/// A key at a path, whatever the blobs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// What kind of place.
    pub origin: Origin,
    /// The path or ref name as stored; `None` where there is none.
    pub path: Option<Vec<u8>>,
    /// Where in the bytes; `None` where lines mean nothing (trees).
    pub place: Option<Place>,
    /// The object that holds it.
    pub blob: Option<ObjectId>,
    /// The easiest way to what holds it; `None` outside object databases.
    pub reachable: Option<Reachable>,
    /// What history says about it; `None` outside object databases, or if it was not asked for.
    pub attribution: Option<Box<Attribution>>,
    /// Whether git tracks the file.
    pub tracked: Option<bool>,
    /// A printable piece of the line.
    pub context: Option<Context>,
    /// What the place means, sorted.
    pub notes: Vec<Note>,
    /// Why it does not count, if somebody allowed it.
    pub allowed: Option<Allowed>,
    /// Where that is on disk; `None` where the place is no file, nor the name of one.
    pub site: Option<Box<Site>>,
    /// Whether what stands there says whose key it is: of a shape that several issuers' keys have, that it is AIsa's. Only
    /// then may it be shown to AIsa.
    pub names_issuer: bool,
    /// How the key is written there, outermost first; empty if it stands there as it is. The place is that of the encoded
    /// text.
    pub encoding: Vec<Encoding>,
    /// The names of the members of containers that lead from the file to the place, outermost first, as they are stored.
    pub member: Vec<Vec<u8>>,
    /// In a notebook, the cell, from 1.
    pub cell: Option<u32>,
}

/// A distinct secret and everywhere it stands: the unit of a report.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key itself.
    pub secret: Secret,
    /// The rule that found it.
    pub rule: String,
    /// The highest of its locations.
    pub confidence: Confidence,
    /// Sorted.
    pub locations: Vec<Location>,
    /// What its places mean, and what all of them together do; sorted, worst first.
    pub notes: Vec<Note>,
    /// Whether it works, if somebody asked for a live check.
    pub verdict: Verdict,
}

impl Key {
    /// How loudly a report says it: a key that works is the worst, whatever its shape; one that does not work any more is to
    /// be cleaned up, and no alarm.
    pub fn severity(&self) -> Severity {
        let severity = Severity::from(self.confidence);
        match self.verdict.state {
            state if state.is_live() => Severity::Error,
            state if state.is_dead() => severity.min(Severity::Warning),
            _ => severity,
        }
    }

    /// The earliest commit date of a place, in seconds since 1970.
    pub fn first_seen(&self) -> Option<i64> {
        self.attributed()
            .filter_map(|at| at.introduced.as_ref()?.date)
            .min()
    }

    /// Whether HEAD or a tracked file holds it.
    pub fn at_head(&self) -> bool {
        let tracked = |at: &Location| at.origin == Origin::Worktree && at.tracked == Some(true);
        self.locations.iter().any(tracked) || self.attributed().any(|at| at.at_head)
    }

    /// Whether a remote-tracking ref leads to it; `None` if history was not asked, or has no such refs.
    pub fn pushed(&self) -> Option<bool> {
        // `Some(true)` is the greatest; one place that nobody can tell about leaves the rest in doubt.
        let told = self.attributed().map(|at| at.pushed);
        told.reduce(|one, other| match (one, other) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            (Some(false), Some(false)) => Some(false),
        })?
    }

    fn attributed(&self) -> impl Iterator<Item = &Attribution> {
        self.locations
            .iter()
            .filter_map(|at| at.attribution.as_deref())
    }
}
