//! The languages that are edited, a small file each. `docs/fix.md` says how to add one.

mod compose;
mod dockerfile;
mod dotenv;
mod gitlab;
mod javascript;
mod kubernetes;
mod python;
mod settings;
mod shell;
mod workflow;

pub(super) use self::javascript::Runner;
use regex::{Regex, RegexBuilder};

use super::{Edit, Fix, Names, Place, Refusal};

/// A language, or a kind of file with a syntax for references of its own.
pub(super) trait Language: Sync {
    /// Whether a file is in it. `path` has `/` between its parts.
    fn speaks(&self, path: &str, text: &str) -> bool;

    /// What to put in the place of a key, so that the file still parses and reads a variable instead.
    ///
    /// # Errors
    /// Why it is left to a person: whatever is not understood is.
    fn replace(&self, place: &Place<'_>, names: &mut Names) -> Result<Fix, Refusal>;

    /// What the file needs besides, if these edits are made: an import.
    ///
    /// # Errors
    /// Why all of it is left to a person.
    fn needs(&self, _text: &str, _edits: &[Edit]) -> Result<Option<Edit>, Refusal> {
        Ok(None)
    }
}

/// All of them. The first that speaks a file is asked, so that what is told by its content or its whole name comes first.
const ALL: [&dyn Language; 10] = [
    &workflow::Workflow,
    &gitlab::Gitlab,
    &compose::Compose,
    &kubernetes::Kubernetes,
    &settings::Settings,
    &dockerfile::Dockerfile,
    &dotenv::Dotenv,
    &python::Python,
    &javascript::JavaScript,
    &shell::Shell,
];

/// The language of a file.
pub(super) fn of(path: &str, text: &str) -> Option<&'static dyn Language> {
    ALL.into_iter().find(|language| language.speaks(path, text))
}

/// A pattern about ASCII, which is quick to compile.
fn ascii(pattern: &str) -> Regex {
    let regex = RegexBuilder::new(pattern).unicode(false).build();
    regex.expect("because a test compiles this pattern")
}

/// The last part of a path.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What stands behind the last dot of a path's last part; nothing if there is none.
fn ending(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The program that runs the file, by its first line: `python3` of `#!/usr/bin/env python3`.
fn interpreter(text: &str) -> Option<&str> {
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_whitespace();
    let program = name(words.next()?);
    match program {
        "env" => words.find(|word| !word.starts_with('-')).map(name),
        _ => Some(program),
    }
}

/// The name that a text ends with, if it does with one; and what is before it.
fn last_name(text: &str) -> (&str, &str) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = text.trim_end_matches(is_name).len();
    text.split_at_checked(start).unwrap_or((text, ""))
}

/// The name that the text before a value gives to it: `NAME = `, `NAME: str = `, `"NAME": `, `NAME=`.
fn given_name(before: &str) -> Option<&str> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end();
    let line = line.strip_suffix(['=', ':'])?.trim_end();
    let line = line.trim_end_matches(['"', '\'', '`', ']']);
    let (rest, name) = last_name(line);
    let is_type = rest.trim_end().ends_with(':') && before.trim_end().ends_with('=');
    let name = match is_type {
        true => last_name(rest.trim_end().strip_suffix(':')?.trim_end()).1,
        false => name,
    };
    (!name.is_empty()).then_some(name)
}

/// Said of a fallback that belongs to more than what is read.
const LONGER: Refusal =
    "it is a fallback in a longer expression, and what that gives without it is not clear";

/// Whether an expression surely begins behind this text, so that nothing in it belongs to what is next; or whether the operator
/// that takes fallbacks, `or`, stands there.
fn begins_expression(before: &str, or: &[&str]) -> bool {
    let head = before.trim_end();
    let is_word = |word: &str| {
        let rest = head.strip_suffix(word);
        let is_apart = |c: char| !(c.is_alphanumeric() || "_$.".contains(c));
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(is_apart))
    };
    let is_or = or
        .iter()
        .any(|or| match or.starts_with('|') || or.starts_with('?') {
            true => head.ends_with(or),
            false => head.len() < before.len() && is_word(or),
        });
    let is_assigned = head.strip_suffix('=').is_some_and(|rest| {
        let is_name = |c: char| c.is_alphanumeric() || "_$)]}\"'".contains(c);
        rest.trim_end().ends_with(is_name) && !rest.ends_with(['\n', '\r'])
    });
    head.is_empty()
        || is_or
        || is_assigned
        || head.ends_with(['(', ',', '[', '{', ':', ';'])
        || head.ends_with("=>")
        || (head.len() < before.len() && is_word("return"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names_and_first_lines() {
        for (path, text, expected) in [
            ("a/b.py", "", true),
            ("run", "#!/usr/bin/env -S python3 -u\n", true),
            ("run", "#!/bin/sh\n", true),
            (".env", "", true),
            ("x/Dockerfile.dev", "", true),
            (".github/workflows/ci.yml", "", true),
            ("app.tsx", "", true),
            ("run", "#!/usr/bin/perl\n", false),
            ("main.go", "", false),
            ("values.yaml", "a: b", false),
            ("python", "", false),
        ] {
            assert_eq!(of(path, text).is_some(), expected, "{path}");
        }
    }

    #[test]
    fn the_name_of_a_value_is_found() {
        for (before, expected) in [
            ("x = 1\nAISA_KEY = ", Some("AISA_KEY")),
            ("KEY: str = ", Some("KEY")),
            ("{\"AISA_KEY\": ", Some("AISA_KEY")),
            ("export A=", Some("A")),
            ("const a: string = ", Some("a")),
            ("os.environ[\"A\"] = ", Some("A")),
            ("f(", None),
            ("A = f(", None),
            ("", None),
        ] {
            assert_eq!(given_name(before), expected, "{before}");
        }
    }
}
