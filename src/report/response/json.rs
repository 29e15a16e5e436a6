//! The response for programs: one object with the schema `aisaleaks-response/1`.

use std::io::{self, Write};

use serde::Serialize;

use super::{Commands, Item, Response, Step, Tick};
use crate::report::wire::{TOOL, Tool};
use crate::report::{unobeyed, when};

/// Changes only when a reader of the old format would break.
const SCHEMA: &str = "aisaleaks-response/1";

#[derive(Serialize)]
struct WireResponse<'a> {
    schema: &'static str,
    tool: Tool,
    made_at: Option<String>,
    looked_at: &'a [String],
    notes: &'a [String],
    counts: WireCounts,
    keys: Vec<WireKey<'a>>,
    steps: Vec<WireStep<'a>>,
}

#[derive(Serialize)]
struct WireCounts {
    done: usize,
    open: usize,
    unknown: usize,
    by_hand: usize,
}

#[derive(Serialize)]
struct WireKey<'a> {
    /// Nothing, if the report has none that this version knows.
    fingerprint: Option<&'a str>,
    redacted: &'a str,
    rule: &'a str,
    state: &'static str,
    checked_at: Option<String>,
    since: Option<String>,
}

#[derive(Serialize)]
struct WireStep<'a> {
    name: &'static str,
    title: &'static str,
    text: &'a str,
    items: Vec<WireItem<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct WireItem<'a> {
    state: &'static str,
    by_hand: bool,
    /// Its place in `keys`, from 0.
    key: Option<usize>,
    what: String,
    evidence: Option<String>,
    commands: Vec<WireCommands<'a>>,
}

#[derive(Serialize)]
struct WireCommands<'a> {
    #[serde(rename = "for")]
    what: &'a str,
    lines: &'a [String],
}

/// Writes it.
pub(super) fn write(response: &Response<'_>, out: &mut dyn Write) -> io::Result<()> {
    let facts = response.facts;
    let counts = response.counts();
    let time = |at: jiff::Timestamp| when::rfc3339(at.as_second());
    let keys = facts.keys.iter().map(|key| WireKey {
        fingerprint: Some(key.fingerprint.as_str()).filter(|text| !text.is_empty()),
        redacted: &key.redacted,
        rule: &key.rule,
        state: key.state.name(),
        checked_at: key.checked_at.and_then(time),
        since: key.since.and_then(time),
    });
    let response = WireResponse {
        schema: SCHEMA,
        tool: TOOL,
        made_at: time(facts.now),
        looked_at: &facts.ground.folders,
        notes: &facts.notes,
        counts: WireCounts {
            done: counts.done,
            open: counts.open,
            unknown: counts.unknown,
            by_hand: counts.by_hand,
        },
        keys: keys.collect(),
        steps: response.steps.iter().map(step).collect(),
    };
    unobeyed::lines(&response, out)
}

fn step(step: &Step) -> WireStep<'_> {
    WireStep {
        name: step.name,
        title: step.title,
        text: &step.text,
        items: step.items.iter().map(item).collect(),
        notes: &step.notes,
    }
}

fn item(item: &Item) -> WireItem<'_> {
    WireItem {
        state: match item.tick {
            Tick::Done => "done",
            Tick::Open => "open",
            Tick::Unknown => "unknown",
        },
        by_hand: item.by_hand,
        key: item.key,
        what: item.what.plain(),
        evidence: (!item.evidence.is_empty()).then(|| item.evidence.plain()),
        commands: item.commands.iter().map(commands).collect(),
    }
}

fn commands(commands: &Commands) -> WireCommands<'_> {
    WireCommands {
        what: &commands.what,
        lines: &commands.lines,
    }
}
