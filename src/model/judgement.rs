//! What each step of detection decided about a candidate, for a person who asks why something was found or was not.

use std::sync::Arc;

use super::{Confidence, Context, ObjectId, Origin, Place};

/// What a step does to a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It goes on to the next step.
    Passes,
    /// It goes on, with less confidence.
    Lowers,
    /// It is no finding here.
    Drops,
}

/// One step's decision. It is made of fixed words, so that no piece of a key can be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The step.
    pub name: &'static str,
    /// What it did.
    pub effect: Effect,
    /// Why.
    pub why: &'static str,
}

/// Every step's decision about one candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judgement {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The candidate, redacted.
    pub redacted: String,
    /// The rule that it has the shape of.
    pub rule: Option<Arc<str>>,
    /// In their order; if one dropped the candidate, it is the last.
    pub steps: Vec<Step>,
    /// How sure the detector is; `None` if a step dropped the candidate.
    pub confidence: Option<Confidence>,
    /// Of a candidate that does not stand there as it is, its number among those of the same span.
    pub wrapped: Option<u16>,
}

/// A judgement, and where its candidate stands. The order is that in which they are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    /// The path or ref name as stored; `None` where there is none.
    pub path: Option<Vec<u8>>,
    /// The object that holds it.
    pub object: Option<ObjectId>,
    /// What kind of place.
    pub origin: Origin,
    /// Where it stands; `None` where lines mean nothing.
    pub place: Option<Place>,
    /// What was decided.
    pub judgement: Judgement,
    /// The fingerprint of the candidate's text; `None` unless somebody asked for one.
    pub fingerprint: Option<String>,
    /// A printable piece of the line; `None` unless somebody asked about this place, and where too little is known of the
    /// candidate to redact it.
    pub context: Option<Context>,
}

/// What is known of a line that somebody asked about, besides its candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedLine {
    /// Its number, from 1.
    pub number: u64,
    /// How many lines there are.
    pub lines: u64,
    /// Whether what every AIsa key begins with stands on it.
    pub has_beginning: bool,
    /// Whether something on it looks like an encoded key.
    pub has_encoded: bool,
    /// Whether something that looks like a marker stands on it, or on the line above.
    pub has_marker: bool,
    /// The nearest line with a candidate.
    pub nearest: Option<u64>,
}
