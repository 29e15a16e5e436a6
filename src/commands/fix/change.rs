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
    /// Its path in a patch.
    pub(super) name: Vec<u8>,
    /// How it is named to a person.
    pub(super) shown: String,
    /// What is in it; none if it is made.
    pub(super) before: Option<String>,
    /// What is to be in it, but for the variables.
    pub(super) after: String,
    /// Variables that get a line at its end, if programs read them once everything else is written.
    pub(super) variables: Vec<String>,
}

impl Change {
    /// All that is to be in it.
    pub(super) fn whole(&self) -> String {
        let lines = self.variables.iter().map(|name| format!("{name}="));
        with(&self.after, &lines.collect::<Vec<String>>())
    }
}

/// The text with these lines at its end, which end as its own do.
pub(super) fn with(text: &str, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = text.to_owned();
    if !text.is_empty() && !text.ends_with('\n') && !lines.is_empty() {
        text.push_str(end);
    }
    for line in lines {
        text.push_str(line);
        text.push_str(end);
    }
    text
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
            "it has other names (hard links), which would stay as they are: edit it by hand, in place".to_owned(),
        );
    }
    let is_read_only =
        metadata.permissions().readonly() || OpenOptions::new().write(true).open(path).is_err();
    is_read_only
        .then(|| "it is read-only: make it writable (chmod u+w), and run this again".to_owned())
}

/// Writes every change; what cannot be written is left, with the reason. Variables come last, those that are read then.
pub(super) fn write_all(plan: &mut Plan) {
    let changes = std::mem::take(&mut plan.changes).into_iter();
    let (with, without): (Vec<Change>, Vec<Change>) =
        changes.partition(|change| !change.variables.is_empty());
    for change in without {
        write_one(plan, change);
    }
    for mut change in with {
        let read = plan.variables();
        change
            .variables
            .retain(|name| read.contains_key(name.as_str()));
        if change.before.as_ref() != Some(&change.whole()) && !change.whole().is_empty() {
            write_one(plan, change);
        }
    }
}

/// Writes a change, or leaves it, with the reason.
pub(super) fn write_one(plan: &mut Plan, change: Change) {
    match write(&change) {
        Ok(note) => {
            plan.notes.extend(note);
            plan.written.push(change);
        }
        Err(why) => {
            plan.fixed.retain(|fixed| fixed.path != change.path);
            plan.leave(change.shown.clone(), why);
        }
    }
}

const CHANGED: &str = "it changed since it was read, and was not touched: run this again";

/// Writes a change, if the file is what it was made from; what is to be known then.
fn write(change: &Change) -> Result<Option<String>, String> {
    let metadata = unchanged(change)?;
    let whole = change.whole();
    let failed = |error: io::Error| format!("it cannot be written, and was not touched: {error}");
    let mut new = Replacement::beside(&change.path).map_err(failed)?;
    // Nobody else reads it until it has the owner and the mode of the old one.
    let first = metadata.as_ref().map(|_| 0o600);
    new.write(whole.as_bytes(), first).map_err(failed)?;
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has owners"))]
    let mut note = None;
    #[cfg(unix)]
    if let Some(metadata) = &metadata {
        note = take_over(&new, metadata)
            .map_err(failed)?
            .map(|why| format!("{}: {why}", change.shown));
    }
    // Somebody may have written to it in the meantime.
    unchanged(change)?;
    new.put(&change.path).map_err(failed)?;
    Ok(note)
}

/// What a file is, if there is one: what it was when the change was made.
fn unchanged(change: &Change) -> Result<Option<Metadata>, String> {
    let metadata = fs::symlink_metadata(&change.path);
    match (&change.before, metadata) {
        (None, Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        (None, _) => Err(CHANGED.to_owned()),
        (Some(_), Err(error)) => Err(format!("it cannot be read any more: {error}")),
        (Some(before), Ok(metadata)) => {
            if let Some(why) = why_not(&change.path, &metadata) {
                return Err(why);
            }
            let now = fs::read(&change.path).map_err(|error| error.to_string())?;
            match now == before.as_bytes() {
                true => Ok(Some(metadata)),
                false => Err(CHANGED.to_owned()),
            }
        }
    }
}

/// Gives a new file the owner and the mode of the old one; says so if the owner stays another.
#[cfg(unix)]
fn take_over(new: &Replacement, old: &Metadata) -> io::Result<Option<String>> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let file = new.file();
    let own = file.metadata()?;
    let is_other = (own.uid(), own.gid()) != (old.uid(), old.gid());
    // The owner comes first: giving a file away clears the bits by which it runs as its owner.
    let is_kept = !is_other || fchown(file, Some(old.uid()), Some(old.gid())).is_ok();
    let mode = if is_kept { 0o7777 } else { 0o1777 } & old.mode();
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    let why = "its owner or group could not be kept: see that who has to can read it";
    Ok((!is_kept).then(|| why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &Path, before: Option<&str>) -> Change {
        Change {
            path: path.to_path_buf(),
            name: b"a".to_vec(),
            shown: "a".to_owned(),
            before: before.map(str::to_owned),
            after: "after".to_owned(),
            variables: Vec::new(),
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
        for wanted in [0o751, 0o4755, 0o2755, 0o600] {
            fs::write(&path, "before").expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).expect("set");
            write(&change(&path, Some("before"))).expect("written");
            let mode = fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o7777, wanted);
        }
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

    #[test]
    fn lines_are_added_as_the_file_ends_its_own() {
        let lines = ["A=".to_owned()];
        for (before, after) in [
            ("", "A=\n"),
            ("B=1", "B=1\nA=\n"),
            ("B=1\r\n", "B=1\r\nA=\r\n"),
        ] {
            assert_eq!(with(before, &lines), after);
        }
        assert_eq!(with("B=1", &[]), "B=1");
    }

    #[test]
    fn a_variable_that_nothing_reads_is_not_added() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        let mut plan = Plan::default();
        for (name, variable, before) in [("a", "A_KEY", "before"), ("b", "B_KEY", "other")] {
            fs::write(at(name), "before").expect("written");
            plan.changes.push(change(&at(name), Some(before)));
            plan.fixed.push(super::super::planning::Fixed {
                path: at(name),
                key: 0,
                variable: variable.to_owned(),
                home: crate::fix::Home::Environment,
                then: None,
            });
        }
        plan.changes.push(Change {
            after: String::new(),
            variables: vec!["A_KEY".to_owned(), "B_KEY".to_owned()],
            ..change(&at("example"), None)
        });
        write_all(&mut plan);
        assert_eq!(plan.left.len(), 1);
        assert_eq!(fs::read(at("example")).expect("read"), b"A_KEY=\n");
        assert_eq!(fs::read(at("b")).expect("read"), b"before");
    }
}
