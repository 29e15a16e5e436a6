//! Flags that several commands have.

use std::path::PathBuf;

use clap::Args;

use super::VerifyArgs;

use crate::commands::exit::{FailOn, OnIncomplete};

/// Where the configuration comes from.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Read this configuration file instead of the repository's own .aisaleaks.toml, and before AISALEAKS_CONFIG.
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Read the repository's own configuration and baseline from this trusted commit, and let a marker in a file count only if the
    /// commit holds the same key at that path: so a pull request cannot silence its own scan.
    #[arg(long, value_name = "REF", help_heading = "Configuration")]
    pub config_ref: Option<String>,
    /// Do not read the repository's own configuration, nor its own baseline.
    #[arg(long, help_heading = "Configuration")]
    pub no_config: bool,
    /// Accept what this baseline lists, instead of the repository's own .aisaleaks-baseline.jsonl.
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Configuration",
        conflicts_with = "no_baseline"
    )]
    pub baseline: Option<PathBuf>,
    /// Do not read the repository's own baseline.
    #[arg(long, help_heading = "Configuration")]
    pub no_baseline: bool,
}

/// What is looked for.
#[derive(Args, Clone, Debug, Default)]
pub struct RulesArgs {
    /// Add the rules of this file: in the format of gitleaks 8, of betterleaks, or our own (repeatable).
    #[arg(long = "rules", value_name = "FILE", help_heading = "Rules")]
    pub files: Vec<PathBuf>,
    /// Only what this rule finds (repeatable).
    #[arg(long = "only-rule", value_name = "ID", help_heading = "Rules")]
    pub only: Vec<String>,
}

/// Which files are left out.
#[derive(Args, Clone, Debug, Default)]
pub struct WalkArgs {
    /// Scan what git's ignore rules leave out, too.
    #[arg(long, help_heading = "What to scan")]
    pub include_ignored: bool,
    /// Leave out files that match this glob (repeatable).
    #[arg(long, value_name = "GLOB", help_heading = "What to scan")]
    pub exclude: Vec<String>,
    /// Leave out files larger than this many bytes.
    #[arg(long, value_name = "BYTES", help_heading = "What to scan")]
    pub max_file_size: Option<u64>,
}

/// How far archives and compressed files are opened.
#[derive(Args, Clone, Debug, Default)]
pub struct ArchiveArgs {
    /// Open archives in archives so deep, four by default; 0 opens none.
    #[arg(long, value_name = "N", help_heading = "What to scan")]
    pub archive_depth: Option<usize>,
    /// Scan so many bytes of one member, and keep so much of an archive in memory; 256 MiB by default.
    #[arg(long, value_name = "BYTES", help_heading = "What to scan")]
    pub max_member_size: Option<u64>,
    /// Let so many bytes come out of one file, whatever its size; by default 4 GiB, and past 64 MiB at most 200 times as many as it
    /// has.
    #[arg(long, value_name = "BYTES", help_heading = "What to scan")]
    pub max_expansion: Option<u64>,
}

/// How it runs.
#[derive(Args, Clone, Debug, Default)]
pub struct RunningArgs {
    /// How many threads; one for each processor by default.
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Running"
    )]
    pub threads: usize,
    /// No progress line.
    #[arg(long, help_heading = "Running")]
    pub no_progress: bool,
    /// How far archives are opened.
    #[command(flatten)]
    pub archives: Box<ArchiveArgs>,
}

/// Flags that every scanning command has.
#[derive(Args, Clone, Debug, Default)]
pub struct CommonArgs {
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What is looked for.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// How to report: human, json, jsonl, sarif, github, gitlab, junit, markdown or html; FORMAT=FILE writes to a file, and several may be given.
    #[arg(short, long, value_name = "FORMAT[=FILE]", help_heading = "Report")]
    pub format: Vec<String>,
    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Do not look for who introduced a key, who removed it, and which refs hold it.
    #[arg(long, help_heading = "Report")]
    pub no_attribution: bool,
    /// Name authors, their e-mail addresses and the summaries of their commits in SARIF and GitLab's report.
    #[arg(long, help_heading = "Report")]
    pub sarif_authors: bool,
    /// List what is allowed, too: where it stands, who allowed it, and why.
    #[arg(long, help_heading = "Report")]
    pub show_suppressed: bool,
    /// Print keys in full. The report is then itself a leak.
    #[arg(long, help_heading = "Report")]
    pub show_secrets: bool,
    /// Whether keys are checked.
    #[command(flatten)]
    pub verify: Box<VerifyArgs>,
    /// The lowest severity that makes the exit status 1.
    #[arg(
        long,
        value_name = "SEVERITY",
        default_value = "warning",
        help_heading = "Exit status"
    )]
    pub fail_on: FailOn,
    /// Whether an incomplete scan without findings exits with 3 (fail) or 0 (pass).
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "fail",
        help_heading = "Exit status"
    )]
    pub on_incomplete: OnIncomplete,
    /// The exit status for findings instead of 1.
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub exit_code: Option<u8>,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
    /// Only findings and problems, no summary.
    #[arg(short, long, help_heading = "Running")]
    pub quiet: bool,
    /// Say on standard error what was done; twice (-vv): what each step of detection decided about each candidate.
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Running")]
    pub verbose: u8,
}
