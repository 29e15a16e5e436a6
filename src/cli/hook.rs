//! `hook`: from what was typed to what is done.

use std::ffi::OsString;

use clap::Parser;

use super::args::{Cli, Command, CommonArgs, HookCommand, HookInstallArgs, HookPlaceArgs};
use super::hook_run;
use super::resolve::own_repository;
use crate::commands::exit::Exit;
use crate::commands::hooks::{self, Asked, Hook};
use crate::error::{Error, Result};

/// The common flags of the command, if it has them.
pub(super) fn common(command: &HookCommand) -> Option<&CommonArgs> {
    match command {
        HookCommand::Run(args) => Some(&args.common),
        HookCommand::Install(_) | HookCommand::Uninstall(_) | HookCommand::Status(_) => None,
    }
}

/// Does it.
pub(super) fn perform(command: HookCommand) -> Result<Exit> {
    match command {
        HookCommand::Install(args) => install(&args),
        HookCommand::Uninstall(args) => hooks::uninstall(&asked(&args)),
        HookCommand::Status(args) => hooks::status(&asked(&args)),
        HookCommand::Run(args) => hook_run::perform(args),
    }
}

fn install(args: &HookInstallArgs) -> Result<Exit> {
    let asked = asked(&args.place);
    // What `hook run` would not take would stop every commit.
    let any = [Hook::PreCommit];
    let hooks = if asked.hooks.is_empty() {
        &any[..]
    } else {
        &asked.hooks
    };
    for hook in hooks {
        let words = ["aisaleaks", "hook", "run", hook.name()].map(OsString::from);
        let reason = match Cli::try_parse_from(words.iter().chain(&args.args)) {
            Ok(cli) if is_run_without_args(&cli) => continue,
            Ok(_) => "git gives those that are no flags".to_owned(),
            Err(error) => error.render().to_string(),
        };
        let reason = reason.trim_start_matches("error: ").lines().next();
        return Err(Error::Hooks(vec![format!(
            "`hook run {}` does not take these arguments: {}\n  see `aisaleaks hook run --help`",
            hook.name(),
            reason.unwrap_or_default()
        )]));
    }
    hooks::install(&asked, &args.args)
}

fn is_run_without_args(cli: &Cli) -> bool {
    matches!(&cli.command, Some(Command::Hook(HookCommand::Run(run))) if run.args.is_empty())
}

fn asked(args: &HookPlaceArgs) -> Asked {
    // Each once, in the order of all.
    let hooks = Hook::ALL
        .into_iter()
        .filter(|hook| args.hooks.contains(hook))
        .collect();
    Asked {
        hooks,
        global: args.global,
        repository: own_repository(args.repo.as_ref()),
    }
}
