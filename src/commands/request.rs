//! What a scanning command was asked to do.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use super::exit::{FailOn, OnIncomplete};
use crate::control::ArchiveLimits;
use crate::error::Diagnostic;
use crate::model::FingerprintKey;
use crate::pipeline;
use crate::report::{Format, Gate};
use crate::rules::Rule;
use crate::verify;

/// The rules of a run.
#[derive(Debug)]
pub struct RuleSet {
    /// The built-in ones, then those that were brought.
    pub rules: Vec<Rule>,
    /// Only findings of these rules are reported; all if there are none.
    pub only: BTreeSet<String>,
    /// What fingerprints of brought rules' findings are keyed with.
    pub key: FingerprintKey,
    /// Whether the next run has the same key.
    pub key_is_kept: bool,
    /// What is odd about the rules files.
    pub warnings: Vec<Diagnostic>,
}

/// What a scanning command was asked to do.
#[derive(Debug)]
pub struct Request {
    /// What to scan.
    pub options: pipeline::Options,
    /// The reports, and where they go; `None` is standard output.
    pub reports: Vec<(Format, Option<PathBuf>)>,
    /// What to look for.
    pub rules: RuleSet,
    /// What is odd about the configuration.
    pub warnings: Vec<Diagnostic>,
    /// Whether what is allowed is listed, too.
    pub show_suppressed: bool,
    /// Whether SARIF names authors.
    pub sarif_authors: bool,
    /// The lowest severity that makes the exit status 1.
    pub fail_on: FailOn,
    /// What an incomplete scan means.
    pub on_incomplete: OnIncomplete,
    /// The exit status for findings.
    pub found_code: u8,
    /// How many threads; 0 is one for each processor.
    pub threads: usize,
    /// What archives may ask for.
    pub archives: ArchiveLimits,
    /// Whether a progress line is wanted where there is a terminal for it.
    pub progress: bool,
    /// Whether a clean run says nothing.
    pub quiet: bool,
    /// How much to say on standard error.
    pub verbose: u8,
    /// The gate that asks: people then see its words alone, and nothing if it lets them pass.
    pub gate: Option<Gate>,
    /// When the run has to be over.
    pub deadline: Option<Instant>,
    /// What a CI service knows the repository by.
    pub checkout: Checkout,
    /// How keys are checked, if somebody asked for it.
    pub live: Option<verify::Options>,
    /// Whether only keys that work are reported.
    pub only_active: bool,
}

/// What a CI service knows a repository by.
#[derive(Clone, Debug, Default)]
pub struct Checkout {
    /// Where it is below what the service shows, without a slash at the end; empty if it is that itself.
    pub below: Vec<u8>,
    /// Its address on the web, if the service has pages of commits and files.
    pub web: Option<String>,
}
