//! The report as JSON lines, for `jq` and log pipelines: every line is an object that stands on its own.
//!
//! `type` says what a line is:
//!
//! - `location`: one place of a key, with all facts about the key repeated, in the fields of schema `aisaleaks/1`, but that
//!   the notes of the place are `location_notes`, because `notes` are those of the key;
//! - `suppressed`: the same for a place that somebody allowed, with who and why; only if it was asked for;
//! - `problem`: something that could not be read or finished;
//! - `hygiene`: a bad habit around keys;
//! - `summary`: always the last line, with `complete` and the counts. A report without it was cut off, and one whose
//!   `complete` is false is not a clean one, whatever the other lines say.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::wire::{self, KeyFacts, SCHEMA, TOOL, Tool, WireHygiene, WireLocation, WireProblem};
use super::wire::{WireLive, WireStats, WireTarget};
use super::{Options, Shown, unobeyed};
use crate::model::{Note, Outcome};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Location(Box<LocationLine>),
    Suppressed(Box<LocationLine>),
    Problem(ProblemLine),
    Hygiene(HygieneLine),
    Summary(Summary),
}

#[derive(Serialize)]
struct LocationLine {
    schema: &'static str,
    #[serde(flatten)]
    key: KeyFacts,
    #[serde(flatten)]
    location: WireLocation,
    location_notes: Vec<Note>,
}

#[derive(Serialize)]
struct HygieneLine {
    schema: &'static str,
    #[serde(flatten)]
    hygiene: WireHygiene,
}

#[derive(Serialize)]
struct ProblemLine {
    schema: &'static str,
    #[serde(flatten)]
    problem: WireProblem,
}

#[derive(Serialize)]
struct Summary {
    schema: &'static str,
    tool: Tool,
    complete: bool,
    targets: Vec<WireTarget>,
    stats: WireStats,
    live: Option<WireLive>,
    hidden: BTreeMap<&'static str, u64>,
    keys: usize,
    locations: usize,
    problems: usize,
    suppressed: u64,
    stale: Vec<String>,
    hygiene: usize,
}

/// Writes a line for each location, each problem and each bad habit, and one for the run.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let schema = SCHEMA;
    let suppressed = match options.show_suppressed {
        true => outcome.suppressed.as_slice(),
        false => &[],
    };
    let lists = [
        (outcome.keys.as_slice(), Line::Location as fn(_) -> _),
        (suppressed, Line::Suppressed),
    ];
    for (keys, kind) in lists {
        for key in keys {
            let facts = wire::key(key, shown, options.now);
            for at in &key.locations {
                let line = LocationLine {
                    schema,
                    key: facts.clone(),
                    location: wire::location(at, shown),
                    location_notes: at.notes.clone(),
                };
                push(&kind(Box::new(line)), out)?;
            }
        }
    }
    for problem in &outcome.problems {
        let problem = wire::problem(problem, shown);
        push(&Line::Problem(ProblemLine { schema, problem }), out)?;
    }
    for habit in &outcome.hygiene {
        let hygiene = wire::hygiene(habit, shown);
        push(&Line::Hygiene(HygieneLine { schema, hygiene }), out)?;
    }
    let targets = outcome.targets.iter();
    let summary = Summary {
        schema,
        tool: TOOL,
        complete: outcome.complete(),
        targets: targets.map(|target| wire::target(target, shown)).collect(),
        stats: wire::stats(outcome),
        live: wire::live(outcome, shown),
        hidden: wire::hidden(outcome),
        keys: outcome.keys.len(),
        locations: outcome.keys.iter().map(|key| key.locations.len()).sum(),
        problems: outcome.problems.len(),
        suppressed: outcome.suppressed_count(),
        stale: wire::stale(outcome, shown),
        hygiene: outcome.hygiene.len(),
    };
    push(&Line::Summary(summary), out)
}

fn push(line: &Line, out: &mut dyn Write) -> io::Result<()> {
    unobeyed::line(line, out)
}
