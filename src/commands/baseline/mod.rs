//! `baseline`: makes, keeps and shows files of what is accepted.

mod comparing;
mod create;
mod file;
mod import;
mod making;
mod news;
mod show;
mod update;

use std::io::{self, Write};

use jiff::civil::Date;

use super::exit::{Exit, OnIncomplete};
use super::request::Request;
use crate::baseline::{Source, Terms};
use crate::error::Error;
use crate::model::{Mask, Outcome, Problem};
use crate::report::sanitize;

pub use create::{Create, create};
pub use show::show;
pub use update::{Update, update};

/// The longest list of places that a summary has.
const SHOWN: usize = 20;

/// In whose words something is accepted, and how long.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub author: Option<String>,
    /// The last day.
    pub expires: Option<Date>,
}

impl Words {
    /// As terms of an entry that is added on this day; `None` without a reason. A key in the words is masked.
    fn terms(&self, today: Date, mask: &dyn Mask) -> Option<Terms> {
        Some(Terms {
            reason: mask.mask(self.reason.as_deref()?).into(),
            author: self
                .author
                .as_deref()
                .map(|author| mask.mask(author).into()),
            added: Some(today),
            expires: self.expires,
        })
    }
}

/// What is scanned for a baseline, and which one.
#[derive(Debug)]
pub struct Scan {
    /// The scan; its options have no baseline yet.
    pub request: Request,
    /// The file: what it says already, if it is there, and what its paths count from.
    pub source: Source,
    /// The words for what is new.
    pub words: Words,
    /// Whether problems are accepted, too.
    pub accept_problems: bool,
}

fn wrong(file: &str, reason: impl Into<String>) -> Error {
    Error::Baseline {
        file: file.to_owned(),
        reason: reason.into(),
    }
}

/// Lines for a terminal: no key in them, and nothing that a terminal would obey.
fn shown(text: &str, mask: &dyn Mask) -> String {
    let lines = text.lines();
    let lines = lines.map(|line| format!("{}\n", sanitize::visible(&mask.mask(line))));
    lines.collect()
}

/// Says something on standard error. Where that is gone, the status still tells.
fn say(text: &str, mask: &dyn Mask) {
    let text = shown(text, mask);
    drop(write!(io::stderr(), "aisaleaks: {text}"));
}

/// How a run of a command ends that has written what it found.
fn ending(outcome: &Outcome, scan: &Scan) -> Exit {
    let is_open = |problem: &Problem| problem.accepted.is_none();
    let is_whole = scan.accept_problems || !outcome.problems.iter().any(is_open);
    match is_whole || scan.request.on_incomplete == OnIncomplete::Pass {
        true => Exit::Clean,
        false => Exit::Incomplete,
    }
}
