//! What is to become of each file, from what is in it now.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::change::{self, Change};
use super::gathering::{Found, InFile, Seen};
use super::known::Known;
use super::surroundings;
use crate::detect::Detector;
use crate::fix::{self, Home, Names, Spot};
use crate::source::paths::stored;

/// What is to be done, and what was.
#[derive(Default)]
pub(super) struct Plan {
    /// What is to be changed, in the order of the files.
    pub(super) changes: Vec<Change>,
    /// What was changed.
    pub(super) written: Vec<Change>,
    /// The keys that are replaced.
    pub(super) fixed: Vec<Fixed>,
    /// Where a key stays, or a file that should be changed is not: where, and why, or what to do.
    pub(super) left: Vec<(String, String)>,
    /// What is to be known besides.
    pub(super) notes: Vec<String>,
    /// Whether a private dotenv file has a key.
    pub(super) has_dotenv: bool,
}

/// A key that is replaced.
#[derive(Debug)]
pub(super) struct Fixed {
    /// The file.
    pub(super) path: PathBuf,
    /// The key's number.
    pub(super) key: usize,
    /// What it is called.
    pub(super) variable: String,
    /// Where it is to be kept.
    pub(super) home: Home,
    /// What else is to be done.
    pub(super) then: Option<String>,
}

impl Plan {
    /// Takes note of what stays as it is.
    pub(super) fn leave(&mut self, place: String, why: String) {
        self.left.push((place, why));
    }

    /// Leaves out what would write a key, as a file beside the others could that has one already.
    pub(super) fn drop_with_keys(&mut self, has_key: impl Fn(&str) -> bool) {
        let (with, without) = std::mem::take(&mut self.changes)
            .into_iter()
            .partition(|change: &Change| has_key(&change.whole()));
        self.changes = without;
        for change in with {
            let why = "it has a key, and a file with a key is never written: take that out, and run this again";
            self.leave(change.shown, why.to_owned());
        }
    }

    /// The variables that programs read now, and which key each holds.
    pub(super) fn variables(&self) -> BTreeMap<&str, usize> {
        self.named(&[Home::Environment])
    }

    /// Every key that is taken out of a file, under the names that it is called by there. A comment only names a key that nothing
    /// else reads.
    pub(super) fn kept(&self) -> BTreeMap<&str, usize> {
        let mut kept = self.named(&[Home::Environment, Home::Platform]);
        let has: BTreeSet<usize> = kept.values().copied().collect();
        let mut others = self.named(&[Home::Nowhere]);
        others.retain(|_, key| !has.contains(key));
        kept.extend(others);
        kept
    }

    fn named(&self, homes: &[Home]) -> BTreeMap<&str, usize> {
        let mut named = BTreeMap::new();
        for fixed in self.fixed.iter().filter(|it| homes.contains(&it.home)) {
            named.entry(fixed.variable.as_str()).or_insert(fixed.key);
        }
        named
    }
}

/// Plans it: twice, as only then it is known which names the places themselves give. Paths below the top say what a file is.
pub(super) fn plan(
    found: &Found,
    (top, is_work_tree): &(PathBuf, bool),
    (known, detector): (&Known, &Detector),
    reserved: BTreeMap<String, Option<usize>>,
) -> Plan {
    let place = |path: &Path, file: &InFile| match path.strip_prefix(top) {
        Ok(inside) => inside.to_string_lossy().replace('\\', "/"),
        Err(_) => file.shown.clone(),
    };
    let mut names = Names::with(reserved);
    for (path, file) in &found.files {
        drop(changed(
            (path, &place(path, file)),
            file,
            found,
            (known, detector),
            &mut names,
        ));
    }
    let mut names = names.settled();
    let mut plan = Plan::default();
    for (path, file) in &found.files {
        plan.has_dotenv |= is_dotenv(path);
        let inside = place(path, file);
        match changed((path, &inside), file, found, (known, detector), &mut names) {
            Ok((mut change, fixed)) => {
                if *is_work_tree && let Ok(name) = path.strip_prefix(top) {
                    // As `git apply` takes it, and as the files beside it are named.
                    change.name = stored(name);
                    change.shown = inside;
                }
                plan.changes.push(change);
                plan.fixed.extend(fixed);
            }
            Err(left) => plan.left.extend(left),
        }
    }
    plan.left.extend(found.elsewhere.iter().cloned());
    plan.left.sort_by_cached_key(order);
    plan.left.dedup();
    plan
}

/// Said of keys that wait for another one of their file.
const WAITS: &str =
    "another key of the file has to be taken out by hand: do that first, and run this again";

