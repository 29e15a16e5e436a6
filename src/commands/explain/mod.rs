//! `explain`: why something is a finding, or is not.

mod teller;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

use super::exit::Exit;
use super::request::Request;
use super::{running, writing};
use crate::control::Limits;
use crate::detect::Detector;
use crate::error::{Error, Result};
use crate::model::{AskedLine, FingerprintStart, Judged, Outcome, Problem};
use crate::pipeline::{self, Trusted};
use crate::report;
use crate::report::explanation::{self, LineAnswer, Standing, Told};
use crate::source::single::Single;
use teller::Teller;

/// A line that somebody asks about.
#[derive(Debug)]
pub struct Question {
    /// Where it is.
    pub file: File,
    /// From 1.
    pub line: u64,
    /// From 1, if only what stands there is meant.
    pub column: Option<u64>,
}

/// A file that somebody asks about.
#[derive(Debug)]
pub enum File {
    /// On disk.
    OnDisk(Single),
    /// In a commit.
    InCommit {
        /// The commit.
        commit: Box<Trusted>,
        /// As it was named.
        revision: String,
        /// From the top of the repository, with slashes.
        path: String,
    },
}

impl File {
    /// Whether there is such a file, whether or not it can be read.
    pub fn is_there(&self) -> bool {
        match self {
            Self::OnDisk(single) => single.path.symlink_metadata().is_ok(),
            Self::InCommit { commit, path, .. } => {
                let limits = Limits::default();
                !matches!(
                    commit.file(path, limits.max_whole_object, &limits),
                    Ok(None)
                )
            }
        }
    }
}

/// Tells of a line.
///
/// # Errors
/// Whatever is fatal: see [`Error`].
pub fn line(mut request: Request, question: &Question) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    let (detector, outcome) =
        running::look(&request, rules, |detector, control| match &question.file {
            File::OnDisk(single) => pipeline::single(single, &request.options, detector, control),
            File::InCommit { commit, path, .. } => {
                pipeline::committed(commit, path, &request.options, detector, control)
            }
        })?;
    let teller = Teller::new(&request, &outcome);
    let nothing = AskedLine {
        number: question.line,
        ..AskedLine::default()
    };
    let mut all: Vec<&Judged> = outcome.judged.iter().collect();
    all.sort_by_key(|judged| judged.place);
    let holds = |judged: &&&Judged| holds(judged, question);
    let asked: Vec<&Judged> = all.iter().filter(holds).copied().collect();
    let missed = question.column.filter(|_| asked.is_empty());
    let chosen = if asked.is_empty() { all } else { asked };
    // What became of each is looked up among all that was found.
    let listed = chosen.iter().take(explanation::LISTED);
    let told: Vec<Told<'_>> = listed.map(|judged| teller.judged(judged)).collect();
    let (path, revision, standing) = match &question.file {
        File::OnDisk(single) => {
            let standing = standing(single, &request, &outcome)?;
            (&single.shown[..], None, Some(standing))
        }
        File::InCommit { path, revision, .. } => (path.as_bytes(), Some(&revision[..]), None),
    };
    let answer = LineAnswer {
        path,
        revision,
        line: outcome.asked_line.as_ref().unwrap_or(&nothing),
        missed,
        more: chosen.len().saturating_sub(told.len()),
        told,
        has_brought: detector.has_brought(),
        prints_last: request.rules.key_is_kept,
        standing,
    };
    write(&detector, |options, out| {
        explanation::write_line(&answer, &outcome, &detector, options, out)
    })?;
    Ok(exit(!answer.told.is_empty(), &outcome))
}

/// Whether a candidate stands at the column that was asked about, if one was.
fn holds(judged: &Judged, question: &Question) -> bool {
    question.column.is_none_or(|column| {
        judged.place.is_some_and(|at| {
            let from = (at.line, at.column);
            let to = (at.end_line, at.end_column);
            (from..to).contains(&(question.line, column))
        })
    })
}

fn standing(single: &Single, request: &Request, outcome: &Outcome) -> Result<Standing> {
    let coverage = single.coverage(&request.options.walk)?;
    Ok(Standing {
        left_out: coverage.left_out,
        tracked: coverage.tracked,
        is_pointer: outcome.stats.excluded.contains_key("lfs-content"),
    })
}

