//! The JSON report: one object with the schema `aisaleaks/1`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::wire::{self, KeyFacts, SCHEMA, TOOL, Tool, WireHygiene, WireLocation, WireProblem};
use super::wire::{WireLive, WireStats, WireTarget};
use super::{Options, Shown, unobeyed};
use crate::model::{Key, Note, Outcome};

#[derive(Serialize)]
struct WireReport {
    schema: &'static str,
    tool: Tool,
    complete: bool,
    targets: Vec<WireTarget>,
    problems: Vec<WireProblem>,
    stats: WireStats,
    live: Option<WireLive>,
    hidden: BTreeMap<&'static str, u64>,
    keys: Vec<WireKey>,
    suppressed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed_keys: Option<Vec<WireKey>>,
    stale: Vec<String>,
    hygiene: Vec<WireHygiene>,
}

#[derive(Serialize)]
struct WireKey {
    #[serde(flatten)]
    facts: KeyFacts,
    locations: Vec<WirePlace>,
}

#[derive(Serialize)]
struct WirePlace {
    #[serde(flatten)]
    location: WireLocation,
    notes: Vec<Note>,
}

/// Writes the report as one object and a newline.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let targets = outcome.targets.iter();
    let problems = outcome.problems.iter();
    let hygiene = outcome.hygiene.iter();
    let key = |key: &Key| WireKey {
        facts: wire::key(key, shown, options.now),
        locations: key
            .locations
            .iter()
            .map(|at| WirePlace {
                location: wire::location(at, shown),
                notes: at.notes.clone(),
            })
            .collect(),
    };
    let suppressed = || outcome.suppressed.iter().map(key).collect();
    let report = WireReport {
        schema: SCHEMA,
        tool: TOOL,
        complete: outcome.complete(),
        targets: targets.map(|target| wire::target(target, shown)).collect(),
        problems: problems.map(|at| wire::problem(at, shown)).collect(),
        stats: wire::stats(outcome),
        live: wire::live(outcome, shown),
        hidden: wire::hidden(outcome),
        keys: outcome.keys.iter().map(key).collect(),
        suppressed: outcome.suppressed_count(),
        suppressed_keys: options.show_suppressed.then(suppressed),
        stale: wire::stale(outcome, shown),
        hygiene: hygiene.map(|at| wire::hygiene(at, shown)).collect(),
    };
    unobeyed::lines(&report, out)
}
