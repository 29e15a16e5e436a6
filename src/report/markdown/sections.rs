//! What stands below the keys: what their notes mean, problems, bad habits, and what is suppressed or stale.

use std::collections::BTreeSet;

use super::code::{self, Where};
use super::fitting::{Part, Row};
use super::{Page, item};
use crate::model::{Hygiene, Key, Location, Note, Outcome, Problem, Severity};
use crate::report::advice::{self, Advice};
use crate::report::habits::by_habit;
use crate::report::hiding::aside;
use crate::report::liveness::Words;
use crate::report::summary;

/// Places of one habit that are named.
const PLACES: usize = 5;

impl<'a> Page<'a> {
    /// What the notes mean, and what the rules find that are not AIsa's: each once.
    pub(super) fn meanings(self, outcome: &'a Outcome) -> Vec<Part<'a>> {
        let notes: BTreeSet<Note> = outcome
            .keys
            .iter()
            .flat_map(|key| &key.notes)
            .copied()
            .collect();
        let brought = outcome.keys.iter().filter(|key| !key.secret.is_aisa());
        let brought: BTreeSet<&str> = brought.map(|key| key.rule.as_str()).collect();
        let rules = self.options.rules.iter();
        let rules: Vec<_> = rules.filter(|rule| brought.contains(&*rule.id)).collect();
        let places = outcome.keys.iter().flat_map(|key| &key.locations);
        let hiding: Vec<_> = advice::of_hiding(places).collect();
        if notes.is_empty() && rules.is_empty() && hiding.is_empty() {
            return Vec::new();
        }
        let mut text = "\n### What that means\n\n".to_owned();
        let notes = notes
            .into_iter()
            .map(|note| (note.name(), advice::of(note)));
        for (name, Advice { means, advice }) in notes.chain(hiding) {
            text.push_str(&format!("- {name}: {means}; {advice}.\n"));
        }
        let rules = rules.into_iter().map(move |rule| {
            let name = self.name(&rule.id, Where::Line);
            item(
                format!("{name}: {}", self.text(&rule.description, Where::Line)),
                "rule",
            )
        });
        vec![Part::Fixed(text), Part::Rows(Box::new(rules))]
    }

    /// What the live check said of each key, and why.
    pub(super) fn verdicts(self, keys: &'a [Key]) -> Vec<Part<'a>> {
        let words = move |key| Words::of(key, |text| self.text(text, Where::Line));
        let mut told = keys
            .iter()
            .filter_map(move |key| Some((key, words(key)?)))
            .peekable();
        if told.peek().is_none() {
            return Vec::new();
        }
        let rows = told.map(move |(key, words)| {
            let mut text = format!(
                "{}: {}{}.",
                self.called(key, Where::Line),
                words.state,
                words.rest()
            );
            if let Some(spends) = words.spends {
                text.push_str(&format!(" It is {spends}."));
            }
            item(text, "verdict")
        });
        vec![
            Part::Fixed("\n### What the live check says\n\n".to_owned()),
            Part::Rows(Box::new(rows)),
        ]
    }

    /// What could not be read, and what of it somebody accepted.
    pub(super) fn problems(self, outcome: &'a Outcome) -> Vec<Part<'a>> {
        let (accepted, open): (Vec<&Problem>, Vec<&Problem>) = outcome
            .problems
            .iter()
            .partition(|at| at.accepted.is_some());
        let mut parts = Vec::new();
        if !open.is_empty() {
            let number = summary::count(open.len() as u64, "problem");
            parts.push(Part::Fixed(format!(
                "\n### Not everything could be scanned: {number}\n\n"
            )));
            let rows = open.into_iter().map(move |problem| {
                let text = self.problem(problem);
                let message = self.text(&problem.message, Where::Line);
                item(
                    format!("{text}: {message} (`{}`)", problem.fingerprint()),
                    "problem",
                )
            });
            parts.push(Part::Rows(Box::new(rows)));
            parts.push(Part::Fixed(
                "\nTo accept one, add to `.aisaleaks.toml`: `[[accept]] problem = \"sha256:…\" reason = \"…\"`\n"
                    .to_owned(),
            ));
        }
        if !accepted.is_empty() {
            let number = summary::count(accepted.len() as u64, "accepted problem");
            let rows = accepted.into_iter().map(move |problem| {
                let reason = problem.accepted.as_deref().unwrap_or_default();
                let reason = self.text(reason, Where::Line);
                item(
                    format!("{}: {reason}", self.problem(problem)),
                    "accepted problem",
                )
            });
            parts.extend(folded(&number, Box::new(rows)));
        }
        parts
    }

    fn problem(&self, problem: &Problem) -> String {
        match problem.place.as_str() {
            "" => problem.kind.name().to_owned(),
            place => format!("{}, {}", problem.kind.name(), self.name(place, Where::Line)),
        }
    }

    /// Bad habits, each once, worst first.
    pub(super) fn habits(self, all: &'a [Hygiene]) -> Vec<Part<'a>> {
        if all.is_empty() {
            return Vec::new();
        }
        let rows = by_habit(all).into_iter().filter_map(move |places| {
            let first = *places.first()?;
            let severity = match first.severity {
                Severity::Note => "note",
                Severity::Warning | Severity::Error => "warning",
            };
            let message = self.text(&first.message, Where::Line);
            let mut at: Vec<String> = places
                .iter()
                .take(PLACES)
                .map(|at| self.path(&at.path, at.line, Where::Line))
                .collect();
            if let Some(more @ 1..) = places.len().checked_sub(PLACES) {
                at.push(format!("{} more", summary::grouped(more as u64)));
            }
            let (rule, at) = (first.rule, at.join(", "));
            let example = code::of(first.example, Where::Line);
            let text = format!("{severity}: {message} ({rule}) in {at}. The right way: {example}");
            Some(item(text, "bad habit"))
        });
        vec![
            Part::Fixed("\n### Habits that will leak a key\n\n".to_owned()),
            Part::Rows(Box::new(rows)),
        ]
    }

    /// How much is allowed and by whom; all of it, if somebody asked.
    pub(super) fn suppressed(self, outcome: &'a Outcome) -> Vec<Part<'a>> {
        let Some(line) = summary::suppressed(outcome) else {
            return Vec::new();
        };
        if !self.options.show_suppressed {
            return vec![Part::Fixed(format!("\n{line}.\n"))];
        }
        let number = format!(
            "{} suppressed",
            summary::grouped(outcome.suppressed_count())
        );
        let rows = outcome.suppressed.iter().flat_map(move |key| {
            let places = key.locations.iter();
            places.map(move |at| item(self.allowed(key, at), "suppressed place"))
        });
        folded(&number, Box::new(rows))
    }

    fn allowed(&self, key: &Key, at: &Location) -> String {
        let name = match key.secret.is_aisa() {
            true => self.name(&key.secret.redacted(), Where::Line),
            false => self.name(&key.rule, Where::Line),
        };
        let place = match &at.path {
            Some(path) => self.file(path, at, Where::Line),
            None => at.origin.name().to_owned(),
        };
        let mut text = format!("{name} in {place}{}", aside(at));
        if let Some(allowed) = &at.allowed {
            text.push_str(&format!(": {}", allowed.by.name()));
            if let Some(reason) = &allowed.reason {
                text.push_str(&format!(", {}", self.text(reason, Where::Line)));
            }
        }
        text
    }

    /// Entries of the configuration that are stale.
    pub(super) fn stale(self, stale: &'a [String]) -> Vec<Part<'a>> {
        if stale.is_empty() {
            return Vec::new();
        }
        let number = match stale.len() {
            1 => "1 stale entry".to_owned(),
            more => format!("{} stale entries", summary::grouped(more as u64)),
        };
        let rows = stale
            .iter()
            .map(move |text| item(self.text(text, Where::Line), "stale line"));
        folded(&number, Box::new(rows))
    }
}

/// A list that is shown when somebody opens it.
fn folded<'a>(title: &str, rows: Box<dyn Iterator<Item = Row> + 'a>) -> Vec<Part<'a>> {
    vec![
        Part::Fixed(format!("\n<details>\n<summary>{title}</summary>\n\n")),
        Part::Rows(rows),
        Part::Fixed("\n</details>\n".to_owned()),
    ]
}
