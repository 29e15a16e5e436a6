//! Writes into a folder of hooks, so that there is no moment without the hook that was there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::page::shown;
use super::script::Script;
use crate::git::replacement::Replacement;

/// Makes the folder if it is not there.
pub(super) fn ready(folder: &Path) -> Result<(), String> {
    if fs::metadata(folder).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(format!(
            "git looks for hooks in {}, which is no folder, so that none runs\n  make it a folder, or have core.hooksPath name one",
            shown(folder)
        ));
    }
    fs::create_dir_all(folder).map_err(|error| refused(folder, &error))
}

/// Puts a script in the place of what is there.
pub(super) fn place(path: &Path, text: &[u8]) -> Result<(), String> {
    Replacement::beside(path)
        .and_then(|new| new.place(text, Some(0o755), path))
        .map_err(|error| refused(path, &error))
}

/// Gives a hook a second name, so that there is no moment without it; whether the first one is still there, too.
pub(super) fn keep(path: &Path, kept: &Path) -> io::Result<bool> {
    let is_link = fs::symlink_metadata(path)?.is_symlink();
    #[cfg(unix)]
    if is_link {
        std::os::unix::fs::symlink(fs::read_link(path)?, kept)?;
        return Ok(true);
    }
    if !is_link {
        match fs::hard_link(path, kept) {
            Ok(()) => return Ok(true),
            // Somebody else installs just now, and keeps the hook there.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
        }
    }
    // Not every file system has links.
    fs::rename(path, kept)?;
    Ok(false)
}

pub(super) fn is_free(kept: &Path, name: &str) -> Result<(), String> {
    match fs::symlink_metadata(kept) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => Err(format!(
            "{} is in the way: that name is for the hook that was there before\n  `aisaleaks hook uninstall {name}` puts it \
             back where nothing is; else move it away, or remove it",
            shown(kept)
        )),
    }
}

pub(super) fn is_intact(script: &Script, path: &Path) -> Result<(), String> {
    match script.is_intact {
        true => Ok(()),
        false => Err(format!(
            "{} was changed since aisaleaks wrote it\n  save what you wrote there, remove the file, and try again",
            shown(path)
        )),
    }
}

pub(super) fn refused(path: &Path, error: &io::Error) -> String {
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "let this user write in that folder, or have who may do it"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, and try again",
        _ => "check that folder, and try again",
    };
    format!("cannot write {}: {error}\n  {remedy}", shown(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_already_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [path, kept] = ["hook", "kept"].map(|name| folder.path().join(name));
        fs::write(&path, "ours").expect("written");
        fs::write(&kept, "theirs").expect("written");
        let error = keep(&path, &kept).expect_err("taken");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&kept).expect("read"), b"theirs");
        assert_eq!(fs::read(&path).expect("read"), b"ours");
    }
}
