//! `ci`: scans what a run in CI is about, and tells GitHub besides the reports: annotations, a summary of the job, and the
//! outputs of the step.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::printing;
use super::request::Request;
use super::running::{self, Done};
use crate::detect::Detector;
use crate::error::Result;
use crate::model::{Mask, Outcome, Problem, ProblemKind};
use crate::pipeline::{self, Push};
use crate::report::{self, Format, sanitize};
use crate::rules;

/// What to do in CI.
#[derive(Debug)]
pub struct Ci {
    /// What is scanned.
    pub scan: Scan,
    /// What makes a shallow checkout whole in this service.
    pub deeper: &'static str,
    /// What GitHub is told.
    pub github: Option<GitHub>,
}

/// What is scanned.
#[derive(Debug)]
pub enum Scan {
    /// Every file and every object of the history.
    Everything,
    /// What a change adds.
    Change(Push),
}

/// What GitHub is told besides the reports.
#[derive(Debug)]
pub struct GitHub {
    /// Whether annotations go to the log.
    pub annotate: bool,
    /// The file for the summary of the job.
    pub summary: Option<PathBuf>,
    /// The file for the outputs of the step.
    pub outputs: Option<PathBuf>,
    /// The SARIF report, if one is written to a file.
    pub sarif: Option<PathBuf>,
    /// Whether it is uploaded by a later step.
    pub upload: Upload,
    /// Whether the report has only what a push adds: code scanning takes an upload for all that a branch has.
    pub is_partial: bool,
}

/// Whether a SARIF report is uploaded to code scanning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    /// Nobody asked for it.
    No,
    /// By a later step.
    Yes,
    /// It cannot be: the token of a change from somebody who may not write may only read.
    ReadOnly,
    /// It cannot be: there is no token.
    NoToken,
}

/// A summary needs so many bytes at least to say anything.
const SMALLEST: usize = 16 << 10;

/// Scans, writes the reports, and tells GitHub.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub fn run(mut request: Request, ci: &Ci) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    let exit = running::run_and(
        &request,
        rules,
        |detector, control| {
            let options = &request.options;
            let mut outcome = match &ci.scan {
                Scan::Everything => pipeline::scan(options, detector, control),
                Scan::Change(push) => {
                    let repository = pipeline::repository(options)?;
                    pipeline::push(&repository, push, options, detector, control)
                }
            }?;
            deepen(&mut outcome, ci.deeper);
            Ok(outcome)
        },
        |done| match &ci.github {
            Some(github) => github.tell(done),
            None => done.exit,
        },
    )?;
    Ok(exit)
}

/// Says how a shallow checkout becomes whole here: that it has to be said already.
fn deepen(outcome: &mut Outcome, deeper: &str) {
    let is_shallow = |problem: &&mut Problem| problem.kind == ProblemKind::Shallow;
    for problem in outcome.problems.iter_mut().filter(is_shallow) {
        problem.message.push_str(&format!("; in CI: {deeper}"));
    }
}

/// Writes what `ci --explain` says.
///
/// # Errors
/// Standard output that cannot be written to.
pub fn explain(lines: &[String], show_secrets: bool) -> Result<Exit> {
    let text: String = lines
        .iter()
        .map(|line| format!("{}\n", readable(line, show_secrets)))
        .collect();
    printing::written(&text)?;
    Ok(Exit::Clean)
}

/// Says in an annotation why there is no result. That it cannot be written changes nothing: the error itself follows.
pub fn annotate_failure(text: &str, show_secrets: bool) {
    let text: Vec<String> = text
        .lines()
        .map(|line| readable(line, show_secrets))
        .collect();
    let mut out = io::stdout().lock();
    drop(report::write_github_error(
        "aisaleaks did not scan",
        &text.join("\n"),
        &mut out,
    ));
    drop(out.flush());
}

/// The text as people may see it: what services and files say can hold a key, and anything else.
fn readable(text: &str, show_secrets: bool) -> String {
    let masked = match rules::builtin() {
        Ok(rules) if !show_secrets => Detector::new(rules).mask(text),
        _ => text.to_owned(),
    };
    sanitize::visible(&masked).to_string()
}

