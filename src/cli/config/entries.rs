//! From the text of a configuration file to a policy: `disable`, `[[allow]]` and `[[accept]]`.

use std::collections::BTreeSet;

use crate::error::Diagnostic;
use crate::rules::policy::{self, EntryPlace};
use crate::rules::table::{Document, Lined, Mode, Table};
use crate::rules::{AcceptEntry, AllowEntry, Globs, Patterns, Policy, Words};

/// What fingerprints begin with; 64 hexadecimal digits follow.
/// How the fingerprint of a problem begins.
const PROBLEM: &str = "sha256:";
const FINGERPRINTS: [&str; 2] = ["sha256:", "hmac-sha256:"];

/// The keys at the top of a file that are read here; the rest is that of a rules file.
pub(super) const KEYS: [&str; 3] = ["disable", "allow", "accept"];

/// How many values all lists of a file may have, and how many of them may be expressions: a hostile repository could have
/// us compile millions.
const VALUES: usize = 10_000;
const EXPRESSIONS: usize = 1_000;
/// How many entries a file may have: each is asked about each key.
const ENTRIES: usize = 5_000;
/// How many bytes a value may have.
const LONGEST: usize = 4_096;

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
    let mut reader = Reader {
        name,
        expected,
        named: Vec::new(),
        values: VALUES,
        expressions: EXPRESSIONS,
    };
    let mut root = document.root();
    let mut policy = Policy::default();
    for id in reader.list(&mut root, "disable").unwrap_or_default() {
        policy.disabled.insert(id.value.clone());
        reader.named.push((id, "disable"));
    }
    for (at, mut table) in root.tables("allow").into_iter().enumerate() {
        table.about("[[allow]]".to_owned());
        if at == ENTRIES {
            let message = format!(
                "there are more than {ENTRIES} such entries; put what belongs together into one"
            );
            table.error(table.line(), message);
            break;
        }
        policy.allow.extend(reader.allow(table));
    }
    for mut table in root.tables("accept") {
        table.about("[[accept]]".to_owned());
        if let Some((problem, entry)) = reader.accept(table) {
            policy.accepted.entry(problem).or_insert(entry);
        }
    }
    Entries {
        policy,
        named: reader.named,
        said: document.into_diagnostics(),
    }
}

/// What a file has used up so far, and the ids that it names.
struct Reader<'n> {
    name: &'n str,
    expected: bool,
    named: Vec<(Lined<String>, &'static str)>,
    values: usize,
    expressions: usize,
}

