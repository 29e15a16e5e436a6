//! The response for a person: each step with its boxes.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::text::Text;
use super::{Item, Response, Step, Tick, counted, listed, looked_at};
use crate::report::sanitize::visible;
use crate::report::wrap::wrapped;

/// Columns of a line.
const COLUMNS: usize = 100;
/// Keys that have items of their own.
const KEYS: usize = 100;
const BOLD: Style = Style::new().bold();

/// Writes it.
pub(super) fn write(response: &Response<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { color };
    writeln!(out, "{}", page.paint(BOLD, &counted(response)))?;
    page.sentence("", &looked_at(response).plain(), out)?;
    for note in &response.facts.notes {
        page.sentence("", note, out)?;
    }
    for (step, number) in response.steps.iter().zip(1..) {
        page.step(step, number, out)?;
    }
    Ok(())
}

struct Page {
    color: bool,
}

impl Page {
    fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn sentence(&self, indent: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped(text, COLUMNS - indent.len()) {
            writeln!(out, "{indent}{line}")?;
        }
        Ok(())
    }

    fn step(&self, step: &Step, number: usize, out: &mut dyn Write) -> io::Result<()> {
        let title = format!("{number}. {}", step.title);
        writeln!(out, "\n{}", self.paint(BOLD, &title))?;
        self.sentence("   ", &step.text, out)?;
        let (items, more) = listed(step, KEYS);
        for item in items {
            self.item(item, out)?;
        }
        if more > 0 {
            writeln!(out, "   and {more} more keys; see -f json")?;
        }
        for note in &step.notes {
            self.sentence("   ", note, out)?;
        }
        Ok(())
    }

    fn item(&self, item: &Item, out: &mut dyn Write) -> io::Result<()> {
        let (mark, style) = match (item.tick, item.by_hand) {
            (Tick::Done, _) => ("[x]", AnsiColor::Green),
            (Tick::Open, _) => ("[ ]", AnsiColor::Red),
            (Tick::Unknown, false) => ("[?]", AnsiColor::Yellow),
            (Tick::Unknown, true) => ("[-]", AnsiColor::Cyan),
        };
        let mark = self.paint(style.on_default().bold(), mark);
        let text = sentence(&item.what, &item.evidence);
        let indent = " ".repeat(7);
        for (number, line) in wrapped(&text, COLUMNS - indent.len()).iter().enumerate() {
            match number {
                0 => writeln!(out, "   {mark} {line}")?,
                _ => writeln!(out, "{indent}{line}")?,
            }
        }
        for commands in &item.commands {
            self.sentence(&indent, &commands.what, out)?;
            for line in &commands.lines {
                // Whole: it is there to be copied.
                writeln!(out, "{indent}  {}", visible(line))?;
            }
        }
        Ok(())
    }
}

/// `WHAT: EVIDENCE`.
fn sentence(what: &Text, evidence: &Text) -> String {
    match evidence.is_empty() {
        true => what.plain(),
        false => format!("{}: {}", what.plain(), evidence.plain()),
    }
}
