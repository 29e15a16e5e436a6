//! Where reports go: files that are created before the scan, or standard output.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use super::exit::Exit;
use super::request::Request;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::model::Outcome;
use crate::report::{self, Format};

/// A report, and the file that it goes to; `None` is standard output.
pub(super) type Report = (Format, Option<(PathBuf, File)>);

/// Creates a report's file: that it cannot be is better known before a long run than after it.
///
/// # Errors
/// The system's.
pub(super) fn open((format, path): &(Format, Option<PathBuf>)) -> Result<Report> {
    let Some(path) = path else {
        return Ok((*format, None));
    };
    match File::create(path) {
        Ok(file) => Ok((*format, Some((path.clone(), file)))),
        Err(source) => Err(Error::Output {
            place: path.display().to_string(),
            source,
        }),
    }
}

/// Writes a report of a run that ends like this. Of a gate, the report for people goes to standard error, as messages do.
///
/// # Errors
/// The system's; but that somebody closed the pipe is none.
pub(super) fn write(
    (format, file): Report,
    outcome: &Outcome,
    exit: Exit,
    detector: &Detector,
    request: &Request,
    now: jiff::Timestamp,
) -> Result<()> {
    let color = file.is_none() && is_coloured();
    // Elsewhere nobody reads it who would run it again.
    let is_read = file.is_none() && io::stdout().is_terminal() && !request.quiet;
    let options = report::Options {
        color,
        suggest_check: is_read && cfg!(feature = "live"),
        ..options(detector, request, now)
    };
    let gate = request.gate.as_ref().filter(|_| format == Format::Human);
    let write = |out: &mut dyn Write| {
        match gate {
            Some(gate) => {
                let stopped = exit != Exit::Clean;
                report::write_gate(gate, stopped, outcome, detector, &options, out)
            }
            None => report::write(format, outcome, detector, &options, out),
        }?;
        out.flush()
    };
    let (place, result) = match file {
        Some((path, file)) => (path.display().to_string(), write(&mut BufWriter::new(file))),
        None if gate.is_some() => {
            let result = write(&mut BufWriter::new(io::stderr().lock()));
            ("standard error".to_owned(), result)
        }
        None => {
            let result = write(&mut BufWriter::new(io::stdout().lock()));
            ("standard output".to_owned(), result)
        }
    };
    delivered(place, result)
}

/// What became of what was written to a place.
///
/// # Errors
/// It could not be written there; but that somebody closed the pipe is none.
pub(super) fn delivered(place: String, result: io::Result<()>) -> Result<()> {
    match result {
        // Whoever closed the pipe has seen enough; the exit status still says what was found.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Output { place, source }),
        Ok(()) => Ok(()),
    }
}

/// How to write reports of a run.
pub(super) fn options<'a>(
    detector: &'a Detector,
    request: &'a Request,
    now: jiff::Timestamp,
) -> report::Options<'a> {
    report::Options {
        show_secrets: request.options.show_secrets,
        color: false,
        suggest_check: false,
        now,
        width: 100,
        rules: detector.rules(),
        show_suppressed: request.show_suppressed,
        sarif_authors: request.sarif_authors,
        directory: directory(),
        fails: request.fail_on.least(),
        below: &request.checkout.below,
        web: request.checkout.web.as_deref(),
        most: report::SUMMARY_LIMIT,
    }
}

/// Whether standard output is a terminal that wants colours.
pub(super) fn is_coloured() -> bool {
    io::stdout().is_terminal()
        && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Where the process stands; a folder that was deleted under it has no name.
fn directory() -> String {
    let here = std::env::current_dir();
    here.map(|path| path.display().to_string())
        .unwrap_or_else(|_| "/".to_owned())
}
