//! Bad habits in the report for a person: each once, with where it stands and the right way.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::human::{Page, rest};
use super::summary;
use crate::model::{Hygiene, Severity};

/// Habits that are listed.
const HABITS: usize = 20;
/// Places of one habit that are listed.
const PLACES: usize = 5;

/// The places of each habit, the worst habit first.
pub(super) fn by_habit(all: &[Hygiene]) -> Vec<Vec<&Hygiene>> {
    let mut habits: BTreeMap<_, Vec<&Hygiene>> = BTreeMap::new();
    for habit in all {
        let order = (Reverse(habit.severity), habit.rule, &habit.message);
        habits.entry(order).or_default().push(habit);
    }
    habits.into_values().collect()
}

impl Page<'_> {
    /// Writes the section, if there is anything to say in it. Worst first.
    pub(super) fn habits(&self, all: &[Hygiene], out: &mut dyn Write) -> io::Result<()> {
        let habits = by_habit(all);
        if habits.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", self.bold("Habits that will leak a key"))?;
        for places in habits.iter().take(HABITS) {
            self.habit(places, out)?;
        }
        if let Some(more) = rest(habits.len(), HABITS) {
            writeln!(out, "  and {more} more; see -f json")?;
        }
        writeln!(out)
    }

    fn habit(&self, places: &[&Hygiene], out: &mut dyn Write) -> io::Result<()> {
        let Some(first) = places.first() else {
            return Ok(());
        };
        let severity = match first.severity {
            Severity::Note => "note",
            Severity::Warning | Severity::Error => "warning",
        };
        let message = self.text(&first.message);
        writeln!(out, "  {severity}: {message} ({})", first.rule)?;
        for place in places.iter().take(PLACES) {
            let path = self.path(&place.path);
            match place.line {
                Some(line) => writeln!(out, "    {path}:{line}")?,
                None => writeln!(out, "    {path}")?,
            }
        }
        if places.len() > PLACES {
            let more = summary::grouped((places.len() - PLACES) as u64);
            writeln!(out, "    and {more} more; see -f json")?;
        }
        writeln!(out, "    the right way: {}", first.example)
    }
}
