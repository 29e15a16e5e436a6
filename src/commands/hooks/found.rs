//! What stands where git looks for a hook.

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::Hook;
use super::script::{self, Script, kept_as};
use crate::commands::programs::is_executable;
use crate::git::plain;

/// Of a hook that is a large program, its beginning is enough.
const READ: u64 = 1 << 20;
/// Names in a folder of hooks that are listed, and those of them that are opened.
const NAMES: usize = 10_000;
const OPENED: usize = 20;

/// What a path is.
pub(super) enum Found {
    Nothing,
    /// A script of ours.
    Ours(Script, How),
    /// Another hook, with its text.
    Other(Vec<u8>, How),
    /// Nothing that git could run, and what it is.
    Unusable(String),
}

/// How a hook is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// Whether git runs it.
    pub(super) is_executable: bool,
    /// Whether it is a link.
    pub(super) is_link: bool,
}

impl Found {
    pub(super) fn at(path: &Path) -> Self {
        let link = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            // Where a file is in the folder's place, nothing is either.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Self::Nothing;
            }
            Err(error) => return Self::Unusable(format!("cannot be looked at ({error})")),
        };
        let file = match fs::metadata(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Self::Unusable("is a link that leads nowhere".to_owned());
            }
            Err(error) => return Self::Unusable(format!("cannot be looked at ({error})")),
        };
        if file.is_dir() {
            return Self::Unusable("is a folder".to_owned());
        }
        if !file.is_file() {
            return Self::Unusable("is no regular file".to_owned());
        }
        let how = How {
            is_executable: is_executable(&file),
            is_link: link.is_symlink(),
        };
        let mut text = Vec::new();
        let read = plain::open(path).and_then(|file| file.take(READ).read_to_end(&mut text));
        if let Err(error) = read {
            return Self::Unusable(format!("cannot be read ({error})"));
        }
        match script::recognise(&text) {
            Some(script) => Self::Ours(script, how),
            None => Self::Other(text, how),
        }
    }
}

/// Where another tool moved our script for this hook to, beside its own.
pub(super) fn moved(folder: &Path, name: &str) -> Option<(OsString, Script, How)> {
    let begin = format!("{name}.");
    let entries = fs::read_dir(folder).ok()?.take(NAMES).flatten();
    let mut names: Vec<OsString> = entries
        .map(|entry| entry.file_name())
        .filter(|other| {
            let other = other.as_encoded_bytes();
            other.starts_with(begin.as_bytes()) && other != kept_as(name).as_bytes()
        })
        .collect();
    names.sort();
    names
        .into_iter()
        .take(OPENED)
        .find_map(|other| match Found::at(&folder.join(&other)) {
            Found::Ours(script, how) if script.name == name && !script.is_pass => {
                Some((other, script, how))
            }
            _ => None,
        })
}

/// Whether our script for this hook is in a folder.
pub(super) fn is_gate(folder: &Path, hook: Hook) -> bool {
    matches!(Found::at(&folder.join(hook.name())), Found::Ours(script, _) if !script.is_pass)
}
