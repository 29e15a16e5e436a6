//! `fix`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::{CommonArgs, ConfigArgs, RunningArgs, ScanArgs, WalkArgs};

/// What stands below the help.
const AFTER: &str = "Exit status: 0 no key is left in the files; 1 one is, because nothing was written yet or a person has to do it; \
2 usage or fatal error; 3 no key that was found is left, but not everything could be read; 130 interrupted, and nothing was written.";

/// Arguments of `fix`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct FixArgs {
    /// A file or a folder; the current folder if nothing is said.
    #[arg(value_name = "PATH", help_heading = "What to scan")]
    pub path: Option<PathBuf>,
    /// Show what would be changed, and change nothing (the default).
    #[arg(long, conflicts_with = "write", help_heading = "What to do")]
    pub dry_run: bool,
    /// Change the files.
    #[arg(long, help_heading = "What to do")]
    pub write: bool,
    /// With --write, keep the keys that were replaced in .env at the top of the repository, if git ignores it.
    #[arg(long, help_heading = "What to do")]
    pub env: bool,
    /// Show keys in full, so that the diff can be applied. It is then itself a leak.
    #[arg(long, help_heading = "What to do")]
    pub show_secrets: bool,
    /// Which files are left out.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
}

impl FixArgs {
    /// The scan that finds the keys.
    pub fn as_scan(&self, path: PathBuf) -> ScanArgs {
        ScanArgs {
            paths: vec![path],
            walk: self.walk.clone(),
            no_hygiene: true,
            common: CommonArgs {
                config: self.config.clone(),
                show_secrets: self.show_secrets,
                running: self.running.clone(),
                ..CommonArgs::default()
            },
        }
    }
}
