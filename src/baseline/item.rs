//! What a line of a baseline accepts, or what is wrong with it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;

use super::entry::{Accepted, Entry, Terms};
use super::line::{Line, Text};
use super::print::Print;
use super::spot::{PathName, Spot, origin_named, origin_names};
use crate::model::Origin;

/// No text of an entry is longer, in bytes.
const LONGEST: usize = 4_096;

type Read<T> = Result<T, String>;

/// Makes entries of lines, and keeps the words of the last one for the next.
#[derive(Debug, Default)]
pub(super) struct Items {
    rule: Option<Arc<str>>,
    reason: Option<Arc<str>>,
    author: Option<Arc<str>>,
}

impl Items {
    /// A key that is accepted.
    pub(super) fn key(&mut self, line: Line<'_>, number: usize) -> Read<Entry> {
        if line.keyed.is_some() || line.kind.is_some() || line.place.is_some() {
            return Err(
                "`keyed` is of the header, `kind` and `place` are of problems; take them out"
                    .to_owned(),
            );
        }
        let print = line.key.as_ref().and_then(|key| Print::parse(&key.0));
        let print = print.ok_or(
            "`key`: this is no fingerprint of a key; copy it from a report: `sha256:` and 64 digits",
        )?;
        let shown = owned(bounded("shown", line.shown)?);
        let rule = shared(&mut self.rule, bounded("rule", line.rule)?);
        let spot = spot(
            line.origin.as_ref().map(|origin| &*origin.0),
            line.path,
            line.path_bytes,
        )?;
        Ok(Entry {
            print,
            rule,
            shown,
            spot,
            terms: self.terms(line.reason, line.author, line.added, line.expires)?,
            line: number,
        })
    }

    /// A problem that is accepted.
    pub(super) fn problem(&mut self, line: Line<'_>, number: usize) -> Read<Accepted> {
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
        let print = line
            .problem
            .as_ref()
            .and_then(|problem| Print::parse(&problem.0));
        let print = print.filter(|print| !print.is_keyed());
        let print = print.ok_or("`problem`: this is no fingerprint of a problem; copy it from a report: `sha256:` and 64 digits")?;
        Ok(Accepted {
            print,
            kind: owned(bounded("kind", line.kind)?),
            place: owned(bounded("place", line.place)?),
            terms: self.terms(line.reason, line.author, line.added, line.expires)?,
            line: number,
        })
    }

    fn terms(
        &mut self,
        reason: Option<Text<'_>>,
        author: Option<Text<'_>>,
        added: Option<Text<'_>>,
        expires: Option<Text<'_>>,
    ) -> Read<Terms> {
        let reason = bounded("reason", reason)?;
        let reason = reason.filter(|reason| !reason.0.trim().is_empty());
        let reason = shared(&mut self.reason, reason);
        let author = bounded("author", author)?;
        Ok(Terms {
            reason: reason.ok_or("this entry lacks a `reason`: say why the finding is accepted")?,
            author: shared(&mut self.author, author),
            added: date("added", added)?,
            expires: date("expires", expires)?,
        })
    }
}

fn spot(origin: Option<&str>, path: Option<Text<'_>>, bytes: Option<Text<'_>>) -> Read<Spot> {
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

fn path_name(text: Text<'_>, bytes: Option<Text<'_>>) -> Read<PathName> {
    let name = PathName {
        text: text.0.into_owned(),
        bytes: owned(bytes),
    };
    let raw = match &name.bytes {
        None => Cow::Borrowed(name.text.as_bytes()),
        Some(_) => {
            let bytes = name.to_bytes();
            Cow::Owned(bytes.ok_or("`path_bytes`: this is not percent-encoded")?)
        }
    };
    let is_name = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.contains(&0);
    match raw.split(|&byte| byte == b'/').all(is_name) {
        true if raw.len() <= LONGEST => Ok(name),
        _ => Err("`path` counts from the top of the repository: no slash at its beginning, and no `.` or `..` in it".to_owned()),
    }
}

fn bounded<'t>(name: &str, text: Option<Text<'t>>) -> Read<Option<Text<'t>>> {
    match text {
        Some(text) if text.0.len() > LONGEST => {
            Err(format!("`{name}`: this is longer than {LONGEST} bytes"))
        }
        text => Ok(text),
    }
}

fn owned(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.0.into_owned())
}

/// The text, or the last one if that is the same: entries come in groups that were accepted together.
fn shared(last: &mut Option<Arc<str>>, text: Option<Text<'_>>) -> Option<Arc<str>> {
    let text = text?;
    if last.as_deref() != Some(&*text.0) {
        *last = Some(Arc::from(&*text.0));
    }
    last.clone()
}

fn date(name: &str, text: Option<Text<'_>>) -> Read<Option<Date>> {
    let parse = |text: Text<'_>| {
        day(&text.0).ok_or_else(|| format!("`{name}`: this is no date; write 2027-01-31"))
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
