//! From the text of a baseline to what it says, with everything that is wrong with it at once.

use super::entry::Listing;
use super::item::Items;
use super::line::{self, HEADER, Line, VERSION};
use super::print::Print;
use crate::error::{Diagnostic, Level};

/// Larger files are refused.
pub const LARGEST: u64 = 50_000_000;
/// A file has no more entries.
const ENTRIES: usize = 500_000;
/// So many errors of a file are told.
const TOLD: usize = 20;

/// Reads a file. What it says must not be used if one of the diagnostics is an error.
pub fn read(text: &[u8], name: &str) -> (Listing, Vec<Diagnostic>) {
    let mut reader = Reader {
        listing: Listing {
            name: name.to_owned(),
            ..Listing::default()
        },
        items: Items::default(),
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
    items: Items,
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
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        self.listing.entries.reserve_exact(lines.min(ENTRIES));
        let lines = text.lines().map(str::trim).enumerate();
        for (at, text) in lines.filter(|(_, text)| !text.is_empty()) {
            let number = at + 1;
            if self.is_conflict(number, text) {
                continue;
            }
            let line = match serde_json::from_str::<Line<'_>>(text) {
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

    fn header(&mut self, number: usize, line: Line<'_>) {
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
        match key.as_ref().map(|key| Print::parse(&key.0)) {
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

    fn entry(&mut self, number: usize, line: Line<'_>) {
        let read = match (&line.key, &line.problem) {
            (Some(_), None) => (self.items.key(line, number)).map(|entry| self.listing.entries.push(entry)),
            (None, Some(_)) => (self.items.problem(line, number)).map(|entry| self.listing.problems.push(entry)),
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
