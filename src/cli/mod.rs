//! The command line: parses it, runs the command, and turns the end into an exit status.

pub mod args;
pub mod config;
pub mod exit;
mod progress;
pub mod resolve;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use crate::commands;
use crate::error::Error;
use crate::model::Mask;
use args::{Cli, Command, CommonArgs, ScanArgs};
use exit::Exit;

pub use progress::Line;

/// Runs the program with these arguments.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(argv) {
        Ok(cli) => cli,
        Err(error) => {
            let shown = !error.use_stderr();
            return match error.print() {
                Ok(()) if shown => Exit::Clean,
                _ => Exit::Failed,
            };
        }
    };
    let command = cli.command.unwrap_or(Command::Scan(cli.scan));
    let result = match &command {
        Command::Scan(args) => commands::scan::files(args, true),
        Command::Dir(args) => commands::scan::files(args, false),
        Command::Git(args) => {
            let args = ScanArgs { paths: args.paths.clone(), common: args.common.clone(), ..ScanArgs::default() };
            commands::scan::history(&args)
        }
        Command::Stdin(args) => commands::scan::stdin(args),
    };
    result.unwrap_or_else(|error| fail(&error, &common(&command)))
}

fn common(command: &Command) -> CommonArgs {
    match command {
        Command::Scan(args) | Command::Dir(args) => args.common.clone(),
        Command::Git(args) => args.common.clone(),
        Command::Stdin(args) => args.common.clone(),
    }
}

/// A path on the command line can hold a key, too: errors are masked like everything else.
fn fail(error: &Error, common: &CommonArgs) -> Exit {
    let text = error.to_string();
    let text = match crate::rules::builtin() {
        Ok(rules) if !common.show_secrets => crate::detect::Detector::new(rules).mask(&text),
        _ => text,
    };
    // Where standard error is gone, the status still tells.
    drop(writeln!(std::io::stderr(), "aisaleaks: {text}"));
    Exit::Failed
}
