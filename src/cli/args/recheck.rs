//! `recheck`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::{LiveArgs, RulesFormat};

/// What stands below the help.
const AFTER: &str = "Exit status: 0 AIsa says of every key of the report that it does not work; 1 a key works; 2 usage or fatal \
error; 3 no key is known to work, but of some it could not be found out; 130 interrupted. So this waits while a key works: \
while aisaleaks recheck report.json; [ $? = 1 ]; do sleep 60; done";

/// Arguments of `recheck`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct RecheckArgs {
    /// A JSON report of an earlier scan, as `-f json=FILE` writes it; `-` is standard input.
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// The folder that relative paths in the report count from: where the scan began, or a clone of what was scanned. The current
    /// one if nothing is said.
    #[arg(
        short = 'C',
        long,
        value_name = "DIR",
        default_value = ".",
        hide_default_value = true,
        help_heading = "Where to look"
    )]
    pub directory: PathBuf,
    /// How to tell it: human, or json: the same report with new verdicts.
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "human",
        help_heading = "Report"
    )]
    pub format: RulesFormat,
    /// Write it to this file instead of standard output; it may be the report itself.
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// How keys are checked.
    #[command(flatten)]
    pub live: LiveArgs,
    /// No progress line.
    #[arg(long, help_heading = "Running")]
    pub no_progress: bool,
    /// Print nothing if no key works and all were checked.
    #[arg(short, long, help_heading = "Running")]
    pub quiet: bool,
}
