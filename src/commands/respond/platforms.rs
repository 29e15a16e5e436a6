//! The platforms that a repository shows: by the files that git tracks, and those at the top of the folder.

use std::path::Path;

use super::files::{beginning, tracked};
use super::ground::Grounds;
use super::naming::Naming;
use crate::commands::fix::top;
use crate::error::{Error, Result};
use crate::git::plain;
use crate::report::response::stores::{self, Sign, Store};

/// So many files are opened to see what they are.
const OPENED: usize = 1000;
/// So much of one is read.
const LARGEST: u64 = 256 << 10;
/// So many names at the top of a folder are read.
const NAMES: usize = 10_000;

/// The platforms.
pub(super) struct Platforms {
    /// Those whose commands are told, each with the file that shows it.
    pub(super) told: Vec<(Store, Option<String>)>,
    /// The names of the others.
    pub(super) others: Vec<String>,
}

/// The platforms that were asked for by name, in the order of the table.
///
/// # Errors
/// A name that there is not.
pub(super) fn asked(names: &[String]) -> Result<Vec<Store>> {
    let all = stores::all()?;
    if let Some(name) = names
        .iter()
        .find(|name| all.iter().all(|store| store.name != **name))
    {
        let known: Vec<&str> = all.iter().map(|store| store.name.as_str()).collect();
        return Err(Error::Respond {
            reason: format!(
                "no platform is called {name}\n  choose from {}",
                known.join(", ")
            ),
        });
    }
    let is_asked = |store: &Store| names.contains(&store.name);
    Ok(all.into_iter().filter(is_asked).collect())
}

/// The platforms: those that were asked for, or those that the repository shows.
///
/// # Errors
/// None that a test does not rule out.
pub(super) fn of(
    asked: Vec<Store>,
    all: bool,
    grounds: &Grounds,
    naming: &Naming<'_>,
) -> Result<Platforms> {
    let mut files = Files::of(grounds.first());
    let is_asked = |store: &Store| asked.iter().any(|other| other.name == store.name);
    let mut platforms = Platforms {
        told: Vec::new(),
        others: Vec::new(),
    };
    for store in stores::all()? {
        let seen = files.showing(&store);
        let is_told = match (all, asked.is_empty()) {
            (true, _) => true,
            (false, true) => seen.is_some(),
            (false, false) => is_asked(&store),
        };
        match is_told {
            true => platforms
                .told
                .push((store, seen.map(|path| naming.bytes(&path)))),
            false => platforms.others.push(store.name),
        }
    }
    // What the repository shows comes first.
    platforms.told.sort_by_key(|(_, seen)| seen.is_none());
    Ok(platforms)
}

struct Files {
    top: std::path::PathBuf,
    paths: Vec<Vec<u8>>,
    /// How many may still be opened.
    left: usize,
}

impl Files {
    fn of(path: &Path) -> Self {
        let (top, is_work_tree) = top(path);
        let mut paths = match is_work_tree {
            true => tracked(&top).unwrap_or_default(),
            false => Vec::new(),
        };
        let names = std::fs::read_dir(&top).into_iter().flatten().take(NAMES);
        let names = names.flatten().map(|entry| entry.file_name());
        paths.extend(names.map(|name| name.as_encoded_bytes().to_vec()));
        paths.sort();
        paths.dedup();
        Self {
            top,
            paths,
            left: OPENED,
        }
    }

    /// The first file that shows a platform.
    fn showing(&mut self, store: &Store) -> Option<Vec<u8>> {
        let (top, left) = (&self.top, &mut self.left);
        let mut is_sign = |sign: &Sign, path: &[u8]| {
            let file = top.join(plain::to_path(path));
            if sign.has.is_empty() {
                return file.is_file();
            }
            let Some(fewer) = left.checked_sub(1) else {
                return false;
            };
            *left = fewer;
            beginning(&file, LARGEST).is_some_and(|text| sign.is_in(&text))
        };
        let mut paths = self.paths.iter();
        let shown = paths.find(|path| {
            let mut signs = store.seen.iter().filter(|sign| sign.fits(path));
            signs.any(|sign| is_sign(sign, path))
        });
        shown.cloned()
    }
}
