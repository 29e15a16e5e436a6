//! The command line as typed. The doc comments are the help.

mod baseline;
mod ci;
mod common;
mod explain;
mod fix;
mod hook;
mod purge_plan;
mod recheck;
mod respond;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use baseline::{
    BaselineCommand, BaselineCreateArgs, BaselineScanArgs, BaselineShowArgs, BaselineUpdateArgs,
};
pub use ci::{CiArgs, Mode};
pub use common::{ArchiveArgs, CommonArgs, ConfigArgs, RulesArgs, RunningArgs, WalkArgs};
pub use explain::ExplainArgs;
pub use fix::FixArgs;
pub use hook::{HookCommand, HookInstallArgs, HookPlaceArgs, HookRunArgs};
pub use purge_plan::PurgePlanArgs;
pub use recheck::RecheckArgs;
pub use respond::RespondArgs;
pub use verify::{LiveArgs, VerifyArgs};

/// Finds leaked AIsa API keys in files and in whole git histories.
#[derive(Debug, Parser)]
#[command(name = "aisaleaks", version, args_conflicts_with_subcommands = true, after_help = AFTER)]
pub struct Cli {
    /// What to do; `scan` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `scan`.
    #[command(flatten)]
    pub scan: ScanArgs,
}

const AFTER: &str = "Exit status: 0 all was scanned and nothing found; 1 something was found; 2 usage or fatal error; \
3 nothing was found, but not everything could be scanned; 130 interrupted.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Files, and where PATH is in a git repository its whole history too (the default).
    Scan(ScanArgs),
    /// Files only.
    Dir(ScanArgs),
    /// History only: every object of the repository, reachable or not; or what the commits of a range add.
    Git(GitArgs),
    /// What the next commit would add: the index against HEAD. Made for a pre-commit hook.
    Staged(StagedArgs),
    /// One stream on standard input.
    Stdin(StdinArgs),
    /// Git hooks that stop a leak before it leaves: install them, and what they run.
    #[command(subcommand)]
    Hook(HookCommand),
    /// In CI: scan what the run is about, a pull request, a push or everything, and tell the service.
    Ci(CiArgs),
    /// Findings and problems that were there before, and are accepted with a reason.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Why something is a finding, or is not, step by step, without showing the key.
    Explain(ExplainArgs),
    /// Whether the keys of an earlier report still work: read them again from where they stand, and ask AIsa.
    Recheck(RecheckArgs),
    /// The whole response to a leak as one list: revoke, replace, deploy, check usage, clean, prevent, ticked off by what is seen.
    Respond(RespondArgs),
    /// Replace keys in files by references to variables and secrets: show the diff, and with --write write it.
    Fix(FixArgs),
    /// How to take keys out of the history: write what git-filter-repo needs, and say what it does not reach.
    PurgePlan(PurgePlanArgs),
    /// Which rules there are, and whether rules files are right.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Write what a shell needs to complete this program's arguments.
    Completions(CompletionsArgs),
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Show the rules: where each comes from, and whether it is active.
    List(RulesListArgs),
    /// Say everything that is wrong with rules files, and hold each rule to its examples.
    Check(RulesCheckArgs),
}

/// Arguments of `rules list`.
#[derive(Args, Debug, Default)]
pub struct RulesListArgs {
    /// Add the rules of this file (repeatable).
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// How to show them: human or json.
    #[arg(short, long, value_name = "FORMAT", default_value = "human")]
    pub format: RulesFormat,
    /// Where the configuration comes from, whose rules are shown too.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// How to show rules, a baseline or verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object.
    Json,
}

/// Arguments of `rules check`.
#[derive(Args, Debug, Default)]
pub struct RulesCheckArgs {
    /// Rules files; the built-in rules if none is named.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of the commands that read files.
#[derive(Args, Debug, Default)]
pub struct ScanArgs {
    /// Files, directories or repositories.
    #[arg(value_name = "PATH", help_heading = "What to scan")]
    pub paths: Vec<PathBuf>,
    /// Which files are left out.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Do not look for bad habits around keys, such as a dotenv file that no ignore rule covers.
    #[arg(long, help_heading = "What to scan")]
    pub no_hygiene: bool,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Arguments of `git`.
#[derive(Args, Debug, Default)]
pub struct GitArgs {
    /// Repositories: a work tree, a git directory, a bare repository.
    #[arg(value_name = "REPO", help_heading = "What to scan")]
    pub paths: Vec<PathBuf>,
    /// Only what the commits of a range add: A..B (those that B has and A has not) or A...B (that only one has).
    #[arg(
        long,
        value_name = "A..B",
        help_heading = "What to scan",
        conflicts_with = "since_ref"
    )]
    pub range: Option<String>,
    /// Only what the commits between REF and HEAD add: the same as --range REF..HEAD.
    #[arg(long, value_name = "REF", help_heading = "What to scan")]
    pub since_ref: Option<String>,
    /// Only what commits since then add: 2026-01-31 (UTC), 2026-01-31T12:00:00Z, 1769860800, "2 weeks ago".
    #[arg(long, value_name = "DATE", help_heading = "What to scan")]
    pub since: Option<String>,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Arguments of `staged`.
#[derive(Args, Debug, Default)]
pub struct StagedArgs {
    /// The repository; the one around the current folder if nothing is said.
    #[arg(value_name = "REPO", help_heading = "What to scan")]
    pub path: Option<PathBuf>,
    /// Look for bad habits around keys, too.
    #[arg(long, help_heading = "What to scan")]
    pub hygiene: bool,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Arguments of `stdin`.
#[derive(Args, Debug, Default)]
pub struct StdinArgs {
    /// What the report calls the stream.
    #[arg(long, value_name = "NAME", help_heading = "What to scan")]
    pub label: Option<String>,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}
