//! Reads a JSON report of an earlier scan. It may come from anywhere, so that nothing in it is taken for true.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::value::StringDeserializer;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::members;
use crate::commands::input::Input;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::git::plain;
use crate::model::{Balance, ObjectId, Origin, State};
use crate::report::sanitize::visible;

/// The schema that is read; see [`report`](crate::report).
const SCHEMA: &str = "aisaleaks/1";
/// Larger reports are refused: one of 100,000 places has a third of that.
const LARGEST: u64 = 256 << 20;
/// What to do about a file that is no report.
const REMEDY: &str = "give the file that `-f json=FILE` wrote";

/// A report.
#[derive(Debug)]
pub(in crate::commands) struct Report {
    /// All of it, as it was read.
    pub(in crate::commands) text: Vec<u8>,
    /// What it says.
    pub(in crate::commands) told: Told,
}

/// What commands need of a report. More may be there.
#[derive(Debug, Deserialize)]
pub(in crate::commands) struct Told {
    #[serde(default)]
    pub(in crate::commands) targets: Vec<Target>,
    pub(in crate::commands) keys: Vec<Key>,
    /// Whether everything was scanned, if it says so.
    #[serde(default)]
    pub(in crate::commands) complete: Option<bool>,
    /// How many keys the report leaves out, by what was known of them.
    #[serde(default)]
    pub(in crate::commands) hidden: BTreeMap<String, u64>,
}

impl Told {
    /// How many of the keys that the report leaves out may work.
    pub(in crate::commands) fn left_out(&self) -> u64 {
        let is_dead = |name: &str| {
            State::ALL
                .iter()
                .any(|it| it.is_dead() && it.name() == name)
        };
        let open = self.hidden.iter().filter(|(name, _)| !is_dead(name));
        open.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// Something that was scanned.
#[derive(Debug, Deserialize)]
pub(in crate::commands) struct Target {
    pub(in crate::commands) path: String,
    pub(in crate::commands) kind: Kind,
    /// What HEAD was.
    #[serde(default, deserialize_with = "id")]
    pub(in crate::commands) head: Option<ObjectId>,
}

/// What it was.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum Kind {
    Files,
    Git,
    Staged,
    Message,
    Stdin,
    #[serde(other)]
    Other,
}

/// A key, and where it stood.
#[derive(Deserialize)]
pub(in crate::commands) struct Key {
    pub(in crate::commands) fingerprint: String,
    #[serde(default)]
    pub(in crate::commands) redacted: String,
    /// Only in a report that was made with `--show-secrets`.
    #[serde(default)]
    pub(in crate::commands) secret: Option<String>,
    #[serde(default)]
    pub(in crate::commands) rule: String,
    #[serde(default)]
    pub(in crate::commands) verdict: Option<Was>,
    pub(in crate::commands) locations: Vec<Place>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({} places)", self.locations.len())
    }
}

/// What an earlier check said.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::commands) struct Was {
    #[serde(default, deserialize_with = "state")]
    pub(in crate::commands) state: Option<State>,
    #[serde(default, deserialize_with = "moment")]
    pub(in crate::commands) checked_at: Option<Timestamp>,
    /// What it can spend, if it is written as it has to be.
    #[serde(default, deserialize_with = "balance")]
    pub(in crate::commands) balance: Option<Balance>,
}

/// A place. There can be very many, so that only what is needed is kept.
#[derive(Debug, Deserialize)]
pub(in crate::commands) struct Place {
    /// What kind of place it is, if this version knows its name.
    #[serde(deserialize_with = "origin")]
    pub(in crate::commands) origin: Option<Origin>,
    #[serde(default)]
    pub(in crate::commands) path: Option<Box<str>>,
    #[serde(default)]
    pub(in crate::commands) path_bytes: Option<Box<str>>,
    /// Of what came out of a container; [`path`](Self::path) is that of the container.
    #[serde(default)]
    pub(in crate::commands) member: Option<Vec<Box<str>>>,
    #[serde(default)]
    pub(in crate::commands) encoding: Vec<Box<str>>,
    #[serde(default)]
    pub(in crate::commands) cell: Option<u32>,
    #[serde(default)]
    pub(in crate::commands) line: Option<u64>,
    #[serde(default)]
    pub(in crate::commands) column: Option<u64>,
    #[serde(default, deserialize_with = "id")]
    pub(in crate::commands) blob: Option<ObjectId>,
    #[serde(default)]
    pub(in crate::commands) introduced: Option<Commit>,
}

/// A commit.
#[derive(Debug, Deserialize)]
pub(in crate::commands) struct Commit {
    #[serde(default, deserialize_with = "id")]
    pub(in crate::commands) commit: Option<ObjectId>,
    #[serde(default, deserialize_with = "moment")]
    pub(in crate::commands) date: Option<Timestamp>,
}

fn origin<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Origin>, D::Error> {
    let name = String::deserialize(from)?;
    // A later version may know more of them.
    let known = StringDeserializer::<serde::de::value::Error>::new(name);
    Ok(Origin::deserialize(known).ok())
}

fn state<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<State>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    let named = |state: &State| name.as_deref() == Some(state.name());
    Ok(State::ALL.into_iter().find(named))
}

fn moment<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

fn balance<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Balance>, D::Error> {
    // Of another form, or of a later version, it tells nothing.
    let value = Option::<serde_json::Value>::deserialize(from)?;
    let balance = value.and_then(|value| serde_json::from_value::<Balance>(value).ok());
    Ok(balance.and_then(Balance::plain))
}

