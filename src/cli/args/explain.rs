//! `explain`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{CommonArgs, ConfigArgs, ScanArgs};

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A fingerprint from a report (8 of its digits are enough), or a place: FILE:LINE, FILE:LINE:COLUMN, and in a commit
    /// REV:FILE:LINE.
    #[arg(value_name = "FINGERPRINT|FILE:LINE")]
    pub what: OsString,
    /// Where to look for a fingerprint; the repository around the current folder if nothing is said.
    #[arg(value_name = "PATH", help_heading = "What to scan")]
    pub paths: Vec<PathBuf>,
    /// Scan what git's ignore rules leave out, too.
    #[arg(long, help_heading = "What to scan")]
    pub include_ignored: bool,
    /// Leave out files that match this glob (repeatable).
    #[arg(long, value_name = "GLOB", help_heading = "What to scan")]
    pub exclude: Vec<String>,
    /// Leave out files larger than this many bytes.
    #[arg(long, value_name = "BYTES", help_heading = "What to scan")]
    pub max_file_size: Option<u64>,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Add the rules of this file: in the format of gitleaks 8, of betterleaks, or our own (repeatable).
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub rules: Vec<PathBuf>,
    /// Say what a scan with this rule alone reports (repeatable).
    #[arg(long, value_name = "ID", help_heading = "Rules")]
    pub only_rule: Vec<String>,
    /// Do not look for who introduced a key, who removed it, and which refs hold it.
    #[arg(long, help_heading = "Report")]
    pub no_attribution: bool,
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
}

impl ExplainArgs {
    /// The scan whose answer is explained.
    pub fn as_scan(&self, paths: Vec<PathBuf>) -> ScanArgs {
        ScanArgs {
            paths,
            include_ignored: self.include_ignored,
            exclude: self.exclude.clone(),
            max_file_size: self.max_file_size,
            no_hygiene: true,
            common: CommonArgs {
                config: self.config.clone(),
                rules: self.rules.clone(),
                only_rule: self.only_rule.clone(),
                no_attribution: self.no_attribution,
                threads: self.threads,
                no_progress: self.no_progress,
                ..CommonArgs::default()
            },
        }
    }
}
