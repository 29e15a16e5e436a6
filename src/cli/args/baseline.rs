//! `baseline`, as typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfigArgs, RulesArgs, RulesFormat, RunningArgs};

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Scan files and history, and accept what is found: from then on only what is new is reported.
    Create(BaselineCreateArgs),
    /// Scan again: follow keys that moved, take out what is gone, and accept what is new if a reason is given.
    Update(BaselineUpdateArgs),
    /// Show what is accepted, by whom, why and how long; nothing is scanned.
    Show(BaselineShowArgs),
}

/// What is scanned for a baseline, and what is said of it.
#[derive(Args, Debug, Default)]
pub struct BaselineScanArgs {
    /// The repository or folder; the one around the current folder if nothing is said.
    #[arg(value_name = "PATH", help_heading = "What to scan")]
    pub path: Option<PathBuf>,
    /// The last day on which it is accepted, in UTC: 2027-01-31; for ever if nothing is said.
    #[arg(long, value_name = "DATE", help_heading = "What to accept")]
    pub expires: Option<String>,
    /// Who accepts it; git's user if nothing is said.
    #[arg(long, value_name = "NAME", help_heading = "What to accept")]
    pub author: Option<String>,
    /// Accept problems, too: what could not be read.
    #[arg(long, help_heading = "What to accept")]
    pub accept_problems: bool,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What is looked for.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
}

/// Arguments of `baseline create`.
#[derive(Args, Debug, Default)]
pub struct BaselineCreateArgs {
    /// Why it is accepted.
    #[arg(
        long,
        value_name = "TEXT",
        required = true,
        help_heading = "What to accept"
    )]
    pub reason: Option<String>,
    /// What is scanned.
    #[command(flatten)]
    pub scan: BaselineScanArgs,
    /// Accept only what this JSON report, or .gitleaksignore, of gitleaks accepts and is found here, too (repeatable).
    #[arg(long, value_name = "FILE", help_heading = "What to accept")]
    pub import: Vec<PathBuf>,
    /// Key the fingerprints with AISALEAKS_FINGERPRINT_KEY, so that who has the file cannot tell whether it is about a key.
    #[arg(long, help_heading = "The file")]
    pub keyed: bool,
    /// Write to this file instead of .aisaleaks-baseline.jsonl at the top of the repository; `-` is standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "The file")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there already.
    #[arg(long, help_heading = "The file")]
    pub force: bool,
}

/// Arguments of `baseline update`.
#[derive(Args, Debug, Default)]
pub struct BaselineUpdateArgs {
    /// Why what is new is accepted; without a reason it is not.
    #[arg(long, value_name = "TEXT", help_heading = "What to accept")]
    pub reason: Option<String>,
    /// What is scanned; --baseline FILE is what is updated, if it is not the repository's own.
    #[command(flatten)]
    pub scan: BaselineScanArgs,
    /// Accept anew what has expired and is still there, for the reason given.
    #[arg(long, requires = "reason", help_heading = "What to accept")]
    pub renew: bool,
    /// Only say what would change.
    #[arg(long, help_heading = "The file")]
    pub dry_run: bool,
}

/// Arguments of `baseline show`.
#[derive(Args, Debug, Default)]
pub struct BaselineShowArgs {
    /// The baseline; the repository's own if nothing is said.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// How to show it: human or json.
    #[arg(short, long, value_name = "FORMAT", default_value = "human")]
    pub format: RulesFormat,
}
