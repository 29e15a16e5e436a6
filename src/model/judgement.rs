//! What each step of detection decided about a candidate, for a person who asks why something was found or was not.

use std::sync::Arc;

use super::{Confidence, ObjectId, Origin};

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
    /// Line and column from 1; `None` where lines mean nothing.
    pub place: Option<(u64, u64)>,
    /// What was decided.
    pub judgement: Judgement,
}
