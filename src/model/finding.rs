//! Keys and the places where they stand.

use serde::Serialize;

use super::{ObjectId, Origin, Secret};

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
    /// `Some("none")` if nothing that we saw leads to the object.
    pub reachable: Option<&'static str>,
    /// Whether git tracks the file.
    pub tracked: Option<bool>,
    /// A printable piece of the line.
    pub context: Option<Context>,
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
}

impl Key {
    /// How loudly a report says it.
    pub fn severity(&self) -> Severity {
        self.confidence.into()
    }
}
