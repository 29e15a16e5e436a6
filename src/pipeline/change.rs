//! What a scan of a change shares, be it staged, in a range of commits or in a push: one repository's objects looked up
//! one by one, and problems that are told at the end.

use std::time::Instant;

use super::Options;
use super::collector::Collector;
use super::explaining::Explaining;
use super::novelty::{Searcher, Watch};
use super::sightings::Located;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::Result;
use crate::git::{Repository, Store};
use crate::model::{ObjectId, Outcome, Problem, Sink, Target, TargetKind};
use crate::source::change::Folders;

/// One repository, ready to be asked about a change.
pub(super) struct Stage<'a> {
    pub(super) repository: &'a Repository,
    pub(super) store: Store,
    pub(super) collector: &'a Collector<'a>,
    pub(super) options: &'a Options,
    pub(super) control: &'a Control,
    pub(super) outcome: Outcome,
    detector: &'a Detector,
    explaining: Option<&'a Explaining<'a>>,
    watch: &'a Watch<'a>,
}

impl<'a> Stage<'a> {
    /// What searches its objects.
    pub(super) fn searcher(&self) -> Searcher<'_> {
        Searcher::new(
            (self.repository, &self.store),
            self.detector,
            self.control,
            self.options.show_secrets,
            self.explaining,
            self.watch,
        )
    }

    /// What reads its folders.
    pub(super) fn folders(&self) -> Folders<'_> {
        Folders::new(self.repository, &self.store, self.control, self.watch)
    }

    /// Where problems go.
    pub(super) fn sink(&self) -> &dyn Sink {
        self.watch
    }

    /// What decides what a key is.
    pub(super) fn detector(&self) -> &'a Detector {
        self.detector
    }

    /// Names what was looked at.
    pub(super) fn target(&mut self, kind: TargetKind, head: Option<ObjectId>) {
        self.outcome.targets.push(Target {
            path: self.repository.name.display().to_string(),
            kind,
            head,
            shallow: !self.repository.shallow.is_empty(),
        });
        super::name_borrowed(self.repository, &self.store, &mut self.outcome);
    }
}

/// Sets the stage, lets `scan` find what is new, and settles what it found.
///
/// # Errors
/// Those of `scan`.
pub(super) fn scan(
    repository: &Repository,
    options: &Options,
    detector: &Detector,
    control: &Control,
    scan: impl FnOnce(&mut Stage<'_>) -> Result<Located>,
) -> Result<Outcome> {
    let begun = Instant::now();
    let collector = Collector::new(detector, options);
    let explaining = Explaining::wanted(&collector, detector, options);
    let watch = Watch::new(&collector);
    // What is wrong with packs is told only if something else could not be read.
    let mut unneeded: Vec<Problem> = Vec::new();
    let store = Store::light(repository, control.limits.alternates, &mut unneeded);
    repository
        .problems
        .iter()
        .for_each(|problem| collector.problem(problem.clone()));
    let mut stage = Stage {
        repository,
        store,
        collector: &collector,
        options,
        control,
        outcome: Outcome::default(),
        detector,
        explaining: explaining.as_ref(),
        watch: &watch,
    };
    let located = scan(&mut stage)?;
    let mut outcome = stage.outcome;
    watch.tell(unneeded, &repository.name.display().to_string());
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    super::finish(outcome, collector, located, options, control, begun)
}
