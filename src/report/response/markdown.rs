//! The response as a task list for an issue (GitHub Flavored Markdown Spec, 5.3). What comes from the input stands in code spans
//! alone. GitHub takes 65,536 characters for an issue, so that there is a limit to the keys.

use std::io::{self, Write};

use super::text::{Piece, Text};
use super::{Commands, Item, Response, Step, Tick, counted, listed, looked_at};
use crate::report::markdown::code::{self, Where};

/// Keys that have items of their own.
const KEYS: usize = 20;

/// Writes it.
pub(super) fn write(response: &Response<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "## {}\n\n{}",
        counted(response),
        rendered(&looked_at(response))
    )?;
    for note in &response.facts.notes {
        writeln!(out, "\n**{note}**")?;
    }
    for (step, number) in response.steps.iter().zip(1..) {
        self::step(step, number, out)?;
    }
    Ok(())
}

fn step(step: &Step, number: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### {number}. {}\n\n{}\n", step.title, step.text)?;
    let (items, more) = listed(step, KEYS);
    for item in items {
        self::item(item, out)?;
    }
    if more > 0 {
        writeln!(out, "- and {more} more keys, which `-f json` has")?;
    }
    for note in &step.notes {
        writeln!(out, "\n{note}")?;
    }
    Ok(())
}

fn item(item: &Item, out: &mut dyn Write) -> io::Result<()> {
    let (mark, state) = match (item.tick, item.by_hand) {
        (Tick::Done, _) => ('x', ""),
        (Tick::Open, _) => (' ', "**open**, "),
        (Tick::Unknown, false) => (' ', "**unknown**, "),
        (Tick::Unknown, true) => (' ', ""),
    };
    let colon = if item.evidence.is_empty() { "" } else { ": " };
    let (what, evidence) = (rendered(&item.what), rendered(&item.evidence));
    writeln!(out, "- [{mark}] {state}{what}{colon}{evidence}")?;
    for commands in &item.commands {
        self::commands(commands, out)?;
    }
    Ok(())
}

/// In a fence that no line of it can end.
fn commands(commands: &Commands, out: &mut dyn Write) -> io::Result<()> {
    let ticks = commands.lines.iter().map(|line| code::longest_run(line));
    let fence = "`".repeat(ticks.max().unwrap_or(0).max(2) + 1);
    writeln!(out, "\n  {}\n\n  {fence}sh", commands.what)?;
    for line in &commands.lines {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "  {fence}")
}

fn rendered(text: &Text) -> String {
    let pieces = text.0.iter();
    let pieces = pieces.map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Code(name) => code::of(name, Where::Line),
    });
    pieces.collect()
}
