//! The edits of `fix` for reports that programs apply: key by key, as far as each can be replaced alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::beside::top;
use super::gathering::{Found, InFile, Seen, gather};
use super::known::Known;
use super::planning::{read, spots};
use super::surroundings;
use crate::detect::Cursor;
use crate::fix::{self, Names};
use crate::model::{Outcome, Position, Repair, Replacement};

/// What would take each key out of the files, by its fingerprint.
pub(in crate::commands) fn of(outcome: &Outcome) -> BTreeMap<String, Vec<Repair>> {
    let found = gather(outcome);
    let mut names = Names::default();
    // The first time tells which names the places themselves give.
    let known = Known::new(&found);
    drop(all(&found, &known, &mut names));
    all(&found, &known, &mut names.settled())
}

fn all(found: &Found, known: &Known, names: &mut Names) -> BTreeMap<String, Vec<Repair>> {
    let mut repairs: BTreeMap<String, Vec<Repair>> = BTreeMap::new();
    for (path, file) in &found.files {
        let Ok(text) = read(path) else {
            continue;
        };
        let inside = match top(path) {
            (top, true) => path.strip_prefix(top).ok(),
            _ => None,
        };
        let inside = inside.unwrap_or(Path::new(&file.shown)).to_string_lossy();
        let inside = inside.replace('\\', "/");
        let asked = fix::File {
            path: &inside,
            text: &text,
            spots: &[],
            surroundings: surroundings::of(path),
        };
        if !can_be_written(&asked, file, (found, known), names) {
            continue;
        }
        let keys: BTreeSet<usize> = file.seen.iter().map(|seen| seen.key).collect();
        for key in keys {
            let repair = repair(&asked, file, key, (found, known), names);
            let secret = found.secrets.get(key);
            if let (Some(repair), Some(secret)) = (repair, secret) {
                let all = repairs.entry(secret.fingerprint()).or_default();
                all.push(repair);
            }
        }
    }
    repairs
}

/// Whether `fix` would write the file: all its keys can be replaced, and none of another file is in it.
fn can_be_written(
    all: &fix::File<'_>,
    file: &InFile,
    (found, known): (&Found, &Known),
    names: &mut Names,
) -> bool {
    let Some(spots) = spots(all.text, &file.seen, found) else {
        return false;
    };
    let asked = fix::File {
        spots: &spots,
        ..*all
    };
    let plan = fix::plan(&asked, names);
    let after = fix::apply(all.text, &plan.edits);
    plan.left.is_empty() && after.is_some_and(|after| !known.is_joined_in(&after))
}

/// What would take one key out of a file; `None` if a person has to.
fn repair(
    all: &fix::File<'_>,
    file: &InFile,
    key: usize,
    (found, known): (&Found, &Known),
    names: &mut Names,
) -> Option<Repair> {
    let text = all.text;
    let seen = file.seen.iter().filter(|seen| seen.key == key).copied();
    let spots = spots(text, &seen.collect::<Vec<Seen>>(), found)?;
    let asked = fix::File {
        spots: &spots,
        ..*all
    };
    let plan = fix::plan(&asked, names);
    let after = fix::apply(text, &plan.edits)?;
    if !plan.left.is_empty() || known.is_in_pieces_in(&after) {
        return None;
    }
    let mut cursor = Cursor::new(Position::default());
    let replacements = plan.edits.into_iter().map(|edit| Replacement {
        place: cursor.place(text.as_bytes(), edit.start, edit.end),
        text: edit.text,
    });
    Some(Repair {
        path: file.path.clone(),
        replacements: replacements.collect(),
    })
}
