//! From the text of a configuration file to a policy: `disable`, `[[allow]]` and `[[accept]]`.

use std::collections::BTreeSet;

use crate::error::Diagnostic;
use crate::rules::policy::{self, EntryPlace};
use crate::rules::table::{Document, Lined, Mode, Table};
use crate::rules::{AcceptEntry, AllowEntry, Globs, Patterns, Policy, Words};

/// What fingerprints begin with; 64 hexadecimal digits follow.
const FINGERPRINTS: [&str; 2] = ["sha256:", "hmac-sha256:"];

/// The keys at the top of a file that are read here; the rest is that of a rules file.
pub(super) const KEYS: [&str; 3] = ["disable", "allow", "accept"];

/// What is said in a file, but for its rules.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) policy: Policy,
    /// Every id of a rule that is named, and where.
    pub(super) named: Vec<(Lined<String>, &'static str)>,
    pub(super) said: Vec<Diagnostic>,
}

/// Reads a file, and says everything that is wrong with it, but for keys at its top that are not known: whoever reads the
/// rules says that. `expected`: see [`AllowEntry::expected`].
pub(super) fn read(text: &str, name: &str, expected: bool) -> Entries {
    let document = match Document::parse(text, name, Mode::Strict) {
        Ok(document) => document,
        Err(said) => {
            return Entries {
                said,
                ..Entries::default()
            };
        }
    };
    let mut root = document.root();
    let mut entries = Entries::default();
    for id in root.strings("disable").unwrap_or_default() {
        entries.policy.disabled.insert(id.value.clone());
        entries.named.push((id, "disable"));
    }
    for mut table in root.tables("allow") {
        table.about("[[allow]]".to_owned());
        let entry = allow(table, name, expected, &mut entries.named);
        entries.policy.allow.extend(entry);
    }
    for mut table in root.tables("accept") {
        table.about("[[accept]]".to_owned());
        if let Some((problem, entry)) = accept(table, name) {
            entries.policy.accepted.entry(problem).or_insert(entry);
        }
    }
    entries.said = document.into_diagnostics();
    entries
}

fn place(table: &Table<'_, '_>, name: &str) -> EntryPlace {
    EntryPlace {
        file: name.to_owned(),
        line: table.line(),
    }
}

/// A text that has to be there and to say something.
fn required(table: &mut Table<'_, '_>, key: &'static str) -> Option<String> {
    if table.has(key).is_none() {
        table.missing(key);
        return None;
    }
    let found = table.string(key)?;
    if found.value.trim().is_empty() {
        table.error(found.line, format!("`{key}` is empty"));
        return None;
    }
    Some(found.value)
}

fn accept(mut table: Table<'_, '_>, name: &str) -> Option<(String, AcceptEntry)> {
    let source = place(&table, name);
    let problem = required(&mut table, "problem");
    let reason = required(&mut table, "reason");
    let expires = table.date("expires").map(|day| day.value);
    table.done();
    let entry = AcceptEntry {
        source,
        reason: reason?,
        expires,
    };
    Some((problem?, entry))
}

fn allow(
    mut table: Table<'_, '_>,
    name: &str,
    expected: bool,
    named: &mut Vec<(Lined<String>, &'static str)>,
) -> Option<AllowEntry> {
    let source = place(&table, name);
    let line = table.line();
    let reason = required(&mut table, "reason");
    let expires = table.date("expires").map(|day| day.value);
    let keys = ["rules", "paths", "regexes", "stop_words", "fingerprints"];
    let is_narrowed = keys
        .into_iter()
        .filter(|key| table.has(key).is_some())
        .count()
        > 0;
    let rules = list(&mut table, "rules");
    let ids = rules.iter().flatten().cloned();
    named.extend(ids.map(|id| (id, "rules")));
    let entry = AllowEntry {
        source,
        reason: reason.clone().unwrap_or_default(),
        expires,
        expected,
        rules: rules.map(texts),
        paths: globs(&mut table),
        regexes: regexes(&mut table),
        stop_words: stop_words(&mut table),
        fingerprints: fingerprints(&mut table),
    };
    if !is_narrowed {
        let keys = keys.map(|key| format!("`{key}`")).join(", ");
        table.error(
            line,
            format!("it would allow everything; say what it is about with {keys}"),
        );
    }
    table.done();
    // An entry with an error is never used; it must not seem to have fewer criteria than it was given.
    (reason.is_some() && entry.has_criteria()).then_some(entry)
}

/// A list that has to have something in it: an empty one is no criterion, and looks like one.
fn list(table: &mut Table<'_, '_>, key: &'static str) -> Option<Vec<Lined<String>>> {
    let line = table.has(key)?;
    let list = table.strings(key)?;
    if list.is_empty() {
        table.error(
            line,
            format!("`{key}` is empty; put something in, or leave it out"),
        );
    }
    Some(list)
}

fn texts(list: Vec<Lined<String>>) -> Vec<String> {
    list.into_iter().map(|text| text.value).collect()
}

fn globs(table: &mut Table<'_, '_>) -> Option<Globs> {
    let list = list(table, "paths")?;
    let line_of = |at: usize| list.get(at).map_or(table.line(), |text| text.line);
    for (at, text) in list.iter().enumerate() {
        if Globs::new([text.value.as_str()]).is_ok_and(|glob| glob.match_everything()) {
            table.warning(
                line_of(at),
                "this glob matches every path; name those that are meant",
            );
        }
    }
    match Globs::new(list.iter().map(|text| text.value.as_str())) {
        Ok(globs) => Some(globs),
        Err(wrong) => {
            for (at, reason) in wrong {
                table.error(line_of(at), format!("`paths`: {reason}"));
            }
            None
        }
    }
}

fn regexes(table: &mut Table<'_, '_>) -> Option<Patterns> {
    let list = list(table, "regexes")?;
    for text in &list {
        if let Some(reason) = policy::wrong_expression(&text.value) {
            table.error(
                text.line,
                format!("`regexes`: this is no expression that can be used: {reason}"),
            );
        } else if policy::matches_every_key(&text.value) {
            table.warning(
                text.line,
                "this expression matches every key; narrow it down",
            );
        }
    }
    Some(Patterns::new(texts(list)))
}

fn stop_words(table: &mut Table<'_, '_>) -> Option<Words> {
    let list = list(table, "stop_words")?;
    for text in &list {
        if policy::stands_in_every_key(&text.value) {
            table.warning(
                text.line,
                "this stop word stands in every key; choose one that does not",
            );
        }
    }
    Some(Words::new(texts(list), true))
}

fn fingerprints(table: &mut Table<'_, '_>) -> Option<BTreeSet<String>> {
    let list = list(table, "fingerprints")?;
    for text in &list {
        let digits = FINGERPRINTS
            .iter()
            .find_map(|start| text.value.strip_prefix(start));
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(is_digit)) {
            let message = "`fingerprints`: this is no fingerprint of a key; copy one from a report: `sha256:` and 64 digits";
            table.error(text.line, message);
        }
    }
    Some(texts(list).into_iter().collect())
}
