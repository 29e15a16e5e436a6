//! `baseline show`: what is accepted; nothing is scanned.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::exit::Exit;
use super::super::printing::{table, written};
use super::making::place;
use crate::baseline::{Accepted, Entry, Listing, Terms};
use crate::detect::Detector;
use crate::error::Result;
use crate::model::Mask;
use crate::report::sanitize;
use crate::rules;

/// Shows what a baseline accepts: for people, what has expired first, or as JSON, in the order of the file.
///
/// # Errors
/// Standard output that cannot be written to.
pub fn show(listing: &Listing, today: Date, as_json: bool) -> Result<Exit> {
    let page = Page {
        mask: Detector::new(rules::builtin()?),
        today,
    };
    let text = match as_json {
        true => page.json(listing),
        false => page.human(listing),
    };
    written(&text)?;
    Ok(Exit::Clean)
}

/// Whoever wrote the file may have put a key into any text of it, or what a terminal obeys.
struct Page {
    mask: Detector,
    today: Date,
}

impl Page {
    fn human(&self, listing: &Listing) -> String {
        let keys = listing.entries.iter().map(|entry| {
            let shown = entry.shown.as_deref().unwrap_or("…");
            let rule = entry.rule.as_deref().unwrap_or("-");
            (
                &entry.terms,
                [shown.to_owned(), rule.to_owned(), place(&entry.spot)],
            )
        });
        let problems = listing.problems.iter().map(|entry| {
            let kind = entry.kind.as_deref().unwrap_or("-");
            let place = entry.place.clone().unwrap_or_default();
            (&entry.terms, ["problem".to_owned(), kind.to_owned(), place])
        });
        let mut rows: Vec<(&Terms, [String; 3])> = keys.chain(problems).collect();
        rows.sort_by_key(|(terms, [shown, rule, place])| {
            let has_expired = terms.has_expired(self.today);
            (!has_expired, place.clone(), rule.clone(), shown.clone())
        });
        if rows.is_empty() {
            return format!("{}: nothing is accepted\n", self.shown(&listing.name));
        }
        let rows = rows.into_iter().map(|(terms, [shown, rule, place])| {
            let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
            let expires = match terms.has_expired(self.today) {
                true => format!("{} EXPIRED", day(terms.expires)),
                false => day(terms.expires),
            };
            let author = terms.author.as_deref().unwrap_or("-").to_owned();
            let reason = terms.reason.to_string();
            let cells = [
                expires,
                shown,
                rule,
                place,
                day(terms.added),
                author,
                reason,
            ];
            cells.map(|cell| self.shown(&cell))
        });
        let heads = [
            "EXPIRES", "KEY", "RULE", "PLACE", "ADDED", "AUTHOR", "REASON",
        ];
        table(heads, &rows.collect::<Vec<_>>())
    }

    fn json(&self, listing: &Listing) -> String {
        let keys = listing.entries.iter().map(|entry| self.key(entry));
        let problems = listing.problems.iter().map(|entry| self.problem(entry));
        let whole = json!({
            "schema": "aisaleaks-baseline/1",
            "file": self.mask.mask_name(&listing.name),
            "keyed": listing.keyed,
            "keys": keys.collect::<Vec<_>>(),
            "problems": problems.collect::<Vec<_>>(),
        });
        format!("{whole:#}\n")
    }

    fn key(&self, entry: &Entry) -> Value {
        let path = entry.spot.path.as_ref();
        let mut value = json!({
            "fingerprint": entry.print.to_string(),
            "rule": self.text(entry.rule.as_deref()),
            "shown": self.text(entry.shown.as_deref()),
            "path": path.map(|path| self.mask.mask_name(&path.text)),
            "path_bytes": path.and_then(|path| path.bytes.clone()),
            "origin": entry.spot.origin.map(|origin| origin.name()),
        });
        self.add(&mut value, &entry.terms, entry.line);
        value
    }

    fn problem(&self, entry: &Accepted) -> Value {
        let mut value = json!({
            "fingerprint": entry.print.to_string(),
            "kind": self.text(entry.kind.as_deref()),
            "place": self.text(entry.place.as_deref()),
        });
        self.add(&mut value, &entry.terms, entry.line);
        value
    }

    fn add(&self, value: &mut Value, terms: &Terms, line: usize) {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let more = [
            ("reason", json!(self.mask.mask(&terms.reason))),
            ("author", json!(self.text(terms.author.as_deref()))),
            ("added", json!(day(terms.added))),
            ("expires", json!(day(terms.expires))),
            ("expired", json!(terms.has_expired(self.today))),
            ("line", json!(line)),
        ];
        if let Some(object) = value.as_object_mut() {
            object.extend(more.map(|(name, value)| (name.to_owned(), value)));
        }
    }

    fn text(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.mask.mask(text))
    }

    fn shown(&self, text: &str) -> String {
        sanitize::visible(&self.mask.mask(text))
    }
}
