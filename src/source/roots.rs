//! What was named on the command line, each thing once: a path may be named twice, lie in another, or be a link to it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::paths::stored;
use crate::error::{Error, Result};

/// Where the walk begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// How to open it.
    pub(super) path: PathBuf,
    /// Its path in the report; that of a directory is empty or has a slash behind.
    pub(super) shown: Vec<u8>,
    pub(super) is_dir: bool,
}

/// All roots, in the order in which they were named.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) roots: Vec<Root>,
    /// Roots that lie in another root, as the walk of that one spells them: it passes by them.
    pub(super) inner: HashSet<PathBuf>,
}

/// A named path and what it leads to.
struct Named<'a> {
    path: &'a Path,
    real: PathBuf,
    is_dir: bool,
    is_link: bool,
}

impl<'a> Named<'a> {
    fn read(path: &'a Path) -> Result<Self> {
        let wrong = |source| Error::Target {
            path: path.to_path_buf(),
            source,
        };
        Ok(Self {
            path,
            is_dir: fs::metadata(path).map_err(wrong)?.is_dir(),
            is_link: fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()),
            real: fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
        })
    }
}

/// The roots that these paths name.
///
/// A root in another one is called what that one calls it, so that a file has one name however it was reached. It stays
/// a root of its own, because the other may not lead to it: an ignore rule does not hold for what was named.
pub(super) fn resolve(paths: &[PathBuf]) -> Result<Roots> {
    let mut distinct: Vec<Named<'_>> = Vec::new();
    for path in paths {
        let named = Named::read(path)?;
        match distinct.iter_mut().find(|other| other.real == named.real) {
            // Git knows the file, not a link to it from somewhere else.
            Some(other) if other.is_link && !named.is_link => *other = named,
            Some(_) => {}
            None => distinct.push(named),
        }
    }
    let several = paths.len() > 1;
    let mut roots = Roots::default();
    for named in &distinct {
        let around = distinct
            .iter()
            .filter(|other| other.is_dir && other.real != named.real)
            .filter_map(|other| Some((other, named.real.strip_prefix(&other.real).ok()?)))
            .max_by_key(|(_, inside)| inside.as_os_str().len());
        let (path, mut shown) = match around {
            Some((outermost, inside)) => {
                let path = outermost.path.join(inside);
                roots.inner.insert(path.clone());
                (path, [prefix(outermost.path), stored(inside)].concat())
            }
            None => (named.path.to_path_buf(), stored(named.path)),
        };
        if named.is_dir {
            shown = match (several, around) {
                (false, _) => Vec::new(),
                (true, None) => prefix(&path),
                (true, Some(_)) => [&shown[..], b"/"].concat(),
            };
        }
        roots.roots.push(Root {
            path,
            shown,
            is_dir: named.is_dir,
        });
    }
    Ok(roots)
}

/// A directory as it stands before its paths.
fn prefix(root: &Path) -> Vec<u8> {
    let mut shown = stored(root);
    while shown.last() == Some(&b'/') {
        shown.pop();
    }
    if shown == b"." {
        shown.clear();
    } else {
        shown.push(b'/');
    }
    shown
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_a_root_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("a/b/c")).expect("created");
        fs::write(at("a/b/file"), "").expect("written");
        std::os::unix::fs::symlink(at("a"), at("to-a")).expect("linked");
        std::os::unix::fs::symlink(at("a/b/file"), at("to-file")).expect("linked");
        let names = |paths: &[&str]| -> Vec<String> {
            let paths: Vec<PathBuf> = paths.iter().map(|path| at(path)).collect();
            let root = format!("{}/", folder.path().display());
            let roots = resolve(&paths).expect("they are there").roots;
            roots
                .iter()
                .map(|root| String::from_utf8_lossy(&root.shown).into_owned())
                .map(|shown| shown.replacen(&root, "", 1))
                .collect()
        };
        for (paths, expected) in [
            (&["a"][..], &[""][..]),
            (&["a", "a/"], &["a/"]),
            (&["a", "a/../a"], &["a/"]),
            (&["to-a", "a"], &["a/"]),
            (&["a", "to-a"], &["a/"]),
            (&["to-a", "a/b"], &["to-a/", "to-a/b/"]),
            (&["a/b/c", "a", "a/b"], &["a/b/c/", "a/", "a/b/"]),
            (&["a", "to-file"], &["a/", "a/b/file"]),
            (&["to-file", "a/b/file"], &["a/b/file"]),
            (&["a/b/c", "to-file"], &["a/b/c/", "to-file"]),
        ] {
            assert_eq!(names(paths), expected, "{paths:?}");
        }
        assert!(resolve(&[at("absent")]).is_err());
    }
}
