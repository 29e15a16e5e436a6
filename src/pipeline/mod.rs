//! Joins the stages: sources push into the collector, which asks the detector and builds the keys of the report.

pub mod accepting;
mod allowing;
mod asked_line;
mod change;
mod collector;
mod commits;
mod explaining;
mod habits;
mod live;
mod message;
mod notes;
mod novelty;
mod push;
mod range;
mod rereading;
mod settling;
mod sightings;
mod single;
mod staged;
mod standing;
mod telling;
mod tracing;
mod tracking;
mod trusting;
mod verdicts;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::baseline::Baseline;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::{Repository, Store};
use crate::model::{Outcome, Problem, ProblemKind, Secret, Sink, Stats, Target, TargetKind};
use crate::rules::Policy;
use crate::source::{files, history, stdin};
use allowing::Allowing;
use collector::Collector;
use explaining::Explaining;
use habits::Habits;

pub use explaining::Explain;
pub use live::{hide_all_but_live, verify};
pub use message::message;
pub use push::{Known, Push, push};
pub use range::{Asked, commit, range};
pub use rereading::{Ground, Reread, Sought, Spot, SpotKind, reread};
pub use single::{committed, single};
pub use staged::{repository, staged};
pub use standing::{Line, Stands, on_lines};
pub use tracing::{Sighting, Traced, trace};
pub use trusting::Trusted;
pub use verdicts::{Reported, judged_at, reported};

/// What to scan, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files, directories or repositories.
    pub paths: Vec<PathBuf>,
    /// Whether to read files.
    pub files: bool,
    /// Whether to read object databases.
    pub history: bool,
    /// What to leave out of the files.
    pub walk: files::Options,
    /// Whether context may hold keys.
    pub show_secrets: bool,
    /// Whether to leave out who introduced and removed keys in history, and what leads to them.
    pub no_attribution: bool,
    /// Of which candidates to keep what detection decided about them.
    pub explain: Explain,
    /// More object directories of the one repository that a change is in.
    pub borrowed: Vec<PathBuf>,
    /// What the configuration says about findings and problems.
    pub policy: Arc<Policy>,
    /// What is accepted, with reasons.
    pub baseline: Arc<Baseline>,
    /// Whether a marker counts only if one of the trusted commits holds the key at its path.
    pub only_trusted: bool,
    /// The trusted commits, one of each repository.
    pub trusted: Vec<Trusted>,
    /// Whether the run looks at all that the policy is about, so that an entry that allows nothing is of no use.
    pub everything: bool,
    /// Whether to look for bad habits around keys, too.
    pub hygiene: bool,
    /// Whether all that is staged counts as new where nothing differs from HEAD.
    pub whole_if_unchanged: bool,
    /// What ages and expiry dates are counted from; the moment of the run if nothing is said.
    pub now: Option<jiff::Timestamp>,
}

impl Options {
    /// What ages are counted from.
    pub fn now(&self) -> jiff::Timestamp {
        self.now.unwrap_or_else(jiff::Timestamp::now)
    }

    /// In UTC, so that a day ends everywhere at once.
    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}

/// Scans files and histories.
///
/// # Errors
/// A path that is not there, `history` alone on something that is no repository, threads that do not start.
pub fn scan(options: &Options, detector: &Detector, control: &Control) -> Result<Outcome> {
    scan_and(options, detector, control, None)
}