fn id<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<ObjectId>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| ObjectId::from_hex(text.as_bytes())))
}

/// Reads a report; `-` is standard input. `command` is what reads it.
///
/// # Errors
/// It cannot be read, or is no report of this schema: what it is, and what to do.
pub(in crate::commands) fn read(
    file: &Path,
    command: &str,
    control: &Arc<Control>,
) -> Result<Report> {
    let is_stream = file == Path::new("-");
    let wrong = |reason: String| Error::Report {
        file: match is_stream {
            true => "standard input".to_owned(),
            false => file.display().to_string(),
        },
        reason,
    };
    let text = match is_stream {
        true => bounded(Input::new(control.clone())),
        false => plain::open(file).and_then(bounded),
    };
    let text = text.map_err(|error| {
        wrong(match error.kind() {
            io::ErrorKind::InvalidInput if !is_stream => {
                format!("{error}; send what is no file to `aisaleaks {command} -`")
            }
            _ => format!("it cannot be read: {error}"),
        })
    })?;
    let told = parsed(&text).map_err(wrong)?;
    Ok(Report { text, told })
}

fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if reader.take(LARGEST + 1).read_to_end(&mut text)? as u64 > LARGEST {
        let reason = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::other(reason));
    }
    Ok(text)
}

/// What is read first, of whatever it is.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<String>,
    /// The lines of `-f jsonl` say what they are.
    #[serde(default, rename = "type")]
    line: Option<serde::de::IgnoredAny>,
    /// SARIF's.
    #[serde(default)]
    runs: Option<serde::de::IgnoredAny>,
    /// GitLab's.
    #[serde(default)]
    vulnerabilities: Option<serde::de::IgnoredAny>,
}

/// What a text says, or what it is instead. Nothing of the text is in that: it may be anything.
fn parsed(text: &[u8]) -> std::result::Result<Told, String> {
    if text.trim_ascii().is_empty() {
        return Err(format!("it is empty; {REMEDY}"));
    }
    let is = |what: &str| Err(format!("{what}; {REMEDY}"));
    let head: Head = serde_json::from_slice(text).map_err(|error| instead(text, &error))?;
    if text.trim_ascii_start().first() != Some(&b'{') {
        return is(NO_REPORT);
    }
    if head.line.is_some() {
        return is(LINES);
    }
    if head.runs.is_some() {
        return is("it is SARIF, as `-f sarif` writes it");
    }
    if head.vulnerabilities.is_some() {
        return is("it is a report for GitLab, as `-f gitlab` writes it");
    }
    match head.schema.as_deref() {
        Some(SCHEMA) => {}
        Some(other) => {
            let other: String = visible(other).chars().take(40).collect();
            return Err(format!(
                "its schema is {other}, and this version reads {SCHEMA}; use the version of aisaleaks that wrote it"
            ));
        }
        None => return is("it names no schema, so that it is no report of aisaleaks"),
    }
    let told: Told = serde_json::from_slice(text).map_err(|error| {
        let at = at(&error);
        format!("what stands {at} is not what {SCHEMA} has there; scan again")
    })?;
    // A list of the values of an object would do, too, as far as serde is concerned.
    if !members::has_keys(text, told.keys.len()) {
        return Err(format!(
            "its keys are not what {SCHEMA} has there; scan again"
        ));
    }
    Ok(told)
}

/// What is said of anything else.
const NO_REPORT: &str = "it is no report in JSON";
/// What is said of another format.
const LINES: &str = "it is JSON lines, as `-f jsonl` writes them";

/// What a text is that is no JSON object.
fn instead(text: &[u8], error: &serde_json::Error) -> String {
    let first = text.trim_ascii_start().first();
    let line = text.split(|&byte| byte == b'\n').next();
    let line = line.and_then(|line| serde_json::from_slice::<Head>(line).ok());
    match (error.classify(), first) {
        (Category::Eof, _) => {
            "it ends in the middle: it was cut off, or is still being written; scan again"
                .to_owned()
        }
        (Category::Syntax, Some(b'{')) if line.is_some_and(|line| line.line.is_some()) => {
            format!("{LINES}; {REMEDY}")
        }
        (Category::Syntax, Some(b'{')) => {
            let at = at(error);
            format!("it is damaged: what stands {at} is no JSON; scan again")
        }
        (_, Some(b'<')) => format!("it is XML, as `-f junit` writes it; {REMEDY}"),
        _ => format!("{NO_REPORT}; {REMEDY}"),
    }
}

fn at(error: &serde_json::Error) -> String {
    format!("at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(origin: &str) -> std::result::Result<Place, serde_json::Error> {
        serde_json::from_str(&format!("{{\"origin\": {origin}}}"))
    }

    #[test]
    fn the_origin_of_a_place_is_read_and_a_later_one_is_no_error() {
        for origin in [Origin::Worktree, Origin::CommitMessage, Origin::Stdin] {
            let place = place(&format!("\"{}\"", origin.name())).expect("a place");
            assert_eq!(place.origin, Some(origin));
        }
        let later = place("\"of-a-later-version\"").expect("a place");
        assert_eq!(later.origin, None);
        for other in ["1", "null", "{}"] {
            assert!(place(other).is_err(), "{other}");
        }
        assert!(serde_json::from_str::<Place>("{}").is_err());
    }
}
