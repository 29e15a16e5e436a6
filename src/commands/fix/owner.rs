//! Who may read a file that takes another one's place: those who could read that one.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

/// Whose a file is, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    owner: u32,
    group: u32,
    /// Only its permissions, with the bits by which it runs as its owner or its group.
    mode: u32,
}

impl Access {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode() & 0o7777,
        }
    }
}

/// Gives a file to an owner and a group.
///
/// # Errors
/// The system's: few may give away what is theirs.
pub(super) fn give(file: &File, owner: u32, group: u32) -> io::Result<()> {
    fchown(file, Some(owner), Some(group))
}

/// Gives a new file the owner and the mode of the old one; says so if the owner stays another. `give` is what gives it away.
///
/// # Errors
/// The mode could not be set.
pub(super) fn take_over(
    new: &File,
    old: Access,
    give: impl FnOnce(&File, u32, u32) -> io::Result<()>,
) -> io::Result<Option<String>> {
    let own = Access::of(&new.metadata()?);
    let is_other = (own.owner, own.group) != (old.owner, old.group);
    // The owner comes first: giving a file away clears the bits by which it runs as its owner.
    let is_kept = !is_other || give(new, old.owner, old.group).is_ok();
    let mode = if is_kept { 0o7777 } else { 0o1777 } & old.mode;
    new.set_permissions(Permissions::from_mode(mode))?;
    let why = "its owner or group could not be kept: see that who has to can read it";
    Ok((!is_kept).then(|| why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_given_away_runs_as_nobody_else_and_is_told() {
        let file = tempfile::tempfile().expect("a temporary file");
        let own = || Access::of(&file.metadata().expect("there"));
        let old = Access {
            owner: own().owner + 1,
            mode: 0o6755,
            ..own()
        };
        let refuse = |_: &File, owner: u32, group: u32| {
            assert_eq!((owner, group), (old.owner, old.group));
            Err(io::Error::from(io::ErrorKind::PermissionDenied))
        };
        let note = take_over(&file, old, refuse).expect("the mode is set");
        assert!(note.is_some_and(|note| note.contains("could not be kept")));
        assert_eq!(own().mode, 0o755);

        // Whoever may give it away has nothing to be told.
        let told = take_over(&file, old, |_, _, _| Ok(())).expect("the mode is set");
        assert_eq!((told, own().mode), (None, 0o6755));
        let same = Access {
            mode: 0o640,
            ..own()
        };
        let never = |_: &File, _: u32, _: u32| panic!("it has that owner already");
        let told = take_over(&file, same, never).expect("the mode is set");
        assert_eq!((told, own().mode), (None, 0o640));
    }
}
