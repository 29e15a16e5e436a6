//! Finds rules files, reads them, and chooses the rules of a run.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use crate::commands::request::RuleSet;
use crate::commands::rules::RulesFiles;
use crate::error::{Diagnostic, Error, Level, Result};
use crate::git::plain;
use crate::model::FingerprintKey;
use crate::rules::read::{self, File, LARGEST};
use crate::rules::table::{nearest, shown};
use crate::rules::{self, Rule};

/// The environment variable that keeps fingerprints of what brought rules find the same from run to run.
pub const KEY: &str = "AISALEAKS_FINGERPRINT_KEY";

/// Reads rules files, in their order. `within` is the folder outside of which nothing may be read, for what a
/// repository says about itself.
pub fn read_all(files: &[PathBuf], within: Option<&Path>) -> Result<RulesFiles> {
    let mut all = RulesFiles {
        rules: rules::builtin()?,
        ..RulesFiles::default()
    };
    for path in files {
        match open(path) {
            Ok(file) => {
                let finder = |from: &File, target: &str| extended(from, target, within);
                let read = read::read(&file, &finder, &all.rules);
                all.rules.extend(read.rules);
                all.cases.extend(read.cases);
                all.diagnostics.extend(read.diagnostics);
            }
            Err(reason) => all.diagnostics.push(Diagnostic {
                file: path.display().to_string(),
                line: None,
                level: Level::Error,
                message: format!("it cannot be read: {reason}"),
            }),
        }
    }
    if all.rules.len() > usize::from(u16::MAX) {
        all.diagnostics.push(Diagnostic {
            file: "--rules".to_owned(),
            line: None,
            level: Level::Error,
            message: format!("there are more than {} rules", u16::MAX),
        });
    }
    Ok(all)
}

/// The rules that a scanning command was told to use, of those that were read.
///
/// # Errors
/// Everything that is wrong with the files, or an `--only-rule` that names none.
pub fn chosen(all: RulesFiles, only: &[String]) -> Result<RuleSet> {
    if all.is_wrong() {
        return Err(Error::Invalid {
            diagnostics: all.diagnostics,
        });
    }
    let only: BTreeSet<String> = only.iter().cloned().collect();
    let mut rules = all.rules;
    choose(&mut rules, &only)?;
    let has_brought = rules.iter().any(|rule| !rule.is_built_in());
    let (key, key_is_kept) = match has_brought {
        true => fingerprint_key()?,
        false => (FingerprintKey::new(&[]), true),
    };
    Ok(RuleSet {
        rules,
        only,
        key,
        key_is_kept,
        warnings: all.diagnostics,
    })
}

/// Leaves those brought rules that were asked for, and as helpers those that they require. The built-in rules stay in any
/// case: what they find is masked wherever it is shown, and only not reported.
fn choose(rules: &mut Vec<Rule>, only: &BTreeSet<String>) -> Result<()> {
    if only.is_empty() {
        return Ok(());
    }
    let ids = || rules.iter().map(|rule| &*rule.id);
    for id in only {
        if ids().all(|other| other != id) {
            let hint = match nearest(id, ids()) {
                Some(near) => format!("; did you mean `{}`?", shown(near)),
                None => String::new(),
            };
            return Err(Error::Rule {
                rule: id.clone(),
                reason: format!(
                    "--only-rule names it, and there is no such rule{hint}\n  `aisaleaks rules list` shows all"
                ),
            });
        }
    }
    let asked = rules.iter().filter(|rule| only.contains(&*rule.id));
    let required = asked
        .filter_map(Rule::brought)
        .flat_map(|rule| &rule.required);
    let required: BTreeSet<String> = required.map(|required| required.id.to_string()).collect();
    rules.retain_mut(|rule| {
        let is_asked = only.contains(&*rule.id);
        if let rules::Kind::Brought(brought) = &mut rule.kind {
            brought.helper |= !is_asked;
            return is_asked || required.contains(&*rule.id);
        }
        true
    });
    Ok(())
}

/// The key that somebody set.
pub fn kept_key() -> Option<FingerprintKey> {
    let text = std::env::var_os(KEY).filter(|text| !text.is_empty())?;
    Some(FingerprintKey::new(text.as_encoded_bytes()))
}

/// The key that somebody set, or else one for this run; whether it was set.
fn fingerprint_key() -> Result<(FingerprintKey, bool)> {
    if let Some(key) = kept_key() {
        return Ok((key, true));
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok((FingerprintKey::new(&bytes), false))
}

/// Opens a rules file. A pipe is refused rather than waited for.
fn open(path: &Path) -> std::result::Result<File, String> {
    let file = plain::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        _ if path.is_dir() => "it is a directory; name a file in it".to_owned(),
        _ => error.to_string(),
    })?;
    let mut bytes = Vec::new();
    // One more, so that a longer file is told as one.
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(File {
        name: path.display().to_string(),
        identity: identity.to_string_lossy().into_owned(),
        text: String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?,
    })
}