/// By file, and by line in it; what others wait for comes first.
fn order((place, why): &(String, String)) -> (String, bool, u64, u64, String) {
    let number = |place: &str| -> Option<(String, u64)> {
        let (rest, number) = place.rsplit_once(':')?;
        Some((rest.to_owned(), number.parse().ok()?))
    };
    let (path, line, column) = number(place)
        .and_then(|(rest, column)| number(&rest).map(|(path, line)| (path, line, column)))
        .unwrap_or_else(|| (place.clone(), 0, 0));
    (path, why == WAITS, line, column, why.clone())
}

fn is_dotenv(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == ".env")
}

type Left = Vec<(String, String)>;

/// What becomes of a file, or why it stays as it is: what is written has no key, so that a key that stays keeps the others.
fn changed(
    (path, inside): (&Path, &str),
    file: &InFile,
    found: &Found,
    (known, detector): (&Known, &Detector),
    names: &mut Names,
) -> Result<(Change, Vec<Fixed>), Left> {
    let at = |seen: &Seen| format!("{}:{}:{}", file.shown, seen.line, seen.column);
    let leave_all = |why: &str| -> Left {
        let places = file.seen.iter().map(at);
        places.map(|place| (place, why.to_owned())).collect()
    };
    let text = read(path).map_err(|why| leave_all(&why))?;
    let spots = spots(&text, &file.seen, found)
        .ok_or_else(|| leave_all("the file changed since it was scanned: run this again"))?;
    let asked = fix::File {
        path: inside,
        text: &text,
        spots: &spots,
        surroundings: surroundings::of(path),
    };
    let planned = fix::plan(&asked, names);
    if !planned.left.is_empty() {
        let place = |start: usize| {
            let spot = spots.iter().position(|spot| spot.range.start == start);
            let seen = spot.and_then(|spot| file.seen.get(spot));
            seen.map_or_else(|| file.shown.clone(), at)
        };
        let mut left: Left = (planned.left.iter())
            .map(|left| (place(left.at), left.advice.clone()))
            .collect();
        // The new file would be one with a key in it, and such a file is never written.
        let others = planned
            .fixed
            .iter()
            .map(|fixed| (place(fixed.at), WAITS.to_owned()));
        left.extend(others);
        return Err(left);
    }
    let after = fix::apply(&text, &planned.edits)
        .ok_or_else(|| leave_all("its edits do not fit together: take the key out by hand"))?;
    if known.is_in(&after, detector) {
        return Err(leave_all(
            "a key would stay in the file, one that is allowed or hides, and a file with a key is never written: take \
             the keys out by hand",
        ));
    }
    let fixed = planned.fixed.into_iter().map(|fixed| Fixed {
        path: path.to_path_buf(),
        key: fixed.key,
        variable: fixed.variable,
        home: fixed.home,
        then: fixed.then,
    });
    let change = Change {
        path: path.to_path_buf(),
        name: file.path.clone(),
        shown: file.shown.clone(),
        before: Some(text.clone()),
        after,
        variables: Vec::new(),
    };
    Ok((change, fixed.collect()))
}

/// Larger files, in bytes, are not read: none that is larger is edited.
const LARGEST: u64 = 16 << 20;

/// The text of a file that can be edited.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read: {error}");
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    if let Some(why) = change::why_not(path, &metadata) {
        return Err(why);
    }
    if metadata.len() > LARGEST {
        return Err(
            "the file is so large that nobody can have written it: edit what makes it".to_owned(),
        );
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| {
        "the file is not UTF-8, so that it is not edited: take the key out by hand, and read AISA_API_KEY there"
            .to_owned()
    })
}

/// The bytes of keys, where they still stand where they were seen.
pub(super) fn spots(text: &str, seen: &[Seen], found: &Found) -> Option<Vec<Spot>> {
    let mut lines = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let mut spots = Vec::with_capacity(seen.len());
    let (mut number, mut current) = (0, None);
    for seen in seen {
        while number < seen.line {
            current = lines.next();
            number += 1;
        }
        let (start, line) = current?;
        let column = usize::try_from(seen.column.checked_sub(1)?).ok()?;
        let (column, _) = line.char_indices().nth(column)?;
        let secret = found.secrets.get(seen.key)?.expose();
        let start = start + column;
        let range = start..start + secret.len();
        if text.get(range.clone()) != Some(secret) {
            return None;
        }
        spots.push(Spot {
            range,
            key: seen.key,
        });
    }
    Some(spots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_their_files_and_lines() {
        let ordered = [
            ("a.py:2:10", "b"),
            ("a.py:10:2", "a"),
            ("a.py:1:1", WAITS),
            ("a.py:9:1", WAITS),
            ("b:1:2.zip", "a"),
            ("c.py:1:1", "a"),
        ];
        let ordered = ordered.map(|(place, why)| (place.to_owned(), why.to_owned()));
        let mut sorted = ordered.to_vec();
        sorted.reverse();
        sorted.sort_by_cached_key(order);
        assert_eq!(sorted, ordered);
    }
}
