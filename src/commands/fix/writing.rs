//! How a file is written: whole or not at all, and only if it is still what the change was made from.

use std::fs::{self, Metadata};
use std::io;

use super::change::{Change, why_not};
#[cfg(unix)]
use super::owner;
use super::planning::Plan;
use crate::git::replacement::Replacement;

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
    write_while(change, || {})
}

/// The same. `meanwhile` is what happens while the new file is made, before it takes the old one's place.
fn write_while(change: &Change, meanwhile: impl FnOnce()) -> Result<Option<String>, String> {
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
        let old = owner::Access::of(metadata);
        note = owner::take_over(new.file(), old, owner::give)
            .map_err(failed)?
            .map(|why| format!("{}: {why}", change.shown));
    }
    meanwhile();
    // Somebody may have written to it.
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

#[cfg(test)]
mod tests {
    use std::path::Path;

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

    #[test]
    fn what_changes_while_it_is_written_is_not_touched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        type Meanwhile = fn(&Path);
        let cases: [(Option<&str>, Meanwhile, Option<&str>); 4] = [
            // Somebody saves the file, of the same length.
            (
                Some("before"),
                |path| fs::write(path, "theirs").expect("written"),
                Some("theirs"),
            ),
            // Somebody deletes it.
            (
                Some("before"),
                |path| fs::remove_file(path).expect("removed"),
                None,
            ),
            // Somebody makes one where there was none.
            (
                None,
                |path| fs::write(path, "theirs").expect("written"),
                Some("theirs"),
            ),
            // An editor puts a new one in its place.
            (
                Some("before"),
                |path| {
                    let other = path.with_extension("new");
                    fs::write(&other, "new").expect("written");
                    fs::rename(other, path).expect("put in place");
                },
                Some("new"),
            ),
        ];
        for (before, meanwhile, after) in cases {
            drop(fs::remove_file(&path));
            if let Some(before) = before {
                fs::write(&path, before).expect("written");
            }
            let change = change(&path, before);
            write_while(&change, || meanwhile(&path)).expect_err("it changed");
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), after);
            let names = fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(names, usize::from(after.is_some()), "a new file was left");
        }
        fs::write(&path, "before").expect("written");
        write_while(&change(&path, Some("before")), || {}).expect("nothing happened meanwhile");
        assert_eq!(fs::read(&path).expect("read"), b"after");
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
