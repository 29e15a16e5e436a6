//! `hook`: from what was typed to what is done.

use super::args::{CommonArgs, HookCommand};
use crate::commands::exit::Exit;
use crate::error::Result;

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
        HookCommand::Install(_) => Ok(Exit::Failed),
        HookCommand::Uninstall(_) => Ok(Exit::Failed),
        HookCommand::Status(_) => Ok(Exit::Failed),
        HookCommand::Run(args) => super::hook_run::perform(args),
    }
}
