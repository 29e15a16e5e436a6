//! `scan`, `dir`, `git` and `stdin`: from arguments to a written report.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::{Exit, FailOn, OnIncomplete};
use super::input::Input;
use super::progress::Line;
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Diagnostic, Error, Result};
use crate::model::{AllowedBy, FingerprintKey, Key, Mask, Outcome};
use crate::pipeline;
use crate::report::{self, Format};
use crate::rules::Rule;

/// The rules of a run.
#[derive(Debug)]
pub struct RuleSet {
    /// The built-in ones, then those that were brought.
    pub rules: Vec<Rule>,
    /// Only findings of these rules are reported; all if there are none.
    pub only: BTreeSet<String>,
    /// What fingerprints of brought rules' findings are keyed with.
    pub key: FingerprintKey,
    /// Whether the next run has the same key.
    pub key_is_kept: bool,
    /// What is odd about the rules files.
    pub warnings: Vec<Diagnostic>,
}

/// What a scanning command was asked to do.
#[derive(Debug)]
pub struct Request {
    /// What to scan.
    pub options: pipeline::Options,
    /// The reports, and where they go; `None` is standard output.
    pub reports: Vec<(Format, Option<PathBuf>)>,
    /// What to look for.
    pub rules: RuleSet,
    /// What is odd about the configuration.
    pub warnings: Vec<Diagnostic>,
    /// Whether what is allowed is listed, too.
    pub show_suppressed: bool,
    /// Whether SARIF names authors.
    pub sarif_authors: bool,
    /// The lowest severity that makes the exit status 1.
    pub fail_on: FailOn,
    /// What an incomplete scan means.
    pub on_incomplete: OnIncomplete,
    /// The exit status for findings.
    pub found_code: u8,
    /// How many threads; 0 is one for each processor.
    pub threads: usize,
    /// Whether a progress line is wanted where there is a terminal for it.
    pub progress: bool,
    /// Whether a clean run says nothing.
    pub quiet: bool,
    /// How much to say on standard error.
    pub verbose: u8,
}

/// Scans paths: files, histories, or both.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn paths(mut request: Request) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::scan(&request.options, detector, control)
    })
}

/// Scans standard input.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn stdin(mut request: Request, label: Option<&str>) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::stdin(
            &mut Input::new(control.clone()),
            label,
            &request.options,
            detector,
            control,
        )
    })
}

/// Scans what the next commit would add. `index` is another file to take for the index.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn staged(mut request: Request, index: Option<&Path>) -> Result<Exit> {
    let repository = pipeline::repository(&request.options)?;
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::staged(&repository, index, &request.options, detector, control)
    })
}

/// Scans what the commits of a range add.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn range(mut request: Request, asked: &pipeline::Asked) -> Result<Exit> {
    let repository = pipeline::repository(&request.options)?;
    let rules = std::mem::take(&mut request.rules.rules);
    run(&request, rules, |detector, control| {
        pipeline::range(&repository, asked, &request.options, detector, control)
    })
}

fn run(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
) -> Result<Exit> {
    // A report that cannot be written is better known before a long run than after it.
    let reports: Vec<Report> = request.reports.iter().map(open).collect::<Result<_>>()?;
    let (outcome, detector) = look(request, rules, scan)?;
    if request.verbose > 0 {
        log(&outcome, &detector, request);
    }
    if !request.quiet {
        say_notes(&outcome, &detector, request);
    }
    // Ages are counted from one moment in every report of a run.
    let now = jiff::Timestamp::now();
    let silent = request.quiet
        && outcome.keys.is_empty()
        && outcome.problems.is_empty()
        && outcome.hygiene.is_empty()
        && !outcome.suppressed.iter().any(is_disabled);
    for report in reports {
        if !(silent && report.0 == Format::Human) {
            write(report, &outcome, &detector, request, now)?;
        }
    }
    Ok(Exit::of(
        &outcome,
        request.fail_on,
        request.on_incomplete,
        request.found_code,
    ))
}

/// Scans, and says meanwhile what has to be said.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub(super) fn look(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
) -> Result<(Outcome, Detector)> {
    let control = Arc::new(Control::new(request.threads));
    stop_on_signal(&control);
    let detector = Detector::with_key(rules, request.rules.key.clone());
    if !request.quiet {
        warn(&request.rules.warnings, &detector, request);
    }
    // A quiet run says this too: what allows everything must not go unseen.
    warn(&request.warnings, &detector, request);
    let line = Line::start(&control, request.progress && io::stderr().is_terminal());
    let outcome = scan(&detector, &control);
    drop(line);
    let mut outcome = outcome?;
    keep_asked(&mut outcome, request);
    Ok((outcome, detector))
}

