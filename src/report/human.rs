//! The report for a person: keys, worst first, what to do about them, and what could not be read.

mod live;
mod timeline;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::hiding::aside;
use super::sanitize::visible;
use super::timeline::Axis;
use super::{Options, Shown, advice, provenance, snippet, steps, summary};
use crate::model::{Key, Location, Origin, Outcome, Problem, Reachable, Severity};

/// Places of one key that are listed; the JSON report has them all.
pub(super) const LOCATIONS: usize = 20;
/// Problems that are listed.
const PROBLEMS: usize = 50;
/// Hexadecimal digits of an object's id: enough for `git show`.
pub(super) const SHORT_ID: usize = 12;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const MARK: Style = AnsiColor::Red.on_default().bold();

/// Writes the report. Text from the input is masked first and made visible second.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page::new(shown, options);
    let axis = Axis::of(outcome, options.now);
    for key in &outcome.keys {
        page.key(key, axis.as_ref(), out)?;
    }
    if !outcome.keys.is_empty() {
        page.steps(&outcome.keys, out)?;
    }
    page.habits(&outcome.hygiene, out)?;
    if options.show_suppressed {
        page.suppressed(&outcome.suppressed, out)?;
    }
    page.problems(&outcome.problems, out)?;
    page.stale(&outcome.stale, out)?;
    if let Some(line) = summary::left_out(outcome) {
        writeln!(out, "{}", page.paint(DIM, &line))?;
    }
    if let Some(line) = summary::old_keys(outcome) {
        writeln!(out, "{line}")?;
    }
    let suppressed = summary::suppressed(outcome);
    if let Some(line) = suppressed.filter(|_| !options.show_suppressed) {
        writeln!(out, "{}", page.paint(DIM, &line))?;
    }
    page.checked(outcome, out)?;
    writeln!(out, "{}", summary::scanned(outcome))?;
    if let Some(line) = summary::verdict(outcome) {
        writeln!(out, "{}", page.paint(BOLD, line))?;
    }
    Ok(())
}

pub(super) struct Page<'a> {
    shown: Shown<'a>,
    options: &'a Options<'a>,
    /// Notes that were explained already, by their names: each is once a report.
    told: RefCell<BTreeSet<&'static str>>,
    /// Brought rules whose description was shown already.
    described: RefCell<BTreeSet<String>>,
    /// Whether it was said what the characters of a timeline mean.
    has_legend: Cell<bool>,
}

impl<'a> Page<'a> {
    pub(super) fn new(shown: Shown<'a>, options: &'a Options<'a>) -> Self {
        Self {
            shown,
            options,
            told: RefCell::default(),
            described: RefCell::default(),
            has_legend: Cell::default(),
        }
    }
}

