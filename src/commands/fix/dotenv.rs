//! Keeps keys in `.env`, if somebody asked for that and git ignores the file: the one file that a key is ever written to. It is written
//! before the others, so that no key is in none of them.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Request;
use super::beside::top;
use super::change;
use super::gathering::Found;
use super::planning::Plan;
use super::writing;
use crate::source::asking::Trees;

/// Says what would be kept.
pub(super) fn announce(plan: &mut Plan, found: &Found, request: &Request) {
    match Kept::new(plan, found, request) {
        Ok(Some(kept)) if !kept.names.is_empty() => {
            let names = kept.names.join(", ");
            plan.notes
                .push(format!("with --write, .env would get {names}"));
        }
        Ok(_) => {}
        Err(why) => plan.leave(".env".to_owned(), why),
    }
}

/// Writes the keys that are taken out of files to `.env`, which `.gitignore` has to ignore first. Where that cannot be,
/// nothing else is changed, either: the keys would be nowhere.
pub(super) fn keep(plan: &mut Plan, found: &Found, request: &Request) {
    let kept = Kept::new(plan, found, request).and_then(|kept| {
        if let Some(kept) = kept {
            ignore(plan, &kept.path)?;
            kept.write()?;
            return Ok(kept.names);
        }
        Ok(Vec::new())
    });
    match kept {
        Ok(names) if names.is_empty() => {}
        Ok(names) => {
            let names = names.join(", ");
            plan.notes.push(format!(
                ".env has {names} now: these are the keys that were in the files, so put new ones there once you revoked them"
            ));
        }
        Err(why) => {
            plan.leave(".env".to_owned(), why);
            for change in std::mem::take(&mut plan.changes) {
                let why = "it was not touched, as its keys could not be kept in .env".to_owned();
                plan.leave(change.shown, why);
            }
            plan.fixed.clear();
        }
    }
}

/// Writes what is to be changed in `.gitignore`, and looks whether `.env` is ignored then.
fn ignore(plan: &mut Plan, path: &Path) -> Result<(), String> {
    let rules = path.with_file_name(".gitignore");
    if let Some(at) = plan.changes.iter().position(|change| change.path == rules) {
        let change = plan.changes.remove(at);
        writing::write_one(plan, change);
    }
    match Trees::default().ask(path) {
        Some(known) if known.ignored && !known.tracked => Ok(()),
        _ => Err(NOT_IGNORED.to_owned()),
    }
}

const NOT_IGNORED: &str = "git does not ignore it, or tracks it, so that no key was written there: add it to .gitignore, and \
     `git rm --cached .env`";

/// What `.env` is to become.
struct Kept {
    path: PathBuf,
    before: Option<String>,
    after: String,
    /// The variables that it has then, and did not have.
    names: Vec<String>,
}

impl Kept {
    /// Makes it; none if nothing has to be there.
    fn new(plan: &Plan, found: &Found, request: &Request) -> Result<Option<Self>, String> {
        let wanted = plan.kept();
        if wanted.is_empty() {
            return Ok(None);
        }
        let (top, is_work_tree) = top(&request.path);
        let path = top.join(".env");
        let before = may_keep(&path, is_work_tree)?;
        if let Some(line) = before.as_deref().and_then(odd_line) {
            return Err(format!(
                "line {line} of it is not surely `NAME=value`, so that no key was written there: mend that, and run this again"
            ));
        }
        let mut after = before.clone().unwrap_or_default();
        let mut names = Vec::new();
        for (name, key) in wanted {
            let secret = found.secrets.get(key).ok_or("its key is not known")?;
            if set(&mut after, name, secret.expose())? {
                names.push(name.to_owned());
            }
        }
        Ok(Some(Self {
            path,
            before,
            after,
            names,
        }))
    }

    /// Writes to the file itself: a copy beside it would be another file with a key, which git might not ignore. What is there only
    /// gets longer, so that nothing of it is cut off first.
    fn write(&self) -> Result<(), String> {
        if self.names.is_empty() {
            return Ok(());
        }
        let failed = |error: std::io::Error| format!("it cannot be written: {error}");
        if read(&self.path)? != self.before {
            return Err("it changed since it was read: run this again".to_owned());
        }
        let before = self.before.as_deref().unwrap_or_default().bytes();
        let same = before.zip(self.after.bytes());
        let same = same.take_while(|(old, new)| old == new).count();
        let mut options = OpenOptions::new();
        options.write(true).create_new(self.before.is_none());
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.path).map_err(failed)?;
        let from = u64::try_from(same).unwrap_or(u64::MAX);
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        let rest = self.after.as_bytes().get(same..).unwrap_or_default();
        file.write_all(rest).map_err(failed)?;
        file.sync_all().map_err(failed)
    }
}

/// What is in the file, if a key may be written there once git ignores it; none if there is no file.
fn may_keep(path: &Path, is_work_tree: bool) -> Result<Option<String>, String> {
    if !is_work_tree || Trees::default().ask(path).is_none_or(|known| known.tracked) {
        return Err(NOT_IGNORED.to_owned());
    }
    read(path)
}

fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => match change::why_not(path, &metadata) {
            Some(why) => Err(format!("no key was written there, as {why}")),
            None => fs::read_to_string(path)
                .map(Some)
                .map_err(|error| format!("it cannot be read: {error}")),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// A line that gives a variable.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    /// The bytes of its value, without quotes.
    pub(super) value: Range<usize>,
}

