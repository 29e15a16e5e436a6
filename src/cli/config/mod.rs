//! Configuration files: which one is read, and what one of a repository's own may not do.
//!
//! `--config FILE` comes before the environment's `AISALEAKS_CONFIG`, and that before the repository's own
//! `.aisaleaks.toml`, beside what is scanned or else at the top of the repository that it is in. Only one of these is read,
//! but the own ones of all paths. With a trusted commit, the own one is that commit's.
//!
//! A file of the repository's own is hostile input: it is read without waiting, and never from outside the repository.

pub mod baseline;
mod entries;
mod extending;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::ConfigArgs;
use crate::commands::rules::RulesFiles;
use crate::control::Limits;
use crate::error::{Diagnostic, Error, Level, Result};
use crate::git::{Repository, plain};
use crate::pipeline::Trusted;
use crate::rules::read::{self as reading, File};
use crate::rules::table::{self, nearest};
use crate::rules::{Kind, Policy, Rule};
use entries::{Entries, KEYS};
use extending::Realm;

/// The name of a repository's own file.
const NAME: &str = ".aisaleaks.toml";
/// The environment's variable that names a file.
const VARIABLE: &str = "AISALEAKS_CONFIG";
/// Larger files are refused.
const LARGEST: u64 = 10_000_000;
/// A configuration brings no more rules: that of a hostile repository could make a scan endless.
const RULES: usize = 1_000;
/// For so many ids that no rule has, the nearest one is looked for, which compares with every id.
const PATIENCE: usize = 100;

/// What the configuration says.
#[derive(Debug, Default)]
pub struct Config {
    /// What it says about findings and problems.
    pub policy: Policy,
    /// The commits that it was read from.
    pub trusted: Vec<Trusted>,
    /// What its authors should know.
    pub warnings: Vec<Diagnostic>,
}

/// What is known of a file.
type Found<'a> = std::result::Result<Text<'a>, Diagnostic>;

/// The text of a file.
struct Text<'a> {
    name: String,
    /// Where it is, so that what it extends can be found.
    identity: String,
    bytes: Vec<u8>,
    /// Where what it extends may be.
    realm: Realm<'a>,
    /// Whether what it allows should be found by a scan of everything.
    expected: bool,
}

/// Reads the configuration for these paths; no paths for a stream. Its rules are added to those in `files`.
///
/// # Errors
/// Everything that is wrong with every file, those of `files` among them, and a trusted commit that cannot be read.
pub fn load(paths: &[PathBuf], args: &ConfigArgs, files: &mut RulesFiles) -> Result<Config> {
    let limits = Limits::default();
    let mut config = Config::default();
    if let Some(revision) = &args.config_ref {
        if paths.is_empty() {
            return Err(Error::Revision {
                what: "--config-ref",
                text: revision.clone(),
                reason: "a stream is in no repository; leave the flag out".to_owned(),
            });
        }
        config.trusted = trusted(paths, revision, &limits)?;
    }
    let named = std::env::var_os(VARIABLE).filter(|file| !file.is_empty());
    let named = args.config.clone().or(named.map(PathBuf::from));
    let commits = config.trusted.clone();
    let texts = match (named, &args.config_ref) {
        (Some(file), _) => match within(&commits, &file) {
            Some((trusted, path)) => vec![
                committed_file(trusted, &path, &limits)
                    .unwrap_or_else(|| Err(not_trusted(&file, trusted))),
            ],
            None => vec![named_file(&file)],
        },
        (None, _) if args.no_config => Vec::new(),
        (None, Some(_)) => committed(&commits, &limits),
        (None, None) => own_files(paths),
    };
    let mut said = Vec::new();
    for text in texts {
        match text {
            Ok(text) => add(&mut config.policy, text, &mut files.rules, &mut said),
            Err(error) => said.push(error),
        }
    }
    if files.rules.len() > usize::from(u16::MAX) {
        said.push(refused(
            NAME,
            format!("there are more than {} rules", u16::MAX),
        ));
    }
    if files.is_wrong() || said.iter().any(|said| said.level == Level::Error) {
        let diagnostics = files.diagnostics.drain(..).chain(said).collect();
        return Err(Error::Invalid { diagnostics });
    }
    config.warnings = said;
    Ok(config)
}

