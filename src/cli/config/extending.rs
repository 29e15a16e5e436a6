//! Finds the files that the rules of a configuration extend: beside the file that names them, and for a repository's own
//! configuration never outside the repository, or outside the commit that is trusted.

use std::path::{Component, Path, PathBuf};

use super::super::rule_files::extended;
use crate::control::Limits;
use crate::pipeline::Trusted;
use crate::rules::read::File;

/// Where a configuration is from, and with it where what it extends may be.
pub(super) enum Realm<'a> {
    /// The user's own files, wherever they are.
    Anywhere,
    /// Below this folder.
    Folder(PathBuf),
    /// In this commit.
    Commit(&'a Trusted, &'a Limits),
}

impl Realm<'_> {
    /// The file that `from` extends by this path.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn find(&self, from: &File, path: &str) -> Result<File, String> {
        match self {
            Self::Anywhere => extended(from, path, None),
            Self::Folder(folder) => extended(from, path, Some(folder)),
            Self::Commit(trusted, limits) => in_commit(trusted, from, path, limits),
        }
    }
}

/// In a commit a file is known by its path from the top on.
fn in_commit(trusted: &Trusted, from: &File, path: &str, limits: &Limits) -> Result<File, String> {
    let beside = Path::new(&from.identity).parent().unwrap_or(Path::new(""));
    let identity = inside(&beside.join(path)).ok_or("it is outside of the repository")?;
    let found = trusted.file(&identity, super::LARGEST, limits)?;
    let bytes = found.ok_or("it is not in the commit")?;
    Ok(File {
        name: path.to_owned(),
        text: String::from_utf8(bytes).map_err(|_| "it is not UTF-8")?,
        identity,
    })
}

/// A path without `.` and `..`, and with slashes; `None` if it leads out of where it begins.
pub(super) fn inside(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for (path, expected) in [
            ("a/b.toml", Some("a/b.toml")),
            ("./a/../b.toml", Some("b.toml")),
            ("../a", None),
            ("a/../../b", None),
            ("/etc/passwd", None),
        ] {
            assert_eq!(inside(Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
