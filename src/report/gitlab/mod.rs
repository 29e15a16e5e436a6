//! The report of GitLab's secret detection (gitlab-org/security-products/security-report-schemas): a vulnerability is a
//! place of a key, as GitLab tracks them by file and line.
//!
//! Names, e-mail addresses and the messages of commits are left out unless they are asked for, as in SARIF: more people
//! read a vulnerability than the repository's history. Bad habits are left out, too, and counted in a message: GitLab
//! has no place for what is no secret.

mod limits;
mod scan;
mod vulnerability;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::{Options, Shown, unobeyed, whereabouts};
use crate::model::{Location, ObjectId, Outcome, TargetKind};
use scan::{Left, Scan};
use vulnerability::{Identifier, Known, Vulnerability};

/// The version of the schema that the report says it has. Nothing in it is newer, later ones take all of it, and GitLab
/// refuses a report of a version (`MAJOR.MINOR`) that it does not know yet.
const VERSION: &str = "15.0.4";
/// Where that is published.
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.4/dist/secret-detection-report-format.json";

#[derive(Serialize)]
struct Report {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

/// What every part of the report needs to know.
#[derive(Clone, Copy)]
struct Page<'a> {
    shown: Shown<'a>,
    options: &'a Options<'a>,
    /// What HEAD was, for a place that no known commit brought in.
    head: Option<ObjectId>,
}

/// Writes the report as one object and a newline.
pub(super) fn write(
    outcome: &Outcome,
    shown: Shown<'_>,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let git = outcome.targets.iter();
    let git = git.filter(|target| target.kind != TargetKind::Files);
    let page = Page {
        shown,
        options,
        head: git.filter_map(|target| target.head).next(),
    };
    let (vulnerabilities, left) = listed(outcome, page)?;
    let report = Report {
        version: VERSION,
        schema: SCHEMA,
        scan: scan::of(outcome, left, page),
        vulnerabilities,
    };
    unobeyed::line(&report, out)
}

/// The vulnerabilities that there is room for, worst first as the keys are, and how many there is none for.
fn listed(outcome: &Outcome, page: Page<'_>) -> io::Result<(Vec<Vulnerability>, Left)> {
    let mut list = Vec::new();
    let mut left = Left::default();
    let mut bytes = 0_usize;
    let mut lines = BTreeSet::new();
    for key in &outcome.keys {
        let mut nth: BTreeMap<Known<'_>, usize> = BTreeMap::new();
        for (at, location) in key.locations.iter().enumerate() {
            if at >= limits::PLACES {
                left.places += 1;
                continue;
            }
            if list.len() >= limits::VULNERABILITIES || bytes >= limits::BYTES {
                left.others += 1;
                continue;
            }
            let mut one = page.vulnerability(key, location, &mut nth);
            name_apart(&mut one, &mut lines);
            bytes += serde_json::to_vec(&one).map_err(io::Error::from)?.len();
            list.push(one);
        }
    }
    Ok((list, left))
}

/// GitLab takes two findings for one if they have a file, its lines and any identifier in common (`Finding#keys` in
/// GitLab's reports of security). So of two keys that stand in one line, or nowhere but in `.git`, only the first has its
/// rule as an identifier.
fn name_apart(one: &mut Vulnerability, lines: &mut BTreeSet<(String, [u64; 2], String)>) {
    let place = &one.location;
    let line = [place.start_line, place.end_line];
    let rule = one.identifiers.get(1).map(|rule| rule.value.clone());
    if rule.is_some_and(|rule| !lines.insert((place.file.clone(), line, rule))) {
        one.identifiers.truncate(1);
    }
}

impl Page<'_> {
    /// Where the file is, or the repository's own folder for what has no file: no invention, and what SARIF names.
    fn file(&self, at: &Location) -> String {
        match at.path.as_deref().filter(|_| whereabouts::is_file(at)) {
            Some(path) => {
                let path = whereabouts::from(self.options.below, path);
                super::snippet::end(&self.shown.visible_path(&path), limits::TEXT)
            }
            None => ".git".to_owned(),
        }
    }
}

impl Identifier {
    fn new(kind: &'static str, name: String, value: String) -> Self {
        Self { kind, name, value }
    }
}

#[cfg(test)]
mod schema;
#[cfg(test)]
pub(super) mod tests;