/// The same, and keeps the histories for whoever wants to look at them again.
fn scan_and(
    options: &Options,
    detector: &Detector,
    control: &Control,
    mut traced: Option<&mut Vec<Traced>>,
) -> Result<Outcome> {
    let begun = Instant::now();
    let mut collector = Collector::new(detector, options);
    if traced.is_some() {
        collector.keep_sightings();
    }
    let explaining = Explaining::wanted(&collector, detector, options);
    let sink: &dyn Sink = match &explaining {
        Some(explaining) => explaining,
        None => &collector,
    };
    let reach = detector.reach();
    let mut outcome = Outcome::default();
    for path in &options.paths {
        path.symlink_metadata().map_err(|source| Error::Target {
            path: path.clone(),
            source,
        })?;
    }
    let base = base(&options.paths);
    let mut nested = Vec::new();
    if options.files {
        let habits = options.hygiene.then(|| Habits::new(sink, detector));
        let sink: &dyn Sink = match &habits {
            Some(habits) => habits,
            None => sink,
        };
        let found = files::scan(&options.paths, &options.walk, reach, sink, control)?;
        if let Some(habits) = habits {
            habits.finish(&base, &mut outcome);
        }
        outcome.stats.files = found.files;
        outcome.stats.bytes = found.bytes;
        outcome.stats.excluded = found.excluded;
        nested = found.repositories;
        let paths = options.paths.iter().map(|path| path.display().to_string());
        let target = |path| Target {
            path,
            kind: TargetKind::Files,
            head: None,
            shallow: false,
        };
        outcome.targets.extend(paths.map(target));
    }
    let mut locations = collector.file_locations(&base);
    tracking::ask(&mut locations);
    if options.history {
        for repository in repositories(options, &nested, &collector)? {
            if control.is_cancelled() {
                break;
            }
            let history = history::scan(&repository, reach, sink, control)?;
            name_targets(&repository, &history, &mut outcome);
            let lineage = history.lineage.iter();
            let nodes = lineage.flat_map(|lineage| lineage.commits.nodes());
            let dates = nodes.filter_map(|node| node.date);
            outcome.first_commit = outcome.first_commit.into_iter().chain(dates).min();
            outcome.stats.blobs += history.blobs;
            outcome.stats.commits += history.commits;
            outcome.stats.bytes += history.bytes;
            let paths =
                collector.history_locations(&repository, &history, control, &base, &mut locations);
            if let Some(explaining) = &explaining {
                explaining.learn_paths(&paths);
            }
            if let Some(traced) = &mut traced {
                traced.push(Traced {
                    sightings: collector.kept_sightings(),
                    secrets: collector.secrets(),
                    repository,
                    history,
                });
            }
        }
    }
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    finish(outcome, collector, locations, options, control, begun)
}

/// The repositories that the paths are in, and those that were met below them, each object database once: named by a work tree, if one
/// was met.
fn repositories(options: &Options, nested: &[PathBuf], sink: &dyn Sink) -> Result<Vec<Repository>> {
    let named = options.paths.iter().map(|path| (path, nearest(path)));
    let has_tree = |path: &&PathBuf| path.join(".git").symlink_metadata().is_ok();
    let (trees, bare): (Vec<&PathBuf>, Vec<&PathBuf>) = nested.iter().partition(has_tree);
    let nested = trees.into_iter().chain(bare);
    let nested = nested.map(|path| (path, Repository::at(path)));
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (path, repository) in named.chain(nested) {
        match repository {
            Some(repository) => {
                let common = &repository.common_dir;
                if seen.insert(common.canonicalize().unwrap_or_else(|_| common.clone())) {
                    found.push(repository);
                }
            }
            None if !options.files => return Err(Error::NotARepository { path: path.clone() }),
            None if path.join(".git").symlink_metadata().is_ok() => {
                let message =
                    "what stands here leads to no repository; its history was not scanned";
                let place = path.join(".git").display().to_string();
                sink.problem(Problem::new(ProblemKind::Unreadable, place, message));
            }
            None => {}
        }
    }
    Ok(found)
}

/// Scans one stream.
///
/// # Errors
/// None yet: a stream that cannot be read is a problem.
pub fn stdin(
    reader: &mut dyn Read,
    label: Option<&str>,
    options: &Options,
    detector: &Detector,
    control: &Control,
) -> Result<Outcome> {
    let begun = Instant::now();
    let collector = Collector::new(detector, options);
    let mut outcome = Outcome::default();
    let path = label.unwrap_or("-").to_owned();
    let reach = detector.reach();
    let explaining = Explaining::wanted(&collector, detector, options);
    let sink = explaining
        .as_ref()
        .map_or(&collector as &dyn Sink, |explaining| explaining);
    outcome.stats.bytes = stdin::scan(reader, label, reach, sink, control);
    if let Some(explaining) = explaining {
        explaining.finish(&mut outcome);
    }
    outcome.targets.push(Target {
        path,
        kind: TargetKind::Stdin,
        head: None,
        shallow: false,
    });
    let locations = collector.file_locations(Path::new(""));
    finish(outcome, collector, locations, options, control, begun)
}

