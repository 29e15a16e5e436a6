//! Markdown as GitHub renders it (GitHub Flavored Markdown Spec 0.29), for the summary of a job, and to be read as a file.
//! What comes from the input stands in code spans alone: nothing in one is HTML, a link, an image, a mention or a table.

pub(super) mod code;
mod fitting;
mod keys;
mod links;
mod sections;

use std::io::{self, Write};

use super::links::Links;
use super::{Options, Shown, headline, liveness, sanitize, snippet, steps, summary};
use crate::model::{Location, Outcome, TargetKind};
use code::Where;
use fitting::{Part, Row};

/// Columns of what is quoted from the input: a row that fills a screen helps nobody.
const QUOTED: usize = 300;
/// Targets that are named.
const TARGETS: usize = 5;

/// Writes the report, in no more bytes than it may have.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page {
        shown,
        options,
        links: Links::of(outcome, options),
    };
    let text = fitting::fitted(page.parts(outcome), options.most);
    out.write_all(text.as_bytes())
}

/// What every part of the report needs to know.
#[derive(Clone, Copy)]
struct Page<'a> {
    shown: Shown<'a>,
    options: &'a Options<'a>,
    links: Links<'a>,
}

impl<'a> Page<'a> {
    fn parts(self, outcome: &'a Outcome) -> Vec<Part<'a>> {
        let mut parts = self.head(outcome);
        if !outcome.keys.is_empty() {
            parts.push(Part::Fixed(keys::HEAD.to_owned()));
            parts.push(Part::Main(Box::new(self.rows(&outcome.keys))));
            parts.push(Part::Fixed(what_to_do(outcome)));
        }
        parts.extend(self.verdicts(&outcome.keys));
        parts.extend(self.meanings(outcome));
        parts.extend(self.problems(outcome));
        parts.extend(self.habits(&outcome.hygiene));
        parts.extend(self.suppressed(outcome));
        parts.extend(self.stale(&outcome.stale));
        let counts = [summary::old_keys(outcome), summary::left_out(outcome)];
        for line in counts.into_iter().flatten() {
            parts.push(Part::Fixed(format!("\n{line}.\n")));
        }
        parts
    }

    /// The outcome in words, and what was scanned.
    fn head(self, outcome: &'a Outcome) -> Vec<Part<'a>> {
        let mut text = format!("## aisaleaks: {}\n", headline::of(outcome));
        if let Some(verdict) = summary::verdict(outcome) {
            text.push_str(&format!("\n**{verdict}**\n"));
        }
        text.push_str(&format!("\n{}.\n", summary::scanned(outcome)));
        if let Some(line) = liveness::checked(outcome, |base| self.name(base, Where::Line)) {
            text.push_str(&format!("\n{line}.\n"));
        }
        if let Some(line) = liveness::hidden(outcome) {
            let mark = match liveness::worst_hidden(outcome) {
                Some(_) => "**",
                None => "",
            };
            text.push_str(&format!("\n{mark}{line}.{mark}\n"));
        }
        let targets: Vec<String> = outcome
            .targets
            .iter()
            .take(TARGETS)
            .map(|target| {
                let kind = match target.kind {
                    TargetKind::Files => "files",
                    TargetKind::Git => "git history",
                    TargetKind::Staged => "staged changes",
                    TargetKind::Message => "a commit's message",
                    TargetKind::Stdin => return "standard input".to_owned(),
                };
                let head = target
                    .head
                    .map(|id| format!(" at {}", self.links.commit(id)));
                let path = self.name(&target.path, Where::Line);
                let shallow = if target.shallow { ", shallow" } else { "" };
                format!("{path} ({kind}{}{shallow})", head.unwrap_or_default())
            })
            .collect();
        if !targets.is_empty() {
            let more = match outcome.targets.len().checked_sub(TARGETS) {
                Some(more @ 1..) => format!(" and {} more", summary::grouped(more as u64)),
                _ => String::new(),
            };
            text.push_str(&format!("\nIn {}{more}.\n", targets.join(", ")));
        }
        let notes = outcome.notes.iter();
        let notes = notes.map(move |note| Row {
            text: format!("\nNote: {}.\n", self.text(note, Where::Line)),
            noun: "note",
        });
        vec![Part::Fixed(text), Part::Rows(Box::new(notes))]
    }

    /// A name from the input, as a code span.
    fn name(&self, name: &str, place: Where) -> String {
        code::of(&ended(&sanitize::visible(&self.shown.name(name))), place)
    }

    /// A text from the input, as a code span.
    fn text(&self, text: &str, place: Where) -> String {
        code::of(
            &cropped(&sanitize::visible(&self.shown.text(text.trim()))),
            place,
        )
    }

    /// A path from the input and what is said behind it, as a code span.
    fn path(&self, path: &[u8], line: Option<u64>, place: Where) -> String {
        let mut text = ended(&self.shown.visible_path(path));
        if let Some(line) = line {
            text.push_str(&format!(":{line}"));
        }
        code::of(&text, place)
    }

    /// The names of members, as a code span.
    fn members(&self, first: &[u8], rest: &[Vec<u8>], place: Where) -> String {
        code::of(&ended(&self.shown.visible_file(first, rest)), place)
    }

    /// The file that a place is in, with the members that lead to it, and its line there, as a code span.
    fn file(&self, path: &[u8], at: &Location, place: Where) -> String {
        let mut text = ended(&self.shown.visible_file(path, &at.member));
        if let Some(at) = at.place {
            text.push_str(&format!(":{}", at.line));
        }
        code::of(&text, place)
    }
}

/// A row of a list.
fn item(text: String, noun: &'static str) -> Row {
    let text = format!("- {text}\n");
    Row { text, noun }
}

fn what_to_do(outcome: &Outcome) -> String {
    let mut text = "\n### What to do now\n\n".to_owned();
    for (step, nth) in steps::of(&outcome.keys).iter().zip(1..) {
        // A step for a terminal goes on in an indented line.
        let words: Vec<&str> = step.split_whitespace().collect();
        text.push_str(&format!("{nth}. {}\n", words.join(" ")));
    }
    text
}

/// The end of a text that is too long: of a path, it tells most.
fn ended(text: &str) -> String {
    snippet::end(text, QUOTED)
}

/// The beginning of a text that is too long.
fn cropped(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests;
