//! What the report for a person says of the live check.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{DIM, MARK, Page};
use crate::model::{Key, Outcome, State};
use crate::report::liveness::{self, Words};

/// That keys can be checked, and what that sends.
const SUGGESTION: &str = "--verify asks AIsa whether they still work: it sends each key to api.aisa.one, and costs nothing.";

impl Page<'_> {
    /// Whether it works, and what that means.
    pub(super) fn liveness(&self, key: &Key, out: &mut dyn Write) -> io::Result<()> {
        let Some(words) = Words::of(key, |text| self.text(text)) else {
            return Ok(());
        };
        let style = match key.verdict.state {
            state if state.is_live() => MARK,
            state if state.is_dead() => AnsiColor::Green.on_default(),
            State::Unchecked => Style::new(),
            _ => AnsiColor::Yellow.on_default().bold(),
        };
        let state = self.paint(style, words.state);
        writeln!(out, "  live: {state}{}", words.rest())?;
        match words.spends {
            Some(spends) => writeln!(out, "  {}", self.paint(MARK, &spends)),
            None => Ok(()),
        }
    }

    /// What the live check did and what it hides, or that there is one.
    pub(super) fn checked(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        if let Some(line) = liveness::checked(outcome, |base| self.name(base)) {
            writeln!(out, "{line}")?;
        }
        if let Some(line) = liveness::hidden(outcome) {
            let style = match liveness::worst_hidden(outcome) {
                Some(_) => AnsiColor::Yellow.on_default().bold(),
                None => DIM,
            };
            writeln!(out, "{}", self.paint(style, &line))?;
        }
        let is_aisa = |key: &Key| key.secret.is_aisa();
        if self.options.suggest_check && outcome.live.is_none() && outcome.keys.iter().any(is_aisa)
        {
            writeln!(out, "{}", self.paint(DIM, SUGGESTION))?;
        }
        Ok(())
    }
}
