//! `respond`: the whole response to a leak as one guided list, with what is done ticked off by what is seen now.

mod evidence;
mod files;
mod ground;
mod guards;
mod keys;
mod naming;
mod owners;
mod platforms;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::Exit;
use super::reported::{self, Report, Told};
use super::request::Request as Scan;
use super::{running, shell, writing};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::model::Outcome;
use crate::pipeline;
use crate::report;
use crate::report::response::{self, Counts, Facts, Form, Response};
use crate::verify::Base;
use evidence::Evidence;
use ground::Grounds;
use naming::Naming;
use owners::Owners;

/// What `respond` was asked to do.
#[derive(Debug)]
pub struct Request {
    /// The scan that looks what is there now: of files and histories. Its paths are set here.
    pub scan: Scan,
    /// The report; `-` is standard input. Without one the keys are those that the scan finds.
    pub report: Option<PathBuf>,
    /// The folder that is looked at, if somebody said which.
    pub directory: Option<PathBuf>,
    /// The forms to write, and where they go; `None` is standard output.
    pub forms: Vec<(Form, Option<PathBuf>)>,
    /// The platforms whose commands are told, whatever the repository shows.
    pub stores: Vec<String>,
    /// Whether those of all platforms are.
    pub all: bool,
    /// The flags that say how AIsa is asked, and their values.
    pub asking: Vec<(&'static str, String)>,
}

/// Tells the response.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn run(mut request: Request) -> Result<Exit> {
    let stores = platforms::asked(&request.stores)?;
    // Until the scan begins, Ctrl-C ends the process: there is nothing to tell yet.
    let control = Arc::new(Control::new(0));
    let file = request.report.as_ref();
    let report = file.map(|file| reported::read(file, "respond", &control));
    let report = report.transpose()?;
    let told = report.as_ref().map(|report: &Report| &report.told);
    let outputs = opened(&request)?;
    let grounds = Grounds::of(told, request.directory.as_deref());
    request.scan.options.paths = grounds.scanned();
    // A key that somebody allows in the meantime is one of the report all the same.
    request.scan.show_suppressed = told.is_some();
    let rules = std::mem::take(&mut request.scan.rules.rules);
    let options = &request.scan.options;
    let (detector, outcome) = running::look(&request.scan, rules, |detector, control| {
        pipeline::scan(options, detector, control)
    })?;
    let is_cut = outcome.live.as_ref().is_some_and(|live| live.interrupted);
    if outcome.interrupted || is_cut {
        drop(writeln!(
            io::stderr(),
            "aisaleaks: interrupted before everything was looked at: nothing is told"
        ));
        return Ok(Exit::Interrupted);
    }
    let naming = Naming::new(&detector);
    let owners = Owners::of(&outcome, grounds.first(), &naming);
    let evidence = Evidence::new(&outcome, told, &grounds, &owners, &naming);
    let keys = match told {
        Some(told) => keys::of_report(told, &outcome, &evidence, &naming),
        None => keys::of_scan(&outcome, &evidence, &naming),
    };
    let platforms = platforms::of(stores, request.all, &grounds, &naming)?;
    let facts = Facts {
        keys,
        guards: guards::of(&grounds, evidence.stranger(), &naming),
        ground: response::Ground {
            folders: grounds.paths.iter().map(|path| naming.path(path)).collect(),
            is_git: grounds.is_git,
            report: request.report.as_ref().and_then(|file| word(file, &naming)),
            from_report: told.is_some(),
            directory: request
                .directory
                .as_ref()
                .and_then(|folder| word(folder, &naming)),
            asking: asking(&request.asking, &naming),
            gateway: gateway(&outcome, &naming),
            left_out: report::left_out(&outcome),
        },
        stores: platforms.told,
        other_stores: platforms.others,
        notes: notes(told, &outcome, &evidence, &grounds),
        is_partial: is_partial(told, &evidence),
        now: jiff::Timestamp::now(),
    };
    let response = response::of(&facts);
    for (form, file) in outputs {
        write(&response, form, file)?;
    }
    Ok(exit(&response))
}

/// A form, and the file that it goes to; `None` is standard output.
type Output = (Form, Option<(PathBuf, File)>);

