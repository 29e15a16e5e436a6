//! Scans the message of a commit that is about to be made.

use std::path::Path;
use std::time::Instant;

use super::Options;
use super::collector::Collector;
use super::explaining::Explaining;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::plain;
use crate::model::{Outcome, Sink, Target, TargetKind};
use crate::source::message;

/// Scans the message that git keeps in `file` while a commit is made.
///
/// # Errors
/// The file cannot be read.
pub fn message(
    file: &Path,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    let begun = Instant::now();
    let text = plain::read(file).map_err(|source| Error::Target {
        path: file.to_path_buf(),
        source,
    })?;
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let sink: &dyn Sink = match &explaining {
        Some(explaining) => explaining,
        None => &collector,
    };
    let mut outcome = Outcome::default();
    outcome.stats.bytes = message::scan(&text, sink);
    outcome.targets.push(Target {
        path: file.display().to_string(),
        kind: TargetKind::Message,
        head: None,
        shallow: false,
    });
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    let located = collector.file_locations(Path::new(""));
    super::finish(outcome, collector, located, options, control, begun)
}
