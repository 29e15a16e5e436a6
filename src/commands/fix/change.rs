//! A file that is changed: what has to hold before, and how it is written, whole or not at all.

use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::planning::Plan;
use crate::git::replacement::Replacement;

/// What is to become of a file. It holds keys, and is never printed as it is.
pub(super) struct Change {
    /// The file.
    pub(super) path: PathBuf,
    /// How it is named to a person.
    pub(super) shown: String,
    /// What is in it; none if it is made.
    pub(super) before: Option<String>,
    /// What is to be in it.
    pub(super) after: String,
}

/// Why a file can be read and is not edited; `None` if it can be.
pub(super) fn why_not(path: &Path, metadata: &Metadata) -> Option<String> {
    if metadata.is_symlink() {
        let target = fs::canonicalize(path).map(|target| target.display().to_string());
        let target = target.unwrap_or_else(|_| "another file".to_owned());
        return Some(format!(
            "it is a symbolic link, which is not followed: run `aisaleaks fix` on what it leads to, {target}"
        ));
    }
    if !metadata.is_file() {
        return Some("it is no regular file".to_owned());
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(metadata) > 1 {
        return Some(
            "it has other names (hard links), which would keep the key: take it out by hand, in place".to_owned(),
        );
    }
    let is_read_only =
        metadata.permissions().readonly() || OpenOptions::new().write(true).open(path).is_err();
    is_read_only
        .then(|| "it is read-only: make it writable (chmod u+w), and run this again".to_owned())
}

/// Writes every change; what cannot be written is left, with the reason.
pub(super) fn write_all(plan: &mut Plan) {
    let changes = std::mem::take(&mut plan.changes);
    for change in changes {
        match write(&change) {
            Ok(()) => plan.written.push(change),
            Err(why) => {
                plan.fixed.retain(|fixed| fixed.path != change.path);
                plan.leave(change.shown.clone(), why);
            }
        }
    }
}

/// Writes a change, if the file is what it was made from.
fn write(change: &Change) -> Result<(), String> {
    const CHANGED: &str = "it changed since it was read, and was not touched: run this again";
    let metadata = fs::symlink_metadata(&change.path);
    let mode = match (&change.before, metadata) {
        (None, Err(error)) if error.kind() == io::ErrorKind::NotFound => None,
        (None, _) => return Err(CHANGED.to_owned()),
        (Some(_), Err(error)) => return Err(format!("it cannot be read any more: {error}")),
        (Some(before), Ok(metadata)) => {
            if let Some(why) = why_not(&change.path, &metadata) {
                return Err(why);
            }
            let now = fs::read(&change.path).map_err(|error| error.to_string())?;
            if now != before.as_bytes() {
                return Err(CHANGED.to_owned());
            }
            Some(metadata)
        }
    };
    let bytes = change.after.as_bytes();
    Replacement::beside(&change.path)
        .and_then(|new| new.place(bytes, mode.as_ref().map(bits), &change.path))
        .map_err(|error| format!("it cannot be written, and was not touched: {error}"))?;
    #[cfg(unix)]
    if let Some(metadata) = &mode {
        use std::os::unix::fs::MetadataExt as _;
        let owner = (Some(metadata.uid()), Some(metadata.gid()));
        // Who may not give a file away owned it before, or it is his now.
        drop(std::os::unix::fs::lchown(&change.path, owner.0, owner.1));
    }
    Ok(())
}

/// Who may do what with a file.
#[cfg(unix)]
fn bits(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777
}

#[cfg(not(unix))]
fn bits(_: &Metadata) -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &Path, before: Option<&str>) -> Change {
        Change {
            path: path.to_path_buf(),
            shown: "a".to_owned(),
            before: before.map(str::to_owned),
            after: "after".to_owned(),
        }
    }

    #[test]
    fn what_changed_since_is_not_touched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        fs::write(&path, "other").expect("written");
        for before in [Some("before"), None] {
            let why = write(&change(&path, before)).expect_err("it changed");
            assert!(why.contains("changed since"), "{why}");
            assert_eq!(fs::read(&path).expect("read"), b"other");
        }
        let gone = folder.path().join("gone");
        assert!(write(&change(&gone, Some("before"))).is_err());
        let names = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 1, "a temporary file was left");
        write(&change(&path, Some("other"))).expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"after");
        write(&change(&gone, None)).expect("written");
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        fs::write(&path, "before").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).expect("set");
        write(&change(&path, Some("before"))).expect("written");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o7777, 0o751);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_read_only_files_are_not_edited() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "before").expect("written");
        std::os::unix::fs::symlink("a", at("link")).expect("linked");
        fs::write(at("locked"), "before").expect("written");
        let mut permissions = fs::metadata(at("locked")).expect("there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(at("locked"), permissions).expect("set");
        fs::write(at("two"), "before").expect("written");
        fs::hard_link(at("two"), at("three")).expect("linked");
        for (name, part) in [
            ("link", "symbolic link"),
            ("locked", "read-only"),
            ("two", "hard links"),
        ] {
            let why = write(&change(&at(name), Some("before"))).expect_err("refused");
            assert!(why.contains(part), "{name}: {why}");
            assert_eq!(fs::read(at(name)).expect("read"), b"before");
        }
        assert!(
            fs::symlink_metadata(at("link"))
                .expect("there")
                .is_symlink()
        );
    }
}
