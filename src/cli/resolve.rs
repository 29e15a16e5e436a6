//! From flags and configuration to what each stage is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::{CommonArgs, ScanArgs};
use super::config;
use crate::control::Control;
use crate::error::Result;
use crate::pipeline;
use crate::report::Format;
use crate::source::files;

/// Where a report goes; `None` is standard output.
pub type Sinks = Vec<(Format, Option<PathBuf>)>;

/// The options of a scan.
///
/// # Errors
/// A configuration file that cannot be used.
pub fn scan(args: &ScanArgs, files: bool, history: bool) -> Result<pipeline::Options> {
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let mut accepted = BTreeMap::new();
    for path in &paths {
        accepted.extend(config::accepted(path)?);
    }
    Ok(pipeline::Options {
        paths,
        files,
        history,
        walk: files::Options {
            include_ignored: args.include_ignored,
            exclude: args.exclude.clone(),
            max_file_size: args.max_file_size,
        },
        show_secrets: args.common.show_secrets,
        accepted,
    })
}

/// What every stage shares.
pub fn control(common: &CommonArgs) -> Control {
    Control { threads: common.threads, ..Control::default() }
}

/// The reports to write; the message if a format is not known.
pub fn sinks(common: &CommonArgs) -> std::result::Result<Sinks, String> {
    let mut sinks = Sinks::new();
    for text in &common.format {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text.as_str(), common.output.clone()),
        };
        let format = match name {
            "human" => Format::Human,
            "json" => Format::Json,
            _ => return Err(format!("there is no format `{name}`\n  choose human or json")),
        };
        sinks.push((format, file.filter(|file| file != Path::new("-"))));
    }
    if sinks.is_empty() {
        sinks.push((Format::Human, common.output.clone().filter(|file| file != Path::new("-"))));
    }
    Ok(sinks)
}
