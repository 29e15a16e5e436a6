//! The result of a run, as every reporter gets it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{AskedLine, Hygiene, Judged, Key, LiveCheck, ObjectId, Problem, Repair};

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A file or directory.
    Files,
    /// A git object database and its refs.
    Git,
    /// What the next commit of a repository would add.
    Staged,
    /// The message of the next commit.
    Message,
    /// Standard input.
    Stdin,
}

/// One thing that was scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub kind: TargetKind,
    /// What HEAD points at.
    pub head: Option<ObjectId>,
    /// Whether history is cut off.
    pub shallow: bool,
}

/// How many things were left out, by reason.
pub type Excluded = BTreeMap<&'static str, u64>;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Files read.
    pub files: u64,
    /// Distinct blobs read.
    pub blobs: u64,
    /// Distinct commits read.
    pub commits: u64,
    /// Bytes of content, inflated.
    pub bytes: u64,
    /// What was left out, and under [`Stats::OLD`] how many keys are not new.
    pub excluded: Excluded,
    /// Wall time.
    pub duration_ms: u64,
}

impl Stats {
    /// Keys that stand in what a change touches, and stood there before it.
    pub const OLD: &str = "already-there";
    /// Index entries of files that are to be added, and have no contents yet: no commit takes them.
    pub const INTENDED: &str = "intent-to-add";
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was looked at, sorted.
    pub targets: Vec<Target>,
    /// What could not be read, sorted.
    pub problems: Vec<Problem>,
    /// What was done.
    pub stats: Stats,
    /// When the first commit of the histories was made in which something was found, in seconds since 1970; `None` if there is
    /// none, or none that says when.
    pub first_commit: Option<i64>,
    /// The keys, worst first.
    pub keys: Vec<Key>,
    /// The keys at places where somebody allowed them, in the order of `keys`. A key whose other places are not allowed is in
    /// `keys` too.
    pub suppressed: Vec<Key>,
    /// Bad habits around keys, sorted.
    pub hygiene: Vec<Hygiene>,
    /// What is stale in the configuration: entries that have expired or match nothing any more, sorted.
    pub stale: Vec<String>,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// What detection decided about each candidate, sorted; empty unless somebody asked.
    pub judged: Vec<Judged>,
    /// Whether there were more candidates than `judged` keeps.
    pub judged_more: bool,
    /// What is known of the line that somebody asked about.
    pub asked_line: Option<AskedLine>,
    /// What is no problem, but should be known to whoever asked: that a range is empty, say.
    pub notes: Vec<String>,
    /// What the live check did; `None` if nobody asked for one.
    pub live: Option<LiveCheck>,
    /// The keys that are in no list, because only those that work were asked for: nobody knows that those work.
    pub hidden: Vec<Key>,
    /// What would take a key out of the files that it stands in, by its fingerprint; empty unless a report tells it.
    pub repairs: BTreeMap<String, Vec<Repair>>,
}

impl Outcome {
    /// How many locations somebody allowed.
    pub fn suppressed_count(&self) -> u64 {
        let places = |key: &Key| key.locations.len() as u64;
        self.suppressed.iter().map(places).sum()
    }

    /// Whether everything that was asked for was read, or its absence accepted.
    pub fn complete(&self) -> bool {
        !self.interrupted
            && self
                .problems
                .iter()
                .all(|problem| problem.accepted.is_some())
    }
}