fn name_targets(repository: &Repository, history: &history::History, outcome: &mut Outcome) {
    let shallow = !repository.shallow.is_empty();
    let path = repository.name.display().to_string();
    outcome.targets.push(Target {
        path,
        kind: TargetKind::Git,
        head: history.head,
        shallow,
    });
    if let Some(store) = history.stores.first() {
        name_borrowed(repository, store, outcome);
    }
}

/// Names the object directories that are outside the repository.
fn name_borrowed(repository: &Repository, store: &Store, outcome: &mut Outcome) {
    let own = repository.objects();
    let inside = match (own.canonicalize(), repository.name.canonicalize()) {
        (Ok(objects), Ok(name)) => objects.starts_with(name),
        _ => false,
    };
    // Alternates, and what a `.git` file or `commondir` leads to elsewhere.
    let borrowed = store
        .directories
        .iter()
        .filter(|path| **path != own || !inside);
    for path in borrowed {
        // A linked work tree leads there through its own folder and up again: nobody could tell where that is.
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        let path = path.display().to_string();
        outcome.targets.push(Target {
            path,
            kind: TargetKind::Git,
            head: None,
            shallow: false,
        });
    }
}

/// The repository of a path; none if the path has a `.git` of its own that leads nowhere.
fn nearest(path: &Path) -> Option<Repository> {
    match path.join(".git").symlink_metadata() {
        Ok(_) => Repository::at(path),
        Err(_) => Repository::discover(path),
    }
}

/// What the paths of files count from.
fn base(paths: &[PathBuf]) -> PathBuf {
    let base = match paths {
        [only] if only.is_dir() => only.as_path(),
        _ => Path::new("."),
    };
    base.canonicalize().unwrap_or_else(|_| base.to_path_buf())
}

/// Threads for a change that has many files or commits.
fn pool(control: &Control) -> Result<rayon::ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(control.thread_count());
    builder
        .build()
        .map_err(|error| Error::Threads(error.to_string()))
}

/// Gives what changes add to the collector, and counts the keys that they left as they were.
fn place(
    collector: &Collector<'_>,
    novelties: impl IntoIterator<Item = novelty::Novelty>,
    located: &mut sightings::Located,
    stats: &mut Stats,
) {
    let (mut new, mut old) = (BTreeSet::new(), BTreeSet::new());
    for novelty in novelties {
        old.extend(novelty.old.iter().map(Secret::fingerprint));
        for novelty::New { seen, at, location } in novelty.new {
            new.insert(seen.secret.fingerprint());
            collector.add(located, seen, at, location);
        }
    }
    let old = old.difference(&new).count() as u64;
    if old > 0 {
        stats.excluded.insert(Stats::OLD, old);
    }
}

fn finish(
    mut outcome: Outcome,
    collector: Collector<'_>,
    mut locations: sightings::Located,
    options: &Options,
    control: &Control,
    begun: Instant,
) -> Result<Outcome> {
    let distrusted = trusting::distrust(&mut locations, &collector, options, control);
    if distrusted > 0 {
        outcome.notes.push(format!(
            "{distrusted} place(s) have a marker that does not count: the commit that is trusted does not hold the same key there"
        ));
    }
    let detector = collector.detector();
    let (mut keys, problems) = collector.finish(locations);
    outcome.problems = problems;
    tracking::assess(&mut keys);
    if control.is_out_of_time() {
        let message = "the time limit was used up before everything was read; allow more time, or look at less";
        let place = options
            .paths
            .first()
            .map_or(String::new(), |path| path.display().to_string());
        outcome
            .problems
            .push(Problem::new(ProblemKind::Limit, place, message));
    } else if control.is_cancelled() {
        outcome.interrupted = true;
        let message = "the run was interrupted before everything was read; run it again";
        outcome
            .problems
            .push(Problem::new(ProblemKind::Interrupted, "", message));
    }
    let mut allowing = Allowing::new(options, detector);
    allowing.accept(&mut outcome.problems);
    settling::settle(keys, detector, options, &mut allowing, &mut outcome);
    // Where something was not read, an entry may be about that.
    outcome.stale = allowing.stale(options.everything && outcome.complete());
    outcome.problems.sort();
    outcome.problems.dedup();
    outcome.targets.sort();
    outcome.targets.dedup();
    outcome.stats.duration_ms = begun.elapsed().as_millis() as u64;
    Ok(outcome)
}
