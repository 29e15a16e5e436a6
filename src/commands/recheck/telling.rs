//! What `recheck` tells a person: the keys that work first, and what each was when the report was made.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Rechecked;
use crate::commands::printing::counted;
use crate::commands::reported::{Key, Place, Was, is_known, is_plain, redacted};
use crate::detect::Detector;
use crate::model::{Balance, Mask, Origin, State, Verdict};
use crate::report::{self, called, sanitize::visible};

/// Keys that are told one by one.
const SHOWN: usize = 200;
/// Characters of a text of the report that are shown.
const LONGEST: usize = 300;
/// Names of members, and encodings, that are shown of a place.
const MEMBERS: usize = 8;
/// Characters of a fingerprint that are shown: `explain` takes fewer.
const FINGERPRINT: usize = "sha256:".len() + 12;
/// Characters of an object's id that are shown: enough for `git show`.
const ID: usize = 12;

/// What is told.
pub(super) struct Page<'a> {
    pub(super) keys: &'a [Rechecked<'a>],
    pub(super) detector: &'a Detector,
    pub(super) color: bool,
    /// How many keys that may work the report leaves out.
    pub(super) left_out: u64,
    pub(super) interrupted: bool,
}

impl Page<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.omission(out)?;
        if self.keys.is_empty() {
            return writeln!(out, "The report has no keys.");
        }
        let mut keys: Vec<&Rechecked<'_>> = self.keys.iter().collect();
        // Stable: keys of one state stay as the report has them.
        keys.sort_by_key(|key| key.verdict.state);
        for key in keys.iter().take(SHOWN) {
            self.key(key, out)?;
        }
        if keys.len() > SHOWN {
            writeln!(out, "and {} more; see -f json\n", keys.len() - SHOWN)?;
        }
        self.summary(out)
    }

    /// What a report says nothing of.
    fn omission(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.left_out == 0 {
            return Ok(());
        }
        let line = format!(
            "The report leaves out {} that may work, as --only-active does: scan again without it.",
            counted(usize::try_from(self.left_out).unwrap_or(usize::MAX), "key")
        );
        writeln!(out, "{}", self.paint(Style::new().bold(), &line))
    }

    fn paint(&self, style: Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    /// A text of the report, or one in which such a text is.
    fn text(&self, text: &str) -> String {
        let masked = self.detector.mask(text);
        let short: String = masked.chars().take(LONGEST).collect();
        visible(&short)
    }

    /// A name of the report.
    fn name(&self, name: &str) -> String {
        let masked = self.detector.mask_name(name);
        let short: String = masked.chars().take(LONGEST).collect();
        visible(&short)
    }

    fn key(&self, rechecked: &Rechecked<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Rechecked {
            key,
            secret,
            verdict,
        } = rechecked;
        let state = verdict.state;
        let style = match state {
            state if state.is_live() => AnsiColor::Red,
            state if state.is_dead() => AnsiColor::Green,
            _ => AnsiColor::Yellow,
        };
        let state = self.paint(style.on_default().bold(), called(state));
        let redacted = match secret {
            Some(secret) => secret.redacted(),
            None => redacted(&key.redacted).to_owned(),
        };
        let redacted = self.paint(Style::new().bold(), &redacted);
        let fingerprint = match is_known(&key.fingerprint) {
            true => key.fingerprint.get(..FINGERPRINT).unwrap_or_default(),
            false => "unknown fingerprint",
        };
        let rule = self.name(&key.rule);
        writeln!(out, "{state}: {redacted}  {rule}, {fingerprint}")?;
        if let Some(place) = self.places(key) {
            writeln!(out, "  {place}")?;
        }
        writeln!(out, "  {}", self.change(key.verdict.as_ref(), verdict))?;
        if verdict.state.is_live() {
            let balance = verdict.balance.as_ref().map(Balance::to_string);
            writeln!(out, "  {}", report::spends(verdict.state, balance))?;
        }
        writeln!(out)
    }

    /// `src/app.py:3:8 and 4 more`; `None` if the report names no place.
    fn places(&self, key: &Key) -> Option<String> {
        let place = self.place(key.locations.first()?);
        Some(match key.locations.len() - 1 {
            0 => place,
            more => format!("{place} and {more} more"),
        })
    }

    fn place(&self, place: &Place) -> String {
        let id = || -> Option<String> { Some(place.blob?.to_string().chars().take(ID).collect()) };
        let id = id().unwrap_or_else(|| "unknown".to_owned());
        let mut text = match (&place.path, place.origin) {
            (Some(path), Some(Origin::PathName)) => format!("the name of {}", self.name(path)),
            (Some(path), Some(Origin::RefName)) => format!("the name of ref {}", self.name(path)),
            (Some(path), _) => self.name(path),
            (None, Some(Origin::CommitMessage)) => format!("the message of commit {id}"),
            (None, Some(Origin::TagMessage)) => format!("the message of tag {id}"),
            (None, Some(Origin::Author)) => format!("a name or address in {id}"),
            (None, Some(Origin::Stdin)) => "standard input".to_owned(),
            (None, _) => format!("object {id}"),
        };
        for name in place.member.iter().flatten().take(MEMBERS) {
            text.push_str(&format!("!{}", self.name(name)));
        }
        match (place.line, place.column, &place.path) {
            (Some(line), Some(column), Some(_)) => text.push_str(&format!(":{line}:{column}")),
            (Some(line), _, _) => text.push_str(&format!(", line {line}")),
            _ => {}
        }
        text.push_str(&self.aside(place));
        if place.origin == Some(Origin::History) && place.path.is_some() {
            text.push_str(", in history");
        }
        text
    }

    /// ` (cell 3, gzip in base64)`, as the report for people says it; nothing where there is nothing to say.
    fn aside(&self, place: &Place) -> String {
        let cell = place.cell.map(|cell| format!("cell {cell}"));
        let encodings = place.encoding.iter().take(MEMBERS).rev();
        let encodings: Vec<String> = encodings.map(|name| self.name(name)).collect();
        let encodings = (!encodings.is_empty()).then(|| encodings.join(" in "));
        let said: Vec<String> = cell.into_iter().chain(encodings).collect();
        match said.is_empty() {
            true => String::new(),
            false => format!(" ({})", said.join(", ")),
        }
    }

    /// `was active on 2026-11-27 22:10 UTC, is revoked now: …`.
    fn change(&self, was: Option<&Was>, verdict: &Verdict) -> String {
        let was = was.cloned().unwrap_or_default();
        let before = match (was.state.unwrap_or_default(), was.checked_at) {
            (State::Unchecked, _) => "was not checked".to_owned(),
            (state, Some(then)) => {
                let then = report::minute(then);
                format!("was {} on {then}", called(state))
            }
            (state, None) => format!("was {}", called(state)),
        };
        let now = match verdict.state {
            State::Unchecked => "cannot be checked now",
            state if Some(state) == was.state => &format!("is {} still", called(state)),
            state => &format!("is {} now", called(state)),
        };
        let mut text = format!("{before}, {now}");
        if let Some(detail) = &verdict.detail {
            text.push_str(&format!(": {}", self.text(detail)));
        }
        text
    }

    /// `3 keys: 1 still works, 2 revoked`, and what to do.
    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |wanted: &dyn Fn(&Rechecked<'_>) -> bool| {
            self.keys.iter().filter(|key| wanted(key)).count()
        };
        let is = |wanted: State| count(&move |key| key.verdict.state == wanted);
        let live = count(&|key| key.verdict.state.is_live());
        let still = count(&|key| {
            let was = key.key.verdict.as_ref().and_then(|was| was.state);
            key.verdict.state.is_live() && was.is_some_and(State::is_live)
        });
        let verb = |number: usize| if number == 1 { "works" } else { "work" };
        let counts = [
            (still, format!("still {}", verb(still))),
            (live - still, verb(live - still).to_owned()),
            (is(State::Unknown), "unknown".to_owned()),
            (is(State::Unchecked), "not checked".to_owned()),
            (is(State::Invalid), "invalid".to_owned()),
            (is(State::Revoked), "revoked".to_owned()),
        ];
        let said = counts.iter().filter(|(number, _)| *number > 0);
        let said: Vec<String> = said
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        let total = counted(self.keys.len(), "key");
        let line = format!("{total}: {}", said.join(", "));
        writeln!(out, "{}", self.paint(Style::new().bold(), &line))?;
        self.advice(live, out)
    }

    fn advice(&self, live: usize, out: &mut dyn Write) -> io::Result<()> {
        if live > 0 {
            let what = if live == 1 { "it" } else { "them" };
            writeln!(
                out,
                "Revoke {what} now: https://console.aisa.one, API Keys. Then run this again: a revocation takes effect at once."
            )?;
        }
        if self.interrupted {
            return writeln!(out, "Interrupted: not every key was checked.");
        }
        let lost = |key: &Rechecked<'_>| key.secret.is_none() && is_plain(&key.key.fingerprint);
        if self.keys.iter().any(lost) {
            writeln!(
                out,
                "What was scanned in another folder, or on another machine, is found with -C DIR: the folder that the report's paths count from."
            )?;
        }
        Ok(())
    }
}
