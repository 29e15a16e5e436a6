//! `recheck`: reads the keys of a report again from where they stand, and asks AIsa whether they work.

mod places;
mod rewriting;
mod telling;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::Exit;
use super::progress::Line;
use super::reported::{self, Report};
use super::{running, writing};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::git::replacement::Replacement;
use crate::model::{LiveCheck, Mask, Secret, Verdict};
use crate::pipeline::{Ground, Reread, reread};
use crate::report::sanitize::visible;
use crate::rules;
use crate::verify::{self, Asked, Checked, Live};

/// What `recheck` was asked to do.
#[derive(Debug)]
pub struct Request {
    /// The report; `-` is standard input.
    pub report: PathBuf,
    /// What its relative paths count from.
    pub directory: PathBuf,
    /// Whether to write the report again, with new verdicts; else it is told to a person.
    pub as_json: bool,
    /// Where to; `None` is standard output.
    pub output: Option<PathBuf>,
    /// How keys are checked.
    pub live: verify::Options,
    /// Whether a progress line is wanted where there is a terminal for it.
    pub progress: bool,
    /// Whether a run in which no key works says nothing.
    pub quiet: bool,
}

/// A key of the report, and what is known of it now.
struct Rechecked<'r> {
    key: &'r reported::Key,
    secret: Option<Secret>,
    verdict: Verdict,
}

/// Checks the keys of a report.
///
/// # Errors
/// The report cannot be used, or the answer cannot be written.
pub fn run(request: &Request) -> Result<Exit> {
    let control = Arc::new(Control::new(0));
    running::stop_on_signal(&control);
    let report = reported::read(&request.report, "recheck", &control);
    if control.is_cancelled() {
        // What was read of it may be its beginning.
        return Ok(Exit::Interrupted);
    }
    let report = report?;
    let mut live = Live::open(request.live.clone())?;
    let out = request.output.as_ref().map(open).transpose()?;
    let detector = Detector::new(rules::builtin()?);
    let line = Line::of_check(&control, request.progress && io::stderr().is_terminal());
    let (keys, checked) = check(&report, request, &mut live, &detector, &control);
    drop(line);
    let live = LiveCheck {
        base: live.base().as_str().to_owned(),
        requests: checked.requests,
        interrupted: control.is_cancelled(),
    };
    if !request.quiet {
        say(&checked.notes, &detector);
    }
    let left_out = report.told.left_out();
    let exit = ends(&keys, left_out, &control);
    let page = telling::Page {
        keys: &keys,
        detector: &detector,
        color: out.is_none() && writing::is_coloured(),
        left_out,
        interrupted: control.is_cancelled(),
    };
    let write = |out: &mut dyn Write| {
        match request.as_json {
            true => {
                let verdicts: Vec<Verdict> = keys.iter().map(|key| key.verdict.clone()).collect();
                rewriting::write(&report.text, &verdicts, &live, &detector, out)
            }
            false if request.quiet && exit == Exit::Clean => Ok(()),
            false => page.write(out),
        }?;
        out.flush()
    };
    written(out, write)?;
    Ok(exit)
}

/// Reads the keys again, and asks about those that were found.
fn check<'r>(
    report: &'r Report,
    request: &Request,
    live: &mut Live,
    detector: &Detector,
    control: &Control,
) -> (Vec<Rechecked<'r>>, Checked) {
    let told = &report.told;
    let ground = Ground {
        directory: request.directory.clone(),
        targets: told.targets.iter().map(places::target).collect(),
    };
    let sought = places::sought(&told.keys);
    let numbers: HashMap<&str, usize> = (sought.iter().enumerate())
        .map(|(number, key)| (key.fingerprint.as_str(), number))
        .collect();
    let found = reread(&sought, &ground, detector, control);
    let (verdicts, checked) = ask(&told.keys, &numbers, &found, live, control);
    let mut keys = Vec::with_capacity(told.keys.len());
    for key in &told.keys {
        let number = numbers.get(key.fingerprint.as_str());
        let again = number.and_then(|number| found.get(*number));
        let verdict = number.and_then(|number| verdicts.get(number));
        keys.push(Rechecked {
            key,
            secret: again.and_then(|again| again.secret.clone()),
            verdict: verdict.cloned().unwrap_or_else(|| {
                let was_ended = control.is_cancelled();
                Verdict::unchecked(places::unasked(key, again, detector, was_ended))
            }),
        });
    }
    (keys, checked)
}

