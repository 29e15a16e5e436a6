//! Runs a scan, from what was asked for to written reports and the exit status.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;
use std::time::Instant;

use super::exit::Exit;
use super::progress::Line;
use super::request::Request;
use super::writing::{self, Report};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Diagnostic, Result};
use crate::model::{AllowedBy, Key, Mask, Outcome};
use crate::pipeline;
use crate::report::{self, Format};
use crate::rules::Rule;
use crate::verify::Live;

/// Scans, and reports what was found.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub(super) fn run(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
) -> Result<Exit> {
    run_and(request, rules, scan, |done| done.exit)
}

/// A run whose reports are written.
pub(super) struct Done<'a> {
    /// What was asked for.
    pub(super) request: &'a Request,
    /// What was found.
    pub(super) outcome: &'a Outcome,
    /// How it ends.
    pub(super) exit: Exit,
    detector: &'a Detector,
    now: jiff::Timestamp,
}

impl Done<'_> {
    /// Writes one more report, of at most so many bytes if it is one that can be cut.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn write(&self, format: Format, most: usize, out: &mut dyn Write) -> io::Result<()> {
        let options = report::Options {
            most,
            ..writing::options(self.detector, self.request, self.now)
        };
        report::write(format, self.outcome, self.detector, &options, out)
    }
}

/// As [`run`], and does something more when the reports are written, which may change how the run ends.
///
/// # Errors
/// Whatever is fatal: see [`Error`](crate::error::Error).
pub(super) fn run_and(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
    then: impl FnOnce(&Done<'_>) -> Exit,
) -> Result<Exit> {
    let reports: Vec<Report> = (request.reports.iter())
        .map(writing::open)
        .collect::<Result<_>>()?;
    let live = request.live.clone().map(Live::open).transpose()?;
    let (control, detector, mut outcome) = looked(request, rules, scan)?;
    keep_asked(&mut outcome, request);
    ask(live, &mut outcome, request, &control);
    if request.only_active {
        pipeline::hide_all_but_live(&mut outcome);
    }
    if request.verbose > 0 {
        log(&outcome, &detector, request);
    }
    if !request.quiet {
        say_notes(&outcome, &detector, request);
    }
    if request
        .reports
        .iter()
        .any(|(format, _)| *format == Format::Sarif)
    {
        outcome.repairs = super::fix::repairs(&outcome);
    }
    let exit = Exit::of(
        &outcome,
        request.fail_on,
        request.on_incomplete,
        request.found_code,
    );
    if request.gate.is_some() && exit != Exit::Clean {
        warn(&request.warnings, &detector, request);
    }
    // Ages are counted from one moment in every report of a run.
    let now = jiff::Timestamp::now();
    let silent = request.quiet && request.gate.is_none() && is_clean(&outcome);
    for report in reports {
        if !(silent && report.0 == Format::Human) {
            writing::write(report, &outcome, exit, &detector, request, now)?;
        }
    }
    Ok(then(&Done {
        request,
        outcome: &outcome,
        exit,
        detector: &detector,
        now,
    }))
}

/// Ends the run when its time is used up. The thread waits for nobody, and nobody waits for it.
fn stop_at(deadline: Instant, control: &Arc<Control>) {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return control.expire();
    }
    let control = control.clone();
    std::thread::spawn(move || {
        std::thread::sleep(left);
        control.expire();
    });
}

/// Asks AIsa about the keys, if that was asked for.
fn ask(live: Option<Live>, outcome: &mut Outcome, request: &Request, control: &Arc<Control>) {
    if let Some(mut live) = live {
        let line = Line::of_check(control, shows_progress(request));
        pipeline::verify(outcome, &mut live, request.show_suppressed, control);
        drop(line);
    }
}

/// Looks, with a progress line if one is wanted, until it is done or somebody presses Ctrl-C; and asks AIsa about the keys, if that was
/// asked for.
pub(super) fn look(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
) -> Result<(Detector, Outcome)> {
    let live = request.live.clone().map(Live::open).transpose()?;
    let (control, detector, mut outcome) = looked(request, rules, scan)?;
    ask(live, &mut outcome, request, &control);
    Ok((detector, outcome))
}

/// As [`look`], and what ends the run.
fn looked(
    request: &Request,
    rules: Vec<Rule>,
    scan: impl FnOnce(&Detector, &Arc<Control>) -> Result<Outcome>,
) -> Result<(Arc<Control>, Detector, Outcome)> {
    let mut control = Control::new(request.threads);
    control.limits.archives = request.archives;
    let control = Arc::new(control);
    stop_on_signal(&control);
    if let Some(deadline) = request.deadline {
        stop_at(deadline, &control);
    }
    let detector = Detector::with_key(rules, request.rules.key.clone());
    if !request.quiet {
        warn(&request.rules.warnings, &detector, request);
    }
    // A quiet run says this too: what allows everything must not go unseen. A gate that lets pass says nothing.
    if request.gate.is_none() {
        warn(&request.warnings, &detector, request);
    }
    let line = Line::start(&control, shows_progress(request));
    let outcome = scan(&detector, &control);
    drop(line);
    Ok((control, detector, outcome?))
}

fn shows_progress(request: &Request) -> bool {
    request.progress && io::stderr().is_terminal()
}