/// Adds what a file says.
fn add(all: &mut Policy, text: Text<'_>, rules: &mut Vec<Rule>, said: &mut Vec<Diagnostic>) {
    let Ok(string) = String::from_utf8(text.bytes) else {
        return said.push(refused(&text.name, "it is not UTF-8"));
    };
    let Entries {
        policy,
        named,
        said: mut own,
    } = entries::read(&string, &text.name, text.expected);
    let file = File {
        name: text.name,
        identity: text.identity,
        text: string,
    };
    let finder = |from: &File, path: &str| text.realm.find(from, path);
    // They come first.
    let built_in = rules.partition_point(Rule::is_built_in);
    let taken = rules.get(..built_in).unwrap_or_default();
    let read = reading::read_config(&file, &finder, taken, &KEYS);
    // Both say what is wrong with the file as a whole.
    own.extend(read.diagnostics);
    if read.rules.len() > RULES {
        let message = format!("it brings more than {RULES} rules; bring them with --rules");
        own.push(refused(&file.name, message));
    }
    let ids = || rules.iter().chain(&read.rules).map(|rule| &*rule.id);
    let known: HashSet<&str> = ids().collect();
    let unknown = named
        .iter()
        .filter(|(id, _)| !known.contains(id.value.as_str()));
    for (nth, (id, key)) in unknown.enumerate() {
        let near = (nth < PATIENCE).then(|| nearest(&id.value, ids()));
        let hint = match near.flatten() {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        own.push(Diagnostic {
            file: file.name.clone(),
            line: Some(id.line),
            level: Level::Warning,
            message: format!(
                "`{key}`: there is no rule `{}`{hint}",
                table::shown(&id.value)
            ),
        });
    }
    let others: HashSet<Arc<str>> = rules.iter().map(|rule| rule.id.clone()).collect();
    for rule in without(read.rules, &policy.disabled) {
        // A repository cannot know the names in the files of others.
        match others.contains(&rule.id) {
            true => own.push(refused_rule(&file.name, &rule.id)),
            false => rules.push(rule),
        }
    }
    own.sort_by(|one, other| (one.line, &one.message).cmp(&(other.line, &other.message)));
    own.dedup();
    said.extend(own);
    all.extend(policy);
}

fn refused_rule(file: &str, id: &str) -> Diagnostic {
    Diagnostic {
        level: Level::Warning,
        ..refused(
            file,
            format!("rule `{id}`: another file has a rule of this name, and that one is used"),
        )
    }
}

/// The rules of a file but for those that it disables itself: what others brought is not its own to take out, so that findings
/// of those are suppressed and counted. A rule that others require goes on helping them.
fn without(rules: Vec<Rule>, disabled: &BTreeSet<String>) -> Vec<Rule> {
    let required = rules.iter().filter_map(Rule::brought);
    let required = required.flat_map(|rule| &rule.required);
    let required: BTreeSet<_> = required.map(|other| other.id.clone()).collect();
    let kept = rules.into_iter().filter_map(|mut rule| {
        if disabled.contains(&*rule.id) {
            match &mut rule.kind {
                Kind::Brought(brought) if required.contains(&rule.id) => brought.helper = true,
                _ => return None,
            }
        }
        Some(rule)
    });
    kept.collect()
}

fn refused(file: &str, reason: impl Into<String>) -> Diagnostic {
    Diagnostic {
        file: file.to_owned(),
        line: None,
        level: Level::Error,
        message: reason.into(),
    }
}

/// The file that a flag or the environment names: it has to be there.
fn named_file(file: &Path) -> Found<'static> {
    let name = shown(file);
    match read(file, LARGEST) {
        Ok(bytes) => Ok(Text {
            name,
            identity: identity(file),
            bytes,
            realm: Realm::Anywhere,
            expected: false,
        }),
        Err(error) => Err(refused(&name, format!("it cannot be read: {error}"))),
    }
}

/// The trusted commits of the repositories that the paths are in.
fn trusted(paths: &[PathBuf], revision: &str, limits: &Limits) -> Result<Vec<Trusted>> {
    let mut found: Vec<Trusted> = Vec::new();
    for path in paths {
        let trusted = Trusted::resolve(path, revision, limits)?;
        if found.iter().all(|known| known.root() != trusted.root()) {
            found.push(trusted);
        }
    }
    Ok(found)
}

/// The own files of trusted commits.
fn committed<'a>(trusted: &'a [Trusted], limits: &'a Limits) -> Vec<Found<'a>> {
    let read = |trusted| committed_file(trusted, NAME, limits);
    trusted.iter().filter_map(read).collect()
}

/// A file of a trusted commit; none if it has none at this path.
fn committed_file<'a>(trusted: &'a Trusted, path: &str, limits: &'a Limits) -> Option<Found<'a>> {
    let name = format!("{}:{path}", trusted.revision());
    let text = trusted.file(path, LARGEST, limits).map(|found| {
        found.map(|bytes| Text {
            name: name.clone(),
            identity: path.to_owned(),
            bytes,
            realm: Realm::Commit(trusted, limits),
            expected: true,
        })
    });
    text.map_err(|reason| refused(&name, reason)).transpose()
}