impl Page<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(BOLD, text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.paint(DIM, text)
    }

    pub(super) fn name(&self, name: &str) -> String {
        visible(&self.shown.name(name))
    }

    pub(super) fn text(&self, text: &str) -> String {
        visible(&self.shown.text(text))
    }

    pub(super) fn path(&self, path: &[u8]) -> String {
        self.shown.visible_path(path)
    }

    fn key(&self, key: &Key, axis: Option<&Axis>, out: &mut dyn Write) -> io::Result<()> {
        self.headline(key, out)?;
        if let Some(axis) = axis {
            self.timeline(key, axis, out)?;
        }
        for location in key.locations.iter().take(LOCATIONS) {
            self.location(location, out)?;
        }
        if let Some(more) = rest(key.locations.len(), LOCATIONS) {
            writeln!(out, "  and {more} more; see -f json")?;
        }
        writeln!(out)
    }

    /// What is said of a key before its places.
    pub(super) fn headline(&self, key: &Key, out: &mut dyn Write) -> io::Result<()> {
        let (style, severity) = match key.severity() {
            Severity::Error => (AnsiColor::Red.on_default().bold(), "error"),
            Severity::Warning => (AnsiColor::Yellow.on_default().bold(), "warning"),
            Severity::Note => (AnsiColor::Cyan.on_default().bold(), "note"),
        };
        let confidence = format!("{:?}", key.confidence).to_lowercase();
        // It decides how urgent the rest is. Its absence is not said: a clone does not know who else has one.
        let pushed = match key.pushed() {
            Some(true) => format!("{}  ", self.paint(MARK, "pushed: treat it as public")),
            _ => String::new(),
        };
        let severity = self.paint(style, severity);
        let places = summary::count(key.locations.len() as u64, "place");
        if key.secret.is_aisa() {
            let redacted = self.paint(BOLD, &key.secret.redacted());
            let rule = visible(&self.shown.name(&key.rule));
            writeln!(
                out,
                "{severity}: {redacted}  {pushed}{confidence} confidence, {rule}, {places}"
            )?;
        } else {
            let rule = self.paint(BOLD, &visible(&self.shown.name(&key.rule)));
            writeln!(
                out,
                "{severity}: {rule} (not shown)  {pushed}{confidence} confidence, {places}"
            )?;
            self.description(&key.rule, out)?;
        }
        if self.shown.show_secrets {
            writeln!(out, "  key: {}", visible(key.secret.expose()))?;
        }
        self.liveness(key, out)?;
        self.notes(key, out)
    }

    /// What a brought rule says that it finds, once a report: nothing of the secret itself tells whose it is.
    fn description(&self, id: &str, out: &mut dyn Write) -> io::Result<()> {
        if !self.described.borrow_mut().insert(id.to_owned()) {
            return Ok(());
        }
        let rule = self.options.rules.iter().find(|rule| *rule.id == *id);
        match rule.map(|rule| self.text(rule.description.trim())) {
            Some(text) if !text.is_empty() => {
                writeln!(out, "  {}: {text}", visible(&self.shown.name(id)))
            }
            _ => Ok(()),
        }
    }

    /// What the places mean, why that makes it urgent, and what to do: the reason for the order of the keys.
    fn notes(&self, key: &Key, out: &mut dyn Write) -> io::Result<()> {
        let mut known = Vec::new();
        // That it was pushed stands in the first line already.
        for (name, advice::Advice { means, advice }) in advice::of_key(key) {
            if self.told.borrow_mut().insert(name) {
                writeln!(out, "  {name}: {means}; {advice}")?;
            } else {
                known.push(name);
            }
        }
        if !known.is_empty() {
            writeln!(out, "  see above: {}", known.join(", "))?;
        }
        Ok(())
    }

    /// What is allowed, by whom, and why.
    fn suppressed(&self, keys: &[Key], out: &mut dyn Write) -> io::Result<()> {
        for key in keys {
            let places = summary::count(key.locations.len() as u64, "place");
            let rule = visible(&self.shown.name(&key.rule));
            match key.secret.is_aisa() {
                true => {
                    let redacted = key.secret.redacted();
                    writeln!(out, "Suppressed: {redacted}  {rule}, {places}")?;
                }
                false => writeln!(out, "Suppressed: {rule} (not shown)  {places}")?,
            }
            self.liveness(key, out)?;
            for location in key.locations.iter().take(LOCATIONS) {
                let Some(allowed) = &location.allowed else {
                    continue;
                };
                let mut line = format!("{}  {}", self.place(location), allowed.by.name());
                if let Some(reason) = &allowed.reason {
                    line.push_str(&format!(": {}", self.text(reason)));
                }
                writeln!(out, "  {line}")?;
            }
            if let Some(more) = rest(key.locations.len(), LOCATIONS) {
                writeln!(out, "  and {more} more; see -f json")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn stale(&self, stale: &[String], out: &mut dyn Write) -> io::Result<()> {
        for text in stale.iter().take(PROBLEMS) {
            writeln!(out, "Stale: {}", self.text(text))?;
        }
        match rest(stale.len(), PROBLEMS) {
            Some(more) => writeln!(out, "and {more} more; see -f json"),
            None => Ok(()),
        }
    }

    /// `src/app.py:3:8`, `dist/app.zip!in/x.env:3:8 (base64)`
    fn place(&self, location: &Location) -> String {
        let mut line = match &location.path {
            Some(path) => self.shown.visible_file(path, &location.member),
            None => {
                let origin = format!("({})", location.origin.name());
                self.shown.visible_file(origin.as_bytes(), &location.member)
            }
        };
        if let Some(place) = location.place {
            line.push_str(&format!(":{}:{}", place.line, place.column));
        }
        line.push_str(&aside(location));
        line
    }

    pub(super) fn location(&self, location: &Location, out: &mut dyn Write) -> io::Result<()> {
        let line = self.place(location);
        let facts = facts(location);
        if facts.is_empty() {
            writeln!(out, "  {line}")?;
        } else {
            writeln!(out, "  {line}  {}", self.paint(DIM, &facts))?;
        }
        if let Some(context) = &location.context {
            let snippet = snippet::of(context, self.options.width);
            writeln!(out, "    {}", snippet.text)?;
            writeln!(
                out,
                "    {}{}",
                " ".repeat(snippet.indent),
                self.paint(MARK, &"^".repeat(snippet.carets))
            )?;
        }
        for line in provenance::lines(location, self.shown, self.options) {
            writeln!(out, "    {}", self.paint(DIM, &line))?;
        }
        Ok(())
    }

    pub(super) fn steps(&self, keys: &[Key], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.paint(BOLD, "What to do now"))?;
        for (index, step) in steps::of(keys).iter().enumerate() {
            writeln!(out, "  {}. {step}", index + 1)?;
        }
        writeln!(out)
    }

    pub(super) fn problems(&self, problems: &[Problem], out: &mut dyn Write) -> io::Result<()> {
        let (accepted, open): (Vec<&Problem>, Vec<&Problem>) =
            problems.iter().partition(|p| p.accepted.is_some());
        if !open.is_empty() {
            let style = AnsiColor::Yellow.on_default().bold();
            let head = format!(
                "Not everything could be read: {}",
                summary::count(open.len() as u64, "problem")
            );
            writeln!(out, "{}", self.paint(style, &head))?;
            for problem in open.iter().take(PROBLEMS) {
                self.problem(problem, out)?;
            }
            if let Some(more) = rest(open.len(), PROBLEMS) {
                writeln!(out, "  and {more} more; see -f json")?;
            }
            writeln!(
                out,
                "  To accept one, add to .aisaleaks.toml: [[accept]] problem = \"sha256:…\" reason = \"…\"\n"
            )?;
        }
        for problem in accepted.iter().take(PROBLEMS) {
            writeln!(
                out,
                "Accepted: {} {} ({})",
                problem.kind.name(),
                visible(&self.shown.name(&problem.place)),
                self.text(problem.accepted.as_deref().unwrap_or_default()),
            )?;
        }
        if let Some(more) = rest(accepted.len(), PROBLEMS) {
            writeln!(out, "and {more} more accepted; see -f json")?;
        }
        Ok(())
    }

    pub(super) fn problem(&self, problem: &Problem, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "  {}: {}",
            problem.kind.name(),
            self.paint(BOLD, &visible(&self.shown.name(&problem.place)))
        )?;
        writeln!(out, "    {}", self.text(&problem.message))?;
        writeln!(out, "    {}", self.paint(DIM, &problem.fingerprint()))
    }
}

