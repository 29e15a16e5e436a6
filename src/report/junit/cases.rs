//! What was found and what could not be read, as test cases: what makes the run fail has failed, the rest is skipped.

use std::io;

use crate::model::{Hygiene, Key, Location, Outcome, Problem, Severity};
use crate::report::human::Page;
use crate::report::snippet::end;
use crate::report::{Options, Shown, liveness, sanitize, whereabouts};

/// Characters of a name or a message.
const SHORT: usize = 500;
/// Characters of a text.
const LONG: usize = 8_000;
/// What test cases of habits are called: as SARIF calls their rules.
const HABIT: &str = "aisa-hygiene-";

/// How a test case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// A test case. The lengths of its texts are bounded.
pub(super) struct Case {
    /// Where.
    pub(super) name: String,
    /// By which rule.
    pub(super) class: String,
    pub(super) end: End,
    /// Of a failure or an error: a word from a closed list, as GitLab's reader obeys some (`yaml`, `file`, …).
    pub(super) kind: &'static str,
    /// In a line.
    pub(super) message: String,
    /// Everything.
    pub(super) text: String,
}

impl Case {
    fn new(name: &str, class: &str, end: End, message: &str, text: &str) -> Self {
        let kind = match end {
            End::Failed => "leaked-key",
            _ => "incomplete",
        };
        Self {
            name: sanitize::visible(&shortened(name, SHORT)),
            class: sanitize::visible(&shortened(&format!("aisaleaks.{class}"), SHORT)),
            end,
            kind,
            message: sanitize::visible(&shortened(message, SHORT)),
            text: shortened(text.trim_end(), LONG),
        }
    }
}

/// The text with its middle left out if it is longer: a path is known by its end, and a story by its begin.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2).collect();
    let length = text.chars().count();
    let tail: String = text.chars().skip(length - (most / 2 - 1)).collect();
    format!("{head}…{tail}")
}

/// What every test case is made from.
pub(super) struct Cases<'a> {
    pub(super) shown: Shown<'a>,
    pub(super) options: &'a Options<'a>,
}