/// Tells of a fingerprint.
///
/// # Errors
/// Several fingerprints that begin so, and whatever is fatal: see [`Error`].
pub fn fingerprint(mut request: Request, start: &FingerprintStart) -> Result<Exit> {
    let rules = std::mem::take(&mut request.rules.rules);
    let (detector, outcome) = running::look(&request, rules, |detector, control| {
        pipeline::scan(&request.options, detector, control)
    })?;
    let prints = fitting(&outcome, start);
    let prints: Vec<&String> = prints.iter().collect();
    let found = match prints.as_slice() {
        [] => None,
        [only] => Some(only.as_str()),
        several => return Err(ambiguous(start, several)),
    };
    let Some(fingerprint) = found else {
        let lost = detector.has_brought() && !request.rules.key_is_kept && start.may_be_keyed();
        let hint = lost.then_some(
            "Fingerprints of what brought rules find hold for one run only, unless AISALEAKS_FINGERPRINT_KEY is set.",
        );
        let asked = start.to_string();
        write(&detector, |options, out| {
            explanation::write_nowhere(&asked, hint, &outcome, &detector, options, out)
        })?;
        return Ok(exit(false, &outcome));
    };
    let teller = Teller::new(&request, &outcome);
    let problem = outcome
        .problems
        .iter()
        .find(|at| at.fingerprint() == fingerprint);
    if let Some(problem) = problem {
        let entry = teller.accepting(problem);
        write(&detector, |options, out| {
            explanation::write_problem(problem, entry.as_deref(), &detector, options, out)
        })?;
        return Ok(exit(true, &outcome));
    }
    let answer = teller.key(fingerprint);
    write(&detector, |options, out| {
        explanation::write_key(&answer, &outcome, &detector, options, out)
    })?;
    Ok(exit(true, &outcome))
}

/// The fingerprints that begin so, of whatever has one.
fn fitting(outcome: &Outcome, start: &FingerprintStart) -> BTreeSet<String> {
    let keys = outcome.keys.iter().chain(&outcome.suppressed);
    let keys = keys.map(|key| key.secret.fingerprint());
    let problems = outcome.problems.iter().map(Problem::fingerprint);
    let judged = outcome
        .judged
        .iter()
        .filter_map(|at| at.fingerprint.clone());
    let all = keys.chain(problems).chain(judged);
    all.filter(|fingerprint| start.fits(fingerprint)).collect()
}

fn ambiguous(start: &FingerprintStart, several: &[&String]) -> Error {
    const SHOWN: usize = 10;
    let mut reason = format!("{} fingerprints begin so; give more digits:", several.len());
    for fingerprint in several.iter().take(SHOWN) {
        reason.push_str(&format!("\n  {fingerprint}"));
    }
    Error::Explain {
        what: start.to_string(),
        reason,
    }
}

/// How it ends: what could not be read may hold what is not there.
fn exit(told: bool, outcome: &Outcome) -> Exit {
    match told {
        _ if outcome.interrupted => Exit::Interrupted,
        true => Exit::Clean,
        false if outcome.complete() => Exit::Nowhere,
        false => Exit::Incomplete,
    }
}

fn write(
    detector: &Detector,
    text: impl FnOnce(&report::Options<'_>, &mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let options = report::Options {
        color: writing::is_coloured(),
        now: jiff::Timestamp::now(),
        rules: detector.rules(),
        ..report::Options::default()
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match text(&options, &mut out).and_then(|()| out.flush()) {
        // Whoever closed the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Output {
            place: "standard output".to_owned(),
            source,
        }),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Judgement, Origin, ProblemKind};

    fn judged(fingerprint: &str) -> Judged {
        Judged {
            path: None,
            object: None,
            origin: Origin::Stdin,
            place: None,
            judgement: Judgement {
                start: 0,
                end: 0,
                redacted: String::new(),
                rule: None,
                steps: Vec::new(),
                wrapped: None,
                confidence: None,
            },
            fingerprint: Some(fingerprint.to_owned()),
            context: None,
        }
    }

    #[test]
    fn two_fingerprints_that_begin_alike_are_told_apart_by_more_digits() {
        let prints = [
            "sha256:0123456789a",
            "hmac-sha256:0123456789b",
            "sha256:0123456780",
        ];
        let outcome = Outcome {
            judged: prints.map(judged).into(),
            problems: vec![Problem::new(ProblemKind::Limit, "a", "b")],
            ..Outcome::default()
        };
        for (text, expected) in [
            ("01234567", &prints[..]),
            ("0123456789", &prints[..2]),
            ("sha256:0123456789", &prints[..1]),
            ("01234567ff", &[]),
        ] {
            let start = FingerprintStart::parse(text).expect("a fingerprint");
            let expected: BTreeSet<String> = expected.iter().map(|&text| text.into()).collect();
            let found = fitting(&outcome, &start);
            assert_eq!(found, expected, "{text}");
            let said = ambiguous(&start, &found.iter().collect::<Vec<_>>()).to_string();
            assert!(expected.iter().all(|print| said.contains(print)), "{said}");
        }
    }
}
