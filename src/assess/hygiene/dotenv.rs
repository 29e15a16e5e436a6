//! Dotenv files that git tracks, or that it would take with the next `git add`.

use super::{Content, Name, line_before, line_behind};
use crate::model::{Hygiene, Severity};

/// What a dotenv file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dotenv {
    /// The first variable for an AIsa key, and its line.
    pub variable: Option<(u64, String)>,
    /// Whether there are such variables, and all of them only say where the key is kept.
    pub refers: bool,
}

impl Dotenv {
    /// Joins what two windows of one file show.
    pub fn and(self, other: Self) -> Self {
        let variable = self.variable.into_iter().chain(other.variable).min();
        Self {
            refers: variable.is_none() && (self.refers || other.refers),
            variable,
        }
    }
}

/// What a dotenv file holds, by the names of keys in it.
pub(super) fn read(content: &Content<'_>, names: &[Name<'_>]) -> Dotenv {
    let bytes = content.bytes;
    let mut dotenv = Dotenv::default();
    for name in names {
        let before = line_before(bytes, name.start).trim_ascii();
        let behind = line_behind(bytes, name.end).trim_ascii_start();
        let given = matches!(before, b"" | b"export" | b"set" | b"declare -x");
        let Some(value) = behind.strip_prefix(b"=").filter(|_| given) else {
            continue;
        };
        if is_reference(value) {
            dotenv.refers = dotenv.variable.is_none();
            continue;
        }
        if dotenv.variable.is_none() {
            let before = bytes.get(..name.start).unwrap_or_default();
            let lines = memchr::memchr_iter(b'\n', before).count() as u64;
            dotenv.variable = Some((content.line + lines, name.text.to_owned()));
            dotenv.refers = false;
        }
    }
    dotenv
}

/// Whether a value only says where the key is kept, or is encrypted: then the file is meant to be committed.
fn is_reference(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 14] = [
        b"op://",
        b"$",
        b"{{",
        b"<%",
        b"vault:",
        b"ref+",
        b"encrypted:",
        b"ENC[",
        b"arn:aws:",
        b"projects/",
        b"akv://",
        b"keyring:",
        b"bws:",
        b"secret:",
    ];
    let quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ');
    let from = value.iter().position(|byte| !quote(byte));
    let value = value.get(from.unwrap_or(value.len())..).unwrap_or_default();
    STARTS.iter().any(|start| value.starts_with(start))
}

/// What it means that git tracks a dotenv file, or would take it.
pub fn judge(path: &[u8], dotenv: &Dotenv, tracked: bool, ignored: bool) -> Option<Hygiene> {
    if dotenv.refers {
        return None;
    }
    let line = dotenv.variable.as_ref().map(|(line, _)| *line);
    let habit = |rule, severity, message, example| {
        Some(Hygiene {
            path: path.to_vec(),
            line,
            rule,
            severity,
            message,
            example,
        })
    };
    const UNTRACK: &str = "git rm --cached .env && echo .env >> .gitignore";
    match (&dotenv.variable, tracked, ignored) {
        (Some((_, name)), true, _) => habit(
            "dotenv-tracked",
            Severity::Warning,
            format!("git tracks a dotenv file with {name}: whoever fills it in commits the key"),
            UNTRACK,
        ),
        (None, true, _) => habit(
            "dotenv-tracked",
            Severity::Note,
            "git tracks a dotenv file: the first key that is put into it is committed".to_owned(),
            UNTRACK,
        ),
        (Some((_, name)), false, false) => habit(
            "dotenv-not-ignored",
            Severity::Warning,
            format!("no ignore rule covers a dotenv file with {name}: `git add .` takes it"),
            "printf '.env\\n.env.*\\n!.env.example\\n' >> .gitignore",
        ),
        _ => None,
    }
}