/// Takes out what other rules found than those that were asked for, and says what whoever compares reports should know.
pub(super) fn keep_asked(outcome: &mut Outcome, request: &Request) {
    let rules = &request.rules;
    if !rules.only.is_empty() {
        keep_of(outcome, &rules.only);
    }
    let mut found = outcome.keys.iter().chain(&outcome.suppressed);
    // People are shown no fingerprints.
    let mut formats = request.reports.iter().map(|(format, _)| *format);
    let shown = formats.any(|format| format != Format::Human);
    if shown && !rules.key_is_kept && found.any(|key| !key.secret.is_aisa()) {
        let note = "fingerprints of what brought rules found hold for this run only; set AISALEAKS_FINGERPRINT_KEY to a \
                    secret text of your own to keep them";
        outcome.notes.push(note.to_owned());
    }
}

/// Takes out what other rules found.
fn keep_of(outcome: &mut Outcome, rules: &BTreeSet<String>) {
    let lists = [
        &mut outcome.keys,
        &mut outcome.suppressed,
        &mut outcome.hidden,
    ];
    for keys in lists {
        keys.retain(|key| rules.contains(&key.rule));
    }
}

/// Says what is odd about the rules files, as far as anybody would read it.
fn warn(warnings: &[Diagnostic], detector: &Detector, request: &Request) {
    const SHOWN: usize = 20;
    let say = |text: &str| {
        let text = match request.options.show_secrets {
            true => text.to_owned(),
            false => detector.mask(text),
        };
        let text = report::sanitize::visible(&text);
        // Where standard error is gone, the report and the status still tell.
        drop(writeln!(io::stderr(), "aisaleaks: {text}"));
    };
    warnings
        .iter()
        .take(SHOWN)
        .for_each(|warning| say(&warning.to_string()));
    if let Some(next) = warnings.get(SHOWN) {
        let more = warnings.len() - SHOWN;
        let file = &next.file;
        say(&format!(
            "{more} more warnings about rules files; see `aisaleaks rules check {file}`"
        ));
    }
}

/// The first Ctrl-C asks for a report of what was seen so far, the second ends the process.
pub(super) fn stop_on_signal(control: &Arc<Control>) {
    let control = control.clone();
    let handler = move || {
        if control.is_cancelled() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        control.cancel();
    };
    // Without a handler the default action ends the process, which is a report of nothing, not a false one.
    drop(ctrlc::set_handler(handler));
}

/// Whether a quiet run has nothing to tell. What is hidden is not nothing.
fn is_clean(outcome: &Outcome) -> bool {
    outcome.keys.is_empty()
        && outcome.hidden.is_empty()
        && outcome.problems.is_empty()
        && outcome.hygiene.is_empty()
        && !outcome.suppressed.iter().any(is_disabled)
}

/// Whether the key is not reported because its rule is disabled: no run may be silent about that.
fn is_disabled(key: &Key) -> bool {
    let allowed = key.locations.iter().filter_map(|at| at.allowed.as_ref());
    allowed
        .into_iter()
        .any(|at| at.by == AllowedBy::DisabledRule)
}

/// Says on standard error what is no problem, but should be known. What was typed can hold a key.
fn say_notes(outcome: &Outcome, detector: &Detector, request: &Request) {
    for note in &outcome.notes {
        let text = match request.options.show_secrets {
            true => note.clone(),
            false => detector.mask(note),
        };
        let text = report::sanitize::visible(&text);
        // Where standard error is gone, the report and the status still tell.
        drop(writeln!(io::stderr(), "aisaleaks: note: {text}"));
    }
}

/// Says on standard error what was done. Where that is gone, the report and the status still tell.
fn log(outcome: &Outcome, detector: &Detector, request: &Request) {
    let stats = &outcome.stats;
    let mut out = BufWriter::new(io::stderr().lock());
    drop(writeln!(
        out,
        "aisaleaks: {} files, {} blobs, {} commits, {} bytes in {} ms",
        stats.files, stats.blobs, stats.commits, stats.bytes, stats.duration_ms
    ));
    if request.verbose > 1 {
        let options = report::Options {
            show_secrets: request.options.show_secrets,
            ..report::Options::default()
        };
        drop(report::write_judgements(
            outcome, detector, &options, &mut out,
        ));
        for key in &outcome.keys {
            let (secret, places) = (&key.secret, key.locations.len());
            let rule = match request.options.show_secrets {
                true => key.rule.clone(),
                false => detector.mask_name(&key.rule),
            };
            let rule = report::sanitize::visible(&rule);
            drop(writeln!(
                out,
                "aisaleaks: {rule} {secret} in {places} places"
            ));
        }
    }
    drop(out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Secret, Verdict};

    fn key(rule: &str) -> Key {
        Key {
            secret: Secret::new("sk-"),
            rule: rule.to_owned(),
            confidence: Confidence::High,
            locations: Vec::new(),
            notes: Vec::new(),
            verdict: Verdict::default(),
        }
    }

    #[test]
    fn a_quiet_run_is_not_silent_about_hidden_keys() {
        let mut outcome = Outcome::default();
        assert!(is_clean(&outcome));
        outcome.suppressed = vec![key("a")];
        assert!(is_clean(&outcome));
        outcome.hidden = vec![key("a")];
        assert!(!is_clean(&outcome));
    }

    #[test]
    fn only_what_the_rules_found_that_were_asked_for_is_kept_in_every_list() {
        let both = || vec![key("a"), key("b")];
        let mut outcome = Outcome {
            keys: both(),
            suppressed: both(),
            hidden: both(),
            ..Outcome::default()
        };
        keep_of(&mut outcome, &BTreeSet::from(["b".to_owned()]));
        for keys in [&outcome.keys, &outcome.suppressed, &outcome.hidden] {
            assert_eq!(keys.len(), 1);
            assert_eq!(keys[0].rule, "b");
        }
    }
}
