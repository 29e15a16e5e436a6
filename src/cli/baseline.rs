//! `baseline`: from what was typed to what is done.

use super::args::{BaselineCommand, CommonArgs};
use crate::commands::exit::Exit;
use crate::error::Result;

/// The common flags of the command, if it has them.
pub(super) fn common(command: &BaselineCommand) -> Option<&CommonArgs> {
    match *command {}
}

/// Does it.
pub(super) fn perform(command: BaselineCommand) -> Result<Exit> {
    match command {}
}
