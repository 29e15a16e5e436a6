//! From the text of a baseline to what it says, with everything that is wrong with it at once.

use jiff::civil::Date;

use super::entry::{Accepted, Entry, Listing, Terms};
use super::line::{self, HEADER, Line, VERSION};
use super::print::Print;
use super::spot::{PathName, Spot, origin_named, origin_names};
use crate::error::{Diagnostic, Level};
use crate::model::Origin;

/// Larger files are refused.
pub const LARGEST: u64 = 50_000_000;
/// A file has no more entries.
const ENTRIES: usize = 500_000;
/// No text of an entry is longer, in bytes.
const LONGEST: usize = 4_096;
/// So many errors of a file are told.
const TOLD: usize = 20;

/// Reads a file. What it says must not be used if one of the diagnostics is an error.
pub fn read(text: &[u8], name: &str) -> (Listing, Vec<Diagnostic>) {
    let mut reader = Reader {
        listing: Listing {
            name: name.to_owned(),
            ..Listing::default()
        },
        said: Vec::new(),
        wrong: 0,
        has_header: false,
        in_conflict: false,
    };
    match std::str::from_utf8(text) {
        Ok(text) => reader.lines(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let before = text.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            let message = "this is no UTF-8; save the file as UTF-8, and write a path that is none as `path_bytes`";
            reader.say(line, message);
        }
    }
    let left = reader.wrong.saturating_sub(TOLD);
    if left > 0 {
        let message = format!("{left} more lines are wrong");
        reader.said.push(diagnostic(name, None, message));
    }
    (reader.listing, reader.said)
}

fn diagnostic(file: &str, line: Option<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic {
        file: file.to_owned(),
        line,
        level: Level::Error,
        message: message.into(),
    }
}

struct Reader {
    listing: Listing,
    said: Vec<Diagnostic>,
    /// How many lines are wrong.
    wrong: usize,
    has_header: bool,
    /// Whether git's marks of a conflict are around this line.
    in_conflict: bool,
}

impl Reader {
    fn say(&mut self, line: usize, message: impl Into<String>) {
        self.wrong += 1;
        if self.wrong <= TOLD {
            let told = diagnostic(&self.listing.name, Some(line), message);
            self.said.push(told);
        }
    }

    fn lines(&mut self, text: &str) {
        let lines = text.lines().map(str::trim).enumerate();
        for (at, text) in lines.filter(|(_, text)| !text.is_empty()) {
            let number = at + 1;
            if self.is_conflict(number, text) {
                continue;
            }
            let line = match serde_json::from_str::<Line>(text) {
                Ok(line) => line,
                Err(_) if !self.has_header => return self.no_baseline(number),
                Err(_) => {
                    self.say(number, line::wrong(text));
                    continue;
                }
            };
            match line.version {
                Some(version) if version != VERSION => return self.other_version(number, version),
                None if !self.has_header => return self.no_baseline(number),
                Some(_) => self.header(number, line),
                None => self.entry(number, line),
            }
            if self.listing.entries.len() + self.listing.problems.len() > ENTRIES {
                let message = format!("there are more than {ENTRIES} entries");
                return self.say(number, message);
            }
        }
        if !self.has_header && self.wrong == 0 {
            self.no_baseline(1);
        }
    }

