//! Where a new key goes: the platforms that are known, each with the commands that take the key there. They are data, in
//! `stores.toml`, which says what a command may be.

use serde::Deserialize;

use super::Commands;
use crate::error::{Error, Result};

const TEXT: &str = include_str!("stores.toml");

/// A program that asks for the key itself.
const PROMPT: &str = "prompt";
/// One that reads nothing but the key.
const STDIN: &str = "stdin";
/// How the key alone is sent to it.
const PLAIN: &str = "printf %s \"$key\"";
/// Asks for the key, in bash, zsh and any other POSIX shell: what is typed is not shown and is in no history, and the terminal shows
/// again what is typed even if somebody presses Ctrl-C. `read` and `printf` belong to the shell, so that no process has the key in
/// its arguments; and a variable of that name that was exported before is none of those that programs get.
const ASK: &str = "unset key; trap 'stty echo' EXIT; trap 'exit 130' INT; printf 'New key: ' >&2; stty -echo; read -r key; stty echo; echo >&2; \
                   [ -n \"$key\" ]";

/// A platform that keeps secrets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// What the command line calls it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it is documented.
    pub docs: String,
    /// What shows that a repository uses it.
    pub seen: Vec<Sign>,
    commands: Vec<Given>,
}

/// A file that shows that a repository uses a platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// A glob: of the name alone if it has no slash, else of the path.
    pub path: String,
    /// One of these texts must be in it, if there are any.
    #[serde(default)]
    pub has: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(rename = "for")]
    what: String,
    takes: String,
    line: String,
}

/// All of them.
///
/// # Errors
/// The table is not what it has to be, which a test rules out.
pub fn all() -> Result<Vec<Store>> {
    #[derive(Deserialize)]
    struct Table {
        store: Vec<Store>,
    }
    let table: Table = toml::from_str(TEXT).map_err(|error| Error::Respond {
        reason: format!("the table of platforms: {}", error.message()),
    })?;
    Ok(table.store)
}

impl Sign {
    /// Whether a file may be the one: by its path, from the top of the repository.
    pub fn fits(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        let pattern = self.path.as_bytes();
        match pattern.contains(&b'/') {
            true => fits(pattern, path),
            false => fits(pattern, name),
        }
    }

    /// Whether it is, by what is in it.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let mut wanted = self.has.iter();
        let has = |wanted: &String| memchr::memmem::find(text, wanted.as_bytes()).is_some();
        self.has.is_empty() || wanted.any(has)
    }
}

/// Whether a glob fits a whole text. A star is any number of characters but slashes. Only for the globs of the table: with many stars
/// it takes long.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => {
            let most = text.iter().take_while(|&&byte| byte != b'/').count();
            (0..=most).any(|taken| text.get(taken..).is_some_and(|text| fits(rest, text)))
        }
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(byte, text)| byte == first && fits(rest, text)),
    }
}

impl Store {
    /// The commands that take a key there, each with what it is for.
    pub fn commands(&self) -> Vec<Commands> {
        let commands = self.commands.iter();
        let commands = commands.map(|given| Commands {
            what: given.what.clone(),
            lines: vec![given.shell()],
        });
        commands.collect()
    }
}

impl Given {
    fn shell(&self) -> String {
        let print = match self.takes.as_str() {
            PROMPT => return self.line.clone(),
            STDIN => PLAIN,
            other => other,
        };
        format!("({ASK} && {print} | {})", self.line)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_right() {
        let stores = all().expect("a table");
        assert_eq!(stores.len(), 11);
        let names: BTreeSet<&str> = stores.iter().map(|store| &*store.name).collect();
        assert_eq!(names.len(), stores.len());
        for store in &stores {
            assert!(store.docs.starts_with("https://"), "{}", store.name);
            assert!(!store.seen.is_empty() && !store.commands.is_empty());
            for given in &store.commands {
                assert!(given.what.ends_with(':'), "{}", given.what);
                let takes = given.takes.as_str();
                let is_known = [PROMPT, STDIN].contains(&takes) || takes.starts_with("printf '");
                assert!(is_known, "{takes}");
            }
        }
    }

    #[test]
    fn files_are_known_by_their_paths_and_contents() {
        let sign = |path: &str, has: &[&str]| Sign {
            path: path.to_owned(),
            has: has.iter().map(|&text| text.to_owned()).collect(),
        };
        for (glob, path, expected) in [
            ("fly.toml", "fly.toml", true),
            ("fly.toml", "deploy/fly.toml", true),
            ("fly.toml", "fly.toml.bak", false),
            ("*.tf", "infra/main.tf", true),
            ("*.tf", "main.tfvars", false),
            (".github/workflows/*.yml", ".github/workflows/ci.yml", true),
            (
                ".github/workflows/*.yml",
                "a/.github/workflows/ci.yml",
                false,
            ),
            (
                ".github/workflows/*.yml",
                ".github/workflows/a/ci.yml",
                false,
            ),
            ("copilot/*/manifest.yml", "copilot/api/manifest.yml", true),
            (
                "*task-definition*.json",
                "ecs/my-task-definition-1.json",
                true,
            ),
        ] {
            let fits = sign(glob, &[]).fits(path.as_bytes());
            assert_eq!(fits, expected, "{glob} {path}");
        }
        assert!(sign("a", &[]).is_in(b""));
        assert!(sign("a", &["x", "kind: Job"]).is_in(b"kind: Job\n"));
        assert!(!sign("a", &["x"]).is_in(b"y"));
    }

    #[test]
    fn the_key_is_in_no_argument_and_in_no_file() {
        for store in all().expect("a table") {
            for given in &store.commands {
                // The variable stands in what prints it, which is of the shell, and nowhere else.
                assert!(!given.line.contains('$'), "{}", given.line);
                assert!(!given.line.contains('<'), "{}", given.line);
                assert!(
                    !given
                        .line
                        .replace(" | kubectl", "")
                        .contains(['|', ';', '&'])
                );
                let shell = given.shell();
                let uses: Vec<&str> = shell.split("$key").collect();
                match given.takes == PROMPT {
                    true => assert_eq!(uses.len(), 1, "{shell}"),
                    // Whether it is there, and once in what prints it.
                    false => assert_eq!(uses.len(), 3, "{shell}"),
                }
            }
        }
    }
}
