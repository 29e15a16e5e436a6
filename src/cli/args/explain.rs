//! `explain`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::{CommonArgs, ConfigArgs, RulesArgs, RunningArgs, ScanArgs, WalkArgs};

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
    /// Which files are left out.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What is looked for.
    #[command(flatten)]
    pub rules: RulesArgs,
    /// Do not look for who introduced a key, who removed it, and which refs hold it.
    #[arg(long, help_heading = "Report")]
    pub no_attribution: bool,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
}

impl ExplainArgs {
    /// The scan whose answer is explained.
    pub fn as_scan(&self, paths: Vec<PathBuf>) -> ScanArgs {
        ScanArgs {
            paths,
            walk: self.walk.clone(),
            no_hygiene: true,
            common: CommonArgs {
                config: self.config.clone(),
                rules: self.rules.clone(),
                no_attribution: self.no_attribution,
                running: self.running.clone(),
                ..CommonArgs::default()
            },
        }
    }
}
