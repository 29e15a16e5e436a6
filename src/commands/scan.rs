//! `scan`, `dir`, `git` and `stdin`: from arguments to a written report.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::Line;
use crate::cli::args::{CommonArgs, ScanArgs, StdinArgs};
use crate::cli::exit::Exit;
use crate::cli::resolve;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::model::Outcome;
use crate::report::{self, Format};
use crate::{pipeline, rules};

/// Scans files, and with `history` the repositories among them.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn files(args: &ScanArgs, history: bool) -> Result<Exit> {
    let options = resolve::scan(args, true, history)?;
    run(&args.common, |detector, control| pipeline::scan(&options, detector, control))
}

/// Scans histories only.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn history(args: &ScanArgs) -> Result<Exit> {
    let options = resolve::scan(args, false, true)?;
    run(&args.common, |detector, control| pipeline::scan(&options, detector, control))
}

/// Scans standard input.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn stdin(args: &StdinArgs) -> Result<Exit> {
    let options = pipeline::Options { show_secrets: args.common.show_secrets, ..pipeline::Options::default() };
    run(&args.common, |detector, control| {
        pipeline::stdin(&mut io::stdin().lock(), args.label.as_deref(), &options, detector, control)
    })
}

fn run(common: &CommonArgs, scan: impl FnOnce(&Detector, &Control) -> Result<Outcome>) -> Result<Exit> {
    let sinks = match resolve::sinks(common) {
        Ok(sinks) => sinks,
        Err(message) => {
            let stderr = &mut io::stderr();
            drop(writeln!(stderr, "aisaleaks: {message}"));
            return Ok(Exit::Failed);
        }
    };
    // A report that cannot be written is better known before a long run than after it.
    let files: Vec<(Format, Option<(PathBuf, File)>)> = sinks.into_iter().map(open).collect::<Result<_>>()?;
    let control = Arc::new(resolve::control(common));
    stop_on_signal(&control);
    let detector = Detector::new(rules::builtin()?);
    let line = Line::start(&control, !common.no_progress && !common.quiet && io::stderr().is_terminal());
    let outcome = scan(&detector, &control);
    drop(line);
    let outcome = outcome?;
    if common.verbose > 0 {
        log(&outcome, common.verbose);
    }
    for (format, file) in files {
        write(format, file, &outcome, &detector, common)?;
    }
    Ok(Exit::of(&outcome, common.fail_on, common.on_incomplete, common.exit_code.unwrap_or(1)))
}

fn open((format, path): (Format, Option<PathBuf>)) -> Result<(Format, Option<(PathBuf, File)>)> {
    let Some(path) = path else { return Ok((format, None)) };
    match File::create(&path) {
        Ok(file) => Ok((format, Some((path, file)))),
        Err(source) => Err(Error::Output { place: path.display().to_string(), source }),
    }
}

fn write(
    format: Format,
    file: Option<(PathBuf, File)>,
    outcome: &Outcome,
    detector: &Detector,
    common: &CommonArgs,
) -> Result<()> {
    let terminal = file.is_none() && io::stdout().is_terminal();
    let color = terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let options = report::Options {
        show_secrets: common.show_secrets,
        color,
        now: jiff::Timestamp::now(),
        width: 100,
    };
    let (place, result) = match file {
        Some((path, file)) => {
            let mut out = BufWriter::new(file);
            let result = report::write(format, outcome, detector, &options, &mut out).and_then(|()| out.flush());
            (path.display().to_string(), result)
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let result = report::write(format, outcome, detector, &options, &mut out).and_then(|()| out.flush());
            ("standard output".to_owned(), result)
        }
    };
    match result {
        // Whoever closed the pipe has seen enough; the exit status still says what was found.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Output { place, source }),
        Ok(()) => Ok(()),
    }
}

/// The first Ctrl-C asks for a report of what was seen so far, the second ends the process.
fn stop_on_signal(control: &Arc<Control>) {
    let control = control.clone();
    let handler = move || {
        if control.is_cancelled() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        control.cancel();
    };
    // Without a handler the default action ends the process, which is a report of nothing, not a false one.
    drop(ctrlc::set_handler(handler));
}

fn log(outcome: &Outcome, verbose: u8) {
    let stats = &outcome.stats;
    let mut lines = format!(
        "aisaleaks: {} files, {} blobs, {} commits, {} bytes in {} ms\n",
        stats.files, stats.blobs, stats.commits, stats.bytes, stats.duration_ms
    );
    if verbose > 1 {
        for key in &outcome.keys {
            lines.push_str(&format!("aisaleaks: {} {} in {} places\n", key.rule, key.secret, key.locations.len()));
        }
    }
    drop(io::stderr().write_all(lines.as_bytes()));
}
