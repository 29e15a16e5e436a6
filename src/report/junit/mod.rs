//! The report as JUnit's XML, in the subset that Ant's schema (Windy Road) and Jenkins' `junit-10.xsd` both allow: a test
//! case is a place of a key, and what could not be read is an error.

mod cases;
mod xml;

use std::io::{self, Write};

use super::{Options, Shown, liveness, steps, summary, when};
use crate::model::Outcome;
use cases::{Case, Cases, End};
use xml::Xml;

/// Stale entries that are told: a person corrects no more at once.
const STALE: usize = 50;

/// Writes the report.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let options = &Options {
        color: false,
        ..options.clone()
    };
    let cases = Cases { shown, options };
    let mut counts = Counts::default();
    cases.of(outcome, &mut |case| {
        counts.add(case.end);
        Ok(())
    })?;

    let mut xml = Xml::begin(out)?;
    let begun = when::begun(options.now, outcome.stats.duration_ms);
    let seconds = format!("{:.3}", outcome.stats.duration_ms as f64 / 1000.0);
    xml.open("testsuites", &[])?;
    let attributes = [
        ("name", "aisaleaks"),
        ("package", "aisaleaks"),
        ("id", "0"),
        // The schema wants a name, and the real one is nobody's business.
        ("hostname", "localhost"),
        ("timestamp", &when::without_zone(begun)),
        ("time", &seconds),
        ("tests", &counts.tests.to_string()),
        ("failures", &counts.failures.to_string()),
        ("errors", &counts.errors.to_string()),
        ("skipped", &counts.skipped.to_string()),
    ];
    xml.open("testsuite", &attributes)?;
    xml.open("properties", &[])?;
    let version = [("name", "version"), ("value", env!("CARGO_PKG_VERSION"))];
    xml.empty("property", &version)?;
    xml.close("properties")?;
    cases.of(outcome, &mut |case| write_case(&case, &mut xml))?;
    xml.text("system-out", &[], &said(outcome, shown))?;
    xml.empty("system-err", &[])?;
    xml.close("testsuite")?;
    xml.close("testsuites")?;
    xml.end()
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn add(&mut self, end: End) {
        self.tests += 1;
        match end {
            End::Passed => {}
            End::Failed => self.failures += 1,
            End::Error => self.errors += 1,
            End::Skipped => self.skipped += 1,
        }
    }
}

fn write_case<W: Write>(case: &Case, xml: &mut Xml<W>) -> io::Result<()> {
    let attributes = [
        ("classname", case.class.as_str()),
        ("name", &case.name),
        ("time", "0"),
    ];
    let message = ("message", case.message.as_str());
    let typed = [message, ("type", case.kind)];
    match case.end {
        End::Passed => return xml.empty("testcase", &attributes),
        End::Failed => {
            xml.open("testcase", &attributes)?;
            xml.text("failure", &typed, &case.text)?;
        }
        End::Error => {
            xml.open("testcase", &attributes)?;
            xml.text("error", &typed, &case.text)?;
        }
        End::Skipped => {
            xml.open("testcase", &attributes)?;
            xml.text("skipped", &[message], &case.text)?;
        }
    }
    xml.close("testcase")
}

/// What is said once: what to do, what was left out, and what was looked at.
fn said(outcome: &Outcome, shown: Shown<'_>) -> String {
    let mut lines = Vec::new();
    if !outcome.keys.is_empty() {
        lines.push("What to do now".to_owned());
        let steps = steps::of(&outcome.keys);
        let numbered = steps.iter().enumerate();
        lines.extend(numbered.map(|(at, step)| format!("  {}. {step}", at + 1)));
        lines.push(String::new());
    }
    for text in outcome.stale.iter().take(STALE) {
        let text = super::sanitize::visible(&shown.text(text));
        lines.push(format!("Stale: {text}"));
    }
    if let Some(more) = super::human::rest(outcome.stale.len(), STALE) {
        lines.push(format!("and {more} more; see -f json"));
    }
    lines.extend(summary::left_out(outcome));
    lines.extend(summary::old_keys(outcome));
    lines.extend(summary::suppressed(outcome));
    let visible = |text: &str| super::sanitize::visible(&shown.name(text));
    lines.extend(liveness::checked(outcome, visible));
    lines.extend(liveness::hidden(outcome));
    lines.push(summary::scanned(outcome));
    lines.extend(summary::verdict(outcome).map(str::to_owned));
    lines.join("\n")
}

#[cfg(test)]
pub(super) mod tests;