impl GitHub {
    /// Tells it, and how the run ends then: what could not be told must not look clean.
    fn tell(&self, done: &Done<'_>) -> Exit {
        let mut troubles = Vec::new();
        if self.annotate
            && let Err(error) = annotate(done)
        {
            let way = "see the SARIF report";
            troubles.push(format!("the annotations cannot be written: {error}; {way}"));
        }
        if let Some(file) = &self.summary
            && let Err(error) = summarize(done, file)
        {
            let file = file.display();
            troubles.push(format!(
                "the summary of the job cannot be written to {file} (GITHUB_STEP_SUMMARY): {error}; the log has everything"
            ));
        }
        if let Some(file) = &self.outputs
            && let Err(error) = self.output(done, file)
        {
            let file = file.display();
            troubles.push(format!(
                "the outputs of the step cannot be written to {file} (GITHUB_OUTPUT): {error}; later steps do not know the result"
            ));
        }
        match self.upload {
            Upload::Yes if self.is_partial => say_note(
                "code scanning closes the alerts of a branch that are not in its newest upload, and this report has only what \
                 this push adds: for uploads of pushes set `mode` to all",
            ),
            Upload::No | Upload::Yes => {}
            Upload::ReadOnly => say_note(
                "the SARIF report is not uploaded: the token of a change from a fork, or by Dependabot, may only read; the \
                 annotations and the summary of the job have the findings",
            ),
            Upload::NoToken => troubles.push(
                "the SARIF report cannot be uploaded: GITHUB_TOKEN is empty; hand `github.token` to this step, and give the job \
                 the permission `security-events: write`, or set `upload` to false"
                    .to_owned(),
            ),
        }
        for trouble in &troubles {
            let text = readable(trouble, done.request.options.show_secrets);
            // Where they cannot be written, the exit status still tells.
            drop(writeln!(io::stderr(), "aisaleaks: {text}"));
            // Where another report took it, it is not for annotations.
            if self.annotate {
                let mut out = io::stdout().lock();
                drop(report::write_github_error("aisaleaks", &text, &mut out));
            }
        }
        match done.exit {
            Exit::Clean if !troubles.is_empty() => Exit::Failed,
            exit => exit,
        }
    }

    /// The outputs of the step (GitHub Docs, "Workflow commands": setting an output parameter).
    fn output(&self, done: &Done<'_>, file: &Path) -> io::Result<()> {
        let outcome = done.outcome;
        let sarif = self.sarif.as_ref().map(|file| file.display().to_string());
        let sarif = sarif.unwrap_or_default();
        if sarif.contains(['\n', '\r']) {
            let reason = "the name of the SARIF file has a line break; give it another";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let upload = self.upload == Upload::Yes && !sarif.is_empty();
        let mut text = String::new();
        for (name, value) in [
            ("found", matches!(done.exit, Exit::Found(_)).to_string()),
            ("keys", outcome.keys.len().to_string()),
            ("complete", outcome.complete().to_string()),
            ("upload", upload.to_string()),
            ("sarif", sarif),
        ] {
            text.push_str(&format!("{name}={value}\n"));
        }
        appended(file)?.write_all(text.as_bytes())
    }
}

fn say_note(text: &str) {
    // Where standard error is gone, the report still tells what was found.
    drop(writeln!(io::stderr(), "aisaleaks: note: {text}"));
}

fn annotate(done: &Done<'_>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = done
        .write(Format::Github, report::SUMMARY_LIMIT, &mut out)
        .and_then(|()| out.flush());
    match written {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Adds to what the step has written already: all of it has to fit.
fn summarize(done: &Done<'_>, file: &Path) -> io::Result<()> {
    let mut file = appended(file)?;
    let before = file.seek(SeekFrom::End(0))?;
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    let mut text = Vec::new();
    if before > 0 {
        text.extend_from_slice(b"\n\n");
    }
    let left = report::SUMMARY_LIMIT.saturating_sub(before + text.len());
    if left < SMALLEST {
        let reason = "what the step wrote there before leaves no room: GitHub takes 1 MiB";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    done.write(Format::Markdown, left, &mut text)?;
    file.write_all(&text)
}

/// A file of the runner's, to add to.
fn appended(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}
