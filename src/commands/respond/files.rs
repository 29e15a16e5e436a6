//! Files of a work tree that say how it is set up.

use std::io::Read;
use std::path::Path;

use crate::git::{Repository, plain};
use crate::source::staged::Index;

/// The paths of all files that git tracks.
///
/// # Errors
/// Why they cannot be told.
pub(super) fn tracked(top: &Path) -> std::result::Result<Vec<Vec<u8>>, String> {
    let repository = Repository::at(top).ok_or("there is no git repository")?;
    let git_dir = &repository.git_dir;
    let index = Index::read(&git_dir.join("index"), git_dir, repository.hash);
    let index = index.map_err(|(_, why)| format!("git's index cannot be read: {why}"))?;
    let paths = index.iter().flat_map(Index::paths);
    Ok(paths.map(<[u8]>::to_vec).collect())
}

/// The beginning of a regular file.
pub(super) fn beginning(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let file = plain::open(path).ok()?;
    file.take(most).read_to_end(&mut text).ok()?;
    Some(text)
}
