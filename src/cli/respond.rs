//! `respond`: from what was typed to what is done.

use std::path::PathBuf;

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
    let live = &args.live;
    let text = |path: &PathBuf| path.display().to_string();
    let asking = [
        ("--verify-base-url", live.verify_base_url.clone()),
        ("--verify-ca", live.verify_ca.as_ref().map(text)),
        // It may have a password in it.
        (
            "--verify-proxy",
            live.verify_proxy.as_ref().map(|_| "MY-PROXY".to_owned()),
        ),
    ];
    let asking = asking.into_iter();
    respond::run(Request {
        asking: asking
            .filter_map(|(flag, value)| Some((flag, value?)))
            .collect(),
        scan: resolve::scan(&args.as_scan(), true, true)?,
        forms: forms.collect::<Result<_>>()?,
        report: args.report,
        directory: args.directory,
        stores: args.store,
        all: args.all,
    })
}
