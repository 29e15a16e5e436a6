//! Reads rules files of gitleaks 8, of betterleaks 1 and 2, and our own format, which is gitleaks' with more keys.
//!
//! A file is read into drafts, which quote it; the drafts of what it extends are merged into them; what is left becomes
//! rules. So a rule that is disabled cannot be wrong. Everything that is wrong is said at once, with file and line.

mod allowlist;
mod draft;
mod extend;
mod finish;
mod required;
#[cfg(test)]
mod tests;
mod version;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::rule::{Rule, Source};
use super::table::{Document, Mode, nearest, shown};
use crate::error::{Diagnostic, Level};
use draft::Drafts;

/// A longer rules file is refused.
pub const LARGEST: u64 = 10_000_000;

/// A rules file's text, and what it is.
#[derive(Clone, Debug)]
pub struct File {
    /// As diagnostics and reports call it.
    pub name: String,
    /// The same for the same file, whatever way led to it: `extend` may not lead back.
    pub identity: String,
    /// What is in it.
    pub text: String,
}

/// Finds the file that another one extends: it is given that one, and the path as written there. It answers with the file, or
/// with the reason why there is none.
pub type Finder<'f> = dyn Fn(&File, &str) -> Result<File, String> + 'f;

/// An example or a counter-example of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The file it stands in, and the line.
    pub source: Source,
    /// The text.
    pub text: String,
    /// Whether the rule has to find something in it.
    pub is_hit: bool,
}

/// What a rules file says.
#[derive(Debug, Default)]
pub struct Read {
    /// The rules that can be used: all, if no diagnostic is an error.
    pub rules: Vec<Rule>,
    /// The examples and counter-examples of these rules.
    pub cases: Vec<Case>,
    /// What is wrong with the file, and with those that it extends.
    pub diagnostics: Vec<Diagnostic>,
}

impl Read {
    /// Whether something is an error, so that the file must not be used.
    pub fn is_wrong(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == Level::Error)
    }
}

/// Reads a rules file, and through `finder` those that it extends. Its rules may not have the ids of `taken`.
pub fn read(file: &File, finder: &Finder<'_>, taken: &[Rule]) -> Read {
    read_as(file, finder, taken, Mode::Lenient, &[])
}

/// Reads the rules in a configuration file. A key that nobody knows is an error there; those at the top that are `others`
/// are known to the caller.
pub fn read_config(
    file: &File,
    finder: &Finder<'_>,
    taken: &[Rule],
    others: &[&'static str],
) -> Read {
    read_as(file, finder, taken, Mode::Strict, others)
}

fn read_as(
    file: &File,
    finder: &Finder<'_>,
    taken: &[Rule],
    mode: Mode,
    others: &[&'static str],
) -> Read {
    let mut reader = Reader {
        finder,
        mode,
        others,
        chain: Vec::new(),
        said: Vec::new(),
    };
    let drafts = reader.file(file, 0);
    let (rules, cases) = reader.finish(drafts, taken);
    let mut diagnostics = reader.said;
    diagnostics.sort();
    diagnostics.dedup();
    Read {
        rules,
        cases,
        diagnostics,
    }
}

/// Where something stands.
#[derive(Clone, Debug)]
struct Place {
    file: Arc<str>,
    line: usize,
}

/// Something, and where it stands.
#[derive(Clone, Debug)]
struct Placed<T> {
    value: T,
    place: Place,
}

struct Reader<'f> {
    finder: &'f Finder<'f>,
    /// How the outermost file is read; those that it extends are read leniently.
    mode: Mode,
    /// Keys of the outermost file that somebody else reads.
    others: &'f [&'static str],
    /// The identities of the files that are being read, the outermost first.
    chain: Vec<String>,
    said: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The drafts of a file and of what it extends.
    fn file(&mut self, file: &File, depth: usize) -> Drafts {
        let name: Arc<str> = file.name.as_str().into();
        if file.text.len() as u64 > LARGEST {
            let place = Place {
                file: name,
                line: 1,
            };
            let message = format!("it is longer than {LARGEST} bytes");
            self.error(&place, message);
            return Drafts::default();
        }
        let (mode, others) = match depth {
            0 => (self.mode, self.others),
            _ => (Mode::Lenient, &[][..]),
        };
        let (mut drafts, extend) = match Document::parse(&file.text, &file.name, mode) {
            Ok(document) => {
                let read = draft::of(&document, &name, others);
                self.said.extend(document.into_diagnostics());
                read
            }
            Err(errors) => {
                self.said.extend(errors);
                return Drafts::default();
            }
        };
        if let Some(extend) = extend {
            self.chain.push(file.identity.clone());
            self.extend(&mut drafts, extend, file, depth);
            self.chain.pop();
        }
        drafts
    }

    fn error(&mut self, place: &Place, message: impl Into<String>) {
        self.say(Level::Error, place, message.into());
    }

    fn warning(&mut self, place: &Place, message: impl Into<String>) {
        self.say(Level::Warning, place, message.into());
    }

    /// The id that may have been meant, for the end of a message. Only for a while: it compares with every id.
    fn hint(&self, id: &str, ids: &BTreeSet<&str>) -> String {
        const PATIENCE: usize = 100;
        let near = match self.said.len() {
            ..PATIENCE => nearest(id, ids.iter().copied()),
            _ => None,
        };
        near.map_or_else(String::new, |near| {
            format!("; did you mean `{}`?", shown(near))
        })
    }

    fn say(&mut self, level: Level, place: &Place, message: String) {
        self.said.push(Diagnostic {
            file: place.file.to_string(),
            line: Some(place.line),
            level,
            message,
        });
    }
}