/// Creates the files. None of them may be the report: it is read no more often than this once, but may be the only one.
fn opened(request: &Request) -> Result<Vec<Output>> {
    let report = request.report.as_deref();
    let mut all = Vec::new();
    for (form, path) in &request.forms {
        let Some(path) = path else {
            all.push((*form, None));
            continue;
        };
        if report.is_some_and(|report| is_same(report, path)) {
            return Err(Error::Respond {
                reason: format!(
                    "it would be written over the report {}\n  name another file",
                    path.display()
                ),
            });
        }
        let file = File::create(path).map_err(|source| Error::Output {
            place: path.display().to_string(),
            source,
        })?;
        all.push((*form, Some((path.clone(), file))));
    }
    Ok(all)
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |path: &Path| path.metadata().ok().map(|file| (file.dev(), file.ino()));
        id(one).is_some() && id(one) == id(other)
    }
    #[cfg(not(unix))]
    {
        let real = |path: &Path| path.canonicalize().ok();
        real(one).is_some() && real(one) == real(other)
    }
}

fn write(response: &Response<'_>, form: Form, file: Option<(PathBuf, File)>) -> Result<()> {
    let color = file.is_none() && writing::is_coloured();
    let write = |out: &mut dyn Write| {
        response::write(response, form, color, out)?;
        out.flush()
    };
    let (place, result) = match file {
        Some((path, file)) => (path.display().to_string(), write(&mut BufWriter::new(file))),
        None => {
            let result = write(&mut BufWriter::new(io::stdout().lock()));
            ("standard output".to_owned(), result)
        }
    };
    writing::delivered(place, result)
}

/// A file or folder as one word of a shell; `None` if it is none that can be named, or is not shown as it is.
fn word(file: &Path, naming: &Naming<'_>) -> Option<String> {
    let text = file.as_os_str().as_encoded_bytes();
    shell::word(text, naming.detector).filter(|_| text != b"-")
}

/// The flags that say how AIsa is asked, as words.
fn asking(flags: &[(&'static str, String)], naming: &Naming<'_>) -> Vec<String> {
    let word = |value: &str| shell::word(value.as_bytes(), naming.detector);
    let flags = flags.iter().map(|(flag, value)| match word(value) {
        Some(value) => format!("{flag} {value}"),
        None => format!("{flag} MY-VALUE"),
    });
    flags.collect()
}

/// What was asked in AIsa's place.
fn gateway(outcome: &Outcome, naming: &Naming<'_>) -> Option<String> {
    let base = &outcome.live.as_ref()?.base;
    (base != Base::AISA).then(|| naming.name(base))
}

/// What should be known besides.
fn notes(
    told: Option<&Told>,
    outcome: &Outcome,
    evidence: &Evidence<'_>,
    grounds: &Grounds,
) -> Vec<String> {
    // What the live check has to say.
    let mut notes = outcome.notes.clone();
    let left_out = told.map_or(0, Told::left_out);
    if left_out > 0 {
        notes.push(format!(
            "The report leaves out {left_out} key(s) that may work, as --only-active does: scan again without it."
        ));
    }
    if told.is_some_and(|told| told.complete == Some(false)) {
        notes.push(
            "The report is of a scan that could not read everything: there may be more keys."
                .to_owned(),
        );
    }
    if told.is_some_and(|told| !told.keys.is_empty()) && evidence.stranger().is_some() {
        notes.push(
            "Nothing here shows that this is the repository that the report is about: none of its commits is here. Go there; or say \
             with -C DIR that this is it, as after a rewrite of the history."
                .to_owned(),
        );
    }
    if told.is_none() && !evidence.is_complete() {
        notes.push(
            "Not everything could be read: there may be more keys; aisaleaks scan says what."
                .to_owned(),
        );
    }
    if grounds.more > 0 {
        notes.push(format!(
            "The report is about {} more folder(s), which were not looked at: name one with -C DIR.",
            grounds.more
        ));
    }
    notes
}

fn is_partial(told: Option<&Told>, evidence: &Evidence<'_>) -> bool {
    match told {
        Some(told) => told.left_out() > 0 || told.complete == Some(false),
        None => !evidence.is_complete(),
    }
}

/// How the run ends: as where something was found while something is open, and never well where something is not known.
fn exit(response: &Response<'_>) -> Exit {
    let Counts { open, unknown, .. } = response.counts();
    match (open, unknown) {
        (1.., _) => Exit::Found(1),
        (0, 0) if !response.facts.is_partial => Exit::Clean,
        (0, _) => Exit::Incomplete,
    }
}
