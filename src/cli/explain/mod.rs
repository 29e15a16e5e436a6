//! `explain`: from what was typed to what is done.

mod place;

use std::path::PathBuf;

use super::args::ExplainArgs;
use super::resolve;
use crate::commands::exit::Exit;
use crate::commands::explain::{self, Question};
use crate::error::{Error, Result};
use crate::git::Repository;
use crate::model::FingerprintStart;
use crate::pipeline::Explain;
use place::Place;

/// Does it.
pub(super) fn perform(args: ExplainArgs) -> Result<Exit> {
    let text = args.what.to_string_lossy();
    if let Some(start) = FingerprintStart::parse(&text) {
        let paths = match args.paths.is_empty() {
            true => vec![around()],
            false => args.paths.clone(),
        };
        let mut request = resolve::scan(&args.as_scan(paths), true, true)?;
        request.options.explain = Explain::Fingerprint(start.clone());
        return explain::fingerprint(request, &start);
    }
    let wrong = |reason: String| Error::Explain {
        what: text.clone().into_owned(),
        reason,
    };
    if FingerprintStart::is_meant(&text) {
        let fewest = FingerprintStart::FEWEST;
        return Err(wrong(format!(
            "this is no fingerprint: it needs {fewest} to 64 hexadecimal digits"
        )));
    }
    if !args.paths.is_empty() {
        return Err(wrong(
            "a PATH says where to look for a fingerprint; a place is a file of its own".to_owned(),
        ));
    }
    let place = Place::find(&args.what).map_err(wrong)?;
    let mut request = resolve::scan(&args.as_scan(vec![place.root().to_path_buf()]), true, false)?;
    request.options.explain = Explain::Line(place.line);
    let question = Question {
        line: place.line,
        column: place.column,
        file: place.file,
    };
    explain::line(request, &question)
}

/// The repository around the current folder, or else the folder.
fn around() -> PathBuf {
    let here = PathBuf::from(".");
    // The current folder has the shorter name.
    match Repository::at(&here) {
        Some(_) => here,
        None => Repository::discover(&here).map_or(here, |repository| repository.name),
    }
}
