//! `recheck`: from what was typed to what is done.

use std::path::Path;
use std::time::Duration;

use super::args::{RecheckArgs, RulesFormat};
use super::live;
use crate::commands::exit::Exit;
use crate::commands::recheck::{self, Request};
use crate::error::{Error, Result};

/// Does it.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub(super) fn perform(args: RecheckArgs) -> Result<Exit> {
    let mut live = live::options(&args.live)?;
    // Who asks again wants to know how it is now.
    if let Some(kept) = live
        .cache
        .as_mut()
        .filter(|_| args.live.verify_cache_age.is_none())
    {
        kept.age = Duration::ZERO;
    }
    args.directory.read_dir().map_err(|source| Error::Target {
        path: args.directory.clone(),
        source,
    })?;
    recheck::run(&Request {
        report: args.report,
        directory: args.directory,
        as_json: args.format == RulesFormat::Json,
        output: args.output.filter(|file| file != Path::new("-")),
        live,
        progress: !args.no_progress && !args.quiet,
        quiet: args.quiet,
    })
}