/// How many are not listed; `None` if all are.
pub(super) fn rest(total: usize, listed: usize) -> Option<String> {
    (total > listed).then(|| summary::grouped((total - listed) as u64))
}

/// What kind of place it is, in which object, and whether anything leads there.
pub(super) fn facts(location: &Location) -> String {
    let mut facts = Vec::new();
    if location.origin != Origin::Worktree && location.path.is_some() {
        facts.push(location.origin.name().to_owned());
    }
    if let Some(id) = location.blob {
        let noun = match location.origin {
            Origin::CommitMessage | Origin::Author => "commit",
            Origin::TagMessage => "tag",
            Origin::PathName => "tree",
            _ => "blob",
        };
        let id: String = id.to_string().chars().take(SHORT_ID).collect();
        facts.push(format!("{noun} {id}"));
    }
    match location.reachable {
        Some(Reachable::None) => facts.push("unreachable".to_owned()),
        Some(Reachable::Stash) => facts.push("stash".to_owned()),
        Some(Reachable::Reflog) => facts.push("reflog only".to_owned()),
        Some(Reachable::Refs) | None => {}
    }
    if location.tracked == Some(false) {
        facts.push("untracked".to_owned());
    }
    facts.extend(location.notes.iter().map(|note| note.name().to_owned()));
    facts.join(", ")
}