/// The file that another one extends: beside it, or else in the current folder, where gitleaks looks.
pub(super) fn extended(
    from: &File,
    target: &str,
    within: Option<&Path>,
) -> std::result::Result<File, String> {
    let beside = Path::new(&from.name).parent().unwrap_or(Path::new(""));
    let second = within.unwrap_or(Path::new(""));
    let candidates = [beside.join(target), second.join(target)];
    for path in candidates {
        if let Some(root) = within
            && leads_outside(&path, root)
        {
            return Err(
                "it is outside of the repository, whose own configuration may not name it"
                    .to_owned(),
            );
        }
        if path.symlink_metadata().is_ok() {
            return open(&path);
        }
    }
    Err("there is no such file beside the one that names it, nor in the current folder".to_owned())
}

/// Whether a path leaves a folder, by its parts or through a link.
fn leads_outside(path: &Path, root: &Path) -> bool {
    if let (Ok(path), Ok(root)) = (path.canonicalize(), root.canonicalize()) {
        return !path.starts_with(root);
    }
    // What is not there must not tell whether something outside is.
    match (plainly(path), plainly(root)) {
        (Some(path), Some(root)) => !path.starts_with(root),
        _ => true,
    }
}

/// The absolute path without `..`, whatever links are on the way.
fn plainly(path: &Path) -> Option<PathBuf> {
    let mut parts = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, extra: &str) -> String {
        format!("[[rules]]\nid = '{id}'\nregex = 'x'\n{extra}\n")
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            std::fs::write(path, text).expect("written");
        }
        folder
    }

    fn messages(folder: &Path, file: &str, within: Option<&Path>) -> Vec<String> {
        let read = read_all(&[folder.join(file)], within).expect("the built-in rules");
        read.diagnostics
            .into_iter()
            .map(|said| said.message)
            .collect()
    }

    #[test]
    fn a_target_is_looked_for_beside_the_file_that_names_it() {
        let folder = folder(&[
            ("a.toml", "[extend]\npath = 'in/b.toml'\n"),
            ("in/b.toml", "[extend]\npath = 'c.toml'\n"),
            ("in/c.toml", &rule("c", "")),
        ]);
        let read = read_all(&[folder.path().join("a.toml")], Some(folder.path()));
        let read = read.expect("the built-in rules");
        assert_eq!(read.diagnostics, []);
        assert_eq!(read.rules.last().map(|rule| &*rule.id), Some("c"));
    }

    #[test]
    fn a_repository_cannot_reach_outside_of_itself() {
        let outer = folder(&[
            ("out.toml", &rule("x", "")),
            ("repo/up.toml", "[extend]\npath = '../out.toml'\n"),
            ("repo/gone.toml", "[extend]\npath = '../gone/x.toml'\n"),
            ("repo/absolute.toml", "[extend]\npath = '/etc/passwd'\n"),
            ("repo/link.toml", "[extend]\npath = 'link'\n"),
        ]);
        let root = outer.path().join("repo");
        #[cfg(unix)]
        std::os::unix::fs::symlink("../out.toml", root.join("link")).expect("a link");
        for file in ["up.toml", "gone.toml", "absolute.toml", "link.toml"] {
            let said = messages(&root, file, Some(&root));
            let outside = said
                .iter()
                .any(|said| said.contains("outside of the repository"));
            assert!(outside, "{file}: {said:?}");
        }
        assert_eq!(messages(&root, "up.toml", None), [""; 0]);
    }

    #[test]
    fn what_is_no_file_is_an_error_and_does_not_hang() {
        let folder = folder(&[("d/x", ""), ("bytes.toml", "a = 1")]);
        std::fs::write(folder.path().join("bytes.toml"), [0xff, b'\n']).expect("written");
        for (file, expected) in [
            ("d", "directory"),
            ("none", "no such file"),
            ("bytes.toml", "not UTF-8"),
            #[cfg(unix)]
            ("pipe", "not a regular file"),
        ] {
            #[cfg(unix)]
            if file == "pipe" {
                let pipe = folder.path().join(file);
                let made = std::process::Command::new("mkfifo").arg(pipe).status();
                assert!(made.expect("mkfifo runs").success());
            }
            let said = messages(folder.path(), file, None);
            assert!(said.iter().any(|said| said.contains(expected)), "{said:?}");
        }
    }

    #[test]
    fn only_rules_keep_what_they_require_as_helpers() {
        let folder = folder(&[(
            "r.toml",
            &[
                rule("a", "required = [{id = 'b'}]"),
                rule("b", ""),
                rule("c", ""),
            ]
            .concat(),
        )]);
        let files = || read_all(&[folder.path().join("r.toml")], None).expect("the built-in rules");
        let set = chosen(files(), &["a".into()]).expect("chosen");
        let brought = set.rules.iter().filter_map(|rule| {
            let brought = rule.brought()?;
            Some((&*rule.id, brought.helper))
        });
        assert_eq!(brought.collect::<Vec<_>>(), [("a", false), ("b", true)]);
        assert!(set.rules.iter().any(Rule::is_built_in));
        let refused = chosen(files(), &["aisa-api-kye".into()])
            .expect_err("no such rule")
            .to_string();
        assert!(
            refused.contains("did you mean `aisa-api-key`?"),
            "{refused}"
        );
    }
}