    /// Whether a line is one of git's marks; each conflict is told once.
    fn is_conflict(&mut self, number: usize, text: &str) -> bool {
        if text.starts_with("<<<<<<<") {
            self.in_conflict = true;
            // A header stands in it or above, and is looked for no more.
            self.has_header = true;
            let message = "git left a conflict here: keep the lines of both sides, take out those that begin with <<<<<<<, \
                           ||||||| , ======= and >>>>>>>, and run `aisaleaks baseline update`; with `merge=union` in \
                           .gitattributes git does so by itself";
            self.say(number, message);
            return true;
        }
        let is_mark = ["=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|mark| text.starts_with(mark));
        let is_told = is_mark && self.in_conflict;
        self.in_conflict &= !text.starts_with(">>>>>>>");
        is_told
    }

    fn no_baseline(&mut self, number: usize) {
        let message = format!(
            "this is no baseline: its first line has to be {{\"{HEADER}\":{VERSION}}}; make one with `aisaleaks baseline create`, \
             which takes over what gitleaks accepts with --import FILE"
        );
        self.say(number, message);
    }

    fn other_version(&mut self, number: usize, version: u64) {
        let message = match version > VERSION {
            true => format!(
                "this baseline was made by a newer version of aisaleaks (its format is {version}, and {VERSION} is known \
                 here): install that version"
            ),
            false => format!(
                "there is no format {version} of a baseline; make the file anew with `aisaleaks baseline create --force`"
            ),
        };
        self.say(number, message);
    }

    fn header(&mut self, number: usize, line: Line) {
        let Line {
            version,
            keyed,
            ref key,
            ..
        } = line;
        self.has_header = true;
        let keyed = keyed.unwrap_or(false);
        self.listing.keyed |= keyed;
        let known = Line {
            version,
            keyed: line.keyed,
            key: key.clone(),
            ..Line::default()
        };
        if line != known {
            let message =
                "the header has `keyed` and `key` and no more; put the rest into a line of its own";
            return self.say(number, message);
        }
        match key.as_deref().map(Print::parse) {
            Some(Some(check)) if check.is_keyed() => {
                let checks = &mut self.listing.checks;
                checks.push(check);
                checks.sort_unstable();
                checks.dedup();
            }
            Some(_) => self.say(
                number,
                "`key`: this is not what `aisaleaks baseline create --keyed` writes",
            ),
            None if keyed => self.say(
                number,
                "`keyed` needs `key`; make the file anew with `aisaleaks baseline create --keyed`",
            ),
            None => {}
        }
    }

    fn entry(&mut self, number: usize, line: Line) {
        let read = match (&line.key, &line.problem) {
            (Some(_), None) => key(line, number).map(|entry| self.listing.entries.push(entry)),
            (None, Some(_)) => problem(line, number).map(|entry| self.listing.problems.push(entry)),
            (Some(_), Some(_)) => Err("an entry is about a `key` or a `problem`, not both".to_owned()),
            (None, None) => Err(
                "this entry lacks `key` or `problem`: the fingerprint of what it accepts, as `-f json` reports it".to_owned(),
            ),
        };
        if let Err(message) = read {
            self.say(number, message);
        }
    }
}

type Read<T> = Result<T, String>;

fn key(line: Line, number: usize) -> Read<Entry> {
    if line.keyed.is_some() || line.kind.is_some() || line.place.is_some() {
        return Err(
            "`keyed` is of the header, `kind` and `place` are of problems; take them out"
                .to_owned(),
        );
    }
    let print = line.key.as_deref().and_then(Print::parse);
    let print = print.ok_or(
        "`key`: this is no fingerprint of a key; copy it from a report: `sha256:` and 64 digits",
    )?;
    let shown = bounded("shown", line.shown)?;
    let rule = bounded("rule", line.rule)?;
    let spot = spot(line.origin.as_deref(), line.path, line.path_bytes)?;
    Ok(Entry {
        print,
        rule,
        shown,
        spot,
        terms: terms(line.reason, line.author, line.added, line.expires)?,
        line: number,
    })
}

fn problem(line: Line, number: usize) -> Read<Accepted> {
    let of_key = [
        &line.rule,
        &line.shown,
        &line.path,
        &line.path_bytes,
        &line.origin,
    ];
    if line.keyed.is_some() || of_key.into_iter().any(Option::is_some) {
        return Err(
            "a problem has `kind` and `place`, and nothing that tells about keys; take that out"
                .to_owned(),
        );
    }
    let print = line.problem.as_deref().and_then(Print::parse);
    let print = print.filter(|print| !print.is_keyed());
    let print = print.ok_or("`problem`: this is no fingerprint of a problem; copy it from a report: `sha256:` and 64 digits")?;
    Ok(Accepted {
        print,
        kind: bounded("kind", line.kind)?,
        place: bounded("place", line.place)?,
        terms: terms(line.reason, line.author, line.added, line.expires)?,
        line: number,
    })
}

fn spot(origin: Option<&str>, path: Option<String>, bytes: Option<String>) -> Read<Spot> {
    let named = |name: &str| {
        let known = origin_named(name);
        known.ok_or_else(|| {
            format!("`origin`: there is none of this name; it is one of {}, and left out for the contents of a file", origin_names())
        })
    };
    let origin: Option<(Origin, bool)> = origin.map(named).transpose()?;
    let needs_path = origin.is_none_or(|(_, needs_path)| needs_path);
    let path = match path {
        Some(path) if needs_path => Some(path_name(path, bytes)?),
        None if needs_path => {
            return Err("this entry lacks `path`: where the key is accepted, from the top of the repository".to_owned());
        }
        Some(_) => return Err("what stands at this `origin` has no `path`; take it out".to_owned()),
        None => None,
    };
    Ok(Spot {
        path,
        origin: origin.map(|(origin, _)| origin),
    })
}

fn path_name(text: String, bytes: Option<String>) -> Read<PathName> {
    let name = PathName { text, bytes };
    let raw = match &name.bytes {
        None => name.text.as_bytes().to_vec(),
        Some(_) => name
            .to_bytes()
            .ok_or("`path_bytes`: this is not percent-encoded")?,
    };
    let is_name = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.contains(&0);
    match raw.split(|&byte| byte == b'/').all(is_name) {
        true if raw.len() <= LONGEST => Ok(name),
        _ => Err("`path` counts from the top of the repository: no slash at its beginning, and no `.` or `..` in it".to_owned()),
    }
}

fn terms(
    reason: Option<String>,
    author: Option<String>,
    added: Option<String>,
    expires: Option<String>,
) -> Read<Terms> {
    let reason = bounded("reason", reason)?;
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    Ok(Terms {
        reason: reason.ok_or("this entry lacks a `reason`: say why the finding is accepted")?,
        author: bounded("author", author)?,
        added: date("added", added)?,
        expires: date("expires", expires)?,
    })
}

fn bounded(name: &str, text: Option<String>) -> Read<Option<String>> {
    match text {
        Some(text) if text.len() > LONGEST => {
            Err(format!("`{name}`: this is longer than {LONGEST} bytes"))
        }
        text => Ok(text),
    }
}

fn date(name: &str, text: Option<String>) -> Read<Option<Date>> {
    let parse = |text: String| {
        day(&text).ok_or_else(|| format!("`{name}`: this is no date; write 2027-01-31"))
    };
    text.map(parse).transpose()
}

/// The day that `2027-01-31` is. Other ways to write one are not read: what is read is written the same way again.
fn day(text: &str) -> Option<Date> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_dash = |at: usize| bytes.get(at) == Some(&b'-');
    if !(0..10).all(|at| {
        if matches!(at, 4 | 7) {
            is_dash(at)
        } else {
            is_digit(at)
        }
    }) {
        return None;
    }
    let number = |from, to| text.get(from..to)?.parse::<i16>().ok();
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    Date::new(
        number(0, 4)?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}
