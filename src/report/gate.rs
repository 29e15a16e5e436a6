//! What somebody sees whose commit or push was stopped: which key, where, why it is a leak, and the shortest way on. It
//! fits on one screen; the other reports have everything.

mod words;

use std::io::{self, Write};

use super::hiding::aside;
use super::human::{SHORT_ID, rest};
use super::sanitize::visible;
use super::wrap::wrapped;
use super::{Shown, advice, liveness, snippet, summary};
use crate::model::{Key, Location, Note, Origin, Outcome, Problem};

pub use words::Gate;
use words::{INDENT, Leak};

/// Places that are shown; with a line each for the place, its text and a note, and all the rest, that is a screen of 24.
const PLACES: usize = 3;
/// Problems that are shown, with some lines each.
const PROBLEMS: usize = 3;
/// Columns for what is quoted. Git puts `remote: ` before what a server says.
const WIDTH: usize = 72;
/// Columns for a path: a longer one would push the rest off the screen.
const PATH: usize = 200;
/// Columns before what is quoted.
const NARROWER: usize = 6;

/// Writes what the gate says. If nothing `stopped` it, only what is incomplete is said: somebody chose to let it through.
pub(super) fn write(
    outcome: &Outcome,
    gate: &Gate,
    stopped: bool,
    shown: Shown<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page { gate, shown };
    match (stopped, outcome.keys.as_slice()) {
        (true, []) if liveness::worst_hidden(outcome).is_some() && outcome.complete() => {
            page.hidden(outcome, out)
        }
        (true, []) => page.unseen(outcome, out),
        (true, keys) => page.leak(keys, outcome, out),
        (false, _) if !outcome.complete() => page.let_through(outcome, out),
        (false, _) => Ok(()),
    }
}

struct Page<'a> {
    gate: &'a Gate,
    shown: Shown<'a>,
}

