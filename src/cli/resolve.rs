//! From flags and configuration to what each stage is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::{CommonArgs, ScanArgs};
use super::config;
use crate::commands::scan::Request;
use crate::error::{Error, Result};
use crate::pipeline;
use crate::report::Format;
use crate::source::files;

/// A scan of paths.
///
/// # Errors
/// A configuration file that cannot be used, or an unknown format.
pub fn scan(args: &ScanArgs, files: bool, history: bool) -> Result<Request> {
    let paths = if args.paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        args.paths.clone()
    };
    let mut accepted = BTreeMap::new();
    for path in &paths {
        accepted.extend(config::accepted(path)?);
    }
    let walk = files::Options {
        include_ignored: args.include_ignored,
        exclude: args.exclude.clone(),
        max_file_size: args.max_file_size,
    };
    let options = pipeline::Options {
        paths,
        files,
        history,
        walk,
        accepted,
        ..pipeline::Options::default()
    };
    request(&args.common, options)
}

/// What every scanning command shares.
///
/// # Errors
/// An unknown format.
pub fn request(common: &CommonArgs, options: pipeline::Options) -> Result<Request> {
    Ok(Request {
        options: pipeline::Options {
            show_secrets: common.show_secrets,
            explain: common.verbose > 1,
            ..options
        },
        reports: reports(common)?,
        fail_on: common.fail_on,
        on_incomplete: common.on_incomplete,
        found_code: common.exit_code.unwrap_or(1),
        threads: common.threads,
        progress: !common.no_progress && !common.quiet,
        quiet: common.quiet,
        verbose: common.verbose,
    })
}

/// The reports to write, and where to; `None` is standard output.
fn reports(common: &CommonArgs) -> Result<Vec<(Format, Option<PathBuf>)>> {
    let to_file = |file: PathBuf| Some(file).filter(|file| file != Path::new("-"));
    let default = || common.output.clone().and_then(to_file);
    if common.format.is_empty() {
        return Ok(vec![(Format::Human, default())]);
    }
    let parse = |text: &String| {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, to_file(PathBuf::from(file))),
            None => (text.as_str(), default()),
        };
        match name {
            "human" => Ok((Format::Human, file)),
            "json" => Ok((Format::Json, file)),
            _ => Err(Error::Format {
                name: name.to_owned(),
            }),
        }
    };
    common.format.iter().map(parse).collect()
}
