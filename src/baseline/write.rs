//! From what is accepted to the text of a baseline: sorted by fingerprint, a line an entry, so that two branches rarely
//! add in the same place, and what a line-wise merge leaves is a baseline again.

use std::collections::BTreeMap;

use super::entry::{Accepted, Entry, Listing, Terms};
use super::line::{Line, Text, VERSION};

/// The text of a file. Of several entries for one thing, the one that holds longest is written.
pub fn write(listing: &Listing) -> String {
    let mut entries: BTreeMap<_, &Entry> = BTreeMap::new();
    for entry in &listing.entries {
        let known = entries.entry((entry.print, &entry.spot)).or_insert(entry);
        if better(&entry.terms, &known.terms) {
            *known = entry;
        }
    }
    let mut problems: BTreeMap<_, &Accepted> = BTreeMap::new();
    for problem in &listing.problems {
        let known = problems.entry(problem.print).or_insert(problem);
        if better(&problem.terms, &known.terms) {
            *known = problem;
        }
    }
    let header = Line {
        version: Some(VERSION),
        keyed: listing.keyed.then_some(true),
        ..Line::default()
    };
    // Several are there only if a merge joined files of several keys.
    let checks = listing.checks.iter().map(|check| Some(Text::made(check)));
    let checks: Vec<_> = checks.collect();
    let headers = match checks.is_empty() {
        true => vec![header],
        false => {
            let with = |key| Line {
                key,
                version: header.version,
                keyed: header.keyed,
                ..Line::default()
            };
            checks.into_iter().map(with).collect()
        }
    };
    let keys = entries.into_values().map(key);
    let problems = problems.into_values().map(problem);
    let lines = headers.into_iter().chain(keys).chain(problems);
    let mut text = String::new();
    for line in lines {
        // A line has texts and numbers only, which are JSON whatever they are.
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
        text.push('\n');
    }
    text
}

fn better(one: &Terms, other: &Terms) -> bool {
    (one.rank(), one) < (other.rank(), other)
}

fn key(entry: &Entry) -> Line<'_> {
    let path = entry.spot.path.as_ref();
    Line {
        key: Some(Text::made(entry.print)),
        rule: entry.rule.as_deref().map(Text::of),
        shown: entry.shown.as_deref().map(Text::of),
        path: path.map(|path| Text::of(&path.text)),
        path_bytes: path.and_then(|path| path.bytes.as_deref()).map(Text::of),
        origin: entry.spot.origin.map(|origin| Text::of(origin.name())),
        ..under(&entry.terms)
    }
}

fn problem(entry: &Accepted) -> Line<'_> {
    Line {
        problem: Some(Text::made(entry.print)),
        kind: entry.kind.as_deref().map(Text::of),
        place: entry.place.as_deref().map(Text::of),
        ..under(&entry.terms)
    }
}

fn under(terms: &Terms) -> Line<'_> {
    Line {
        reason: Some(Text::of(&terms.reason)),
        author: terms.author.as_deref().map(Text::of),
        added: terms.added.map(Text::made),
        expires: terms.expires.map(Text::made),
        ..Line::default()
    }
}
