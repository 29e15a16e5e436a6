//! One candidate: where it stands, the steps, and the verdict in one sentence.

use std::io::{self, Write};

use super::{Told, Verdict};
use crate::model::{
    Allowed, AllowedBy, Confidence, Effect, Judged, Judgement, Location, Origin, Severity,
};
use crate::report::human::Page;
use crate::report::wrap::wrapped;
use crate::report::{readings, summary};

/// Columns before what a step decided.
const HEAD: usize = 26;
/// Columns for the rest of it.
const ROOM: usize = 100 - HEAD;

/// What was told of the steps so far: those of one key are mostly the same everywhere.
#[derive(Default)]
pub(super) struct Steps(Option<Judgement>);

impl Steps {
    /// Writes what is told of a candidate. `more` is whether there were too many to keep all.
    pub(super) fn candidate(
        &mut self,
        page: &Page<'_>,
        told: &Told<'_>,
        more: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match (told.place, told.judged) {
            (Some((_, location)), _) => page.location(location, out)?,
            (None, Some(judged)) => page.location(&as_location(judged), out)?,
            (None, None) => {}
        }
        match told.judged {
            Some(judged) => self.steps(page, &judged.judgement, out)?,
            None => writeln!(out, "  {}", unknown(told, more))?,
        }
        for line in wrapped(&sentence(page, told), 98) {
            writeln!(out, "  {}", page.bold(&line))?;
        }
        for (place, day) in &told.expired {
            let place = page.text(place);
            writeln!(
                out,
                "  The entry at {place} is about it, and has expired on {day}."
            )?;
        }
        Ok(())
    }

    fn steps(
        &mut self,
        page: &Page<'_>,
        judgement: &Judgement,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let same = |known: &Judgement| {
            known.rule == judgement.rule
                && known.steps == judgement.steps
                && known.confidence == judgement.confidence
        };
        let sure = judgement.confidence.map_or("dropped", confidence);
        if self.0.as_ref().is_some_and(same) {
            return writeln!(out, "  the same steps as above -> {sure}");
        }
        let length = summary::count((judgement.end - judgement.start) as u64, "character");
        let rule = match &judgement.rule {
            Some(rule) => format!(", of the rule {}", page.name(rule)),
            None => String::new(),
        };
        writeln!(out, "  {}: {length}{rule}", judgement.redacted)?;
        for step in &judgement.steps {
            let effect = match step.effect {
                Effect::Passes => "passes",
                Effect::Lowers => "less sure",
                Effect::Drops => "drops it",
            };
            let mut text = step.why.to_owned();
            let reading = readings::of(step);
            if !reading.is_empty() {
                text.push_str(&format!(": {reading}"));
            }
            let mut head = format!("  {:<12} {effect:<10} ", step.name);
            for line in wrapped(&text, ROOM) {
                writeln!(out, "{head}{line}")?;
                head = " ".repeat(HEAD);
            }
        }
        writeln!(out, "  -> {sure}")?;
        self.0 = Some(judgement.clone());
        Ok(())
    }
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high confidence",
        Confidence::Medium => "medium confidence",
        Confidence::Low => "low confidence",
    }
}

/// Where a candidate stands that a scan does not report.
fn as_location(judged: &Judged) -> Location {
    Location {
        origin: judged.origin,
        path: judged.path.clone(),
        place: judged.place,
        blob: judged.object,
        reachable: None,
        attribution: None,
        tracked: None,
        context: judged.context.clone(),
        notes: Vec::new(),
        allowed: None,
        site: None,
        names_issuer: false,
        encoding: Vec::new(),
        member: Vec::new(),
        cell: None,
    }
}

/// Why there are no steps.
fn unknown(told: &Told<'_>, more: bool) -> &'static str {
    match told.place {
        Some((_, at)) if at.origin == Origin::PathName => {
            "its rule is about paths, and takes this one"
        }
        _ if more => "there are too many places like this to keep the steps of each",
        _ => "its steps cannot be told one by one here",
    }
}

/// The verdict.
fn sentence(page: &Page<'_>, told: &Told<'_>) -> String {
    match &told.verdict {
        Verdict::Dropped => {
            let last = told.judged.and_then(|judged| judged.judgement.steps.last());
            let why = last.map(|step| format!(": the step {} drops it ({})", step.name, step.why));
            format!("Not a finding{}.", why.unwrap_or_default())
        }
        Verdict::Counts => counts(told),
        Verdict::Allowed(entry) => {
            let allowed = told.place.and_then(|(_, at)| at.allowed.as_ref());
            allowed.map_or_else(String::new, |allowed| {
                by_whom(page, allowed, entry.as_deref())
            })
        }
        Verdict::Covered(rule) => format!(
            "Not a finding of its own: what {} finds at this place says it better.",
            page.name(rule)
        ),
        Verdict::LeftOut => {
            "Not a finding: its rule does not count what stands under this path, or what \
                             these commits introduced."
                .to_owned()
        }
        Verdict::NotAsked => {
            "A finding, but not reported: --only-rule asks for other rules.".to_owned()
        }
    }
}

fn counts(told: &Told<'_>) -> String {
    let Some((key, _)) = told.place else {
        return String::new();
    };
    let own = told.judged.and_then(|judged| judged.judgement.confidence);
    let severity = match key.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let sure = confidence(key.confidence);
    match own {
        Some(own) if own < key.confidence => format!(
            "This is a finding: {severity}, {sure}, as the same key stands elsewhere with that."
        ),
        _ => format!("This is a finding: {severity}, {sure}."),
    }
}

/// Who allows it, where, and why.
fn by_whom(page: &Page<'_>, allowed: &Allowed, entry: Option<&str>) -> String {
    let who = match allowed.by {
        AllowedBy::Inline => "a marker on its line or on the line above".to_owned(),
        AllowedBy::Config => match entry {
            Some(place) => format!("the [[allow]] entry at {}", page.text(place)),
            None => "an [[allow]] entry".to_owned(),
        },
        AllowedBy::Baseline => "the baseline".to_owned(),
        AllowedBy::DisabledRule => "a configuration that disables its rule".to_owned(),
    };
    match &allowed.reason {
        Some(reason) => format!("A finding, but allowed by {who}: {}", page.text(reason)),
        None => format!("A finding, but allowed by {who}."),
    }
}
