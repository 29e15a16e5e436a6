//! The table of places, `rules/places.toml`: what paths, names and surroundings mean.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use super::paths::{Folders, Globs, Subject};
use super::window::Window;
use crate::model::Note;

/// The table, as it is embedded.
pub(super) const TEXT: &str = include_str!("../../rules/places.toml");

/// What may stand between the end of a `before` pattern and the quotes of a key: a parenthesis, a call around the literal.
const WRAPPED: &str = r"\s*\(?\s*(?:[A-Za-z_][\w.:]{0,60}\(\s*)?";

/// What may stand between a name and what it is given: brackets that close, a type, an operator.
const GIVEN: &str = r#"["'`\])}!]{0,4}\s*(?:as\s+\w+\s*\)?\s*)?(?::\s*[A-Za-z_][\w<>\[\]|. ]{0,40}?)?\s*(?:=>|:=|\|\||\?\?|\?:|:-|[=:,]|\bor\b)=?"#;

#[derive(Deserialize)]
struct File {
    prefixes: Vec<WirePrefixes>,
    paths: Vec<WirePaths>,
    lines: Vec<WireLines>,
    shared: Shared,
}

#[derive(Deserialize)]
struct WirePrefixes {
    note: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct WirePaths {
    note: String,
    files: Vec<String>,
    folders: Vec<String>,
    except: Vec<String>,
    cased: bool,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct WireLines {
    note: String,
    files: Vec<String>,
    before: Vec<String>,
    behind: Vec<String>,
    near: Vec<String>,
}

/// How environments and services are called.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Shared {
    /// Words that mean one environment.
    pub(super) environments: Vec<Vec<String>>,
    /// Folders whose folders are environments.
    pub(super) environment_folders: Vec<String>,
    /// Files in whose names a word tells the environment.
    settings: Vec<String>,
    /// Folders whose folders are services.
    pub(super) service_folders: Vec<String>,
}

/// Paths that mean something.
struct Paths {
    note: Note,
    files: Globs,
    folders: Folders,
    except: Globs,
}

impl Paths {
    fn fit(&self, subject: &Subject) -> bool {
        (self.files.is_empty() || self.files.fit(subject))
            && (self.folders.is_empty() || self.folders.fit(subject))
            && !self.except.fit(subject)
    }
}

/// Surroundings that mean something.
struct Lines {
    note: Note,
    files: Globs,
    before: Option<Regex>,
    behind: Option<Regex>,
    near: Vec<Regex>,
}

impl Lines {
    fn fit(&self, subject: &Subject, window: &Window<'_>) -> bool {
        if !(self.files.is_empty() || self.files.fit(subject)) {
            return false;
        }
        let fits =
            |regex: &Option<Regex>, bytes| regex.as_ref().is_none_or(|regex| regex.is_match(bytes));
        fits(&self.before, window.before)
            && fits(&self.behind, window.behind)
            && self.near.iter().all(|regex| regex.is_match(window.around))
    }
}

/// What tells by the path alone.
pub(super) struct Table {
    paths: Vec<Paths>,
    prefixes: Vec<(Note, Vec<String>)>,
    lines: Vec<WireLines>,
    /// How environments and services are called.
    pub(super) shared: Shared,
    /// Files in whose names a word tells the environment.
    pub(super) settings: Globs,
    surroundings: OnceLock<Vec<Lines>>,
}

impl Table {
    /// The embedded table, read when it is first asked for: a run that finds nothing does not pay for it.
    pub(super) fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            Self::read(TEXT).expect("because a test reads and compiles the embedded table")
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let paths = file.paths.iter().map(|entry| {
            Ok(Paths {
                note: named(&entry.note)?,
                files: Globs::new(&entry.files, entry.cased),
                folders: Folders::new(&entry.folders),
                except: Globs::new(&entry.except, entry.cased),
            })
        });
        let prefixes = file.prefixes.into_iter();
        let prefixes = prefixes.map(|entry| Ok((named(&entry.note)?, entry.names)));
        Ok(Self {
            paths: paths.collect::<Result<_, String>>()?,
            prefixes: prefixes.collect::<Result<_, String>>()?,
            lines: file.lines,
            settings: Globs::new(&file.shared.settings, false),
            shared: file.shared,
            surroundings: OnceLock::new(),
        })
    }