impl Cases<'_> {
    /// The cases of an outcome, keys first and worst first, each given to `each`.
    pub(super) fn of(
        &self,
        outcome: &Outcome,
        each: &mut dyn FnMut(Case) -> io::Result<()>,
    ) -> io::Result<()> {
        for key in &outcome.keys {
            for at in &key.locations {
                each(self.key(key, at)?)?;
            }
        }
        if let Some(case) = self.hidden(outcome) {
            each(case)?;
        }
        for habit in &outcome.hygiene {
            each(self.habit(habit))?;
        }
        for key in outcome
            .suppressed
            .iter()
            .filter(|_| self.options.show_suppressed)
        {
            for at in &key.locations {
                each(self.allowed(key, at)?)?;
            }
        }
        for problem in &outcome.problems {
            each(self.problem(problem)?)?;
        }
        let open = |problem: &Problem| problem.accepted.is_none();
        if outcome.interrupted && !outcome.problems.iter().any(open) {
            let text = "The run was interrupted: not everything was read.";
            each(Case::new("interrupted", "problem", End::Error, text, text))?;
        }
        // No test at all looks like a broken report to many services, and a skipped one alone like nothing that was looked at.
        if outcome.keys.is_empty() && outcome.complete() {
            let name = match outcome.hidden.is_empty() {
                true => "no leaked keys",
                false => "no key is known to work",
            };
            each(Case::new(name, "scan", End::Passed, "", ""))?;
        }
        Ok(())
    }

    /// What is hidden: a failure, if a key in it that may work would be one.
    fn hidden(&self, outcome: &Outcome) -> Option<Case> {
        let text = liveness::hidden(outcome)?;
        let end = match (liveness::worst_hidden(outcome), self.options.fails) {
            (Some(worst), Some(least)) if worst >= least => End::Failed,
            _ => End::Skipped,
        };
        let mut case = Case::new("keys that are not shown", "live-check", end, &text, &text);
        case.kind = "hidden-key";
        Some(case)
    }

    fn key(&self, key: &Key, at: &Location) -> io::Result<Case> {
        let severity = key.severity();
        let mut what = format!("{} leaked", self.what(key));
        if let Some((state, balance)) = liveness::badge(key, |text| self.shown.text(text)) {
            what.push_str(&format!(" (live check: {state}{balance})"));
        }
        let (end, message) = match self.options.fails {
            Some(least) if severity >= least => (End::Failed, what),
            _ => (End::Skipped, format!("{what}, {}", self.why_not(severity))),
        };
        let text = self.text(key, at)?;
        let name = self.shown.told_exactly(at, self.options.below);
        Ok(Case::new(
            &name,
            &self.shown.name(&key.rule),
            end,
            &message,
            &text,
        ))
    }

    fn allowed(&self, key: &Key, at: &Location) -> io::Result<Case> {
        let mut message = format!("{} is allowed", self.what(key));
        if let Some(allowed) = &at.allowed {
            message.push_str(&format!(": {}", allowed.by.name()));
            if let Some(reason) = &allowed.reason {
                message.push_str(&format!(", {}", self.shown.text(reason)));
            }
        }
        let name = self.shown.told_exactly(at, self.options.below);
        let rule = self.shown.name(&key.rule);
        Ok(Case::new(&name, &rule, End::Skipped, &message, &message))
    }

    /// What the report for people says of the key and of this place.
    fn text(&self, key: &Key, at: &Location) -> io::Result<String> {
        let mut out = Vec::new();
        // A page of its own: what notes mean is told in each test case, as each is read alone.
        let page = Page::new(self.shown, self.options);
        page.headline(key, &mut out)?;
        page.location(at, &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// `AIsa API key sk-aisa-…Q9k`; of what a brought rule found, the rule alone.
    fn what(&self, key: &Key) -> String {
        match key.secret.is_aisa() {
            true => format!("AIsa API key {}", key.secret.redacted()),
            false => format!("A secret of {}", self.shown.name(&key.rule)),
        }
    }

    /// Why something does not make the run fail.
    fn why_not(&self, severity: Severity) -> String {
        let name = match severity {
            Severity::Note => "a note",
            Severity::Warning => "a warning",
            Severity::Error => "an error",
        };
        match self.options.fails {
            Some(_) => format!("but {name} does not make this run fail"),
            None => "but no finding makes this run fail".to_owned(),
        }
    }

    fn habit(&self, habit: &Hygiene) -> Case {
        let path = whereabouts::from(self.options.below, &habit.path);
        let mut name = end(&self.shown.visible_path(&path), SHORT / 2);
        if let Some(line) = habit.line {
            name.push_str(&format!(":{line}"));
        }
        let message = self.shown.text(&habit.message);
        let message = sanitize::visible(&message);
        let text = format!("{message}\nThe right way: {}", habit.example);
        // For --fail-on a habit is a note, whatever its level.
        let end = match self.options.fails {
            Some(Severity::Note) => End::Failed,
            _ => End::Skipped,
        };
        let mut case = Case::new(
            &name,
            &format!("{HABIT}{}", habit.rule),
            end,
            &message,
            &text,
        );
        case.kind = "bad-habit";
        case
    }

    fn problem(&self, problem: &Problem) -> io::Result<Case> {
        let name = format!(
            "{}: {}",
            problem.kind.name(),
            self.shown.name(&problem.place)
        );
        let mut out = Vec::new();
        Page::new(self.shown, self.options).problem(problem, &mut out)?;
        let text = String::from_utf8_lossy(&out).into_owned();
        let message = self.shown.text(&problem.message);
        let (end, message) = match &problem.accepted {
            Some(reason) => (
                End::Skipped,
                format!("accepted: {}", self.shown.text(reason)),
            ),
            None => (End::Error, message),
        };
        let mut case = Case::new(&name, "problem", end, &message, &text);
        case.kind = problem.kind.name();
        Ok(case)
    }
}
