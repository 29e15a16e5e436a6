//! `completions`: what a shell needs to complete arguments.

use std::io::{self, Write};

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use crate::commands::exit::Exit;
use crate::error::{Error, Result};

/// Writes it to standard output.
pub(super) fn perform(args: CompletionsArgs) -> Result<Exit> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    // Into memory first: what writes it cannot be told about an output that fails.
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    let mut out = io::stdout().lock();
    match out.write_all(&script).and_then(|()| out.flush()) {
        // Whoever closed the pipe has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Clean),
        Err(source) => Err(Error::Output {
            place: "standard output".to_owned(),
            source,
        }),
        Ok(()) => Ok(Exit::Clean),
    }
}