/// The variables of a dotenv file; not those in comments.
pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let at = start;
        start += line.len();
        (at, line)
    });
    lines
        .filter_map(|(at, line)| {
            let (left, right) = line.split_once(['=', ':'])?;
            let name = left.trim_start_matches('\u{feff}').trim();
            let name = name.strip_prefix("export ").unwrap_or(name).trim();
            let value_start = at + left.len() + 1;
            let value = match right.find(" #") {
                Some(end) => right.get(..end)?,
                None => right,
            };
            let is_comment = value.trim_start().starts_with('#');
            let value = if is_comment { "" } else { value };
            let lead = value.len() - value.trim_start_matches([' ', '\t']).len();
            let value = value.trim();
            let quote = value.starts_with(['"', '\'']) && value.len() > 1;
            let quotes = usize::from(quote && value.ends_with(value.get(..1)?));
            let inner = value.get(quotes..value.len() - quotes)?;
            let first = value_start + lead + quotes;
            (!name.starts_with('#')).then_some(Entry {
                name,
                value: first..first + inner.len(),
            })
        })
        .collect()
}

/// The number of the first line that programs may read otherwise: one that is neither empty, nor a comment, nor `NAME=value` with
/// quotes that end on it.
fn odd_line(text: &str) -> Option<usize> {
    let is_odd = |line: &str| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.contains('\r') {
            return true;
        }
        let line = line.trim();
        !(line.is_empty() || line.starts_with('#') || is_plain(line))
    };
    text.split('\n').position(is_odd).map(|at| at + 1)
}

fn is_plain(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else {
        return false;
    };
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let value = value.trim();
    let quote = value.chars().next().filter(|c| "\"'`".contains(*c));
    let is_whole = match quote {
        Some(quote) => {
            let closed = value.get(1..).and_then(|rest| rest.split_once(quote));
            closed.is_some_and(|(inside, rest)| {
                let rest = rest.trim();
                !inside.ends_with('\\') && (rest.is_empty() || rest.starts_with('#'))
            })
        }
        None => {
            let value = value.split(" #").next().unwrap_or_default();
            value.starts_with('#') || !(value.contains(['"', '\'', '`']) || value.ends_with('\\'))
        }
    };
    !name.is_empty() && name.chars().all(is_name) && is_whole
}

/// Gives a variable a value, in its empty entry if there is one; whether it did not have that value.
fn set(text: &mut String, name: &str, value: &str) -> Result<bool, String> {
    let found = entries(text).into_iter().filter(|entry| entry.name == name);
    let found: Vec<Range<usize>> = found.map(|entry| entry.value).collect();
    match &found[..] {
        [] => {
            *text = change::with(text, &[format!("{name}={value}")]);
            Ok(true)
        }
        // The last one is what programs read.
        [.., last] if found.iter().all(Range::is_empty) => {
            text.insert_str(last.start, value);
            let end = last.start + value.len();
            if text.get(end..).is_some_and(|rest| rest.starts_with('#')) {
                text.insert(end, ' ');
            }
            Ok(true)
        }
        all if all
            .iter()
            .all(|range| text.get(range.clone()) == Some(value)) =>
        {
            Ok(false)
        }
        _ => Err(format!(
            "it has {name} with another value: take that out, or call it something else, and run this again"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_gets_its_value_or_the_file_stays() {
        for (before, expected) in [
            ("", Ok((true, "A=v\n"))),
            ("B=1", Ok((true, "B=1\nA=v\n"))),
            ("A=\r\nB=1\r\n", Ok((true, "A=v\r\nB=1\r\n"))),
            (
                "export A = \"\"  # x\n",
                Ok((true, "export A = \"v\"  # x\n")),
            ),
            ("# A=\n", Ok((true, "# A=\nA=v\n"))),
            ("A='v'\n", Ok((false, "A='v'\n"))),
            ("A=# put it here\n", Ok((true, "A=v # put it here\n"))),
            ("A= # put it here\n", Ok((true, "A=v # put it here\n"))),
            ("A=\nB=1\nA=\n", Ok((true, "A=\nB=1\nA=v\n"))),
            ("A=w\n", Err(())),
            ("A=\nA=w\n", Err(())),
        ] {
            let mut text = before.to_owned();
            let result = set(&mut text, "A", "v").map_err(drop);
            assert_eq!(result.map(|new| (new, text.as_str())), expected, "{before}");
        }
    }
    #[test]
    fn lines_that_programs_read_otherwise_are_odd() {
        for (text, expected) in [
            ("", None),
            (
                "# it's\n\nA=1\r\nexport B='x' # it's\nC=\nD=\"a b\"\nE=a:b\nF=# it's\n",
                None,
            ),
            ("A=1\nB=\"x\n", Some(2)),
            ("A=\"x\nB=1\n\"\n", Some(1)),
            ("A='x\\'\n", Some(1)),
            ("A=it's\n", Some(1)),
            ("A='x'y\n", Some(1)),
            ("\u{feff}A=\n", Some(1)),
            ("A: x\n", Some(1)),
            ("A=x\\\nB=1\n", Some(1)),
            ("A=1\rB=2\n", Some(1)),
            ("A\n", Some(1)),
        ] {
            assert_eq!(odd_line(text), expected, "{text:?}");
        }
    }
}
