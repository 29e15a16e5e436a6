//! Allowlists: from their tables to conditions.

use std::sync::Arc;

use super::{Place, Placed, Reader};
use crate::rules::condition::{Condition, Field, Patterns, Words};
use crate::rules::go_regex;
use crate::rules::table::{Lined, Table};

/// An allowlist as it is written.
#[derive(Clone, Debug)]
pub(super) struct Allowlist {
    place: Place,
    /// As in "rule `x`: ", or nothing for a global one.
    about: String,
    is_and: bool,
    commits: Vec<String>,
    paths: Vec<Placed<String>>,
    regexes: Vec<Placed<String>>,
    regexes_of: Field,
    stop_words: Vec<String>,
    /// Of a global one: only for these rules.
    pub(super) targets: Vec<Placed<String>>,
}

/// The allowlists of the file or of a rule: `[[allowlists]]`, or the older `[allowlist]`.
pub(super) fn all(table: &mut Table<'_, '_>, file: &Arc<str>, about: &str) -> Vec<Allowlist> {
    let mut tables = table.tables("allowlists");
    let lines = (table.has("allowlist"), table.has("allowlists"));
    if let (Some(line), Some(_)) = lines {
        table.error(
            line,
            "`allowlist` is the older form of `allowlists`, and both are there: move it there",
        );
    }
    tables.extend(table.table("allowlist"));
    let is_global = about.is_empty();
    let read = tables
        .into_iter()
        .map(|table| one(table, file, about, is_global));
    read.flatten().collect()
}

fn one(
    mut table: Table<'_, '_>,
    file: &Arc<str>,
    about: &str,
    is_global: bool,
) -> Option<Allowlist> {
    let place = |line| Place {
        file: file.clone(),
        line,
    };
    let placed = |list: Option<Vec<Lined<String>>>| -> Vec<Placed<String>> {
        let list = list.unwrap_or_default().into_iter();
        list.map(|text| Placed {
            value: text.value,
            place: place(text.line),
        })
        .collect()
    };
    table.string("description");
    let is_and = condition(&mut table);
    let regexes_of = target(&mut table);
    let commits = commits(&mut table);
    let paths = placed(table.strings("paths"));
    let regexes = placed(table.strings("regexes"));
    let stop_words = table.strings("stopwords").unwrap_or_default();
    let targets = match is_global {
        true => placed(table.strings("targetRules")),
        false => Vec::new(),
    };
    let is_empty =
        commits.is_empty() && paths.is_empty() && regexes.is_empty() && stop_words.is_empty();
    if is_empty {
        table.error(
            table.line(),
            "an allowlist needs at least one of commits, paths, regexes and stopwords",
        );
    }
    let line = table.line();
    table.done();
    Some(Allowlist {
        place: place(line),
        about: about.to_owned(),
        is_and: is_and?,
        commits,
        paths,
        regexes,
        regexes_of: regexes_of?,
        stop_words: stop_words.into_iter().map(|word| word.value).collect(),
        targets,
    })
    .filter(|_| !is_empty)
}

fn condition(table: &mut Table<'_, '_>) -> Option<bool> {
    let Some(text) = table.string("condition") else {
        return Some(false);
    };
    match text.value.to_ascii_uppercase().as_str() {
        "AND" | "&&" => Some(true),
        "" | "OR" | "||" => Some(false),
        _ => {
            table.error(text.line, "an allowlist's `condition` must be AND or OR");
            None
        }
    }
}

fn target(table: &mut Table<'_, '_>) -> Option<Field> {
    let Some(text) = table.string("regexTarget") else {
        return Some(Field::Secret);
    };
    match text.value.as_str() {
        "" | "secret" => Some(Field::Secret),
        "match" => Some(Field::Match),
        "line" => Some(Field::Line),
        _ => {
            let message = "an allowlist's `regexTarget` must be secret, match or line";
            table.error(text.line, message);
            None
        }
    }
}

/// Ids of commits, in lower case and sorted.
fn commits(table: &mut Table<'_, '_>) -> Vec<String> {
    let list = table.strings("commits").unwrap_or_default();
    let mut commits: Vec<String> = Vec::new();
    for text in list {
        let id = text.value.trim().to_ascii_lowercase();
        let is_full = [40, 64].contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_full {
            table.warning(
                text.line,
                "an allowlist names a commit, but not by its full id: it allows nothing",
            );
        }
        commits.push(id);
    }
    commits.sort();
    commits.dedup();
    commits
}

impl Reader<'_> {
    /// The condition that an allowlist is. Every criterion that is there counts.
    pub(super) fn allowing(&mut self, list: &Allowlist) -> Condition {
        let mut parts = Vec::new();
        if !list.commits.is_empty() {
            parts.push(Condition::Commit(list.commits.clone()));
        }
        for (field, texts) in [(Field::Path, &list.paths), (list.regexes_of, &list.regexes)] {
            if !texts.is_empty() {
                parts.push(Condition::Matches(field, self.patterns(list, texts)));
            }
        }
        if !list.stop_words.is_empty() {
            let words = Words::new(list.stop_words.clone(), true);
            parts.push(Condition::Contains(Field::Secret, words));
        }
        match (parts.len(), list.is_and) {
            (1, _) => parts.pop().unwrap_or(Condition::Never),
            (_, true) => Condition::All(parts),
            (_, false) => Condition::Any(parts),
        }
    }

    fn patterns(&mut self, list: &Allowlist, texts: &[Placed<String>]) -> Patterns {
        let mut patterns = Vec::new();
        let mut size = 0_u64;
        for text in texts {
            match go_regex::translate(&text.value) {
                Ok(translated) => {
                    size = size.saturating_add(translated.size);
                    patterns.push(translated.pattern);
                }
                Err(reason) => {
                    let about = &list.about;
                    let message = format!("{about}an expression of its allowlist: {reason}");
                    self.error(&text.place, message);
                }
            }
        }
        if size > go_regex::LARGEST {
            let message = format!(
                "{}the expressions of an allowlist are too large together: make two lists of it",
                list.about
            );
            self.error(&list.place, message);
        }
        Patterns::new(patterns)
    }
}
