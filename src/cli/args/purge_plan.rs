//! `purge-plan`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::{CommonArgs, ConfigArgs, RunningArgs, ScanArgs};

/// What stands below the help.
const AFTER: &str = "Exit status: 0 no such key is in the history; 1 keys are, and the plan was told; 2 usage or fatal error; \
3 no such key was found, but not everything could be read; 130 interrupted, and nothing was written.";

/// Arguments of `purge-plan`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct PurgePlanArgs {
    /// The repository; the one around the current folder if nothing is said.
    #[arg(value_name = "PATH", help_heading = "What to scan")]
    pub path: Option<PathBuf>,
    /// Only the key with this fingerprint, of which 8 digits are enough (repeatable); all keys if nothing is said.
    #[arg(
        long = "key",
        value_name = "FINGERPRINT",
        help_heading = "What to take out"
    )]
    pub keys: Vec<String>,
    /// Have keys replaced that no pattern names, such as encoded ones: the file of replacements then holds them as they stand.
    #[arg(long, help_heading = "What to take out")]
    pub write_literals: bool,
    /// Have files taken out of the history, in the versions that have a key, where no replacement reaches it, as in archives.
    #[arg(long, help_heading = "What to take out")]
    pub strip_files: bool,
    /// Write to this new folder, which has to be outside of the repository; to one below the temporary folder if nothing is said.
    #[arg(long, value_name = "DIR", help_heading = "What to take out")]
    pub to: Option<PathBuf>,
    /// Leave this remote as it is, where you may not push, such as the one that a fork is of (repeatable).
    #[arg(long, value_name = "NAME", help_heading = "What to take out")]
    pub skip_remote: Vec<String>,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
}

impl PurgePlanArgs {
    /// The scan that finds the keys.
    pub fn as_scan(&self, path: PathBuf) -> ScanArgs {
        ScanArgs {
            paths: vec![path],
            no_hygiene: true,
            common: CommonArgs {
                config: self.config.clone(),
                running: self.running.clone(),
                ..CommonArgs::default()
            },
            ..ScanArgs::default()
        }
    }
}
