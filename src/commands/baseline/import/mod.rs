//! Takes over what another tool accepts: of that, only what is found here, too, becomes an entry. Rules have other names here,
//! so that the secret and the file decide; of a report without secrets, what stands on the line that it names.

mod gitleaks;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{SHOWN, Scan};
use crate::baseline::{PathName, Spot};
use crate::control::Control;
use crate::detect::Detector;
use crate::error::{Diagnostic, Error, Level, Result};
use crate::git::plain;
use crate::model::{Key, Outcome, Secret};
use crate::pipeline::{Line, Stands, accepting, on_lines};
use gitleaks::Item;

/// Larger files are refused.
const LARGEST: u64 = 200_000_000;

/// What other tools accept.
#[derive(Default)]
pub(super) struct Imports {
    items: Vec<Item>,
}

/// What of it is found here.
#[derive(Default)]
pub(super) struct Found {
    /// Which of the keys, and where.
    pub(super) places: BTreeSet<(usize, Spot)>,
    taken: usize,
    allowed: usize,
    /// What is not found, each in a line.
    missing: Vec<String>,
}

impl Imports {
    /// Reads files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn read(files: &[PathBuf], roots: &[PathBuf]) -> Result<Self> {
        let mut imports = Self::default();
        let mut said = Vec::new();
        for file in files {
            let name = file.display().to_string();
            let unread = |error: std::io::Error| Diagnostic {
                file: name.clone(),
                line: None,
                level: Level::Error,
                message: format!("it cannot be read: {error}"),
            };
            let read = contents(file).map_err(|error| vec![unread(error)]);
            match read.and_then(|bytes| gitleaks::read(&bytes, &name, roots)) {
                Ok(items) => imports.items.extend(items),
                Err(wrong) => said.extend(wrong),
            }
        }
        match said.is_empty() {
            true => Ok(imports),
            false => Err(Error::Invalid { diagnostics: said }),
        }
    }

    /// Looks for everything in what a scan found.
    pub(super) fn find(&self, scan: &Scan, outcome: &Outcome, detector: &Detector) -> Found {
        let open = Index::new(&outcome.keys, scan, detector);
        let allowed = Index::new(&outcome.suppressed, scan, detector);
        let lines: Vec<Line> = self.nameless().map(|item| item.at.clone()).collect();
        let root = scan.source.roots.first().cloned().unwrap_or_default();
        let control = Control::new(scan.request.threads);
        let mut standing = on_lines(&root, &lines, detector, &control).into_iter();
        let mut found = Found::default();
        for item in &self.items {
            let spots = containers(&item.at.path);
            let spots = spots.map(|path| Spot::contents(PathName::new(path, detector)));
            let spots: Vec<Spot> = spots.collect();
            let (texts, why) = match &item.secret {
                Some(secret) => (with_own(secret, detector), "not found by any rule here"),
                None => match standing.next().unwrap_or(Stands::NoFile) {
                    Stands::Secrets(secrets) => {
                        (secrets, "no rule here finds anything on this line")
                    }
                    Stands::NoCommit => (Vec::new(), "there is no such commit here"),
                    Stands::NoFile => (Vec::new(), "there is no such file"),
                },
            };
            let taken = spots.iter().find_map(|spot| {
                let numbers = open.at(&texts, spot);
                (!numbers.is_empty()).then_some((numbers, spot))
            });
            if let Some((numbers, spot)) = taken {
                found.taken += 1;
                found
                    .places
                    .extend(numbers.into_iter().map(|number| (number, spot.clone())));
            } else if spots
                .iter()
                .any(|spot| !allowed.at(&texts, spot).is_empty())
            {
                found.allowed += 1;
            } else {
                found.missing.push(format!("{}: {why}", told(&item.at)));
            }
        }
        found
    }

    /// What has to be looked for on its line.
    fn nameless(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.secret.is_none())
    }
}

impl Found {
    /// Lines for people.
    pub(super) fn summary(&self) -> String {
        let all = self.taken + self.allowed + self.missing.len();
        let mut text = format!("of {all} imported findings {} are accepted", self.taken);
        if self.allowed > 0 {
            text.push_str(&format!(", {} are allowed already", self.allowed));
        }
        if self.missing.is_empty() {
            text.push('\n');
            return text;
        }
        text.push_str(&format!(
            ", and {} cannot be taken over:\n",
            self.missing.len()
        ));
        self.missing
            .iter()
            .take(SHOWN)
            .for_each(|line| text.push_str(&format!("  {line}\n")));
        if self.missing.len() > SHOWN {
            text.push_str(&format!("  and {} more\n", self.missing.len() - SHOWN));
        }
        text.push_str("--rules FILE adds the rules that found them\n");
        text
    }
}

/// A path of gitleaks', and those of the files that it may be a member of: it writes `a.zip!b.tar!c`.
fn containers(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'!');
    let files = ends.filter_map(|(at, _)| path.get(..at));
    std::iter::once(path).chain(files.filter(|file| !file.is_empty()))
}

/// The secret itself, and what is found in it: another tool's rule may take more than the key for it.
fn with_own(secret: &Secret, detector: &Detector) -> Vec<Secret> {
    let bytes = secret.expose().as_bytes();
    let mut matches = Vec::new();
    detector.search(bytes, None, &mut matches);
    let inner = matches.iter().map(|found| detector.secret(bytes, found));
    std::iter::once(secret.clone()).chain(inner).collect()
}

/// Keys by their text, and where they stand.
struct Index<'k> {
    keys: HashMap<&'k str, Vec<usize>>,
    spots: Vec<BTreeSet<Spot>>,
}

impl<'k> Index<'k> {
    fn new(all: &'k [Key], scan: &Scan, detector: &Detector) -> Self {
        let mut keys: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, key) in all.iter().enumerate() {
            keys.entry(key.secret.expose()).or_default().push(number);
        }
        let spots = |key: &Key| {
            let spots = key.locations.iter();
            let spots = spots.filter_map(|at| accepting::spot(at, &scan.source, detector));
            spots.collect()
        };
        Self {
            keys,
            spots: all.iter().map(spots).collect(),
        }
    }

    /// The keys with one of these texts that stand at a spot.
    fn at(&self, secrets: &[Secret], spot: &Spot) -> BTreeSet<usize> {
        let numbers = secrets
            .iter()
            .filter_map(|secret| self.keys.get(secret.expose()));
        let numbers = numbers.flatten().copied();
        let stands = |number: &usize| {
            self.spots
                .get(*number)
                .is_some_and(|spots| spots.contains(spot))
        };
        numbers.filter(stands).collect()
    }
}

/// A place as an ignore file of gitleaks names it, without the rule.
fn told(at: &Line) -> String {
    let path = String::from_utf8_lossy(&at.path);
    match &at.commit {
        Some(commit) => format!("{commit}:{path}:{}", at.line),
        None => format!("{path}:{}", at.line),
    }
}

fn contents(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = plain::open(file)?;
    if file.take(LARGEST + 1).read_to_end(&mut bytes)? as u64 > LARGEST {
        let reason = format!("it is larger than {} MB", LARGEST / 1_000_000);
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            reason,
        ));
    }
    Ok(bytes)
}
