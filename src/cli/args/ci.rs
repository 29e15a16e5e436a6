//! `ci`, as typed.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::CommonArgs;

/// Arguments of `ci`.
#[derive(Args, Debug)]
pub struct CiArgs {
    /// The repository that was checked out; the one around the current folder if nothing is said.
    #[arg(value_name = "REPO", help_heading = "What to scan")]
    pub path: Option<PathBuf>,
    /// What to scan: auto is what this run is about, all is every file and the whole history.
    #[arg(
        long,
        value_name = "MODE",
        default_value = "auto",
        help_heading = "What to scan"
    )]
    pub mode: Mode,
    /// What a change started from, and what is trusted: scan the commits that --head has and this commit has not.
    #[arg(long, value_name = "REV", help_heading = "What to scan")]
    pub base: Option<String>,
    /// Where a change ends; HEAD if nothing is said.
    #[arg(
        long,
        value_name = "REV",
        requires = "base",
        help_heading = "What to scan"
    )]
    pub head: Option<String>,
    /// Say what would be scanned, written and trusted here, and why; and scan nothing.
    #[arg(long, help_heading = "What to scan")]
    pub explain: bool,
    /// Where the SARIF report goes.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "aisaleaks.sarif",
        help_heading = "Report"
    )]
    pub sarif: PathBuf,
    /// Whether a later step uploads the SARIF report to GitHub's code scanning: then what that needs is looked for, and the
    /// step's output `upload` says whether it is there.
    #[arg(
        long,
        value_name = "true|false",
        default_value_t = false,
        action = ArgAction::Set,
        help_heading = "Report"
    )]
    pub upload: bool,
    /// The common flags. A report of -f that has a file is written besides the others; one without takes standard output.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What `ci` scans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// What this run is about: what a pull request or a push adds, else everything.
    #[default]
    Auto,
    /// Every file and the whole history.
    All,
}
