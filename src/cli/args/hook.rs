//! `hook`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::CommonArgs;
use crate::commands::hooks::Hook;

/// What to do with hooks.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Write hooks that git runs; what is there already goes on running.
    Install(HookInstallArgs),
    /// Take the hooks away, and put back what was there before.
    Uninstall(HookPlaceArgs),
    /// Say which hooks are installed, and whether git runs them.
    Status(HookPlaceArgs),
    /// What a hook runs: scan what is about to be committed or pushed, and stop it if it would leak a key.
    Run(HookRunArgs),
}

/// Arguments of `hook install`.
#[derive(Args, Debug)]
pub struct HookInstallArgs {
    /// Which, and where.
    #[command(flatten)]
    pub place: HookPlaceArgs,
    /// More arguments for `aisaleaks hook run`, behind --, such as -- --rules 'my rules.toml'. A hook that has some keeps
    /// them until others are given.
    #[arg(value_name = "ARG", last = true)]
    pub args: Vec<OsString>,
}

/// Which hooks, and where.
#[derive(Args, Debug)]
pub struct HookPlaceArgs {
    /// Which hooks. To install, if none is named: pre-commit and pre-push, and pre-receive in a bare repository.
    #[arg(value_name = "HOOK")]
    pub hooks: Vec<Hook>,
    /// For every repository of this user, instead of the one around the current folder.
    #[arg(long)]
    pub global: bool,
    /// The repository, if it is not the one around the current folder.
    #[arg(long, value_name = "DIR", conflicts_with = "global")]
    pub repo: Option<PathBuf>,
}

/// Arguments of `hook run`.
#[derive(Args, Debug)]
pub struct HookRunArgs {
    /// Which hook runs.
    #[arg(value_name = "HOOK")]
    pub hook: Hook,
    /// What git gives to the hook: the file of a message; the name and the address of a remote.
    #[arg(value_name = "ARG")]
    pub args: Vec<OsString>,
    /// Stop after so many seconds; what was not looked at by then counts as incomplete. pre-receive: 30 by default.
    #[arg(long, value_name = "SECONDS", help_heading = "Running")]
    pub time_limit: Option<f64>,
    /// The common flags.
    #[command(flatten)]
    pub common: CommonArgs,
}
