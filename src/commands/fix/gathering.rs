//! From what a scan found to the keys of each file, and to those that stand where nothing can be edited.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{Location, Origin, Outcome, Secret};

/// What is to be replaced.
pub(super) struct Found {
    /// The keys, under their numbers.
    pub(super) secrets: Vec<Secret>,
    /// Every secret that was found, allowed ones too: none of them may be in what is written.
    pub(super) all: Vec<Secret>,
    /// The files.
    pub(super) files: BTreeMap<PathBuf, InFile>,
    /// Keys that stand where nothing can be edited: where, and what to do.
    pub(super) elsewhere: Vec<(String, String)>,
}

/// The keys of a file.
#[derive(Default)]
pub(super) struct InFile {
    /// How reports name it.
    pub(super) shown: String,
    /// As it is stored.
    pub(super) path: Vec<u8>,
    /// Its keys.
    pub(super) seen: Vec<Seen>,
}

/// A key in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    /// From 1.
    pub(super) line: u64,
    /// In code points, from 1.
    pub(super) column: u64,
    /// The key's number.
    pub(super) key: usize,
}

/// Gathers it.
pub(super) fn gather(outcome: &Outcome) -> Found {
    let lists = [&outcome.keys, &outcome.suppressed, &outcome.hidden];
    let all = lists.into_iter().flatten();
    let mut found = Found {
        secrets: Vec::new(),
        all: all.map(|key| key.secret.clone()).collect(),
        files: BTreeMap::new(),
        elsewhere: Vec::new(),
    };
    for key in &outcome.keys {
        let number = found.secrets.len();
        found.secrets.push(key.secret.clone());
        for at in key.locations.iter().filter(|at| at.allowed.is_none()) {
            match why_not(at, &key.secret) {
                None => found.add(at, number),
                Some(why) => found.elsewhere.push((place(at), why.to_owned())),
            }
        }
    }
    for file in found.files.values_mut() {
        file.seen.sort();
        file.seen.dedup();
    }
    found.elsewhere.sort();
    found
}

impl Found {
    fn add(&mut self, at: &Location, key: usize) {
        let (Some(site), Some(place)) = (&at.site, at.place) else {
            return;
        };
        let file = self.files.entry(site.file.clone()).or_default();
        file.shown = path(at);
        file.path = at.path.clone().unwrap_or_default();
        file.seen.push(Seen {
            line: place.line,
            column: place.column,
            key,
        });
    }
}

/// Why a key is not replaced where it stands, and what to do; `None` if it can be.
fn why_not(at: &Location, secret: &Secret) -> Option<&'static str> {
    if at.origin == Origin::PathName {
        return Some("the name of the file has the key: rename the file");
    }
    if at.origin == Origin::Config {
        return Some("it is git's own file: `git remote set-url` or `git config` changes it");
    }
    if at.origin != Origin::Worktree || at.site.is_none() || at.place.is_none() {
        return Some("it stands in no file: take it out where it is kept");
    }
    if !at.member.is_empty() {
        return Some("it is in an archive: take it out of what that is made of, and build it anew");
    }
    if !at.encoding.is_empty() {
        return Some(
            "it is encoded, or put together from pieces: take it out by hand, and read AISA_API_KEY there",
        );
    }
    if !secret.is_aisa() {
        return Some("it is no AIsa key, so that its variable is not known: take it out by hand");
    }
    None
}

fn path(at: &Location) -> String {
    let path = at.path.as_deref().unwrap_or_default();
    String::from_utf8_lossy(path).into_owned()
}

/// As reports name a place.
fn place(at: &Location) -> String {
    match at.place {
        Some(place) => format!("{}:{}:{}", path(at), place.line, place.column),
        None => path(at),
    }
}
