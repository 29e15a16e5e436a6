//! `ci`: scans what a run in CI is about, and tells the service.

mod github;

use std::io::{self, Write};

use super::exit::Exit;
use super::printing;
use super::request::Request;
use super::running;
use crate::detect::Detector;
use crate::error::Result;
use crate::model::{Mask, Outcome, Problem, ProblemKind};
use crate::pipeline::{self, Push};
use crate::report::{self, sanitize};
use crate::rules;

pub use github::{GitHub, Upload};

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
