//! `explain`: from what was typed to what is done.

use super::args::ExplainArgs;
use crate::commands::exit::Exit;
use crate::error::Result;

/// Does it.
pub(super) fn perform(args: ExplainArgs) -> Result<Exit> {
    let _ = args;
    Ok(Exit::Failed)
}