impl Reader<'_> {
    fn place(&self, table: &Table<'_, '_>) -> EntryPlace {
        EntryPlace {
            file: self.name.to_owned(),
            line: table.line(),
        }
    }

    fn accept(&self, mut table: Table<'_, '_>) -> Option<(String, AcceptEntry)> {
        let source = self.place(&table);
        let line = table.line();
        let problem = required(&mut table, "problem");
        let problem = problem.filter(|text| {
            let is_print = is_fingerprint(text, &[PROBLEM]);
            if !is_print {
                let message = "`problem`: this is no fingerprint; copy it from a report: `sha256:` and 64 digits";
                table.error(line, message);
            }
            is_print
        });
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

    fn allow(&mut self, mut table: Table<'_, '_>) -> Option<AllowEntry> {
        let source = self.place(&table);
        let reason = required(&mut table, "reason");
        let expires = table.date("expires").map(|day| day.value);
        let keys = ["rules", "paths", "regexes", "stop_words", "fingerprints"];
        let given = keys.map(|key| table.has(key).is_some());
        if !given.contains(&true) {
            let keys = keys.map(|key| format!("`{key}`")).join(", ");
            let message = format!("it would allow everything; say what it is about with {keys}");
            table.error(table.line(), message);
        }
        let rules = self.list(&mut table, "rules");
        let ids = rules.iter().flatten().cloned();
        self.named.extend(ids.map(|id| (id, "rules")));
        let paths = self.list(&mut table, "paths");
        let regexes = self.list(&mut table, "regexes");
        let stop_words = self.list(&mut table, "stop_words");
        let fingerprints = self.list(&mut table, "fingerprints");
        let entry = AllowEntry {
            source,
            reason: reason.clone().unwrap_or_default(),
            expires,
            expected: self.expected,
            rules: rules.map(texts),
            paths: paths.and_then(|list| globs(&table, &list)),
            regexes: regexes.map(|list| self.regexes(&table, list)),
            stop_words: stop_words.map(|list| words(&table, list)),
            fingerprints: fingerprints.map(|list| prints(&table, list)),
        };
        table.done();
        // An entry with an error is never used; it must not seem to have fewer criteria than it was given.
        (reason.is_some() && entry.has_criteria()).then_some(entry)
    }

    /// A list that has to have something in it: an empty one is no criterion, and looks like one.
    fn list(&mut self, table: &mut Table<'_, '_>, key: &'static str) -> Option<Vec<Lined<String>>> {
        let line = table.has(key)?;
        let list = table.strings(key)?;
        if list.is_empty() {
            table.error(
                line,
                format!("`{key}` is empty; put something in, or leave it out"),
            );
        }
        if let Some(long) = list.iter().find(|text| text.value.len() > LONGEST) {
            table.error(
                long.line,
                format!("`{key}`: this is longer than {LONGEST} bytes"),
            );
            return None;
        }
        match self.values.checked_sub(list.len()) {
            Some(left) => self.values = left,
            None => {
                table.error(
                    line,
                    format!("`{key}`: all lists of a file together may have {VALUES} values"),
                );
                return None;
            }
        }
        Some(list)
    }

    fn regexes(&mut self, table: &Table<'_, '_>, list: Vec<Lined<String>>) -> Patterns {
        let first = list.first().map_or(table.line(), |text| text.line);
        let Some(left) = self.expressions.checked_sub(list.len()) else {
            let message = format!("`regexes`: a file may have {EXPRESSIONS} expressions");
            table.error(first, message);
            return Patterns::new(Vec::new());
        };
        self.expressions = left;
        let mut usable = true;
        for text in &list {
            if let Some(reason) = policy::wrong_expression(&text.value) {
                let message =
                    format!("`regexes`: this is no expression that can be used: {reason}");
                table.error(text.line, message);
                usable = false;
            } else if policy::matches_every_key(&text.value) {
                let message = "this expression matches every key; narrow it down";
                table.warning(text.line, message);
            }
        }
        let list = texts(list);
        if usable && !policy::fit_together(&list) {
            let message =
                "`regexes`: these expressions are too large together; divide them among entries";
            table.error(first, message);
        }
        Patterns::new(list)
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
    // A reason is told at every place that is allowed.
    if found.value.len() > LONGEST {
        let message = format!("`{key}`: this is longer than {LONGEST} bytes");
        table.error(found.line, message);
        return None;
    }
    Some(found.value)
}

fn texts(list: Vec<Lined<String>>) -> Vec<String> {
    list.into_iter().map(|text| text.value).collect()
}

fn globs(table: &Table<'_, '_>, list: &[Lined<String>]) -> Option<Globs> {
    let line_of = |at: usize| list.get(at).map_or(table.line(), |text| text.line);
    for text in list {
        if Globs::new([text.value.as_str()]).is_ok_and(|glob| glob.match_everything()) {
            let message = "this glob matches every path; name those that are meant";
            table.warning(text.line, message);
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

fn words(table: &Table<'_, '_>, list: Vec<Lined<String>>) -> Words {
    for text in &list {
        if policy::stands_in_every_key(&text.value) {
            let message = "this stop word stands in every key; choose one that does not";
            table.warning(text.line, message);
        }
    }
    Words::new(texts(list), true)
}

/// Whether a text is a fingerprint that begins in one of these ways.
fn is_fingerprint(text: &str, starts: &[&str]) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let digits = starts.iter().find_map(|start| text.strip_prefix(start));
    digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(is_digit))
}

fn prints(table: &Table<'_, '_>, list: Vec<Lined<String>>) -> BTreeSet<String> {
    let is_print = |text: &str| is_fingerprint(text, &FINGERPRINTS);
    for text in list.iter().filter(|text| !is_print(&text.value)) {
        let message = "`fingerprints`: this is no fingerprint of a key; copy one from a report: `sha256:` and 64 digits";
        table.error(text.line, message);
    }
    texts(list).into_iter().collect()
}