/// Takes out what other rules found than those that were asked for, and says what whoever compares reports should know.
fn keep_asked(outcome: &mut Outcome, request: &Request) {
    let rules = &request.rules;
    if !rules.only.is_empty() {
        outcome.keys.retain(|key| rules.only.contains(&key.rule));
        outcome
            .suppressed
            .retain(|key| rules.only.contains(&key.rule));
    }
    let mut found = outcome.keys.iter().chain(&outcome.suppressed);
    // People are shown no fingerprints.
    let shown = |(format, _): &(Format, Option<PathBuf>)| *format != Format::Human;
    let shown = request.reports.iter().any(shown);
    if shown && !rules.key_is_kept && found.any(|key| !key.secret.is_aisa()) {
        let note = "fingerprints of what brought rules found hold for this run only; set AISALEAKS_FINGERPRINT_KEY to a \
                    secret text of your own to keep them";
        outcome.notes.push(note.to_owned());
    }
}

/// Says what is odd about the rules files, as far as anybody would read it.
fn warn(warnings: &[Diagnostic], detector: &Detector, request: &Request) {
    const SHOWN: usize = 20;
    let say = |text: &str| {
        let text = match request.options.show_secrets {
            true => text.to_owned(),
            false => detector.mask(text),
        };
        let text = report::sanitize::visible(&text);
        // Where standard error is gone, the report and the status still tell.
        drop(writeln!(io::stderr(), "aisaleaks: {text}"));
    };
    warnings
        .iter()
        .take(SHOWN)
        .for_each(|warning| say(&warning.to_string()));
    if let Some(next) = warnings.get(SHOWN) {
        let more = warnings.len() - SHOWN;
        let file = &next.file;
        say(&format!(
            "{more} more warnings about rules files; see `aisaleaks rules check {file}`"
        ));
    }
}

type Report = (Format, Option<(PathBuf, File)>);

fn open((format, path): &(Format, Option<PathBuf>)) -> Result<Report> {
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

fn write(
    (format, file): Report,
    outcome: &Outcome,
    detector: &Detector,
    request: &Request,
    now: jiff::Timestamp,
) -> Result<()> {
    let terminal = file.is_none() && io::stdout().is_terminal();
    let color =
        terminal && anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let options = report::Options {
        show_secrets: request.options.show_secrets,
        color,
        now,
        width: 100,
        rules: detector.rules(),
        show_suppressed: request.show_suppressed,
        sarif_authors: request.sarif_authors,
        directory: directory(),
    };
    let (place, result) = match file {
        Some((path, file)) => {
            let mut out = BufWriter::new(file);
            let result = report::write(format, outcome, detector, &options, &mut out)
                .and_then(|()| out.flush());
            (path.display().to_string(), result)
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let result = report::write(format, outcome, detector, &options, &mut out)
                .and_then(|()| out.flush());
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

/// Where the process stands; a folder that was deleted under it has no name.
fn directory() -> String {
    let here = std::env::current_dir();
    here.map(|path| path.display().to_string())
        .unwrap_or_else(|_| "/".to_owned())
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

/// Whether the key is not reported because its rule is disabled: no run may be silent about that.
fn is_disabled(key: &Key) -> bool {
    let allowed = key.locations.iter().filter_map(|at| at.allowed.as_ref());
    allowed
        .into_iter()
        .any(|at| at.by == AllowedBy::DisabledRule)
}

/// Says on standard error what is no problem, but should be known. What was typed can hold a key.
fn say_notes(outcome: &Outcome, detector: &Detector, request: &Request) {
    for note in &outcome.notes {
        let text = match request.options.show_secrets {
            true => note.clone(),
            false => detector.mask(note),
        };
        let text = report::sanitize::visible(&text);
        // Where standard error is gone, the report and the status still tell.
        drop(writeln!(io::stderr(), "aisaleaks: note: {text}"));
    }
}

/// Says on standard error what was done. Where that is gone, the report and the status still tell.
fn log(outcome: &Outcome, detector: &Detector, request: &Request) {
    let stats = &outcome.stats;
    let mut out = BufWriter::new(io::stderr().lock());
    drop(writeln!(
        out,
        "aisaleaks: {} files, {} blobs, {} commits, {} bytes in {} ms",
        stats.files, stats.blobs, stats.commits, stats.bytes, stats.duration_ms
    ));
    if request.verbose > 1 {
        let options = report::Options {
            show_secrets: request.options.show_secrets,
            ..report::Options::default()
        };
        drop(report::write_judgements(
            outcome, detector, &options, &mut out,
        ));
        for key in &outcome.keys {
            let (secret, places) = (&key.secret, key.locations.len());
            let rule = match request.options.show_secrets {
                true => key.rule.clone(),
                false => detector.mask_name(&key.rule),
            };
            let rule = report::sanitize::visible(&rule);
            drop(writeln!(
                out,
                "aisaleaks: {rule} {secret} in {places} places"
            ));
        }
    }
    drop(out.flush());
}
