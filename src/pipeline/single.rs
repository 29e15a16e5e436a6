//! Scans one file that somebody asks about: on disk, or in a commit.

use std::time::Instant;

use super::collector::Collector;
use super::explaining::Explaining;
use super::{Options, Trusted, tracking};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::model::{Chunk, Origin, Outcome, Sink};
use crate::source::members::{self, Pushed};
use crate::source::single::Single;

/// Scans a file on disk, whatever any rule says of it.
///
/// # Errors
/// None yet: what cannot be read is a problem.
pub fn single(
    file: &Single,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    let begun = Instant::now();
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let sink = explaining
        .as_ref()
        .map_or(&collector as &dyn Sink, |explaining| explaining);
    let found = file.scan(detector.reach(), sink, control);
    let mut outcome = Outcome::default();
    outcome.stats.files = found.files;
    outcome.stats.bytes = found.bytes;
    outcome.stats.excluded = found.excluded;
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    let root = file.root.canonicalize();
    let mut locations = collector.file_locations(&root.unwrap_or_else(|_| file.root.clone()));
    tracking::ask(&mut locations);
    super::finish(outcome, collector, locations, options, control, begun)
}

/// Scans a file of a commit.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn committed(
    commit: &Trusted,
    path: &str,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    let begun = Instant::now();
    let limits = &control.limits;
    let wrong = |reason: String| Error::Explain {
        what: path.to_owned(),
        reason,
    };
    let read = commit.file(path, limits.max_whole_object, limits);
    let bytes = read.map_err(wrong)?.ok_or_else(|| {
        wrong(
            "the commit has no such file; paths in commits count from the top of the repository"
                .to_owned(),
        )
    })?;
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let sink = explaining
        .as_ref()
        .map_or(&collector as &dyn Sink, |explaining| explaining);
    let template = Chunk::whole(&[], Origin::History, Some(path.as_bytes()));
    let mut worker = sink.worker();
    let to = Pushed {
        worker: &mut *worker,
        sink,
        more: Some(sink),
        reach: detector.reach(),
        control,
    };
    let read = members::of_stream(&mut &bytes[..], &template, to);
    drop(worker);
    let mut outcome = Outcome::default();
    outcome.stats.bytes = read.bytes;
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    let locations = collector.file_locations(commit.root());
    super::finish(outcome, collector, locations, options, control, begun)
}
