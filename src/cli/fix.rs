//! `fix`: from what was typed to what is done.

use std::path::PathBuf;

use super::args::FixArgs;
use super::resolve;
use crate::commands::exit::Exit;
use crate::commands::fix::{self, Request};
use crate::error::Result;

/// Does it.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub(super) fn perform(args: &FixArgs) -> Result<Exit> {
    let path = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    fix::run(Request {
        scan: resolve::scan(&args.as_scan(path.clone()), true, false)?,
        path,
        write: args.write,
        env: args.env,
    })
}
