//! What GitHub is told besides the reports: annotations, a summary of the job, and the outputs of the step.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::readable;
use crate::commands::exit::Exit;
use crate::commands::running::Done;
use crate::report::{self, Format};

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

impl GitHub {
    /// Tells it, and how the run ends then: what could not be told must not look clean.
    pub(super) fn tell(&self, done: &Done<'_>) -> Exit {
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
        let live = outcome.keys.iter();
        let live = live.filter(|key| key.verdict.state.is_live()).count();
        let mut text = String::new();
        for (name, value) in [
            ("found", matches!(done.exit, Exit::Found(_)).to_string()),
            ("keys", outcome.keys.len().to_string()),
            ("live", live.to_string()),
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
