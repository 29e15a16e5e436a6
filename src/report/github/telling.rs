//! What each annotation says: what was found, what it means, how it came there, and the first step.

use super::command::{Command, Kind, Spot};
use crate::model::{Hygiene, Key, Location, Outcome, Place, Problem, ProblemKind, State};
use crate::report::advice::{self, Advice};
use crate::report::human::SHORT_ID;
use crate::report::liveness::{self, Words};
use crate::report::sanitize::{visible, visible_name};
use crate::report::whereabouts::{self, is_file};
use crate::report::{Options, Shown, snippet, steps, summary, when};

/// Columns of what is quoted from the input, so that the steps stay in the message.
const QUOTED: usize = 200;
/// Stale entries that are quoted.
const STALE: usize = 3;

/// Where everything is told.
const ELSEWHERE: &str = "The job's summary (-f markdown) and SARIF (-f sarif) have them.";

#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) shown: Shown<'a>,
    pub(super) options: &'a Options<'a>,
}

impl Teller<'_> {
    /// A key at one of its places.
    pub(super) fn key(&self, kind: Kind, key: &Key, at: Option<&Location>) -> Command {
        let confidence = format!("{:?} confidence", key.confidence).to_lowercase();
        let place = at.map(|at| snippet::end(&self.shown.told(at, self.options.below), QUOTED));
        let place = place.map_or_else(String::new, |place| format!(" in {place}"));
        let rule = self.name(&key.rule);
        let (title, first) = match key.secret.is_aisa() {
            true => {
                let redacted = key.secret.redacted();
                let first = format!("AIsa API key {redacted}{place} ({confidence}, {rule}).");
                (format!("Leaked AIsa API key {redacted}"), first)
            }
            false => {
                let first = format!("Secret found by {rule}{place} ({confidence}, not shown).");
                (format!("Leaked secret: {rule}"), first)
            }
        };
        let title = match liveness::badge(key, visible) {
            Some((state, _)) if key.verdict.state != State::Unchecked => {
                format!("{title} ({state})")
            }
            _ => title,
        };
        let mut lines = vec![first];
        lines.extend(self.description(key));
        if self.shown.show_secrets {
            lines.push(format!("Key: {}", visible(key.secret.expose())));
        }
        if let Some(words) = Words::of(key, |text| quoted(&visible(&self.shown.text(text)))) {
            lines.push(words.sentences());
        }
        if let Some(note) = key.notes.first() {
            let Advice { means, advice } = advice::of(*note);
            lines.push(format!("{}: {means}; {advice}.", note.name()));
        }
        let hiding = at.into_iter().flat_map(|at| advice::of_hiding([at]));
        lines.extend(
            hiding.map(|(name, Advice { means, advice })| format!("{name}: {means}; {advice}.")),
        );
        lines.extend(at.and_then(came));
        let at_once = match key.secret.is_aisa() && !key.verdict.state.is_dead() {
            true => " It takes effect at once.",
            false => "",
        };
        lines.push(format!("{}{at_once}", steps::revoke(key)));
        let others = key.locations.len().saturating_sub(1) as u64;
        if others > 0 {
            let others = summary::count(others, "other place");
            lines.push(format!("It also stands in {others}."));
        }
        Command {
            kind,
            spot: at.and_then(|at| self.spot(at)),
            title,
            message: lines.join("\n"),
        }
    }

    /// What a brought rule says that it finds.
    fn description(&self, key: &Key) -> Option<String> {
        let mut rules = self.options.rules.iter();
        let rule = rules.find(|rule| *rule.id == *key.rule)?;
        let text = visible(&self.shown.text(rule.description.trim()));
        (!key.secret.is_aisa() && !text.is_empty()).then(|| quoted(&text))
    }

    /// The file, as GitHub knows it: with its exact name, but for what is masked or unseen.
    fn spot(&self, at: &Location) -> Option<Spot> {
        let path = at.path.as_deref().filter(|_| is_file(at))?;
        // A line of a member is none of the file's.
        self.file(path, at.place.filter(|_| at.member.is_empty()))
    }

    fn file(&self, path: &[u8], place: Option<Place>) -> Option<Spot> {
        let path = whereabouts::below(self.options.below, path)?;
        let file = visible_name(&self.shown.path(&path).0);
        Some(Spot { file, place })
    }

    /// One annotation for each kind of problem that nobody accepted.
    pub(super) fn problems(&self, outcome: &Outcome) -> Vec<Command> {
        let mut kinds: Vec<(ProblemKind, Vec<&Problem>)> = Vec::new();
        for problem in outcome.problems.iter().filter(|at| at.accepted.is_none()) {
            match kinds.iter_mut().find(|(kind, _)| *kind == problem.kind) {
                Some((_, problems)) => problems.push(problem),
                None => kinds.push((problem.kind, vec![problem])),
            }
        }
        let mut told: Vec<Command> = kinds
            .iter()
            .filter_map(|(_, problems)| self.problem(problems))
            .collect();
        if told.is_empty() && outcome.interrupted {
            let message = "The scan was interrupted; run it again.".to_owned();
            told.push(incomplete(message));
        }
        told
    }

    fn problem(&self, problems: &[&Problem]) -> Option<Command> {
        let problem = problems.first()?;
        let mut first = problem.kind.name().to_owned();
        if !problem.place.is_empty() {
            first.push_str(&format!(": {}", quoted(&self.name(&problem.place))));
        }
        let mut lines = vec![first, visible(&self.shown.text(&problem.message))];
        if problems.len() > 1 {
            let more = summary::grouped((problems.len() - 1) as u64);
            lines.push(format!("And {more} more of this kind. {ELSEWHERE}"));
        }
        // One that is accepted would be so for good.
        if problem.kind != ProblemKind::Interrupted {
            let print = problem.fingerprint();
            lines.push(format!(
                "To accept it, add to .aisaleaks.toml: [[accept]] problem = \"{print}\" reason = \"…\""
            ));
        }
        Some(incomplete(lines.join("\n")))
    }

    /// A bad habit.
    pub(super) fn habit(&self, kind: Kind, habit: &Hygiene) -> Command {
        let message = quoted(&visible(&self.shown.text(&habit.message)));
        let place = habit.line.map(|line| Place {
            line,
            column: 0,
            end_line: line,
            end_column: 0,
        });
        Command {
            kind,
            spot: self.file(&habit.path, place),
            title: "Habit that will leak a key".to_owned(),
            message: format!(
                "{message} ({})\nThe right way: {}",
                habit.rule, habit.example
            ),
        }
    }

    /// What is hidden although it was found: as loud as it would be itself if it works.
    pub(super) fn hidden(&self, kind: Kind, outcome: &Outcome) -> Option<Command> {
        liveness::hidden(outcome).map(|text| Command {
            kind,
            spot: None,
            title: "Keys that are not shown".to_owned(),
            message: format!("{text}."),
        })
    }

    /// How much is suppressed and stale, if anything is.
    pub(super) fn counts(&self, outcome: &Outcome) -> Option<Command> {
        let mut lines: Vec<String> = summary::suppressed(outcome).into_iter().collect();
        let stale = outcome.stale.iter().take(STALE);
        lines.extend(stale.map(|text| {
            let text = visible(&self.shown.text(text));
            format!("Stale: {}", quoted(&text))
        }));
        if let Some(more) = outcome.stale.len().checked_sub(STALE).filter(|n| *n > 0) {
            let more = summary::count(more as u64, "more stale entry");
            lines.push(more.replace("entrys", "entries"));
        }
        (!lines.is_empty()).then(|| Command {
            kind: Kind::Notice,
            spot: None,
            title: "Suppressed or stale".to_owned(),
            message: lines.join("\n"),
        })
    }

    /// What has no annotation of its own.
    pub(super) fn more(&self, kind: Kind, left: &str) -> Command {
        Command {
            kind,
            spot: None,
            title: "There is more".to_owned(),
            message: format!("Not shown here: {left}.\n{ELSEWHERE}"),
        }
    }

    fn name(&self, name: &str) -> String {
        visible(&self.shown.name(name))
    }
}

fn incomplete(message: String) -> Command {
    Command {
        kind: Kind::Error,
        spot: None,
        title: "Not everything could be scanned".to_owned(),
        message,
    }
}

fn quoted(text: &str) -> String {
    snippet::end(text, QUOTED)
}

/// The commit that brought a place in. Names are left out: a log is read by more people than a history.
fn came(at: &Location) -> Option<String> {
    let history = at.attribution.as_deref()?;
    let commit = history.introduced.as_ref()?;
    let id: String = commit.id.to_string().chars().take(SHORT_ID).collect();
    let day = commit.date.and_then(when::day);
    let day = day.map_or_else(String::new, |day| format!(" of {day}"));
    let earlier = if history.at_or_before {
        ", or earlier"
    } else {
        ""
    };
    Some(format!("It came with commit {id}{day}{earlier}."))
}
