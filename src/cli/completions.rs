//! `completions`: what a shell needs to complete arguments.

use super::args::CompletionsArgs;
use crate::commands::exit::Exit;
use crate::error::Result;

/// Writes it.
pub(super) fn perform(args: CompletionsArgs) -> Result<Exit> {
    let _ = args;
    Ok(Exit::Failed)
}