    /// Whether the path means this.
    pub(super) fn path_means(&self, note: Note, subject: &Subject) -> bool {
        let mut paths = self.paths.iter().filter(|paths| paths.note == note);
        paths.any(|paths| paths.fit(subject))
    }

    /// What the path means, unsorted.
    pub(super) fn of_path(&self, subject: &Subject, notes: &mut Vec<Note>) {
        for paths in &self.paths {
            if !notes.contains(&paths.note) && paths.fit(subject) {
                notes.push(paths.note);
            }
        }
    }

    /// What the surroundings mean, unsorted.
    pub(super) fn of_surroundings(
        &self,
        subject: &Subject,
        window: &Window<'_>,
        notes: &mut Vec<Note>,
    ) {
        let surroundings = self.surroundings.get_or_init(|| {
            self.compile()
                .expect("because a test reads and compiles the embedded table")
        });
        for lines in surroundings {
            if !notes.contains(&lines.note) && lines.fit(subject, window) {
                notes.push(lines.note);
            }
        }
    }

    /// The prefix of a name that makes its value public, if it has one.
    pub(super) fn public_prefix(&self, name: &str) -> Option<&str> {
        let mut names = self
            .prefixes
            .iter()
            .filter(|(note, _)| *note == Note::ClientExposed)
            .flat_map(|(_, names)| names);
        names
            .find(|prefix| name.starts_with(prefix.as_str()))
            .map(String::as_str)
    }

    fn compile(&self) -> Result<Vec<Lines>, String> {
        let mut all = Vec::new();
        for (note, names) in &self.prefixes {
            let names: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
            let before = format!(r"(?:^|[^A-Za-z0-9_])(?:{})\w*{GIVEN}", names.join("|"));
            all.push(Lines {
                note: *note,
                files: Globs::default(),
                before: Some(regex(&format!("(?:{before}){WRAPPED}$"))?),
                behind: None,
                near: Vec::new(),
            });
        }
        for entry in &self.lines {
            let one_of = |patterns: &[String]| format!("(?:{})", patterns.join("|"));
            let some = |patterns: &[String], text: String| {
                (!patterns.is_empty()).then(|| regex(&text)).transpose()
            };
            // A search for what ends here runs backwards from the key, and mostly ends after a few bytes.
            let before = format!("{}{WRAPPED}$", one_of(&entry.before));
            let behind = format!("^{}", one_of(&entry.behind));
            let near = entry.near.iter().map(|pattern| regex(pattern));
            all.push(Lines {
                note: named(&entry.note)?,
                files: Globs::new(&entry.files, false),
                before: some(&entry.before, before)?,
                behind: some(&entry.behind, behind)?,
                near: near.collect::<Result<_, String>>()?,
            });
        }
        Ok(all)
    }
}

fn regex(pattern: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.unicode(false);
    builder
        .build()
        .map_err(|error| format!("{pattern}: {error}"))
}

fn named(name: &str) -> Result<Note, String> {
    let mut notes = Note::ALL.into_iter();
    let found = notes.find(|note| note.name() == name);
    found.ok_or_else(|| format!("there is no note called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_and_compiled() {
        let table = Table::read(TEXT).expect("a table");
        let lines = table.compile().expect("patterns");
        assert!(table.paths.len() > 20 && lines.len() > 5);
    }

    #[test]
    fn what_is_wrong_in_a_table_is_an_error() {
        let rest = "prefixes = []\nlines = []\n[shared]\nenvironments = []\nenvironment_folders = []\nsettings = []\nservice_folders = []\n";
        assert!(Table::read(&format!("paths = []\n{rest}")).is_ok());
        let unknown = format!("paths = [{{note = 'nonsense'}}]\n{rest}");
        let error = Table::read(&unknown).err().expect("an error");
        assert!(error.contains("nonsense"), "{error}");
    }
}
