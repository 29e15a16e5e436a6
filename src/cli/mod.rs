//! The command line: parses it, runs the command, and turns the end into an exit status.

pub mod args;
mod baseline;
mod ci;
mod completions;
pub mod config;
mod explain;
mod fix;
mod hook;
mod hook_run;
mod live;
mod moment;
mod purge_plan;
mod recheck;
pub mod resolve;
mod respond;
mod rule_files;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use crate::archive;
use crate::commands;
use crate::commands::exit::Exit;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::model::Mask;
use crate::report::sanitize;
use args::{Cli, Command, CommonArgs, RulesCommand, RulesFormat, ScanArgs};

/// Runs the program with these arguments.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> Exit {
    quiet_guarded_panics();
    let cli = match Cli::try_parse_from(argv) {
        Ok(cli) => cli,
        Err(error) => {
            if !error.use_stderr() {
                // Help and version; whoever closed the pipe has read enough.
                drop(error.print());
                return Exit::Clean;
            }
            say(&error.render().to_string(), false);
            return Exit::Failed;
        }
    };
    let command = cli.command.unwrap_or(Command::Scan(cli.scan));
    let show_secrets = common(&command).is_some_and(|common| common.show_secrets);
    perform(command).unwrap_or_else(|error| fail(&error, show_secrets))
}

/// Says nothing of panics that become a problem in the report: their messages may have bytes of what is scanned in them.
fn quiet_guarded_panics() {
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !archive::is_guarded() {
            say(panic);
        }
    }));
}

fn perform(command: Command) -> Result<Exit> {
    match command {
        Command::Scan(args) => commands::scan::paths(resolve::scan(&args, true, true)?),
        Command::Dir(args) => commands::scan::paths(resolve::scan(&args, true, false)?),
        Command::Git(args) if resolve::is_range(&args) => {
            let (request, asked) = resolve::range(&args)?;
            commands::scan::range(request, &asked)
        }
        Command::Staged(args) => {
            let (request, index) = resolve::staged(&args)?;
            commands::scan::staged(request, index.as_deref())
        }
        Command::Git(args) => {
            let args = ScanArgs {
                paths: args.paths,
                common: args.common,
                ..ScanArgs::default()
            };
            commands::scan::paths(resolve::scan(&args, false, true)?)
        }
        Command::Stdin(args) => {
            commands::scan::stdin(resolve::stdin(&args.common)?, args.label.as_deref())
        }
        Command::Rules(RulesCommand::List(args)) => {
            let mut files = rule_files::read_all(&args.rules, None)?;
            let config = config::load(&[".".into()], &args.config, &mut files)?;
            let as_json = args.format == RulesFormat::Json;
            commands::rules::list(files.rules, &config.policy.disabled, as_json)
        }
        Command::Rules(RulesCommand::Check(args)) => {
            let files = rule_files::read_all(&args.files, None)?;
            commands::rules::check(files, args.files.is_empty())
        }
        Command::Hook(command) => hook::perform(command),
        Command::Ci(args) => ci::perform(&args),
        Command::Baseline(command) => baseline::perform(command),
        Command::Explain(args) => explain::perform(args),
        Command::Recheck(args) => recheck::perform(args),
        Command::Respond(args) => respond::perform(args),
        Command::Fix(args) => fix::perform(&args),
        Command::PurgePlan(args) => purge_plan::perform(&args),
        Command::Completions(args) => completions::perform(args),
    }
}

fn common(command: &Command) -> Option<&CommonArgs> {
    Some(match command {
        Command::Rules(_)
        | Command::Explain(_)
        | Command::Recheck(_)
        | Command::Respond(_)
        | Command::Fix(_)
        | Command::PurgePlan(_)
        | Command::Completions(_) => {
            return None;
        }
        Command::Hook(command) => return hook::common(command),
        Command::Baseline(command) => return baseline::common(command),
        Command::Scan(args) | Command::Dir(args) => &args.common,
        Command::Git(args) => &args.common,
        Command::Staged(args) => &args.common,
        Command::Ci(args) => &args.common,
        Command::Stdin(args) => &args.common,
    })
}

fn fail(error: &Error, show_secrets: bool) -> Exit {
    say(&format!("aisaleaks: {error}\n"), show_secrets);
    Exit::Failed
}

/// Writes to standard error. What was typed can hold a key, and a file's name an escape sequence: errors are masked
/// and made visible like everything else.
fn say(text: &str, show_secrets: bool) {
    let masked = match crate::rules::builtin() {
        Ok(rules) if !show_secrets => Detector::new(rules).mask(text),
        _ => text.to_owned(),
    };
    let lines: Vec<String> = masked
        .lines()
        .map(|line| sanitize::visible(line).to_string())
        .collect();
    // Where standard error is gone, the status still tells.
    drop(writeln!(std::io::stderr(), "{}", lines.join("\n")));
}
