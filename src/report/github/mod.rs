//! Annotations at the lines of a change, as workflow commands in the log (GitHub Docs, "Workflow commands for GitHub Actions").

mod command;
mod telling;

use std::io::{self, Write};

use super::{Options, Shown, liveness, summary, whereabouts};
use crate::model::{Hygiene, Key, Location, Outcome, Severity};
use command::{Command, Kind};
use telling::Teller;

/// Annotations of one kind that GitHub shows of a step (GitHub Docs, "Usage limits of annotations"); it drops the others.
const LIMIT: usize = 10;
/// How many of these are left to problems at least, however many keys there are.
const PROBLEMS: usize = 3;

/// Writes the report: nothing at all, if there is nothing to tell.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let teller = Teller { shown, options };
    for kind in Kind::ALL {
        for command in of_kind(kind, outcome, teller) {
            writeln!(out, "{command}")?;
        }
    }
    Ok(())
}

/// Writes an annotation that is about the run itself: its texts are masked and visible already.
pub(super) fn failure(title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let command = Command {
        kind: Kind::Error,
        spot: None,
        title: title.to_owned(),
        message: message.to_owned(),
    };
    writeln!(out, "{command}")
}

/// What the annotations of a key are called. Nothing fails the run if findings never do, and nothing is an error then.
fn kind(key: &Key, options: &Options<'_>) -> Kind {
    named(key.severity(), options)
}

fn named(severity: Severity, options: &Options<'_>) -> Kind {
    match severity {
        Severity::Error if options.fails.is_some() => Kind::Error,
        Severity::Error | Severity::Warning => Kind::Warning,
        Severity::Note => Kind::Notice,
    }
}

/// The annotations of one kind, as many as GitHub shows: each key at its best place, problems, habits, and with what room is
/// left the other places of the keys.
fn of_kind(kind_of: Kind, outcome: &Outcome, teller: Teller<'_>) -> Vec<Command> {
    let is_one = |key: &&Key| kind(key, teller.options) == kind_of;
    let keys: Vec<&Key> = outcome.keys.iter().filter(is_one).collect();
    let is_habit = |habit: &&Hygiene| match habit.severity {
        Severity::Note => kind_of == Kind::Notice,
        Severity::Warning | Severity::Error => kind_of == Kind::Warning,
    };
    let habits: Vec<&Hygiene> = outcome.hygiene.iter().filter(is_habit).collect();
    let hidden = liveness::worst_hidden(outcome).unwrap_or(Severity::Note);
    let hidden = (named(hidden, teller.options) == kind_of)
        .then(|| teller.hidden(kind_of, outcome))
        .flatten();
    let others = match kind_of {
        Kind::Error => teller.problems(outcome),
        Kind::Warning => Vec::new(),
        Kind::Notice => teller.counts(outcome).into_iter().collect(),
    };
    let others: Vec<Command> = hidden.into_iter().chain(others).collect();
    let room = Room::of(&keys, habits.len(), others.len());
    let mut commands: Vec<Command> = Vec::new();
    for key in keys.iter().take(room.keys) {
        let best = whereabouts::best(key).and_then(|at| key.locations.get(at));
        commands.push(teller.key(kind_of, key, best));
    }
    let left = room.left(&keys, habits.len(), others.len());
    commands.extend(others.into_iter().take(room.others));
    let habits = habits.into_iter().take(room.habits);
    commands.extend(habits.map(|habit| teller.habit(kind_of, habit)));
    let further = keys
        .iter()
        .flat_map(|key| further(key).map(move |at| (key, at)));
    let further = further.take(room.places);
    commands.extend(further.map(|(key, at)| teller.key(kind_of, key, Some(at))));
    if let Some(left) = left {
        commands.push(teller.more(kind_of, &left));
    }
    commands
}

/// The places of a key but its best.
fn further(key: &Key) -> impl Iterator<Item = &Location> {
    let best = whereabouts::best(key);
    let places = key.locations.iter().enumerate();
    places
        .filter(move |(at, _)| Some(*at) != best)
        .map(|(_, at)| at)
}

/// How many of what have an annotation.
struct Room {
    keys: usize,
    others: usize,
    habits: usize,
    places: usize,
    is_enough: bool,
}

impl Room {
    fn of(keys: &[&Key], habits: usize, others: usize) -> Self {
        let further: usize = keys.iter().map(|key| further(key).count()).sum();
        let is_enough = keys.len() + habits + others + further <= LIMIT;
        // The last one says how many there are besides.
        let most = if is_enough { LIMIT } else { LIMIT - 1 };
        let others = others.min(most.saturating_sub(keys.len()).max(PROBLEMS));
        let taken = keys.len().min(most - others);
        let habits = habits.min(most - others - taken);
        Self {
            keys: taken,
            others,
            habits,
            places: further.min(most - others - taken - habits),
            is_enough,
        }
    }

    /// What has none, in words.
    fn left(&self, keys: &[&Key], habits: usize, others: usize) -> Option<String> {
        if self.is_enough {
            return None;
        }
        let places = keys.iter().map(|key| further(key).count()).sum::<usize>();
        let left = [
            (keys.len() - self.keys, "key"),
            (places - self.places, "further place"),
            (others - self.others, "kind of problem"),
            (habits - self.habits, "bad habit"),
        ];
        let left = left.into_iter().filter(|(number, _)| *number > 0);
        let left: Vec<String> = left
            .map(|(number, noun)| match noun {
                "kind of problem" if number > 1 => format!("{number} kinds of problems"),
                noun => summary::count(number as u64, noun),
            })
            .collect();
        Some(left.join(", "))
    }
}

#[cfg(test)]
pub(super) mod runner;
#[cfg(test)]
mod tests;