/// Asks about the keys that were found, those first that worked when the report was made: there is a limit to how many are
/// asked about. Returns the verdicts by number, and what was answered besides.
fn ask(
    keys: &[reported::Key],
    numbers: &HashMap<&str, usize>,
    found: &[Reread],
    live: &mut Live,
    control: &Control,
) -> (HashMap<usize, Verdict>, Checked) {
    let was = |key: &reported::Key| key.verdict.as_ref().and_then(|was| was.state);
    let mut order: Vec<(_, usize)> = (keys.iter())
        .filter_map(|key| Some((was(key), *numbers.get(key.fingerprint.as_str())?)))
        .collect();
    // What is not known comes with what is unchecked.
    order.sort_by_key(|(was, number)| (was.unwrap_or_default(), *number));
    let mut asked = Vec::new();
    let mut asked_numbers: Vec<usize> = Vec::new();
    let mut seen = vec![false; found.len()];
    for (_, number) in order {
        let Some((again, seen)) = found.get(number).zip(seen.get_mut(number)) else {
            continue;
        };
        if let Some(secret) = again
            .secret
            .as_ref()
            .filter(|_| !std::mem::replace(seen, true))
        {
            asked.push(Asked {
                secret,
                names_issuer: again.names_issuer,
            });
            asked_numbers.push(number);
        }
    }
    if asked.is_empty() || control.is_cancelled() {
        return Default::default();
    }
    let mut checked = live.check(&asked, control);
    let verdicts = asked_numbers.into_iter().zip(checked.verdicts.drain(..));
    (verdicts.collect(), checked)
}

/// Says on standard error what should be known besides.
fn say(notes: &[String], detector: &Detector) {
    for note in notes {
        let text = visible(&detector.mask(note));
        // Where standard error is gone, the verdicts still tell.
        drop(writeln!(io::stderr(), "aisaleaks: note: {text}"));
    }
}

/// How the run ends: that no key is known to work is not that none does, and so it is of those that the report leaves out.
fn ends(keys: &[Rechecked<'_>], left_out: u64, control: &Control) -> Exit {
    let states = || keys.iter().map(|key| key.verdict.state);
    if control.is_cancelled() {
        Exit::Interrupted
    } else if states().any(|state| state.is_live()) {
        Exit::Found(1)
    } else if left_out == 0 && states().all(|state| state.is_dead()) {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

/// Opens the file to write to, and leaves in it what it holds until there is something else: it may be the report itself.
fn open(path: &PathBuf) -> Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).open(path);
    opened
        .map(|file| (path.clone(), file))
        .map_err(|source| Error::Output {
            place: path.display().to_string(),
            source,
        })
}

/// Writes it to a file, or to standard output. A file is replaced by the whole of it, or stays as it is: it may be the one report
/// that tells where the keys are.
fn written(
    out: Option<(PathBuf, File)>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let (place, result) = match out {
        Some((path, file)) => (path.display().to_string(), replaced(&path, file, write)),
        None => {
            let result = write(&mut BufWriter::new(io::stdout().lock()));
            ("standard output".to_owned(), result)
        }
    };
    writing::delivered(place, result)
}

fn replaced(
    path: &Path,
    mut file: File,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut text = Vec::new();
    write(&mut text)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return file.write_all(&text);
    }
    #[cfg(unix)]
    let mode = Some(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777);
    #[cfg(not(unix))]
    let mode = None;
    drop(file);
    // Where a link leads, so that it stays one.
    let target = path.canonicalize()?;
    Replacement::beside(&target)?.place(&text, mode, &target)
}