/// The trusted commit that a named file belongs to, and its path there: what is trusted to a commit must not come from the
/// files that were checked out for a change. It belongs there if any part of the way leads through the work tree: a change can
/// make a folder a link that leads out, and a link outside can lead to what a change brings.
fn within<'a>(trusted: &'a [Trusted], file: &Path) -> Option<(&'a Trusted, String)> {
    let absolute = std::path::absolute(file).ok()?;
    let mut ways: Vec<&Path> = absolute.ancestors().collect();
    // From the root on, so that a link of the work tree stays one, which a commit's files are not followed through.
    ways.reverse();
    ways.into_iter().find_map(|way| {
        let real = way.canonicalize().ok()?;
        let rest = absolute.strip_prefix(way).ok()?;
        trusted.iter().find_map(|trusted| {
            let top = real.strip_prefix(trusted.work_tree()?).ok()?.join(rest);
            // No commit that can be read has a name that is not UTF-8; then it has no such file.
            let path = extending::inside(Path::new(&*top.to_string_lossy()))?;
            // What stands there no commit brings.
            let is_git = path.split('/').next() == Some(".git");
            (!is_git && !path.is_empty()).then_some((trusted, path))
        })
    })
}

fn not_trusted(file: &Path, trusted: &Trusted) -> Diagnostic {
    Diagnostic {
        level: Level::Warning,
        ..refused(
            &shown(file),
            format!(
                "the trusted commit {} has no such file, so that nothing is read from it; commit it there first, or name a file \
                 outside of the repository",
                trusted.revision()
            ),
        )
    }
}

/// The own files of what is scanned, each once.
fn own_files(paths: &[PathBuf]) -> Vec<Found<'static>> {
    let mut seen = BTreeSet::new();
    let mut texts = Vec::new();
    for path in paths {
        let Some((file, folder, is_beside)) = own_file(path, NAME) else {
            continue;
        };
        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
            texts.push(read_own(&file, &folder, is_beside));
        }
    }
    texts
}

/// The own file of this name for a path, the folder that it may not lead out of, and whether it stands beside the path.
fn own_file(path: &Path, name: &str) -> Option<(PathBuf, PathBuf, bool)> {
    let beside = path.join(name);
    let top = || Some(Repository::discover(path)?.name);
    if beside.symlink_metadata().is_ok() {
        let folder = top().unwrap_or_else(|| path.to_path_buf());
        return Some((beside, folder, true));
    }
    let top = top()?;
    let file = top.join(name);
    let is_there = file.symlink_metadata().is_ok();
    is_there.then_some((file, top, false))
}

fn read_own(file: &Path, folder: &Path, is_beside: bool) -> Found<'static> {
    let unread = |error| unread(file, error);
    let folder = folder.canonicalize().map_err(unread)?;
    let target = inside(file, &folder, "--config")?;
    let bytes = read(&target, LARGEST).map_err(unread)?;
    Ok(Text {
        name: shown(file),
        identity: identity(&target),
        bytes,
        realm: Realm::Folder(folder),
        expected: is_beside,
    })
}

fn unread(file: &Path, error: std::io::Error) -> Diagnostic {
    refused(&shown(file), format!("it cannot be read: {error}"))
}

/// What a repository's own file leads to, which must not be outside of the repository; `flag` names one of the user's own.
fn inside(file: &Path, folder: &Path, flag: &str) -> std::result::Result<PathBuf, Diagnostic> {
    let target = file.canonicalize().map_err(|error| unread(file, error))?;
    if !target.starts_with(folder) {
        let reason = format!(
            "it is a link that leads out of the repository, and is not followed; {flag} FILE names a file of your own"
        );
        return Err(refused(&shown(file), reason));
    }
    Ok(target)
}

/// A regular file of at most so many bytes.
fn read(file: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = plain::open(file)?;
    bytes.reserve(file.metadata()?.len().min(most) as usize + 1);
    if file.take(most + 1).read_to_end(&mut bytes)? as u64 > most {
        let reason = format!("it is larger than {} MB", most / 1_000_000);
        return Err(std::io::Error::new(ErrorKind::InvalidInput, reason));
    }
    Ok(bytes)
}

/// What a file is known by, whatever way led to it.
fn identity(file: &Path) -> String {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    file.display().to_string()
}

/// A path as diagnostics name it.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
