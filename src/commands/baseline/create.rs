//! `baseline create`: scans, and accepts what is found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::exit::Exit;
use super::super::printing::{counted, written};
use super::super::running::{keep_asked, look};
use super::import::{Found, Imports};
use super::making::{Maker, lock, still_live};
use super::{Scan, ending, file, say, shown, wrong};
use crate::baseline::{self, Accepted, Entry, Source, Spot};
use crate::detect::Detector;
use crate::error::Result;
use crate::git::plain;
use crate::model::{Key, Origin, Outcome};
use crate::pipeline;
use crate::pipeline::accepting;

/// What `baseline create` was asked to do.
#[derive(Debug)]
pub struct Create {
    /// What is scanned.
    pub scan: Scan,
    /// The file to write; `None` is standard output.
    pub target: Option<PathBuf>,
    /// Whether to replace a file that is there.
    pub force: bool,
    /// Files of gitleaks: only what these accept, too, is accepted. Everything if there are none.
    pub imports: Vec<PathBuf>,
}

/// Scans, and writes a baseline of what is found.
///
/// # Errors
/// A file that is there already or cannot be written, and whatever is fatal to a scan.
pub fn create(mut asked: Create) -> Result<Exit> {
    let target = asked.target.as_deref();
    if let Some(path) = target.filter(|path| !asked.force && path.symlink_metadata().is_ok()) {
        let reason = "this file is there already: `aisaleaks baseline update` adds to it and takes out what is gone, and \
                      --force makes it anew";
        return Err(wrong(&path.display().to_string(), reason));
    }
    let scan = &mut asked.scan;
    let imports = Imports::read(&asked.imports, &scan.source.roots)?;
    let rules = std::mem::take(&mut scan.request.rules.rules);
    let (detector, mut outcome) = look(&scan.request, rules, |detector, control| {
        pipeline::scan(&scan.request.options, detector, control)
    })?;
    keep_asked(&mut outcome, &scan.request);
    if outcome.interrupted {
        say("interrupted; no baseline was written", &detector);
        return Ok(Exit::Interrupted);
    }
    let imported = (!asked.imports.is_empty()).then(|| imports.find(scan, &outcome, &detector));
    // It may hold secrets, and is of no use any more.
    drop(imports);
    let made = make(scan, &outcome, &detector, imported.as_ref())?;
    scan.source.listing.entries = made.entries;
    scan.source.listing.problems = made.problems;
    lock(&mut scan.source);
    let text = baseline::write(&scan.source.listing);
    match target {
        Some(path) => file::replace(path, &text)?,
        None => written(&text)?,
    }
    let mut said = summary(&scan.source, &outcome, made.outside, target);
    if let Some(imported) = imported {
        said.push_str(&imported.summary());
    }
    match target {
        Some(_) => written(&shown(&said, &detector))?,
        None => say(&said, &detector),
    }
    Ok(ending(&outcome, scan))
}

/// What is accepted.
struct Made {
    entries: Vec<Entry>,
    problems: Vec<Accepted>,
    /// How many places no path of the file leads to.
    outside: usize,
}

fn make(
    scan: &Scan,
    outcome: &Outcome,
    detector: &Detector,
    imported: Option<&Found>,
) -> Result<Made> {
    let Scan { source, words, .. } = scan;
    let terms = words.terms(scan.request.options.today(), detector);
    let terms =
        terms.ok_or_else(|| wrong(&source.listing.name, "say with --reason why it is accepted"))?;
    let maker = Maker { source, detector };
    let mut made = Made {
        entries: Vec::new(),
        problems: Vec::new(),
        outside: 0,
    };
    for (number, key) in outcome.keys.iter().enumerate() {
        let (mut spots, outside) = spots(key, source, detector);
        match imported {
            Some(found) => spots.retain(|spot| found.places.contains(&(number, spot.clone()))),
            None => made.outside += outside,
        }
        for spot in spots {
            made.entries.push(maker.entry(key, spot, &terms)?);
        }
    }
    if scan.accept_problems {
        let open = outcome
            .problems
            .iter()
            .filter(|problem| problem.accepted.is_none());
        made.problems = open
            .filter_map(|problem| maker.problem(problem, &terms))
            .collect();
    }
    Ok(made)
}

/// Where a key stands, each place once, and how many places are outside of what the file is about.
fn spots(key: &Key, source: &Source, detector: &Detector) -> (BTreeSet<Spot>, usize) {
    let mut outside = 0;
    let mut spots = BTreeSet::new();
    for location in &key.locations {
        match accepting::spot(location, source, detector) {
            Some(spot) => drop(spots.insert(spot)),
            None => outside += 1,
        }
    }
    // An object that no path leads to is accepted with the files of its key.
    if spots.iter().any(Spot::is_file) {
        spots.retain(|spot| spot.origin != Some(Origin::History));
    }
    (spots, outside)
}

fn summary(source: &Source, outcome: &Outcome, outside: usize, target: Option<&Path>) -> String {
    let listing = &source.listing;
    let keys: BTreeSet<_> = listing.entries.iter().map(|entry| entry.print).collect();
    let mut text = format!(
        "{}: accepted {} in {}",
        listing.name,
        counted(keys.len(), "key"),
        counted(listing.entries.len(), "place")
    );
    if !listing.problems.is_empty() {
        text.push_str(&format!(
            " and {}",
            counted(listing.problems.len(), "problem")
        ));
    }
    text.push('\n');
    if outside > 0 {
        let places = counted(outside, "place");
        text.push_str(&format!(
            "{places} outside of the repository cannot be named in it\n"
        ));
    }
    text.push_str(&still_live(outcome.keys.iter()));
    let open = outcome
        .problems
        .iter()
        .filter(|problem| problem.accepted.is_none());
    let open = open.count();
    if open > 0 && listing.problems.is_empty() {
        text.push_str(&format!(
            "not everything could be read ({}): `aisaleaks` says what, and --accept-problems accepts it\n",
            counted(open, "problem")
        ));
    }
    if let Some(name) = target.and_then(|path| unmerged(path, source)) {
        text.push_str(&format!(
            "commit it, and add this line to .gitattributes, so that git joins what two branches accept:\n  {name} merge=union\n"
        ));
    }
    text
}

/// The name of a file of the repository that its attributes do not say to join line by line.
fn unmerged(path: &Path, source: &Source) -> Option<String> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    let mut roots = source
        .roots
        .iter()
        .filter(|root| root.join(".git").exists());
    let root = roots.find(|root| folder.starts_with(root))?;
    let name = path.file_name()?.to_str()?;
    let text = plain::read(&root.join(".gitattributes")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_said = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        words.next().is_some_and(|pattern| pattern.ends_with(name))
            && words.any(|word| word == "merge=union")
    };
    (!text.lines().any(is_said)).then(|| name.to_owned())
}