impl Page<'_> {
    fn leak(&self, keys: &[Key], outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let what = match keys.iter().all(|key| key.secret.is_aisa()) {
            true => "key",
            false => "secret",
        };
        let count = summary::count(keys.len() as u64, what);
        let (who, thing) = (self.gate.who(), self.gate.thing());
        writeln!(out, "{who} stopped this {thing}: it would leak {count}.\n")?;
        let places = || {
            keys.iter()
                .flat_map(|key| key.locations.iter().map(move |at| (key, at)))
        };
        // One of each key before a second one of any.
        let first = keys
            .iter()
            .filter_map(|key| Some((key, key.locations.first()?)));
        let more = places().filter(|(key, at)| key.locations.first() != Some(*at));
        let shown: Vec<(&Key, &Location)> = first.chain(more).take(PLACES).collect();
        for (key, at) in &shown {
            self.place(key, at, out)?;
        }
        if let Some(more) = rest(places().count(), shown.len()) {
            writeln!(out, "  and {more} more; {} lists all", self.gate.whole())?;
        }
        if !outcome.complete() {
            let problems = open(outcome).count() as u64;
            let problems = summary::count(problems, "problem");
            writeln!(out, "  besides, not everything could be read: {problems}")?;
        }
        if let Some(line) = may_work(outcome) {
            writeln!(out, "  besides, {line}")?;
        }
        let is_dead = keys.iter().all(|key| key.verdict.state.is_dead());
        let why = match what {
            "key" if is_dead => {
                "AIsa says that no key in it works any more, but git forgets nothing."
            }
            "key" => "Whoever has an AIsa key spends from its wallet, and git forgets nothing.",
            _ => "Whoever has a copy of the repository has it, and git forgets nothing.",
        };
        writeln!(out, "\n{why}")?;
        let place = shown.first().map(|(_, at)| *at);
        let leak = Leak {
            commit: place.and_then(commit),
            is_dotenv: place.is_some_and(|at| at.notes.contains(&Note::DotenvTracked)),
            is_inside: place.is_some_and(|at| !at.member.is_empty()),
            is_aisa: what == "key",
            is_dead,
        };
        let steps = self.gate.steps(&leak);
        for (nth, step) in steps.iter().enumerate() {
            let lines = step.join(&format!("\n{INDENT}"));
            writeln!(out, "  {}. {lines}", nth + 1)?;
        }
        Ok(())
    }

    /// Where a key stands, its line, and what is bad about it.
    fn place(&self, key: &Key, at: &Location, out: &mut dyn Write) -> io::Result<()> {
        let mut name = match key.secret.is_aisa() {
            true => key.secret.redacted(),
            false => visible(&self.shown.name(&key.rule)),
        };
        if let Some((state, _)) = liveness::badge(key, visible) {
            name.push_str(&format!(" ({state})"));
        }
        let mut line = match &at.path {
            Some(path) => snippet::end(&self.shown.visible_file(path, &at.member), PATH),
            None => format!("({})", at.origin.name()),
        };
        if matches!(at.origin, Origin::PathName | Origin::RefName) {
            line.push_str(&format!("  ({})", at.origin.name()));
        }
        if let Some(place) = at.place.filter(|_| at.origin != Origin::Author) {
            line.push_str(&format!(":{}", place.line));
        }
        line.push_str(&aside(at));
        if let Some(commit) = commit(at) {
            line.push_str(&format!("  in {commit}"));
        }
        writeln!(out, "  {name}  {line}")?;
        if self.shown.show_secrets {
            writeln!(out, "      key: {}", visible(key.secret.expose()))?;
        }
        if let Some(context) = &at.context {
            let width = WIDTH - NARROWER;
            writeln!(out, "      {}", snippet::of(context, width).text)?;
        }
        // What everybody pushes is pushed, and said below.
        let mut notes = at.notes.iter().filter(|note| **note != Note::Pushed);
        let note = notes.next().map(|note| (note.name(), advice::of(*note)));
        if let Some((name, told)) = note.or_else(|| advice::of_hiding([at]).next()) {
            writeln!(out, "      {name}: {}", told.means)?;
        }
        Ok(())
    }

    fn unseen(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let (who, thing) = (self.gate.who(), self.gate.thing());
        if outcome.interrupted {
            return writeln!(
                out,
                "{who} was interrupted, and stopped this {thing}; try again."
            );
        }
        writeln!(
            out,
            "{who} stopped this {thing}: it could not read all of it.\n"
        )?;
        self.problems(outcome, out)?;
        if let Some(line) = may_work(outcome) {
            writeln!(out, "  besides, {line}")?;
        }
        writeln!(out, "\n{}", self.gate.ways_around().join("\n"))
    }

    /// What is no better than a leak, though nothing of it is shown.
    fn hidden(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let (who, thing) = (self.gate.who(), self.gate.thing());
        writeln!(
            out,
            "{who} stopped this {thing}: it may leak a key that works.\n"
        )?;
        let hidden = liveness::hidden(outcome).unwrap_or_default();
        for line in wrapped(&hidden, WIDTH) {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "\n{} lists all", self.gate.whole())
    }

    fn let_through(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let (who, thing) = (self.gate.who(), self.gate.thing());
        writeln!(
            out,
            "{who} let this {thing} through (--on-incomplete pass), although not"
        )?;
        writeln!(out, "everything in it could be looked at:")?;
        self.problems(outcome, out)
    }

    fn problems(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        for problem in open(outcome).take(PROBLEMS) {
            let place = snippet::end(&visible(&self.shown.name(&problem.place)), PATH);
            writeln!(out, "  {}: {place}", problem.kind.name())?;
            let message = visible(&self.shown.text(&problem.message));
            for line in wrapped(&message, WIDTH - NARROWER) {
                writeln!(out, "      {line}")?;
            }
        }
        match rest(open(outcome).count(), PROBLEMS) {
            Some(more) => writeln!(out, "  and {more} more; {} lists all", self.gate.whole()),
            None => Ok(()),
        }
    }
}

/// What is hidden although it may work.
fn may_work(outcome: &Outcome) -> Option<String> {
    let open = outcome.hidden.iter();
    let open = open.filter(|key| !key.verdict.state.is_dead()).count() as u64;
    let keys = summary::count(open, "key");
    (open > 0).then(|| format!("{keys} that may work hidden by --only-active"))
}

/// What could not be read, and nobody accepted.
fn open(outcome: &Outcome) -> impl Iterator<Item = &Problem> {
    let problems = outcome.problems.iter();
    problems.filter(|problem| problem.accepted.is_none())
}

/// The commit that would bring a key, as git takes it.
fn commit(at: &Location) -> Option<String> {
    let commit = at.attribution.as_ref()?.introduced.as_ref()?;
    Some(commit.id.to_string().chars().take(SHORT_ID).collect())
}
