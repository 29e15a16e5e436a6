//! Tells a person why something is a finding, or is not: each step of detection, what decides afterwards, and the verdict.

mod candidate;
mod line;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::human::{LOCATIONS, Page, rest};
use super::{Options, Shown, summary};
use crate::model::{Judged, Key, Location, Mask, Outcome, Problem};
use candidate::Steps;

pub use line::{LineAnswer, Standing, write_line};

/// Of a key so many places are listed with their steps.
pub const LISTED: usize = LOCATIONS;

/// A candidate, or a place of a key, and what became of it.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// What was decided about it; `None` if nothing is kept of that.
    pub judged: Option<&'a Judged>,
    /// The place that a scan reports, and its key.
    pub place: Option<(&'a Key, &'a Location)>,
    /// What became of it.
    pub verdict: Verdict,
    /// Where entries stand that would allow it, had they not expired, each with its last day.
    pub expired: Vec<(String, String)>,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A step of detection dropped it.
    Dropped,
    /// It counts.
    Counts,
    /// It is a finding that somebody allowed; where the entry stands that does so, if one does.
    Allowed(Option<String>),
    /// The finding of this other rule, which overlaps it, says it better.
    Covered(String),
    /// Its rule does not count what stands under its path, or was introduced by its commits.
    LeftOut,
    /// `--only-rule` asks for other rules.
    NotAsked,
}

/// What is told of a fingerprint.
#[derive(Clone, Debug)]
pub struct KeyAnswer<'a> {
    /// The fingerprint as a whole.
    pub fingerprint: &'a str,
    /// The key at the places that count.
    pub open: Option<&'a Key>,
    /// The key at the places where somebody allowed it.
    pub allowed: Option<&'a Key>,
    /// Its places, and candidates with its fingerprint that are no findings.
    pub told: Vec<Told<'a>>,
}

/// Writes what is told of a key.
pub fn write_key(
    answer: &KeyAnswer<'_>,
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = page(mask, options);
    writeln!(out, "{}", answer.fingerprint)?;
    match (answer.open, answer.allowed) {
        (Some(key), _) => page.headline(key, out)?,
        (None, Some(key)) => {
            let places = summary::count(key.locations.len() as u64, "place");
            let (key, rule) = (key.secret.redacted(), page.name(&key.rule));
            writeln!(
                out,
                "{key}, of the rule {rule}, is allowed in {places}, and counts nowhere."
            )?;
        }
        (None, None) => {
            let number = summary::count(answer.told.len() as u64, "candidate");
            writeln!(
                out,
                "{number} with this fingerprint, and none is a finding."
            )?;
        }
    }
    let mut steps = Steps::default();
    let listed: Vec<&Told<'_>> = listed(&answer.told);
    for told in &listed {
        writeln!(out)?;
        steps.candidate(&page, told, outcome.judged_more, out)?;
    }
    if let Some(more) = rest(answer.told.len(), listed.len()) {
        writeln!(out, "\nand {more} more places like these")?;
    }
    writeln!(out)?;
    if let Some(key) = answer.open {
        page.steps(std::slice::from_ref(key), out)?;
    }
    footing(&page, outcome, out)
}

/// Of each verdict so many that a person may read them.
fn listed<'a, 'b>(told: &'b [Told<'a>]) -> Vec<&'b Told<'a>> {
    let same = |one: &Told<'_>, other: &Told<'_>| {
        std::mem::discriminant(&one.verdict) == std::mem::discriminant(&other.verdict)
    };
    let mut kept: Vec<&Told<'_>> = Vec::new();
    for next in told {
        let like = kept.iter().filter(|known| same(known, next)).count();
        if like < LISTED {
            kept.push(next);
        }
    }
    kept
}

/// Writes what is told of a problem. `entry` is where the entry stands that accepts it.
pub fn write_problem(
    problem: &Problem,
    entry: Option<&str>,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = page(mask, options);
    writeln!(out, "A problem: something could not be read or finished.")?;
    page.problem(problem, out)?;
    writeln!(out)?;
    if let Some(reason) = &problem.accepted {
        let by = entry.map_or(String::new(), |entry| format!(" by {}", page.text(entry)));
        return writeln!(out, "It is accepted{by}: {}", page.text(reason));
    }
    writeln!(
        out,
        "While it stands, a scan that finds nothing exits with 3. To accept it, add to .aisaleaks.toml:\n\n\
         [[accept]]\nproblem = \"{}\"\nreason = \"…\"",
        problem.fingerprint()
    )
}

/// Writes that nothing has a fingerprint, and what was looked at. `hint` is what else to know.
pub fn write_nowhere(
    fingerprint: &str,
    hint: Option<&str>,
    outcome: &Outcome,
    mask: &dyn Mask,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = page(mask, options);
    writeln!(
        out,
        "Nothing that was scanned has the fingerprint {fingerprint}: no key, no candidate and no problem."
    )?;
    if let Some(hint) = hint {
        writeln!(out, "{hint}")?;
    }
    let targets: BTreeSet<&str> = outcome.targets.iter().map(|at| at.path.as_str()).collect();
    for target in targets {
        writeln!(out, "  looked at: {}", page.name(target))?;
    }
    writeln!(out)?;
    page.problems(&outcome.problems, out)?;
    footing(&page, outcome, out)
}

fn footing(page: &Page<'_>, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    if let Some(line) = summary::left_out(outcome) {
        writeln!(out, "{}", page.dim(&line))?;
    }
    writeln!(out, "{}", summary::scanned(outcome))?;
    match summary::verdict(outcome) {
        Some(line) => writeln!(out, "{}", page.bold(line)),
        None => Ok(()),
    }
}

/// Nothing that is written here shows a key.
fn page<'a>(mask: &'a dyn Mask, options: &'a Options<'a>) -> Page<'a> {
    let shown = Shown {
        mask,
        show_secrets: false,
    };
    Page::new(shown, options)
}
