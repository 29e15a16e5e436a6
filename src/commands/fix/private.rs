//! Private dotenv files near what is edited: the names in them have their values, so that no other key is called so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::beside::top;
use super::dotenv::entries;
use super::gathering::Found;
use super::planning::{Fixed, Plan};
use crate::git::plain;
use crate::source::asking::Trees;

/// Larger ones, in bytes, nobody wrote.
const LARGEST: u64 = 1 << 20;

/// Which key each of their variables holds; none if it is something else, or differs from file to file. They are looked for in
/// the folder that was named, and in those of the keys, up to the top of the work tree.
pub(super) fn reserved(found: &Found, named: Option<&Path>) -> BTreeMap<String, Option<usize>> {
    let mut reserved = BTreeMap::new();
    let mut trees = Trees::default();
    for path in files(found, named, &mut trees) {
        let mut bytes = Vec::new();
        let file = plain::open(&path).map(|file| file.take(LARGEST));
        if file
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .is_err()
        {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        for entry in entries(&text) {
            let value = text.get(entry.value).unwrap_or_default();
            let is_it = |secret: &crate::model::Secret| secret.expose() == value;
            let holder = found.secrets.iter().position(is_it);
            if !value.is_empty() {
                let had = reserved.entry(entry.name.to_owned()).or_insert(holder);
                if *had != holder {
                    *had = None;
                }
            }
        }
    }
    reserved
}

/// Says which of the variables that are read now have another value in a private dotenv file already.
pub(super) fn note(plan: &mut Plan, private: &BTreeMap<String, Option<usize>>) {
    let is_other = |fixed: &&Fixed| {
        let holder = private.get(&fixed.variable);
        holder.is_some_and(|holder| *holder != Some(fixed.key))
    };
    let others = plan.fixed.iter().filter(is_other);
    let names: BTreeSet<String> = others.map(|fixed| fixed.variable.clone()).collect();
    let notes = names.into_iter().map(|name| {
        format!("{name} has another value than that key in a private dotenv file already, which the program gets now: see that it is the new key.")
    });
    plan.notes.extend(notes);
}

fn files(found: &Found, named: Option<&Path>, trees: &mut Trees) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for path in found.files.keys().map(PathBuf::as_path).chain(named) {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let (top, _) = top(&path);
        let inside = path.ancestors().take_while(|at| at.starts_with(&top));
        folders.extend(inside.map(Path::to_path_buf));
    }
    let mut files = BTreeSet::new();
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        files.extend(paths.filter(|path| is_private(path, trees)));
    }
    files
}

/// Whether a dotenv file is for one person only: by its name, or as git ignores it.
fn is_private(path: &Path, trees: &mut Trees) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_own = name == ".env" || (name.starts_with(".env.") && name.ends_with("local"));
    let is_dotenv = name.starts_with(".env") || name.ends_with(".env");
    let mut is_ignored = || {
        let known = trees.ask(path);
        known.is_some_and(|known| known.ignored && !known.tracked)
    };
    is_own || (is_dotenv && is_ignored())
}
