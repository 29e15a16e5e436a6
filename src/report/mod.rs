//! Writes an outcome, for a person or for a program. One file a format; nothing here reads or scans.

mod advice;
pub mod explanation;
mod gate;
mod github;
mod gitlab;
mod habits;
mod headline;
mod hiding;
mod html;
mod human;
mod json;
mod jsonl;
mod judgements;
mod junit;
mod links;
mod liveness;
mod markdown;
mod provenance;
mod readings;
pub mod response;
pub mod sanitize;
mod sarif;
mod snippet;
mod steps;
mod summary;
mod timeline;
mod unobeyed;
mod when;
mod whereabouts;
mod wire;
pub(crate) mod wrap;

use std::io::{self, Write};

use crate::model::{LiveCheck, Mask, Outcome, Severity, Verdict};
use crate::rules::Rule;

pub use gate::Gate;
pub use liveness::{called, spends};
pub use steps::first as first_step;
pub use summary::left_out;
pub use when::minute;

/// The forms that a report can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text for a person.
    #[default]
    Human,
    /// One JSON object with the schema `aisaleaks/1`.
    Json,
    /// A JSON object a line: one for each location and each problem, and last a summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations, as commands in the log of a GitHub workflow.
    Github,
    /// GitLab's report of its secret detection.
    Gitlab,
    /// JUnit's XML, which most CI services show.
    Junit,
    /// Markdown as GitHub renders it, for the summary of a job.
    Markdown,
    /// One page that needs nothing else, for whoever answers a leak.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
        Self::Html,
    ];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// How to write it.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Whether to write keys in full. Only a person who asked for it gets this.
    pub show_secrets: bool,
    /// Whether to colour the human report.
    pub color: bool,
    /// What ages are counted from: one moment for the whole report.
    pub now: jiff::Timestamp,
    /// Columns that a context line may take in the human report; 0 for no limit.
    pub width: usize,
    /// The rules that were looked for, which SARIF describes.
    pub rules: &'a [Rule],
    /// Whether what is allowed is listed, too.
    pub show_suppressed: bool,
    /// Whether SARIF names authors, their addresses and the summaries of their commits.
    pub sarif_authors: bool,
    /// What a relative path counts from, as an absolute path: SARIF names repositories by absolute URIs.
    pub directory: String,
    /// The lowest severity that makes the run fail; none if findings never do.
    pub fails: Option<Severity>,
    /// Where the scanned folder is below the checkout that a CI service shows, without a slash at the end; empty if it is
    /// the checkout.
    pub below: &'a [u8],
    /// The repository's address on the web, such as `https://github.com/ada/app`, to link commits and files to.
    pub web: Option<&'a str>,
    /// Whether the human report may say that keys can be checked, where nobody asked for it.
    pub suggest_check: bool,
    /// Bytes that the Markdown report may have: GitHub drops a summary that is larger than its limit.
    pub most: usize,
}

/// GitHub takes 1 MiB a step for its summary (GitHub Docs, "Workflow commands", job summaries: step isolation and limits).
pub const SUMMARY_LIMIT: usize = 1 << 20;

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            show_secrets: false,
            color: false,
            now: jiff::Timestamp::UNIX_EPOCH,
            width: 100,
            rules: &[],
            show_suppressed: false,
            sarif_authors: false,
            directory: "/".to_owned(),
            fails: Some(Severity::Warning),
            below: b"",
            web: None,
            suggest_check: false,
            most: SUMMARY_LIMIT,
        }
    }
}

/// Writes the whole report. Whatever came from the input goes through `mask` first, unless secrets are to be shown: a
/// key can stand in the name of a file as well.
pub fn write(
    format: Format,
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = Shown {
        mask,
        show_secrets: options.show_secrets,
    };
    match format {
        Format::Human => human::write(outcome, shown, options, out),
        Format::Json => json::write(outcome, shown, options, out),
        Format::Jsonl => jsonl::write(outcome, shown, options, out),
        Format::Sarif => sarif::write(outcome, shown, options, out),
        Format::Github => github::write(outcome, shown, options, out),
        Format::Gitlab => gitlab::write(outcome, shown, options, out),
        Format::Junit => junit::write(outcome, shown, options, out),
        Format::Markdown => markdown::write(outcome, shown, options, out),
        Format::Html => html::write(outcome, shown, options, out),
    }
}

/// Writes what detection decided about each candidate, a line each. The candidates are redacted, whatever the options say;
/// paths are masked unless secrets are to be shown.
pub fn write_judgements(
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = Shown {
        mask,
        show_secrets: options.show_secrets,
    };
    judgements::write(outcome, shown, out)
}

/// Writes what a gate says, on one screen. Nothing at all, if nothing `stopped` it and everything could be looked at.
pub fn write_gate(
    gate: &Gate,
    stopped: bool,
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = Shown {
        mask,
        show_secrets: options.show_secrets,
    };
    gate::write(outcome, gate, stopped, shown, out)
}

/// Writes an annotation that is about the run, not about a place: texts that are masked and visible already.
///
/// # Errors
/// The system's.
pub fn write_github_error(title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    github::failure(title, message, out)
}

/// Writes a JSON text that was read before, so that no CI service obeys it in its log.
///
/// # Errors
/// The system's.
pub fn write_json_text(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    unobeyed::text(text, out)
}

/// A verdict as JSON reports have it.
pub fn wire_verdict(verdict: &Verdict, mask: &dyn Mask) -> impl serde::Serialize {
    wire::verdict(verdict, Shown::masked(mask))
}

/// What a live check did, as JSON reports have it.
pub fn wire_live(live: &LiveCheck, mask: &dyn Mask) -> impl serde::Serialize {
    wire::live_check(live, Shown::masked(mask))
}

/// What may be shown of text from the input.
#[derive(Clone, Copy)]
struct Shown<'a> {
    mask: &'a dyn Mask,
    show_secrets: bool,
}

impl<'a> Shown<'a> {
    /// With every key in it redacted.
    fn masked(mask: &'a dyn Mask) -> Self {
        Self {
            mask,
            show_secrets: false,
        }
    }
}

impl Shown<'_> {
    /// The text without the keys in it.
    fn text(&self, text: &str) -> String {
        if self.show_secrets {
            text.to_owned()
        } else {
            self.mask.mask(text)
        }
    }

    /// A name without the keys in it.
    fn name(&self, name: &str) -> String {
        if self.show_secrets {
            name.to_owned()
        } else {
            self.mask.mask_name(name)
        }
    }

    /// The path without the keys in it, and whether its exact bytes may be told too: only if there was no key in them.
    ///
    /// The mask sees the path before any escaping: in `\xff` followed by a key, the last `f` would look like part of a
    /// longer word and save the key from the mask.
    fn path(&self, path: &[u8]) -> (String, bool) {
        let lossy = String::from_utf8_lossy(path);
        let text = self.name(&lossy);
        let intact = text == lossy;
        (text, intact)
    }

    /// The path without the keys in it, as a terminal may have it.
    fn visible_path(&self, path: &[u8]) -> String {
        match self.path(path) {
            (_, true) => sanitize::visible_bytes(path),
            (masked, false) => sanitize::visible(&masked),
        }
    }
}

#[cfg(test)]
mod brought_tests;
#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod hiding_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod live_format_tests;
#[cfg(test)]
mod live_tests;
#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod notes_tests;
#[cfg(test)]
mod suppressed_tests;
#[cfg(test)]
mod tests;
