//! Baselines: findings and problems that somebody accepted with a reason, in a file that names keys by fingerprint.
//!
//! The file has a JSON object a line: first a header, then what is accepted. A key is accepted at a path, whatever the line
//! and the commit, so that reformatting and rebasing change nothing; where a key moved to is told by [`matching`].

mod entry;
mod item;
mod line;
pub mod matching;
mod print;
mod read;
mod spot;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Component, Path, PathBuf};

use crate::model::FingerprintKey;

pub use entry::{Accepted, Entry, Listing, Terms};
pub use print::Print;
pub use read::{LARGEST, read};
pub use spot::{PathName, Spot};
pub use write::write;

/// The name of a repository's own file.
pub const NAME: &str = ".aisaleaks-baseline.jsonl";

/// What is accepted in a run.
#[derive(Debug, Default)]
pub struct Baseline {
    /// What each file says; mostly there is one.
    pub files: Vec<Source>,
}

/// A file and what its paths count from.
#[derive(Debug, Default)]
pub struct Source {
    /// What it says.
    pub listing: Listing,
    /// The tops of the repositories that it is about, without links.
    pub roots: Vec<PathBuf>,
    /// What its keyed fingerprints are made with; `None` if it has none, or nobody gave the right key.
    pub key: Option<FingerprintKey>,
}

impl Source {
    /// The bytes of a path as its entries have them: from the top of the repository, with slashes. `None` for what is
    /// outside of all. A relative path counts from the top already.
    pub fn inside(&self, file: &Path) -> Option<Vec<u8>> {
        let within = |file: &Path| {
            let inside = self
                .roots
                .iter()
                .filter_map(|root| file.strip_prefix(root).ok());
            // Of nested repositories the inner one.
            let shortest = inside.min_by_key(|path| path.as_os_str().len());
            shortest.map(|path| path.as_os_str().as_encoded_bytes().to_vec())
        };
        let mut bytes = match file.is_relative() {
            true => file.as_os_str().as_encoded_bytes().to_vec(),
            false if is_plain(file) && within(file).is_some() => within(file)?,
            false => within(&real(file)?)?,
        };
        if cfg!(windows) {
            let back = bytes.iter_mut().filter(|byte| **byte == b'\\');
            back.for_each(|byte| *byte = b'/');
        }
        Some(bytes)
    }
}

/// Whether a path leads down only.
fn is_plain(file: &Path) -> bool {
    file.components().all(|part| part != Component::ParentDir)
}

/// The path without links and `..` but for its last name, which may be a link's.
fn real(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?.canonicalize().ok()?;
    Some(folder.join(file.file_name()?))
}
