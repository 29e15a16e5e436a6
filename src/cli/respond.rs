//! `respond`: from what was typed to what is done.

use super::args::RespondArgs;
use super::resolve;
use crate::commands::exit::Exit;
use crate::commands::respond::{self, Request};
use crate::error::{Error, Result};
use crate::report::Format;
use crate::report::response::Form;

/// Does it.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub(super) fn perform(args: RespondArgs) -> Result<Exit> {
    let forms = resolve::reports(&args.reports())?;
    let forms = forms.into_iter().map(|(format, file)| {
        let form = match format {
            Format::Human => Form::Human,
            Format::Markdown => Form::Markdown,
            Format::Json => Form::Json,
            other => {
                return Err(Error::Respond {
                    reason: format!("not as {}\n  choose human, markdown or json", other.name()),
                });
            }
        };
        Ok((form, file))
    });
    if let Some(directory) = &args.directory {
        directory.read_dir().map_err(|source| Error::Target {
            path: directory.clone(),
            source,
        })?;
    }
    respond::run(Request {
        scan: resolve::scan(&args.as_scan(), true, true)?,
        forms: forms.collect::<Result<_>>()?,
        report: args.report,
        directory: args.directory,
        stores: args.store,
        all: args.all,
    })
}
