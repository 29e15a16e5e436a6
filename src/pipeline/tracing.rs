//! A scan of histories that keeps what a plan to rewrite them needs: every sighting of every key, whatever location it belongs
//! to, and what it takes to look at an object again.

use std::collections::HashMap;

use super::{Options, scan_and};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::Result;
use crate::git::Repository;
use crate::model::{ObjectId, Origin, Outcome, Secret};
use crate::source::history::History;

/// A repository that was scanned.
pub struct Traced {
    /// The repository.
    pub repository: Repository,
    /// Its objects, refs and commits.
    pub history: History,
    /// Every sighting of a key in an object, sorted by object.
    pub sightings: Vec<Sighting>,
    /// The keys under the numbers that sightings have.
    pub secrets: HashMap<u32, Secret>,
}

/// A key in an object. A location is told once, for its newest object; this is told for each.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The key's number.
    pub key: u32,
    /// The object that it was seen in.
    pub object: ObjectId,
    /// What kind of place.
    pub origin: Origin,
    /// Its first byte: in the object, or where `in_member`, in the member.
    pub start: u64,
    /// One past its last byte; `None` where only its beginning is known.
    pub end: Option<u64>,
    /// Whether it does not stand there as it is.
    pub wrapped: bool,
    /// Whether it came out of a container.
    pub in_member: bool,
}

/// Scans histories, as [`scan`](super::scan) does with the same options.
///
/// # Errors
/// Those of [`scan`](super::scan).
pub fn trace(
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<(Outcome, Vec<Traced>)> {
    let mut traced = Vec::new();
    let outcome = scan_and(options, detector, control, Some(&mut traced))?;
    Ok((outcome, traced))
}
