//! Keeps keys in `.env`, if somebody asked for that and git ignores the file: the one file that a key is ever written to.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::Request;
use super::beside::{gives, top};
use super::gathering::Found;
use super::planning::Plan;
use crate::source::asking::Trees;

/// Says what would be kept.
pub(super) fn announce(plan: &mut Plan, request: &Request) {
    let (top, _) = top(&request.path);
    let text = fs::read_to_string(top.join(".env")).unwrap_or_default();
    let names = plan.variables().into_keys();
    let names: Vec<&str> = names.filter(|name| !gives(&text, name)).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        plan.notes
            .push(format!("with --write, .env would get {names}"));
    }
}

/// Writes the keys that programs now read from variables at the end of `.env`.
pub(super) fn keep(plan: &mut Plan, found: &Found, request: &Request) {
    let (top, is_work_tree) = top(&request.path);
    let path = top.join(".env");
    let mut kept = Vec::new();
    let mut lines = String::new();
    let wanted: Vec<(String, usize)> = (plan.variables().into_iter())
        .map(|(name, key)| (name.to_owned(), key))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let text = match may_keep(&path, is_work_tree) {
        Ok(text) => text,
        Err(why) => return plan.leave(".env".to_owned(), why),
    };
    for (name, key) in &wanted {
        let Some(secret) = found.secrets.get(*key) else {
            continue;
        };
        if gives(&text, name) {
            plan.notes
                .push(format!(".env has {name} already, and was left as it is"));
            continue;
        }
        lines.push_str(&format!("{name}={}\n", secret.expose()));
        kept.push(name.as_str());
    }
    if kept.is_empty() {
        return;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        lines.insert(0, '\n');
    }
    match append(&path, &lines) {
        Ok(()) => {
            let kept = kept.join(", ");
            plan.notes.push(format!(
                ".env has {kept} now: these are the keys that were in the files, so put new ones there once you revoked them"
            ));
        }
        Err(error) => plan.leave(".env".to_owned(), format!("it cannot be written: {error}")),
    }
}

/// What is in the file, if a key may be written there.
fn may_keep(path: &Path, is_work_tree: bool) -> Result<String, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err("it is no regular file, so that no key was written there".to_owned());
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(format!("it cannot be read: {error}")),
    }
    let known = Trees::default().ask(path);
    if !is_work_tree || !known.is_some_and(|known| known.ignored && !known.tracked) {
        return Err(
            "git does not ignore it, or tracks it, so that no key was written there: add it to .gitignore, and \
             `git rm --cached .env`"
                .to_owned(),
        );
    }
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// Adds lines to the file itself: a copy beside it would be another file with a key, which git might not ignore.
fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}
