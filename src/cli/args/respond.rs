//! `respond`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::{CommonArgs, ConfigArgs, LiveArgs, RunningArgs, ScanArgs, VerifyArgs};

/// What stands below the help.
const AFTER: &str = "A report is what `aisaleaks scan -f json=report.json` wrote, or what `recheck -f json` wrote back. Whether keys were \
revoked, only that or --verify says. Ticks: [x] there is evidence that it is done, [ ] that it is not, [?] there is none, [-] only a person can \
tell. Exit status: 0 all that evidence can show is done; 1 something is open; 2 usage or fatal error, or no report; 3 nothing is known \
to be open, but of something it could not be found out; 130 interrupted.";

/// Arguments of `respond`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct RespondArgs {
    /// A JSON report of an earlier scan, as `-f json=FILE` or `recheck` writes it; `-` is standard input. Without one it is about the
    /// keys that a scan of the folder finds now.
    #[arg(value_name = "REPORT")]
    pub report: Option<PathBuf>,
    /// The folder that relative paths in the report count from, or a clone of what was scanned. Without it, what is looked at has to
    /// show that it is what the report is about.
    #[arg(short = 'C', long, value_name = "DIR", help_heading = "Where to look")]
    pub directory: Option<PathBuf>,
    /// How to tell it: human, markdown (a task list for an issue) or json; FORMAT=FILE writes to a file, and several may be given.
    #[arg(short, long, value_name = "FORMAT[=FILE]", help_heading = "Report")]
    pub format: Vec<String>,
    /// Write it to this file instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Tell the commands that take a new key to this platform, instead of to those that the repository shows (repeatable).
    #[arg(long, value_name = "NAME", help_heading = "Report")]
    pub store: Vec<String>,
    /// Tell the commands for all platforms that are known.
    #[arg(long, conflicts_with = "store", help_heading = "Report")]
    pub all: bool,
    /// Ask AIsa whether the keys that are here still work. This sends each of them to AIsa, and costs nothing.
    #[arg(long, help_heading = "Live check")]
    pub verify: bool,
    /// How it is asked.
    #[command(flatten)]
    pub live: LiveArgs,
    /// Where the configuration comes from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// How it runs.
    #[command(flatten)]
    pub running: RunningArgs,
}

impl RespondArgs {
    /// The flags that say which reports are written, and where to.
    pub fn reports(&self) -> CommonArgs {
        CommonArgs {
            format: self.format.clone(),
            output: self.output.clone(),
            ..CommonArgs::default()
        }
    }

    /// The scan that looks what is there now.
    pub fn as_scan(&self) -> ScanArgs {
        ScanArgs {
            paths: self.directory.iter().cloned().collect(),
            no_hygiene: true,
            common: CommonArgs {
                config: self.config.clone(),
                verify: Box::new(VerifyArgs {
                    verify: self.verify,
                    only_active: false,
                    how: self.live.clone(),
                }),
                running: self.running.clone(),
                ..CommonArgs::default()
            },
            ..ScanArgs::default()
        }
    }
}
