//! Baselines: which one is read, and whether its keyed fingerprints can be made again.
//!
//! `--baseline FILE` comes before the repository's own file, which is looked for where its own configuration is. The own ones
//! of all paths are read; with a trusted commit, the own one is that commit's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::args::ConfigArgs;
use super::super::rule_files::{KEY, kept_key};
use super::{inside, not_trusted, own_file, read, refused, shown, unread, within};
use crate::baseline::{self, Baseline, LARGEST, NAME, Print, Source};
use crate::control::Limits;
use crate::error::{Diagnostic, Error, Level, Result};
use crate::git::Repository;
use crate::pipeline::Trusted;

/// A file's name, what it says, and what its paths count from.
struct Text {
    name: String,
    bytes: Vec<u8>,
    roots: Vec<PathBuf>,
}

type Found = std::result::Result<Text, Diagnostic>;

/// Reads the baseline for these paths; no paths for a stream. `trusted` are the commits that `--config-ref` names.
///
/// # Errors
/// Everything that is wrong with every file.
pub fn load(
    paths: &[PathBuf],
    args: &ConfigArgs,
    trusted: &[Trusted],
) -> Result<(Baseline, Vec<Diagnostic>)> {
    let leave = args.no_config || args.no_baseline;
    let texts = match (&args.baseline, &args.config_ref) {
        (Some(file), _) => match within(trusted, file) {
            Some((trusted, path)) => vec![
                committed_file(trusted, &path).unwrap_or_else(|| Err(not_trusted(file, trusted))),
            ],
            None => vec![named_file(file, paths)],
        },
        (None, _) if leave => Vec::new(),
        (None, Some(_)) => {
            let read = |trusted| committed_file(trusted, NAME);
            trusted.iter().filter_map(read).collect()
        }
        (None, None) => own_files(paths),
    };
    let mut baseline = Baseline::default();
    let mut said = Vec::new();
    for text in texts {
        match text {
            Ok(text) => {
                let (listing, wrong) = baseline::read(&text.bytes, &text.name);
                said.extend(wrong);
                baseline.files.push(Source {
                    listing,
                    roots: text.roots,
                    key: None,
                });
            }
            Err(error) => said.push(error),
        }
    }
    if said.iter().any(|said| said.level == Level::Error) {
        return Err(Error::Invalid { diagnostics: said });
    }
    said.extend(baseline.files.iter_mut().filter_map(unlock));
    Ok((baseline, said))
}

/// The own file for a path, if it is there.
///
/// # Errors
/// A link that leads out of the repository.
pub fn own(path: &Path) -> Result<Option<PathBuf>> {
    let Some((file, folder, _)) = own_file(path, NAME) else {
        return Ok(None);
    };
    let folder = folder.canonicalize().map_err(|error| unread(&file, error));
    let target = folder.and_then(|folder| inside(&file, &folder, "--baseline"));
    match target {
        Ok(_) => Ok(Some(file)),
        Err(error) => Err(Error::Invalid {
            diagnostics: vec![error],
        }),
    }
}

/// A file's name, as diagnostics have it.
pub fn name(file: &Path) -> String {
    shown(file)
}

/// Reads a file for what is scanned, with its text. Why keyed fingerprints cannot match is not told.
///
/// # Errors
/// Everything that is wrong with it.
pub fn open(file: &Path, paths: &[PathBuf]) -> Result<(Source, Vec<u8>)> {
    let invalid = |diagnostics| Error::Invalid { diagnostics };
    let text = named_file(file, paths).map_err(|error| invalid(vec![error]))?;
    let (listing, said) = baseline::read(&text.bytes, &text.name);
    if said.iter().any(|said| said.level == Level::Error) {
        return Err(invalid(said));
    }
    let mut source = Source {
        listing,
        roots: text.roots,
        key: None,
    };
    unlock(&mut source);
    Ok((source, text.bytes))
}

/// Gives a file the key of its keyed fingerprints, or says why they cannot match.
fn unlock(source: &mut Source) -> Option<Diagnostic> {
    let listing = &source.listing;
    let entries = listing.keyed_entries();
    let warning = |message: String| {
        (entries > 0 || listing.keyed).then(|| Diagnostic {
            level: Level::Warning,
            ..refused(&listing.name, message)
        })
    };
    let Some(key) = kept_key() else {
        return warning(format!(
            "{entries} of its entries are keyed, and accept nothing now: set {KEY} to the text that they were made with"
        ));
    };
    let check = Print::parse(&key.check());
    let is_right = |known: &Print| Some(*known) == check;
    if !listing.checks.is_empty() && !listing.checks.iter().any(is_right) {
        return warning(format!(
            "{entries} of its entries are keyed with another key than {KEY}, and accept nothing: set it to the text that they \
             were made with"
        ));
    }
    let others = (listing.checks.len() > 1).then(|| {
        warning(format!(
            "its entries are keyed with several keys, of which {KEY} is one: the others accept nothing; make the file anew with \
             `aisaleaks baseline create --keyed --force`"
        ))
    });
    source.key = Some(key);
    others.flatten()
}

/// The file that a flag names: it has to be there.
fn named_file(file: &Path, paths: &[PathBuf]) -> Found {
    Ok(Text {
        name: shown(file),
        bytes: read(file, LARGEST).map_err(|error| unread(file, error))?,
        roots: tops(file, paths),
    })
}

/// What the paths in a baseline count from: the tops of the repositories that are scanned. Outside of repositories it is
/// the folder of the file, if what is scanned lies in it, and else the folder that is scanned.
pub fn tops(file: &Path, paths: &[PathBuf]) -> Vec<PathBuf> {
    let real = |path: &Path| path.canonicalize().ok();
    let folder = std::path::absolute(file).ok();
    let folder = folder.and_then(|file| real(file.parent()?));
    let top = |path: &PathBuf| {
        let own = || {
            let path = real(path)?;
            match &folder {
                Some(folder) if path.starts_with(folder) => Some(folder.clone()),
                _ if path.is_dir() => Some(path),
                _ => Some(path.parent()?.to_path_buf()),
            }
        };
        let repository = Repository::discover(path);
        repository.map_or_else(own, |repository| real(&repository.name))
    };
    let tops: BTreeSet<PathBuf> = paths.iter().filter_map(top).collect();
    tops.into_iter().collect()
}

/// A file of a trusted commit; none if it has none at this path.
fn committed_file(trusted: &Trusted, path: &str) -> Option<Found> {
    let name = format!("{}:{path}", trusted.revision());
    let text = trusted
        .file(path, LARGEST, &Limits::default())
        .map(|found| {
            found.map(|bytes| Text {
                name: name.clone(),
                bytes,
                roots: vec![trusted.root().to_path_buf()],
            })
        });
    text.map_err(|reason| refused(&name, reason)).transpose()
}

/// The own files of what is scanned, each once.
fn own_files(paths: &[PathBuf]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut texts = Vec::new();
    for path in paths {
        let Some((file, folder, _)) = own_file(path, NAME) else {
            continue;
        };
        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
            texts.push(read_own(&file, &folder));
        }
    }
    texts
}

fn read_own(file: &Path, folder: &Path) -> Found {
    let folder = folder.canonicalize().map_err(|error| unread(file, error))?;
    let target = inside(file, &folder, "--baseline")?;
    Ok(Text {
        name: shown(file),
        bytes: read(&target, LARGEST).map_err(|error| unread(file, error))?,
        roots: vec![folder],
    })
}
