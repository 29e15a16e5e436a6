//! The linked work trees of a repository (gitrepository-layout, `worktrees/`).

use std::path::PathBuf;

use super::{Repository, plain};
use crate::model::ObjectId;

/// No more are listed: a hostile folder may be full of them.
const MOST: usize = 1000;

/// A linked work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Its folder, which need not be there any more.
    pub path: PathBuf,
    /// What its HEAD says: the name of a ref, or an object.
    pub head: Head,
}

/// What a HEAD says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A ref's full name.
    Ref(Vec<u8>),
    /// An object, as where no branch is checked out.
    Object(ObjectId),
    /// Nothing that can be read.
    Unknown,
}

/// Lists them, sorted by path. What cannot be read is left out: git does not know it either.
pub fn linked(repository: &Repository) -> Vec<Linked> {
    let Ok(entries) = std::fs::read_dir(repository.common_dir.join("worktrees")) else {
        return Vec::new();
    };
    let one = |folder: PathBuf| {
        let text = plain::read(&folder.join("gitdir")).ok()?;
        let dot_git = folder.join(plain::to_path(text.trim_ascii()));
        Some(Linked {
            path: dot_git.parent()?.to_path_buf(),
            head: head(&plain::read(&folder.join("HEAD")).unwrap_or_default()),
        })
    };
    let folders = entries.flatten().take(MOST).map(|entry| entry.path());
    let mut all: Vec<Linked> = folders.filter_map(one).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

fn head(text: &[u8]) -> Head {
    let text = text.trim_ascii();
    match text.strip_prefix(b"ref:") {
        Some(name) => Head::Ref(name.trim_ascii().to_vec()),
        None => ObjectId::from_hex(text).map_or(Head::Unknown, Head::Object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_a_ref_or_an_object() {
        assert_eq!(
            head(b"ref: refs/heads/a\n"),
            Head::Ref(b"refs/heads/a".to_vec())
        );
        let hex = "ab".repeat(20);
        let id = ObjectId::from_hex(hex.as_bytes()).expect("an id");
        assert_eq!(head(format!("{hex}\n").as_bytes()), Head::Object(id));
        assert_eq!(head(b"gone"), Head::Unknown);
    }
}
